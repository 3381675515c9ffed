/*
 * pane_samples.c -- test images with the network's predictions and probabilities; and training
 * images as the epochs augment them.
 */
#include "train/rule.h"
#include "tui/bars.h"
#include "tui/image.h"
#include "tui/list_keys.h"
#include "tui/names.h"

#include <string.h>

enum {
    TEXT_WIDTH = 15,
    SMALL_WIDTH = MNIST_SIDE / 2, /* cells of a picture: half its pixels in each direction */
    SMALL_HEIGHT = MNIST_SIDE / 4,
    LARGE_WIDTH = MNIST_SIDE,
    LARGE_HEIGHT = MNIST_SIDE / 2,
    ENOUGH = 4, /* samples; up to here more samples are better than larger ones */
    GAP = 2,    /* columns between two samples; rows: one */
    TITLE_SIZE = 256,
};

/* The grid of the samples. */
struct tiles {
    int columns, rows;
    int width, height; /* of a picture */
    int beside, above; /* columns and rows of text at each */
};

/* Chooses large pictures if there is room for enough of them. */
static struct tiles lay_out(const struct canvas *inside, int beside, int above)
{
    const int large_columns = inside->width / (LARGE_WIDTH + beside + 1);
    const int large_rows = inside->height / (LARGE_HEIGHT + above + 1);
    const bool large = large_columns * large_rows >= ENOUGH;
    struct tiles tiles = {.width = large ? LARGE_WIDTH : SMALL_WIDTH,
                          .height = large ? LARGE_HEIGHT : SMALL_HEIGHT,
                          .beside = beside,
                          .above = above};

    tiles.columns = (inside->width + GAP) / (tiles.width + beside + GAP);
    tiles.rows = (inside->height + 1) / (tiles.height + above + 1);
    if (tiles.columns < 1)
        tiles.columns = 1;
    if (tiles.rows < 1 && inside->height > above) { /* one, less high than it should be */
        tiles.rows = 1;
        tiles.height = inside->height - above;
    }
    return tiles;
}

static struct canvas tile_at(const struct tiles *tiles, const struct canvas *inside, int i)
{
    const int width = tiles->width + tiles->beside, height = tiles->height + tiles->above;

    return canvas_inside(inside, i % tiles->columns * (width + GAP),
                         i / tiles->columns * (height + 1), width, height);
}

/* What has been predicted of a test image: its place among the predictions; -1: nothing yet. */
static int find_prediction(const struct predictions *predictions, int image)
{
    for (int lane = 0; lane < predictions->count; lane++)
        if (predictions->images[lane] == (uint32_t)image)
            return lane;
    return -1;
}

/* Draws an image of the split as large as it fits. A square one fills the canvas, which is square
 * unless it is less high than it should be. */
static void draw_picture(const struct split *split, const struct canvas *canvas,
                         const uint8_t *pixels)
{
    int width = canvas->width, height = canvas->height;

    if (split->width != split->height)
        image_fit(split->width, split->height, &width, &height);
    struct canvas picture = canvas_inside(canvas, 0, 0, width, height);
    image_draw(&picture, pixels, split->width, split->height);
}

/* The cells that the two names of a sample take in one row. */
static int verdict_width(const struct classes *classes)
{
    return (int)strlen("true   pred ") + 2 * names_widest(classes);
}

/* Uses the room that the pictures leave for the names of the classes. */
static void widen_text(struct tiles *tiles, const struct canvas *inside,
                       const struct classes *classes)
{
    const int room = (inside->width + GAP) / tiles->columns - GAP - tiles->width;
    const int most = 1 + verdict_width(classes);

    if (classes->named && tiles->beside < most && tiles->beside < room)
        tiles->beside = room < most ? room : most;
}

/* Draws the true class and the predicted one, in two rows if one has too little room. Returns the
 * next row. */
static int draw_names(const struct classes *classes, struct canvas *canvas, int label,
                      int predicted)
{
    const bool one_row = !classes->named || verdict_width(classes) <= canvas->width;
    const int x = canvas_text(canvas, 0, 0, STYLE_BOLD, "true %s", classes->names[label]);

    canvas_text(canvas, one_row ? x + 2 : 0, one_row ? 0 : 1, STYLE_BOLD, "pred %s",
                classes->names[predicted]);
    return one_row ? 1 : 2;
}

static void draw_sample(const struct frame *frame, struct canvas *canvas, int index,
                        const struct tiles *tiles)
{
    const int width = tiles->width, height = tiles->height;
    const struct predictions *predictions = frame->predictions;
    const int lane = find_prediction(predictions, index), label = frame->test->labels[index];

    struct canvas picture = canvas_inside(canvas, 0, 0, width, height);
    draw_picture(frame->test, &picture, split_image(frame->test, (uint32_t)index));
    struct canvas text = canvas_inside(canvas, width + 1, 0, tiles->beside - 1, canvas->height);
    if (lane < 0) {
        canvas_text(&text, 0, 0, STYLE_BOLD, "true %s", frame->classes->names[label]);
        return;
    }
    const bool right = predictions->predicted[lane] == label;
    const int y = draw_names(frame->classes, &text, label, predictions->predicted[lane]);
    int x =
        canvas_text(&text, 0, y, right ? STYLE_GOOD : STYLE_BAD, "%s", right ? "right" : "WRONG");
    canvas_text(&text, x, y, STYLE_PLAIN, " loss %.2f", predictions->losses[lane]);
    struct canvas bars = canvas_inside(&text, 0, y + 1, text.width, height - y - 1);
    bars_draw(&bars, predictions_of(predictions, lane), frame->classes, label);
}

static void make_title(char title[TITLE_SIZE], const struct frame *frame)
{
    const struct browse *browse = frame->browse;
    const char *order = browse->worst_first ? ", worst first" : "";
    const int place = browse->count > 0 ? browse->position + 1 : 0;

    if (browse->filter == BROWSE_CELL)
        snprintf(title, TITLE_SIZE, "Sample %d/%d %s as %s%s  #%d", place, browse->count,
                 frame->classes->names[browse->label], frame->classes->names[browse->predicted],
                 order, browse->image);
    else if (browse->filter == BROWSE_MISTAKES || browse->worst_first)
        snprintf(title, TITLE_SIZE, "Sample %d/%d%s%s  #%d", place, browse->count,
                 browse->filter == BROWSE_MISTAKES ? " wrong" : "", order, browse->image);
    else
        snprintf(title, TITLE_SIZE, "Sample  %s #%d", frame_test_name(frame), browse->image);
}

static void draw_tests(const struct frame *frame, struct canvas *canvas)
{
    const int count = frame->browse->count < LANES ? frame->browse->count : LANES;
    char title[TITLE_SIZE];

    make_title(title, frame);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_SAMPLES);
    struct tiles tiles = lay_out(&inside, TEXT_WIDTH + 1, 0);
    widen_text(&tiles, &inside, frame->classes);
    for (int i = 0; i < tiles.columns * tiles.rows && i < count; i++) {
        struct canvas tile = tile_at(&tiles, &inside, i);
        draw_sample(frame, &tile, browse_at(frame->browse, i), &tiles);
    }
    if (count == 0)
        canvas_text(&inside, 0, 0, STYLE_DIM, "no such image");
}

/* ---- training images ---- */

/* Draws the training image on a tile with its caption; with epoch -1 as it is in the file. */
static void draw_form(const struct frame *frame, const struct tiles *tiles, struct canvas *tile,
                      int epoch)
{
    static uint8_t pixels[DATASET_PIXELS_MAX]; /* too large for the stack */
    const struct split *train = frame->train;
    const uint8_t *image = split_image(train, (uint32_t)frame->train_image);
    const struct augmentation augmentation = rule_of_images(frame->settings, epoch);
    struct canvas picture = canvas_inside(tile, 0, tiles->above, tiles->width, tiles->height);
    float row[DATASET_SIDE_MAX];
    struct augmented augmented;

    if (epoch < 0) {
        canvas_text(tile, 0, 0, STYLE_PLAIN, "in the file");
        draw_picture(train, &picture, image);
        return;
    }
    if (epoch == frame_epoch(frame))
        canvas_text(tile, 0, 0, STYLE_BOLD, "this epoch, %d", epoch + 1);
    else
        canvas_text(tile, 0, 0, STYLE_PLAIN, "epoch %d", epoch + 1);
    augment_begin(&augmented, &augmentation, (uint32_t)frame->train_image, image, train->height,
                  train->width);
    for (int y = 0; y < train->height; y++) {
        augment_row(&augmented, y, row);
        for (int x = 0; x < train->width; x++)
            pixels[y * train->width + x] = (uint8_t)(row[x] + 0.5F);
    }
    draw_picture(train, &picture, pixels);
}

/* Draws the image from this epoch on, or from earlier ones if there is more room than epochs
 * left. */
static void draw_augmented(const struct frame *frame, struct canvas *canvas)
{
    const int epochs = frame->snapshot->epochs;
    char title[TITLE_SIZE];

    snprintf(title, sizeof title, "Training #%d%s %s", frame->train_image,
             frame->classes->named ? ":" : " is a",
             frame->classes->names[frame->train->labels[frame->train_image]]);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_SAMPLES);
    const struct tiles tiles = lay_out(&inside, 0, 1);
    const int forms = tiles.columns * tiles.rows - 1;
    int first = frame_epoch(frame);
    if (first > epochs - forms)
        first = epochs > forms ? epochs - forms : 0;
    for (int i = -1; i < forms && first + i < epochs; i++) {
        struct canvas tile = tile_at(&tiles, &inside, i + 1);
        draw_form(frame, &tiles, &tile, i < 0 ? -1 : first + i);
    }
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    (frame->augmented ? draw_augmented : draw_tests)(frame, canvas);
}

static void move(struct frame *frame, enum key_action action, int height)
{
    (void)height;
    list_move(frame, action);
}

const struct pane_class pane_samples = {
    .name = "Samples",
    .topic = "Samples",
    .arrows = "image",
    .about =
        "Images that the network was not trained on, with what it says of each: a bar a class, "
        "which add up to 1. The loss is high where it is sure and wrong. The worst mistakes often "
        "have a reason: look whether you would have read them right.",
    .draw = draw,
    .keys = list_keys,
    .move = move,
    .back = list_back,
};
