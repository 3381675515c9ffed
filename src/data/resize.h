/*
 * resize.h -- scales grey images with antialiasing.
 *
 * Each pixel of the result is the mean of the pixels around its place, weighted by a triangle: when
 * an image becomes smaller, the triangle reaches over two pixels of the result, so that no pixel is
 * left out; when it becomes larger, this is bilinear interpolation. It is what PIL's BILINEAR and
 * torchvision's Resize with antialias compute. The weights are whole numbers, and the result is
 * rounded once; so it is exact, the same on every machine.
 *
 * Threads: no shared state.
 */
#ifndef DATA_RESIZE_H
#define DATA_RESIZE_H

#include "support/error.h"

#include <stdint.h>

/* Sides at most: from RESIZE_FROM_MAX pixels to RESIZE_TO_MIN to RESIZE_TO_MAX pixels. */
enum { RESIZE_FROM_MAX = 16384, RESIZE_TO_MIN = 4, RESIZE_TO_MAX = 256 };

/* Scales from[from_rows][from_columns] to to[rows][columns]; the sides need not be in proportion.
 * ERROR_SYSTEM if memory is short. */
bool resize(const uint8_t *from, int from_rows, int from_columns, uint8_t *to, int rows,
            int columns, struct error *error);

#endif
