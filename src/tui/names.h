/*
 * names.h -- draws the names of classes, cut to the cells that there are.
 *
 * Threads: no shared state.
 */
#ifndef TUI_NAMES_H
#define TUI_NAMES_H

#include "data/classes.h"
#include "tui/canvas.h"

/* The cells that the widest name takes. */
int names_widest(const struct classes *classes);

/* Draws the name of a class from (x, y) on, in at most `width` cells. */
void names_draw(struct canvas *canvas, int x, int y, int width, enum style style,
                const struct classes *classes, int class);

/* The same, ending at column x - 1. */
void names_draw_right(struct canvas *canvas, int x, int y, int width, enum style style,
                      const struct classes *classes, int class);

#endif
