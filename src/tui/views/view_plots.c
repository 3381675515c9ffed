/*
 * view_plots.c -- loss, accuracy and learning rate, with as long an axis as there is.
 */
#include "tui/pane.h"

enum { RATE_SHARE = 3 }; /* one of so many rows belongs to the learning rate */

/* The plots are above each other, as a longer axis shows more of the run. With the learning rate
 * that would be too low, so the two are side by side. */
static void arrange(struct layout *layout, int y, int width, int height)
{
    const int rate = (height + RATE_SHARE - 1) / RATE_SHARE, rest = height - rate;

    if (layout->rate) {
        layout_add(layout, PANE_LOSS, 0, y, width / 2, rest);
        layout_add(layout, PANE_ACCURACY, width / 2, y, width - width / 2, rest);
        layout_add(layout, PANE_RATE, 0, y + rest, width, rate);
        return;
    }
    layout_add(layout, PANE_LOSS, 0, y, width, height / 2);
    layout_add(layout, PANE_ACCURACY, 0, y + height / 2, width, height - height / 2);
}

const struct view_class view_plots = {
    .name = "plots",
    .hint = "Plots. , . read values, [ ] smooth, x y z change the axes, 0 resets.",
    .panes = {PANE_LOSS, PANE_ACCURACY, PANE_RATE},
    .count = 3,
    .arrange = arrange,
};
