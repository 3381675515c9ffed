/*
 * plot.h -- draws series over a common x axis on a canvas: axes with round ticks, bands, lines,
 * marks.
 *
 * Values are in the axes' units. A plot maps them to the finest dots of the canvas' glyphs (braille
 * 2x4 a cell, half blocks 1x2, ASCII 1x1). Values that are not finite are left out. Draw in this
 * order: bands, lines, marks and rules, the grid, the crosshair. Later series lie on top; rules and
 * the grid only fill what is blank.
 *
 * Threads: a plot belongs to one thread.
 */
#ifndef TUI_PLOT_H
#define TUI_PLOT_H

#include "tui/canvas.h"

/* How values are mapped to heights. */
enum plot_scale {
    PLOT_LINEAR,
    PLOT_LOG,       /* log10(value) */
    PLOT_LOG_ERROR, /* -log10(100 - value): spreads out percentages close to 100 */
};

struct plot {
    struct canvas area;   /* inside the axes */
    struct canvas canvas; /* with the axes */
    enum plot_scale scale;
    double x_min, x_max;
    double low, high; /* the y axis, scaled */
};

/* Many values at one place of the x axis: all of them lie between low and high, most of them
 * between inner_low and inner_high. */
struct plot_spread {
    double low, high, inner_low, inner_high;
};

/* Widens [*low, *high] to hold the value; begin with INFINITY and -INFINITY. */
void plot_widen(double *low, double *high, double value);

/* Chooses a y axis for [low, high] and draws both axes. x runs from x_min to x_max, and x_unit is
 * written at the start of its axis; with NULL there is none, and the area is a row higher. A canvas
 * too small for axes gives an area without cells. */
void plot_init(struct plot *plot, struct canvas canvas, enum plot_scale scale, double low,
               double high, double x_min, double x_max, const char *x_unit);

/* An x axis in a row of at least two cells, without its unit: labels stand in it, centred at their
 * ticks: `+--- 1 ---- 2 ----`. */
void plot_ticks(struct canvas *canvas, double from, double to);

/* The number of columns of dots in the plot's area, and the x at the start of one. */
int plot_columns(const struct plot *plot);
double plot_x(const struct plot *plot, double column);

/* The x at the start of a column of cells. */
double plot_cell_x(const struct plot *plot, int column);

/* A spread in one column of cells: as backgrounds, or without inks as dots at its ends. */
void plot_band(struct plot *plot, int column, const struct plot_spread *spread);

/* A line from (column - 1, before) to (column, value), two dots thick in braille. */
void plot_line(struct plot *plot, int column, double before, double value, enum style style);

/* One dot. */
void plot_dot(struct plot *plot, int column, double value, enum style style);

/* A vertical line at x, in blank cells. */
void plot_rule(struct plot *plot, double x, enum style style);

/* Faint lines: at the ticks of the y axis, and at x. Nothing without inks. */
void plot_grid(struct plot *plot);
void plot_faint_rule(struct plot *plot, double x);

/* A vertical line in a column of dots, over the band and the grid; a line under it lights up. */
void plot_crosshair(struct plot *plot, int column);

/* One glyph of a cell's size; left out if x is not on the axis. */
void plot_put(struct plot *plot, double x, double value, uint32_t glyph, enum style style);

/* One mark, the same for all series. */
void plot_mark(struct plot *plot, double x, double value, enum style style);

/* Whether the cells of a rectangle of the area, which may reach beyond it, are blank. */
bool plot_blank(const struct plot *plot, int x, int y, int width, int height);

/* The position on the x axis, 0 to 1, of column x of a pane with a plot inside its border. */
double plot_share_at(const struct canvas *pane, int x);

/* The glyphs of a line and of a mark, for a legend. */
uint32_t plot_line_glyph(enum glyphs glyphs);
uint32_t plot_mark_glyph(enum glyphs glyphs);

/* The smallest of 1, 2, 5, 10, 20, 50, ... times a power of ten that is at least `least`. */
double plot_round_step(double least);

#endif
