/*
 * view_overview.c -- the run at a glance: both curves, the layers, test images; on a large screen
 * the confusion matrix and the events, too.
 */
#include "tui/pane.h"

enum {
    TABLE_WIDTH = 48,      /* the layer table with torchsummary's columns */
    TABLE_WIDE = 82,       /* and with its health columns */
    TABLE_ROWS = 21,       /* of the reference network, with border, heading and total */
    LARGE_TABLE_ROWS = 22, /* at LAYOUT_LARGE_HEIGHT; gets a third of any further rows */
    EVENTS_ROWS = 6,
    SAMPLES_WIDTH = 36, /* one column of samples */
};

/* Rows of the plots: half, or up to two less if the whole layer table fits then. */
static int plot_rows(int rows)
{
    const int half = rows / 2;

    return rows - TABLE_ROWS < half && rows - TABLE_ROWS >= half - 2 ? rows - TABLE_ROWS : half;
}

static void arrange_large(struct layout *layout, int y, int width, int height)
{
    const int least = LAYOUT_LARGE_HEIGHT - 4; /* header and footer */
    const int below = LARGE_TABLE_ROWS + (height - least) / 3, plots = height - below;
    const int samples = SAMPLES_WIDTH + (width - LAYOUT_LARGE_WIDTH) / 2;
    const int left = (width - samples) / 2, beside = width - TABLE_WIDE;

    layout_add(layout, PANE_CARD, width - samples, y, samples, plots);
    layout_add(layout, PANE_MODEL, 0, y + plots, TABLE_WIDE, below);
    layout_add(layout, PANE_CONFUSION, TABLE_WIDE, y + plots, beside, below - EVENTS_ROWS);
    layout_add(layout, PANE_EVENTS, TABLE_WIDE, y + height - EVENTS_ROWS, beside, EVENTS_ROWS);
    layout_add(layout, PANE_LOSS, 0, y, left, plots);
    layout_add(layout, PANE_ACCURACY, left, y, width - samples - left, plots);
}

static void arrange(struct layout *layout, int y, int width, int height)
{
    const int plots = plot_rows(height);

    if (layout->tier == LAYOUT_LARGE) {
        arrange_large(layout, y, width, height);
        return;
    }
    layout_add(layout, PANE_CARD, TABLE_WIDTH, y + plots, width - TABLE_WIDTH, height - plots);
    layout_add(layout, PANE_MODEL, 0, y + plots, TABLE_WIDTH, height - plots);
    layout_add(layout, PANE_LOSS, 0, y, width / 2, plots);
    layout_add(layout, PANE_ACCURACY, width / 2, y, width - width / 2, plots);
}

const struct view_class view_overview = {
    .name = "overview",
    .hint = "Overview. Tab: next pane. Enter: enlarge.",
    .panes = {PANE_LOSS, PANE_ACCURACY, PANE_MODEL, PANE_CARD, PANE_CONFUSION, PANE_EVENTS},
    .count = 6,
    .arrange = arrange,
};
