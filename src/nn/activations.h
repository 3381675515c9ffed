/*
 * activations.h -- the outputs of every layer of a network for one image, for display.
 *
 * The layers run one by one as the model lists them; none are merged. Batch norm uses its running
 * statistics, and dropout does nothing. The last layer's values are the logits that infer.h gives,
 * up to rounding, or their log softmax.
 *
 * Ownership: activations_fini releases what activations_init made. Threads: a struct activations
 * belongs to one thread.
 */
#ifndef NN_ACTIVATIONS_H
#define NN_ACTIVATIONS_H

#include "nn/infer.h"

struct activations {
    const struct model *model;
    float **values; /* [l]: the output of layer l, [channels][height][width] */
    struct infer *infer;
    struct workspace *workspace;
};

/* Makes zero values for a model and kernels that must outlive it. False with ERROR_SYSTEM if memory
 * is short; then it needs no activations_fini. */
bool activations_init(struct activations *activations, const struct model *model,
                      const struct kernels *kernels, struct error *error);
void activations_fini(struct activations *activations);

/* Values for a struct activations, all zero. NULL with ERROR_SYSTEM when memory is short. */
float **activations_new_values(const struct model *model, struct error *error);
void activations_free_values(const struct model *model, float **values);

/* Runs the network with the weights in state[model->state_count] on image[height][width], as
 * dataset_normalize gives it. */
void activations_run(struct activations *activations, const float *state, const float *image);

#endif
