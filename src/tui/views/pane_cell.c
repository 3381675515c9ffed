/*
 * pane_cell.c -- the images of the confusion matrix' selected cell, worst first, and near misses
 * where there are few; in a small pane the selected one alone, as large as it fits.
 */
#include "tui/bars.h"
#include "tui/frame.h"
#include "tui/tiles.h"

#include <math.h>
#include <string.h>

enum {
    CARD_WIDTH = 40, /* of a pane that is too narrow for several images */
    CARD_BARS = 3,   /* rows of bars that a card has at least */
    TAIL = 3,        /* rows below the images */
    CHECK = 0x2713,
    CROSS = 0x2717,
    NAME_SIZE = CLASS_NAME_MAX + 2,
};

static bool is_card(int width)
{
    return width < CARD_WIDTH;
}

/* The place of the selected image in the list. */
static int selected_of(const struct frame *frame)
{
    const int last = frame->cell.count - 1, at = frame->panes[PANE_CELL].first;

    return at < last ? at : last > 0 ? last : 0;
}

/* Its probabilities; NULL: not known yet. */
static const float *probabilities_of(const struct frame *frame, uint32_t image)
{
    const struct predictions *predictions = frame->predictions;

    for (int i = 0; i < predictions->count; i++)
        if (predictions->images[i] == image)
            return predictions_of(predictions, i);
    return NULL;
}

/* "6s", or the name of a class that has one. */
static void name_several(char text[NAME_SIZE], const struct classes *classes, int class)
{
    snprintf(text, NAME_SIZE, "%s%s", classes->names[class], classes->named ? "" : "s");
}

static uint32_t mark_of(const struct canvas *canvas, bool right)
{
    return canvas->glyphs == GLYPHS_ASCII ? (right ? '+' : 'x') : right ? CHECK : CROSS;
}

static struct canvas draw_border(const struct frame *frame, struct canvas *canvas)
{
    const struct cell_images *cell = &frame->cell;
    const int total = frame->confusion->counts[frame->true_class][frame->predicted_class];
    const bool focused = frame->focus == PANE_CELL;
    char title[2 * NAME_SIZE + 64], name[NAME_SIZE];

    name_several(name, frame->classes, frame->true_class);
    snprintf(title, sizeof title, "%s read as %s  %d image%s", name,
             frame->classes->names[frame->predicted_class], total, total == 1 ? "" : "s");
    return pane_box(canvas, title,
                    cell->count == cell->inside ? (total > cell->count ? "worst first" : "")
                    : total > 0                 ? "then near misses"
                                                : "near misses",
                    focused);
}

/* Writes what an image is read as, right or not, and its loss. */
static void draw_verdict(const struct frame *frame, struct canvas *canvas, int y, int i)
{
    const struct cell_images *cell = &frame->cell;
    const char *const *names = (const char *const *)frame->classes->names;
    const bool inside = i < cell->inside;
    const int label = frame->true_class, read = inside ? frame->predicted_class : label;
    const enum style style = read == label ? STYLE_GOOD : STYLE_BAD;

    int x = canvas_text(canvas, 0, y, STYLE_PLAIN, "read as ");
    x = canvas_text(canvas, x, y, style, "%s", names[read]);
    if (read != label) {
        x = canvas_text(canvas, x, y, STYLE_PLAIN, ", is ");
        x = canvas_text(canvas, x, y, STYLE_GOOD, "%s", names[label]);
    }
    canvas_put(canvas, x + 1, y, mark_of(canvas, read == label), style);
    canvas_text(canvas, x + 4, y, STYLE_PLAIN, "loss %.2f", (double)cell->losses[i]);
}

/* What the selected image is, in the last rows. */
static void draw_tail(const struct frame *frame, struct canvas *canvas, int i)
{
    const struct cell_images *cell = &frame->cell;
    char number[16];

    const int x = snprintf(number, sizeof number, "#%d  ", (int)cell->images[i]);
    canvas_text(canvas, 0, canvas->height - 2, STYLE_BOLD, "%s", number);
    struct canvas verdict = canvas_inside(canvas, x, canvas->height - 2, canvas->width - x, 1);
    draw_verdict(frame, &verdict, 0, i);
    if (i >= cell->inside)
        canvas_text(canvas, 0, canvas->height - 1, STYLE_DIM,
                    "near miss: read right, but %s came second",
                    frame->classes->names[frame->predicted_class]);
}

/* "#3422 x .99": number, right or not, and the probability of the class that it is read as. */
static void draw_caption(const struct frame *frame, struct canvas *canvas, int i, bool selected)
{
    const struct cell_images *cell = &frame->cell;
    const bool right = i >= cell->inside || frame->true_class == frame->predicted_class;
    const enum style style = selected ? STYLE_SELECTED : right ? STYLE_GOOD : STYLE_BAD;
    const float *probabilities = probabilities_of(frame, cell->images[i]);

    int x = canvas_text(canvas, 0, 0, style, "#%d ", (int)cell->images[i]);
    canvas_put(canvas, x, 0, mark_of(canvas, right), style);
    if (probabilities == NULL)
        return;
    const float probability = probabilities[frame->predicted_class];
    if (probability >= 0.995F)
        canvas_text(canvas, x + 2, 0, style, "1.0");
    else if (isfinite(probability))
        canvas_text(canvas, x + 2, 0, style, ".%02d", (int)(probability * 100.0F + 0.5F));
}

static struct tiles lay_out(const struct frame *frame, int width, int height)
{
    const int tail = height >= TAIL + 2 * (MNIST_SIDE / 4 + 1) ? TAIL + 1 : 0;

    return tiles_lay_out(width, height - tail, frame->cell.count);
}

/* A row says what captions mean, above the tiles; two say what the selected one is. */
static bool has_tail(const struct tiles *tiles, int height)
{
    return height - tiles->rows * (tiles->height + 1) >= TAIL;
}

static void draw_tiles(const struct frame *frame, struct canvas *canvas)
{
    const struct cell_images *cell = &frame->cell;
    const struct tiles tiles = lay_out(frame, canvas->width, canvas->height);
    const int room = tiles_room(&tiles), selected = selected_of(frame);
    const int page = room > 0 ? selected / room * room : 0;
    const bool tail = has_tail(&tiles, canvas->height);
    struct canvas below = canvas_inside(canvas, 0, tail, canvas->width, canvas->height - tail);

    if (tail)
        canvas_text(canvas, 0, 0, STYLE_DIM, "number, verdict, probability of %s",
                    frame->classes->names[frame->predicted_class]);
    for (int i = page; i < page + room && i < cell->count; i++) {
        struct canvas caption =
            tiles_draw(&tiles, &below, i - page, frame->test, cell->images[i], i == selected);
        draw_caption(frame, &caption, i, i == selected);
    }
    if (tail)
        draw_tail(frame, canvas, selected);
}

/* One image, what it is read as, and bars of its classes. */
static void draw_card(const struct frame *frame, struct canvas *canvas)
{
    const int i = selected_of(frame), bars = canvas->height > MNIST_SIDE / 2 ? CARD_BARS : 0;
    const uint32_t image = frame->cell.images[i];
    const float *probabilities = probabilities_of(frame, image);
    const int rows = canvas->height - 1 - bars;

    struct canvas picture =
        canvas_inside(canvas, 0, 0, canvas->width, rows < MNIST_SIDE / 2 ? rows : MNIST_SIDE / 2);
    tiles_draw_picture(&picture, frame->test, image);
    draw_verdict(frame, canvas, picture.height, i);
    struct canvas below = canvas_inside(canvas, 0, picture.height + 1, canvas->width,
                                        canvas->height - picture.height - 1);
    if (probabilities != NULL)
        bars_draw(&below, probabilities, frame->classes, frame->true_class);
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    struct canvas inside = draw_border(frame, canvas);

    if (frame->confusion->step == 0)
        canvas_text(&inside, 0, 0, STYLE_DIM, "Appears after epoch 1");
    else if (frame->cell.count == 0)
        canvas_text(&inside, 0, 0, STYLE_DIM, "No image is read so, or nearly so.");
    else
        (is_card(canvas->width) ? draw_card : draw_tiles)(frame, &inside);
}

/* ---- keys ---- */

static void move(struct frame *frame, enum key_action action, int height)
{
    const bool ends = action == KEY_MOVE_HOME || action == KEY_MOVE_END;
    const int count = frame->cell.count, row = pane_vertical(action) ? 3 : 1;
    int at = selected_of(frame) + (pane_backward(action) ? -row : row);

    (void)height;
    if (ends)
        at = action == KEY_MOVE_HOME ? 0 : count - 1;
    if (at >= 0 && at < count)
        frame->panes[PANE_CELL].first = at;
}

/* Opens the image among all others. */
static void enter(struct frame *frame, char message[PANE_MESSAGE])
{
    const int image = (int)frame->cell.images[selected_of(frame)];

    if (frame->cell.count == 0) {
        frame->zoomed = !frame->zoomed;
        return;
    }
    browse_show(frame->browse, image);
    frame->augmented = false;
    frame_open(frame, VIEW_SAMPLES);
    snprintf(message, PANE_MESSAGE, "Image %d. 5: back to the matrix.", image);
}

static void point(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                  int x, int y, char message[PANE_MESSAGE])
{
    const int width = canvas->width - 2, height = canvas->height - 2;
    const struct tiles tiles = lay_out(frame, width, height);
    const int room = tiles_room(&tiles);

    if (pointer->act != POINTER_PRESS || is_card(canvas->width) || room == 0)
        return;
    const int at = tiles_at(&tiles, x - 1, y - 1 - has_tail(&tiles, height));
    const int selected = selected_of(frame), image = selected / room * room + at;
    if (at < 0 || image >= frame->cell.count)
        return;
    if (image == selected)
        enter(frame, message);
    else
        frame->panes[PANE_CELL].first = image;
}

const struct pane_class pane_cell = {
    .name = "Images of the cell",
    .arrows = "image",
    .enters = "open",
    .about =
        "The images of the matrix' selected cell, those with the highest loss first. Where there "
        "are few, near misses follow: images that are read right, but the other class came "
        "second. They show what the two classes have in common.",
    .draw = draw,
    .wants = WANT_OUTCOMES | WANT_CELL,
    .move = move,
    .enter = enter,
    .point = point,
};
