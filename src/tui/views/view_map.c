/*
 * view_map.c -- the map of test images, and beside it the selected one and its neighbours.
 */
#include "tui/pane.h"

enum {
    CARD_WIDTH = 32,
    CARD_ROWS = 20,
    LARGE_WIDTH = 50, /* of the card and the neighbours: three columns of images */
    LARGE_CARD_ROWS = 27,
    NEIGHBOUR_ROWS = 11, /* of one row of images; with fewer there are none */
};

static void arrange(struct layout *layout, int y, int width, int height)
{
    const bool large = layout->tier == LAYOUT_LARGE;
    const int right = large ? LARGE_WIDTH : CARD_WIDTH;
    const int card = large ? LARGE_CARD_ROWS : CARD_ROWS;
    const int left = height - card >= NEIGHBOUR_ROWS ? height - card : 0;

    layout_add(layout, PANE_MAP, 0, y, width - right, height);
    layout_add(layout, PANE_CARD, width - right, y, right, height - left);
    if (left > 0)
        layout_add(layout, PANE_NEIGHBOURS, width - right, y + height - left, right, left);
}

const struct view_class view_map = {
    .hint = "Map. Images that the network sees alike are near each other. Reversed: mistakes.",
    .panes = {PANE_MAP, PANE_CARD, PANE_NEIGHBOURS},
    .count = 3,
    .arrange = arrange,
};
