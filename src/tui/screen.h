/*
 * screen.h -- draws a whole frame: header, the panes of the view, footer, help.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "tui/frame.h"
#include "tui/layout.h"

/* The places of a frame's panes on a canvas of this size. */
void screen_layout(struct layout *layout, const struct frame *frame, int width, int height);

/* Draws a frame in the layout for the canvas' size. */
void screen_draw(const struct frame *frame, struct canvas *canvas);

#endif
