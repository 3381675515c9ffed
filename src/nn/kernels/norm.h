/*
 * norm.h -- batch norm, ReLU and the 2x2 maximum after it, one channel at a time; see kernels.h.
 */
#ifndef NN_KERNELS_NORM_H
#define NN_KERNELS_NORM_H

#include "nn/kernels/pool.h"

static void norm(const struct map *in, int channel, float scale, float shift, const struct map *out)
{
    for (int y = 0; y < out->height; y++) {
        const float *from = pixel_at(in, channel, y, 0);
        float *to = pixel_at(out, channel, y, 0);
        for (int x = 0; x < out->width * LANES; x += VECTOR)
            store(to + x, splat(scale) * load(from + x) + splat(shift));
    }
}

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

/* NaN if one of the four is, else a. */
INLINE vec nan_if_any(vec a, const vec of[4])
{
    ivec numbers = (of[0] == of[0]) & (of[1] == of[1]) & (of[2] == of[2]) & (of[3] == of[3]);

    return (vec)((ivec)a | ~numbers);
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
                vec n[4] = {a * load(left) + b, a * load(left + LANES) + b, a * load(under) + b,
                            a * load(under + LANES) + b};
                vec most = greater(greater(n[0], n[1]), greater(n[2], n[3]));
                store(to + x * LANES + h, positive_part(nan_if_any(most, n)));
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

static void sums(const struct map *a, const struct map *b, int channel, float sums[2][LANES])
{
    memset(sums, 0, 2 * sizeof *sums);
    for (int y = 0; y < a->height; y++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            const float *first = pixel_at(a, channel, y, 0) + h;
            const float *second = pixel_at(b, channel, y, 0) + h;
            vec sum = {0}, product = {0};
            for (int x = 0; x < a->width * LANES; x += LANES) {
                vec value = load(first + x);
                sum += value;
                product += value * load(second + x);
            }
            add_sums(sums, h, sum, product);
        }
    }
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

static void relu_pool_backward(const struct map *in, int channel, float scale, float shift,
                               const struct map *out_gradient, const struct map *gradient,
                               float sums[2][LANES])
{
    const int pitch = in->pitch * LANES, gradient_pitch = gradient->pitch * LANES;
    const vec a = splat(scale), b = splat(shift);

    memset(sums, 0, 2 * sizeof *sums);
    clear_rest(gradient, channel, 2 * out_gradient->height, 2 * out_gradient->width);
    for (int y = 0; y < out_gradient->height; y++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            const float *value = pixel_at(in, channel, 2 * y, 0) + h;
            const float *from = pixel_at(out_gradient, channel, y, 0) + h;
            float *to = pixel_at(gradient, channel, 2 * y, 0) + h;
            vec sum = {0}, product = {0};
            for (int x = 0; x < out_gradient->width; x++) {
                const int at[4] = {0, LANES, pitch, pitch + LANES};
                const int to_at[4] = {0, LANES, gradient_pitch, gradient_pitch + LANES};
                vec z[4], n[4];
                UNROLLED (int i = 0; i < 4; i++) {
                    z[i] = load(value + 2 * x * LANES + at[i]);
                    n[i] = a * z[i] + b;
                }
                vec most = greater(greater(n[0], n[1]), greater(n[2], n[3]));
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
                          const float offset[LANES], const struct map *out_gradient,
                          const struct map *in_gradient)
{
    for (int y = 0; y < in->height; y++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            const float *value = pixel_at(in, channel, y, 0) + h;
            const float *from = pixel_at(out_gradient, channel, y, 0) + h;
            float *to = pixel_at(in_gradient, channel, y, 0) + h;
            const vec b = load(slope + h), c = load(offset + h);
            for (int x = 0; x < in->width * LANES; x += LANES)
                store(to + x, splat(scale) * load(from + x) + (b * load(value + x) + c));
        }
    }
}

#endif
