/*
 * view_draw.c -- the sheet, and on a large screen what a drawing does inside the network.
 */
#include "tui/pane.h"

static void arrange(struct layout *layout, int y, int width, int height)
{
    const int sheet = layout->tier == LAYOUT_LARGE ? width * 3 / 5 : width;

    layout_add(layout, PANE_DRAW, 0, y, sheet, height);
    if (sheet < width)
        layout_add(layout, PANE_ACTIVATIONS, sheet, y, width - sheet, height);
}

const struct view_class view_draw = {
    .hint = "Draw. Enter: pen down or up. Arrows or mouse: draw.",
    .panes = {PANE_DRAW, PANE_ACTIVATIONS},
    .count = 2,
    .arrange = arrange,
};
