/*
 * ghosts.h -- past runs in a plot, drawn before the present run, which then lies on top.
 *
 * A ghost's test results are marked by its letter, a for the first run, b for the second; no other
 * glyph in a plot is a letter. Its training is a dotted line through the means of its epochs, each
 * in the epoch's middle. Ghosts have their own epochs, batches or seconds, whatever the plot's
 * unit; a longer run is cut at the end of the axis. Values that are not finite are left out.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_GHOSTS_H
#define TUI_GHOSTS_H

#include "tui/frame.h"
#include "tui/plot.h"

typedef double ghost_metric(const struct epoch_metrics *metrics);

/* The past runs in one plot. */
struct ghosts {
    const struct frame *frame;
    ghost_metric *train, *test;
};

/* Widens [*low, *high] to hold all values drawn between x = from and x = to. */
void ghosts_widen(const struct ghosts *ghosts, double from, double to, double *low, double *high);

void ghosts_draw(const struct ghosts *ghosts, struct plot *plot);

/* Draws the legend's entry of the i-th ghost: its letter and its name. */
void ghosts_legend(const struct frame *frame, int i, struct canvas *canvas, int x, int y);

/* The i-th ghost's last test result at or before x; NaN before the first. */
double ghosts_test_at(const struct ghosts *ghosts, int i, double x);

#endif
