/*
 * output.h -- bytes on their way to the terminal, which nobody ever waits for.
 *
 * The terminal is opened anew, so that writes to it return at once without a change to the
 * descriptor that the shell has, too. What the terminal does not take yet stays in a buffer of
 * OUTPUT_SIZE bytes: who adds to it looks at output_room() first, as what does not fit is lost.
 *
 * Threads: the main thread; output_hide() and output_last() are async-signal-safe.
 */
#ifndef TUI_OUTPUT_H
#define TUI_OUTPUT_H

#include "support/error.h"

enum { OUTPUT_SIZE = 32 * 1024 };

/* Opens stdout's terminal once more, with the flags of open(2). -1 when that fails; see errno. */
int output_open_terminal(int flags);

/* Opens what is needed; once, however often it is called. ERROR_SYSTEM when that fails. */
bool output_open(struct error *error);

/* The terminal: for its size, and to wait for room on it. */
int output_terminal(void);

/* Bytes that can be added. */
int output_room(void);

/* Adds a byte; the argument is returned, as tputs() wants it. */
int output_byte(int byte);
void output_text(const char *text);

/* Sends what the terminal takes. Returns whether that is all there was. */
bool output_send(void);

/* Forgets what has been added and not been sent. */
void output_drop(void);

/* From here on what is sent goes nowhere, by whichever thread; and no more. */
void output_hide(void);
void output_unhide(void);

/* Writes the text, hidden or not; when nobody reads, what waits to be read is dropped for it. Takes
 * half a second at most. */
void output_last(const char *text, int size);

#endif
