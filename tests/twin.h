/*
 * twin.h -- the network a second time, as the textbook writes it: the tests hold the program
 * against it.
 *
 * Plain loops over samples, channels, rows and columns, in double precision: no blocks, no lanes,
 * no merged layers, nothing done for speed. Where the program and its twin differ by more than
 * rounding, the program is wrong. The twin itself is checked against finite differences and against
 * PyTorch.
 *
 * Here are the operations that the kernels are held against; twin_layers.h has those of whole
 * layers, twin_network.h a network that runs a model's list of layers one by one. Gradients are
 * those of a scalar by the operand of the same name without `_gradient`.
 *
 * Errors: a test fails when memory is short. Threads: no shared state.
 */
#ifndef TWIN_H
#define TWIN_H

#include "nn/kernels.h"
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

/* Convolution with the window's padding of zeros around `in`, in groups of channels;
 * weight[out][in / groups][rows][columns], bias[out] or NULL. */
void twin_conv(const struct grid *in, const struct window *window, int groups, const double *weight,
               const double *bias, const struct grid *out);
void twin_conv_input_gradient(const struct grid *out_gradient, const struct window *window,
                              int groups, const double *weight, const struct grid *in_gradient);
void twin_conv_weight_gradient(const struct grid *in, const struct window *window, int groups,
                               const struct grid *out_gradient, double *weight_gradient);

/* Mean and biased variance of one channel over all samples and pixels. */
void twin_moments(const struct grid *in, int channel, double *mean, double *variance);

/* Batch norm; all arrays are [channel]; `epsilon` is added to the variance. The gradient differs by
 * whether mean and variance are those of `in` itself or constants. */
void twin_norm(const struct grid *in, const double *mean, const double *variance, double epsilon,
               const double *weight, const double *bias, const struct grid *out);
void twin_norm_gradient(const struct grid *in, const double *mean, const double *variance,
                        double epsilon, bool own_moments, const double *weight,
                        const struct grid *out_gradient, const struct grid *in_gradient,
                        double *weight_gradient, double *bias_gradient);

/* out = scale * in + shift, the same for all channels. */
void twin_affine(const struct grid *in, double scale, double shift, const struct grid *out);

void twin_relu(const struct grid *in, const struct grid *out);
void twin_relu_gradient(const struct grid *in, const struct grid *out_gradient,
                        const struct grid *in_gradient);

/* An activation at x, and its derivative. */
double twin_activation_at(enum activation activation, double slope, double x);
double twin_activation_slope(enum activation activation, double slope, double x);

/* Maximum over each window; the padding does not count. The first of equals gets the gradient. */
void twin_max_pool(const struct grid *in, const struct window *window, const struct grid *out);
void twin_max_pool_gradient(const struct grid *in, const struct window *window,
                            const struct grid *out_gradient, const struct grid *in_gradient);

/* Mean over each window, with `whole` of its padding, too. */
void twin_average_pool(const struct grid *in, const struct window *window, bool whole,
                       const struct grid *out);
void twin_average_pool_gradient(const struct grid *out_gradient, const struct window *window,
                                bool whole, const struct grid *in_gradient);

/* The means of torch.nn.AdaptiveAvgPool2d. */
void twin_adaptive_pool(const struct grid *in, const struct grid *out);
void twin_adaptive_pool_gradient(const struct grid *out_gradient, const struct grid *in_gradient);

/* The mean of each channel's pixels. */
void twin_average(const struct grid *in, const struct grid *out);
void twin_average_gradient(const struct grid *out_gradient, const struct grid *in_gradient);

/* means[sample][channel][i][j]: the mean of in(y+i, x+j) over the pixels (y, x) of a 3x3
 * convolution's output. */
void twin_window_means(const struct grid *in, const struct grid *means);
void twin_window_means_gradient(const struct grid *means_gradient, const struct grid *in_gradient);

/* in[sample][features], flat; weight[out][in], bias[out] or NULL, as bias_gradient may be. */
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

#endif
