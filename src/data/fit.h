/*
 * fit.h -- makes a drawing fit as MNIST's makers did.
 *
 * (LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition",
 * 1998, section III.) The ink's bounding box is scaled, with anti-aliasing and its aspect ratio
 * kept, to fit 20x20 of 28x28 pixels, or this share of images of another size. It is placed so that
 * its centre of mass is nearest to the middle, by whole pixels. Ink outside of the image is cut
 * off.
 *
 * Threads: no shared state.
 */
#ifndef DATA_FIT_H
#define DATA_FIT_H

#include <stdint.h>

/* Fills image[height][width] from a sheet, pixels[rows][columns] of 0 paper to 255 ink. An empty
 * sheet gives zeros. `scaled` is memory for height * width bytes. */
void fit(const uint8_t *pixels, int rows, int columns, uint8_t *image, int height, int width,
         uint8_t *scaled);

#endif
