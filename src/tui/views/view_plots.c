/*
 * view_plots.c -- loss, accuracy and learning rate above each other, with one x axis, which is as
 * long as there is room for.
 */
#include "tui/pane.h"

enum {
    RATE_LEAST = 5,
    RATE_PERCENT = 20, /* of the rows */
    LOSS_PERCENT = 54, /* of the other ones */
};

static void arrange(struct layout *layout, int y, int width, int height)
{
    const int share = height * RATE_PERCENT / 100;
    const int rate = share > RATE_LEAST ? share : RATE_LEAST, rest = height - rate;
    const int loss = (rest * LOSS_PERCENT + 50) / 100;

    layout_add(layout, PANE_LOSS, 0, y, width, loss);
    layout_add(layout, PANE_ACCURACY, 0, y + loss, width, rest - loss);
    layout_add(layout, PANE_RATE, 0, y + rest, width, rate);
}

const struct view_class view_plots = {
    .hint = "Plots. , . read values, [ ] smooth, x y z change the axes, 0 resets.",
    .panes = {PANE_LOSS, PANE_ACCURACY, PANE_RATE},
    .count = 3,
    .arrange = arrange,
};
