/*
 * sketch.h -- a sheet of grey pixels on which the user draws a digit, and the network input made
 * from it as MNIST's makers did.
 *
 * Coordinates are in pixels of the sheet, (0, 0) its top left corner, SKETCH_SIDE its right and
 * lower edge. Ink outside the sheet is lost. The brush is as thick and soft as MNIST's strokes in a
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
    SKETCH_SIDE = 4 * DATASET_SIDE, /* rows and columns of the sheet */
    SKETCH_PIXELS = SKETCH_SIDE * SKETCH_SIDE,
    SKETCH_UNDO = 32, /* strokes that can be undone */
};

enum sketch_tool { SKETCH_PEN, SKETCH_ERASER };

struct sketch {
    uint8_t pixels[SKETCH_PIXELS]; /* 0 paper to 255 ink */
    unsigned long changes;         /* incremented with every change of the pixels */

    /* Only sketch.c changes the rest. */
    enum sketch_tool tool;
    double x, y;               /* the present end of the stroke */
    int undo_next, undo_count; /* a ring of sheets before the latest strokes */
    uint8_t undo[SKETCH_UNDO][SKETCH_PIXELS];
};

/* An empty sheet. NULL with ERROR_SYSTEM when memory is short. */
struct sketch *sketch_new(struct error *error);
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

/*
 * Makes an image as MNIST's makers did (LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning
 * Applied to Document Recognition", 1998, section III): the ink's bounding box is scaled, with
 * anti-aliasing and its aspect ratio kept, to fit 20x20 pixels, and placed so that its centre of
 * mass is nearest to the middle of 28x28, by whole pixels. Ink outside these is cut off. An empty
 * sheet gives zeros.
 */
void sketch_digit(const struct sketch *sketch, uint8_t pixels[DATASET_PIXELS]);

#endif
