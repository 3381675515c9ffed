/*
 * average.h -- the global average, and the window means that take its place where it follows a 3x3
 * convolution; see kernels.h.
 */
#ifndef NN_KERNELS_AVERAGE_H
#define NN_KERNELS_AVERAGE_H

#include "nn/kernels/vector.h"

enum { MEANS_TAPS = 3 }; /* rows and columns of the kernel */

/* A row's sums over the three windows of `width` columns that start at columns 0, 1 and 2. */
INLINE void row_windows(const float *row, int width, vec sum[MEANS_TAPS])
{
    UNROLLED (int j = 0; j < MEANS_TAPS; j++) {
        sum[j] = load(row + j * LANES);
        for (int x = j + 1; x < j + width; x++)
            sum[j] += load(row + x * LANES);
    }
}

static void window_means(const struct map *in, float *means)
{
    const int windows = in->height - MEANS_TAPS + 1, width = in->width - MEANS_TAPS + 1;
    const float scale = 1.0F / (float)(windows * width);

    for (int c = 0; c < in->channels; c++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            vec sum[MEANS_TAPS][MEANS_TAPS] = {0};
            for (int y = 0; y < in->height; y++) {
                vec row[MEANS_TAPS];
                row_windows(pixel_at(in, c, y, 0) + h, width, row);
                UNROLLED (int i = 0; i < MEANS_TAPS; i++)
                    if (y >= i && y < windows + i)
                        UNROLLED (int j = 0; j < MEANS_TAPS; j++)
                            sum[i][j] += row[j];
            }
            UNROLLED (int tap = 0; tap < MEANS_TAPS * MEANS_TAPS; tap++)
                store(means + (c * MEANS_TAPS * MEANS_TAPS + tap) * LANES + h,
                      sum[tap / MEANS_TAPS][tap % MEANS_TAPS] * splat(scale));
        }
    }
}

static void window_means_backward(const float *means_gradient, const struct map *in_gradient)
{
    const int height = in_gradient->height - MEANS_TAPS + 1,
              width = in_gradient->width - MEANS_TAPS + 1;
    const float scale = 1.0F / (float)(height * width);

    for (int c = 0; c < in_gradient->channels; c++) {
        for (int h = 0; h < LANES; h += VECTOR) {
            const float *means = means_gradient + c * MEANS_TAPS * MEANS_TAPS * LANES + h;
            for (int y = 0; y < in_gradient->height; y++) {
                float *to = pixel_at(in_gradient, c, y, 0) + h;
                vec row[MEANS_TAPS] = {
                    0}; /* what the windows at this row give to each column tap */
                UNROLLED (int i = 0; i < MEANS_TAPS; i++)
                    if (y >= i && y < height + i)
                        UNROLLED (int j = 0; j < MEANS_TAPS; j++)
                            row[j] += splat(scale) * load(means + (i * MEANS_TAPS + j) * LANES);
                for (int x = 0; x < in_gradient->width; x++) {
                    vec sum = {0};
                    UNROLLED (int j = 0; j < MEANS_TAPS; j++)
                        if (x >= j && x < width + j)
                            sum += row[j];
                    store(to + x * LANES, sum);
                }
            }
        }
    }
}

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

#endif
