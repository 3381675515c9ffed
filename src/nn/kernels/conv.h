/*
 * conv.h -- convolution, forward; see kernels.h.
 *
 * The inner loops keep a tile of output channels x pixels of one row in registers. Every sum runs
 * over input channels, rows and columns of the kernel in this order, whatever the tile is.
 */
#ifndef NN_KERNELS_CONV_H
#define NN_KERNELS_CONV_H

#include "nn/kernels/vector.h"

/* CONV_OUTPUTS x CONV_PIXELS: accumulators of a tile. With fewer channels a tile has more pixels,
 * since additions wait for each other unless there are enough of them: CONV_NARROW in all. */
#if defined(__AVX512F__)
enum { CONV_OUTPUTS = 4, CONV_PIXELS = 6 };
#else
enum { CONV_OUTPUTS = 4, CONV_PIXELS = 3 };
#endif
enum {
    CONV_NARROW = 12,
    CONV_CACHED = 16 * 1024 / 4, /* floats of input rows that stay in the first-level cache */
};

/* The operands of one output row, for some of the input channels. */
struct conv_row {
    const float *in; /* pixel (0, stride * y, 0) */
    size_t in_plane, in_pitch;
    int channel, channel_to; /* input channels */
    int tap_from, tap_to;    /* rows of the kernel that do not meet a zero border */
    int taps[2], step;       /* the kernel's size, the stride across */
    const float *weight;     /* of the first output channel */
    size_t weight_plane;
    const float *bias; /* of the first output channel, or NULL */
    float *out;
    size_t out_plane;
    int width;
    bool relu;
    float *sums; /* of the first output channel, [outputs][2][LANES], or NULL */
};

/* Adds one column of the kernel. `tap` is what it meets at the first pixel. */
INLINE void conv_tap(vec sum[CONV_OUTPUTS][CONV_NARROW], const float *tap, int step,
                     const float *weight, size_t weight_plane, const int outputs, const int pixels)
{
    vec value[CONV_NARROW];

    UNROLLED (int p = 0; p < pixels; p++)
        value[p] = load(tap + p * step * LANES);
    UNROLLED (int k = 0; k < outputs; k++) {
        vec w = splat(weight[(size_t)k * weight_plane]);
        UNROLLED (int p = 0; p < pixels; p++)
            sum[k][p] += w * value[p];
    }
}

/* Adds all taps for this row's input channels. A literal `taps` is the size of a square kernel, 0
 * stands for any other, which takes any step. */
INLINE void conv_taps(vec sum[CONV_OUTPUTS][CONV_NARROW], const struct conv_row *row,
                      const float *first, const int outputs, const int pixels, const int taps,
                      const int step)
{
    const int columns = taps > 0 ? taps : row->taps[1], rows = taps > 0 ? taps : row->taps[0];

    for (int c = row->channel; c < row->channel_to; c++) {
        const float *channel = first + (size_t)c * row->in_plane;
        for (int i = row->tap_from; i < row->tap_to; i++) {
            const float *in = channel + (size_t)i * row->in_pitch;
            const float *weight = row->weight + (c * rows + i) * columns;
            if (taps > 0)
                UNROLLED (int j = 0; j < taps; j++)
                    conv_tap(sum, hidden(in + j * LANES), step, weight + j, row->weight_plane,
                             outputs, pixels);
            else
                for (int j = 0; j < columns; j++)
                    conv_tap(sum, in + j * LANES, row->step, weight + j, row->weight_plane, outputs,
                             pixels);
        }
    }
}

/* Adds a tile to the sums of its channels. */
INLINE void conv_sum_tile(const struct conv_row *row, int h, vec sum[CONV_OUTPUTS][CONV_NARROW],
                          const int outputs, const int pixels)
{
    UNROLLED (int k = 0; k < outputs; k++) {
        float *sums = row->sums + k * 2 * LANES + h;
        vec total = {0}, squares = {0};
        UNROLLED (int p = 0; p < pixels; p++) {
            total += sum[k][p];
            squares += sum[k][p] * sum[k][p];
        }
        store(sums, load(sums) + total);
        store(sums + LANES, load(sums + LANES) + squares);
    }
}

/* `outputs` channels x `pixels` columns from column x on, lanes from h on: all literals, except x
 * and h. */
INLINE void conv_tile(const struct conv_row *row, int x, int h, const int outputs, const int pixels,
                      const int taps, const int step)
{
    vec sum[CONV_OUTPUTS][CONV_NARROW];
    float *out = row->out + (size_t)x * LANES + h;

    UNROLLED (int k = 0; k < outputs; k++)
        UNROLLED (int p = 0; p < pixels; p++)
            sum[k][p] = row->channel > 0 ? load(out + (size_t)k * row->out_plane + p * LANES)
                                         : splat(row->bias != NULL ? row->bias[k] : 0.0F);
    conv_taps(sum, row, row->in + (size_t)x * (size_t)(taps > 0 ? step : row->step) * LANES + h,
              outputs, pixels, taps, step);
    if (row->relu)
        UNROLLED (int k = 0; k < outputs; k++)
            UNROLLED (int p = 0; p < pixels; p++)
                sum[k][p] = positive_part(sum[k][p]);
    UNROLLED (int k = 0; k < outputs; k++)
        UNROLLED (int p = 0; p < pixels; p++)
            store(out + (size_t)k * row->out_plane + p * LANES, sum[k][p]);
    if (outputs == CONV_OUTPUTS && row->sums != NULL)
        conv_sum_tile(row, h, sum, outputs, pixels);
}

/* A whole row of `outputs` channels in tiles of nearly the same width. */
INLINE void conv_tiles(const struct conv_row *row, const int outputs, const int taps,
                       const int step)
{
    const int most = outputs == CONV_OUTPUTS ? CONV_PIXELS : CONV_NARROW / outputs;
    const int tiles = rounded_up_quotient(row->width, most);

    for (int t = 0; t < tiles; t++) {
        const int x = row->width * t / tiles, pixels = row->width * (t + 1) / tiles - x;
        for (int h = 0; h < LANES; h += VECTOR)
            UNROLLED (int n = 1; n <= most; n++)
                if (pixels == n)
                    conv_tile(row, x, h, outputs, n, taps, step);
    }
}

/* What conv_sum_tile() adds for a row of whole tiles, for one channel. */
static void conv_sum_row(const struct conv_row *row, int k)
{
    const int tiles = rounded_up_quotient(row->width, CONV_PIXELS);

    for (int t = 0; t < tiles; t++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            const float *out = row->out + (size_t)k * row->out_plane + h;
            float *sums = row->sums + k * 2 * LANES + h;
            vec total = {0}, squares = {0};
            for (int x = row->width * t / tiles; x < row->width * (t + 1) / tiles; x++) {
                vec value = load(out + x * LANES);
                total += value;
                squares += value * value;
            }
            store(sums, load(sums) + total);
            store(sums + LANES, load(sums + LANES) + squares);
        }
    }
}

typedef void conv_function(const struct conv_row *row, int outputs);

#define CONV_FUNCTION(taps, step)                                                                  \
    static void conv_##taps##_##step(const struct conv_row *row, int outputs)                      \
    {                                                                                              \
        switch (outputs) {                                                                         \
        case 1: conv_tiles(row, 1, taps, step); break;                                             \
        case 2: conv_tiles(row, 2, taps, step); break;                                             \
        case 3: conv_tiles(row, 3, taps, step); break;                                             \
        default: conv_tiles(row, CONV_OUTPUTS, taps, step); break;                                 \
        }                                                                                          \
    }

CONV_FUNCTION(0, 0)
CONV_FUNCTION(1, 1)
CONV_FUNCTION(1, 2)
CONV_FUNCTION(3, 1)
CONV_FUNCTION(3, 2)
CONV_FUNCTION(5, 1)
CONV_FUNCTION(5, 2)

static conv_function *conv_function_of(const struct window *window)
{
    const int taps = window->size[0], step = window->stride[1];

    if (taps != window->size[1] || step > 2)
        return conv_0_0;
    switch (taps) {
    case 1: return step == 1 ? conv_1_1 : conv_1_2;
    case 3: return step == 1 ? conv_3_1 : conv_3_2;
    case 5: return step == 1 ? conv_5_1 : conv_5_2;
    default: return conv_0_0;
    }
}

/* One output row for some of the input channels: all of the output channels [from, to). */
static void conv_outputs(conv_function *function, struct conv_row row, int from, int to, bool last)
{
    float *const out = row.out, *const sums = row.sums;
    const float *const weight = row.weight, *const bias = row.bias;
    const bool relu = row.relu;

    for (int k = from; k < to; k += CONV_OUTPUTS) {
        const int outputs = smaller(CONV_OUTPUTS, to - k);
        row.weight = weight + (size_t)k * row.weight_plane;
        row.bias = bias != NULL ? bias + k : NULL;
        row.out = out + (size_t)k * row.out_plane;
        row.relu = relu && last;
        row.sums = sums != NULL && last ? sums + (size_t)k * 2 * LANES : NULL;
        function(&row, outputs);
        for (int o = 0; outputs < CONV_OUTPUTS && row.sums != NULL && o < outputs; o++)
            conv_sum_row(&row, o);
    }
}

static void conv(const struct window *window, const struct map *in, int border, const float *weight,
                 const float *bias, bool relu, const struct map *out, float (*sums)[2][LANES],
                 int from, int to)
{
    conv_function *function = conv_function_of(window);
    const int taps = window->size[0], row_floats = taps * in->width * LANES;
    const int chunk = larger(1, CONV_CACHED / row_floats);

    if (sums != NULL)
        memset(sums + from, 0, (size_t)(to - from) * sizeof *sums);
    /* Rows outside, output channels inside, and all of them for as many input channels as stay in
     * the first-level cache. */
    for (int y = 0; y < out->height; y++) {
        const int top = y * window->stride[0];
        struct conv_row row = {
            .in = pixel_at(in, 0, top, 0),
            .in_plane = (size_t)in->plane * LANES,
            .in_pitch = (size_t)in->pitch * LANES,
            .tap_from = larger(0, border - top),
            .tap_to = smaller(taps, in->height - border - top),
            .taps = {taps, window->size[1]},
            .step = window->stride[1],
            .weight = weight,
            .weight_plane = (size_t)in->channels * (size_t)(taps * window->size[1]),
            .bias = bias,
            .out = pixel_at(out, 0, y, 0),
            .out_plane = (size_t)out->plane * LANES,
            .width = out->width,
            .relu = relu,
            .sums = sums != NULL ? sums[0][0] : NULL,
        };
        for (int c = 0; c < in->channels; c = row.channel_to) {
            row.channel = c;
            row.channel_to = smaller(c + chunk, in->channels);
            conv_outputs(function, row, from, to, row.channel_to == in->channels);
        }
    }
}

#endif
