/*
 * axis.h -- the x axis of the plots: its unit, its range, and the crosshair on it.
 *
 * Steps are the run's batches; x is in the axis' unit, see enum x_unit.
 */
#ifndef TUI_AXIS_H
#define TUI_AXIS_H

#include "tui/frame.h"
#include "tui/plot.h"

enum { AXIS_READING_WIDTH = 20 };

/* The axis' unit, as a word. */
const char *axis_unit(const struct frame *frame);

/* The number of batches of the whole run. */
long axis_steps(const struct snapshot *snapshot);

/* Convert between steps and x. Seconds are assumed to pass evenly; before the first second every x
 * is step 0. */
double axis_x(const struct frame *frame, double step);
double axis_step(const struct frame *frame, double x);

/* The range of the axis: to a round value a little after the present, or only the last part of the
 * run. */
void axis_find(const struct frame *frame, double *from, double *to);

/* The same to the end of the run, for values that are known for all of it. */
void axis_find_whole(const struct frame *frame, double *from, double *to);

/* The column of dots under the crosshair, which is at the same moment in all plots: at its share of
 * the axis in the focused pane. -1 if that is off the plot's axis, or there is no crosshair. */
int axis_crosshair(const struct frame *frame, const struct plot *plot);

/* Draws the crosshair, and at the right, from row y of the plot on, an empty box of `rows` rows for
 * the values under it. The box's first row gives the crosshair's x. */
struct canvas axis_reading(const struct frame *frame, struct plot *plot, int column, int y,
                           int rows);

#endif
