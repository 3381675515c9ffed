/*
 * pane_filters.c -- the first weights of the network: the filters of its first convolution, or else
 * what each output of its first linear layer sees of the image.
 */
#include "data/dataset.h"
#include "nn/summary.h"
#include "tui/frame.h"
#include "tui/image.h"

#include <math.h>

enum {
    SIGNS = 3, /* for the largest weight */
    GAP = 2,   /* between two filters, and between signs and numbers */
    NUMBER_WIDTH = 6,
    SIGNS_SIDE = 9,                  /* larger filters are pictures */
    PICTURE_WIDTH = MNIST_SIDE / 2,  /* of a picture, in cells, and twice that if all fit */
    PICTURE_HEIGHT = MNIST_SIDE / 4, /* rows, likewise */
};

/* The first weights, [count][height][width], and how they stand in the canvas: in full lines one
 * below the other. */
struct grid {
    struct summary_row layer; /* as in the layer table */
    const float *weights;
    int count, width, height; /* of the filters, and of one of them in weights */
    float most;               /* the largest weight */
    bool pictures, numbers;
    int signs, step;             /* for the largest weight, and cells from one to the next */
    int cell_width, cell_height; /* of a filter in cells, gaps left out */
    int columns, rows;
};

static float largest(const float *weights, size_t count)
{
    float most = 0.0F;

    for (size_t i = 0; i < count; i++)
        if (isfinite(weights[i]))
            most = fmaxf(most, fabsf(weights[i]));
    return most;
}

/* Which weights there are to show; false: none. A linear layer has an image for each output if one
 * channel of maps reaches it, though flattened. */
static bool find_weights(const struct model *model, const float *state, struct grid *grid)
{
    struct shape seen = model->input;

    for (int l = 0; l < model->layer_count; l++) {
        const struct layer *layer = &model->layers[l];
        if (layer->kind == LAYER_CONV2D)
            seen = (struct shape){1, layer->kernel_size[0], layer->kernel_size[1]};
        else if (layer->input.height > 0)
            seen = layer->input;
        if (layer->kind != LAYER_CONV2D && layer->kind != LAYER_LINEAR)
            continue;
        *grid = (struct grid){.weights = state + model_offset(model, layer, "weight"),
                              .count = layer->out,
                              .width = seen.width,
                              .height = seen.height};
        summary_row(model, l, &grid->layer);
        grid->most = largest(grid->weights, (size_t)layer->out * model_shape_count(seen));
        return seen.channels == 1;
    }
    return false;
}

/* Lays filters of this form out; returns whether there is room for all. */
static bool place(struct grid *grid, const struct canvas *canvas)
{
    const int spare = grid->signs > 1 ? GAP + 1 : GAP; /* what ends a line needs no gap */

    grid->columns = (canvas->width + spare) / (grid->cell_width + GAP);
    grid->rows = (canvas->height + 1) / (grid->cell_height + 1);
    return grid->columns * grid->rows >= grid->count;
}

/* Signs for each weight, with `numbers` beside them. */
static bool place_signs(struct grid *grid, const struct canvas *canvas, int signs, bool numbers)
{
    grid->signs = signs;
    grid->numbers = numbers;
    grid->step = signs > 1 ? signs + 1 : 1;
    grid->cell_width = grid->width * grid->step + (numbers ? GAP + grid->width * NUMBER_WIDTH : 0);
    grid->cell_height = grid->height;
    return place(grid, canvas);
}

static bool place_pictures(struct grid *grid, const struct canvas *canvas, int scale)
{
    grid->pictures = true;
    grid->cell_width = scale * PICTURE_WIDTH;
    grid->cell_height = scale * PICTURE_HEIGHT;
    return place(grid, canvas);
}

/* As much of each filter as there is room for while all are shown. */
static void lay_out(struct grid *grid, const struct canvas *canvas)
{
    if (grid->width > SIGNS_SIDE || grid->height > SIGNS_SIDE) {
        if (!place_pictures(grid, canvas, 2))
            place_pictures(grid, canvas, 1);
    } else if (!place_signs(grid, canvas, SIGNS, true) &&
               !place_signs(grid, canvas, SIGNS, false)) {
        place_signs(grid, canvas, 1, false);
    }
    if (grid->rows == 0 && canvas->height > 0) { /* cut off below */
        grid->rows = 1;
        grid->cell_height = canvas->height;
    }
}

/* Up to `signs` plus or minus signs, or a dot for what is next to nothing. */
static void draw_signs(const struct grid *grid, float weight, struct canvas *canvas, int x, int y)
{
    const float size = grid->most > 0.0F && isfinite(weight) ? fabsf(weight) / grid->most : 0.0F;
    const int signs = (int)(size * (float)grid->signs + 0.5F);

    for (int i = 0; i < signs; i++)
        canvas_put(canvas, x + i, y, weight > 0.0F ? '+' : '-',
                   weight > 0.0F ? STYLE_GOOD : STYLE_BAD);
    if (signs == 0)
        canvas_put(canvas, x, y, '.', STYLE_DIM);
}

static void draw_filter(const struct grid *grid, const float *weights, struct canvas *canvas)
{
    const int numbers = grid->width * grid->step + GAP;

    for (int i = 0; i < grid->width * grid->height; i++) {
        const int row = i / grid->width, column = i % grid->width;
        draw_signs(grid, weights[i], canvas, column * grid->step, row);
        if (grid->numbers)
            canvas_text_right(canvas, numbers + (column + 1) * NUMBER_WIDTH - 1, row, STYLE_PLAIN,
                              "%+.2f", (double)weights[i]);
    }
}

static void make_title(const struct grid *grid, int shown, char title[160])
{
    int length =
        snprintf(title, 160, "%s weights, largest %.2f", grid->layer.type, (double)grid->most);

    if (grid->pictures)
        length += snprintf(title + length, 160 - (size_t)length, " (white positive)");
    if (shown < grid->count)
        snprintf(title + length, 160 - (size_t)length, "  %d of %d", shown, grid->count);
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const bool focused = frame->focus == PANE_FILTERS;
    struct canvas inside = canvas_inside(canvas, 1, 1, canvas->width - 2, canvas->height - 2);
    struct grid grid;
    char title[160];

    if (!find_weights(frame->model, frame_weights(frame)->state, &grid)) {
        inside = canvas_box(canvas, "Weights", focused);
        canvas_text(&inside, 0, 0, STYLE_DIM, "The first weights are not of an image.");
        return;
    }
    lay_out(&grid, &inside);
    const int room = grid.columns * grid.rows, shown = room < grid.count ? room : grid.count;
    make_title(&grid, shown, title);
    inside = canvas_box(canvas, title, focused);
    for (int k = 0; k < shown; k++) {
        const float *weights = grid.weights + (size_t)k * (size_t)(grid.width * grid.height);
        struct canvas filter = canvas_inside(&inside, k % grid.columns * (grid.cell_width + GAP),
                                             k / grid.columns * (grid.cell_height + 1),
                                             grid.cell_width, grid.cell_height);
        if (grid.pictures)
            image_draw_values(&filter, weights, grid.width, grid.height, -grid.most, grid.most);
        else
            draw_filter(&grid, weights, &filter);
    }
}

const struct pane_class pane_filters = {
    .name = "Weights",
    .about =
        "The first weights of the network. Each filter slides over the image and answers where the "
        "image looks like it: + where ink raises the answer, - where ink lowers it.",
    .draw = draw,
};
