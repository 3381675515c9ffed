#include "tui/screen.h"

#include "tui/keys.h"
#include "tui/view_activations.h"
#include "tui/view_confusion.h"

#include <string.h>

static void draw_confusion(const struct frame *frame, struct canvas *canvas)
{
    view_confusion(frame->confusion, frame->classes, frame->true_class, frame->predicted_class,
                   frame->focus == PANE_CONFUSION, canvas);
}

static void draw_filters(const struct frame *frame, struct canvas *canvas)
{
    view_filters(frame->model, view_weights(frame)->state, frame->focus == PANE_FILTERS, canvas);
}

static void draw_samples(const struct frame *frame, struct canvas *canvas)
{
    (frame->augmented ? view_augmented : view_samples)(frame, canvas);
}

static void draw_activations(const struct frame *frame, struct canvas *canvas)
{
    char image[32];

    snprintf(image, sizeof image, "%s #%d", view_test_name(frame), frame->browse->image);
    view_activations(frame->activations, frame->classes,
                     frame->view == VIEW_DRAW ? "what was drawn" : image, frame->activation_layer,
                     frame->focus == PANE_ACTIVATIONS, canvas);
}

static void draw_drawing(const struct frame *frame, struct canvas *canvas)
{
    view_draw(&frame->drawing, frame->focus == PANE_DRAW, canvas);
}

static view_function *const pane_views[PANE_COUNT] = {
    [PANE_LOSS] = view_loss,       [PANE_ACCURACY] = view_accuracy,
    [PANE_MODEL] = view_model,     [PANE_SAMPLES] = draw_samples,
    [PANE_EVENTS] = view_events,   [PANE_CONFUSION] = draw_confusion,
    [PANE_FILTERS] = draw_filters, [PANE_ACTIVATIONS] = draw_activations,
    [PANE_DRAW] = draw_drawing,    [PANE_RATE] = view_rate,
};

void screen_layout(struct layout *layout, const struct frame *frame, int width, int height)
{
    layout_make(layout, frame->view, frame->focus, frame->zoomed, view_rate_varies(frame), width,
                height);
}

static void draw_part(const struct frame *frame, struct canvas *canvas, view_function *view, int x,
                      int y, int width, int height)
{
    struct canvas part = canvas_inside(canvas, x, y, width, height);

    view(frame, &part);
}

static void draw_keys(struct canvas *canvas, int y)
{
    const struct key_binding *binding;
    int x = 1;

    for (int i = 0; (binding = key_binding(i)) != NULL; i++) {
        if (binding->hint == NULL)
            continue;
        const char *word = strchr(binding->hint, ' ');
        x = canvas_text(canvas, x, y, STYLE_REVERSE, "%.*s", (int)(word - binding->hint),
                        binding->hint);
        x = canvas_text(canvas, x, y, STYLE_PLAIN, "%s  ", word);
    }
}

/* Draws the message, and the keys below it; in one row the message and the help key. */
static void draw_footer(const struct frame *frame, struct canvas *canvas, int rows)
{
    const int y = canvas->height - rows;

    canvas_text(canvas, 1, y, STYLE_PLAIN, "%s", frame->message);
    if (rows > 1)
        draw_keys(canvas, y + 1);
    else
        canvas_text_right(canvas, canvas->width, y, STYLE_REVERSE, " ? help ");
}

static void draw_panes(const struct frame *frame, struct canvas *canvas,
                       const struct layout *layout)
{
    draw_part(frame, canvas, layout->header_rows > 1 ? view_header : view_line, 0, 0, canvas->width,
              layout->header_rows);
    for (int i = 0; i < layout->count; i++) {
        const struct place *place = &layout->places[i];
        draw_part(frame, canvas, pane_views[place->pane], place->x, place->y, place->width,
                  place->height);
    }
    draw_footer(frame, canvas, layout->footer_rows);
}

void screen_draw(const struct frame *frame, struct canvas *canvas)
{
    struct layout layout;

    canvas_clear(canvas);
    screen_layout(&layout, frame, canvas->width, canvas->height);
    if (layout.tier > LAYOUT_LINES)
        draw_panes(frame, canvas, &layout);
    else if (canvas->height > 1)
        view_status(frame, canvas);
    else
        view_line(frame, canvas);
    if (frame->help)
        view_help(frame, canvas);
}
