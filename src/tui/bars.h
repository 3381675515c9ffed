/*
 * bars.h -- draws the probabilities that a network gives for an image: one bar for each class.
 *
 * Threads: no shared state.
 */
#ifndef TUI_BARS_H
#define TUI_BARS_H

#include "tui/canvas.h"

/* Draws a row for each of probabilities[DATASET_CLASSES] in the order of the classes, or the
 * likeliest first if there is no room for all. The row of the true class `label` is highlighted;
 * -1: unknown. */
void bars_draw(struct canvas *canvas, const float *probabilities, int label);

#endif
