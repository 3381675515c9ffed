/*
 * bars.h -- draws the probabilities that a network gives for an image: one bar for each class.
 *
 * Threads: no shared state.
 */
#ifndef TUI_BARS_H
#define TUI_BARS_H

#include "data/classes.h"
#include "tui/canvas.h"

/* Draws a row with the name of the class for each of probabilities[classes->count] in the order of
 * the classes, or the likeliest ten, the likeliest first, if there are more or there is no room for
 * all. The row of the true class `label` is highlighted; -1: unknown. */
void bars_draw(struct canvas *canvas, const float *probabilities, const struct classes *classes,
               int label);

#endif
