/*
 * view_activations.h -- the inside of the network as pictures: the outputs of each layer for an
 * image, and the weights of the first layer.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_VIEW_ACTIVATIONS_H
#define TUI_VIEW_ACTIVATIONS_H

#include "data/classes.h"
#include "nn/activations.h"
#include "tui/canvas.h"

/* Draws the layers from `first` on, in a border: maps as pictures, from black for the layer's
 * smallest value to white for its largest, and features as numbers, the largest in bold, or as
 * cells if there are many. `image` names the network input: "test #12". */
void view_activations(const struct activations *activations, const struct classes *classes,
                      const char *image, int first, bool focused, struct canvas *canvas);

/* Draws the first weights for a state[], in a border: each filter of the first convolution as plus
 * and minus signs, more for a larger weight, with the numbers beside them if there is room. Large
 * filters, and the weights of a first linear layer, are drawn as pictures. */
void view_filters(const struct model *model, const float *state, bool focused,
                  struct canvas *canvas);

#endif
