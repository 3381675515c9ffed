/*
 * view_model.c -- what it is, and whether each layer learns well: the layer table.
 */
#include "tui/view.h"

#include "nn/summary.h"

#include <math.h>

enum {
    TYPE_WIDTH = 20,
    SHAPE_WIDTH = 16,
    HEALTH_WIDTH = 78, /* from here on there is room for every layer's health */
    FIXED_ROWS = 4,    /* border, heading, total */
};

/* Outside of these a layer is warned of. */
static const float DEAD_MOST = 0.5F, UPDATE_MOST = 0.1F, UPDATE_LEAST = 1e-6F;

int view_model_rows(int height)
{
    return height > FIXED_ROWS ? height - FIXED_ROWS : 0;
}

/* The figures of the moment shown. */
static const struct layer_health *health_at(const struct frame *frame, int l)
{
    return &view_weights(frame)->health[l];
}

static void health_text(char text[16], float figure)
{
    if (!isfinite(figure))
        snprintf(text, 16, "%s", isnan(figure) ? "" : "inf");
    else
        snprintf(text, 16, figure < 0.001F && figure > 0.0F ? "%.0e" : "%.3g", (double)figure);
}

static bool too_dead(const struct layer_health *health)
{
    return health->dead > DEAD_MOST;
}

static bool too_fast(const struct layer_health *health)
{
    return health->update_ratio > UPDATE_MOST;
}

static bool too_slow(const struct layer_health *health)
{
    return health->update_ratio < UPDATE_LEAST;
}

static const char *kernel_of(const struct layer *layer)
{
    return layer->kind == LAYER_CONV2D ? "3x3" : layer->kind == LAYER_MAX_POOL2D ? "2x2" : "";
}

static void draw_health(struct canvas *canvas, int x, int y, const struct layer *layer,
                        const struct layer_health *health)
{
    char weight[16], gradient[16], ratio[16], dead[16] = "";
    bool warned = too_dead(health) || too_fast(health) || too_slow(health);

    health_text(weight, health->weight_norm);
    health_text(gradient, health->gradient_norm);
    health_text(ratio, health->update_ratio);
    if (isfinite(health->dead))
        snprintf(dead, sizeof dead, "%.0f%%", 100.0 * (double)health->dead);
    canvas_text(canvas, x, y, warned ? STYLE_WARNING : STYLE_PLAIN, "%c%4s %6s %6s %6s %5s",
                warned ? '!' : ' ', kernel_of(layer), weight, gradient, ratio, dead);
}

static void draw_layer(const struct frame *frame, struct canvas *canvas, int y, int l)
{
    struct summary_row row;

    summary_row(frame->model, l, &row);
    int x = canvas_text(canvas, 0, y, STYLE_PLAIN, "%-*s %-*s %8s", TYPE_WIDTH, row.type,
                        SHAPE_WIDTH, row.shape, row.parameters);
    if (canvas->width >= HEALTH_WIDTH)
        draw_health(canvas, x, y, &frame->model->layers[l], health_at(frame, l));
}

/* The first layer whose figures are out of their healthy range, in words. */
static void draw_warning(const struct frame *frame, struct canvas *canvas, int x, int y)
{
    for (int l = 0; l < frame->model->layer_count && view_step(frame) > 0; l++) {
        const struct layer_health *health = health_at(frame, l);
        struct summary_row row;
        summary_row(frame->model, l, &row);
        if (too_dead(health))
            canvas_text(canvas, x, y, STYLE_WARNING, "  %s: %.0f %% of its outputs never fire",
                        row.type, 100.0 * (double)health->dead);
        else if (too_fast(health))
            canvas_text(canvas, x, y, STYLE_WARNING, "  %s changes too fast: lower the rate",
                        row.type);
        else if (too_slow(health))
            canvas_text(canvas, x, y, STYLE_WARNING, "  %s hardly changes any more", row.type);
        else
            continue;
        return;
    }
}

void view_model(const struct frame *frame, struct canvas *canvas)
{
    const struct model *model = frame->model;
    const int rows = view_model_rows(canvas->height), count = model->layer_count;
    const int most = rows < count ? count - rows : 0; /* further down, rows would be empty */
    const int first = frame->model_row < most ? frame->model_row : most;
    const int last = first + rows < count ? first + rows : count;
    char title[64], total[16];

    snprintf(title, sizeof title, "Model %s  layers %d-%d of %d", model->name, first + 1, last,
             count);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_MODEL);
    int x = canvas_text(&inside, 0, 0, STYLE_BOLD, "%-*s %-*s %8s", TYPE_WIDTH, "Layer (type)",
                        SHAPE_WIDTH, "Output Shape", "Param #");
    if (inside.width >= HEALTH_WIDTH)
        canvas_text(&inside, x, 0, STYLE_BOLD, " %4s %6s %6s %6s %5s", "Kern", "|w|", "|grad|",
                    "|dw/w|", "dead");
    for (int l = first; l < last; l++)
        draw_layer(frame, &inside, 1 + l - first, l);
    summary_thousands(total, sizeof total, model->parameter_count);
    x = canvas_text(&inside, 0, inside.height - 1, STYLE_BOLD, "Total params: %s", total);
    if (inside.width >= HEALTH_WIDTH)
        draw_warning(frame, &inside, x, inside.height - 1);
}
