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

#include <stddef.h>

/* Feature maps of one block: pixel (c, y, x) is the LANES floats at
 *   data + (c * plane + y * pitch + x) * LANES
 * with pitch and plane in pixels. */
struct map {
    float *data;
    int channels, height, width;
    int pitch, plane;
};

struct kernels {
    const char *name;

    /*
     * 3x3 convolution (cross-correlation, as PyTorch's), stride 1, without padding of its own, for
     * the output channels [from, to):
     *   out[k](y,x) = bias[k] + sum over c, i, j of weight[k][c][i][j] * in[c](y+i, x+j)
     * out is two rows and columns smaller than in. bias may be NULL. `border` outermost rows of
     * `in` are known to be zero and are skipped. Unless sums is NULL, sums[k] gets, lane by lane,
     * the sum of out[k] over its pixels and then the sum of their squares. The gradient of the
     * input is this very kernel on the zero-bordered gradient of the output, with
     * kernels_flip()'s weights.
     */
    void (*conv)(const struct map *in, int border, const float *weight, const float *bias,
                 const struct map *out, float (*sums)[2][LANES], int from, int to);

    /*
     * Gradient of conv's weights for the output channels [from, to), summed over pixels and lanes:
     *   gradient[k][c][i][j] = sum over y, x, lanes of out[k](y,x) * in[c](y+i, x+j)
     * where out holds the gradient of the output.
     */
    void (*conv_weights)(const struct map *in, int border, const struct map *out, float *gradient,
                         int from, int to);

    /* Batch norm and ReLU of one channel: out = max(0, scale * in + shift). */
    void (*norm_relu)(const struct map *in, int channel, float scale, float shift,
                      const struct map *out);

    /* The same and a 2x2 maximum; a last odd row or column is dropped. */
    void (*norm_relu_pool)(const struct map *in, int channel, float scale, float shift,
                           const struct map *out);

    /*
     * Backward of norm_relu up to the norm's output, for one channel:
     *   gradient = scale * in + shift > 0 ? out_gradient : 0
     * sums gets, lane by lane, the sum of gradient and of gradient * in.
     */
    void (*relu_backward)(const struct map *in, int channel, float scale, float shift,
                          const struct map *out_gradient, const struct map *gradient,
                          float sums[2][LANES]);

    /* The same behind the 2x2 maximum: the first of equal maxima gets the gradient, as in
     * PyTorch. */
    void (*relu_pool_backward)(const struct map *in, int channel, float scale, float shift,
                               const struct map *out_gradient, const struct map *gradient,
                               float sums[2][LANES]);

    /* Backward of batch norm for one channel, in place: gradient = scale * gradient + slope * in +
     * offset, the last two lane by lane. */
    void (*norm_backward)(const struct map *in, int channel, float scale, const float slope[LANES],
                          const float offset[LANES], const struct map *gradient);

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

    /* out[o] = bias[o] + sum over i of weight[o][i] * in[i], each LANES floats; bias may be
     * NULL. */
    void (*linear)(const float *in, const float *weight, const float *bias, float *out, int inputs,
                   int outputs);
    /* Its backward. Unless in_gradient is NULL, in_gradient[i] = sum over o of weight[o][i] *
     * out_gradient[o]. weight_gradient[o][i] and bias_gradient[o] (unless NULL) are summed over all
     * lanes. */
    void (*linear_backward)(const float *in, const float *weight, const float *out_gradient,
                            float *in_gradient, float *weight_gradient, float *bias_gradient,
                            int inputs, int outputs);

    /* What the others are measured against: nothing but independent multiply-adds, as many a round
     * as fill the pipelines. Returns how many floating-point operations `rounds` of them are. */
    double (*multiply_add)(long rounds);
};

/* Makes the weights of conv's input gradient: flipped[c][k][2-i][2-j] = weight[k][c][i][j]. */
void kernels_flip(const float *weight, float *flipped, int outputs, int inputs);

/* The table called `name`, or for "auto" the fastest that this machine runs. NULL with ERROR_USAGE
 * when there is none of that name or this machine cannot run it. */
const struct kernels *kernels_select(const char *name, struct error *error);

/* The i-th table that was built, slowest first, and whether this machine runs it; NULL past the
 * last. */
const struct kernels *kernels_built(int i, bool *runs);

#endif
