/*
 * ghosts.h -- runs of the past in a plot, drawn before the run at work, which then lies on top.
 *
 * A ghost's test results are marked by its letter, a for the first run, b for the second: nothing
 * else in a plot is a letter. Its training is a dotted line through the means of its epochs, each
 * in the epoch's middle. Ghosts stand at their own epochs, batches or seconds, whatever the plot
 * counts along; one that went on for longer is cut where the axis ends. Values that are not finite
 * are left out.
 *
 * Threads: the main thread alone.
 */
#ifndef TUI_GHOSTS_H
#define TUI_GHOSTS_H

#include "tui/plot.h"
#include "tui/view.h"

typedef double ghost_metric(const struct epoch_metrics *metrics);

/* What a plot shows of the frame's runs of the past. */
struct ghosts {
    const struct frame *frame;
    ghost_metric *train, *test;
};

/* Widens [*low, *high] to hold what is drawn from x = from to x = to. */
void ghosts_widen(const struct ghosts *ghosts, double from, double to, double *low, double *high);

void ghosts_draw(const struct ghosts *ghosts, struct plot *plot);

/* The legend's entry of the i-th: its letter and its name. */
void ghosts_legend(const struct frame *frame, int i, struct canvas *canvas, int x, int y);

/* The i-th ghost's last test result at or before x; NaN before the first. */
double ghosts_test_at(const struct ghosts *ghosts, int i, double x);

#endif
