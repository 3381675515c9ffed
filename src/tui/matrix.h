/*
 * matrix.h -- the sums of a confusion matrix, and how much of it fits into a pane.
 *
 * Threads: no shared state.
 */
#ifndef TUI_MATRIX_H
#define TUI_MATRIX_H

#include "data/classes.h"
#include "train/outcomes.h"

enum {
    MATRIX_PAIRS = 4,        /* most confused pairs below the matrix */
    MATRIX_RECALL_WIDTH = 5, /* of the column after the matrix, at least */
    MATRIX_LABEL_WIDE = 7,   /* labels with room for the names of the lines below the matrix */
};

struct matrix_sums {
    int classes;
    int rows[CLASSES_MAX], columns[CLASSES_MAX];
    int right, total;
    int worst;                        /* images of the cell with the most mistakes */
    double low_recall, low_precision; /* one standard deviation below the mean of the classes */
};

/* One cell of the matrix. */
struct matrix_entry {
    int label, predicted, count;
};

/* What fits inside the border. */
struct matrix_layout {
    int classes;
    const struct classes *names;
    bool shares;     /* cells hold percent of their rows, else counts */
    int label_width; /* of the rows' names, with a space */
    int cell_width, cell_height;
    int heading;     /* rows */
    int first, rows; /* of the matrix; no rows: no room for a matrix */
    int first_column, columns;
    int recall, images;   /* widths of the columns after it; 0: none */
    bool caption;         /* a line below it, */
    bool precision, read; /* two more, */
    int pairs;            /* and so many pairs */
};

void matrix_add_up(const struct confusion *matrix, struct matrix_sums *sums);

/* Finds the cells with the most mistakes, most first; returns how many. */
int matrix_find_pairs(const struct confusion *matrix, struct matrix_entry pairs[MATRIX_PAIRS]);

/* The layout with the cursor on a cell. Cells hold counts if those fit, else shares; with
 * `switched` the other. */
struct matrix_layout matrix_lay_out(const struct matrix_sums *sums, const struct classes *names,
                                    int row, int column, bool switched, int width, int height);

/* The column where a cell begins, the one after the cells, and the one after all. */
int matrix_cell_left(const struct matrix_layout *layout, int column);
int matrix_after(const struct matrix_layout *layout);
int matrix_width(const struct matrix_layout *layout);

#endif
