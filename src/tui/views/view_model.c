/*
 * view_model.c -- the layer table, and on a large screen the first weights beside it.
 */
#include "tui/pane.h"

enum { TABLE_WIDE = 82 }; /* the layer table with its health columns */

static void arrange(struct layout *layout, int y, int width, int height)
{
    const int table = layout->tier == LAYOUT_LARGE ? TABLE_WIDE : width;

    layout_add(layout, PANE_MODEL, 0, y, table, height);
    if (table < width)
        layout_add(layout, PANE_FILTERS, table, y, width - table, height);
}

const struct view_class view_model = {
    .name = "model",
    .hint = "Model. w: weights, grad: their gradient, dw: their update, dead: ReLUs never on.",
    .panes = {PANE_MODEL, PANE_FILTERS},
    .count = 2,
    .arrange = arrange,
};
