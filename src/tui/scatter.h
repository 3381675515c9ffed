/*
 * scatter.h -- the images of a map (see projection.h) on a grid of cells: which images are shown,
 * which cell an image is in, what a cell shows, and which image is the nearest to a place.
 *
 * The grid takes the middle 99 % of the points along each axis; the others lie at its edges. A
 * higher second component is further up. A scatter is made anew for each frame: that costs a sort
 * of some thousand numbers.
 *
 * Ownership: the map and the split are the caller's. Threads: no shared state.
 */
#ifndef TUI_SCATTER_H
#define TUI_SCATTER_H

#include "data/classes.h"
#include "train/projection.h"

struct scatter {
    const struct projection *map;
    const struct split *split;
    int columns, rows;
    bool mistakes;   /* shows mistakes alone */
    int class;       /* shows this class alone; -1: all */
    float low[2];    /* of the points along each axis: the grid's left and lower edge */
    double scale[2]; /* cells a unit */
};

/* What a cell shows. */
struct scatter_cell {
    int x, y;
    int count;    /* images */
    int class;    /* the most frequent one; of the mistakes if there are any */
    int mistakes; /* images */
};

/* Lays the map out on a grid; all images are shown. */
struct scatter scatter_make(const struct projection *map, const struct split *split, int columns,
                            int rows);

bool scatter_shows(const struct scatter *scatter, int image);
bool scatter_is_mistake(const struct scatter *scatter, int image);
void scatter_place(const struct scatter *scatter, int image, int *x, int *y);

/* Lists the cells with images that are shown: at most as many as the map has images. Returns how
 * many. */
int scatter_cells(const struct scatter *scatter, struct scatter_cell cells[PROJECTION_IMAGES]);

/* The shown image that is nearest to a cell, which is twice as high as wide; -1: none is shown. */
int scatter_nearest(const struct scatter *scatter, int x, int y);

/* The shown image nearest to an image's cell among those that lie in a direction, (1, 0) to the
 * right, (0, 1) down: within 45 degrees of it, or else anywhere on that side. -1: none does. */
int scatter_next(const struct scatter *scatter, int image, int dx, int dy);

/* The next shown image of the same cell (with `step` -1 the one before), wrapping around. */
int scatter_beside(const struct scatter *scatter, int image, int step);

/* A glyph for each class, all different up to 62: a number's digit, or else the first letter of the
 * name that no class before it has, or any other letter or digit. `ascii`: no others. */
void scatter_glyphs(const struct classes *classes, bool ascii, uint32_t glyphs[CLASSES_MAX]);

#endif
