/*
 * pool.h -- maxima and means over windows, one channel at a time; see kernels.h.
 */
#ifndef NN_KERNELS_POOL_H
#define NN_KERNELS_POOL_H

#include "nn/kernels/vector.h"

/* What a window covers of the rows or of the columns: [from, to). */
struct span {
    int from, to;
};

/* Window number `at` along one axis of `length` pixels. */
static struct span window_span(const struct window *window, int axis, int at, int length)
{
    const int from = at * window->stride[axis] - window->padding[axis];

    return (struct span){larger(from, 0), smaller(from + window->size[axis], length)};
}

/* Window `at` of `windows` that share `length` pixels, as torch.nn.AdaptiveAvgPool2d has them. */
static struct span adaptive_span(int at, int windows, int length)
{
    const long long n = windows, pixels = length;

    return (struct span){(int)(at * pixels / n), (int)(((at + 1) * pixels + n - 1) / n)};
}

static void clear_channel(const struct map *map, int channel)
{
    for (int y = 0; y < map->height; y++)
        memset(pixel_at(map, channel, y, 0), 0, (size_t)map->width * LANES * sizeof(float));
}

/* ---- maxima ---- */

/* Windows of `size` x `size` pixels that lie side by side without padding. */
INLINE void max_pool_tiles(const struct map *in, int channel, const struct map *out, const int size)
{
    const int pitch = in->pitch * LANES;

    for (int y = 0; y < out->height; y++) {
        const float *from = pixel_at(in, channel, y * size, 0);
        float *to = pixel_at(out, channel, y, 0);
        for (int x = 0; x < out->width; x++, from += size * LANES, to += LANES) {
            for (int h = 0; h < LANES; h += VECTOR) {
                vec most = load(from + h);
                UNROLLED (int i = 0; i < size; i++)
                    UNROLLED (int j = i == 0; j < size; j++)
                        most = maximum(most, load(from + i * pitch + j * LANES + h));
                store(to + h, most);
            }
        }
    }
}

/* Any window, of which the rows and columns inside the map are given. */
static void max_pool_window(const struct map *in, int channel, struct span rows,
                            struct span columns, float *to)
{
    for (int h = 0; h < LANES; h += VECTOR) {
        vec most = load(pixel_at(in, channel, rows.from, columns.from) + h);
        for (int y = rows.from; y < rows.to; y++) {
            const float *row = pixel_at(in, channel, y, 0) + h;
            for (int x = columns.from; x < columns.to; x++)
                most = maximum(most, load(row + x * LANES));
        }
        store(to + h, most);
    }
}

/* The size of square windows that lie side by side without padding, else 0. */
static int tile_size(const struct window *window)
{
    const int size = window->size[0];

    return window->size[1] == size && window->stride[0] == size && window->stride[1] == size &&
                   window->padding[0] == 0 && window->padding[1] == 0
               ? size
               : 0;
}

static void max_pool(const struct window *window, const struct map *in, int channel,
                     const struct map *out)
{
    switch (tile_size(window)) {
    case 2: max_pool_tiles(in, channel, out, 2); return;
    case 3: max_pool_tiles(in, channel, out, 3); return;
    }
    for (int y = 0; y < out->height; y++) {
        const struct span rows = window_span(window, 0, y, in->height);
        for (int x = 0; x < out->width; x++)
            max_pool_window(in, channel, rows, window_span(window, 1, x, in->width),
                            pixel_at(out, channel, y, x));
    }
}

/* `a` takes the maximum's place if it is greater, or if it is NaN. */
INLINE ivec takes_over(vec a, vec most)
{
    return (a > most) | (a != a);
}

/* Each pixel of the windows is written once. */
INLINE void max_pool_tiles_backward(const struct map *in, int channel,
                                    const struct map *out_gradient, const struct map *in_gradient,
                                    const int size)
{
    const int pitch = in->pitch * LANES, to_pitch = in_gradient->pitch * LANES;

    for (int y = 0; y < out_gradient->height; y++) {
        const float *value = pixel_at(in, channel, y * size, 0);
        const float *from = pixel_at(out_gradient, channel, y, 0);
        float *to = pixel_at(in_gradient, channel, y * size, 0);
        for (int x = 0; x < out_gradient->width * LANES; x += LANES) {
            for (int h = 0; h < LANES; h += VECTOR) {
                const float *corner = value + x * size + h;
                vec most = load(corner), gradient = load(from + x + h);
                ivec winner = {0};
                UNROLLED (int tap = 1; tap < size * size; tap++) {
                    vec a = load(corner + tap / size * pitch + tap % size * LANES);
                    ivec over = takes_over(a, most);
                    most = pick(over, a, most);
                    winner = (winner & ~over) | (tap & over);
                }
                UNROLLED (int tap = 0; tap < size * size; tap++)
                    store(to + x * size + h + tap / size * to_pitch + tap % size * LANES,
                          keep(winner == tap, gradient));
            }
        }
    }
}

/* Sets to zero what lies after the windows of a tiling. */
static void clear_rest(const struct map *map, int channel, int height, int width)
{
    const size_t pixel = LANES * sizeof(float);

    for (int y = 0; width < map->width && y < height; y++)
        memset(pixel_at(map, channel, y, width), 0, (size_t)(map->width - width) * pixel);
    for (int y = height; y < map->height; y++)
        memset(pixel_at(map, channel, y, 0), 0, (size_t)map->width * pixel);
}

/* Adds the window's gradient to the place of its maximum. */
static void max_pool_window_backward(const struct map *in, int channel, struct span rows,
                                     struct span columns, const float *from,
                                     const struct map *in_gradient)
{
    for (int h = 0; h < LANES; h += VECTOR) {
        vec most = load(pixel_at(in, channel, rows.from, columns.from) + h);
        ivec winner = {0};
        int tap = 0;
        for (int y = rows.from; y < rows.to; y++) {
            for (int x = columns.from; x < columns.to; x++, tap++) {
                vec a = load(pixel_at(in, channel, y, x) + h);
                ivec over = takes_over(a, most);
                most = pick(over, a, most);
                winner = (winner & ~over) | (tap & over);
            }
        }
        tap = 0;
        for (int y = rows.from; y < rows.to; y++) {
            for (int x = columns.from; x < columns.to; x++, tap++) {
                float *to = pixel_at(in_gradient, channel, y, x) + h;
                store(to, load(to) + keep(winner == tap, load(from + h)));
            }
        }
    }
}

static void max_pool_backward(const struct window *window, const struct map *in, int channel,
                              const struct map *out_gradient, const struct map *in_gradient)
{
    const int size = tile_size(window);

    if (size == 2 || size == 3) {
        clear_rest(in_gradient, channel, size * out_gradient->height, size * out_gradient->width);
        if (size == 2)
            max_pool_tiles_backward(in, channel, out_gradient, in_gradient, 2);
        else
            max_pool_tiles_backward(in, channel, out_gradient, in_gradient, 3);
        return;
    }
    clear_channel(in_gradient, channel);
    for (int y = 0; y < out_gradient->height; y++) {
        const struct span rows = window_span(window, 0, y, in->height);
        for (int x = 0; x < out_gradient->width; x++)
            max_pool_window_backward(in, channel, rows, window_span(window, 1, x, in->width),
                                     pixel_at(out_gradient, channel, y, x), in_gradient);
    }
}

/* ---- means ---- */

/* The sum over a window, times `scale`. */
static void mean_window(const struct map *in, int channel, struct span rows, struct span columns,
                        float scale, float *to)
{
    for (int h = 0; h < LANES; h += VECTOR) {
        vec sum = {0};
        for (int y = rows.from; y < rows.to; y++) {
            const float *row = pixel_at(in, channel, y, 0) + h;
            for (int x = columns.from; x < columns.to; x++)
                sum += load(row + x * LANES);
        }
        store(to + h, sum * splat(scale));
    }
}

/* Adds `scale` times the gradient to each pixel of the window. */
static void mean_window_backward(const float *from, float scale, struct span rows,
                                 struct span columns, const struct map *in_gradient, int channel)
{
    for (int h = 0; h < LANES; h += VECTOR) {
        const vec share = load(from + h) * splat(scale);
        for (int y = rows.from; y < rows.to; y++) {
            float *row = pixel_at(in_gradient, channel, y, 0) + h;
            for (int x = columns.from; x < columns.to; x++)
                store(row + x * LANES, load(row + x * LANES) + share);
        }
    }
}

/* One over the pixels that a mean is over. */
static float span_scale(struct span rows, struct span columns)
{
    return 1.0F / (float)((rows.to - rows.from) * (columns.to - columns.from));
}

static float mean_scale(const struct window *window, bool whole, struct span rows,
                        struct span columns)
{
    return whole ? 1.0F / (float)(window->size[0] * window->size[1]) : span_scale(rows, columns);
}

static void average_pool(const struct window *window, bool whole, const struct map *in, int channel,
                         const struct map *out)
{
    for (int y = 0; y < out->height; y++) {
        const struct span rows = window_span(window, 0, y, in->height);
        for (int x = 0; x < out->width; x++) {
            const struct span columns = window_span(window, 1, x, in->width);
            mean_window(in, channel, rows, columns, mean_scale(window, whole, rows, columns),
                        pixel_at(out, channel, y, x));
        }
    }
}

static void average_pool_backward(const struct window *window, bool whole, int channel,
                                  const struct map *out_gradient, const struct map *in_gradient)
{
    clear_channel(in_gradient, channel);
    for (int y = 0; y < out_gradient->height; y++) {
        const struct span rows = window_span(window, 0, y, in_gradient->height);
        for (int x = 0; x < out_gradient->width; x++) {
            const struct span columns = window_span(window, 1, x, in_gradient->width);
            mean_window_backward(pixel_at(out_gradient, channel, y, x),
                                 mean_scale(window, whole, rows, columns), rows, columns,
                                 in_gradient, channel);
        }
    }
}

static void adaptive_pool(const struct map *in, int channel, const struct map *out)
{
    for (int y = 0; y < out->height; y++) {
        const struct span rows = adaptive_span(y, out->height, in->height);
        for (int x = 0; x < out->width; x++) {
            const struct span columns = adaptive_span(x, out->width, in->width);
            mean_window(in, channel, rows, columns, span_scale(rows, columns),
                        pixel_at(out, channel, y, x));
        }
    }
}

static void adaptive_pool_backward(int channel, const struct map *out_gradient,
                                   const struct map *in_gradient)
{
    clear_channel(in_gradient, channel);
    for (int y = 0; y < out_gradient->height; y++) {
        const struct span rows = adaptive_span(y, out_gradient->height, in_gradient->height);
        for (int x = 0; x < out_gradient->width; x++) {
            const struct span columns = adaptive_span(x, out_gradient->width, in_gradient->width);
            mean_window_backward(pixel_at(out_gradient, channel, y, x), span_scale(rows, columns),
                                 rows, columns, in_gradient, channel);
        }
    }
}

#endif
