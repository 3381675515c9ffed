/*
 * twin.h -- the network a second time, as the textbook writes it: the tests hold the program
 * against it.
 *
 * Plain loops over samples, channels, rows and columns, in double precision: no blocks, no lanes,
 * no merged layers, nothing done for speed. Where the program and its twin differ by more than
 * rounding, the program is wrong. The twin itself is checked against finite differences and against
 * PyTorch.
 *
 * First the layers' operations, then a whole network that runs a model's list of layers one by one.
 * Gradients are those of a scalar by the operand of the same name without `_gradient`.
 *
 * Errors: a test fails when memory is short. Threads: no shared state.
 */
#ifndef TWIN_H
#define TWIN_H

#include "nn/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Feature maps, values[sample][channel][row][column]. A vector of features is channels of one
 * pixel. */
struct grid {
    int samples, channels, height, width;
    double *values;
};

/* A grid of zeros; grid_fini releases it. */
struct grid grid_make(int samples, int channels, int height, int width);
void grid_fini(struct grid *grid);

/* Its size, and a copy of it with the absolute values: an operation on absolute values gives the
 * sum of absolute products, which is what rounding errors are proportional to. */
size_t grid_count(const struct grid *grid);
struct grid grid_absolute(const struct grid *grid);

static inline double *grid_at(const struct grid *grid, int n, int c, int y, int x)
{
    return grid->values +
           (((size_t)n * (size_t)grid->channels + (size_t)c) * (size_t)grid->height + (size_t)y) *
               (size_t)grid->width +
           (size_t)x;
}

/* ---- operations; the grids' sizes say how many of everything there are ---- */

/* 3x3 convolution, stride 1, `padding` zeros around `in`; weight[out][in][3][3], bias[out] or
 * NULL. */
void twin_conv(const struct grid *in, int padding, const double *weight, const double *bias,
               const struct grid *out);
void twin_conv_input_gradient(const struct grid *out_gradient, int padding, const double *weight,
                              const struct grid *in_gradient);
void twin_conv_weight_gradient(const struct grid *in, int padding, const struct grid *out_gradient,
                               double *weight_gradient);

/* Mean and biased variance of one channel over all samples and pixels. */
void twin_moments(const struct grid *in, int channel, double *mean, double *variance);

/* Batch norm; all arrays are [channel]. The gradient differs by whether mean and variance are those
 * of `in` itself or constants. */
void twin_norm(const struct grid *in, const double *mean, const double *variance,
               const double *weight, const double *bias, const struct grid *out);
void twin_norm_gradient(const struct grid *in, const double *mean, const double *variance,
                        bool own_moments, const double *weight, const struct grid *out_gradient,
                        const struct grid *in_gradient, double *weight_gradient,
                        double *bias_gradient);

/* out = scale * in + shift, the same for all channels. */
void twin_affine(const struct grid *in, double scale, double shift, const struct grid *out);

void twin_relu(const struct grid *in, const struct grid *out);
void twin_relu_gradient(const struct grid *in, const struct grid *out_gradient,
                        const struct grid *in_gradient);

/* 2x2 maximum, stride 2; a last odd row or column is dropped. The first of equals gets the
 * gradient. */
void twin_max_pool(const struct grid *in, const struct grid *out);
void twin_max_pool_gradient(const struct grid *in, const struct grid *out_gradient,
                            const struct grid *in_gradient);

/* The mean of each channel's pixels. */
void twin_average(const struct grid *in, const struct grid *out);
void twin_average_gradient(const struct grid *out_gradient, const struct grid *in_gradient);

/* means[sample][channel][i][j]: the mean of in(y+i, x+j) over the pixels (y, x) of a 3x3
 * convolution's output. */
void twin_window_means(const struct grid *in, const struct grid *means);
void twin_window_means_gradient(const struct grid *means_gradient, const struct grid *in_gradient);

/* in[sample][features], flat; weight[out][in], bias[out] or NULL. */
void twin_linear(const struct grid *in, const double *weight, const double *bias,
                 const struct grid *out);
void twin_linear_gradient(const struct grid *in, const double *weight,
                          const struct grid *out_gradient, const struct grid *in_gradient,
                          double *weight_gradient, double *bias_gradient);

/* Cross entropy of one sample's softmax against its target: what `smoothing` leaves to the label,
 * and the rest to all classes alike. The gradient is of `scale` times its sum over the samples. */
double twin_loss(const struct grid *logits, int sample, int label, double smoothing);
void twin_loss_gradient(const struct grid *logits, const uint8_t *labels, double smoothing,
                        double scale, const struct grid *gradient);

/* ---- a whole network ---- */

struct twin {
    const struct model *model;
    bool training; /* batch norm uses the batch's moments, else the running ones */
    double label_smoothing;
    const double *mask; /* dropout: [samples][features] factors of what goes into the first linear
                         * layer; NULL: none */
    double *state;      /* [state_count] parameters and running statistics */
    double *gradient;   /* [parameter_count] of the mean loss */
    uint8_t *labels;    /* [samples] */
    struct grid value[MODEL_LAYERS_MAX + 1]; /* [l]: what goes into layer l; then the logits */
    struct grid slope[MODEL_LAYERS_MAX + 1]; /* gradient of the mean loss by value[l] */
    double *mean[MODEL_LAYERS_MAX], *variance[MODEL_LAYERS_MAX]; /* of batch norms, as used */
};

/* For batches of `samples`: the caller fills state, labels and value[0]. */
void twin_init(struct twin *twin, const struct model *model, int samples);
void twin_fini(struct twin *twin);
void twin_load(struct twin *twin, const float *state);

/* The mean loss of the batch. */
double twin_forward(struct twin *twin);

/* The gradient, behind twin_forward. */
void twin_backward(struct twin *twin);

/* Moves the running statistics towards the moments of the last training batch. */
void twin_update_statistics(struct twin *twin);

/* Predictions are the first class with the largest logit. */
int twin_prediction(const struct twin *twin, int sample);

#endif
