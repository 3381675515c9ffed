/*
 * linear.h -- the products of linear layers; see kernels.h.
 *
 * The inner loops keep rows of weights x vectors of samples in registers. Weights come from memory
 * once; what all of them meet, some inputs of all blocks, is small enough to stay in a cache. Every
 * sum runs over the inputs (or outputs) in order, whatever the tiles are.
 */
#ifndef NN_KERNELS_LINEAR_H
#define NN_KERNELS_LINEAR_H

#include "nn/kernels/vector.h"

/* LINEAR_ROWS x LINEAR_BLOCKS x HALVES: accumulators of a tile. */
#if defined(__AVX512F__)
enum { LINEAR_ROWS = 6, LINEAR_BLOCKS = 4 };
#elif defined(__AVX__)
enum { LINEAR_ROWS = 6, LINEAR_BLOCKS = 1 };
#else
enum { LINEAR_ROWS = 3, LINEAR_BLOCKS = 1 };
#endif
enum {
    LINEAR_CACHED = 32 * 1024 / 4, /* floats of features that all rows of weights meet at once */
    LINEAR_CHUNK = 64,             /* inputs at once, at the least */
    PANEL = 48,                    /* columns of weights that linear_inputs copies at once, */
    PANEL_OUTPUTS = 128,           /* and rows of them */
    TURNED = 64,                   /* inputs that linear_weights turns at once, */
    TURNED_BLOCKS = 8,             /* and blocks of them */
};

/* The operands of weighted sums: row r of them is
 *   out[r] = start[r] + sum over i of weight[r * row_step + i * step] * in[i]
 * where in, out are features of some blocks. */
struct weighted {
    struct features in, out;
    const float *weight;
    size_t row_step, step;
    int count;
    bool resume;        /* start with what `out` holds, */
    const float *start; /* else with this, NULL for zeros */
};

/* `rows` rows from `row` on, for `blocks` blocks from `block` on: rows and blocks are literals. */
INLINE void weighted_tile(const struct weighted *w, int row, int block, const int rows,
                          const int blocks)
{
    vec sum[LINEAR_ROWS][LINEAR_BLOCKS][HALVES];
    const float *weight = w->weight + (size_t)row * w->row_step;
    const float *in = w->in.data + (size_t)block * w->in.step;
    float *out = w->out.data + (size_t)block * w->out.step + (size_t)row * LANES;

    UNROLLED (int r = 0; r < rows; r++)
        UNROLLED (int b = 0; b < blocks; b++)
            UNROLLED (int h = 0; h < HALVES; h++)
                sum[r][b][h] = w->resume
                                   ? load(out + (size_t)b * w->out.step + r * LANES + h * VECTOR)
                                   : splat(w->start != NULL ? w->start[row + r] : 0.0F);
    for (int i = 0; i < w->count; i++, in += LANES, weight += w->step) {
        vec value[LINEAR_BLOCKS][HALVES];
        UNROLLED (int b = 0; b < blocks; b++)
            UNROLLED (int h = 0; h < HALVES; h++)
                value[b][h] = load(in + (size_t)b * w->in.step + h * VECTOR);
        UNROLLED (int r = 0; r < rows; r++) {
            const vec factor = splat(weight[(size_t)r * w->row_step]);
            UNROLLED (int b = 0; b < blocks; b++)
                UNROLLED (int h = 0; h < HALVES; h++)
                    sum[r][b][h] = multiply_add(sum[r][b][h], factor, value[b][h]);
        }
    }
    UNROLLED (int r = 0; r < rows; r++)
        UNROLLED (int b = 0; b < blocks; b++)
            UNROLLED (int h = 0; h < HALVES; h++)
                store(out + (size_t)b * w->out.step + r * LANES + h * VECTOR, sum[r][b][h]);
}

/* The same for all of `blocks`, in groups of nearly the same size. */
INLINE void weighted_blocks(const struct weighted *w, int row, int blocks, const int rows)
{
    const int groups = rounded_up_quotient(blocks, LINEAR_BLOCKS);

    for (int g = 0; g < groups; g++) {
        const int block = blocks * g / groups, together = blocks * (g + 1) / groups - block;
        WITH_LITERAL(n, together, LINEAR_BLOCKS, weighted_tile(w, row, block, rows, n))
    }
}

/* All of `rows`, likewise. */
static void weighted_sums(const struct weighted *w, int blocks, int rows)
{
    const int groups = rounded_up_quotient(rows, LINEAR_ROWS);

    for (int g = 0; g < groups; g++) {
        const int row = rows * g / groups, together = rows * (g + 1) / groups - row;
        WITH_LITERAL(n, together, LINEAR_ROWS, weighted_blocks(w, row, blocks, n))
    }
}

static void linear(const struct features *in, const float *weight, const float *bias,
                   const struct features *out, int blocks, int inputs, int outputs, int from,
                   int to)
{
    const int chunk = larger(LINEAR_CHUNK, LINEAR_CACHED / (blocks * LANES));

    (void)outputs;
    for (int i = 0; i < inputs; i += chunk) {
        const struct weighted w = {
            .in = {in->data + (size_t)i * LANES, in->step},
            .out = {out->data + (size_t)from * LANES, out->step},
            .weight = weight + (size_t)from * (size_t)inputs + i,
            .row_step = (size_t)inputs,
            .step = 1,
            .count = smaller(chunk, inputs - i),
            .resume = i > 0,
            .start = bias != NULL ? bias + from : NULL,
        };
        weighted_sums(&w, blocks, to - from);
    }
}

/* linear() with the transposed weights. Their columns are copied first: rows of thousands of
 * weights lie in the same few sets of a cache. */
static void linear_inputs(const struct features *out_gradient, const float *weight,
                          const struct features *in_gradient, int blocks, int inputs, int outputs,
                          int from, int to)
{
    float panel[PANEL_OUTPUTS][PANEL] __attribute__((aligned(64)));

    for (int i = from; i < to; i += PANEL) {
        const int columns = smaller(PANEL, to - i);
        for (int o = 0; o < outputs; o += PANEL_OUTPUTS) {
            const int rows = smaller(PANEL_OUTPUTS, outputs - o);
            for (int row = 0; row < rows; row++)
                memcpy(panel[row], weight + (size_t)(o + row) * (size_t)inputs + i,
                       (size_t)columns * sizeof(float));
            const struct weighted w = {
                .in = {out_gradient->data + (size_t)o * LANES, out_gradient->step},
                .out = {in_gradient->data + (size_t)i * LANES, in_gradient->step},
                .weight = panel[0],
                .row_step = 1,
                .step = PANEL,
                .count = rows,
                .resume = o > 0,
            };
            weighted_sums(&w, blocks, columns);
        }
    }
}

/* turned[lane][column] = in[column * LANES + lane] for LANES columns, of which those past
 * `columns` are zero. */
INLINE void turn_features(const float *in, int columns, float (*turned)[TURNED])
{
    for (int column = 0; column < LANES; column += VECTOR) {
        for (int lane = 0; lane < LANES; lane += VECTOR) {
            vec rows[VECTOR];
            UNROLLED (int r = 0; r < VECTOR; r++)
                rows[r] = column + r < columns ? load(in + (column + r) * LANES + lane) : (vec){0};
            transpose(rows);
            UNROLLED (int r = 0; r < VECTOR; r++)
                store(&turned[lane + r][column], rows[r]);
        }
    }
}

/* totals[row][column] += sum over lanes of gradient[row * LANES + lane] * turned[lane][column], for
 * `rows` x `groups` of LANES columns: both literals. */
INLINE void gradient_tile(const float *gradient, const float (*turned)[TURNED],
                          float (*totals)[TURNED], bool first, const int rows, const int groups)
{
    enum { VECTORS = LINEAR_BLOCKS * HALVES };
    vec sum[LINEAR_ROWS][VECTORS] = {0};

    for (int lane = 0; lane < LANES; lane++) {
        vec value[VECTORS];
        UNROLLED (int v = 0; v < groups * HALVES; v++)
            value[v] = load(&turned[lane][v * VECTOR]);
        UNROLLED (int r = 0; r < rows; r++) {
            const vec factor = splat(gradient[r * LANES + lane]);
            UNROLLED (int v = 0; v < groups * HALVES; v++)
                sum[r][v] = multiply_add(sum[r][v], factor, value[v]);
        }
    }
    UNROLLED (int r = 0; r < rows; r++) {
        UNROLLED (int v = 0; v < groups * HALVES; v++) {
            float *total = &totals[r][v * VECTOR];
            store(total, first ? sum[r][v] : load(total) + sum[r][v]);
        }
    }
}

/* The same for all columns. */
INLINE void gradient_row(const float *gradient, const float (*turned)[TURNED],
                         float (*totals)[TURNED], bool first, int columns, const int rows)
{
    for (int column = 0; column < columns; column += LINEAR_BLOCKS * LANES) {
        const int groups = smaller(LINEAR_BLOCKS, rounded_up_quotient(columns - column, LANES));
        const float(*from)[TURNED] = (const float(*)[TURNED])(turned[0] + column);
        float(*to)[TURNED] = (float(*)[TURNED])(totals[0] + column);
        WITH_LITERAL(n, groups, LINEAR_BLOCKS, gradient_tile(gradient, from, to, first, rows, n))
    }
}

/* The gradients of some columns of weights, from `blocks` blocks on: `turned` has those columns of
 * their inputs. */
static void gradient_rows(const float (*turned)[LANES][TURNED], const struct features *out_gradient,
                          int block, int blocks, int columns, float *weight_gradient, int inputs,
                          int outputs)
{
    const int groups = rounded_up_quotient(outputs, LINEAR_ROWS);
    float totals[LINEAR_ROWS][TURNED] __attribute__((aligned(64)));

    for (int g = 0; g < groups; g++) {
        const int o = outputs * g / groups, rows = outputs * (g + 1) / groups - o;
        float *to = weight_gradient + (size_t)o * (size_t)inputs;
        for (int r = 0; block > 0 && r < rows; r++)
            memcpy(totals[r], to + (size_t)r * (size_t)inputs, (size_t)columns * sizeof(float));
        for (int b = 0; b < blocks; b++) {
            const float *gradient =
                out_gradient->data + (size_t)(block + b) * out_gradient->step + (size_t)o * LANES;
            WITH_LITERAL(n, rows, LINEAR_ROWS,
                         gradient_row(gradient, turned[b], totals, block + b == 0, columns, n))
        }
        for (int r = 0; r < rows; r++)
            memcpy(to + (size_t)r * (size_t)inputs, totals[r], (size_t)columns * sizeof(float));
    }
}

static void linear_weights(const struct features *in, const struct features *out_gradient,
                           float *weight_gradient, int blocks, int inputs, int outputs, int from,
                           int to)
{
    float turned[TURNED_BLOCKS][LANES][TURNED] __attribute__((aligned(64)));

    for (int i = from; i < to; i += TURNED) {
        const int columns = smaller(TURNED, to - i);
        for (int block = 0; block < blocks; block += TURNED_BLOCKS) {
            const int together = smaller(TURNED_BLOCKS, blocks - block);
            for (int b = 0; b < together; b++)
                for (int column = 0; column < columns; column += LANES)
                    turn_features(in->data + (size_t)(block + b) * in->step +
                                      (size_t)(i + column) * LANES,
                                  columns - column, (float(*)[TURNED]) & turned[b][0][column]);
            gradient_rows((const float(*)[LANES][TURNED])turned, out_gradient, block, together,
                          columns, weight_gradient + i, inputs, outputs);
        }
    }
}

INLINE float sum_block(const float *lanes)
{
    vec sum = load(lanes);

    for (int h = VECTOR; h < LANES; h += VECTOR)
        sum += load(lanes + h);
    return sum_vector(sum);
}

static void linear_bias(const struct features *out_gradient, float *bias_gradient, int blocks,
                        int from, int to)
{
    for (int o = from; o < to; o++) {
        const float *gradient = out_gradient->data + (size_t)o * LANES;
        float sum = sum_block(gradient);
        for (int b = 1; b < blocks; b++)
            sum += sum_block(gradient + (size_t)b * out_gradient->step);
        bias_gradient[o] = sum;
    }
}

#endif
