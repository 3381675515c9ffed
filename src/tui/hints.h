/*
 * hints.h -- the keys that do something now, with a word or two each: the key line.
 *
 * The run's keys come first, then those of the panes that are seen, then help and quit. Where there
 * is too little room the middle is cut, from its end.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_HINTS_H
#define TUI_HINTS_H

#include "tui/frame.h"

enum { HINTS_MAX = 40 };

enum hint_group { HINT_RUN, HINT_PANE, HINT_PROGRAM };

struct hint {
    enum hint_group group;
    int key;          /* a code that it stands for, see term.h */
    const char *name; /* of the key: "Space" */
    int name_length;
    const char *word; /* what it does */
};

struct hints {
    int count;
    struct hint hints[HINTS_MAX];
};

/* The hints for a frame in this layout that fit into so many cells. */
void hints_list(const struct frame *frame, const struct layout *layout, int width,
                struct hints *hints);

/* Draws them in row y. */
void hints_draw(const struct hints *hints, struct canvas *canvas, int y);

#endif
