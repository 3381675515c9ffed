/*
 * axis.h -- the x axis of the plots: its unit, its range, and the crosshair on it.
 *
 * Steps are the run's batches; x is in the axis' unit, see enum x_unit.
 */
#ifndef TUI_AXIS_H
#define TUI_AXIS_H

#include "tui/frame.h"
#include "tui/plot.h"

enum { AXIS_TEXT = 16 };

/* The axis' unit, as a word. */
const char *axis_unit(const struct frame *frame);

/* The number of batches of the whole run. */
long axis_steps(const struct snapshot *snapshot);

/* Convert between steps and x. Seconds are assumed to pass evenly; before the first second every x
 * is step 0. */
double axis_x(const struct frame *frame, double step);
double axis_step(const struct frame *frame, double x);

/* The range of the axis, which all plots share: the run so far, or only the last part of it. The
 * end moves on in small steps, so that not every frame is another. If the learning rate is shown
 * alone, whose future is known, it is the run's end. */
void axis_find(const struct frame *frame, double *from, double *to);

/* The unit for a plot's x axis; NULL if it has none, since the axis of a plot below it holds. */
const char *axis_label(const struct frame *frame, enum pane pane);

/* The x of the crosshair; NaN if there is none. */
double axis_crosshair(const struct frame *frame);

/* Draws what belongs to the axis and not to the curves: faint lines at the ends of epochs and at
 * the ticks of the y axis, a line at each change of the learning rate and at the moment shown, and
 * the crosshair. */
void axis_draw(const struct frame *frame, struct plot *plot);

/* A moment of the axis as text: "3.42". */
void axis_text(const struct frame *frame, double x, char text[AXIS_TEXT]);

#endif
