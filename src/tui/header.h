/*
 * header.h -- state, progress and speed: the two rows at the top, and the one row or the text lines
 * that replace them in a small terminal.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_HEADER_H
#define TUI_HEADER_H

#include "tui/frame.h"

/* Draws two rows, one row with as much as fits, or the text lines for terminals too small for
 * panes. */
void header_draw(const struct frame *frame, struct canvas *canvas);
void header_draw_line(const struct frame *frame, struct canvas *canvas);
void header_draw_status(const struct frame *frame, struct canvas *canvas);

/* The view whose name header_draw draws at (x, y) of a screen of this width; VIEW_COUNT: none. */
enum view header_tab_at(int width, int x, int y);

#endif
