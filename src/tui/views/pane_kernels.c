/*
 * pane_kernels.c -- the weights of the selected layer as a sheet of tiles, outputs down and inputs
 * across, with their gradients beside them, each on a scale of its own; below it the selected tile
 * with its numbers, or of a matrix the selected output's weights as bars. See sheet.h.
 */
#include "tui/figures.h"
#include "tui/image.h"
#include "tui/layer_rows.h"
#include "tui/legend.h"
#include "tui/names.h"
#include "tui/sheet.h"

#include "nn/summary.h"

#include <math.h>
#include <string.h>

enum {
    BOTH_WIDTH = 52, /* inside: from this width on there is room for the gradients, too */
    GAP = 3,         /* between weights and gradients */
    LABEL_GAP = 2,   /* cells between labels above the tiles, at least */
    TEXT_SIZE = 64,
    NOMINAL_WIDTH = 78, /* of the pane, where it is not known */
    RIGHT_ARROW = 0x2192,
    LEFT_HALF = 0x258C,
    RIGHT_HALF = 0x2590,
};

/* One of the two halves of the pane. */
struct half {
    const struct frame *frame;
    const struct sheet *sheet;
    const struct sheet_layout *layout;
    struct canvas canvas;
    const float *values; /* of all parameters; NULL: not known yet */
    bool gradients;
    struct sheet_range range;
    int selected;
};

/* ---- what is shown ---- */

static int selected_of(const struct frame *frame, const struct sheet *sheet)
{
    const int tile = frame->panes[PANE_KERNELS].first, count = sheet_count(sheet);

    return tile < 0 ? 0 : tile < count ? tile : count - 1;
}

/* The part of the pane for the weights; that for the gradients is as large. */
static struct canvas weights_in(const struct canvas *inside)
{
    const bool both = inside->width >= BOTH_WIDTH;
    const int width = both ? (inside->width - 1 - GAP) / 2 : inside->width;

    return canvas_inside(inside, both, 0, width, inside->height);
}

/* The number of an input among all of the layer, from 1 on: of a grouped convolution an output sees
 * only those of its group. */
static int input_number(const struct sheet *sheet, int output, int input)
{
    const struct layer *layer = &sheet->model->layers[sheet->layer];
    const int groups = layer->kind == LAYER_CONV2D ? layer->groups : 1;

    return output / (sheet->outputs / groups) * sheet->inputs + input + 1;
}

static bool is_norm(const struct sheet *sheet)
{
    return sheet->model->layers[sheet->layer].kind == LAYER_BATCH_NORM2D;
}

/* An output of the last layer has the name of its class. */
static void output_name(const struct half *half, int output, char text[TEXT_SIZE])
{
    static const char *const tensors[] = {"weight", "bias"};

    if (is_norm(half->sheet))
        snprintf(text, TEXT_SIZE, "%s", tensors[output]);
    else if (half->sheet->layer == half->frame->model->layer_count - 1)
        snprintf(text, TEXT_SIZE, "%s", half->frame->classes->names[output]);
    else
        snprintf(text, TEXT_SIZE, "%d", output + 1);
}

/* ---- the sheet ---- */

static void draw_output_label(struct half *half, int x, int y, int width, int output)
{
    const bool own = output == half->selected / half->sheet->inputs;
    char text[TEXT_SIZE];

    output_name(half, output, text);
    struct canvas label = canvas_inside(&half->canvas, x, y, width, 1);
    canvas_text(&label,
                half->layout->lines             ? 0
                : width - (int)strlen(text) > 0 ? width - (int)strlen(text)
                                                : 0,
                0, own ? STYLE_TITLE : STYLE_DIM, "%s", text);
}

/* Above the tiles, as many as there is room for; that of the selected one always. */
static void draw_input_labels(struct half *half)
{
    const struct sheet_layout *layout = half->layout;
    const int own = half->selected % half->sheet->inputs;
    const int output = half->selected / half->sheet->inputs;
    const int y = layout->y - 1;
    int free = layout->label_width;
    char text[TEXT_SIZE];

    for (int i = layout->first_column; i < layout->first_column + layout->columns; i++) {
        const int left = layout->label_width + (i - layout->first_column) * layout->step;
        snprintf(text, sizeof text, "%d", input_number(half->sheet, output, i));
        const int length = (int)strlen(text), x = left + (layout->tile_width - length + 1) / 2;
        if (x < free || i == own)
            continue;
        canvas_text(&half->canvas, x, y, STYLE_DIM, "%s", text);
        free = x + length + (layout->step > length ? 1 : LABEL_GAP);
    }
    snprintf(text, sizeof text, "%d", input_number(half->sheet, output, own));
    const int length = (int)strlen(text);
    const int left = layout->label_width + (own - layout->first_column) * layout->step;
    const int x = left + (layout->tile_width - length + 1) / 2;
    canvas_text(&half->canvas, x - 1, y, STYLE_TITLE, " %s ", text);
}

static void draw_tile(struct half *half, int tile)
{
    const struct sheet *sheet = half->sheet;
    const struct sheet_layout *layout = half->layout;
    const float *values = half->values + sheet_tile(sheet, tile);
    const int rows = (layout->tile_units + layout->units - 1) / layout->units;
    int x, y;

    if (!sheet_place(sheet, layout, tile, &x, &y))
        return;
    struct canvas at = canvas_inside(&half->canvas, x, y, layout->tile_width, rows);
    if (layout->picture)
        image_draw_signed(&at, values, sheet->width, sheet->height, half->range.scale);
    else
        sheet_draw_tile(&at, values, sheet->width * sheet->height, sheet->width,
                        layout->tile_width / sheet->width, layout->tile_units / sheet->height,
                        half->range.scale);
}

/* All weights of an output of a broken matrix. */
static void draw_lines(struct half *half, int output)
{
    const struct sheet *sheet = half->sheet;
    const struct sheet_layout *layout = half->layout;
    struct canvas at = canvas_inside(&half->canvas, layout->label_width,
                                     layout->y + (output - layout->first_row) * layout->rows,
                                     layout->weights_line, layout->rows);

    sheet_draw_tile(&at, half->values + sheet_tile(sheet, output * sheet->inputs), sheet->inputs,
                    layout->weights_line, 1, 1, half->range.scale);
}

/* Bars at the sides of a tile. */
static void mark_tile(struct half *half, int x, int y)
{
    const struct sheet_layout *layout = half->layout;
    const bool blocks = half->canvas.glyphs != GLYPHS_ASCII;
    const int rows = (layout->tile_units + layout->units - 1) / layout->units;

    for (int row = 0; row < rows; row++) {
        canvas_put(&half->canvas, x - 1, y + row, blocks ? RIGHT_HALF : '[', STYLE_BOLD);
        canvas_put(&half->canvas, x + layout->tile_width, y + row, blocks ? LEFT_HALF : ']',
                   STYLE_BOLD);
    }
}

/* Makes half of a cell with two inks white. */
static void mark_half(struct canvas *canvas, int x, int y, bool lower)
{
    const struct cell cell = canvas->cells[y * canvas->pitch + x];
    const enum ink above = (enum ink)(cell.glyph == ' ' ? cell.back : cell.fore);

    canvas_put(canvas, x, y, 0x2580, STYLE_PLAIN);
    canvas_ink(canvas, x, y, lower ? above : INK_WHITE, lower ? INK_WHITE : INK_NONE);
}

/* A single weight turns white, or its sign is reversed; if it has its number, in brackets. */
static void mark_weight(struct half *half, int x, int y)
{
    const struct sheet_layout *layout = half->layout;
    const int line =
        layout->weights_line > 0 ? half->selected % half->sheet->inputs / layout->weights_line : 0;
    const int rows = layout->weights_line > 0 ? 1 : layout->tile_units / layout->units;
    struct canvas cell = canvas_inside(&half->canvas, x, y, layout->tile_width, rows);

    if (layout->tile_width >= SHEET_NUMBER) {
        canvas_put(&cell, 0, 0, '[', STYLE_BOLD);
        canvas_put(&cell, layout->tile_width - 1, 0, ']', STYLE_BOLD);
        return;
    }
    for (int i = 0; i < cell.width * cell.height; i++) {
        const int cx = i % cell.width, cy = i / cell.width;
        if (layout->units == 1)
            canvas_put(&cell, cx, cy, cell.cells[cy * cell.pitch + cx].glyph, STYLE_SELECTED);
        else if (layout->weights_line > 0)
            mark_half(&cell, cx, cy, line % layout->units == 1);
        else
            canvas_fill(&cell, cx, cy, 1, 1, INK_WHITE);
    }
}

static void mark_selected(struct half *half)
{
    int x, y;

    if (!sheet_place(half->sheet, half->layout, half->selected, &x, &y))
        return;
    if (half->layout->matrix)
        mark_weight(half, x, y);
    else
        mark_tile(half, x, y);
}

/* The tiles that are seen, and the labels of their outputs. */
static void draw_sheet(struct half *half)
{
    const struct sheet *sheet = half->sheet;
    const struct sheet_layout *layout = half->layout;
    const int across = layout->lines ? layout->columns : sheet->inputs;

    for (int row = layout->first_row; row < layout->first_row + layout->down; row++) {
        const int y = layout->y + (row - layout->first_row) * layout->rows;
        if (!layout->lines)
            draw_output_label(half, 0, y, layout->label_width - 1, row);
        if (layout->weights_line > 0)
            draw_lines(half, row);
        for (int i = 0; i < layout->columns && layout->weights_line == 0; i++) {
            const int tile = row * across + layout->first_column + i;
            if (tile >= sheet_count(sheet))
                break;
            if (layout->lines)
                draw_output_label(half, layout->label_width + i * layout->step, y,
                                  layout->tile_width, tile);
            draw_tile(half, tile);
        }
    }
    if (layout->labels && layout->down > 0)
        draw_input_labels(half);
    mark_selected(half);
}

/* ---- the selected tile ---- */

/* "output 1, input 8  .77", and the output's bias. */
static void draw_caption(struct half *half)
{
    const struct sheet *sheet = half->sheet;
    const struct layer *layer = &sheet->model->layers[sheet->layer];
    const int output = half->selected / sheet->inputs, input = half->selected % sheet->inputs;
    const int y = half->layout->caption_y;
    const bool last = sheet->layer == sheet->model->layer_count - 1, norm = is_norm(sheet);
    struct canvas *canvas = &half->canvas;
    char text[TEXT_SIZE];

    if (half->gradients && !half->layout->matrix) {
        canvas_text(canvas, 0, y, STYLE_DIM, "its gradient on %d images",
                    half->frame->inside->gradients_images);
        return;
    }
    output_name(half, output, text);
    int x = canvas_text(canvas, 0, y, STYLE_DIM, norm ? "" : last ? "class " : "output ");
    x = canvas_text(canvas, x, y, STYLE_TITLE, "%s", text);
    if (sheet->inputs > 1) {
        x = canvas_text(canvas, x, y, STYLE_DIM, norm ? ", channel " : ", input ");
        x = canvas_text(canvas, x, y, STYLE_TITLE, "%d", input_number(sheet, output, input));
    }
    if (half->layout->matrix) {
        figures_brief(text, (double)half->values[sheet_tile(sheet, half->selected)]);
        canvas_text(canvas, x, y, STYLE_BOLD, "  %s", text);
    } else if (layer->bias) {
        figures_brief(
            text, (double)half->values[model_offset(sheet->model, layer, "bias") + (size_t)output]);
        x = canvas_text(canvas, x, y, STYLE_DIM, "  bias ");
        canvas_text(canvas, x, y, STYLE_PLAIN, "%s", text);
    }
}

/* A bar from the zero line, which is below row `zero`, up or down; in halves of a row. */
static void draw_bar(struct canvas *canvas, int x, int width, int zero, int halves, bool up,
                     enum style style)
{
    const bool ascii = canvas->glyphs == GLYPHS_ASCII;

    for (int c = x; c < x + width; c++) {
        for (int i = 0; i < halves; i += 2) {
            const int y = up ? zero - 1 - i / 2 : zero + i / 2;
            const uint32_t part = up ? 0x2584 : 0x2580;
            canvas_put(canvas, c, y, ascii ? '#' : halves - i == 1 ? part : 0x2588, style);
        }
        if (halves == 0)
            canvas_put(canvas, c, zero < canvas->height ? zero : zero - 1, ascii ? '-' : 0x2500,
                       STYLE_BORDER);
    }
}

/* The weights of the selected output, those that the sheet shows, on all of the rows. */
static void draw_bars(struct half *half)
{
    const struct sheet *sheet = half->sheet;
    const struct sheet_layout *layout = half->layout;
    const int input = half->selected % sheet->inputs, line = layout->weights_line;
    const float *values = half->values + sheet_tile(sheet, half->selected - input);
    const int first = line > 0 ? input / line * line : layout->first_column;
    const int end =
        first + layout->columns < sheet->inputs ? first + layout->columns : sheet->inputs;
    struct canvas at = canvas_inside(&half->canvas, layout->label_width, layout->detail_y,
                                     half->canvas.width, layout->detail_rows);
    float low = 0.0F, high = 0.0F;

    for (int i = first; i < end; i++)
        if (isfinite(values[i])) {
            low = fminf(low, values[i]);
            high = fmaxf(high, values[i]);
        }
    const double rows = at.height / fmax((double)high - (double)low, 1e-30); /* for 1.0 */
    const int zero = (int)((double)high * rows + 0.5);
    for (int i = first; i < end; i++) {
        const double size = isfinite(values[i]) ? fabs((double)values[i]) : 0.0;
        draw_bar(&at, (i - first) * layout->step, layout->step - (layout->step > 2), zero,
                 (int)(size * rows * 2.0 + 0.5), values[i] > 0.0F,
                 i == input         ? STYLE_BOLD
                 : values[i] < 0.0F ? STYLE_NEGATIVE
                                    : STYLE_POSITIVE);
    }
}

static void draw_detail(struct half *half)
{
    const struct sheet *sheet = half->sheet;
    const struct sheet_layout *layout = half->layout;
    const float *values = half->values + sheet_tile(sheet, half->selected);
    struct canvas at =
        canvas_inside(&half->canvas, 0, layout->detail_y, half->canvas.width, layout->detail_rows);

    if (layout->matrix) {
        draw_bars(half);
    } else if (layout->picture) {
        at.width = layout->detail_width;
        image_draw_signed(&at, values, sheet->width, sheet->height, half->range.scale);
    } else {
        sheet_draw_tile(&at, values, sheet->width * sheet->height, sheet->width,
                        layout->detail_width, layout->detail_units, half->range.scale);
    }
}

/* The palette between the ends of the scale. */
static void draw_scale(struct half *half)
{
    const int y = half->canvas.height - 1, wide = half->canvas.width >= 40 ? 2 : 1;
    struct canvas *canvas = &half->canvas;
    char text[FIGURES_TEXT];

    figures_brief(text, (double)half->range.scale);
    int x = canvas_text(canvas, 0, y, STYLE_DIM, "-%s ", text);
    if (half->layout->units == 1) {
        x = canvas_text(canvas, x, y, STYLE_NEGATIVE, "---");
        canvas_put(canvas, x++, y, canvas->glyphs == GLYPHS_ASCII ? '.' : 0xB7, STYLE_DIM);
        x = canvas_text(canvas, x, y, STYLE_POSITIVE, "+++");
    }
    for (int i = 0; i < INK_SIGNS && half->layout->units > 1; i++) {
        canvas_fill(canvas, x, y, wide, 1, INK_SIGN + (enum ink)i);
        x += wide;
    }
    canvas_text(canvas, x, y, STYLE_DIM, " %s", text);
}

static void draw_half(struct half *half)
{
    char text[FIGURES_TEXT];

    int x = canvas_text(&half->canvas, 0, 0, STYLE_BOLD, "%s",
                        half->gradients ? "gradients" : "weights");
    if (half->values == NULL) {
        canvas_text(&half->canvas, x, 0, STYLE_DIM, "  appear in a moment");
        return;
    }
    half->range =
        sheet_range_of(half->values + half->sheet->offset,
                       sheet_tile(half->sheet, sheet_count(half->sheet)) - half->sheet->offset);
    figures_brief(text, (double)half->range.largest);
    canvas_text(&half->canvas, x, 0, STYLE_DIM, " largest %s", text);
    draw_sheet(half);
    if (half->layout->caption_y > 0)
        draw_caption(half);
    if (half->layout->detail_rows > 0)
        draw_detail(half);
    if (half->layout->scale)
        draw_scale(half);
}

/* ---- the pane ---- */

/* "8 -> 12, 3x3" at the right of the title. */
static void add_note(const struct sheet *sheet, bool ascii, struct legend *legend)
{
    const struct layer *layer = &sheet->model->layers[sheet->layer];
    const bool conv = layer->kind == LAYER_CONV2D;

    legend->right = true;
    if (is_norm(sheet)) {
        legend_add(legend, 3, STYLE_BOLD, 0, "%d channels", sheet->inputs);
        return;
    }
    legend_add(legend, 3, STYLE_BOLD, 0, "%d ", conv ? layer->input.channels : model_fan_in(layer));
    legend_add(legend, 3, STYLE_BOLD, ascii ? '>' : RIGHT_ARROW, " %d", sheet->outputs);
    if (conv)
        legend_add(legend, 3, STYLE_BOLD, 0, ", %dx%d", layer->kernel_size[0],
                   layer->kernel_size[1]);
}

/* What is left out: "  outputs 3-9 of 64". */
static void make_window(const struct sheet *sheet, const struct sheet_layout *layout,
                        char text[TEXT_SIZE])
{
    const int across = layout->lines ? layout->columns : 1;
    const int first = layout->first_row * across, end = first + layout->down * across;
    const int last = end < sheet->outputs ? end : sheet->outputs;
    int length = 0;

    text[0] = '\0';
    if (last - first < sheet->outputs)
        length =
            snprintf(text, TEXT_SIZE, "  outputs %d-%d of %d", first + 1, last, sheet->outputs);
    if (layout->columns < sheet->inputs && layout->weights_line == 0)
        snprintf(text + length, TEXT_SIZE - (size_t)length, "%s inputs %d-%d of %d",
                 length > 0 ? "," : " ", layout->first_column + 1,
                 layout->first_column + layout->columns, sheet->inputs);
}

static void draw_title(const struct frame *frame, const struct sheet *sheet,
                       const struct sheet_layout *layout, struct canvas *canvas)
{
    const bool focused = frame->focus == PANE_KERNELS;
    const bool kernels = frame->model->layers[sheet->layer].kind == LAYER_CONV2D;
    struct legend legend = {0};
    struct summary_row row;
    char text[TEXT_SIZE];

    summary_row(frame->model, sheet->layer, &row);
    legend_add(&legend, 0, focused ? STYLE_TITLE : STYLE_BOLD, 0, "%s %s", row.type,
               kernels          ? "kernels"
               : is_norm(sheet) ? "weight and bias"
                                : "weights");
    make_window(sheet, layout, text);
    if (text[0] != '\0')
        legend_add(&legend, 1, STYLE_DIM, 0, "%s", text);
    else if (!is_norm(sheet))
        legend_add(&legend, 2, STYLE_DIM, 0, "  %s",
                   layout->lines ? "an output a tile" : "outputs down, inputs across");
    add_note(sheet, canvas->glyphs == GLYPHS_ASCII, &legend);
    legend_draw(&legend, canvas);
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const int layer = layer_rows_layer(frame);
    struct canvas inside = canvas_box(canvas, "", frame->focus == PANE_KERNELS);
    struct sheet sheet;

    if (layer < 0) {
        canvas_text(&inside, 0, 0, STYLE_DIM, "This network has no weights.");
        return;
    }
    sheet_of(&sheet, frame->model, layer);
    const struct canvas left = weights_in(&inside);
    const int selected = selected_of(frame, &sheet);
    const struct sheet_layout layout =
        sheet_lay_out(&sheet, &left, selected, frame->panes[PANE_KERNELS].switched);
    struct half weights = {.frame = frame,
                           .sheet = &sheet,
                           .layout = &layout,
                           .canvas = left,
                           .values = frame_weights(frame)->state,
                           .selected = selected};
    draw_title(frame, &sheet, &layout, canvas);
    draw_half(&weights);
    if (inside.width < BOTH_WIDTH)
        return;
    struct half gradients = weights;
    gradients.canvas =
        canvas_inside(&inside, inside.width - left.width, 0, left.width, left.height);
    gradients.values = frame->inside != NULL ? frame->inside->gradients : NULL;
    gradients.gradients = true;
    draw_half(&gradients);
}

/* ---- keys ---- */

/* The layout that draw() has in a pane of this size. */
static bool find_layout(const struct frame *frame, struct sheet *sheet, struct sheet_layout *layout,
                        const struct canvas *pane)
{
    const int layer = layer_rows_layer(frame);
    const struct canvas *screen = frame->screen;
    const struct canvas inside = {.width = pane->width - 2,
                                  .height = pane->height - 2,
                                  .glyphs = screen != NULL ? screen->glyphs : GLYPHS_BRAILLE,
                                  .inks = screen == NULL || screen->inks};

    if (layer < 0 || inside.width < 1 || inside.height < 1)
        return false;
    sheet_of(sheet, frame->model, layer);
    const struct canvas left = weights_in(&inside);
    *layout =
        sheet_lay_out(sheet, &left, selected_of(frame, sheet), frame->panes[PANE_KERNELS].switched);
    return true;
}

/* Left and right go along the inputs, up and down along the outputs; where each output has one
 * tile, along and across the lines. */
static void move_tile(struct frame *frame, const struct sheet *sheet,
                      const struct sheet_layout *layout, enum key_action action)
{
    const int selected = selected_of(frame, sheet), last = sheet_count(sheet) - 1;
    const int row = layout->lines ? layout->columns : sheet->inputs;
    const int step = pane_vertical(action) ? row : 1;
    int to = selected + (pane_backward(action) ? -step : step);

    if (action == KEY_MOVE_HOME || action == KEY_MOVE_END)
        to = action == KEY_MOVE_HOME ? 0 : last;
    if (to >= 0 && to <= last)
        frame->panes[PANE_KERNELS].first = to;
}

/* Page up and down show another layer. */
static void move(struct frame *frame, enum key_action action, int height)
{
    const struct place *place =
        frame->layout != NULL ? layout_find(frame->layout, PANE_KERNELS) : NULL;
    const struct canvas pane = {.width = place != NULL ? place->width : NOMINAL_WIDTH,
                                .height = height};
    struct sheet sheet;
    struct sheet_layout layout;

    if (action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN)
        layer_rows_step(frame, action == KEY_MOVE_PAGE_UP ? -1 : 1);
    else if (find_layout(frame, &sheet, &layout, &pane))
        move_tile(frame, &sheet, &layout, action);
}

static void point(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                  int x, int y, char message[PANE_MESSAGE])
{
    struct sheet sheet;
    struct sheet_layout layout;

    (void)message;
    if (pointer->act != POINTER_PRESS || !find_layout(frame, &sheet, &layout, canvas))
        return;
    const struct canvas inside = {.width = canvas->width - 2, .height = canvas->height - 2};
    const struct canvas left = weights_in(&inside);
    const int from = inside.width >= BOTH_WIDTH ? 2 : 1, second = 1 + inside.width - left.width;
    const bool right = inside.width >= BOTH_WIDTH && x >= second;
    const int tile = sheet_at(&sheet, &layout, x - (right ? second : from), y - 1);
    if (tile >= 0)
        frame->panes[PANE_KERNELS].first = tile;
}

static void press_values(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    bool *switched = &frame->panes[PANE_KERNELS].switched;

    (void)key;
    *switched = !*switched;
    snprintf(message, PANE_MESSAGE, *switched ? "Weights with their values." : "All weights.");
}

/* Pictures have no room for values. */
static bool has_values(const struct frame *frame)
{
    const int layer = layer_rows_layer(frame);
    struct sheet sheet;

    if (layer < 0)
        return false;
    sheet_of(&sheet, frame->model, layer);
    return sheet.width <= SHEET_PICTURE && sheet.height <= SHEET_PICTURE;
}

static const struct pane_key keys[] = {
    {{'v'}, "v", "values", "weights: write their values, or show all", has_values, press_values},
    {.names = NULL},
};

const struct pane_class pane_kernels = {
    .name = "Weights",
    .topic = "Model",
    .arrows = "kernel",
    .scrolls = true,
    .about =
        "The weights of the selected layer. Each tile is what an output makes of an input: a "
        "kernel that slides over the image, or one weight a pixel. Blue weights are positive: "
        "where the input is bright they raise the output. Orange ones lower it. The gradients "
        "beside them say which way the loss falls: a positive gradient means that the weight will "
        "get smaller. Every picture has its own scale, so look at the numbers before you compare "
        "two of them. Page up and Page down show another layer.",
    .draw = draw,
    .keys = keys,
    .wants = WANT_GRADIENTS,
    .move = move,
    .back = layer_rows_back,
    .point = point,
};
