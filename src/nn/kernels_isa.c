/*
 * The kernels, for one instruction set. Compiled once for each with KERNELS_ISA set to its name;
 * the compiler's flags and a few numbers in these files are all that differs.
 */
#include "nn/kernels/activation.h"
#include "nn/kernels/average.h"
#include "nn/kernels/conv.h"
#include "nn/kernels/conv_weights.h"
#include "nn/kernels/linear.h"
#include "nn/kernels/norm.h"
#include "nn/kernels/pool.h"

#define NAME_OF(isa) #isa
#define STRING_OF(isa) NAME_OF(isa)
#define JOIN(a, b) a##b
#define TABLE_OF(isa) JOIN(kernels_, isa)

extern const struct kernels TABLE_OF(KERNELS_ISA);
const struct kernels TABLE_OF(KERNELS_ISA) = {
    .name = STRING_OF(KERNELS_ISA),
    .conv = conv,
    .conv_weights = conv_weights,
    .norm = norm,
    .norm_relu = norm_relu,
    .norm_relu_pool = norm_relu_pool,
    .sums = sums,
    .relu_backward = relu_backward,
    .relu_pool_backward = relu_pool_backward,
    .norm_backward = norm_backward,
    .activate = activate,
    .activate_backward = activate_backward,
    .max_pool = max_pool,
    .max_pool_backward = max_pool_backward,
    .average_pool = average_pool,
    .average_pool_backward = average_pool_backward,
    .adaptive_pool = adaptive_pool,
    .adaptive_pool_backward = adaptive_pool_backward,
    .window_means = window_means,
    .window_means_backward = window_means_backward,
    .average = average,
    .average_backward = average_backward,
    .linear = linear,
    .linear_inputs = linear_inputs,
    .linear_weights = linear_weights,
    .linear_bias = linear_bias,
};
