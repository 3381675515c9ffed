/*
 * norm.h -- batch norm's statistics, shared by its op and the fused ones.
 *
 * Ioffe and Szegedy, "Batch Normalization", 2015, with PyTorch's conventions: the biased variance
 * normalises, the unbiased one goes into the running statistics.
 */
#ifndef NN_OPS_NORM_H
#define NN_OPS_NORM_H

#include "nn/op.h"

/* One channel of a batch norm, with the statistics of its batch or the running ones. */
struct norm {
    double mean, deviation; /* of its input; sqrt(variance + eps) */
    float scale, shift;     /* forward: norm(z) = scale * z + shift */
    float slope, offset;    /* backward: dz = scale * g + slope * z + offset */
};

typedef float lane_sums[2][LANES];

/* The places of a step's batch norm. */
struct norm_place {
    const struct layer *layer;
    int number;                                     /* of the layer in the model */
    size_t weight, bias, running_mean, running_var; /* in the state */
    size_t sums;                                    /* in a block's memory: lane_sums[channels] */
    size_t norms;                                   /* shared: struct norm[channels] */
};

void norm_prepare(struct norm_place *place, struct plan *plan, int layer);

struct norm *norm_of(const struct exec *exec, const struct norm_place *place, int channel);
lane_sums *norm_sums(const struct exec *exec, const struct norm_place *place, int block);

/* For one channel: computes its statistics from the sums of the input and of its squares, and
 * updates the running ones. Reports statistics that are not finite. */
void norm_forward(struct exec *exec, const struct norm_place *place, int channel);

/* For one channel: computes the gradients of weight and bias from the sums of the output's gradient
 * and of that times the input, and prepares the gradient of the input. */
void norm_gradients(struct exec *exec, const struct norm_place *place, int channel);

/* Computes the gradient of the input for one channel of a block from the gradient of the output;
 * both may be the same maps. */
void norm_backward(struct exec *exec, const struct norm_place *place, int block, int channel,
                   const struct map *in, const struct map *out_gradient,
                   const struct map *in_gradient);

/* Prepares one channel with its running statistics. */
void norm_load(struct exec *exec, const struct norm_place *place, int channel);

#endif
