/*
 * augment.h -- training images, each a little different in every epoch.
 *
 * An affine map about the image's centre: turned, scaled and then shifted, each by an amount drawn
 * uniformly from a range (the parameters of torchvision's RandomAffine), with bilinear
 * interpolation and black beyond the edge. What is drawn depends on the seed, the epoch and the
 * image's number alone: not on the batch, the thread or where a run was resumed.
 *
 * Threads: no shared state.
 */
#ifndef DATA_AUGMENT_H
#define DATA_AUGMENT_H

#include <stdint.h>

struct augmentation {
    double rotate; /* at most so many degrees to either side, up to 180 */
    double shift;  /* at most so many pixels, along each axis, up to 28 */
    double scale;  /* to between 1 - scale and 1 + scale of the size; below 0.9 */
    uint64_t seed;
    int epoch; /* from 0 */
};

/* Fills pixels[28][28], 0 to 255, with image[28][28], number `index` of its split, as the epoch
 * shows it. */
void augment_image(const struct augmentation *augmentation, uint32_t index, const uint8_t *image,
                   float *pixels);

#endif
