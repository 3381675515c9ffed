/*
 * help.h -- every key, from the dashboard's own tables, in groups: the present view's panes first,
 * then what works everywhere, then the other panes.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_HELP_H
#define TUI_HELP_H

#include "tui/frame.h"

/* Draws the help over the middle of the canvas. */
void help_draw(const struct frame *frame, struct canvas *canvas);

/* Scrolls it, on a canvas of this size. */
void help_move(struct frame *frame, enum key_action action, const struct canvas *size);

#endif
