/*
 * about.h -- explains each pane that is seen to a beginner, over the screen.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_ABOUT_H
#define TUI_ABOUT_H

#include "tui/frame.h"

/* Draws the explanations of the panes of a layout, the focused one's first. */
void about_draw(const struct frame *frame, const struct layout *layout, struct canvas *canvas);

/* Scrolls them, on a canvas of this size. */
void about_move(struct frame *frame, const struct layout *layout, enum key_action action,
                const struct canvas *size);

#endif
