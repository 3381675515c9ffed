#include "tui/view_activations.h"

#include "nn/limits.h"

#include <math.h>

enum {
    SIGNS = 3, /* for the largest weight */
    GAP = 2,   /* between two filters, and between signs and numbers */
    NUMBER_WIDTH = 6,
    SIGNS_WIDTH = MODEL_KERNEL * (SIGNS + 1),
    NUMBERS_WIDTH = GAP + MODEL_KERNEL * NUMBER_WIDTH,
    FILTER_HEIGHT = MODEL_KERNEL + 1, /* and an empty row */
};

/* How filters stand in the canvas: in full lines one below the other. */
struct grid {
    int width, columns, rows;
    bool numbers;
};

static struct grid make_grid(const struct canvas *canvas, bool numbers)
{
    struct grid grid = {.width = SIGNS_WIDTH + GAP + (numbers ? NUMBERS_WIDTH : 0),
                        .numbers = numbers};

    grid.columns = (canvas->width + GAP + 1) / grid.width; /* what ends a line needs no gap */
    grid.rows = (canvas->height + 1) / FILTER_HEIGHT;
    return grid;
}

static float largest(const float *weights, size_t count)
{
    float most = 0.0F;

    for (size_t i = 0; i < count; i++)
        if (isfinite(weights[i]))
            most = fmaxf(most, fabsf(weights[i]));
    return most;
}

/* Up to SIGNS plus or minus signs, or a dot for what is next to nothing. */
static void draw_signs(float weight, float most, struct canvas *canvas, int x, int y)
{
    float size = most > 0.0F && isfinite(weight) ? fabsf(weight) / most : 0.0F;
    int signs = (int)(size * SIGNS + 0.5F);

    for (int i = 0; i < signs; i++)
        canvas_put(canvas, x + i, y, weight > 0.0F ? '+' : '-',
                   weight > 0.0F ? STYLE_GOOD : STYLE_BAD);
    if (signs == 0)
        canvas_put(canvas, x, y, '.', STYLE_DIM);
}

static void draw_filter(const float *weights, float most, bool numbers, struct canvas *canvas)
{
    for (int i = 0; i < MODEL_KERNEL * MODEL_KERNEL; i++) {
        int row = i / MODEL_KERNEL, column = i % MODEL_KERNEL;
        draw_signs(weights[i], most, canvas, column * (SIGNS + 1), row);
        if (numbers)
            canvas_text_right(canvas, SIGNS_WIDTH + GAP + (column + 1) * NUMBER_WIDTH - 1, row,
                              STYLE_PLAIN, "%+.2f", (double)weights[i]);
    }
}

void view_filters(const struct model *model, const float *state, bool focused,
                  struct canvas *canvas)
{
    const struct layer *layer = &model->layers[0];
    const int count = layer->output.channels;
    char title[MODEL_NAME_SIZE];

    const float *weights = state + model_offset(model, layer, "weight");
    const float most = largest(weights, layer->parameter_count);
    snprintf(title, sizeof title, "Filters of %s  +++ is %.2f", layer->name, (double)most);
    struct canvas inside = canvas_box(canvas, title, focused);
    struct grid grid = make_grid(&inside, true);
    if (grid.columns * grid.rows < count)
        grid = make_grid(&inside, false);
    for (int k = 0; k < count && k < grid.columns * grid.rows; k++) {
        struct canvas filter =
            canvas_inside(&inside, k % grid.columns * grid.width, k / grid.columns * FILTER_HEIGHT,
                          grid.width, MODEL_KERNEL);
        draw_filter(weights + k * MODEL_KERNEL * MODEL_KERNEL, most, grid.numbers, &filter);
    }
}
