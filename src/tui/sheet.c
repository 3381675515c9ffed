#include "tui/sheet.h"

#include "tui/figures.h"
#include "tui/image.h"
#include "tui/layer_rows.h"

#include <math.h>
#include <string.h>

enum {
    SCALE_MOST = 6,    /* cells of a weight in a tile */
    PICTURE_LEAST = 7, /* cells of a picture that is scaled down */
    LABEL_MOST = 8,
    MATRIX_CELL = 8, /* cells of a weight of a matrix, at most */
    MATRIX_ROWS = 2,
    FEW_ROWS = 4,       /* the same for a matrix of few outputs: */
    FEW_OUTPUTS = 4,    /* so many */
    LABELS_HEIGHT = 9,  /* of a canvas with labels above the tiles */
    CAPTION_HEIGHT = 5, /* with a caption, */
    DETAIL_HEIGHT = 9,  /* with the selected tile below it, */
    SCALE_HEIGHT = 14,  /* and with the scale */
    LOW_HEIGHT = 30,    /* below it the sheet gets more of the rows */
    BARS_LEAST = 3,
};

static const float SCALE_ROOTS = 3.0F;

/* ---- the sheet ---- */

/* The shape of the maps that a linear layer flattens; height 0: its input is no maps. */
static struct shape maps_before(const struct model *model, int l)
{
    while (model->layers[l].input.height == 0 && l > 0 &&
           (model->layers[l - 1].kind == LAYER_FLATTEN ||
            model->layers[l - 1].kind == LAYER_DROPOUT ||
            (model->layers[l - 1].kind >= LAYER_RELU && model->layers[l - 1].kind <= LAYER_SILU)))
        l--;
    return model->layers[l].input;
}

void sheet_of(struct sheet *sheet, const struct model *model, int l)
{
    const struct layer *layer = &model->layers[l];

    *sheet = (struct sheet){.model = model, .layer = l, .width = 1, .height = 1};
    sheet->offset = model->tensors[layer->first_tensor].offset;
    if (layer->kind == LAYER_CONV2D) {
        sheet->outputs = layer->out;
        sheet->inputs = layer->input.channels / layer->groups;
        sheet->height = layer->kernel_size[0];
        sheet->width = layer->kernel_size[1];
    } else if (layer->kind == LAYER_LINEAR) {
        const struct shape maps = maps_before(model, l);
        sheet->outputs = layer->out;
        sheet->inputs = model_fan_in(layer);
        if (maps.height * maps.width > 1) {
            sheet->inputs = maps.channels;
            sheet->height = maps.height;
            sheet->width = maps.width;
        }
    } else {
        sheet->outputs = layer->tensor_count > 1 ? 2 : 1;
        sheet->inputs = (int)layer->parameter_count / sheet->outputs;
    }
}

int sheet_count(const struct sheet *sheet)
{
    return sheet->outputs * sheet->inputs;
}

size_t sheet_tile(const struct sheet *sheet, int tile)
{
    return sheet->offset + (size_t)tile * (size_t)(sheet->width * sheet->height);
}

/* Several sums at once, which need not wait for each other. */
struct sheet_range sheet_range_of(const float *values, size_t count)
{
    enum { WAYS = 8 };
    float most[WAYS] = {0.0F}, squares[WAYS] = {0.0F};

    for (size_t i = 0; i < count; i++) {
        const float size = fabsf(values[i]);
        if (!(size < INFINITY))
            continue;
        squares[i % WAYS] += size * size;
        most[i % WAYS] = size > most[i % WAYS] ? size : most[i % WAYS];
    }
    for (int i = 1; i < WAYS; i++) {
        most[0] = fmaxf(most[0], most[i]);
        squares[0] += squares[i];
    }
    const float root = count > 0 ? sqrtf(squares[0] / (float)count) : 0.0F;
    const bool known = root > 0.0F && root < INFINITY; /* a square may be too large or too small */
    return (struct sheet_range){most[0], known ? fminf(most[0], SCALE_ROOTS * root) : most[0]};
}

/* ---- the layout ---- */

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int rows_of(int units, int height)
{
    return (height + units - 1) / units;
}

static int digits_of(int number)
{
    int digits = 1;

    for (; number >= 10; number /= 10)
        digits++;
    return digits;
}

static bool is_picture(const struct sheet *sheet)
{
    return sheet->width > SHEET_PICTURE || sheet->height > SHEET_PICTURE;
}

/* Rows of the selected tile before the sheet is placed. */
static int detail_rows(const struct sheet *sheet, struct sheet_layout *layout, int width,
                       int height)
{
    const int most = height < LOW_HEIGHT ? height / 4 : height * 2 / 5;

    if (height < DETAIL_HEIGHT)
        return 0;
    if (layout->matrix)
        return larger(most / 2, BARS_LEAST);
    if (layout->picture) { /* a whole number of times as large, if it is not too large */
        const int times = smaller(most * 2 / sheet->height, width / sheet->width);
        return times > 0 ? (sheet->height * times + 1) / 2 : most;
    }
    const int usual = layout->units > 1 ? SHEET_CELL_ROWS * layout->units : 1; /* a number alone */
    int units = smaller(usual, most * layout->units / sheet->height);
    if (units > layout->units)
        units -= units % layout->units; /* whole rows, for the numbers */
    layout->detail_units = units;
    return rows_of(layout->units, sheet->height * units);
}

/* Takes tiles of this size, as many as there is room for; returns whether these are all. */
static bool place(const struct sheet *sheet, struct sheet_layout *layout, int width, int units,
                  int room, int rows)
{
    const int gap = layout->matrix ? 0 : 1, high = rows_of(layout->units, units);

    layout->tile_width = width;
    layout->tile_units = units;
    layout->step = width + gap;
    layout->columns = (room + gap) / layout->step;
    if (layout->lines) {
        layout->rows = 1 + high;
        layout->columns = larger(1, smaller(layout->columns, sheet->outputs));
        const int lines = (sheet->outputs + layout->columns - 1) / layout->columns;
        layout->down = smaller(lines, rows / layout->rows);
        return layout->down == lines;
    }
    layout->rows = layout->matrix    ? high
                   : layout->picture ? high + 1
                                     : rows_of(layout->units, units + 1);
    layout->columns = smaller(larger(1, layout->columns), sheet->inputs);
    /* the gap below the last one need not fit */
    layout->down = smaller(sheet->outputs, (rows + layout->rows - high) / layout->rows);
    return layout->columns == sheet->inputs && layout->down == sheet->outputs;
}

/* A picture keeps its aspect ratio; a cell is twice as high as wide. */
static int picture_units(const struct sheet *sheet, const struct sheet_layout *layout, int width)
{
    return larger(1, sheet->height * width * layout->units / (2 * sheet->width));
}

/* The largest tiles of which all fit, or else the smallest. */
static void place_tiles(const struct sheet *sheet, struct sheet_layout *layout, int room, int rows,
                        bool numbers)
{
    if (layout->picture) {
        const int least = smaller(PICTURE_LEAST, sheet->width);
        int width = larger(least, smaller(2 * sheet->width, room));
        while (!place(sheet, layout, width, picture_units(sheet, layout, width), room, rows) &&
               width > least)
            width--;
        return;
    }
    int scale = numbers ? SHEET_NUMBER : SCALE_MOST;
    while (!place(sheet, layout, sheet->width * scale,
                  sheet->height * (numbers ? layout->units : scale), room, rows) &&
           scale > 1 && !numbers)
        scale--;
}

/* A matrix whose cells are as large as fit; too many inputs are broken into lines. */
static void place_matrix(const struct sheet *sheet, struct sheet_layout *layout, int room, int rows,
                         bool numbers)
{
    const int most = sheet->outputs <= FEW_OUTPUTS ? FEW_ROWS : MATRIX_ROWS;
    const int width = larger(1, smaller(room / sheet->inputs, MATRIX_CELL));
    const int high = larger(1, smaller(rows / sheet->outputs, most));

    if (numbers) {
        place(sheet, layout, larger(SHEET_NUMBER, width), layout->units, room, rows);
    } else if (room >= sheet->inputs) {
        place(sheet, layout, width, high * layout->units, room, rows);
    } else {
        layout->weights_line = larger(1, room);
        const int lines = (sheet->inputs + layout->weights_line - 1) / layout->weights_line;
        layout->tile_width = layout->step = 1;
        layout->tile_units = lines;
        layout->rows = rows_of(layout->units, lines + 1);
        layout->columns = layout->weights_line;
        layout->down = smaller(
            sheet->outputs, (rows + layout->rows - rows_of(layout->units, lines)) / layout->rows);
        layout->labels = false;
    }
    layout->down = larger(0, layout->down);
}

/* Shows the selected tile among the others. */
static void scroll(const struct sheet *sheet, struct sheet_layout *layout, int selected)
{
    const int output = selected / sheet->inputs, input = selected % sheet->inputs;

    if (layout->lines) {
        const int lines = (sheet->outputs + layout->columns - 1) / layout->columns;
        layout->first_row = layer_rows_first(lines, output / layout->columns, layout->down);
        return;
    }
    layout->first_row = layer_rows_first(sheet->outputs, output, layout->down);
    if (layout->weights_line == 0)
        layout->first_column = layer_rows_first(sheet->inputs, input, layout->columns);
}

/* Weights of the selected tile are as large as the place allows, if whole rows are, in the
 * proportions of the largest usual ones. */
static void grow_detail(const struct sheet *sheet, struct sheet_layout *layout, int width, int rows)
{
    const int most = smaller(rows / sheet->height, width * SHEET_CELL_ROWS / SHEET_CELL);

    if (most > SHEET_CELL_ROWS && layout->units > 1) {
        layout->detail_units = most * layout->units;
        layout->detail_rows = most * sheet->height;
    }
    const int usual = layout->detail_units * SHEET_CELL / SHEET_CELL_ROWS / layout->units;
    layout->detail_width = smaller(larger(SHEET_CELL, usual), width);
}

/* The selected tile stands below the sheet, a row apart if there is room. */
static void place_detail(const struct sheet *sheet, struct sheet_layout *layout,
                         const struct canvas *canvas, int rows)
{
    const int last = canvas->height - (layout->scale ? 2 : 0), used = layout->down * layout->rows;
    const int left = last - layout->y - used - 1 - rows;

    layout->caption_y = layout->y + used + (left > 0);
    layout->detail_y = layout->caption_y + 1;
    layout->detail_rows = rows;
    if (rows == 0)
        return;
    if (layout->matrix) {
        layout->detail_rows = last - layout->detail_y;
        layout->detail_width = layout->tile_width;
    } else if (layout->picture) {
        layout->detail_width = canvas->width;
        image_fit(sheet->width, sheet->height, &layout->detail_width, &layout->detail_rows);
    } else {
        grow_detail(sheet, layout, canvas->width / sheet->width, last - layout->detail_y);
    }
    if (layout->detail_width < 1 || layout->detail_rows < 1)
        layout->detail_rows = 0;
}

/* The widest label of an output: its number, its class, or the name of a tensor. */
static int label_width(const struct sheet *sheet)
{
    const enum layer_kind kind = sheet->model->layers[sheet->layer].kind;

    if (kind != LAYER_CONV2D && kind != LAYER_LINEAR)
        return (int)strlen("weight") + 1;
    return smaller(LABEL_MOST, larger(2, digits_of(sheet->outputs)) + 1);
}

struct sheet_layout sheet_lay_out(const struct sheet *sheet, const struct canvas *canvas,
                                  int selected, bool numbers)
{
    const bool halves = canvas->inks && canvas->glyphs != GLYPHS_ASCII;
    const int height = canvas->height;
    struct sheet_layout layout = {.units = halves ? 2 : 1, .columns = 1, .rows = 1};

    layout.matrix = sheet->width * sheet->height == 1;
    layout.lines = sheet->inputs == 1 && !layout.matrix;
    layout.picture = is_picture(sheet);
    layout.label_width = layout.lines ? 1 : label_width(sheet); /* a mark needs one */
    layout.labels = !layout.lines && height >= LABELS_HEIGHT;
    layout.scale = height >= SCALE_HEIGHT;
    const int detail = detail_rows(sheet, &layout, canvas->width, height);
    const int caption = height >= CAPTION_HEIGHT, room = canvas->width - layout.label_width;
    const int top = layout.labels && layout.matrix && sheet->inputs > room && !numbers ? 1
                    : layout.labels                                                    ? 2
                                                                                       : 1;
    const int rows = height - top - caption - detail - (layout.scale ? 2 : 0);
    layout.y = top;
    if (room < 1 || rows < 1)
        return layout;
    if (layout.matrix)
        place_matrix(sheet, &layout, room, rows, numbers);
    else
        place_tiles(sheet, &layout, room, rows, numbers && !layout.picture);
    scroll(sheet, &layout, selected);
    if (caption)
        place_detail(sheet, &layout, canvas, detail);
    return layout;
}

bool sheet_place(const struct sheet *sheet, const struct sheet_layout *layout, int tile, int *x,
                 int *y)
{
    const int across = layout->lines ? layout->columns : sheet->inputs;
    int row = tile / across - layout->first_row, column = tile % across - layout->first_column;

    *y = layout->y + row * layout->rows + (layout->lines ? 1 : 0);
    if (layout->weights_line > 0) {
        *y += column / layout->weights_line / layout->units;
        column %= layout->weights_line;
    }
    *x = layout->label_width + column * layout->step;
    return row >= 0 && row < layout->down && column >= 0 && column < layout->columns;
}

int sheet_at(const struct sheet *sheet, const struct sheet_layout *layout, int x, int y)
{
    const int across = layout->lines ? layout->columns : sheet->inputs;

    x -= layout->label_width;
    y -= layout->y;
    if (x < 0 || y < 0 || layout->step == 0 || y >= layout->down * layout->rows ||
        x >= layout->columns * layout->step)
        return -1;
    const int row = layout->first_row + y / layout->rows;
    int column = layout->first_column + x / layout->step;
    if (layout->weights_line > 0)
        column += y % layout->rows * layout->units * layout->weights_line;
    const int tile = row * across + column;
    return column < across && tile < sheet_count(sheet) ? tile : -1;
}

/* ---- tiles ---- */

/* A tile at work. */
struct tile {
    const float *values;
    int count, width, height, wide, units;
    float largest;
};

static double share_of(const struct tile *tile, int i)
{
    return tile->largest > 0.0F ? (double)(tile->values[i] / tile->largest) : 0.0;
}

/* The ink of a unit; INK_NONE after the last value. */
static enum ink ink_at(const struct tile *tile, int x, int unit)
{
    const int i = unit / tile->units * tile->width + x / tile->wide;

    return i < tile->count ? ink_of_signed(share_of(tile, i)) : INK_NONE;
}

static void draw_inks(const struct tile *tile, struct canvas *canvas)
{
    const int rows = rows_of(2, tile->height * tile->units);

    for (int y = 0; y < rows; y++)
        for (int x = 0; x < tile->width * tile->wide; x++) {
            const enum ink above = ink_at(tile, x, 2 * y), below = ink_at(tile, x, 2 * y + 1);
            if (above == INK_NONE)
                continue;
            canvas_put(canvas, x, y, above == below ? ' ' : 0x2580, STYLE_PLAIN);
            if (above == below)
                canvas_ink(canvas, x, y, INK_NONE, above);
            else
                canvas_ink(canvas, x, y, above, below);
        }
}

/* Signs fill the cells of a weight. */
static void draw_signs(const struct tile *tile, struct canvas *canvas)
{
    for (int y = 0; y < tile->height * tile->units; y++)
        for (int x = 0; x < tile->width * tile->wide; x++) {
            const enum ink ink = ink_at(tile, x, y);
            if (ink == INK_NONE)
                continue;
            if (ink == INK_ZERO)
                canvas_put(canvas, x, y, canvas->glyphs == GLYPHS_ASCII ? '.' : 0xB7, STYLE_DIM);
            else
                canvas_put(canvas, x, y, ink < INK_ZERO ? '-' : '+',
                           ink < INK_ZERO ? STYLE_NEGATIVE : STYLE_POSITIVE);
        }
}

/* A number on its ink, black on the brightest ones. */
static void draw_number(const struct tile *tile, struct canvas *canvas, int i, bool inks)
{
    enum { BRIGHT = 5 };
    const int units = inks ? 2 : 1, x = i % tile->width * tile->wide;
    const int top = i / tile->width * tile->units;
    const int y = (top + (tile->units - units) / 2) / units;
    const int size = (int)ink_of_signed(fabs(share_of(tile, i))) - INK_ZERO;
    const enum style sign = tile->values[i] < 0.0F ? STYLE_NEGATIVE : STYLE_POSITIVE;
    char text[FIGURES_TEXT];

    figures_brief(text, (double)tile->values[i]);
    const int length = (int)strlen(text), from = x + (tile->wide - length) / 2;
    canvas_text(canvas, from, y, inks ? STYLE_BOLD : sign, "%s", text);
    for (int c = 0; inks && size >= BRIGHT && c < length; c++)
        canvas_ink(canvas, from + c, y, INK_BLACK, INK_NONE);
}

void sheet_draw_tile(struct canvas *canvas, const float *values, int count, int width, int wide,
                     int units, float largest)
{
    const bool inks = canvas->inks && canvas->glyphs != GLYPHS_ASCII;
    const bool numbers = wide >= SHEET_NUMBER && units >= (inks ? 2 : 1);
    const int height = (count + width - 1) / width;
    const struct tile tile = {values, count, width, height, wide, units, largest};

    if (inks)
        draw_inks(&tile, canvas);
    else if (!numbers)
        draw_signs(&tile, canvas);
    for (int i = 0; numbers && i < count; i++)
        draw_number(&tile, canvas, i, inks);
}
