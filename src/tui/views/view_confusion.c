/*
 * view_confusion.c -- the confusion matrix, and on a large screen test images beside it.
 */
#include "tui/pane.h"

enum { SAMPLES_WIDTH = 36 }; /* one column of samples */

static void arrange(struct layout *layout, int y, int width, int height)
{
    const int matrix = layout->tier == LAYOUT_LARGE ? width - SAMPLES_WIDTH : width;

    layout_add(layout, PANE_CONFUSION, 0, y, matrix, height);
    if (matrix < width)
        layout_add(layout, PANE_SAMPLES, matrix, y, width - matrix, height);
}

const struct view_class view_confusion = {
    .name = "confusion",
    .hint = "Confusion. Arrows: cell. Home: most confused. Enter: its images.",
    .panes = {PANE_CONFUSION, PANE_SAMPLES},
    .count = 2,
    .arrange = arrange,
};
