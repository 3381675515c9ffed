/*
 * axis.h -- the x axis of the plots: what it counts, how far it reaches, and the crosshair on it.
 *
 * Steps are the run's batches; x is what the axis counts, see enum x_unit.
 */
#ifndef TUI_AXIS_H
#define TUI_AXIS_H

#include "tui/plot.h"
#include "tui/view.h"

enum { AXIS_READING_WIDTH = 20 };

/* What the axis counts, in a word. */
const char *axis_unit(const struct frame *frame);

/* The batches of the whole run. */
long axis_steps(const struct snapshot *snapshot);

/* One as the other. Seconds are taken to pass evenly; before there are any, every x is step 0. */
double axis_x(const struct frame *frame, double step);
double axis_step(const struct frame *frame, double x);

/* Where the axis begins and ends: round a little behind what has been, or its last part alone. */
void axis_find(const struct frame *frame, double *from, double *to);

/* The same, but to the end of the run, for what is known of all of it. */
void axis_find_whole(const struct frame *frame, double *from, double *to);

/* The column of dots under the crosshair, which stands at one moment in all plots: at its share of
 * the axis in the pane that has the keys. -1 where that is off the plot's axis, or nowhere. */
int axis_crosshair(const struct frame *frame, const struct plot *plot);

/* Draws the crosshair, and at the right, from row y of the plot, an empty box of so many rows for
 * the values under it, which says in its first where the crosshair stands. */
struct canvas axis_reading(const struct frame *frame, struct plot *plot, int column, int y,
                           int rows);

#endif
