/*
 * bars.h -- draws what a network says of an image: a bar for the probability of each class.
 *
 * Threads: no shared state.
 */
#ifndef TUI_BARS_H
#define TUI_BARS_H

#include "tui/canvas.h"

/* Draws a row for each of probabilities[DATASET_CLASSES] in the order of the classes; the likeliest
 * first when there is no room for all. The row of the true class `label` stands out; -1: none is
 * known. */
void bars_draw(struct canvas *canvas, const float *probabilities, int label);

#endif
