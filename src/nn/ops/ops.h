/*
 * ops.h -- the list of ops; see op.h. plan.c chooses among them.
 */
#ifndef NN_OPS_OPS_H
#define NN_OPS_OPS_H

#include "nn/op.h"

/* Ops for several layers. */
extern const struct op op_conv_norm_relu; /* convolution, batch norm, ReLU [, 2x2 max pool] */
extern const struct op op_conv_relu_pool; /* convolution, ReLU, 2x2 max pool */
extern const struct op op_conv_relu;      /* convolution, ReLU */
extern const struct op op_conv_mean;      /* 3x3 convolution, global average */

/* Ops for one layer. */
extern const struct op op_conv, op_norm, op_relu, op_activation, op_max_pool, op_average_pool,
    op_adaptive_pool, op_dropout, op_dropout2d, op_flatten, op_linear, op_log_softmax;

/* Matches no layer: --dropout, before the first Linear. */
extern const struct op op_extra_dropout;

#endif
