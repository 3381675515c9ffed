/*
 * bars.h -- draws the probabilities that a network gives for an image: one bar for each class.
 *
 * Threads: no shared state.
 */
#ifndef TUI_BARS_H
#define TUI_BARS_H

#include "data/classes.h"
#include "tui/canvas.h"

/* The most rows that bars_draw fills. */
int bars_most(const struct classes *classes);

/* Draws a row with the name of the class for each of probabilities[classes->count] in the order of
 * the classes. If there are more than ten or there is no room for all: the likeliest ones, the
 * likeliest first, without those that round to nothing; the true class is always among them. Bars
 * of nothing are blank. The row of the true class `label` is marked as right; if it is not the
 * likeliest, that one is marked as wrong. -1: the true class is unknown; then the likeliest one is
 * highlighted. */
void bars_draw(struct canvas *canvas, const float *probabilities, const struct classes *classes,
               int label);

#endif
