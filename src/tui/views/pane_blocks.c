/*
 * pane_blocks.c -- the network, a block of layers a row, and where there is room the selected
 * image's way through it: the image, and of some layers the map that varies most.
 */
#include "tui/figures.h"
#include "tui/image.h"
#include "tui/layer_rows.h"
#include "tui/legend.h"
#include "tui/sheet.h"
#include "tui/tiles.h"

#include "nn/summary.h"
#include "support/glyph.h"

#include <math.h>
#include <string.h>

enum {
    TEXT_SIZE = 96,
    STAGES = 5, /* of the way: the image and four layers */
    STAGE_GAP = 2,
    WAY_WIDTH = 60, /* inside: from this size on the way is shown */
    WAY_HEIGHT = 15,
    WAY_ROWS = 6,   /* of its pictures, at least */
    WIDE = 60,      /* inside: from this width on followers have names, and there is a health */
    NORM_WIDTH = 6, /* of the columns of the health */
    UPDATE_WIDTH = 8,
    DEAD_WIDTH = 7,
    HEALTH_WIDTH = NORM_WIDTH + UPDATE_WIDTH + DEAD_WIDTH,
    GAP_MOST = 3,
    HEADED = 34, /* inside: from this width on a heading fits */
};

/* What a row says. */
struct texts {
    char name[TEXT_SIZE], shape[TEXT_SIZE], parameters[TEXT_SIZE];
};

struct columns {
    bool health;
    int name, shape, parameters, gap;
};

/* Rows of the pane. */
struct division {
    bool heading;
    int first, shown;    /* of the table */
    int way_y, way_rows; /* the way's labels, and the rows of its pictures; 0: none */
};

/* ---- texts ---- */

/* "8x26x26", or the number of features. */
static void shape_text(struct shape shape, char text[TEXT_SIZE])
{
    if (shape.height * shape.width <= 1)
        snprintf(text, TEXT_SIZE, "%d", shape.channels);
    else
        snprintf(text, TEXT_SIZE, "%dx%dx%d", shape.channels, shape.height, shape.width);
}

/* Writes a shape that ends at column x - 1, with a sign for times if there is one. */
static void draw_shape(struct canvas *canvas, int x, int y, const char *text)
{
    const int length = (int)strlen(text);

    canvas_text_right(canvas, x, y, STYLE_DIM, "%s", text);
    for (int i = 0; i < length && canvas->glyphs != GLYPHS_ASCII; i++)
        if (text[i] == 'x')
            canvas_put(canvas, x - length + i, y, 0xD7, STYLE_DIM);
}

/* The name of a kind without its number and its dimensions: "BatchNorm". */
static int brief_length(const char *type)
{
    const int length = (int)strcspn(type, "-");

    return length > 2 && strncmp(type + length - 2, "2d", 2) == 0 ? length - 2 : length;
}

static void make_texts(const struct frame *frame, const struct layer_row *row, bool wide,
                       struct texts *texts)
{
    static const char adaptive[] = "Adaptive";
    struct summary_row summary;
    size_t parameters = 0;

    summary_row(frame->model, row->first, &summary);
    const size_t skipped =
        !wide && strncmp(summary.type, adaptive, strlen(adaptive)) == 0 ? strlen(adaptive) : 0;
    int length = snprintf(texts->name, TEXT_SIZE, "%s", summary.type + skipped);
    for (int i = 0; i < row->count; i++) {
        parameters += frame->model->layers[row->first + i].parameter_count;
        summary_row(frame->model, row->first + i, &summary);
        if (wide && i > 0 && length < TEXT_SIZE - 1)
            length += snprintf(texts->name + length, (size_t)(TEXT_SIZE - length), " %.*s",
                               brief_length(summary.type), summary.type);
    }
    if (!wide && row->count > 1)
        snprintf(texts->name + length, (size_t)(TEXT_SIZE - length), " +%d", row->count - 1);
    shape_text(frame->model->layers[row->first + row->count - 1].output, texts->shape);
    texts->parameters[0] = '\0';
    if (parameters > 0)
        summary_thousands(texts->parameters, TEXT_SIZE, parameters);
}

/* ---- the table ---- */

static int wider(int width, const char *text)
{
    const int own = glyph_width(text);

    return own > width ? own : width;
}

static struct columns lay_out(const struct frame *frame, const struct layer_rows *rows,
                              const struct canvas *canvas)
{
    struct columns columns = {.health = canvas->width >= WIDE};
    struct texts texts;

    for (int i = 0; i < rows->count; i++) {
        make_texts(frame, &rows->rows[i], columns.health, &texts);
        columns.shape = wider(columns.shape, texts.shape);
        columns.parameters = wider(columns.parameters, texts.parameters);
        columns.name = wider(columns.name, texts.name);
    }
    columns.parameters = wider(columns.parameters, canvas->width >= HEADED ? "Params" : "");
    const int fixed =
        2 + columns.shape + 1 + columns.parameters + 1 + (columns.health ? HEALTH_WIDTH : 0);
    const int left = canvas->width - fixed, spare = (left - columns.name) / 5;
    columns.gap = columns.health && spare > 0 ? (spare < GAP_MOST ? spare : GAP_MOST) : 0;
    columns.name = left - 5 * columns.gap > 0 ? left - 5 * columns.gap : 0;
    return columns;
}

static void draw_heading(const struct columns *columns, struct canvas *canvas)
{
    const int gap = columns->gap;
    int x = 1 + columns->name;

    canvas_text(canvas, 1, 0, STYLE_DIM, "Layers");
    canvas_text_right(canvas, x += 1 + gap + columns->shape, 0, STYLE_DIM, "Output");
    canvas_text_right(canvas, x += 1 + gap + columns->parameters, 0, STYLE_DIM, "Params");
    if (!columns->health)
        return;
    canvas_text_right(canvas, x += NORM_WIDTH + gap, 0, STYLE_DIM, "|w|");
    canvas_text_right(canvas, x += UPDATE_WIDTH + gap, 0, STYLE_DIM, "|dw/w|");
    canvas_text_right(canvas, x + DEAD_WIDTH + gap, 0, STYLE_DIM, "dead");
}

/* Of the block's first layer, and of its ReLU. */
static void draw_health(const struct frame *frame, const struct layer_row *row,
                        const struct columns *columns, struct canvas *canvas, int x, int y)
{
    const struct layer_health *health = frame_weights(frame)->health;
    const int gap = columns->gap;
    char text[FIGURES_TEXT];

    figures_fixed(text, (double)health[row->first].weight_norm, 1);
    canvas_text_right(canvas, x += NORM_WIDTH + gap, y, STYLE_PLAIN, "%s", text);
    figures_fixed(text, (double)health[row->first].update_ratio, 4);
    canvas_text_right(canvas, x += UPDATE_WIDTH + gap, y, STYLE_PLAIN, "%s", text);
    for (int l = row->first; l < row->first + row->count; l++)
        if (isfinite(health[l].dead))
            canvas_text_right(canvas, x + DEAD_WIDTH + gap, y,
                              health[l].dead > 0.5F ? STYLE_WARNING : STYLE_DIM, "%.0f%%",
                              100.0 * (double)health[l].dead);
}

static void draw_row(const struct frame *frame, const struct layer_row *row,
                     const struct columns *columns, struct canvas *canvas, int y)
{
    const int gap = columns->gap;
    struct texts texts;
    int x = 1 + columns->name;

    make_texts(frame, row, columns->health, &texts);
    const int own = (int)strcspn(texts.name, " ");
    struct canvas name = canvas_inside(canvas, 1, y, columns->name, 1);
    canvas_text(&name, own, 0, STYLE_DIM, "%s", texts.name + own);
    canvas_text(&name, 0, 0, STYLE_PLAIN, "%.*s", own, texts.name);
    draw_shape(canvas, x += 1 + gap + columns->shape, y, texts.shape);
    canvas_text_right(canvas, x += 1 + gap + columns->parameters, y, STYLE_PLAIN, "%s",
                      texts.parameters);
    if (columns->health)
        draw_health(frame, row, columns, canvas, x, y);
}

/* ---- the way of the image ---- */

static bool has_maps(const struct layer *layer)
{
    return layer->output.height * layer->output.width > 1;
}

/* Layers of which the way shows a map: `most` of the activation functions with maps, evenly spread;
 * if there are too few, of all blocks that compute something. Returns how many. */
static int choose_layers(const struct model *model, int layers[], int most)
{
    int found[MODEL_LAYERS_MAX], count = 0;
    struct layer_rows rows;

    for (int l = 0; l < model->layer_count; l++)
        if (model->layers[l].kind >= LAYER_RELU && model->layers[l].kind <= LAYER_SILU &&
            has_maps(&model->layers[l]))
            found[count++] = l;
    if (count < most) {
        count = 0;
        layer_rows_list(model, LAYER_ROWS_BLOCK, &rows);
        for (int i = 0; i < rows.count; i++)
            if (model->layers[rows.rows[i].first].kind != LAYER_FLATTEN)
                found[count++] = rows.rows[i].first + rows.rows[i].count - 1;
    }
    const int chosen = count < most ? count : most;
    for (int i = 0; i < chosen; i++)
        layers[i] = found[chosen > 1 ? i * (count - 1) / (chosen - 1) : 0];
    return chosen;
}

static double variance_of(const float *values, int count)
{
    double sum = 0.0, squares = 0.0;

    for (int i = 0; i < count; i++) {
        const double value = isfinite(values[i]) ? (double)values[i] : 0.0;
        sum += value;
        squares += value * value;
    }
    return squares / count - sum / count * (sum / count);
}

/* The map of a layer that varies most. */
static const float *find_map(const float *values, struct shape shape)
{
    const int size = shape.height * shape.width;
    const float *best = values;

    for (int c = 1; c < shape.channels; c++)
        if (variance_of(values + (size_t)c * (size_t)size, size) > variance_of(best, size))
            best = values + (size_t)c * (size_t)size;
    return best;
}

/* Features as squares, line by line. */
static void draw_features(struct canvas *canvas, const float *values, int count, float largest)
{
    const int units = canvas->height * (canvas->inks && canvas->glyphs != GLYPHS_ASCII ? 2 : 1);
    const double wanted = ceil(sqrt((double)count * canvas->width / units));
    const int line = wanted < canvas->width ? (int)wanted : canvas->width;
    const int lines = (count + line - 1) / line;

    sheet_draw_tile(canvas, values, lines > units ? line * units : count, line,
                    canvas->width / line < SHEET_NUMBER ? canvas->width / line : SHEET_NUMBER - 1,
                    lines > units ? 1 : units / lines, largest);
}

static void draw_map(const struct frame *frame, int l, struct canvas *canvas)
{
    const struct shape shape = frame->model->layers[l].output;
    const float *values = frame->activations->values[l];

    if (canvas->width == 0 || canvas->height == 0)
        return;
    if (shape.height * shape.width <= 1) {
        draw_features(canvas, values, shape.channels,
                      sheet_range_of(values, (size_t)shape.channels).largest);
        return;
    }
    const float *map = find_map(values, shape);
    int wide = canvas->width, high = canvas->height;
    image_fit(shape.width, shape.height, &wide, &high);
    struct canvas picture =
        canvas_inside(canvas, (canvas->width - wide) / 2, (canvas->height - high) / 2, wide, high);
    image_draw_signed(&picture, map, shape.width, shape.height,
                      sheet_range_of(map, (size_t)(shape.height * shape.width)).largest);
}

static void draw_way(const struct frame *frame, struct canvas *canvas, int y, int rows)
{
    const bool ascii = canvas->glyphs == GLYPHS_ASCII;
    int layers[STAGES - 1];
    const int count = 1 + choose_layers(frame->model, layers, STAGES - 1);
    const int step = (canvas->width - 2 + STAGE_GAP) / count;
    const int wide = step - STAGE_GAP < 2 * rows ? step - STAGE_GAP : 2 * rows;

    for (int x = 0; x < canvas->width; x++)
        canvas_put(canvas, x, y, ascii ? '-' : 0x2500, STYLE_BORDER);
    for (int i = 0; i < count; i++) {
        const int x = 1 + i * step;
        struct canvas picture = canvas_inside(canvas, x, y + 1, wide, rows);
        struct summary_row row = {.type = "input"};
        if (i > 0)
            summary_row(frame->model, layers[i - 1], &row);
        canvas_text(canvas, x, y, STYLE_PLAIN, "%.*s ", wide, row.type);
        if (i > 0)
            draw_map(frame, layers[i - 1], &picture);
        else
            tiles_draw_picture(&picture, frame->test, (uint32_t)frame->browse->image);
        if (i > 0)
            canvas_put(canvas, x - STAGE_GAP / 2 - (step - wide - STAGE_GAP) / 2, y + rows / 2,
                       canvas->glyphs == GLYPHS_BRAILLE ? 0x25B8 : '>', STYLE_DIM);
    }
}

/* ---- the pane ---- */

/* The table first, except for the way's least rows; the way gets what is left. */
static struct division divide(const struct frame *frame, const struct layer_rows *rows, int width,
                              int height)
{
    const bool way = width >= WAY_WIDTH && height >= WAY_HEIGHT && frame->activations != NULL;
    struct division division = {.heading = (rows->count < height && width >= HEADED) || way};
    const int room = height - division.heading - (way ? 1 + WAY_ROWS : 0);

    division.shown = rows->count < room ? rows->count : room > 0 ? room : 0;
    const int most = rows->count - division.shown, first = frame->panes[PANE_BLOCKS].first;
    division.first = first < most ? first : most;
    if (!way)
        return division;
    const int left = height - division.heading - division.shown - 1;
    const int tallest = (width - 2) / STAGES / 2;
    division.way_rows = left < tallest ? left : tallest > WAY_ROWS ? tallest : WAY_ROWS;
    int layers[STAGES - 1];
    if (choose_layers(frame->model, layers, STAGES - 1) < STAGES - 1)
        division.way_rows = left; /* fewer pictures are larger */
    division.way_y = height - division.way_rows - 1;
    return division;
}

static void draw_title(const struct frame *frame, const struct layer_rows *rows,
                       const struct division *division, struct canvas *canvas)
{
    const bool focused = frame->focus == PANE_BLOCKS, wide = canvas->width >= WIDE;
    struct legend legend = {0};
    char parameters[TEXT_SIZE];

    summary_thousands(parameters, sizeof parameters, frame->model->parameter_count);
    legend_add(&legend, 0, focused ? STYLE_TITLE : STYLE_BOLD, 0, "Model");
    legend_add(&legend, 2, STYLE_DIM, 0, "  %.*s", wide ? 40 : 12, frame->model->name);
    if (division->shown < rows->count)
        legend_add(&legend, 3, STYLE_DIM, 0, "  %d-%d of %d", division->first + 1,
                   division->first + division->shown, rows->count);
    legend.right = true;
    legend_add(&legend, 1, STYLE_BOLD, 0, "%s", parameters);
    if (wide)
        legend_add(&legend, 4, STYLE_DIM, 0, " parameters");
    legend_draw(&legend, canvas);
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    struct canvas inside = canvas_box(canvas, "", frame->focus == PANE_BLOCKS);
    struct layer_rows rows;

    layer_rows_list(frame->model, LAYER_ROWS_BLOCK, &rows);
    const struct division division = divide(frame, &rows, inside.width, inside.height);
    const struct columns columns = lay_out(frame, &rows, &inside);
    draw_title(frame, &rows, &division, canvas);
    if (division.heading)
        draw_heading(&columns, &inside);
    for (int i = 0; i < division.shown; i++)
        draw_row(frame, &rows.rows[division.first + i], &columns, &inside, division.heading + i);
    if (division.way_rows > 0)
        draw_way(frame, &inside, division.way_y, division.way_rows);
}

/* ---- keys ---- */

static void move(struct frame *frame, enum key_action action, int height)
{
    struct layer_rows rows;
    const struct place *place =
        frame->layout != NULL ? layout_find(frame->layout, PANE_BLOCKS) : NULL;

    layer_rows_list(frame->model, LAYER_ROWS_BLOCK, &rows);
    const struct division division =
        divide(frame, &rows, place != NULL ? place->width - 2 : 0, height - 2);
    pane_scroll(&frame->panes[PANE_BLOCKS].first, action, division.shown, rows.count);
}

static void enter(struct frame *frame, char message[PANE_MESSAGE])
{
    (void)message;
    frame_open(frame, VIEW_MODEL);
}

const struct pane_class pane_blocks = {
    .name = "Model",
    .arrows = "scroll",
    .scrolls = true,
    .enters = "layers",
    .about =
        "The network, a block of layers a row, with the shape of its output (channels, height, "
        "width) and how many numbers it learns. |w| is the length of its weights, |dw/w| how much "
        "a batch changes them: about .001 is healthy. dead: the share of a ReLU's outputs that "
        "are 0 for all of a batch's images. Below: what some layers make of the selected image, "
        "each its map that varies most. 3 shows every layer and its weights.",
    .draw = draw,
    .wants = WANT_ACTIVATIONS,
    .move = move,
    .enter = enter,
};
