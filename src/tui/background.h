/*
 * background.h -- the question for the terminal's background colour, and a reader of the answer,
 * byte by byte, so that an incomplete answer blocks nothing.
 *
 * Both are OSC 11 of xterm ("XTerm Control Sequences", "Operating System Commands"). The answer is
 * ESC ] 11 ; and the colour, then BEL or ESC \. The colour is rgb:R/G/B or rgba:R/G/B/A, each with
 * one to four hexadecimal digits: all ones are the brightest. Many terminals do not answer.
 *
 * Threads: a reader belongs to one thread.
 */
#ifndef TUI_BACKGROUND_H
#define TUI_BACKGROUND_H

#include <stdbool.h>

enum { BACKGROUND_TEXT = 64 };

struct background_reader {
    bool reading;
    bool escaped; /* the last byte was ESC, which begins the end */
    char text[BACKGROUND_TEXT];
    int length;
};

enum background_result {
    BACKGROUND_MORE, /* the answer continues */
    BACKGROUND_DARK, /* it is complete */
    BACKGROUND_LIGHT,
    BACKGROUND_UNKNOWN, /* it is complete, and names no colour in one of these forms */
    BACKGROUND_INVALID, /* it is not an answer; the last byte is still to be processed */
};

extern const char BACKGROUND_ASK[];

/* The beginning of an answer. */
extern const char BACKGROUND_START[];

/* Starts reading an answer, after its beginning. */
void background_begin(struct background_reader *reader);

/* Reads the answer's next byte, 0 to 255; any other value ends it as invalid. After every result
 * except BACKGROUND_MORE the reader does not read. */
enum background_result background_read(struct background_reader *reader, int byte);

#endif
