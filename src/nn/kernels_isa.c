/*
 * The kernels, for one instruction set. Compiled once for each with KERNELS_ISA set to its name;
 * the compiler's flags and the numbers below are all that differs.
 *
 * A vector is VECTOR floats, as wide as the registers; LANES of them are HALVES vectors. The inner
 * loops keep a block of accumulators in registers. For that their bounds must be literals where the
 * compiler sees the loop, so the tile functions are inlined with every size they are used with, and
 * their arrays have constant sizes (a variable-length array stays in memory).
 */
#include "nn/kernels.h"

#include <string.h>

/* VECTOR: floats a register. CONV_OUTPUTS x CONV_PIXELS: accumulators of conv. WEIGHT_OUTPUTS x
 * WEIGHT_INPUTS x 3 taps: accumulators of conv_weights. */
#if defined(__AVX512F__)
enum { VECTOR = 16, CONV_OUTPUTS = 4, CONV_PIXELS = 6, WEIGHT_OUTPUTS = 4, WEIGHT_INPUTS = 2 };
#elif defined(__AVX__)
enum { VECTOR = 8, CONV_OUTPUTS = 4, CONV_PIXELS = 3, WEIGHT_OUTPUTS = 4, WEIGHT_INPUTS = 1 };
#else
enum { VECTOR = 4, CONV_OUTPUTS = 4, CONV_PIXELS = 3, WEIGHT_OUTPUTS = 4, WEIGHT_INPUTS = 1 };
#endif

enum {
    HALVES = LANES / VECTOR,
    TAPS = 3,                    /* rows and columns of a kernel */
    MULTIPLY_ADDS = 12,          /* independent ones, to measure the peak */
    ROWS = 4,                    /* rows of weights that linear() works on at once */
    WEIGHT_CHUNK = 16,           /* input channels whose weight sums are kept at once */
    WEIGHT_TILE = 24 * 1024 / 4, /* floats of operands that should stay in the first-level cache */
};

typedef float vec __attribute__((vector_size(VECTOR * sizeof(float))));
typedef int ivec __attribute__((vector_size(VECTOR * sizeof(int))));

#define INLINE static inline __attribute__((always_inline))

/* A for loop with a literal bound, unrolled all the way. */
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)") for
#else
#define UNROLLED _Pragma("GCC unroll 16") for
#endif

INLINE vec load(const float *from)
{
    return *(const vec *)from;
}

INLINE void store(float *to, vec value)
{
    *(vec *)to = value;
}

/* The same address. Where registers are scarce clang must not see that neighbouring taps load the
 * same pixels, or it keeps those in registers and the accumulators in memory. */
INLINE const float *hidden(const float *address)
{
#if defined(__clang__) && !defined(__AVX512F__)
    __asm__("" : "+r"(address));
#endif
    return address;
}

INLINE vec splat(float value)
{
    return value - (vec){0}; /* the same value in every lane, the sign of zero included */
}

/* a where the mask's bits are set, else zero. */
INLINE vec keep(ivec mask, vec a)
{
    return (vec)((ivec)a & mask);
}

INLINE vec positive_part(vec a)
{
    return keep(a > 0.0F, a);
}

INLINE vec maximum(vec a, vec b)
{
    ivec greater = a > b;
    return (vec)(((ivec)a & greater) | ((ivec)b & ~greater));
}

INLINE float *pixel_at(const struct map *map, int channel, int y, int x)
{
    return map->data + (size_t)(channel * map->plane + y * map->pitch + x) * LANES;
}

/* By halves, so that additions wait for few others. */
INLINE float sum_vector(vec a)
{
    float lanes[VECTOR] __attribute__((aligned(64)));

    store(lanes, a);
    UNROLLED (int half = VECTOR / 2; half > 0; half /= 2)
        UNROLLED (int i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

/* ---- convolution ---- */

/* One output row's operands, as conv_tile needs them. */
struct conv_row {
    const float *in; /* pixel (0, y, 0) of this half's lanes */
    size_t in_plane, in_pitch;
    int channels, tap_from, tap_to; /* rows of the kernel that do not meet a zero border */
    const float *weight, *bias;     /* of the first output channel */
    float *out;
    size_t out_plane;
    float *sums; /* [outputs][2][LANES] of this half's lanes, or NULL */
};

/* `outputs` channels x `pixels` columns from column x on. Both are literals in every call. */
INLINE void conv_tile(const struct conv_row *row, int x, const int outputs, const int pixels)
{
    vec sum[CONV_OUTPUTS][CONV_PIXELS];
    const size_t weight_plane = (size_t)row->channels * TAPS * TAPS;

    UNROLLED (int k = 0; k < outputs; k++)
        UNROLLED (int p = 0; p < pixels; p++)
            sum[k][p] = splat(row->bias != NULL ? row->bias[k] : 0.0F);
    for (int c = 0; c < row->channels; c++) {
        for (int i = row->tap_from; i < row->tap_to; i++) {
            const float *in =
                row->in + (size_t)c * row->in_plane + (size_t)i * row->in_pitch + (size_t)x * LANES;
            const float *weight = row->weight + (c * TAPS + i) * TAPS;
            UNROLLED (int j = 0; j < TAPS; j++) {
                const float *tap = hidden(in + j * LANES);
                vec value[CONV_PIXELS];
                UNROLLED (int p = 0; p < pixels; p++)
                    value[p] = load(tap + p * LANES);
                UNROLLED (int k = 0; k < outputs; k++) {
                    vec w = splat(weight[(size_t)k * weight_plane + (size_t)j]);
                    UNROLLED (int p = 0; p < pixels; p++)
                        sum[k][p] += w * value[p];
                }
            }
        }
    }
    UNROLLED (int k = 0; k < outputs; k++) {
        vec total = {0}, squares = {0};
        UNROLLED (int p = 0; p < pixels; p++) {
            store(row->out + (size_t)k * row->out_plane + (size_t)(x + p) * LANES, sum[k][p]);
            total += sum[k][p];
            squares += sum[k][p] * sum[k][p];
        }
        if (row->sums != NULL) {
            float *sums = row->sums + (size_t)k * 2 * LANES;
            store(sums, load(sums) + total);
            store(sums + LANES, load(sums + LANES) + squares);
        }
    }
}

/* A whole row of `outputs` channels in tiles of nearly the same width, since narrow tiles have too
 * few accumulators to hide an addition's latency. */
INLINE void conv_tiles(const struct conv_row *row, int width, const int outputs)
{
    int tiles = (width + CONV_PIXELS - 1) / CONV_PIXELS;

    for (int t = 0; t < tiles; t++) {
        int x = width * t / tiles;
        switch (width * (t + 1) / tiles - x) {
        case 1: conv_tile(row, x, outputs, 1); break;
        case 2: conv_tile(row, x, outputs, 2); break;
        case 3: conv_tile(row, x, outputs, 3); break;
#if defined(__AVX512F__)
        case 4: conv_tile(row, x, outputs, 4); break;
        case 5: conv_tile(row, x, outputs, 5); break;
        case 6: conv_tile(row, x, outputs, 6); break;
#endif
        }
    }
}

static void conv_tiles_of(const struct conv_row *row, int width, int outputs)
{
    switch (outputs) {
    case 1: conv_tiles(row, width, 1); break;
    case 2: conv_tiles(row, width, 2); break;
    case 3: conv_tiles(row, width, 3); break;
    default: conv_tiles(row, width, CONV_OUTPUTS); break;
    }
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static void conv(const struct map *in, int border, const float *weight, const float *bias,
                 const struct map *out, float (*sums)[2][LANES], int from, int to)
{
    if (sums != NULL)
        memset(sums + from, 0, (size_t)(to - from) * sizeof *sums);
    /* Rows outside, channels inside: three rows of the input stay in the first-level cache. */
    for (int y = 0; y < out->height; y++) {
        for (int k = from; k < to; k += CONV_OUTPUTS) {
            for (int half = 0; half < HALVES; half++) {
                struct conv_row row = {
                    .in = pixel_at(in, 0, y, 0) + half * VECTOR,
                    .in_plane = (size_t)in->plane * LANES,
                    .in_pitch = (size_t)in->pitch * LANES,
                    .channels = in->channels,
                    .tap_from = larger(0, border - y),
                    .tap_to = smaller(TAPS, in->height - border - y),
                    .weight = weight + (size_t)k * (size_t)in->channels * TAPS * TAPS,
                    .bias = bias != NULL ? bias + k : NULL,
                    .out = pixel_at(out, k, y, 0) + half * VECTOR,
                    .out_plane = (size_t)out->plane * LANES,
                    .sums = sums != NULL ? &sums[k][0][0] + half * VECTOR : NULL,
                };
                conv_tiles_of(&row, out->width, smaller(CONV_OUTPUTS, to - k));
            }
        }
    }
}

/* Adds a row's products to the sums of `outputs` x `inputs` x 3 taps of one kernel row. */
INLINE void weight_row(const float *in, size_t in_plane, const float *out, size_t out_plane,
                       int width, vec (*sums)[WEIGHT_OUTPUTS][TAPS], size_t sums_plane,
                       const int outputs, const int inputs)
{
    vec sum[WEIGHT_INPUTS][WEIGHT_OUTPUTS][TAPS];

    UNROLLED (int c = 0; c < inputs; c++)
        UNROLLED (int k = 0; k < outputs; k++)
            UNROLLED (int j = 0; j < TAPS; j++)
                sum[c][k][j] = sums[(size_t)c * sums_plane][k][j];
    for (int x = 0; x < width * HALVES; x++) {
        vec value[WEIGHT_INPUTS][TAPS];
        UNROLLED (int c = 0; c < inputs; c++)
            UNROLLED (int j = 0; j < TAPS; j++)
                value[c][j] = load(in + (size_t)c * in_plane + (size_t)x * VECTOR + j * LANES);
        UNROLLED (int k = 0; k < outputs; k++) {
            vec gradient = load(out + (size_t)k * out_plane + (size_t)x * VECTOR);
            UNROLLED (int c = 0; c < inputs; c++)
                UNROLLED (int j = 0; j < TAPS; j++)
                    sum[c][k][j] += gradient * value[c][j];
        }
    }
    UNROLLED (int c = 0; c < inputs; c++)
        UNROLLED (int k = 0; k < outputs; k++)
            UNROLLED (int j = 0; j < TAPS; j++)
                sums[(size_t)c * sums_plane][k][j] = sum[c][k][j];
}

/* Adds rows [from, to) of a tile for `outputs` channels from k on and input channels [c, c_to). */
INLINE void weight_tile(const struct map *in, int border, const struct map *out, int k, int c,
                        int c_to, int from, int to,
                        vec sums[WEIGHT_CHUNK][TAPS][WEIGHT_OUTPUTS][TAPS], const int outputs)
{
    const size_t in_plane = (size_t)in->plane * LANES, out_plane = (size_t)out->plane * LANES;

    for (int first = c, inputs; c < c_to; c += inputs) {
        inputs = smaller(WEIGHT_INPUTS, c_to - c);
        for (int i = 0; i < TAPS; i++) {
            int y_to = smaller(to, in->height - border - i);
            for (int y = larger(from, border - i); y < y_to; y++) {
                const float *in_row = pixel_at(in, c, y + i, 0);
                const float *out_row = pixel_at(out, k, y, 0);
                if (inputs == WEIGHT_INPUTS)
                    weight_row(in_row, in_plane, out_row, out_plane, out->width,
                               &sums[c - first][i], TAPS, outputs, WEIGHT_INPUTS);
                else
                    weight_row(in_row, in_plane, out_row, out_plane, out->width,
                               &sums[c - first][i], TAPS, outputs, 1);
            }
        }
    }
}

static void conv_weights(const struct map *in, int border, const struct map *out, float *gradient,
                         int from, int to)
{
    vec sums[WEIGHT_CHUNK][TAPS][WEIGHT_OUTPUTS][TAPS];
    const int rows = larger(1, WEIGHT_TILE / ((WEIGHT_OUTPUTS + 2) * out->width * LANES));

    for (int k = from; k < to; k += WEIGHT_OUTPUTS) {
        int outputs = smaller(WEIGHT_OUTPUTS, to - k);
        for (int c = 0; c < in->channels; c += WEIGHT_CHUNK) {
            int c_to = smaller(c + WEIGHT_CHUNK, in->channels);
            memset(sums, 0, sizeof sums);
            for (int y = 0; y < out->height; y += rows) {
                int y_to = smaller(y + rows, out->height);
                switch (outputs) {
                case 1: weight_tile(in, border, out, k, c, c_to, y, y_to, sums, 1); break;
                case 2: weight_tile(in, border, out, k, c, c_to, y, y_to, sums, 2); break;
                case 3: weight_tile(in, border, out, k, c, c_to, y, y_to, sums, 3); break;
                default:
                    weight_tile(in, border, out, k, c, c_to, y, y_to, sums, WEIGHT_OUTPUTS);
                    break;
                }
            }
            for (int o = 0; o < outputs; o++)
                for (int n = 0; n < c_to - c; n++)
                    for (int tap = 0; tap < TAPS * TAPS; tap++)
                        gradient[((k + o) * in->channels + c + n) * TAPS * TAPS + tap] =
                            sum_vector(sums[n][tap / TAPS][o][tap % TAPS]);
        }
    }
}

/* ---- batch norm, ReLU, pooling: one channel at a time ---- */

static void norm_relu(const struct map *in, int channel, float scale, float shift,
                      const struct map *out)
{
    for (int y = 0; y < out->height; y++) {
        const float *from = pixel_at(in, channel, y, 0);
        float *to = pixel_at(out, channel, y, 0);
        for (int x = 0; x < out->width * LANES; x += VECTOR)
            store(to + x, positive_part(splat(scale) * load(from + x) + splat(shift)));
    }
}

static void norm_relu_pool(const struct map *in, int channel, float scale, float shift,
                           const struct map *out)
{
    const vec a = splat(scale), b = splat(shift);

    for (int y = 0; y < out->height; y++) {
        const float *above = pixel_at(in, channel, 2 * y, 0);
        const float *below = pixel_at(in, channel, 2 * y + 1, 0);
        float *to = pixel_at(out, channel, y, 0);
        for (int x = 0; x < out->width; x++) {
            for (int h = 0; h < LANES; h += VECTOR) {
                const float *left = above + 2 * x * LANES + h, *under = below + 2 * x * LANES + h;
                vec top = maximum(a * load(left) + b, a * load(left + LANES) + b);
                vec bottom = maximum(a * load(under) + b, a * load(under + LANES) + b);
                store(to + x * LANES + h, positive_part(maximum(top, bottom)));
            }
        }
    }
}

/* Adds one vector of gradients, and of gradients times inputs, to sums[2][LANES] at lane h. */
INLINE void add_sums(float sums[2][LANES], int h, vec gradient, vec product)
{
    store(sums[0] + h, load(sums[0] + h) + gradient);
    store(sums[1] + h, load(sums[1] + h) + product);
}

static void relu_backward(const struct map *in, int channel, float scale, float shift,
                          const struct map *out_gradient, const struct map *gradient,
                          float sums[2][LANES])
{
    memset(sums, 0, 2 * sizeof *sums);
    for (int y = 0; y < in->height; y++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            const float *value = pixel_at(in, channel, y, 0) + h;
            const float *from = pixel_at(out_gradient, channel, y, 0) + h;
            float *to = pixel_at(gradient, channel, y, 0) + h;
            vec sum = {0}, product = {0};
            for (int x = 0; x < in->width * LANES; x += LANES) {
                vec z = load(value + x);
                vec g = keep(splat(scale) * z + splat(shift) > 0.0F, load(from + x));
                store(to + x, g);
                sum += g;
                product += g * z;
            }
            add_sums(sums, h, sum, product);
        }
    }
}

/* Sets to zero what a 2x2 maximum drops of an odd height or width. */
static void clear_dropped(const struct map *gradient, int channel)
{
    const size_t pixel = LANES * sizeof(float);

    if (gradient->height % 2 != 0)
        memset(pixel_at(gradient, channel, gradient->height - 1, 0), 0,
               (size_t)gradient->width * pixel);
    for (int y = 0; gradient->width % 2 != 0 && y < gradient->height; y++)
        memset(pixel_at(gradient, channel, y, gradient->width - 1), 0, pixel);
}

static void relu_pool_backward(const struct map *in, int channel, float scale, float shift,
                               const struct map *out_gradient, const struct map *gradient,
                               float sums[2][LANES])
{
    const int pitch = in->pitch * LANES, gradient_pitch = gradient->pitch * LANES;
    const vec a = splat(scale), b = splat(shift);

    memset(sums, 0, 2 * sizeof *sums);
    clear_dropped(gradient, channel);
    for (int y = 0; y < in->height / 2; y++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            const float *value = pixel_at(in, channel, 2 * y, 0) + h;
            const float *from = pixel_at(out_gradient, channel, y, 0) + h;
            float *to = pixel_at(gradient, channel, 2 * y, 0) + h;
            vec sum = {0}, product = {0};
            for (int x = 0; x < in->width / 2; x++) {
                const int at[4] = {0, LANES, pitch, pitch + LANES};
                const int to_at[4] = {0, LANES, gradient_pitch, gradient_pitch + LANES};
                vec z[4], n[4];
                UNROLLED (int i = 0; i < 4; i++) {
                    z[i] = load(value + 2 * x * LANES + at[i]);
                    n[i] = a * z[i] + b;
                }
                vec most = maximum(maximum(n[0], n[1]), maximum(n[2], n[3]));
                vec g = load(from + x * LANES);
                ivec open = most > 0.0F; /* the ReLU lets it through and no earlier one took it */
                UNROLLED (int i = 0; i < 4; i++) {
                    ivec winner = (n[i] == most) & open;
                    vec own = keep(winner, g);
                    open &= ~winner;
                    store(to + 2 * x * LANES + to_at[i], own);
                    sum += own;
                    product += own * z[i];
                }
            }
            add_sums(sums, h, sum, product);
        }
    }
}

static void norm_backward(const struct map *in, int channel, float scale, const float slope[LANES],
                          const float offset[LANES], const struct map *gradient)
{
    for (int y = 0; y < in->height; y++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            const float *value = pixel_at(in, channel, y, 0) + h;
            float *g = pixel_at(gradient, channel, y, 0) + h;
            const vec b = load(slope + h), c = load(offset + h);
            for (int x = 0; x < in->width * LANES; x += LANES)
                store(g + x, splat(scale) * load(g + x) + (b * load(value + x) + c));
        }
    }
}

/* ---- convolution merged with the global average ---- */

/* A row's sums over the three windows of `width` columns that start at columns 0, 1 and 2. */
INLINE void row_windows(const float *row, int width, vec sum[TAPS])
{
    UNROLLED (int j = 0; j < TAPS; j++) {
        sum[j] = load(row + j * LANES);
        for (int x = j + 1; x < j + width; x++)
            sum[j] += load(row + x * LANES);
    }
}

static void window_means(const struct map *in, float *means)
{
    const int windows = in->height - TAPS + 1, width = in->width - TAPS + 1;
    const float scale = 1.0F / (float)(windows * width);

    for (int c = 0; c < in->channels; c++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            vec sum[TAPS][TAPS] = {0};
            for (int y = 0; y < in->height; y++) {
                vec row[TAPS];
                row_windows(pixel_at(in, c, y, 0) + h, width, row);
                UNROLLED (int i = 0; i < TAPS; i++)
                    if (y >= i && y < windows + i)
                        UNROLLED (int j = 0; j < TAPS; j++)
                            sum[i][j] += row[j];
            }
            UNROLLED (int tap = 0; tap < TAPS * TAPS; tap++)
                store(means + (c * TAPS * TAPS + tap) * LANES + h,
                      sum[tap / TAPS][tap % TAPS] * splat(scale));
        }
    }
}

static void window_means_backward(const float *means_gradient, const struct map *in_gradient)
{
    const int height = in_gradient->height - TAPS + 1, width = in_gradient->width - TAPS + 1;
    const float scale = 1.0F / (float)(height * width);

    for (int c = 0; c < in_gradient->channels; c++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            const float *means = means_gradient + c * TAPS * TAPS * LANES + h;
            for (int y = 0; y < in_gradient->height; y++) {
                float *to = pixel_at(in_gradient, c, y, 0) + h;
                vec row[TAPS] = {0}; /* what the windows at this row give to each column tap */
                UNROLLED (int i = 0; i < TAPS; i++)
                    if (y >= i && y < height + i)
                        UNROLLED (int j = 0; j < TAPS; j++)
                            row[j] += splat(scale) * load(means + (i * TAPS + j) * LANES);
                for (int x = 0; x < in_gradient->width; x++) {
                    vec sum = {0};
                    UNROLLED (int j = 0; j < TAPS; j++)
                        if (x >= j && x < width + j)
                            sum += row[j];
                    store(to + x * LANES, sum);
                }
            }
        }
    }
}

/* ---- global average ---- */

static void average(const struct map *in, float *averages)
{
    const float scale = 1.0F / (float)(in->height * in->width);

    for (int c = 0; c < in->channels; c++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            vec sum = {0};
            for (int y = 0; y < in->height; y++) {
                const float *row = pixel_at(in, c, y, 0) + h;
                for (int x = 0; x < in->width * LANES; x += LANES)
                    sum += load(row + x);
            }
            store(averages + c * LANES + h, sum * splat(scale));
        }
    }
}

static void average_backward(const float *averages_gradient, const struct map *in_gradient)
{
    const float scale = 1.0F / (float)(in_gradient->height * in_gradient->width);

    for (int c = 0; c < in_gradient->channels; c++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            const vec share = load(averages_gradient + c * LANES + h) * splat(scale);
            for (int y = 0; y < in_gradient->height; y++) {
                float *row = pixel_at(in_gradient, c, y, 0) + h;
                for (int x = 0; x < in_gradient->width * LANES; x += LANES)
                    store(row + x, share);
            }
        }
    }
}

/* ---- linear ---- */

/* to[r] = start[r] + sum over i of weight[r * row_step + i * step] * in[i], for `rows` rows from r
 * on. Four rows at a time have enough accumulators to hide most of an addition's latency. */
INLINE void weighted_sums(const float *in, const float *weight, int row_step, int step, int count,
                          const float *start, float *to, const int rows)
{
    vec sum[ROWS][HALVES];

    UNROLLED (int r = 0; r < rows; r++)
        UNROLLED (int h = 0; h < HALVES; h++)
            sum[r][h] = splat(start != NULL ? start[r] : 0.0F);
    for (int i = 0; i < count; i++) {
        UNROLLED (int h = 0; h < HALVES; h++) {
            vec value = load(in + i * LANES + h * VECTOR);
            UNROLLED (int r = 0; r < rows; r++)
                sum[r][h] += splat(weight[r * row_step + i * step]) * value;
        }
    }
    UNROLLED (int r = 0; r < rows; r++)
        UNROLLED (int h = 0; h < HALVES; h++)
            store(to + r * LANES + h * VECTOR, sum[r][h]);
}

/* The same for all of `rows`. */
static void all_weighted_sums(const float *in, const float *weight, int row_step, int step,
                              int count, const float *start, float *to, int rows)
{
    int r = 0;

    for (; r + ROWS <= rows; r += ROWS)
        weighted_sums(in, weight + r * row_step, row_step, step, count,
                      start != NULL ? start + r : NULL, to + r * LANES, ROWS);
    for (; r < rows; r++)
        weighted_sums(in, weight + r * row_step, row_step, step, count,
                      start != NULL ? start + r : NULL, to + r * LANES, 1);
}

static void linear(const float *in, const float *weight, const float *bias, float *out, int inputs,
                   int outputs)
{
    all_weighted_sums(in, weight, inputs, 1, inputs, bias, out, outputs);
}

INLINE float sum_block(const float *lanes)
{
    vec sum = load(lanes);

    for (int h = VECTOR; h < LANES; h += VECTOR)
        sum += load(lanes + h);
    return sum_vector(sum);
}

/* Gradient of linear's weights: linear() once more, with lanes for inputs and LANES inputs for
 * lanes. */
static void linear_weights(const float *in, const float *out_gradient, float *weight_gradient,
                           int inputs, int outputs)
{
    float turned[LANES][LANES] __attribute__((aligned(64)));
    float sums[ROWS][LANES] __attribute__((aligned(64)));

    for (int i = 0; i < inputs; i += LANES) {
        const int columns = smaller(LANES, inputs - i);
        memset(turned, 0, sizeof turned);
        for (int column = 0; column < columns; column++)
            for (int lane = 0; lane < LANES; lane++)
                turned[lane][column] = in[(i + column) * LANES + lane];
        for (int o = 0; o < outputs; o += ROWS) {
            const int rows = smaller(ROWS, outputs - o);
            all_weighted_sums(turned[0], out_gradient + o * LANES, LANES, 1, LANES, NULL, sums[0],
                              rows);
            for (int r = 0; r < rows; r++)
                memcpy(weight_gradient + (o + r) * inputs + i, sums[r],
                       (size_t)columns * sizeof(float));
        }
    }
}

static void linear_backward(const float *in, const float *weight, const float *out_gradient,
                            float *in_gradient, float *weight_gradient, float *bias_gradient,
                            int inputs, int outputs)
{
    if (in_gradient != NULL) /* by the transposed weights */
        all_weighted_sums(out_gradient, weight, 1, inputs, outputs, NULL, in_gradient, inputs);
    linear_weights(in, out_gradient, weight_gradient, inputs, outputs);
    for (int o = 0; o < outputs && bias_gradient != NULL; o++)
        bias_gradient[o] = sum_block(out_gradient + o * LANES);
}

/* ---- the peak ---- */

static double multiply_add(long rounds)
{
    vec sum[MULTIPLY_ADDS], factor = splat(0.999F);

    UNROLLED (int i = 0; i < MULTIPLY_ADDS; i++)
        sum[i] = splat((float)i);
    for (long round = 0; round < rounds; round++) {
        UNROLLED (int i = 0; i < MULTIPLY_ADDS; i++)
            sum[i] = sum[i] * factor + factor;
        __asm__ volatile("" ::: "memory"); /* every round counts */
    }
    UNROLLED (int i = 1; i < MULTIPLY_ADDS; i++)
        sum[0] += sum[i];
    volatile float used = sum_vector(sum[0]);
    (void)used;
    return 2.0 * VECTOR * MULTIPLY_ADDS * (double)rounds;
}

#define NAME_OF(isa) #isa
#define STRING_OF(isa) NAME_OF(isa)
#define JOIN(a, b) a##b
#define TABLE_OF(isa) JOIN(kernels_, isa)

extern const struct kernels TABLE_OF(KERNELS_ISA);
const struct kernels TABLE_OF(KERNELS_ISA) = {
    .name = STRING_OF(KERNELS_ISA),
    .conv = conv,
    .conv_weights = conv_weights,
    .norm_relu = norm_relu,
    .norm_relu_pool = norm_relu_pool,
    .relu_backward = relu_backward,
    .relu_pool_backward = relu_pool_backward,
    .norm_backward = norm_backward,
    .window_means = window_means,
    .window_means_backward = window_means_backward,
    .average = average,
    .average_backward = average_backward,
    .linear = linear,
    .linear_backward = linear_backward,
    .multiply_add = multiply_add,
};
