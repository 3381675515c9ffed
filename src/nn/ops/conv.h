/*
 * conv.h -- shared by the ops with a convolution: its layout in memory, and its three products.
 *
 * The gradient of the input is a convolution, too: the flipped kernels convolve the output's
 * gradient, with zeros around it and, for strides above 1, in between.
 */
#ifndef NN_OPS_CONV_H
#define NN_OPS_CONV_H

#include "nn/op.h"

enum { CONV_GROUP = 4 }; /* output channels that the kernels compute at once */

struct conv {
    const struct layer *layer;
    struct window window;
    struct shape output; /* the part that is computed; see plan_part() */
    size_t weight, bias; /* offsets in the state; bias: if the layer has one */
    size_t flipped;      /* shared: the weights for the gradient of the input */

    /* Whether the gradient of its output has a place of its own, instead of the out edge's. For the
     * gradient of the input that place has a frame of zeros. */
    bool own_gradient;
    size_t gradient;
    int frame[2]; /* zeros before the first row and column; less than 0: pixels left out */
    int border;   /* zeros around it in memory: enough after its last column, too */

    /* With a stride above 1 the frame has a place of its own, with zeros in between. */
    bool strided;
    size_t spread;
    struct shape spread_shape; /* without the frame */

    bool by_block;  /* each block computes its weights' gradient */
    size_t partial; /* by_block: the place of its gradient; else shared memory for one block's
                     * part */
    size_t partial_bias;
};

/* A step whose op has one: it is the step's first layer, and step->own begins with a struct conv.
 */

/* Reserves its memory. With `own_gradient` the gradient of its output is not the out edge's. */
void conv_prepare(struct plan *plan, struct step *step, bool own_gradient);

/* The output channels [from, to) of a block; see kernels.h. */
void conv_forward(struct exec *exec, const struct step *step, int block, const float *weight,
                  const float *bias, bool relu, const struct map *out, float (*sums)[2][LANES],
                  int from, int to);

/* The gradient of its output, without zeros; the caller fills it before CONV_BACKWARD. */
struct map conv_gradient(const struct exec *exec, const struct step *step, int block);

/* Stores the gradient of a channel's bias, the sum over its lanes. */
void conv_take_bias(struct exec *exec, const struct step *step, int block, int channel,
                    float sums[2][LANES]);

/* Functions for struct op, and the last phases of the backward pass of all of them. */
int conv_border(const struct step *step);
void conv_begin(struct exec *exec, const struct step *step);
phase_function conv_weights_of_block, conv_weights_of_batch, conv_spread, conv_inputs;
int conv_outputs(const struct step *step);
int conv_input_channels(const struct step *step);
bool conv_is_by_block(const struct step *step);
bool conv_is_by_batch(const struct step *step);
bool conv_is_strided(const struct step *step);
bool conv_has_inputs(const struct step *step);

/* clang-format off */
#define CONV_BACKWARD                                                                              \
    {conv_weights_of_block, conv_outputs, CONV_GROUP, .wanted = conv_is_by_block},                 \
    {conv_weights_of_batch, conv_outputs, CONV_GROUP, .batch = true, .wanted = conv_is_by_batch},  \
    {conv_spread, conv_outputs, 1, .wanted = conv_is_strided},                                     \
    {conv_inputs, conv_input_channels, CONV_GROUP, .wanted = conv_has_inputs}
/* clang-format on */

#endif
