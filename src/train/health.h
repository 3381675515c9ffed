/*
 * health.h -- figures that show whether a layer learns well.
 *
 * Norms are Euclidean, over all trained tensors of the layer. A figure that a layer does not have
 * is NaN: a ReLU has no weights, a convolution has no dead outputs.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_HEALTH_H
#define TRAIN_HEALTH_H

#include "nn/model.h"

struct net;

struct layer_health {
    float weight_norm;
    float gradient_norm; /* of the last batch */
    /* norm of the last update divided by the norm of the weights; about 0.001 is usual */
    float update_ratio;
    float dead; /* ReLU: share of outputs that are 0 for all samples of the last batch */
};

/* Measures every layer of the net after its last batch: health[model->layer_count]. */
void health_measure(struct layer_health *health, const struct model *model, struct net *net);

/* The norm of the last update of all weights divided by their norm, and the norm of the last
 * batch's gradient; both 0 if no layer has weights. */
void health_whole(const struct layer_health *health, const struct model *model, float *update_ratio,
                  float *gradient_norm);

#endif
