/*
 * term.h -- the terminal: start, show a canvas, read keys, restore everything.
 *
 * This is the only module that includes curses, which reads the keys and describes the terminal.
 * Nothing here waits for a terminal that takes no output. Every exit restores the terminal:
 * term_stop(), and on fatal signals a function that uses only async-signal-safe calls. A terminal
 * that belongs to another job of the shell, as after SIGSTOP and bg, is left alone.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "tui/canvas.h"
#include "tui/mouse.h"
#include "tui/theme.h"

/* Keys other than characters, which have their own codes. */
enum term_key {
    TERM_NONE = 0,
    TERM_TAB = '\t',
    TERM_ENTER = '\r',
    TERM_ESCAPE = 27,
    TERM_CTRL_D = 4,
    TERM_REDRAW = 12, /* Ctrl-L */
    TERM_CTRL_U = 21,
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
    TERM_OTHER, /* a key without a meaning here */
};

/* Whether stdin and stdout are a terminal that can do more than print. */
bool term_wanted(void);

/* Looks whether the terminal can be used, without touching it. ERROR_SYSTEM, with the advice to run
 * headless, when TERM is not set or not known, when the stack is too small for curses, or when
 * stdin and stdout are two terminals. */
bool term_check(struct error *error);

/* Prepares to take control of the terminal. `color` is auto, always or never, `theme` as for
 * term_set_theme(). ERROR_SYSTEM as term_check, or if the terminal cannot be opened. */
bool term_start(const char *color, const char *theme, struct error *error);

/* Takes control of the terminal, also again after term_suspend() and after SIGCONT. False, without
 * any change, if another job has the terminal. If the theme is auto, it waits up to a tenth of a
 * second for the terminal to tell its background; then term_key() may have keys at once. */
bool term_take(void);

/* Restores the terminal. Does nothing if it was not taken. */
void term_stop(void);

/* Makes a canvas as large as the terminal is now; the old one must be freed or all zero. For a
 * terminal that claims to be very large it covers as much as memory allows. ERROR_SYSTEM if that is
 * almost nothing. */
bool term_fit(struct canvas *canvas, struct error *error);

/* Switches colours off, or on again if there are any; returns whether they are on. */
bool term_toggle_colors(void);

/* Chooses the theme: auto, dark, light or mono. auto asks the terminal for its background, and is
 * dark until the terminal answers; it may answer late or never. */
void term_set_theme(const char *name);

/* The theme that is shown, and whether it shows inks. */
enum theme term_theme(void);
bool term_inks(void);

/* The best glyphs that locale and terminal can show. */
enum glyphs term_glyphs(void);

/* Shows the canvas, which term_fit() made. Only changes are sent; with `all` everything. What the
 * terminal does not take at once is left for the next call. Returns whether all of it was sent. */
bool term_show(const struct canvas *canvas, bool all);

/* The descriptor to wait for if term_show() has not sent everything. */
int term_output(void);

/* The next waiting key, or TERM_NONE; never blocks. TERM_REDRAW also when the terminal has told its
 * background and the theme is another one by that. */
int term_key(void);

/* The mouse event of a TERM_MOUSE. */
struct pointer term_pointer(void);

/* Whether the mouse is to be reported, from the next term_show() on. If it is not, the terminal's
 * own selection works. */
void term_use_mouse(bool use);

/* Whether the terminal is still there. */
bool term_alive(void);

/* Restores the terminal and stops the process as Ctrl-Z does; returns when it continues. */
void term_suspend(void);

#endif
