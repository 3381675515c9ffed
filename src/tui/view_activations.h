/*
 * view_activations.h -- the inside of the network as pictures: what each layer makes of an image,
 * and the filters of the first layer.
 *
 * Threads: the main thread alone.
 */
#ifndef TUI_VIEW_ACTIVATIONS_H
#define TUI_VIEW_ACTIVATIONS_H

#include "nn/activations.h"
#include "tui/canvas.h"

/* Draws the layers from `first` on, in a border: maps as pictures, from black for the layer's
 * smallest value to white for its largest, and features as numbers, the largest in bold. `image`
 * says what the network was shown: "test #12". */
void view_activations(const struct activations *activations, const char *image, int first,
                      bool focused, struct canvas *canvas);

/* Draws the first layer's 3x3 filters for the weights in state[], in a border: as many plus or
 * minus signs as a weight is large, beside them the numbers where there is room. */
void view_filters(const struct model *model, const float *state, bool focused,
                  struct canvas *canvas);

#endif
