/*
 * mouse.h -- reads mouse reports byte by byte, so that an incomplete report blocks nothing.
 *
 * There are two kinds, both from xterm ("XTerm Control Sequences", "Mouse Tracking"): SGR, which is
 * ESC [ < button ; column ; row and then M, or m for a release, in decimal; and the older one, ESC
 * [ M and three bytes, each 32 more than button, column and row. Both count from 1. The lowest two
 * bits of the button are its number (3 in the older kind: a release), 4, 8 and 16 are modifier
 * keys, 32 is a motion and 64 the wheel.
 *
 * Threads: a reader belongs to one thread.
 */
#ifndef TUI_MOUSE_H
#define TUI_MOUSE_H

#include <stdbool.h>

/* A mouse event at a cell. */
enum pointer_act { POINTER_PRESS, POINTER_DRAG, POINTER_RELEASE, POINTER_UP, POINTER_DOWN };

struct pointer {
    enum pointer_act act; /* of the first button; up and down: of the wheel */
    int x, y;
};

enum mouse_kind { MOUSE_NONE, MOUSE_SGR, MOUSE_BYTES };

struct mouse_reader {
    enum mouse_kind kind; /* of the report that is being read */
    int numbers[3];       /* button, column and row */
    int count;            /* numbers begun, or bytes read */
};

enum mouse_result {
    MOUSE_MORE,    /* the report continues */
    MOUSE_POINTER, /* it is complete: an event */
    MOUSE_IGNORED, /* it is complete, and concerns another button */
    MOUSE_INVALID, /* it is not a report; the last byte is still to be processed */
};

/* Make the terminal report presses, releases, drags and the wheel, or stop it. */
extern const char MOUSE_ON[], MOUSE_OFF[];

/* The beginnings of reports. */
extern const char MOUSE_SGR_START[], MOUSE_BYTES_START[];

/* Starts reading a report, after its beginning. */
void mouse_begin(struct mouse_reader *reader, enum mouse_kind kind);

/* Reads the report's next byte, 0 to 255; any other value ends it as invalid. After every result
 * except MOUSE_MORE the reader's kind is MOUSE_NONE. */
enum mouse_result mouse_read(struct mouse_reader *reader, int byte, struct pointer *pointer);

#endif
