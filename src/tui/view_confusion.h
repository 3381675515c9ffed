/*
 * view_confusion.h -- the confusion matrix: which classes are read as which.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_VIEW_CONFUSION_H
#define TUI_VIEW_CONFUSION_H

#include "data/classes.h"
#include "train/outcomes.h"
#include "tui/canvas.h"

/* Draws the matrix in a border, true classes down and predicted ones across, with a cursor on the
 * cell (row, column). As far as there is room: the number of images in each cell, otherwise the
 * percentage of its row; each class' recall, precision and totals; a sentence about the cursor's
 * cell. Names that do not fit are cut. Rows and columns that do not fit scroll with the cursor. */
void view_confusion(const struct confusion *matrix, const struct classes *classes, int row,
                    int column, bool focused, struct canvas *canvas);

/* The cell that view_confusion draws at (x, y) of the same canvas while the cursor is on (*row,
 * *column). False if there is none. */
bool view_confusion_cell(const struct confusion *matrix, const struct classes *classes,
                         const struct canvas *canvas, int x, int y, int *row, int *column);

#endif
