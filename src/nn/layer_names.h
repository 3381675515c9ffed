/*
 * layer_names.h -- the state-dict names of layers: "layer1.0" is layer 0 in the container layer1.
 *
 * A network is a tree of containers with layers as leaves, in order, so the layers of a container
 * are together. `layers` are the `count` layers that come before. Any thread may call these.
 */
#ifndef NN_LAYER_NAMES_H
#define NN_LAYER_NAMES_H

#include "nn/model.h"

enum { NAME_REASON_SIZE = 160 };

/* The name of a layer that is given none: its position in the container ("" for none), counted from
 * 0, as in nn.Sequential. False if it is too long. */
bool layer_name_next(const struct layer *layers, int count, const char *container,
                     char name[MODEL_PREFIX_SIZE]);

/* Whether the next layer may have this name. False with the reason, which continues a sentence that
 * begins with the name. */
bool layer_name_check(const struct layer *layers, int count, const char *name,
                      char reason[NAME_REASON_SIZE]);

#endif
