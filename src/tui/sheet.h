/*
 * sheet.h -- the weights of a layer as a sheet of tiles: outputs down, inputs across, each tile the
 * weights from one input to one output.
 *
 * A convolution has a tile of its kernel's size for each output and each of the inputs that it
 * sees. A linear layer that reads maps, though flattened, has a tile of a map's size for each map;
 * otherwise its tiles are single weights, and the sheet is its matrix. Batch norm has two rows: its
 * weight and its bias, a channel a column. Where a tile has several weights and each output one
 * tile, tiles stand in lines one below the other; a matrix that is too wide is broken into lines,
 * too.
 *
 * A cell of the canvas is divided into units, one above the other: two where half blocks can be
 * shown in colours, else one.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_SHEET_H
#define TUI_SHEET_H

#include "nn/model.h"
#include "tui/canvas.h"

enum {
    SHEET_PICTURE = 9, /* tiles with longer sides are pictures, which may be scaled down */
    SHEET_CELL = 12,   /* of the selected tile: a weight takes at most so many cells */
    SHEET_CELL_ROWS = 5,
    SHEET_NUMBER = 7, /* cells of a weight with its number, at least */
};

struct sheet {
    const struct model *model;
    int layer;
    size_t offset;       /* of the first tile, in the state and in the gradient */
    int outputs, inputs; /* tiles down and across */
    int width, height;   /* of a tile, in weights */
};

/* How a sheet and its selected tile are placed on a canvas, from the top: a row for a heading,
 * labels, tiles, a row for a caption, the selected tile, the scale. Heights are in units where it
 * says so, else in rows. */
struct sheet_layout {
    int units;        /* of a cell */
    bool matrix;      /* a tile is one weight */
    bool lines;       /* each output has one tile: these stand in lines, each below its label */
    int weights_line; /* of a broken matrix: weights in a line; else 0 */
    bool picture;     /* tiles are scaled */
    int label_width;  /* of the outputs' labels at the left */
    bool labels;      /* the inputs' labels stand above the tiles */
    int tile_width;
    int tile_units; /* high */
    int step, rows; /* cells from one tile to the next, and rows */
    int columns;    /* tiles across that are shown */
    int down;       /* lines or outputs that are shown */
    int first_column, first_row;
    int y;                     /* of the first tile, or of its label in a line */
    int caption_y;             /* 0: there is none */
    int detail_y, detail_rows; /* of the selected tile; no rows: it is not shown. Of a matrix: of
                                * the bars of an output */
    int detail_width;          /* of a weight in it, in cells; of a picture: of all of it */
    int detail_units;          /* high */
    bool scale;                /* in the last row */
};

/* The sheet of a layer that has weights. */
void sheet_of(struct sheet *sheet, const struct model *model, int layer);

/* The number of tiles. */
int sheet_count(const struct sheet *sheet);

/* Where the weights of a tile begin among the parameters. */
size_t sheet_tile(const struct sheet *sheet, int tile);

/* The layout on a canvas with a tile selected; with `numbers` each weight has room for its
 * number. */
struct sheet_layout sheet_lay_out(const struct sheet *sheet, const struct canvas *canvas,
                                  int selected, bool numbers);

/* The cell of a tile's upper left corner; false: it is not seen. */
bool sheet_place(const struct sheet *sheet, const struct sheet_layout *layout, int tile, int *x,
                 int *y);

/* The tile at a cell; -1: none. */
int sheet_at(const struct sheet *sheet, const struct sheet_layout *layout, int x, int y);

/* Draws `count` values of both signs, `width` a line, each `wide` cells by `units` units, from the
 * upper left corner of the canvas on; `largest` is the end of the scale. Where the cells are wide
 * enough the numbers are written in. */
void sheet_draw_tile(struct canvas *canvas, const float *values, int count, int width, int wide,
                     int units, float largest);

/* What is told of values; those that are not finite do not count. */
struct sheet_range {
    float largest; /* without its sign */
    float scale;   /* the end of the scale: at most 3 times the root of the mean square, so that a
                    * few large ones do not make all others look like nothing */
};
struct sheet_range sheet_range_of(const float *values, size_t count);

#endif
