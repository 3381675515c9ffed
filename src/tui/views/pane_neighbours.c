/*
 * pane_neighbours.c -- the images on the map that are nearest to the selected one, measured in all
 * values of the layer: pictures of the first few, and how the nearest divide into classes.
 */
#include "tui/frame.h"
#include "tui/scatter.h"
#include "tui/tiles.h"

#include "support/glyph.h"

#include <string.h>

enum {
    BELOW = 1, /* rows below the pictures */
    CHECK = 0x2713,
    CROSS = 0x2717,
};

/* Those of the selected image; NULL: none are known. */
static const struct neighbours *neighbours_of(const struct frame *frame)
{
    const struct inside *inside = frame->inside;

    return inside != NULL && inside->map != NULL && inside->neighbours.count > 0 &&
                   inside->neighbours.image == frame->browse->image
               ? &inside->neighbours
               : NULL;
}

static struct tiles lay_out(int width, int height)
{
    return tiles_lay_out(width, height - BELOW, INSIDE_NEIGHBOURS);
}

static int selected_of(const struct frame *frame, const struct neighbours *neighbours)
{
    const int at = frame->panes[PANE_NEIGHBOURS].first;

    return at < neighbours->count ? at : neighbours->count - 1;
}

static enum ink ink_of(int class)
{
    return INK_CLASS + (enum ink)(class % INK_CLASSES);
}

/* "4 x at 1.52": the class, right or not, and the distance. */
static void draw_caption(const struct frame *frame, const struct neighbours *neighbours,
                         struct canvas *caption, int i, bool selected)
{
    const uint32_t image = neighbours->images[i];
    const int label = frame->test->labels[image];
    const bool right = frame->inside->map->predicted[image] == label;
    const bool ascii = caption->glyphs == GLYPHS_ASCII;
    const enum style style = selected ? STYLE_SELECTED : right ? STYLE_GOOD : STYLE_BAD;

    int x = canvas_text(caption, 0, 0, style, "%.5s ", frame->classes->names[label]);
    canvas_put(caption, x, 0, ascii ? (right ? '+' : 'x') : right ? CHECK : CROSS, style);
    canvas_text(caption, x + 1, 0, selected ? STYLE_SELECTED : STYLE_DIM, " at %.2f",
                (double)neighbours->distances[i]);
}

/* One glyph for each neighbour, the most frequent class first, and how many there are of each. */
static void draw_classes(const struct frame *frame, const struct neighbours *neighbours,
                         struct canvas *canvas, int y)
{
    uint32_t glyphs[CLASSES_MAX];
    int counts[CLASSES_MAX] = {0}, order[INSIDE_NEIGHBOURS], classes = 0;

    scatter_glyphs(frame->classes, canvas->glyphs == GLYPHS_ASCII, glyphs);
    for (int i = 0; i < neighbours->count; i++)
        counts[frame->test->labels[neighbours->images[i]]]++;
    for (int k = 0; k < frame->classes->count; k++) {
        int at = counts[k] > 0 ? classes++ : -1;
        for (; at > 0 && counts[order[at - 1]] < counts[k]; at--)
            order[at] = order[at - 1];
        if (at >= 0)
            order[at] = k;
    }
    int x = 0;
    for (int i = 0; i < classes; i++)
        for (int j = 0; j < counts[order[i]]; j++, x++) {
            canvas_put(canvas, x, y, glyphs[order[i]], STYLE_BOLD);
            canvas_ink(canvas, x, y, ink_of(order[i]), INK_NONE);
        }
    for (int i = 0; i < classes; i++)
        x = canvas_text(canvas, x, y, STYLE_DIM, "  %d %s", counts[order[i]],
                        frame->classes->names[order[i]]);
}

static void draw_tiles(const struct frame *frame, const struct neighbours *neighbours,
                       struct canvas *canvas)
{
    const struct tiles tiles = lay_out(canvas->width, canvas->height);
    const int room = tiles_room(&tiles), selected = selected_of(frame, neighbours);
    const int page = room > 0 ? selected / room * room : 0;
    const bool focused = frame->focus == PANE_NEIGHBOURS;

    for (int i = page; i < page + room && i < neighbours->count; i++) {
        const bool marked = focused && i == selected;
        struct canvas caption =
            tiles_draw(&tiles, canvas, i - page, frame->test, neighbours->images[i], marked);
        draw_caption(frame, neighbours, &caption, i, marked);
    }
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const struct neighbours *neighbours = neighbours_of(frame);
    const struct projection *map = frame->inside != NULL ? frame->inside->map : NULL;
    char note[48] = "";

    if (map != NULL)
        snprintf(note, sizeof note, "nearest in all %d values", map->values);
    struct canvas inside = pane_box(canvas, "Neighbours", note, frame->focus == PANE_NEIGHBOURS);
    if (neighbours != NULL) {
        draw_tiles(frame, neighbours, &inside);
        draw_classes(frame, neighbours, &inside, inside.height - 1);
    } else if (map != NULL && frame->browse->image >= map->count) {
        canvas_text(&inside, 0, 0, STYLE_DIM, "Image %d is not on the map.", frame->browse->image);
        canvas_text(&inside, 0, 1, STYLE_DIM, "That has the first %d.", map->count);
    } else {
        canvas_text(&inside, 0, 0, STYLE_DIM, "They appear with the map.");
    }
}

/* ---- keys ---- */

static void move(struct frame *frame, enum key_action action, int height)
{
    const struct neighbours *neighbours = neighbours_of(frame);
    const bool ends = action == KEY_MOVE_HOME || action == KEY_MOVE_END;
    const int row = pane_vertical(action) ? 3 : 1;

    (void)height;
    if (neighbours == NULL)
        return;
    int at = selected_of(frame, neighbours) + (pane_backward(action) ? -row : row);
    if (ends)
        at = action == KEY_MOVE_HOME ? 0 : neighbours->count - 1;
    if (at >= 0 && at < neighbours->count)
        frame->panes[PANE_NEIGHBOURS].first = at;
}

/* The neighbour becomes the selected image. */
static void go_to(struct frame *frame, int neighbour)
{
    browse_show(frame->browse, (int)frame->inside->neighbours.images[neighbour]);
    frame->augmented = false;
    frame->panes[PANE_NEIGHBOURS].first = 0;
}

static void enter(struct frame *frame, char message[PANE_MESSAGE])
{
    const struct neighbours *neighbours = neighbours_of(frame);

    (void)message;
    if (neighbours != NULL)
        go_to(frame, selected_of(frame, neighbours));
}

static void point(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                  int x, int y, char message[PANE_MESSAGE])
{
    const struct neighbours *neighbours = neighbours_of(frame);
    const struct tiles tiles = lay_out(canvas->width - 2, canvas->height - 2);
    const int room = tiles_room(&tiles);

    (void)message;
    if (pointer->act != POINTER_PRESS || neighbours == NULL || room == 0)
        return;
    const int at = tiles_at(&tiles, x - 1, y - 1);
    const int neighbour = selected_of(frame, neighbours) / room * room + at;
    if (at >= 0 && neighbour < neighbours->count)
        go_to(frame, neighbour);
}

const struct pane_class pane_neighbours = {
    .name = "Neighbours",
    .topic = "Map",
    .arrows = "neighbour",
    .scrolls = true,
    .enters = "select",
    .about =
        "The images that are nearest to the selected one in all numbers of the layer, not only in "
        "the two of the map. Where they are of another class, the network takes the image for "
        "one of those.",
    .draw = draw,
    .wants = WANT_MAP,
    .move = move,
    .enter = enter,
    .point = point,
};
