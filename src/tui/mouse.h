/*
 * mouse.h -- reads what terminals report of the mouse, byte by byte, so that nobody waits for the
 * rest of a report that does not come.
 *
 * There are two kinds, both from xterm ("XTerm Control Sequences", "Mouse Tracking"): SGR, which is
 * ESC [ < button ; column ; row and then M, or m for a release, in decimal; and the older one, ESC
 * [ M and three bytes, each 32 more than button, column and row. Both count from 1. In the button
 * the lowest two bits are which (3 in the older kind: a release), 4, 8 and 16 are modifier keys, 32
 * says that it moved and 64 that it is the wheel.
 *
 * Threads: a reader belongs to one thread.
 */
#ifndef TUI_MOUSE_H
#define TUI_MOUSE_H

#include <stdbool.h>

/* What the mouse did at a cell. */
enum pointer_act { POINTER_PRESS, POINTER_DRAG, POINTER_RELEASE, POINTER_UP, POINTER_DOWN };

struct pointer {
    enum pointer_act act; /* of the first button; up and down: of the wheel */
    int x, y;
};

enum mouse_kind { MOUSE_NONE, MOUSE_SGR, MOUSE_BYTES };

struct mouse_reader {
    enum mouse_kind kind; /* of the report that is being read */
    int numbers[3];       /* button, column and row */
    int count;            /* of those begun, or of the bytes read */
};

enum mouse_result {
    MOUSE_MORE,    /* the report goes on */
    MOUSE_POINTER, /* it has ended, and here is what it says */
    MOUSE_IGNORED, /* it has ended, and is of another button */
    MOUSE_INVALID, /* it is none; the byte has yet to be looked at */
};

/* Where the terminal is told to report presses, releases, drags and the wheel, or not to. */
extern const char MOUSE_ON[], MOUSE_OFF[];

/* What a report begins with. */
extern const char MOUSE_SGR_START[], MOUSE_BYTES_START[];

/* Begins a report, behind what it begins with. */
void mouse_begin(struct mouse_reader *reader, enum mouse_kind kind);

/* Takes the report's next byte, 0 to 255; anything else ends it as invalid. Behind any result but
 * MOUSE_MORE the reader's kind is MOUSE_NONE. */
enum mouse_result mouse_read(struct mouse_reader *reader, int byte, struct pointer *pointer);

#endif
