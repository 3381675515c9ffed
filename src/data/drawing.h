/*
 * drawing.h -- the network's image of a picture of a drawing: a digit on paper, drawn with any
 * program.
 *
 * The background is the middle value of the picture's outermost pixels; ink is what differs from it
 * to the darker side on a light background, to the lighter side on a dark one. The ink is
 * stretched to the full range, and what has less than a fifth of it is paper. Then it is made to
 * fit as MNIST's makers did (fit.h) and stretched again, because fine lines become faint when they
 * are scaled.
 *
 * Threads: no shared state.
 */
#ifndef DATA_DRAWING_H
#define DATA_DRAWING_H

#include "data/picture.h"

/* Fills image[height][width]: 0 paper to 255 ink. A picture of one grey gives zeros. The picture's
 * pixels become ink. ERROR_SYSTEM if memory is short. */
bool drawing_fit(struct picture *picture, uint8_t *image, int height, int width,
                 struct error *error);

#endif
