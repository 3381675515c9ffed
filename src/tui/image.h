/*
 * image.h -- draws a grey picture on a canvas, as finely as its glyphs allow.
 *
 * Threads: no shared state.
 */
#ifndef TUI_IMAGE_H
#define TUI_IMAGE_H

#include "tui/canvas.h"

/* The cells that a picture of width x height pixels fills in a box of *columns x *rows cells when
 * it keeps its aspect ratio: a cell is twice as high as wide. At least one in each direction. */
void image_fit(int width, int height, int *columns, int *rows);

/* Fills the canvas with pixels[height][width], 0 black to 255 white, scaled by averaging. With
 * inks a cell shows two pixels, one above the other; otherwise one of a few shades. */
void image_draw(struct canvas *canvas, const uint8_t *pixels, int width, int height);

/* The same for values[height][width], of which `low` is black and `high` white. */
void image_draw_values(struct canvas *canvas, const float *values, int width, int height, float low,
                       float high);

/* The same for values of both signs, of which `largest` is the largest size: on a ramp with zero in
 * the middle, see ink_of_signed(). Without inks a cell has the value's sign alone. */
void image_draw_signed(struct canvas *canvas, const float *values, int width, int height,
                       float largest);

#endif
