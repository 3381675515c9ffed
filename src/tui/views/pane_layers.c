/*
 * pane_layers.c -- the layer table: the network's layers, and whether each learns well. One row is
 * selected, and the panes beside the table show its weights. Where rows are left, the tensors of
 * the selected row stand below.
 */
#include "tui/figures.h"
#include "tui/layer_rows.h"
#include "tui/legend.h"

#include "nn/summary.h"

#include <math.h>
#include <string.h>

enum {
    MARKER_WIDTH = 1,
    NAME_SIZE = 72,
    SHAPE_SIZE = 48,
    NUMBER_SIZE = 32,
    KERNEL_SIZE = 48,
    WEIGHT_WIDTH = 6, /* of the health's figures; one less where there is no room */
    GRADIENT_WIDTH = 7,
    UPDATE_WIDTH = 7,
    DEAD_WIDTH = 6,                                            /* with the sign of a warning */
    HEALTH_WIDTH = GRADIENT_WIDTH + UPDATE_WIDTH + DEAD_WIDTH, /* after the first one */
    GAPS = 7, /* between columns, which grow where there is room */
    GAP_MOST = 3,
    FIXED_ROWS = 4,    /* border, heading, total */
    NOTE_ROWS = 2,     /* a line and a note, if there is room */
    TENSOR_LEAST = 3,  /* rows for the tensors: a line, the heading, the first one */
    FIGURE_WIDTH = 10, /* of a tensor's figures */
    FIGURES = 4,
    MEASURED_MOST = 1 << 18, /* elements of a tensor that is measured for each frame */
    NAME_CUT = 40,           /* of the network's name in the title */
};

/* A row as texts. */
struct texts {
    char name[NAME_SIZE], shape[SHAPE_SIZE], parameters[NUMBER_SIZE], kernel[KERNEL_SIZE];
};

/* The table's columns, as wide as its longest texts. */
struct columns {
    int name, shape, parameters, kernel;
    int weight;  /* of the first figure of the health */
    int gap;     /* further cells before each column */
    bool health; /* there is room for every layer's */
};

/* How the pane is divided into rows. */
struct division {
    int first, shown; /* rows of the table */
    bool note;
    int tensors; /* rows; 0: none */
};

/* Beyond these a layer gets a warning. */
static const float DEAD_MOST = 0.5F, UPDATE_MOST = 0.1F, UPDATE_LEAST = 1e-6F;

/* ---- texts ---- */

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

static void make_texts(const struct model *model, const struct layer_row *row, struct texts *texts)
{
    const size_t parameters = model->layers[row->first].parameter_count;
    struct summary_row summary;
    size_t length = 0;

    for (int i = 0; i < row->count; i++) {
        summary_row(model, row->first + i, &summary);
        length += (size_t)snprintf(texts->name + length, NAME_SIZE - length, "%s%s",
                                   i > 0 ? " " : "", summary.type);
    }
    snprintf(texts->shape, SHAPE_SIZE, "%s", summary.shape);
    texts->parameters[0] = '\0';
    if (parameters > 0)
        summary_thousands(texts->parameters, NUMBER_SIZE, parameters);
    kernel_text(&model->layers[row->first], texts->kernel);
}

/* ---- columns ---- */

static int longer(int width, const char *text)
{
    const int length = (int)strlen(text);

    return length > width ? length : width;
}

static int table_width(const struct columns *columns)
{
    return MARKER_WIDTH + columns->name + 1 + columns->shape + 1 + columns->parameters +
           (columns->health ? 1 + columns->kernel + columns->weight + HEALTH_WIDTH : 0);
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

/* Where there is no room for the health, kernels are not shown either. Numbers are never cut; if
 * there is no other way, the names of layers are. */
static struct columns lay_out(const struct model *model, const struct layer_rows *rows, int width)
{
    struct columns columns = {(int)strlen("Layer"),
                              (int)strlen("Output"),
                              (int)strlen("Params"),
                              (int)strlen("Kern"),
                              WEIGHT_WIDTH,
                              0,
                              true};
    struct texts texts;

    for (int i = 0; i < rows->count; i++) {
        make_texts(model, &rows->rows[i], &texts);
        columns.name = longer(columns.name, texts.name);
        columns.shape = longer(columns.shape, texts.shape);
        columns.parameters = longer(columns.parameters, texts.parameters);
        columns.kernel = longer(columns.kernel, texts.kernel);
    }
    if (table_width(&columns) > width)
        columns.weight--;
    columns.health = table_width(&columns) <= width;
    int excess = table_width(&columns) - width;
    narrow_column(&columns.name, 0, &excess);
    const int gap = (width - table_width(&columns)) / GAPS;
    columns.gap = gap < GAP_MOST ? gap : GAP_MOST;
    const int spare = width - table_width(&columns) - GAPS * columns.gap;
    columns.name += spare > 0 && columns.health ? spare : 0;
    return columns;
}

/* ---- health ---- */

/* What is known of a row at the moment shown: of its weights and of its ReLU. */
static struct layer_health health_of(const struct frame *frame, const struct layer_row *row)
{
    const struct layer_health *health = frame_weights(frame)->health;
    struct layer_health of = health[row->first];

    for (int l = row->first; l < row->first + row->count; l++)
        if (!isnan(health[l].dead))
            of.dead = health[l].dead;
    return of;
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

static bool is_warned(const struct layer_health *health)
{
    return too_dead(health) || too_fast(health) || too_slow(health);
}

static void draw_health(struct canvas *canvas, int x, int y, const struct layer_health *health,
                        const struct columns *columns, enum style style)
{
    const int gap = columns->gap;
    char weight[FIGURES_TEXT], gradient[FIGURES_TEXT], update[FIGURES_TEXT];
    const enum style own = is_warned(health) ? STYLE_WARNING : style;

    figures_fixed(weight, (double)health->weight_norm, 2);
    figures_fixed(gradient, (double)health->gradient_norm, 3);
    figures_fixed(update, (double)health->update_ratio, 4);
    canvas_text_right(canvas, x += columns->weight + gap, y, own, "%s", weight);
    canvas_text_right(canvas, x += GRADIENT_WIDTH + gap, y, own, "%s", gradient);
    canvas_text_right(canvas, x += UPDATE_WIDTH + gap, y, own, "%s", update);
    x += DEAD_WIDTH + gap - 1;
    if (isfinite(health->dead))
        canvas_text_right(canvas, x, y, own, "%.0f%%", 100.0 * (double)health->dead);
    if (is_warned(health))
        canvas_put(canvas, x, y, '!', own);
}

/* Says what is wrong with the first row that has a figure out of its healthy range. False: none
 * has. */
static bool draw_warning(const struct frame *frame, const struct layer_rows *rows,
                         struct canvas *canvas, int y)
{
    for (int i = 0; i < rows->count && frame_step(frame) > 0; i++) {
        const struct layer_row *row = &rows->rows[i];
        const struct layer_health health = health_of(frame, row);
        struct summary_row first, last;
        if (!is_warned(&health))
            continue;
        summary_row(frame->model, row->first, &first);
        summary_row(frame->model, row->first + row->count - 1, &last);
        if (too_dead(&health))
            canvas_text(canvas, 1, y, STYLE_WARNING, "%s: %.0f %% of its outputs never fire",
                        last.type, 100.0 * (double)health.dead);
        else if (too_fast(&health))
            canvas_text(canvas, 1, y, STYLE_WARNING, "%s changes too fast: lower the rate",
                        first.type);
        else
            canvas_text(canvas, 1, y, STYLE_WARNING, "%s hardly changes", first.type);
        return true;
    }
    return false;
}

/* ---- the table ---- */

static void draw_heading(const struct columns *columns, struct canvas *canvas)
{
    const int gap = columns->gap;
    int x = MARKER_WIDTH + columns->name;

    canvas_text(canvas, MARKER_WIDTH, 0, STYLE_DIM, "%.*s", columns->name, "Layer");
    canvas_text_right(canvas, x += 1 + gap + columns->shape, 0, STYLE_DIM, "Output");
    canvas_text_right(canvas, x += 1 + gap + columns->parameters, 0, STYLE_DIM, "Params");
    if (!columns->health)
        return;
    canvas_text_right(canvas, x += 1 + gap + columns->kernel, 0, STYLE_DIM, "Kern");
    canvas_text_right(canvas, x += columns->weight + gap, 0, STYLE_DIM, "|w|");
    canvas_text_right(canvas, x += GRADIENT_WIDTH + gap, 0, STYLE_DIM, "|grad|");
    canvas_text_right(canvas, x += UPDATE_WIDTH + gap, 0, STYLE_DIM, "|dw/w|");
    canvas_text_right(canvas, x + DEAD_WIDTH + gap - 1, 0, STYLE_DIM, "dead");
}

/* The background of the selected row, or its style where there are no inks. */
static enum style select_row(struct canvas *canvas, int y)
{
    for (int x = 0; x < canvas->width && !canvas->inks; x++)
        canvas_put(canvas, x, y, ' ', STYLE_REVERSE);
    canvas_fill(canvas, 0, y, canvas->width, 1, INK_ROW);
    canvas_put(canvas, 0, y, canvas->glyphs == GLYPHS_BRAILLE ? 0x25B8 : '>',
               canvas->inks ? STYLE_BOLD : STYLE_REVERSE);
    return canvas->inks ? STYLE_PLAIN : STYLE_REVERSE;
}

static void draw_row(const struct frame *frame, const struct layer_row *row,
                     const struct columns *columns, struct canvas *canvas, int y, bool selected)
{
    const bool norm = frame->model->layers[row->first].kind == LAYER_BATCH_NORM2D;
    const struct layer_health health = health_of(frame, row);
    const int gap = columns->gap;
    enum style style = norm ? STYLE_DIM : STYLE_PLAIN, name = style;
    struct texts texts;
    int x = MARKER_WIDTH + columns->name;

    if (selected) {
        style = select_row(canvas, y);
        name = canvas->inks ? STYLE_BOLD : style;
    }
    make_texts(frame->model, row, &texts);
    canvas_text(canvas, MARKER_WIDTH, y, name, "%.*s", columns->name, texts.name);
    canvas_text_right(canvas, x += 1 + gap + columns->shape, y, selected ? style : STYLE_DIM, "%s",
                      texts.shape);
    canvas_text_right(canvas, x += 1 + gap + columns->parameters, y, style, "%s", texts.parameters);
    if (!columns->health)
        return;
    canvas_text_right(canvas, x += 1 + gap + columns->kernel, y, style, "%s", texts.kernel);
    draw_health(canvas, x, y, &health, columns, style);
}

static void draw_total(const struct frame *frame, struct canvas *canvas, int y)
{
    const struct model *model = frame->model;
    char parameters[NUMBER_SIZE], multiply_adds[NUMBER_SIZE], maps[FIGURES_TEXT];
    struct summary_sizes sizes;

    summary_sizes(model, &sizes);
    summary_thousands(parameters, sizeof parameters, model->parameter_count);
    summary_thousands(multiply_adds, sizeof multiply_adds, model_multiply_adds(model));
    figures_brief(maps, sizes.activations / 2.0);
    int x = canvas_text(canvas, 1, y, STYLE_DIM, "Total ");
    x = canvas_text(canvas, x, y, STYLE_BOLD, "%s", parameters);
    x = canvas_text(canvas, x, y, STYLE_DIM, " parameters; an image: ");
    x = canvas_text(canvas, x, y, STYLE_BOLD, "%s", multiply_adds);
    x = canvas_text(canvas, x, y, STYLE_DIM, " multiply-adds, ");
    x = canvas_text(canvas, x, y, STYLE_BOLD, "%s", maps);
    canvas_text(canvas, x, y, STYLE_DIM, " MB of maps");
}

static void draw_line(struct canvas *canvas, int y)
{
    for (int x = 1; x < canvas->width - 1; x++)
        canvas_put(canvas, x, y, canvas->glyphs == GLYPHS_ASCII ? '-' : 0x2500, STYLE_BORDER);
}

/* ---- the tensors of the selected row ---- */

/* "[12, 8, 3, 3]" */
static void size_text(const struct tensor *tensor, char text[SHAPE_SIZE])
{
    int length = snprintf(text, SHAPE_SIZE, "[");

    for (int i = 0; i < tensor->dimensions; i++)
        length += snprintf(text + length, (size_t)(SHAPE_SIZE - length), "%s%d", i > 0 ? ", " : "",
                           tensor->size[i]);
    snprintf(text + length, (size_t)(SHAPE_SIZE - length), "]");
}

/* A tensor, its size, and the mean, deviation, smallest and largest of its finite values. */
static void draw_tensor(const struct tensor *tensor, const float *state, struct canvas *canvas,
                        int y)
{
    double sum = 0.0, squares = 0.0, low = INFINITY, high = -INFINITY;
    size_t count = 0;
    char text[SHAPE_SIZE];

    for (size_t i = 0; i < tensor->count && tensor->count <= MEASURED_MOST; i++) {
        const double value = (double)state[tensor->offset + i];
        if (!isfinite(value))
            continue;
        sum += value;
        squares += value * value;
        low = fmin(low, value);
        high = fmax(high, value);
        count++;
    }
    const double mean = sum / (double)count, variance = squares / (double)count - mean * mean;
    const double figures[FIGURES] = {mean, sqrt(fmax(variance, 0.0)), low, high};
    canvas_text(canvas, 1, y, STYLE_PLAIN, "%s", tensor->name);
    size_text(tensor, text);
    int x = canvas->width - FIGURES * FIGURE_WIDTH - 1;
    canvas_text_right(canvas, x, y, STYLE_DIM, "  %s", text);
    for (int i = 0; i < FIGURES; i++) {
        figures_brief(text, figures[i]);
        canvas_text_right(canvas, x += FIGURE_WIDTH, y, count > 0 ? STYLE_PLAIN : STYLE_DIM, "%s",
                          count > 0 ? text : "-");
    }
}

static void draw_tensors(const struct frame *frame, const struct layer_row *row,
                         struct canvas *canvas, int y, int rows)
{
    static const char *const names[FIGURES] = {"mean", "deviation", "smallest", "largest"};
    const struct layer *layer = &frame->model->layers[row->first];
    struct summary_row summary;
    int x = canvas->width - FIGURES * FIGURE_WIDTH - 1;

    summary_row(frame->model, row->first, &summary);
    draw_line(canvas, y);
    if (layer->tensor_count == 0) {
        canvas_text(canvas, 1, y + 1, STYLE_DIM, "%s has no weights: it learns nothing.",
                    summary.type);
        return;
    }
    canvas_text(canvas, 1, y + 1, STYLE_DIM, "Tensors of %s", summary.type);
    for (int i = 0; i < FIGURES; i++)
        canvas_text_right(canvas, x += FIGURE_WIDTH, y + 1, STYLE_DIM, "%s", names[i]);
    for (int i = 0; i < layer->tensor_count && i + 2 < rows; i++)
        draw_tensor(&frame->model->tensors[layer->first_tensor + i], frame_weights(frame)->state,
                    canvas, y + 2 + i);
}

/* ---- the pane ---- */

/* The table first, then the note, then the tensors. */
static struct division divide(const struct layer_rows *rows, int selected, int height)
{
    const int room = height > FIXED_ROWS ? height - FIXED_ROWS : 0;
    struct division division = {.shown = rows->count < room ? rows->count : room};
    int left = room - division.shown;

    division.note = left >= NOTE_ROWS;
    left -= division.note ? NOTE_ROWS : 0;
    division.tensors = left >= TENSOR_LEAST ? left : 0;
    division.first = layer_rows_first(rows->count, selected, division.shown);
    return division;
}

static void draw_title(const struct frame *frame, const struct layer_rows *rows,
                       const struct division *division, struct canvas *canvas)
{
    const bool focused = frame->focus == PANE_MODEL;
    struct legend legend = {0};
    const char *name = frame->model->name;
    char parameters[NUMBER_SIZE];

    summary_thousands(parameters, sizeof parameters, frame->model->parameter_count);
    legend_add(&legend, 0, focused ? STYLE_TITLE : STYLE_BOLD, 0, "Layers");
    legend_add(&legend, 2, STYLE_DIM, 0, "  %.*s%s", NAME_CUT, name,
               strlen(name) > NAME_CUT ? "..." : "");
    if (division->shown < rows->count)
        legend_add(&legend, 1, STYLE_DIM, 0, "  rows %d-%d of %d", division->first + 1,
                   division->first + division->shown, rows->count);
    legend.right = true;
    legend_add(&legend, 3, STYLE_BOLD, 0, "%s", parameters);
    legend_add(&legend, 3, STYLE_DIM, 0, " parameters");
    legend_draw(&legend, canvas);
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const int selected = layer_rows_selected(frame);
    struct canvas inside = canvas_box(canvas, "", frame->focus == PANE_MODEL);
    struct layer_rows rows;

    layer_rows_list(frame->model, LAYER_ROWS_TABLE, &rows);
    const struct division division = divide(&rows, selected, canvas->height);
    const struct columns columns = lay_out(frame->model, &rows, inside.width);
    draw_title(frame, &rows, &division, canvas);
    draw_heading(&columns, &inside);
    for (int i = 0; i < division.shown; i++)
        draw_row(frame, &rows.rows[division.first + i], &columns, &inside, 1 + i,
                 division.first + i == selected);
    int y = 1 + division.shown;
    if (division.tensors > 0)
        draw_tensors(frame, &rows.rows[selected], &inside, y, division.tensors);
    if (!division.note) {
        if (!draw_warning(frame, &rows, &inside, inside.height - 1))
            draw_total(frame, &inside, inside.height - 1);
        return;
    }
    y = inside.height - NOTE_ROWS - 1;
    draw_line(&inside, y);
    draw_total(frame, &inside, y + 1);
    if (!draw_warning(frame, &rows, &inside, y + 2))
        canvas_text(&inside, 1, y + 2, STYLE_DIM,
                    "dead: share of a ReLU's values that stay zero for all of a batch");
}

/* ---- keys ---- */

static void move(struct frame *frame, enum key_action action, int height)
{
    const bool ends = action == KEY_MOVE_HOME || action == KEY_MOVE_END;
    const bool pages = action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN;
    const int page = height > FIXED_ROWS ? height - FIXED_ROWS : 1;
    const int step = ends ? MODEL_LAYERS_MAX : pages ? page : 1;

    layer_rows_select(frame, layer_rows_selected(frame) + (pane_backward(action) ? -step : step));
}

/* Shows the row's weights alone. */
static void enter(struct frame *frame, char message[PANE_MESSAGE])
{
    (void)message;
    frame->view = VIEW_MODEL;
    frame->focus = PANE_KERNELS;
    frame->zoomed = true;
}

/* A press on the selected row shows its weights. */
static void point(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                  int x, int y, char message[PANE_MESSAGE])
{
    const int selected = layer_rows_selected(frame);
    struct layer_rows rows;

    (void)x;
    layer_rows_list(frame->model, LAYER_ROWS_TABLE, &rows);
    const struct division division = divide(&rows, selected, canvas->height);
    const int row = division.first + y - 2; /* the border, the heading */
    if (pointer->act != POINTER_PRESS || y < 2 || y >= 2 + division.shown)
        return;
    if (row == selected)
        enter(frame, message);
    else
        layer_rows_select(frame, row);
}

const struct pane_class pane_layers = {
    .name = "Layers",
    .arrows = "layer",
    .scrolls = true,
    .enters = "weights",
    .about =
        "The network, a layer a row: what it does, the shape of its output (-1 stands for the "
        "batch, then channels, height, width), and how many numbers it learns. |w| is the length "
        "of its weights, |grad| that of their gradient, |dw/w| how much a batch changes them: "
        "about .001 is healthy. dead: the share of a ReLU's outputs that are 0 for all of the "
        "batch's images; such a unit learns nothing. The other panes show the weights of the "
        "selected row.",
    .draw = draw,
    .move = move,
    .enter = enter,
    .point = point,
};
