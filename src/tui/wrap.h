/*
 * wrap.h -- breaks a text into lines between words.
 *
 * Threads: no shared state.
 */
#ifndef TUI_WRAP_H
#define TUI_WRAP_H

/* The length of the next line of at most `width` bytes, from *text on, and moves *text to the line
 * after it. A longer word is broken. 0 at the end of the text. */
int wrap_line(const char **text, int width);

#endif
