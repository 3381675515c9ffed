/*
 * term.h -- the terminal: start, show a canvas, read keys, put everything back.
 *
 * The only module that includes curses. The terminal is put back on every way out: by term_stop(),
 * and on fatal signals by a function that uses async-signal-safe calls alone.
 *
 * Threads: the main thread alone.
 */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "tui/canvas.h"
#include "tui/mouse.h"

/* Keys beside the characters, which stand for themselves. */
enum term_key {
    TERM_NONE = 0,
    TERM_TAB = '\t',
    TERM_ENTER = '\r',
    TERM_ESCAPE = 27,
    TERM_REDRAW = 12, /* Ctrl-L */
    TERM_UP = 0x100,
    TERM_DOWN,
    TERM_LEFT,
    TERM_RIGHT,
    TERM_PAGE_UP,
    TERM_PAGE_DOWN,
    TERM_HOME,
    TERM_END,
    TERM_BACK_TAB,
    TERM_BACKSPACE,
    TERM_DELETE,
    TERM_F1,
    TERM_F10,
    TERM_MOUSE, /* see term_pointer() */
    TERM_OTHER, /* a key without meaning here */
};

/* Whether stdin and stdout are a terminal that can do more than print. */
bool term_wanted(void);

/* Looks whether the terminal can be used, without touching it. ERROR_SYSTEM, with the advice to run
 * headless, when TERM is not set or not known, or the stack is too small for curses. */
bool term_check(struct error *error);

/* Takes the terminal over. `color` is auto, always or never. ERROR_SYSTEM as term_check. */
bool term_start(const char *color, struct error *error);

/* Gives it back as it was. Does nothing when it was not taken over. */
void term_stop(void);

/* Columns and rows now. */
void term_size(int *width, int *height);

/* Turns colours off, or on again where there are any; returns whether they are on. Show everything
 * anew then. */
bool term_toggle_colors(void);

/* The best glyphs that locale and terminal can show, and whether grey levels can be shown. */
enum glyphs term_glyphs(void);
bool term_greys(void);

/* Shows the canvas, of the terminal's size. Only what changed is sent; with `all` everything. */
void term_show(const struct canvas *canvas, bool all);

/* The next key that waits, or TERM_NONE; never blocks. */
int term_key(void);

/* What the mouse did, behind a TERM_MOUSE. */
struct pointer term_pointer(void);

/* Whether the mouse is reported; where it is not, the terminal's own selection works. */
void term_use_mouse(bool use);

/* Whether the terminal is still there. */
bool term_alive(void);

/* Takes over a new size. */
void term_resize(void);

/* Gives the terminal back, stops the process as Ctrl-Z does, and takes it over again after that.
 * False when it goes on only to end: then the terminal, which may be another's by now, is left
 * alone, and nothing may be shown any more. */
bool term_suspend(void);

#endif
