/*
 * pane_layers.c -- the layer table: the network's layers, and whether each learns well.
 */
#include "tui/frame.h"

#include "nn/summary.h"

#include <math.h>
#include <string.h>

enum {
    TYPE_WIDTH = 20, /* of columns that are never narrower if there is room */
    SHAPE_WIDTH = 16,
    PARAMETERS_WIDTH = 8,
    KERNEL_WIDTH = 4,
    FIGURES_WIDTH = 28, /* of the health's figures, with the sign of a warning and the gaps */
    FIXED_ROWS = 4,     /* border, heading, total */
    KERNEL_SIZE = 48,
};

/* The table's columns, as wide as its longest texts. */
struct columns {
    int type, shape, parameters, kernel;
    bool health; /* there is room for every layer's */
};

/* Beyond these a layer gets a warning. */
static const float DEAD_MOST = 0.5F, UPDATE_MOST = 0.1F, UPDATE_LEAST = 1e-6F;

static int rows_in(int height)
{
    return height > FIXED_ROWS ? height - FIXED_ROWS : 0;
}

/* The figures of the moment shown. */
static const struct layer_health *health_at(const struct frame *frame, int l)
{
    return &frame_weights(frame)->health[l];
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

/* "3x3", and its stride if that is not the usual one: "3x3/2"; "" without a kernel. */
static void kernel_text(const struct layer *layer, char text[KERNEL_SIZE])
{
    const int *size = layer->kernel_size, *stride = layer->stride;
    const bool pool = layer->kind == LAYER_MAX_POOL2D || layer->kind == LAYER_AVG_POOL2D;
    const int usual[2] = {pool ? size[0] : 1, pool ? size[1] : 1};

    if (!pool && layer->kind != LAYER_CONV2D)
        text[0] = '\0';
    else if (stride[0] == usual[0] && stride[1] == usual[1])
        snprintf(text, KERNEL_SIZE, "%dx%d", size[0], size[1]);
    else if (stride[0] == stride[1])
        snprintf(text, KERNEL_SIZE, "%dx%d/%d", size[0], size[1], stride[0]);
    else
        snprintf(text, KERNEL_SIZE, "%dx%d/%dx%d", size[0], size[1], stride[0], stride[1]);
}

static int longer(int width, const char *text)
{
    const int length = (int)strlen(text);

    return length > width ? length : width;
}

static bool fits(const struct columns *columns, int width)
{
    return columns->type + 1 + columns->shape + 1 + columns->parameters + 1 + columns->kernel +
               FIGURES_WIDTH - 1 <=
           width;
}

/* Narrows a column to at least `least` and by at most *excess, which it reduces. */
static void narrow_column(int *column, int least, int *excess)
{
    const int spare = *column - least < *excess ? *column - least : *excess;

    if (spare <= 0)
        return;
    *column -= spare;
    *excess -= spare;
}

/* Makes the table fit without the health. Numbers are never cut; if there is no other way, the
 * names of layers are. */
static void narrow_columns(struct columns *columns, const struct columns *narrow, int width)
{
    int excess = columns->type + 1 + columns->shape + 1 + columns->parameters - width;

    narrow_column(&columns->type, narrow->type, &excess);
    narrow_column(&columns->shape, narrow->shape, &excess);
    narrow_column(&columns->type, 0, &excess);
}

/* Where there is no room for the health, kernels are not shown either. */
static struct columns lay_out(const struct model *model, int width)
{
    struct columns columns = {(int)strlen("Layer (type)"), (int)strlen("Output Shape"),
                              PARAMETERS_WIDTH, KERNEL_WIDTH, false};
    char kernel[KERNEL_SIZE];
    struct summary_row row;

    for (int l = 0; l < model->layer_count; l++) {
        summary_row(model, l, &row);
        kernel_text(&model->layers[l], kernel);
        columns.type = longer(columns.type, row.type);
        columns.shape = longer(columns.shape, row.shape);
        columns.parameters = longer(columns.parameters, row.parameters);
        columns.kernel = longer(columns.kernel, kernel);
    }
    const struct columns narrow = columns;
    columns.type = columns.type < TYPE_WIDTH ? TYPE_WIDTH : columns.type;
    columns.shape = columns.shape < SHAPE_WIDTH ? SHAPE_WIDTH : columns.shape;
    const bool wide = fits(&columns, width);
    if (!wide && fits(&narrow, width))
        columns = narrow;
    columns.health = wide || fits(&narrow, width);
    if (!columns.health)
        narrow_columns(&columns, &narrow, width);
    return columns;
}

static void draw_health(struct canvas *canvas, int x, int y, const struct layer *layer,
                        const struct layer_health *health, const struct columns *columns)
{
    char kernel[KERNEL_SIZE], weight[16], gradient[16], ratio[16], dead[16] = "";
    bool warned = too_dead(health) || too_fast(health) || too_slow(health);

    kernel_text(layer, kernel);
    health_text(weight, health->weight_norm);
    health_text(gradient, health->gradient_norm);
    health_text(ratio, health->update_ratio);
    if (isfinite(health->dead))
        snprintf(dead, sizeof dead, "%.0f%%", 100.0 * (double)health->dead);
    canvas_text(canvas, x, y, warned ? STYLE_WARNING : STYLE_PLAIN, "%c%*s %6s %6s %6s %5s",
                warned ? '!' : ' ', columns->kernel, kernel, weight, gradient, ratio, dead);
}

static void draw_layer(const struct frame *frame, const struct columns *columns,
                       struct canvas *canvas, int y, int l)
{
    struct summary_row row;

    summary_row(frame->model, l, &row);
    int x = canvas_text(canvas, 0, y, STYLE_PLAIN, "%-*.*s %-*s %*s", columns->type, columns->type,
                        row.type, columns->shape, row.shape, columns->parameters, row.parameters);
    if (columns->health)
        draw_health(canvas, x, y, &frame->model->layers[l], health_at(frame, l), columns);
}

/* Draws a warning about the first layer with a figure out of its healthy range. */
static void draw_warning(const struct frame *frame, struct canvas *canvas, int x, int y)
{
    for (int l = 0; l < frame->model->layer_count && frame_step(frame) > 0; l++) {
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
            canvas_text(canvas, x, y, STYLE_WARNING, "  %s hardly changes", row.type);
        else
            continue;
        return;
    }
}

/* As much of a name as there is room for, whole items of it if it is a text. */
static int name_length(const char *name, int room)
{
    int length = (int)strlen(name);

    if (length <= room)
        return length;
    room -= (int)strlen(" ...");
    for (length = room > 0 ? room : 0; length > 0 && name[length] != ' ';)
        length--;
    return length > 0 ? length : room > 0 ? room : 0;
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const struct model *model = frame->model;
    const int rows = rows_in(canvas->height), count = model->layer_count;
    const int most = rows < count ? count - rows : 0; /* beyond it rows would be empty */
    const int first = frame->panes[PANE_MODEL].first < most ? frame->panes[PANE_MODEL].first : most;
    const int last = first + rows < count ? first + rows : count;
    char title[160], total[16], layers[48];

    snprintf(layers, sizeof layers, "  layers %d-%d of %d", first + 1, last, count);
    const int room = canvas->width - (int)strlen("+- Model  -+") - (int)strlen(layers);
    const int length = name_length(model->name, room);
    snprintf(title, sizeof title, "Model %.*s%s%s", length, model->name,
             model->name[length] == '\0' ? "" : " ...", layers);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_MODEL);
    const struct columns columns = lay_out(model, inside.width);
    int x =
        canvas_text(&inside, 0, 0, STYLE_BOLD, "%-*.*s %-*s %*s", columns.type, columns.type,
                    "Layer (type)", columns.shape, "Output Shape", columns.parameters, "Param #");
    if (columns.health)
        canvas_text(&inside, x, 0, STYLE_BOLD, " %*s %6s %6s %6s %5s", columns.kernel, "Kern",
                    "|w|", "|grad|", "|dw/w|", "dead");
    for (int l = first; l < last; l++)
        draw_layer(frame, &columns, &inside, 1 + l - first, l);
    summary_thousands(total, sizeof total, model->parameter_count);
    x = canvas_text(&inside, 0, inside.height - 1, STYLE_BOLD, "Total params: %s", total);
    if (columns.health)
        draw_warning(frame, &inside, x, inside.height - 1);
}

static void move(struct frame *frame, enum key_action action, int height)
{
    pane_scroll(&frame->panes[PANE_MODEL].first, action, rows_in(height),
                frame->model->layer_count);
}

const struct pane_class pane_layers = {
    .name = "Model",
    .arrows = "scroll",
    .scrolls = true,
    .about =
        "The network, a layer a row: what it does, the shape of its output (-1 stands for the "
        "batch, then channels, height, width), and how many numbers it learns. |w| is the length "
        "of its weights, |grad| that of their gradient, |dw/w| how much a batch changes them: "
        "about 0.001 is healthy. dead: the share of a ReLU's outputs that are 0 for all of the "
        "batch's images; such a unit learns nothing.",
    .draw = draw,
    .move = move,
};
