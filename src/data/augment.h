/*
 * augment.h -- augmentation: each training image is changed a little, differently in every epoch.
 *
 * An affine map about the image's centre rotates, scales and then shifts the image. Each amount is
 * drawn uniformly from a range (as in torchvision's RandomAffine). Interpolation is bilinear, and
 * pixels beyond the edge are black. The amounts depend only on the seed, the epoch and the image's
 * index, not on the batch, the thread or where a run was resumed.
 *
 * Threads: no shared state.
 */
#ifndef DATA_AUGMENT_H
#define DATA_AUGMENT_H

#include <stdint.h>

struct augmentation {
    double rotate; /* at most this many degrees in either direction; 0 to 180 */
    double shift;  /* at most this many pixels along each axis; 0 to 256 */
    double scale;  /* the size is multiplied by 1 - scale to 1 + scale; below 0.9 */
    uint64_t seed;
    int epoch; /* from 0 */
};

/* How one image is augmented. Its members are augment.c's. */
struct augmented {
    const uint8_t *image;
    int height, width;
    /* Maps a pixel (x, y) of the result to a point of the image in a black frame of one pixel, in
     * fixed-point numbers: (xx x + xy y + x0, yx x + yy y + y0). */
    struct augment_affine {
        int xx, xy, x0, yx, yy, y0;
    } affine;
    /* The range [from, to) of the image's pixels that are not black, along each axis. */
    struct augment_box {
        int x_from, x_to, y_from, y_to;
    } ink;
};

/* Begins with image[height][width], which must stay until its rows are made; `index` is the image's
 * index in its split. */
void augment_begin(struct augmented *augmented, const struct augmentation *augmentation,
                   uint32_t index, const uint8_t *image, int height, int width);

/* Fills pixels[width], 0 to 255, with a row of the augmented image. */
void augment_row(const struct augmented *augmented, int row, float *pixels);

#endif
