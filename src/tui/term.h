/*
 * term.h -- the terminal: start, show a canvas, read keys, put everything back.
 *
 * The only module that includes curses, which reads the keys and describes the terminal. Nothing
 * here waits for a terminal that takes no output. The terminal is put back on every way out: by
 * term_stop(), and on fatal signals by a function that uses async-signal-safe calls alone. What
 * belongs to another job of the shell's, as after SIGSTOP and bg, is left alone.
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
 * headless, when TERM is not set or not known, when the stack is too small for curses, or when
 * stdin and stdout are two terminals. */
bool term_check(struct error *error);

/* Prepares to take the terminal over. `color` is auto, always or never. ERROR_SYSTEM as
 * term_check, or when the terminal cannot be opened. */
bool term_start(const char *color, struct error *error);

/* Takes the terminal over, also again after term_suspend() and after SIGCONT. False, and nothing is
 * touched, when it is another job's. */
bool term_take(void);

/* Gives it back as it was. Does nothing when it was not taken over. */
void term_stop(void);

/* Makes a canvas, which must be freed or all zero, as large as the terminal is now. Of a terminal
 * that says that it is very large it covers what there is memory for. ERROR_SYSTEM when that is
 * next to nothing. */
bool term_fit(struct canvas *canvas, struct error *error);

/* Turns colours off, or on again where there are any; returns whether they are on. Show everything
 * anew then. */
bool term_toggle_colors(void);

/* The best glyphs that locale and terminal can show, and whether grey levels can be shown. */
enum glyphs term_glyphs(void);
bool term_greys(void);

/* Shows the canvas, which term_fit() made. Only what changed is sent; with `all` everything. What
 * the terminal does not take at once is left for the next call. Returns whether all of it was
 * sent. */
bool term_show(const struct canvas *canvas, bool all);

/* The descriptor to wait for when term_show() has left something. */
int term_output(void);

/* The next key that waits, or TERM_NONE; never blocks. */
int term_key(void);

/* What the mouse did, after a TERM_MOUSE. */
struct pointer term_pointer(void);

/* Whether the mouse is reported, from the next term_show() on; if it is not, the terminal's own
 * selection works. */
void term_use_mouse(bool use);

/* Whether the terminal is still there. */
bool term_alive(void);

/* Gives the terminal back and stops the process as Ctrl-Z does; returns when it goes on. */
void term_suspend(void);

#endif
