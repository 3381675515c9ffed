/*
 * twin_layers.h -- the layers that have a window or a function of their own, as the textbook writes
 * them.
 *
 * As twin.h: plain loops in double precision, of any size, stride, padding and number of groups.
 * Each function takes what is written of a layer, and grids of the shapes that follow from it.
 *
 * Threads: no shared state.
 */
#ifndef TWIN_LAYERS_H
#define TWIN_LAYERS_H

#include "twin.h"

/* Conv2d; weight[out][in / groups][rows][columns], bias[out] or NULL. The gradients are set;
 * bias_gradient may be NULL. */
void twin_conv2d(const struct layer *layer, const struct grid *in, const double *weight,
                 const double *bias, const struct grid *out);
void twin_conv2d_gradient(const struct layer *layer, const struct grid *in, const double *weight,
                          const struct grid *out_gradient, const struct grid *in_gradient,
                          double *weight_gradient, double *bias_gradient);

/* MaxPool2d, whose first of equal maxima gets the gradient; AvgPool2d; AdaptiveAvgPool2d. */
void twin_pool(const struct layer *layer, const struct grid *in, const struct grid *out);
void twin_pool_gradient(const struct layer *layer, const struct grid *in,
                        const struct grid *out_gradient, const struct grid *in_gradient);

/* ReLU, LeakyReLU, Tanh, Sigmoid, GELU, SiLU. */
void twin_activation(const struct layer *layer, const struct grid *in, const struct grid *out);
void twin_activation_gradient(const struct layer *layer, const struct grid *in,
                              const struct grid *out_gradient, const struct grid *in_gradient);

/* LogSoftmax over the features. */
void twin_log_softmax(const struct grid *in, const struct grid *out);
void twin_log_softmax_gradient(const struct grid *out, const struct grid *out_gradient,
                               const struct grid *in_gradient);

#endif
