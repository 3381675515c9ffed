/*
 * view_samples.c -- test images with what the network says of them, and what happens inside it.
 */
#include "tui/pane.h"

static void arrange(struct layout *layout, int y, int width, int height)
{
    const int samples = width / 2;

    layout_add(layout, PANE_SAMPLES, 0, y, samples, height);
    layout_add(layout, PANE_ACTIVATIONS, samples, y, width - samples, height);
}

const struct view_class view_samples = {
    .name = "samples",
    .hint = "Samples. f: mistakes. w: worst first. a: training images. Arrows: next.",
    .panes = {PANE_SAMPLES, PANE_ACTIVATIONS},
    .count = 2,
    .arrange = arrange,
};
