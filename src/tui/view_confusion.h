/*
 * view_confusion.h -- the confusion matrix: which classes are taken for which.
 *
 * Threads: the main thread alone.
 */
#ifndef TUI_VIEW_CONFUSION_H
#define TUI_VIEW_CONFUSION_H

#include "train/outcomes.h"
#include "tui/canvas.h"

/* Draws the matrix, true classes down and predicted ones across, in a border, with a cursor on the
 * cell (row, column). As far as there is room: how many images each cell holds, else percent of its
 * row; each class' recall, precision and totals; what the cursor's cell means, in words. Rows that
 * do not fit scroll with the cursor. */
void view_confusion(const struct confusion *matrix, int row, int column, bool focused,
                    struct canvas *canvas);

/* The cell that view_confusion draws at (x, y) of the same canvas. False where there is none. */
bool view_confusion_cell(const struct confusion *matrix, const struct canvas *canvas, int x, int y,
                         int *row, int *column);

#endif
