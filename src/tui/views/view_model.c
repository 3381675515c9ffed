/*
 * view_model.c -- the layer table, and on a large screen the selected layer's weights and
 * gradients: beside it each of them, below it how they were distributed over the run.
 */
#include "tui/pane.h"

enum {
    TABLE_WIDTH = 82, /* with the health, at LAYOUT_LARGE_WIDTH; gets a third of what is beyond */
    TABLE_ROWS = 21,  /* of 46; gets a quarter of what is beyond */
    USUAL_WIDTH = 160,
    USUAL_ROWS = 46,
};

static void arrange(struct layout *layout, int y, int width, int height)
{
    const int wider = width > USUAL_WIDTH ? (width - USUAL_WIDTH) / 3 : 0;
    const int higher = height > USUAL_ROWS ? (height - USUAL_ROWS) / 4 : 0;
    const int left = TABLE_WIDTH + wider, above = TABLE_ROWS + higher;

    if (layout->tier < LAYOUT_LARGE) {
        layout_add(layout, PANE_MODEL, 0, y, width, height);
        return;
    }
    layout_add(layout, PANE_MODEL, 0, y, left, above);
    layout_add(layout, PANE_HISTOGRAMS, 0, y + above, left, height - above);
    layout_add(layout, PANE_KERNELS, left, y, width - left, height);
}

const struct view_class view_model = {
    .hint = "Model. Orange is negative, blue positive; each picture has its own scale.",
    .panes = {PANE_MODEL, PANE_KERNELS, PANE_HISTOGRAMS},
    .count = 3,
    .arrange = arrange,
};
