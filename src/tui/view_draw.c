#include "tui/view_draw.h"

#include "tui/bars.h"
#include "tui/image.h"

enum {
    SMALL_WIDTH = DATASET_SIDE / 2, /* cells of the image: half its pixels in each direction */
    SMALL_HEIGHT = DATASET_SIDE / 4,
    LARGE_WIDTH = DATASET_SIDE,
    LARGE_HEIGHT = DATASET_SIDE / 2,
    SMALL_BARS = 8, /* cells a row of bars needs */
    LARGE_BARS = 15,
    SHEET_LEAST = 28, /* cells: the sheet keeps this width before the image is large */
};

/* The parts, relative to the canvas inside the border. */
struct sheet_layout {
    int sheet_width, sheet_height; /* cells are twice as high as wide */
    int image_width, image_height; /* width 0: no room beside the sheet */
    int keys;                      /* the row of the line with the keys; 0: none */
};

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static struct sheet_layout lay_out(int width, int height)
{
    const int small = SMALL_WIDTH + SMALL_BARS + 2, large = LARGE_WIDTH + LARGE_BARS + 2;
    struct sheet_layout layout = {.keys = height > 2 ? height - 1 : 0};
    const int rows = layout.keys > 0 ? layout.keys : height;

    if (width - large >= SHEET_LEAST && rows >= LARGE_HEIGHT) {
        layout.image_width = LARGE_WIDTH;
        layout.image_height = LARGE_HEIGHT;
        width -= large;
    } else if (width - small >= SMALL_WIDTH && rows >= SMALL_HEIGHT) {
        layout.image_width = SMALL_WIDTH;
        layout.image_height = SMALL_HEIGHT;
        width -= small;
    }
    layout.sheet_height = smaller(rows, width / 2);
    layout.sheet_width = 2 * layout.sheet_height;
    return layout;
}

static void draw_cursor(const struct drawing *drawing, struct canvas *sheet)
{
    const uint32_t glyph = !drawing->down ? '+' : drawing->tool == SKETCH_PEN ? 'o' : 'x';

    canvas_put(sheet, (int)(drawing->x * sheet->width / SKETCH_SIDE),
               (int)(drawing->y * sheet->height / SKETCH_SIDE), glyph, STYLE_REVERSE);
}

static struct canvas draw_border(const struct drawing *drawing, bool focused, struct canvas *canvas)
{
    const float *probabilities = drawing->probabilities;
    char title[96];
    int said = 0;

    int length =
        snprintf(title, sizeof title, "Draw  %s %s", drawing->tool == SKETCH_PEN ? "pen" : "eraser",
                 drawing->down ? "down" : "up");
    for (int k = 1; probabilities != NULL && k < DATASET_CLASSES; k++)
        if (probabilities[k] > probabilities[said])
            said = k;
    if (probabilities != NULL)
        snprintf(title + length, sizeof title - (size_t)length, "  looks like %d", said);
    return canvas_box(canvas, title, focused);
}

/* Draws the network input and the prediction. */
static void draw_answer(const struct drawing *drawing, const struct sheet_layout *layout,
                        struct canvas *canvas)
{
    struct canvas image = canvas_inside(canvas, 0, 0, layout->image_width, layout->image_height);
    struct canvas bars =
        canvas_inside(canvas, layout->image_width + 1, 0, canvas->width, canvas->height);

    image_draw(&image, drawing->digit, DATASET_SIDE);
    canvas_text(canvas, 0, layout->image_height, STYLE_DIM, "network input");
    if (drawing->probabilities != NULL)
        bars_draw(&bars, drawing->probabilities, -1);
}

void view_draw(const struct drawing *drawing, bool focused, struct canvas *canvas)
{
    struct canvas inside = draw_border(drawing, focused, canvas);
    const struct sheet_layout layout = lay_out(inside.width, inside.height);
    const int beside = layout.sheet_width + 1;

    struct canvas sheet = canvas_inside(&inside, 0, 0, layout.sheet_width, layout.sheet_height);
    image_draw(&sheet, drawing->sketch->pixels, SKETCH_SIDE);
    draw_cursor(drawing, &sheet);
    for (int y = 0; y < sheet.height; y++)
        canvas_put(&inside, layout.sheet_width, y, inside.glyphs == GLYPHS_ASCII ? '|' : 0x2502,
                   STYLE_BORDER);
    if (layout.image_width > 0) {
        struct canvas side = canvas_inside(&inside, beside, 0, inside.width, sheet.height);
        draw_answer(drawing, &layout, &side);
    }
    if (layout.keys > 0)
        canvas_text(&inside, 0, layout.keys, STYLE_DIM, "%s", drawing->keys);
}

bool view_draw_point(const struct canvas *canvas, int x, int y, double *sheet_x, double *sheet_y)
{
    const struct sheet_layout layout = lay_out(canvas->width - 2, canvas->height - 2);

    x -= 1; /* the border */
    y -= 1;
    if (x < 0 || y < 0 || x >= layout.sheet_width || y >= layout.sheet_height)
        return false;
    *sheet_x = (x + 0.5) * SKETCH_SIDE / layout.sheet_width;
    *sheet_y = (y + 0.5) * SKETCH_SIDE / layout.sheet_height;
    return true;
}
