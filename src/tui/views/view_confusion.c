/*
 * view_confusion.c -- the confusion matrix, and beside it the images of its selected cell.
 */
#include "tui/pane.h"

enum {
    CARD_WIDTH = 31,   /* one image */
    IMAGES_WIDTH = 50, /* three columns of images */
};

/* Width beyond the usual is divided evenly. */
static void arrange(struct layout *layout, int y, int width, int height)
{
    const int beyond = width > LAYOUT_LARGE_WIDTH + 20 ? width - LAYOUT_LARGE_WIDTH - 20 : 0;
    const int images = layout->tier == LAYOUT_LARGE ? IMAGES_WIDTH + beyond / 2 : CARD_WIDTH;

    layout_add(layout, PANE_CONFUSION, 0, y, width - images, height);
    layout_add(layout, PANE_CELL, width - images, y, images, height);
}

const struct view_class view_confusion = {
    .hint = "Confusion. Arrows: cell. Home: most confused. Enter: its images.",
    .panes = {PANE_CONFUSION, PANE_CELL},
    .count = 2,
    .arrange = arrange,
};
