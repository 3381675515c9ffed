/*
 * output.h -- a buffer of bytes for the terminal, which never blocks.
 *
 * The terminal is opened a second time, so that non-blocking writes do not change the descriptor
 * shared with the shell. Bytes that the terminal does not take yet stay in a buffer of OUTPUT_SIZE
 * bytes. Callers check output_room() before they add bytes, as bytes that do not fit are lost.
 *
 * Threads: the main thread; output_hide() and output_last() are async-signal-safe.
 */
#ifndef TUI_OUTPUT_H
#define TUI_OUTPUT_H

#include "support/error.h"

enum { OUTPUT_SIZE = 32 * 1024 };

/* Opens stdout's terminal a second time, with the flags of open(2). -1 if that fails; see errno. */
int output_open_terminal(int flags);

/* Opens the terminal; further calls do nothing. ERROR_SYSTEM if that fails. */
bool output_open(struct error *error);

/* The terminal's descriptor: for its size, and to wait for room. */
int output_terminal(void);

/* The number of bytes that can be added. */
int output_room(void);

/* Adds a byte and returns the argument, as tputs() requires. */
int output_byte(int byte);
void output_text(const char *text);

/* Sends as much as the terminal takes. Returns whether all was sent. */
bool output_send(void);

/* Drops the bytes that have been added and not sent. */
void output_drop(void);

/* From now on all output of any thread is discarded. */
void output_hide(void);
void output_unhide(void);

/* Writes the text even after output_hide(). If nobody reads, unread output is dropped for it. Takes
 * half a second at most. */
void output_last(const char *text, int size);

#endif
