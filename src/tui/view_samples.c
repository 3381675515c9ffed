/*
 * view_samples.c -- what it gets right and wrong: test images, what the network says of each and
 * how sure it is.
 */
#include "tui/bars.h"
#include "tui/image.h"
#include "tui/view.h"

enum {
    TEXT_WIDTH = 15,
    SMALL_WIDTH = DATASET_SIDE / 2, /* cells of a picture: half its pixels each way */
    SMALL_HEIGHT = DATASET_SIDE / 4,
    LARGE_WIDTH = DATASET_SIDE,
    LARGE_HEIGHT = DATASET_SIDE / 2,
    ENOUGH = 4, /* samples; more are better than larger ones only up to here */
};

static void draw_sample(const struct frame *frame, struct canvas *canvas, int lane, int width,
                        int height)
{
    const struct predictions *predictions = frame->predictions;
    int index = (int)predictions->images[lane];
    int label = frame->test->labels[index], predicted = predictions->predicted[lane];
    bool right = predicted == label;

    struct canvas picture = canvas_inside(canvas, 0, 0, width, height);
    image_draw(&picture, frame->test->images + (size_t)index * DATASET_PIXELS, DATASET_SIDE);
    struct canvas text = canvas_inside(canvas, width + 1, 0, TEXT_WIDTH, canvas->height);
    canvas_text(&text, 0, 0, STYLE_BOLD, "true %d  pred %d", label, predicted);
    int x =
        canvas_text(&text, 0, 1, right ? STYLE_GOOD : STYLE_BAD, "%s", right ? "right" : "WRONG");
    canvas_text(&text, x, 1, STYLE_PLAIN, " loss %.2f", predictions->losses[lane]);
    struct canvas bars = canvas_inside(&text, 0, 2, TEXT_WIDTH, height - 2);
    bars_draw(&bars, predictions->probabilities[lane], label);
}

static void make_title(char title[96], const struct browse *browse)
{
    const char *order = browse->worst_first ? ", worst first" : "";
    const int place = browse->count > 0 ? browse->position + 1 : 0;

    if (browse->filter == BROWSE_CELL)
        snprintf(title, 96, "Sample %d/%d %d as %d%s  #%d", place, browse->count, browse->label,
                 browse->predicted, order, browse->image);
    else if (browse->filter == BROWSE_MISTAKES || browse->worst_first)
        snprintf(title, 96, "Sample %d/%d%s%s  #%d", place, browse->count,
                 browse->filter == BROWSE_MISTAKES ? " wrong" : "", order, browse->image);
    else
        snprintf(title, 96, "Sample  test #%d", browse->image);
}

void view_samples(const struct frame *frame, struct canvas *canvas)
{
    const struct predictions *predictions = frame->predictions;
    char title[96];

    make_title(title, frame->browse);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_SAMPLES);
    int large_columns = inside.width / (LARGE_WIDTH + TEXT_WIDTH + 2);
    bool large = large_columns * (inside.height / (LARGE_HEIGHT + 1)) >= ENOUGH;
    int width = large ? LARGE_WIDTH : SMALL_WIDTH, height = large ? LARGE_HEIGHT : SMALL_HEIGHT;
    int tile_width = width + TEXT_WIDTH + 3;
    int columns = (inside.width + 3) / tile_width, rows = (inside.height + 1) / (height + 1);
    if (columns < 1)
        columns = 1;
    if (rows < 1 && inside.height > 0) { /* one, lower than it should be */
        rows = 1;
        height = inside.height;
    }
    for (int i = 0; i < columns * rows && i < predictions->count; i++) {
        struct canvas tile = canvas_inside(&inside, i % columns * tile_width,
                                           i / columns * (height + 1), tile_width - 2, height);
        draw_sample(frame, &tile, i, width, height);
    }
    if (predictions->count == 0)
        canvas_text(&inside, 0, 0, STYLE_DIM, "no such image");
}
