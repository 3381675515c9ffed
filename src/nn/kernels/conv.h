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
#define CONV_EACH CONV_EACH_6
#else
enum { CONV_OUTPUTS = 4, CONV_PIXELS = 3 };
#define CONV_EACH CONV_EACH_3
#endif
enum {
    CONV_NARROW = 12,
    CONV_CACHED = 64 * 1024 / 4, /* floats of input rows that all output channels meet at once */
};

/* The operands of one output row, for some of the input channels. Rows of the kernel that meet a
 * zero border are left out. */
struct conv_row {
    const float *in;          /* what the first row and column of the kernel meet at the left */
    size_t in_pitch, in_skip; /* from one row of the kernel to the next; after a channel's last */
    const float *weight;      /* of the first output channel and row of the kernel */
    size_t weight_skip;       /* after the last row of a channel, to the first of the next */
    size_t weight_plane;      /* from one output channel to the next */
    int channels, rows;       /* of the input, of the kernel */
    int columns, step;        /* of the kernel; the stride across */
    bool resume;              /* start with what `out` holds, */
    const float *bias;        /* else with this, of the first output channel, or NULL */
    float *out;
    size_t out_plane;
    int width;
    struct cut cut, narrow; /* of the width, into tiles of CONV_OUTPUTS and of fewer channels */
    bool relu;
    float *sums; /* of the first output channel, [outputs][2][LANES], or NULL */
};

/* Adds one column of the kernel. `tap` is what it meets at the first pixel. The fewer of weights
 * and pixels are kept in registers while the others come by. */
INLINE void conv_tap(vec sum[CONV_OUTPUTS][CONV_NARROW], const float *tap, int step,
                     const float *weight, size_t weight_plane, const int outputs, const int pixels)
{
    vec kept[CONV_OUTPUTS];

    if (outputs == 1) {
        kept[0] = splat(*weight);
        UNROLLED (int p = 0; p < pixels; p++)
            sum[0][p] = multiply_add(sum[0][p], kept[0], load(tap + p * step * LANES));
    } else if (outputs <= pixels) {
        UNROLLED (int k = 0; k < outputs; k++)
            kept[k] = splat(weight[(size_t)k * weight_plane]);
        UNROLLED (int p = 0; p < pixels; p++) {
            vec value = load(tap + p * step * LANES);
            UNROLLED (int k = 0; k < outputs; k++)
                sum[k][p] = add_product(sum[k][p], kept[k], value);
        }
    } else {
        UNROLLED (int p = 0; p < pixels; p++)
            if (p < KEPT)
                kept[p] = load(tap + p * step * LANES);
        UNROLLED (int k = 0; k < outputs; k++) {
            vec w = splat(weight[(size_t)k * weight_plane]);
            UNROLLED (int p = 0; p < pixels; p++) {
                if (p < KEPT)
                    sum[k][p] = add_product(sum[k][p], w, kept[p]);
                else
                    sum[k][p] = add_product_at(sum[k][p], w, tap + p * step * LANES);
            }
        }
    }
}

/* Adds one row of the kernel. A literal `taps` is the size of a square kernel, 0 stands for any
 * other, which takes any step. Pixels that neighbouring taps share are loaded once where there are
 * registers for them. */
INLINE void conv_taps(vec sum[CONV_OUTPUTS][CONV_NARROW], const struct conv_row *row,
                      const float *in, const float *weight, const int outputs, const int pixels,
                      const int taps, const int step)
{
    const bool shared = VECTOR < 16 ? outputs != 2 : outputs == 1;

    if (taps > 0)
        UNROLLED (int j = 0; j < taps; j++)
            conv_tap(sum, shared ? in + j * LANES : hidden(in + j * LANES), step, weight + j,
                     row->weight_plane, outputs, pixels);
    else
        for (int j = 0; j < row->columns; j++)
            conv_tap(sum, in + j * LANES, row->step, weight + j, row->weight_plane, outputs,
                     pixels);
}

/* Adds a tile to the sums of its channels. */
INLINE void conv_sum_tile(const struct conv_row *row, int h, vec sum[CONV_OUTPUTS][CONV_NARROW],
                          const int outputs, const int pixels)
{
    UNROLLED (int k = 0; k < outputs; k++) {
        float *sums = hidden_output(row->sums + k * 2 * LANES + h);
        vec total = {0}, squares = {0};
        UNROLLED (int p = 0; p < pixels; p++) {
            total += sum[k][p];
            squares = multiply_add(squares, sum[k][p], sum[k][p]);
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
    const float *in = row->in + (size_t)x * (size_t)(taps > 0 ? step : row->step) * LANES + h;
    const float *weight = row->weight;
    float *out = row->out + (size_t)x * LANES + h;

    UNROLLED (int k = 0; k < outputs; k++) {
        const float *begun = hidden(out + (size_t)k * row->out_plane);
        const vec bias = splat(row->bias != NULL ? row->bias[k] : 0.0F);
        UNROLLED (int p = 0; p < pixels; p++)
            sum[k][p] = row->resume ? load(begun + p * LANES) : bias;
    }
    for (int c = row->channels; c > 0; c--) {
        for (int i = taps == 1 ? 1 : row->rows; i > 0; i--) {
            conv_taps(sum, row, in, weight, outputs, pixels, taps, step);
            in += row->in_pitch;
            weight += taps > 0 ? taps : row->columns;
        }
        in += row->in_skip;
        weight += row->weight_skip;
    }
    if (row->relu)
        UNROLLED (int k = 0; k < outputs; k++)
            UNROLLED (int p = 0; p < pixels; p++)
                sum[k][p] = positive_part(sum[k][p]);
    UNROLLED (int k = 0; k < outputs; k++) {
        float *to = hidden_output(out + (size_t)k * row->out_plane);
        UNROLLED (int p = 0; p < pixels; p++)
            store(to + p * LANES, sum[k][p]);
    }
    if (outputs == CONV_OUTPUTS && row->sums != NULL)
        conv_sum_tile(row, h, sum, outputs, pixels);
}

typedef void conv_function(const struct conv_row *row, int x, int h);

/* A function for each tile: small functions, in which the compiler finds registers for everything.
 * A table has them by output channels and pixels, from one on. */
#define CONV_TILE(taps, step, outputs, pixels)                                                     \
    static void conv_##taps##_##step##_##outputs##x##pixels(const struct conv_row *row, int x,     \
                                                            int h)                                 \
    {                                                                                              \
        conv_tile(row, x, h, outputs, pixels, taps, step);                                         \
    }
#define CONV_NAME(taps, step, outputs, pixels) conv_##taps##_##step##_##outputs##x##pixels,
#define CONV_EACH_3(what, taps, step, outputs)                                                     \
    what(taps, step, outputs, 1) what(taps, step, outputs, 2) what(taps, step, outputs, 3)
#define CONV_EACH_6(what, taps, step, outputs)                                                     \
    CONV_EACH_3(what, taps, step, outputs)                                                         \
    what(taps, step, outputs, 4) what(taps, step, outputs, 5) what(taps, step, outputs, 6)
#define CONV_EACH_12(what, taps, step, outputs)                                                    \
    CONV_EACH_6(what, taps, step, outputs)                                                         \
    what(taps, step, outputs, 7) what(taps, step, outputs, 8) what(taps, step, outputs, 9)         \
        what(taps, step, outputs, 10) what(taps, step, outputs, 11) what(taps, step, outputs, 12)
#define CONV_TILES(taps, step)                                                                     \
    CONV_EACH_12(CONV_TILE, taps, step, 1)                                                         \
    CONV_EACH_6(CONV_TILE, taps, step, 2)                                                          \
    CONV_EACH(CONV_TILE, taps, step, 3)                                                            \
    CONV_EACH(CONV_TILE, taps, step, 4)                                                            \
    static conv_function *const conv_##taps##_##step[CONV_OUTPUTS][CONV_NARROW] = {                \
        {CONV_EACH_12(CONV_NAME, taps, step, 1)},                                                  \
        {CONV_EACH_6(CONV_NAME, taps, step, 2)},                                                   \
        {CONV_EACH(CONV_NAME, taps, step, 3)},                                                     \
        {CONV_EACH(CONV_NAME, taps, step, 4)},                                                     \
    };

CONV_TILES(0, 0)
CONV_TILES(1, 1)
CONV_TILES(1, 2)
CONV_TILES(3, 1)
CONV_TILES(3, 2)
CONV_TILES(5, 1)
CONV_TILES(5, 2)

typedef conv_function *const conv_table[CONV_NARROW];

static const conv_table *conv_table_of(const struct window *window)
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

/* A whole row of `outputs` channels in tiles of nearly the same width. */
static void conv_tiles(const conv_table *table, const struct conv_row *row, int outputs)
{
    struct cut cut = outputs < CONV_OUTPUTS ? row->narrow : row->cut;
    conv_function *const *tiles = table[outputs - 1];

    for (int x = 0, pixels; x < row->width; x += pixels) {
        pixels = cut_next(&cut, row->width);
        for (int h = 0; h < LANES; h += VECTOR)
            tiles[pixels - 1](row, x, h);
    }
}

/* What conv_sum_tile() adds for a row of one channel, whatever its tiles were. */
static void conv_sum_row(const struct conv_row *row, int k)
{
    for (int h = 0; h < LANES; h += VECTOR) {
        const float *out = row->out + (size_t)k * row->out_plane + h;
        float *sums = row->sums + k * 2 * LANES + h;
        vec sum = load(sums), sum_squares = load(sums + LANES);
        struct cut cut = row->cut;
        for (int x = 0, pixels; x < row->width; x += pixels) {
            vec total = {0}, squares = {0};
            pixels = cut_next(&cut, row->width);
            for (int p = 0; p < pixels; p++, out += LANES) {
                vec value = load(out);
                total += value;
                squares = multiply_add(squares, value, value);
            }
            sum += total;
            sum_squares += squares;
        }
        store(sums, sum);
        store(sums + LANES, sum_squares);
    }
}

/* One output row for some of the input channels: all of the output channels [from, to). */
static void conv_outputs(const conv_table *table, const struct conv_row *first, int from, int to)
{
    struct conv_row row = *first;

    for (int k = from; k < to; k += CONV_OUTPUTS) {
        const int outputs = smaller(CONV_OUTPUTS, to - k);
        row.weight = first->weight + (size_t)k * first->weight_plane;
        row.bias = first->bias != NULL ? first->bias + k : NULL;
        row.out = first->out + (size_t)k * first->out_plane;
        row.sums = first->sums != NULL ? first->sums + (size_t)k * 2 * LANES : NULL;
        conv_tiles(table, &row, outputs);
        for (int o = 0; outputs < CONV_OUTPUTS && row.sums != NULL && o < outputs; o++)
            conv_sum_row(&row, o);
    }
}

static void conv(const struct window *window, const struct map *in, int border, const float *weight,
                 const float *bias, bool relu, const struct map *out, float (*sums)[2][LANES],
                 int from, int to)
{
    const conv_table *table = conv_table_of(window);
    const int rows = window->size[0], columns = window->size[1], taps = rows * columns;
    const int rest = larger(1, (to - from) % CONV_OUTPUTS);
    const int chunk = larger(1, CONV_CACHED / (rows * in->width * LANES));
    struct conv_row row = {
        .in_pitch = (size_t)in->pitch * LANES,
        .weight_plane = (size_t)(in->channels * taps),
        .columns = columns,
        .step = window->stride[1],
        .bias = bias,
        .out_plane = (size_t)out->plane * LANES,
        .width = out->width,
        .cut = cut_into(out->width, CONV_PIXELS),
        .narrow = cut_into(out->width, rest == 3 ? CONV_PIXELS : CONV_NARROW / rest),
    };

    if (sums != NULL)
        memset(sums + from, 0, (size_t)(to - from) * sizeof *sums);
    /* Rows outside, output channels inside, and all of them for as many input channels as stay in
     * the nearest caches. */
    for (int y = 0; y < out->height; y++) {
        const int top = y * window->stride[0], tap_from = larger(0, border - top);
        row.rows = larger(0, smaller(rows, in->height - border - top) - tap_from);
        row.in_skip = (size_t)(in->plane - row.rows * in->pitch) * LANES;
        row.weight_skip = (size_t)(taps - row.rows * columns);
        row.out = pixel_at(out, 0, y, 0);
        for (int c = 0; c < in->channels; c += chunk) {
            const bool last = c + chunk >= in->channels;
            row.in = pixel_at(in, c, top + tap_from, 0);
            row.weight = weight + c * taps + tap_from * columns;
            row.channels = row.rows > 0 ? smaller(chunk, in->channels - c) : 0;
            row.resume = c > 0;
            row.relu = relu && last;
            row.sums = sums != NULL && last ? sums[0][0] : NULL;
            conv_outputs(table, &row, from, to);
        }
    }
}

#endif
