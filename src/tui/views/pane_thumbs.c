/*
 * pane_thumbs.c -- the list of test images as a grid of small pictures, each with what it is read
 * as; or that of the training images.
 */
#include "nn/summary.h"
#include "support/glyph.h"
#include "tui/card.h"
#include "tui/list_keys.h"

#include <stdio.h>

enum { TITLE_SIZE = 256, CAPTION_SIZE = 2 * CLASS_NAME_MAX + 32, NUMBER_SIZE = 16 };

/* What is known of an image. */
struct verdict {
    bool known;
    int label, predicted;
    double loss;
};

static struct verdict verdict_of(const struct frame *frame, int image)
{
    const struct outcomes *outcomes = frame->outcomes;
    struct verdict verdict = {.label = frame->test->labels[image]};

    if (outcomes != NULL && outcomes->step > 0) {
        verdict.known = true;
        verdict.predicted = outcomes->predicted[image];
        verdict.loss = (double)outcomes->losses[image];
        return verdict;
    }
    const struct card card = card_of(frame, image);
    verdict.known = card.probabilities != NULL;
    verdict.predicted = card.predicted;
    verdict.loss = card.loss;
    return verdict;
}

/* ---- the title ---- */

static void make_title(char title[TITLE_SIZE], const struct frame *frame)
{
    const struct browse *browse = frame->browse;
    const char *order = browse->worst_first ? ", worst first" : "";
    const char *const *names = (const char *const *)frame->classes->names;
    char count[NUMBER_SIZE], all[NUMBER_SIZE];

    summary_thousands(count, sizeof count, (size_t)browse->count);
    summary_thousands(all, sizeof all, (size_t)frame->test->count);
    if (frame->augmented) {
        summary_thousands(all, sizeof all, (size_t)frame->train->count);
        snprintf(title, TITLE_SIZE, "Training images  %s", all);
    } else if (browse->filter == BROWSE_MISTAKES) {
        snprintf(title, TITLE_SIZE, "Mistakes  %s of %s%s", count, all, order);
    } else if (browse->filter == BROWSE_CELL) {
        snprintf(title, TITLE_SIZE, "%s%s read as %s  %s%s", names[browse->label],
                 frame->classes->named ? "" : "s", names[browse->predicted], count, order);
    } else {
        snprintf(title, TITLE_SIZE, "Images  %s, %s%s", frame_test_name(frame), all, order);
    }
}

/* ---- the grid ---- */

/* Writes a text in the middle of the caption. */
static void write_caption(struct canvas *caption, const char *text, enum style style)
{
    const int spare = caption->width - glyph_width(text);

    canvas_text(caption, spare > 0 ? spare / 2 : 0, 0, style, "%s", text);
}

static void draw_caption(const struct frame *frame, struct canvas *caption, int image,
                         bool selected)
{
    const struct verdict verdict = verdict_of(frame, image);
    const char *const *names = (const char *const *)frame->classes->names;
    const bool wrong = verdict.known && verdict.predicted != verdict.label;
    char text[CAPTION_SIZE];

    int length =
        wrong ? snprintf(text, sizeof text, "%s not %s", names[verdict.predicted],
                         names[verdict.label])
              : snprintf(text, sizeof text, verdict.known ? "%s" : "is %s", names[verdict.label]);
    if (verdict.known && glyph_width(text) + (int)sizeof "  0.0" - 1 <= caption->width)
        snprintf(text + length, sizeof text - (size_t)length, "  %.*f", verdict.loss < 10.0,
                 verdict.loss);
    write_caption(caption, text, selected ? STYLE_SELECTED : wrong ? STYLE_BAD : STYLE_DIM);
}

static void draw_training_caption(const struct frame *frame, struct canvas *caption, int image,
                                  bool selected)
{
    char text[CAPTION_SIZE];

    snprintf(text, sizeof text, "%d: %s", image,
             frame->classes->names[frame->train->labels[image]]);
    write_caption(caption, text, selected ? STYLE_SELECTED : STYLE_DIM);
}

/* The part of the pane that the grid fills, in the middle. */
static struct canvas grid_in(const struct canvas *inside, const struct tiles *tiles)
{
    const int width = tiles->columns * (tiles->width + 2);
    const int height = tiles->rows * (tiles->height + 1);

    return canvas_inside(inside, (inside->width - width) / 2, (inside->height - height) / 2, width,
                         height);
}

static void draw_grid(const struct frame *frame, struct canvas *inside, const struct tiles *tiles)
{
    const struct browse *browse = frame->browse;
    const int count = frame->augmented ? frame->train->count : browse->count;
    const int selected = frame->augmented ? frame->train_image : browse->position;
    const int room = tiles_room(tiles), first = room > 0 ? selected - selected % room : 0;
    struct canvas grid = grid_in(inside, tiles);

    for (int i = 0; i < room && first + i < count; i++) {
        const bool here = first + i == selected;
        const int image = frame->augmented ? first + i : browse_at(browse, first + i - selected);
        const struct split *split = frame->augmented ? frame->train : frame->test;
        struct canvas caption = tiles_draw(tiles, &grid, i, split, (uint32_t)image, here);
        (frame->augmented ? draw_training_caption : draw_caption)(frame, &caption, image, here);
    }
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const struct tiles tiles = list_grid(frame, canvas->width, canvas->height);
    char title[TITLE_SIZE];

    make_title(title, frame);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_THUMBS);
    draw_grid(frame, &inside, &tiles);
    if (frame->browse->count == 0 && !frame->augmented)
        canvas_text(&inside, 0, 0, STYLE_DIM, "no such image");
}

/* ---- keys ---- */

static void move(struct frame *frame, enum key_action action, int height)
{
    (void)height;
    list_move(frame, action);
}

/* A press selects an image. */
static void point(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                  int x, int y, char message[PANE_MESSAGE])
{
    const struct tiles tiles = list_grid(frame, canvas->width, canvas->height);
    const int room = tiles_room(&tiles), count = frame->browse->count;
    const int selected = frame->augmented ? frame->train_image : frame->browse->position;
    const int width = canvas->width - 2 - tiles.columns * (tiles.width + 2);
    const int height = canvas->height - 2 - tiles.rows * (tiles.height + 1);

    (void)message;
    if (pointer->act != POINTER_PRESS || room == 0)
        return;
    const int at = tiles_at(&tiles, x - 1 - width / 2, y - 1 - height / 2);
    const int place = selected - selected % room + at;
    if (at < 0 || place >= (frame->augmented ? frame->train->count : count))
        return;
    if (frame->augmented)
        frame->train_image = place;
    else
        browse_go(frame->browse, place);
}

const struct pane_class pane_thumbs = {
    .name = "Images",
    .topic = "Samples",
    .arrows = "image",
    .about = "The list of images that the network was not trained on: all of them, or only its "
             "mistakes. \"4 not 9\" means read as 4, though it is a 9; the number is the loss. The "
             "worst mistakes often have a reason: look whether you would have read them right.",
    .draw = draw,
    .keys = list_keys,
    .wants = WANT_OUTCOMES,
    .move = move,
    .back = list_back,
    .point = point,
};
