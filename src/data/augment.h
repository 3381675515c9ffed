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
    double shift;  /* at most this many pixels along each axis; 0 to 28 */
    double scale;  /* the size is multiplied by 1 - scale to 1 + scale; below 0.9 */
    uint64_t seed;
    int epoch; /* from 0 */
};

/* Fills pixels[28][28], 0 to 255, with the augmented image[28][28]; `index` is the image's index in
 * its split. */
void augment_image(const struct augmentation *augmentation, uint32_t index, const uint8_t *image,
                   float *pixels);

#endif
