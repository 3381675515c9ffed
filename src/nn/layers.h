/*
 * layers.h -- the kinds of layers: what each makes of its input, and what it has to learn.
 *
 * One table (see layers.c) has a row for each kind. Whoever adds a kind adds a row.
 *
 * Any thread may call these.
 */
#ifndef NN_LAYERS_H
#define NN_LAYERS_H

#include "nn/model.h"

enum { LAYER_TENSORS_MAX = 4, LAYER_REASON_SIZE = 256 };

/* PyTorch's name of the kind: "Conv2d". */
const char *layer_kind_name(enum layer_kind kind);

/* Sets the layer's input, and its output by PyTorch's formulas. False with the reason, the rest of
 * a sentence that begins with the layer, when it cannot work on such an input. */
bool layer_derive(struct layer *layer, struct shape input, char reason[LAYER_REASON_SIZE]);

/* What the layer keeps: fills suffix ("weight"), dimensions, sizes, count and trained of each, in
 * state-dict order; layer_derive comes first. Returns how many there are. */
struct layer_tensor {
    const char *suffix;
    int dimensions;
    int size[4];
    size_t count;
    bool trained;
};
int layer_tensors(const struct layer *layer, struct layer_tensor tensors[LAYER_TENSORS_MAX]);

#endif
