/*
 * tiles.h -- a grid of small pictures of a split, each with a caption below it.
 *
 * Threads: no shared state.
 */
#ifndef TUI_TILES_H
#define TUI_TILES_H

#include "data/dataset.h"
#include "tui/canvas.h"

struct tiles {
    int columns, rows; /* 0: there is no room */
    int width,
        height; /* of a picture, in cells; a tile has a column at each side and a row below */
};

/* As large as `count` tiles fit into this many cells, else as many of the smallest as fit. */
struct tiles tiles_lay_out(int width, int height, int count);

/* The number of tiles that there is room for. */
int tiles_room(const struct tiles *tiles);

/* Draws the picture of tile i, with bars at its sides if it is selected. Returns the place of its
 * caption, a row. */
struct canvas tiles_draw(const struct tiles *tiles, struct canvas *canvas, int i,
                         const struct split *split, uint32_t image, bool selected);

/* The tile at a cell; -1: none. */
int tiles_at(const struct tiles *tiles, int x, int y);

/* Draws an image of the split in the middle of the canvas, as large as it fits. */
void tiles_draw_picture(struct canvas *canvas, const struct split *split, uint32_t image);

#endif
