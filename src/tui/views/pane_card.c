/*
 * pane_card.c -- the selected test image: the digit card; or the selected training image as the
 * epochs augment it.
 */
#include "tui/augmented.h"
#include "tui/card.h"
#include "tui/list_keys.h"

enum { TITLE_SIZE = 96 };

static void make_title(char title[TITLE_SIZE], const struct frame *frame, const struct card *card)
{
    const struct browse *browse = frame->browse;
    const int length =
        snprintf(title, TITLE_SIZE, "%s  %s %d", card_wrong(card) ? "Mistake" : "Sample",
                 frame_test_name(frame), browse->image);

    if (browse->filter != BROWSE_ALL || browse->worst_first)
        snprintf(title + length, TITLE_SIZE - (size_t)length, "  %d of %d", browse->position + 1,
                 browse->count);
}

static void draw_training(const struct frame *frame, struct canvas *canvas)
{
    char title[TITLE_SIZE];

    snprintf(title, sizeof title, "Training %d%s %s", frame->train_image,
             frame->classes->named ? ":" : " is a",
             frame->classes->names[frame->train->labels[frame->train_image]]);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_CARD);
    augmented_draw(frame, &inside);
}

static void draw_test(const struct frame *frame, struct canvas *canvas)
{
    const struct card card = card_of(frame, frame->browse->image);
    const bool focused = frame->focus == PANE_CARD;
    char title[TITLE_SIZE];

    make_title(title, frame, &card);
    struct canvas inside = canvas_box(canvas, frame->browse->count > 0 ? title : "Sample", focused);
    if (frame->browse->count > 0)
        card_draw(&inside, &card);
    else
        canvas_text(&inside, 0, 0, STYLE_DIM, "no such image");
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    (frame->augmented ? draw_training : draw_test)(frame, canvas);
}

static void move(struct frame *frame, enum key_action action, int height)
{
    (void)height;
    list_move(frame, action);
}

const struct pane_class pane_card = {
    .name = "Sample",
    .topic = "Samples",
    .arrows = "image",
    .about = "An image that the network was not trained on, and what it says of it: a bar a class, "
             "which add up to 1. The loss is high if it is sure and wrong.",
    .draw = draw,
    .keys = list_keys,
    .move = move,
    .back = list_back,
};
