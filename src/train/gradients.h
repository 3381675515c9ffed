/*
 * gradients.h -- the gradient of the mean loss of some training images with respect to every
 * parameter, at given weights.
 *
 * The images are GRADIENTS_IMAGES, evenly spread over the split, as they are: not augmented, with
 * neither label smoothing nor --dropout. The model's own Dropout layers drop, always the same
 * values. The images go through the network in batches of GRADIENTS_BATCH, so that a large network
 * needs no more memory than its training does. Batch norm takes the statistics of such a batch.
 *
 * A batch is a step, so that the thread can look up between two.
 *
 * Ownership: gradients_free releases it. Threads: it belongs to the thread that made it.
 */
#ifndef TRAIN_GRADIENTS_H
#define TRAIN_GRADIENTS_H

#include "data/dataset.h"
#include "nn/net.h"

enum { GRADIENTS_IMAGES = 512, GRADIENTS_BATCH = 64 };

struct gradients {
    int images;      /* at most GRADIENTS_IMAGES */
    float *gradient; /* [model->parameter_count], as the parameters lie in the state; one that is
                      * not finite is 0 */

    /* The rest is gradients.c's. */
    const struct model *model;
    const struct split *split;
    struct team *team;
    struct net *net;
    int done; /* images */
};

/* Makes room for gradients on a split; both must outlive it. NULL with ERROR_SYSTEM if memory is
 * short. */
struct gradients *gradients_new(const struct model *model, const struct kernels *kernels,
                                const struct split *split, struct error *error);
void gradients_free(struct gradients *gradients);

/* Begins with the weights in state[model->state_count], which is copied. */
void gradients_begin(struct gradients *gradients, const float *state);

/* Computes the next step. False when the gradient is complete. */
bool gradients_continue(struct gradients *gradients);

#endif
