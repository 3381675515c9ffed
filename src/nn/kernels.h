/*
 * kernels.h -- the arithmetic of the layers on one block of LANES samples, behind one table for
 * each instruction set.
 *
 * Lanes are samples: every kernel is the textbook's loop nest over channels, rows and columns with
 * a vector of LANES floats where the scalar was. kernels_isa.c is written once and compiled for
 * each instruction set; the tables differ in speed and in rounding alone. Within one table the
 * result of a kernel depends only on its operands, never on how the work was split among threads.
 *
 * Operands: maps are views, so the same kernels work on the inside of zero-bordered buffers;
 * weights are scalars in PyTorch's order; per-channel sums are vectors that have not been reduced
 * over the lanes, so that the caller can leave out the padding lanes of a short block. All vectors
 * are aligned to 64 bytes. Outputs must not overlap inputs unless a kernel says so.
 *
 * Threads: the kernels touch nothing but their operands.
 */
#ifndef NN_KERNELS_H
#define NN_KERNELS_H

#include "support/error.h"
#include "support/lanes.h"

#include <stdbool.h>
#include <stddef.h>

/* Feature maps of one block: pixel (c, y, x) is the LANES floats at
 *   data + (c * plane + y * pitch + x) * LANES
 * with pitch and plane in pixels. */
struct map {
    float *data;
    int channels, height, width;
    int pitch, plane;
};

/* A window that moves over maps, in pixels: [0] down, [1] across. */
struct window {
    int size[2], stride[2]; /* at least 1 */
    int padding[2];         /* pools alone: how far it reaches over the edges; at most size / 2 */
};

/* What a layer's output is of its input, element by element; see torch.nn's classes of these names.
 * Those with a number of their own take it as `constant`: LeakyReLU's negative_slope, ELU's
 * alpha. */
enum activation {
    ACTIVATION_LEAKY_RELU,
    ACTIVATION_ELU,
    ACTIVATION_TANH,
    ACTIVATION_SIGMOID,
    ACTIVATION_GELU,
    ACTIVATION_SILU,
};

/* Features of several blocks: feature i of block b is the LANES floats at data + b * step + i *
 * LANES. */
struct features {
    float *data;
    size_t step; /* floats from one block to the next */
};

struct kernels {
    const char *name;

    /*
     * Convolution (cross-correlation, as PyTorch's) without padding of its own, for the output
     * channels [from, to):
     *   out[k](y,x) = bias[k] + sum over c, i, j of weight[k][c][i][j] * in[c](sy+i, tx+j)
     * with the window's strides s and t. bias may be NULL. `border` outermost rows of `in` are
     * known to be zero and are skipped. With `relu`, out[k] = max(0, ...). Unless sums is NULL (it
     * is with relu), sums[k] gets, lane by lane, the sum of out[k] over its pixels and then the sum
     * of their squares. With strides of 1 the gradient of the input is this very kernel on the
     * zero-bordered gradient of the output, with kernels_flip()'s weights.
     */
    void (*conv)(const struct window *window, const struct map *in, int border, const float *weight,
                 const float *bias, bool relu, const struct map *out, float (*sums)[2][LANES],
                 int from, int to);

    /*
     * Gradient of conv's weights for the output channels [from, to), summed over pixels and lanes:
     *   gradient[k][c][i][j] = sum over y, x, lanes of out[k](y,x) * in[c](sy+i, tx+j)
     * where out holds the gradient of the output.
     */
    void (*conv_weights)(const struct window *window, const struct map *in, int border,
                         const struct map *out, float *gradient, int from, int to);

    /* The norm's output of one channel, without and with ReLU: out = [max(0,] scale * in + shift.
     * out may be in. */
    void (*norm)(const struct map *in, int channel, float scale, float shift,
                 const struct map *out);
    void (*norm_relu)(const struct map *in, int channel, float scale, float shift,
                      const struct map *out);

    /* norm_relu and a 2x2 maximum; rows and columns after the windows are dropped. */
    void (*norm_relu_pool)(const struct map *in, int channel, float scale, float shift,
                           const struct map *out);

    /* sums gets, lane by lane, the sum over one channel's pixels of `a`, and that of a * b. Moments
     * of a map are the sums of (in, in); a batch norm's gradients want those of (gradient, in). */
    void (*sums)(const struct map *a, const struct map *b, int channel, float sums[2][LANES]);

    /*
     * Backward of norm_relu up to the norm's output, for one channel:
     *   gradient = scale * in + shift > 0 ? out_gradient : 0
     * sums gets, lane by lane, the sum of gradient and of gradient * in. gradient may be
     * out_gradient.
     */
    void (*relu_backward)(const struct map *in, int channel, float scale, float shift,
                          const struct map *out_gradient, const struct map *gradient,
                          float sums[2][LANES]);

    /* The same after the 2x2 maximum: the first of equal maxima gets the gradient, as in PyTorch;
     * what is dropped gets zero. The two gradients are of different sizes, and must not overlap. */
    void (*relu_pool_backward)(const struct map *in, int channel, float scale, float shift,
                               const struct map *out_gradient, const struct map *gradient,
                               float sums[2][LANES]);

    /* Backward of batch norm for one channel: in_gradient = scale * out_gradient + slope * in +
     * offset, the last two lane by lane. in_gradient may be out_gradient. */
    void (*norm_backward)(const struct map *in, int channel, float scale, const float slope[LANES],
                          const float offset[LANES], const struct map *out_gradient,
                          const struct map *in_gradient);

    /* One channel of an activation; out may be in. Its backward, in_gradient = out_gradient * the
     * derivative at `in`, where out is what the activation gave; in_gradient may be out_gradient.
     * A leaky ReLU with a slope of 0 is ReLU. */
    void (*activate)(enum activation activation, float constant, const struct map *in, int channel,
                     const struct map *out);
    void (*activate_backward)(enum activation activation, float constant, const struct map *in,
                              const struct map *out, int channel, const struct map *out_gradient,
                              const struct map *in_gradient);

    /* Maximum over each window, of one channel; what reaches over the edges does not count. NaN
     * wins, as in PyTorch. Its backward: the first of equal maxima, row by row, gets the gradient;
     * in_gradient is set, not added to. Windows may overlap, and need not cover the map. */
    void (*max_pool)(const struct window *window, const struct map *in, int channel,
                     const struct map *out);
    void (*max_pool_backward)(const struct window *window, const struct map *in, int channel,
                              const struct map *out_gradient, const struct map *in_gradient);

    /* Mean over each window, of one channel. With `whole` what reaches over the edges counts as
     * zeros (PyTorch's count_include_pad), else the mean is over what lies inside. */
    void (*average_pool)(const struct window *window, bool whole, const struct map *in, int channel,
                         const struct map *out);
    void (*average_pool_backward)(const struct window *window, bool whole, int channel,
                                  const struct map *out_gradient, const struct map *in_gradient);

    /* Mean over the windows of torch.nn.AdaptiveAvgPool2d, of one channel: output row i of n is the
     * mean of the input's rows floor(i * height / n) to ceil((i + 1) * height / n) - 1; columns
     * likewise. */
    void (*adaptive_pool)(const struct map *in, int channel, const struct map *out);
    void (*adaptive_pool_backward)(int channel, const struct map *out_gradient,
                                   const struct map *in_gradient);

    /*
     * What a 3x3 convolution followed by a global average needs of its input, because the two
     * commute: means[c][i][j] = mean of in[c](y+i, x+j) over the convolution's output pixels (y,
     * x), each LANES floats. The average of the convolution is then linear() of these 9 * channels
     * means.
     */
    void (*window_means)(const struct map *in, float *means);
    /* Its backward: in_gradient from the gradient of the means. */
    void (*window_means_backward)(const float *means_gradient, const struct map *in_gradient);

    /* Global average: averages[c] = mean of in[c] over all pixels, each LANES floats. */
    void (*average)(const struct map *in, float *averages);
    /* Its backward: each pixel of in_gradient[c] gets its share of the average's gradient. */
    void (*average_backward)(const float *averages_gradient, const struct map *in_gradient);

    /*
     * The products of a linear layer, for `blocks` blocks at once, so that weights that no cache
     * holds are read once. weight[outputs][inputs]; the parts [from, to) are of outputs for linear,
     * of inputs, from a multiple of LANES on, for the others.
     *   out[o] = bias[o] + sum over i of weight[o][i] * in[i]; bias may be NULL
     *   in_gradient[i] = sum over o of weight[o][i] * out_gradient[o]
     *   weight_gradient[o][i] = sum over the blocks, in their order, of the sum over lanes of
     *     out_gradient[o] * in[i]
     */
    void (*linear)(const struct features *in, const float *weight, const float *bias,
                   const struct features *out, int blocks, int inputs, int outputs, int from,
                   int to);
    void (*linear_inputs)(const struct features *out_gradient, const float *weight,
                          const struct features *in_gradient, int blocks, int inputs, int outputs,
                          int from, int to);
    void (*linear_weights)(const struct features *in, const struct features *out_gradient,
                           float *weight_gradient, int blocks, int inputs, int outputs, int from,
                           int to);
    /* bias_gradient[o] = sum over the blocks, in their order, of the sum over lanes of
     * out_gradient[o], for [from, to). */
    void (*linear_bias)(const struct features *out_gradient, float *bias_gradient, int blocks,
                        int from, int to);
};

/* Makes the weights of conv's input gradient: with a kernel of h x w, flipped[c][k][h-1-i][w-1-j] =
 * weight[k][c][i][j]. */
void kernels_flip(const struct window *window, const float *weight, float *flipped, int outputs,
                  int inputs);

/* The table called `name`, or for "auto" the fastest that this machine runs. NULL with ERROR_USAGE
 * when there is none of that name or this machine cannot run it. */
const struct kernels *kernels_select(const char *name, struct error *error);

/* The i-th table that was built, slowest first, and whether this machine runs it; NULL past the
 * last. */
const struct kernels *kernels_built(int i, bool *runs);

#endif
