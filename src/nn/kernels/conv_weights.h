/*
 * conv_weights.h -- the gradient of convolution's weights; see kernels.h.
 *
 * The inner loops keep the sums of a block of output channels x input channels x taps of some rows
 * of the kernel in registers. Every sum runs over rows and then columns of the output, whatever the
 * block is, and over the lanes at the very end.
 */
#ifndef NN_KERNELS_CONV_WEIGHTS_H
#define NN_KERNELS_CONV_WEIGHTS_H

#include "nn/kernels/vector.h"

enum {
    WEIGHT_OUTPUTS = 4,
    WEIGHT_INPUTS = 4,
    WEIGHT_TAPS = 5,
    WEIGHT_VALUES = 9,           /* inputs x rows x columns of a block, at the most */
    WEIGHT_SUMS = 144,           /* of one output: those of as many inputs are kept at once */
    WEIGHT_TILE = 24 * 1024 / 4, /* floats of operands that should stay in the first-level cache */
};

/* How many output and input channels a block has, for kernels of `taps` columns: as many as leave
 * registers for the operands. */
INLINE int weight_outputs(const int taps)
{
    return VECTOR == 16 ? WEIGHT_OUTPUTS : taps == 5 ? 2 : VECTOR == 8 ? WEIGHT_OUTPUTS : 3;
}

INLINE int weight_inputs(const int taps)
{
    if (VECTOR < 16)
        return taps == 1 ? 3 : 1;
    return taps == 1 ? WEIGHT_INPUTS : taps == 3 ? 2 : 1;
}

/* The operands of a block, for some rows of the output. The sums are [output][input][row of the
 * kernel][column] vectors. */
struct weight_block {
    const float *in; /* what the first row of the kernel meets at the first pixel */
    size_t in_plane, in_pitch, in_row; /* in_row: from one row of the output to the next */
    const float *out;
    size_t out_plane, out_row;
    int width, rows; /* of the output */
    int step;        /* the stride across */
    vec *sums;
    int outputs_step, inputs_step; /* of the sums */
};

/* Where value number v of a block's inputs x rows x columns is, and where its sums are. */
INLINE size_t weight_value(const struct weight_block *block, const int v, const int tap_rows,
                           const int taps)
{
    return (size_t)(v / taps / tap_rows) * block->in_plane +
           (size_t)(v / taps % tap_rows) * block->in_pitch + (size_t)(v % taps) * LANES;
}

INLINE vec *weight_sum(const struct weight_block *block, int k, const int v, const int tap_rows,
                       const int taps)
{
    return block->sums + k * block->outputs_step + v / taps / tap_rows * block->inputs_step +
           v % (taps * tap_rows);
}

/* Adds the products of one vector of each output channel and each value. The fewer of them are kept
 * in registers while the others come by. */
INLINE void weight_products(const struct weight_block *block,
                            vec sum[WEIGHT_OUTPUTS][WEIGHT_VALUES], const float *in,
                            const float *out, const int outputs, const int values,
                            const int tap_rows, const int taps)
{
    vec kept[WEIGHT_OUTPUTS];

    if (outputs == 1) {
        kept[0] = load(out);
        UNROLLED (int v = 0; v < values; v++)
            sum[0][v] =
                multiply_add(sum[0][v], kept[0], load(in + weight_value(block, v, tap_rows, taps)));
    } else if (outputs <= values) {
        UNROLLED (int k = 0; k < outputs; k++)
            kept[k] = load(out + (size_t)k * block->out_plane);
        UNROLLED (int v = 0; v < values; v++) {
            vec value = load(in + weight_value(block, v, tap_rows, taps));
            UNROLLED (int k = 0; k < outputs; k++)
                sum[k][v] = add_product(sum[k][v], kept[k], value);
        }
    } else {
        UNROLLED (int v = 0; v < values; v++)
            if (v < KEPT)
                kept[v] = load(in + weight_value(block, v, tap_rows, taps));
        UNROLLED (int k = 0; k < outputs; k++) {
            vec gradient = load(out + (size_t)k * block->out_plane);
            UNROLLED (int v = 0; v < values; v++) {
                if (v < KEPT)
                    sum[k][v] = add_product(sum[k][v], gradient, kept[v]);
                else
                    sum[k][v] = add_product_at(sum[k][v], gradient,
                                               in + weight_value(block, v, tap_rows, taps));
            }
        }
    }
}

/* Adds the products of `outputs` x `inputs` channels x `tap_rows` x `taps`: all literals. */
INLINE void weight_sums(const struct weight_block *block, const int outputs, const int inputs,
                        const int tap_rows, const int taps, int step)
{
    vec sum[WEIGHT_OUTPUTS][WEIGHT_VALUES];
    const int values = inputs * tap_rows * taps;

    UNROLLED (int k = 0; k < outputs; k++)
        UNROLLED (int v = 0; v < values; v++)
            sum[k][v] = *weight_sum(block, k, v, tap_rows, taps);
    for (int y = 0; y < block->rows; y++) {
        const float *in = block->in + (size_t)y * block->in_row;
        const float *out = block->out + (size_t)y * block->out_row;
        for (int x = 0; x < block->width; x++, in += step * LANES, out += LANES)
            for (int h = 0; h < LANES; h += VECTOR)
                weight_products(block, sum, in + h, out + h, outputs, values, tap_rows, taps);
    }
    UNROLLED (int k = 0; k < outputs; k++)
        UNROLLED (int v = 0; v < values; v++)
            *weight_sum(block, k, v, tap_rows, taps) = sum[k][v];
}

/* A tile: some channels and some rows of the output. */
struct weight_tile {
    const struct map *in, *out;
    int border;
    int taps[2], stride[2];
    int k, outputs, c, c_to; /* output channels from k on, input channels [c, c_to) */
    int from, to;            /* rows of the output */
    vec *sums;               /* [outputs][c_to - c][taps][taps] */
};

/* The rows of the output that row i of the kernel takes into the input without its border. */
static void weight_rows(const struct weight_tile *tile, int i, int *from, int *to)
{
    const int stride = tile->stride[0];

    *from = larger(tile->from, rounded_up_quotient(larger(0, tile->border - i), stride));
    *to = smaller(tile->to,
                  rounded_up_quotient(larger(0, tile->in->height - tile->border - i), stride));
}

/* The block of row i of the kernel, of its columns from j on, for rows [from, to) of the output. */
static struct weight_block weight_block(const struct weight_tile *tile, int c, int i, int j,
                                        int from, int to)
{
    const struct map *in = tile->in, *out = tile->out;
    const int taps = tile->taps[0] * tile->taps[1];

    return (struct weight_block){
        .in = pixel_at(in, c, from * tile->stride[0] + i, j),
        .in_plane = (size_t)in->plane * LANES,
        .in_pitch = (size_t)in->pitch * LANES,
        .in_row = (size_t)(in->pitch * tile->stride[0]) * LANES,
        .out = pixel_at(out, tile->k, from, 0),
        .out_plane = (size_t)out->plane * LANES,
        .out_row = (size_t)out->pitch * LANES,
        .width = out->width,
        .rows = to - from,
        .step = tile->stride[1],
        .sums = tile->sums + (c - tile->c) * taps + i * tile->taps[1] + j,
        .outputs_step = (tile->c_to - tile->c) * taps,
        .inputs_step = taps,
    };
}

/* All rows of the kernel for `outputs` x `inputs` channels, one after the other. */
INLINE void weight_kernel(const struct weight_tile *tile, int c, const int outputs,
                          const int inputs, const int taps, const int step)
{
    for (int i = 0; i < taps; i++) {
        int from, to;
        weight_rows(tile, i, &from, &to);
        if (from < to) {
            struct weight_block block = weight_block(tile, c, i, 0, from, to);
            weight_sums(&block, outputs, inputs, 1, taps, step);
        }
    }
}

/* The same for one channel each, which has too few sums in a row of the kernel to keep the
 * pipelines busy: all rows at once, as far as none of them meets the border. */
INLINE void weight_kernel_at_once(const struct weight_tile *tile, int c, const int taps,
                                  const int step)
{
    struct weight_tile part = *tile;
    int from, to, unused;

    weight_rows(tile, 0, &from, &unused);
    weight_rows(tile, taps - 1, &unused, &to);
    if (from >= to) {
        weight_kernel(tile, c, 1, 1, taps, step);
        return;
    }
    part.to = from;
    weight_kernel(&part, c, 1, 1, taps, step);
    struct weight_block block = weight_block(tile, c, 0, 0, from, to);
    weight_sums(&block, 1, 1, taps, taps, step);
    part.from = to;
    part.to = tile->to;
    weight_kernel(&part, c, 1, 1, taps, step);
}

/* All input channels of a tile, in groups of nearly the same size. */
INLINE void weight_channels(const struct weight_tile *tile, const int outputs, const int taps,
                            const int step)
{
    const int most = weight_inputs(taps), channels = tile->c_to - tile->c;
    const int groups = rounded_up_quotient(channels, most);

    if (outputs == 1 && taps == 3) {
        for (int c = tile->c; c < tile->c_to; c++)
            weight_kernel_at_once(tile, c, taps, step);
        return;
    }
    for (int g = 0; g < groups; g++) {
        const int c = channels * g / groups, inputs = channels * (g + 1) / groups - c;
        WITH_LITERAL(n, inputs, most, weight_kernel(tile, tile->c + c, outputs, n, taps, step))
    }
}

typedef void weight_function(const struct weight_tile *tile);

#define WEIGHT_FUNCTION(taps, step)                                                                \
    static void weights_##taps##_##step(const struct weight_tile *tile)                            \
    {                                                                                              \
        WITH_LITERAL(n, tile->outputs, weight_outputs(taps), weight_channels(tile, n, taps, step)) \
    }

WEIGHT_FUNCTION(1, 1)
WEIGHT_FUNCTION(1, 2)
WEIGHT_FUNCTION(3, 1)
WEIGHT_FUNCTION(3, 2)
WEIGHT_FUNCTION(5, 1)
WEIGHT_FUNCTION(5, 2)

/* NULL for kernels that weights_of_any_size() takes. */
static weight_function *weight_function_of(const struct window *window)
{
    const int taps = window->size[0], step = window->stride[1];

    if (taps != window->size[1] || step > 2)
        return NULL;
    switch (taps) {
    case 1: return step == 1 ? weights_1_1 : weights_1_2;
    case 3: return step == 1 ? weights_3_1 : weights_3_2;
    case 5: return step == 1 ? weights_5_1 : weights_5_2;
    default: return NULL;
    }
}

/* One row of the kernel of one input channel, up to three columns at once. */
INLINE void weights_of_any_size(const struct weight_tile *tile, int i, float *gradient,
                                size_t gradient_plane, const int outputs)
{
    int from, to;

    weight_rows(tile, i, &from, &to);
    for (int j = 0; j < tile->taps[1]; j += 3) {
        const int columns = smaller(3, tile->taps[1] - j);
        vec sums[WEIGHT_OUTPUTS][3] = {0};
        struct weight_block block = weight_block(tile, tile->c, i, j, from, larger(from, to));
        block.sums = sums[0];
        block.outputs_step = 3;
        WITH_LITERAL(n, columns, 3, weight_sums(&block, outputs, 1, 1, n, tile->stride[1]))
        for (int k = 0; k < outputs; k++)
            for (int n = 0; n < columns; n++)
                gradient[(size_t)k * gradient_plane + (size_t)(j + n)] = sum_vector(sums[k][n]);
    }
}

/* Any kernel: one row of it after the other. */
static void conv_weights_of_any_size(struct weight_tile *tile, float *gradient, int from, int to)
{
    const int rows = tile->taps[0], columns = tile->taps[1], channels = tile->in->channels;
    const size_t plane = (size_t)channels * (size_t)(rows * columns);

    tile->from = 0;
    tile->to = tile->out->height;
    for (tile->k = from; tile->k < to; tile->k += WEIGHT_OUTPUTS) {
        tile->outputs = smaller(WEIGHT_OUTPUTS, to - tile->k);
        for (tile->c = 0; tile->c < channels; tile->c++) {
            for (int i = 0; i < rows; i++) {
                float *row =
                    gradient + (size_t)tile->k * plane + (size_t)((tile->c * rows + i) * columns);
                WITH_LITERAL(n, tile->outputs, WEIGHT_OUTPUTS,
                             weights_of_any_size(tile, i, row, plane, n))
            }
        }
    }
}

static void conv_weights(const struct window *window, const struct map *in, int border,
                         const struct map *out, float *gradient, int from, int to)
{
    vec sums[WEIGHT_OUTPUTS * WEIGHT_SUMS];
    const int rows = larger(1, WEIGHT_TILE / ((WEIGHT_OUTPUTS + 2) * out->width * LANES));
    const int taps = window->size[0] * window->size[1];
    weight_function *function = weight_function_of(window);
    struct weight_tile tile = {
        .in = in,
        .out = out,
        .border = border,
        .taps = {window->size[0], window->size[1]},
        .stride = {window->stride[0], window->stride[1]},
        .sums = sums,
    };

    if (function == NULL) {
        conv_weights_of_any_size(&tile, gradient, from, to);
        return;
    }
    for (tile.k = from; tile.k < to; tile.k += tile.outputs) {
        tile.outputs = smaller(weight_outputs(window->size[0]), to - tile.k);
        for (tile.c = 0; tile.c < in->channels; tile.c = tile.c_to) {
            tile.c_to = smaller(tile.c + WEIGHT_SUMS / taps, in->channels);
            const int count = (tile.c_to - tile.c) * taps;
            memset(sums, 0, (size_t)(tile.outputs * count) * sizeof *sums);
            for (tile.from = 0; tile.from < out->height; tile.from += rows) {
                tile.to = smaller(tile.from + rows, out->height);
                function(&tile);
            }
            for (int o = 0; o < tile.outputs; o++)
                sum_vectors(sums + o * count, count,
                            gradient +
                                (size_t)((tile.k + o) * in->channels + tile.c) * (size_t)taps);
        }
    }
}

#endif
