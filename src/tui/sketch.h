/*
 * sketch.h -- a sheet of grey pixels on which the user draws a digit, and the network input made
 * from it as MNIST's makers did.
 *
 * The sheet has the shape of the data set's images; its longer side has SKETCH_SIDE pixels.
 * Coordinates are in pixels of the sheet, (0, 0) its top left corner, (width, height) its lower
 * right one. Ink outside the sheet is lost. The brush is as thick and soft as MNIST's strokes in a
 * digit that fills most of the sheet.
 *
 * Ownership: sketch_free releases what sketch_new made. Threads: a sketch belongs to one thread.
 */
#ifndef TUI_SKETCH_H
#define TUI_SKETCH_H

#include "data/dataset.h"
#include "support/error.h"

#include <stdint.h>

enum {
    SKETCH_SIDE = 4 * MNIST_SIDE,
    SKETCH_PIXELS = SKETCH_SIDE * SKETCH_SIDE,
    SKETCH_UNDO = 32, /* strokes that can be undone */
};

enum sketch_tool { SKETCH_PEN, SKETCH_ERASER };

struct sketch {
    int width, height;             /* of the sheet */
    int image_width, image_height; /* of the network input */
    uint8_t pixels[SKETCH_PIXELS]; /* [height][width], 0 paper to 255 ink */
    unsigned long changes;         /* incremented with every change of the pixels */

    /* Only sketch.c changes the rest. */
    enum sketch_tool tool;
    double x, y;               /* the present end of the stroke */
    int undo_next, undo_count; /* a ring of sheets before the latest strokes */
    uint8_t undo[SKETCH_UNDO][SKETCH_PIXELS];
    uint8_t scaled[DATASET_PIXELS_MAX]; /* the ink as large as in the image */
};

/* An empty sheet for images of width x height pixels. NULL with ERROR_SYSTEM if memory is short. */
struct sketch *sketch_new(int width, int height, struct error *error);
void sketch_free(struct sketch *sketch);

/* Begins a stroke with a dot at (x, y), which may be any finite numbers. */
void sketch_begin(struct sketch *sketch, enum sketch_tool tool, double x, double y);

/* Continues the stroke with a straight line to (x, y). */
void sketch_line(struct sketch *sketch, double x, double y);

/* Clears the sheet; sketch_undo restores it. */
void sketch_clear(struct sketch *sketch);

/* Undoes the latest stroke or clearing. False if there is none. */
bool sketch_undo(struct sketch *sketch);

bool sketch_empty(const struct sketch *sketch);

/* Makes the ink an image as MNIST's makers did, see data/fit.h: fills
 * pixels[image_height][image_width]. */
void sketch_digit(struct sketch *sketch, uint8_t *pixels);

#endif
