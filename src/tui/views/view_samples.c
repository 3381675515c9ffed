/*
 * view_samples.c -- test images with what the network says of them, and what happens inside it.
 */
#include "tui/card.h"
#include "tui/pane.h"

enum {
    MEDIUM_WIDTH = 100, /* from this width on there is room for the taller card */
    THUMBS_HEIGHT = 30, /* from this height on for a list of the images */
    THUMB_ROWS = 8,     /* of a picture of the list with its caption */
    THUMBS_SHARE = 18,  /* so many rows give one row of pictures */
    BELOW_PICTURE = 18, /* rows of a large card besides its picture, with the border */
    LARGE_CARD_LEAST = 46,
};

/* The picture of a large card is as large as the rows allow. */
static int large_card_width(int width, int height)
{
    const int wanted = 2 * (height - BELOW_PICTURE) + 2;
    const int most = width * 2 / 5 > LARGE_CARD_LEAST ? width * 2 / 5 : LARGE_CARD_LEAST;

    return wanted < LARGE_CARD_LEAST ? LARGE_CARD_LEAST : wanted < most ? wanted : most;
}

static void arrange(struct layout *layout, int y, int width, int height)
{
    const bool large = layout->tier == LAYOUT_LARGE;
    const int card = large                   ? large_card_width(width, height)
                     : width >= MEDIUM_WIDTH ? CARD_TALL_WIDTH
                                             : CARD_WIDTH;
    const int thumbs = height >= THUMBS_HEIGHT ? 2 + THUMB_ROWS * (height / THUMBS_SHARE) : 0;
    const int rest = width - card, x = large ? card : 0;

    layout_add(layout, PANE_CARD, large ? 0 : rest, y, card, height);
    if (thumbs > 0)
        layout_add(layout, PANE_THUMBS, x, y, rest, thumbs);
    layout_add(layout, PANE_ACTIVATIONS, x, y + thumbs, rest, height - thumbs);
}

const struct view_class view_samples = {
    .hint = "Samples. f: mistakes. w: worst first. a: training images. /: image by number.",
    .panes = {PANE_CARD, PANE_THUMBS, PANE_ACTIVATIONS},
    .count = 3,
    .arrange = arrange,
};
