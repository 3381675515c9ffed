/*
 * help.h -- every key, from the dashboard's own tables: those of the present view first, then those
 * that work everywhere, then the other panes'.
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
