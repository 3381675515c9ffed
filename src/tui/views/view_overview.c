/*
 * view_overview.c -- the run at a glance: both curves, the network, a test image; on a large screen
 * the confusion matrix and the worst mistakes, too. Events have a pane that is shown alone.
 */
#include "tui/card.h"
#include "tui/pane.h"

enum {
    RIGHT_WIDTH =
        32, /* of the image and the network, at 80 columns; gets a fifth of further ones */
    USUAL_WIDTH = 80,
    USUAL_ROWS = 20,
    LARGE_WIDTH = 160,
    LARGE_ROWS = 46,
    BELOW_ROWS = 19, /* of the lower panes on a large screen; get a third of further rows */
    BLOCKS_WIDTH = 72,
    WORST_WIDTH = 34,
};

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static void arrange_large(struct layout *layout, int y, int width, int height)
{
    const int beyond = larger(0, width - LARGE_WIDTH), narrower = larger(0, LARGE_WIDTH - width);
    const int below = BELOW_ROWS + larger(0, height - LARGE_ROWS) / 3, plots = height - below;
    const int card = CARD_TALL_WIDTH + beyond / 5, left = (width - card) / 2;
    const int blocks = BLOCKS_WIDTH + beyond / 3 - narrower / 4;
    const int worst = WORST_WIDTH + beyond / 3;

    layout_add(layout, PANE_LOSS, 0, y, left, plots);
    layout_add(layout, PANE_ACCURACY, left, y, width - card - left, plots);
    layout_add(layout, PANE_CARD, width - card, y, card, plots);
    layout_add(layout, PANE_BLOCKS, 0, y + plots, blocks, below);
    layout_add(layout, PANE_CONFUSION, blocks, y + plots, width - blocks - worst, below);
    layout_add(layout, PANE_WORST, width - worst, y + plots, worst, below);
}

static void arrange(struct layout *layout, int y, int width, int height)
{
    const int right = RIGHT_WIDTH + (width - USUAL_WIDTH) / 5, left = width - right;
    const int card = CARD_SMALL_HEIGHT + (height - USUAL_ROWS) * 2 / 3, plot = (height + 1) / 2;

    if (layout->tier == LAYOUT_LARGE) {
        arrange_large(layout, y, width, height);
        return;
    }
    layout_add(layout, PANE_LOSS, 0, y, left, plot);
    layout_add(layout, PANE_ACCURACY, 0, y + plot, left, height - plot);
    layout_add(layout, PANE_CARD, left, y, right, card);
    layout_add(layout, PANE_BLOCKS, left, y + card, right, height - card);
}

const struct view_class view_overview = {
    .hint = "Overview. Tab: next pane. Enter: enlarge.",
    .panes = {PANE_LOSS, PANE_ACCURACY, PANE_BLOCKS, PANE_CARD, PANE_CONFUSION, PANE_WORST,
              PANE_EVENTS},
    .count = 7,
    .arrange = arrange,
};
