/*
 * activations.h -- what every layer of a network makes of one image, to be looked at.
 *
 * The layers one by one as the model's table lists them, in plain loops: nothing is merged and
 * nothing is fast (some milliseconds). Batch norm uses its running statistics. The last layer's
 * values are the logits that infer.h gives, up to rounding.
 *
 * Ownership: activations_fini releases what activations_init made. Threads: a struct activations
 * belongs to one thread.
 */
#ifndef NN_ACTIVATIONS_H
#define NN_ACTIVATIONS_H

#include "nn/model.h"

struct activations {
    const struct model *model;
    float *values[MODEL_LAYERS_MAX]; /* [l]: what layer l puts out, [channels][height][width] */
};

/* All zero, for a model that must outlive it. False with ERROR_SYSTEM when memory is short; then it
 * needs no activations_fini. */
bool activations_init(struct activations *activations, const struct model *model,
                      struct error *error);
void activations_fini(struct activations *activations);

/* Runs the network with the weights in state[model->state_count] on image[height][width], as
 * dataset_normalize gives it. */
void activations_run(struct activations *activations, const float *state, const float *image);

#endif
