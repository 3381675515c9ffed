/*
 * layer_rows.h -- the rows of a table of layers, in which layers that belong together share a row,
 * and the selected row of the model view.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_LAYER_ROWS_H
#define TUI_LAYER_ROWS_H

#include "tui/frame.h"

enum layer_grouping {
    LAYER_ROWS_TABLE, /* an activation function shares the row of the batch norm before it */
    LAYER_ROWS_BLOCK, /* and of the convolution or linear layer before that; dropout, too */
};

/* Layers first to first + count - 1. */
struct layer_row {
    int first, count;
};

struct layer_rows {
    int count;
    struct layer_row rows[MODEL_LAYERS_MAX];
};

void layer_rows_list(const struct model *model, enum layer_grouping grouping,
                     struct layer_rows *rows);

/* The first of `shown` rows of a list of `count`, with the selected one near their middle. */
int layer_rows_first(int count, int selected, int shown);

/* ---- the model view: rows of LAYER_ROWS_TABLE ---- */

int layer_rows_selected(const struct frame *frame);
void layer_rows_select(struct frame *frame, int row);

/* The layer whose weights are shown beside the table: that of the selected row, or else the nearest
 * one before it, or after it, that has any; -1: none has. */
int layer_rows_layer(const struct frame *frame);

/* Selects the row of the next layer with weights, or with `step` -1 of the one before; stays at the
 * ends. */
void layer_rows_step(struct frame *frame, int step);

/* ---- for the panes of those weights ---- */

/* Goes back to the table if one of them is enlarged. */
bool layer_rows_back(struct frame *frame);

#endif
