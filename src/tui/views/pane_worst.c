/*
 * pane_worst.c -- the mistakes with the highest losses, as small pictures.
 */
#include "tui/frame.h"
#include "tui/tiles.h"

#include "nn/summary.h"
#include "support/glyph.h"

#include <math.h>

enum {
    WORST_MOST = 24,
    WORST = 4, /* pictures, if these are as large as the pane allows */
    TEXT_SIZE = 2 * CLASS_NAME_MAX + 32,
};

/* The worst mistakes, the worst first. */
struct worst {
    int mistakes; /* in all */
    int count;
    int images[WORST_MOST];
    float losses[WORST_MOST];
};

/* A loss that is not a number counts as the largest. */
static float size_of(float loss)
{
    return isnan(loss) ? INFINITY : loss;
}

static void find_worst(const struct frame *frame, struct worst *worst)
{
    const struct outcomes *outcomes = frame->outcomes;

    *worst = (struct worst){0};
    for (int i = 0; outcomes != NULL && outcomes->step > 0 && i < outcomes->count; i++) {
        const float loss = size_of(outcomes->losses[i]);
        if (outcomes->predicted[i] == frame->test->labels[i])
            continue;
        worst->mistakes++;
        int at = worst->count < WORST_MOST ? worst->count++ : WORST_MOST;
        for (; at > 0 && size_of(worst->losses[at - 1]) < loss; at--)
            if (at < WORST_MOST) {
                worst->images[at] = worst->images[at - 1];
                worst->losses[at] = worst->losses[at - 1];
            }
        if (at < WORST_MOST) {
            worst->images[at] = i;
            worst->losses[at] = outcomes->losses[i];
        }
    }
}

static int selected_of(const struct frame *frame, const struct worst *worst)
{
    const int at = frame->panes[PANE_WORST].first;

    return at < worst->count ? at : worst->count - 1;
}

/* A row for a hint below the pictures, if these leave one. */
static struct tiles lay_out(int width, int height)
{
    return tiles_lay_out(width, height, WORST);
}

/* "6 not 5  8.3" */
static void draw_caption(const struct frame *frame, const struct worst *worst,
                         struct canvas *caption, int i, bool selected)
{
    const int image = worst->images[i];
    const char *const *names = (const char *const *)frame->classes->names;
    char text[TEXT_SIZE];

    int length = snprintf(text, sizeof text, "%s not %s", names[frame->outcomes->predicted[image]],
                          names[frame->test->labels[image]]);
    if (glyph_width(text) + 6 <= caption->width)
        snprintf(text + length, sizeof text - (size_t)length, "  %.1f", (double)worst->losses[i]);
    const int spare = caption->width - glyph_width(text);
    canvas_text(caption, spare > 0 ? spare / 2 : 0, 0, selected ? STYLE_SELECTED : STYLE_BAD, "%s",
                text);
}

static void draw_tiles(const struct frame *frame, const struct worst *worst, struct canvas *inside)
{
    const struct tiles tiles = lay_out(inside->width, inside->height);
    const int room = tiles_room(&tiles), used = tiles.rows * (tiles.height + 1);
    const bool focused = frame->focus == PANE_WORST;
    char all[16];

    for (int i = 0; i < room && i < worst->count; i++) {
        const bool marked = focused && i == selected_of(frame, worst);
        struct canvas caption =
            tiles_draw(&tiles, inside, i, frame->test, (uint32_t)worst->images[i], marked);
        draw_caption(frame, worst, &caption, i, marked);
    }
    if (room == 0 || used >= inside->height)
        return;
    summary_thousands(all, sizeof all, (size_t)worst->mistakes);
    int x = canvas_text(inside, 1, inside->height - 1, STYLE_KEY, "4");
    x = canvas_text(inside, x, inside->height - 1, STYLE_DIM, " Samples, ");
    x = canvas_text(inside, x, inside->height - 1, STYLE_KEY, "f");
    canvas_text(inside, x, inside->height - 1, STYLE_DIM, ": all %s", all);
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    struct worst worst;
    char title[48] = "Worst mistakes", all[16];

    find_worst(frame, &worst);
    summary_thousands(all, sizeof all, (size_t)worst.mistakes);
    if (worst.mistakes > 0)
        snprintf(title, sizeof title, "Worst mistakes  of %s", all);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_WORST);
    if (worst.mistakes > 0)
        draw_tiles(frame, &worst, &inside);
    else
        canvas_text(&inside, 0, 0, STYLE_DIM, "%s",
                    frame->outcomes != NULL && frame->outcomes->step > 0 ? "None."
                                                                         : "Appear after epoch 1");
}

/* ---- keys ---- */

static void select_mistake(struct frame *frame, const struct worst *worst, int i)
{
    if (i < 0 || i >= worst->count)
        return;
    frame->panes[PANE_WORST].first = i;
    frame->augmented = false;
    browse_show(frame->browse, worst->images[i]);
}

/* The card shows the selected one. */
static void move(struct frame *frame, enum key_action action, int height)
{
    const int row = pane_vertical(action) ? 2 : 1;
    struct worst worst;

    (void)height;
    find_worst(frame, &worst);
    const int last = (worst.count < WORST ? worst.count : WORST) - 1;
    int to = selected_of(frame, &worst) + (pane_backward(action) ? -row : row);
    if (action == KEY_MOVE_HOME || action == KEY_MOVE_END)
        to = action == KEY_MOVE_HOME ? 0 : last;
    if (to <= last)
        select_mistake(frame, &worst, to);
}

/* Opens all mistakes. */
static void enter(struct frame *frame, char message[PANE_MESSAGE])
{
    struct browse *browse = frame->browse;

    browse->filter = BROWSE_MISTAKES;
    browse->worst_first = true;
    frame->augmented = false;
    frame_open(frame, VIEW_SAMPLES);
    snprintf(message, PANE_MESSAGE, "Mistakes, worst first.");
}

static void point(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                  int x, int y, char message[PANE_MESSAGE])
{
    const struct tiles tiles = lay_out(canvas->width - 2, canvas->height - 2);
    struct worst worst;

    (void)message;
    if (pointer->act != POINTER_PRESS || tiles_room(&tiles) == 0)
        return;
    find_worst(frame, &worst);
    select_mistake(frame, &worst, tiles_at(&tiles, x - 1, y - 1));
}

const struct pane_class pane_worst = {
    .name = "Worst mistakes",
    .topic = "Samples",
    .arrows = "image",
    .enters = "all mistakes",
    .about = "The images that are read wrong with the highest losses: there the network is sure, "
             "and wrong. \"6 not 5\" means read as 6, though it is a 5; the number is the loss.",
    .draw = draw,
    .wants = WANT_OUTCOMES,
    .move = move,
    .enter = enter,
    .point = point,
};
