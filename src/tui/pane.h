/*
 * pane.h -- what a pane is, and what a view is: everything about one in one struct.
 *
 * A pane's file in views/ defines its struct pane_class: how it is drawn, which keys it has, what
 * they and the mouse do, and what must be computed for it. Its functions see the whole frame; they
 * change only what they select in it, and the pane's own state, frame->panes[NUMBER].
 *
 * A key goes to the focused pane first, then to the other panes that are seen, then to the
 * dashboard. So no key acts on what is not seen.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_PANE_H
#define TUI_PANE_H

#include "tui/canvas.h"
#include "tui/keys.h"
#include "tui/layout.h"
#include "tui/mouse.h"
#include "tui/question.h"

struct frame;

enum { PANE_MESSAGE = 256 };

enum { WANT_STUDIES = 3 }; /* the place of the first study's bit */

/* What must be computed while a pane is seen, besides the predictions of the selected images: bits
 * of struct pane_class's wants. */
enum pane_want {
    WANT_OUTCOMES = 1 << 0,    /* of all test images, at the moment shown */
    WANT_ACTIVATIONS = 1 << 1, /* of the selected or the drawn image */
    WANT_CELL = 1 << 2,        /* the images of the confusion matrix' selected cell */

    /* Studies, for frame->inside (see inside.h): their bits in their order. */
    WANT_OCCLUSION = 1 << (WANT_STUDIES + STUDY_OCCLUSION),
    WANT_MAP = 1 << (WANT_STUDIES + STUDY_MAP), /* and the neighbours of the selected image */
    WANT_GRADIENTS = 1 << (WANT_STUDIES + STUDY_GRADIENTS),
    WANT_DISTRIBUTIONS = 1 << (WANT_STUDIES + STUDY_DISTRIBUTIONS),
};

/* A pane's own state; all zero at first. */
struct pane_state {
    int first;     /* the first row or layer shown, if the pane scrolls; or the selected one */
    bool switched; /* shows the other of two things: shares instead of counts */
    bool narrowed; /* shows a part alone: one class */
};

/* A key of a pane. */
struct pane_key {
    int keys[3];       /* as in struct key_binding */
    const char *names; /* as in the help and the manual; NULL ends a list */
    const char *hint;  /* a word or two for the key line: "mistakes"; NULL: it is not there */
    const char *help;
    bool (*works)(const struct frame *frame); /* whether it does something now; NULL: always */
    /* message is "" at first, and may get a text for the user. */
    void (*press)(struct frame *frame, int key, char message[PANE_MESSAGE]);
};

struct pane_class {
    const char *name;  /* as a heading: "Loss" */
    const char *topic; /* the heading of its keys in the help: "Plots" */

    /* For the key line: what the arrows and Enter do when the pane is focused; NULL: nothing, and
     * for Enter: it enlarges the pane. */
    const char *arrows, *enters;
    bool scrolls; /* the arrows change only the state's `first`: a hint if there is more to see */

    /* What it shows and how to read it, for a beginner, in a few sentences. */
    const char *about;

    /* Draws it, with its border. */
    void (*draw)(const struct frame *frame, struct canvas *canvas);

    const struct pane_key *keys; /* NULL: none */
    unsigned wants;              /* bits of enum pane_want */

    /* Any of these may be NULL. */

    /* An arrow, a page key, Home or End, in a pane of this height. */
    void (*move)(struct frame *frame, enum key_action action, int height);

    /* Enter; NULL: it enlarges the pane. */
    void (*enter)(struct frame *frame, char message[PANE_MESSAGE]);

    /* Esc; false if there is nothing to go back from. */
    bool (*back)(struct frame *frame);

    /* A press, a drag or a release at a cell of the pane's canvas, of which only the size is
     * known. */
    void (*point)(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                  int x, int y, char message[PANE_MESSAGE]);
};

/* A view arranges panes. */
struct view_class {
    const char *hint; /* one line that describes its keys */
    enum pane panes[PANE_COUNT];
    int count; /* of its panes, in the order of Tab */

    /* Places the panes in rows y to y + height - 1, with layout_add(). */
    void (*arrange)(struct layout *layout, int y, int width, int height);
};

const struct pane_class *pane_of(enum pane pane);
const struct view_class *view_of(enum view view);

/* ---- for the functions of panes ---- */

/* Draws the border with a title, and a note at its right if there is room; returns the part
 * inside. */
struct canvas pane_box(struct canvas *canvas, const char *title, const char *note, bool focused);

/* Whether an action moves up, left or to the start; whether it moves along columns. */
bool pane_backward(enum key_action action);
bool pane_vertical(enum key_action action);

/* Moves the first row shown of `count`, of which `rows` are visible, within its bounds. */
void pane_scroll(int *first, enum key_action action, int rows, int count);

/* value in 0 .. count - 1, wrapped around. */
int pane_wrap(int value, int count);

#endif
