/*
 * pane_activations.c -- the outputs of each layer for the selected or the drawn image: maps as
 * pictures, from black for the layer's smallest value to white for its largest, and features as
 * numbers, the largest in bold, or as cells if there are many.
 */
#include "tui/frame.h"

#include "data/dataset.h"
#include "nn/summary.h"
#include "tui/image.h"
#include "tui/names.h"

#include <math.h>

enum {
    CUT_HEIGHT = 4,              /* rows in which a map is shown even if it is cut off below */
    SMALL_SIDE = MNIST_SIDE / 2, /* the largest width of a picture, in cells */
    LARGE_SIDE = MNIST_SIDE,
    LARGE_WIDTH = 4 * (LARGE_SIDE + 1), /* from this width on pictures may be large */
    INDEX_WIDTH = 2,                    /* of a feature */
    NAME_WIDTH = 10,                    /* of the class whose output it is, at most */
    VALUE_WIDTH = 9,                    /* "  -0.45  " */
    NUMBERS_MAX = 100,                  /* features that are written as numbers */
    STRIP_HEIGHT = 4,                   /* rows of others, even if nothing fits below them */
};

/* The smallest and the largest of a layer's finite values. */
struct range {
    float low, high; /* low > high: there are none */
};

static struct range find_range(const float *values, size_t count)
{
    struct range range = {INFINITY, -INFINITY};

    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            continue;
        range.low = fminf(range.low, values[i]);
        range.high = fmaxf(range.high, values[i]);
    }
    return range;
}

/* Cells of a picture of a map on the canvas: no more rows than half of the most columns. */
static void fit_picture(struct shape shape, const struct canvas *canvas, int *wide, int *high)
{
    const bool large = canvas->width >= LARGE_WIDTH && canvas->height >= LARGE_SIDE / 2;
    const int limit = large ? LARGE_SIDE : SMALL_SIDE;

    *wide = shape.width < limit ? shape.width : limit;
    const int scaled = (int)((long)shape.height * *wide / shape.width); /* a cell is two high */
    *high = scaled > 1 ? (scaled + 1) / 2 : 1;
    if (*high <= limit / 2)
        return;
    *high = limit / 2;
    image_fit(shape.width, shape.height, wide, high);
}

/* Draws the channels in rows of pictures. Returns how many fitted; *height gets the rows. */
static int draw_maps(const float *values, struct shape shape, const struct range *range,
                     struct canvas *canvas, int *height)
{
    int wide, high;

    fit_picture(shape, canvas, &wide, &high);
    const int columns = (canvas->width + 1) / (wide + 1);
    const int fitting = (canvas->height + 1) / (high + 1);
    const int rows = fitting > 0 || canvas->height < CUT_HEIGHT ? fitting : 1;
    const int count = columns * rows < shape.channels ? columns * rows : shape.channels;

    for (int c = 0; c < count; c++) {
        struct canvas picture =
            canvas_inside(canvas, c % columns * (wide + 1), c / columns * (high + 1), wide, high);
        image_draw_values(&picture, values + (size_t)c * (size_t)(shape.width * shape.height),
                          shape.width, shape.height, range->low, range->high);
    }
    *height = count > 0 ? (count - 1) / columns * (high + 1) + high : 0;
    return count;
}

/* Many features, a cell each, as draw_maps. */
static int draw_strip(const float *values, int features, const struct range *range,
                      struct canvas *canvas, int *height)
{
    const int most = canvas->height > 2 * STRIP_HEIGHT ? canvas->height / 2 : canvas->height;
    const int needed = canvas->width > 0 ? (features - 1) / canvas->width + 1 : 0;
    const int rows = needed < most ? needed : most;
    int count = 0;

    for (int y = 0; y < rows; y++) {
        const int left = features - count, wide = left < canvas->width ? left : canvas->width;
        struct canvas row = canvas_inside(canvas, 0, y, wide, 1);
        image_draw_values(&row, values + count, wide, 1, range->low, range->high);
        count += wide;
    }
    *height = rows;
    return count;
}

/* The features in rows of numbers, as draw_maps; `classes` are those of the features, or NULL. */
static int draw_features(const float *values, int features, const struct range *range,
                         const struct classes *classes, struct canvas *canvas, int *height)
{
    const int widest = classes != NULL ? names_widest(classes) : INDEX_WIDTH;
    const int label = widest < NAME_WIDTH ? widest : NAME_WIDTH, width = label + VALUE_WIDTH;
    const int columns = (canvas->width + 2) / width;
    const int count = columns * canvas->height < features ? columns * canvas->height : features;

    for (int i = 0; i < count; i++) {
        int x = i % columns * width, y = i / columns;
        if (classes != NULL)
            names_draw(canvas, x, y, label, STYLE_DIM, classes, i);
        else
            canvas_text(canvas, x, y, STYLE_DIM, "%2d", i);
        canvas_text_right(canvas, x + width - 2, y,
                          values[i] == range->high ? STYLE_BOLD : STYLE_PLAIN,
                          isnan(values[i])             ? "nan"
                          : fabsf(values[i]) < 1000.0F ? "%+.2f"
                                                       : "%+.0e",
                          (double)values[i]);
    }
    *height = count > 0 ? (count - 1) / columns + 1 : 0;
    return count;
}

/* Draws the layer's name and the values of black and white. */
static void draw_heading(const struct model *model, int l, const struct range *range, int shown,
                         struct canvas *canvas)
{
    const struct shape shape = model->layers[l].output;
    struct summary_row row;

    summary_row(model, l, &row);
    int x = canvas_text(canvas, 0, 0, STYLE_BOLD, "%s", row.type);
    if (range->low <= range->high)
        x = canvas_text(canvas, x, 0, STYLE_PLAIN, "  %.3g to %.3g", (double)range->low,
                        (double)range->high);
    else
        x = canvas_text(canvas, x, 0, STYLE_WARNING, "  not finite");
    if (shown < shape.channels)
        canvas_text(canvas, x, 0, STYLE_DIM, "  %d of %d", shown, shape.channels);
}

/* Draws one layer at the top of the canvas; returns its rows, 0 if there is no room. */
static int draw_layer(const struct activations *activations, int l, const struct classes *classes,
                      struct canvas *canvas)
{
    const bool outputs = classes->named && l == activations->model->layer_count - 1;
    const struct shape shape = activations->model->layers[l].output;
    const float *values = activations->values[l];
    const struct range range = find_range(values, model_shape_count(shape));
    struct canvas below = canvas_inside(canvas, 0, 1, canvas->width, canvas->height);
    const bool maps = shape.width * shape.height > 1, many = shape.channels > NUMBERS_MAX;
    int height;
    const int shown = maps   ? draw_maps(values, shape, &range, &below, &height)
                      : many ? draw_strip(values, shape.channels, &range, &below, &height)
                             : draw_features(values, shape.channels, &range,
                                             outputs ? classes : NULL, &below, &height);

    if (shown == 0)
        return 0;
    draw_heading(activations->model, l, &range, shown, canvas);
    return 1 + height;
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const struct activations *activations = frame->activations;
    const int first = frame->panes[PANE_ACTIVATIONS].first;
    const int layers = activations->model->layer_count;
    char image[32] = "what was drawn", title[96];

    if (frame->view != VIEW_DRAW)
        snprintf(image, sizeof image, "%s #%d", frame_test_name(frame), frame->browse->image);
    snprintf(title, sizeof title, "Activations  %s  layer %d of %d", image, first + 1, layers);
    struct canvas left = canvas_box(canvas, title, frame->focus == PANE_ACTIVATIONS);
    for (int l = first; l < layers; l++) {
        int height = draw_layer(activations, l, frame->classes, &left);
        if (height == 0)
            return;
        left = canvas_inside(&left, 0, height, left.width, left.height);
    }
}

static void move(struct frame *frame, enum key_action action, int height)
{
    (void)height;
    pane_scroll(&frame->panes[PANE_ACTIVATIONS].first, action, 1, frame->model->layer_count);
}

const struct pane_class pane_activations = {
    .name = "Activations",
    .arrows = "scroll",
    .scrolls = true,
    .about =
        "What each layer makes of the image, from the first to the last. Early maps still look "
        "like the image: edges and strokes. Later ones are smaller and say where a feature is. The "
        "last row is one number a class: the largest wins.",
    .draw = draw,
    .wants = WANT_ACTIVATIONS,
    .move = move,
};
