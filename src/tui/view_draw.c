#include "tui/view_draw.h"

#include "tui/bars.h"
#include "tui/image.h"

enum {
    SMALL_WIDTH = MNIST_SIDE / 2, /* cells of the image: half its pixels in each direction */
    SMALL_HEIGHT = MNIST_SIDE / 4,
    LARGE_WIDTH = MNIST_SIDE,
    LARGE_HEIGHT = MNIST_SIDE / 2,
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

static struct sheet_layout lay_out(const struct sketch *sketch, int width, int height)
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
    layout.sheet_width = width;
    layout.sheet_height = rows;
    if (width > 0 && rows > 0)
        image_fit(sketch->width, sketch->height, &layout.sheet_width, &layout.sheet_height);
    if (layout.image_width > 0)
        image_fit(sketch->width, sketch->height, &layout.image_width, &layout.image_height);
    return layout;
}

static void draw_cursor(const struct drawing *drawing, struct canvas *sheet)
{
    const uint32_t glyph = !drawing->down ? '+' : drawing->tool == SKETCH_PEN ? 'o' : 'x';

    canvas_put(sheet, (int)(drawing->x * sheet->width / drawing->sketch->width),
               (int)(drawing->y * sheet->height / drawing->sketch->height), glyph, STYLE_REVERSE);
}

static struct canvas draw_border(const struct drawing *drawing, bool focused, struct canvas *canvas)
{
    const float *probabilities = drawing->probabilities;
    char title[192];
    int said = 0;

    int length =
        snprintf(title, sizeof title, "Draw  %s %s", drawing->tool == SKETCH_PEN ? "pen" : "eraser",
                 drawing->down ? "down" : "up");
    for (int k = 1; probabilities != NULL && k < drawing->classes->count; k++)
        if (probabilities[k] > probabilities[said])
            said = k;
    if (probabilities != NULL)
        snprintf(title + length, sizeof title - (size_t)length, "  looks like %s",
                 drawing->classes->names[said]);
    return canvas_box(canvas, title, focused);
}

/* Draws the network input and the prediction. */
static void draw_answer(const struct drawing *drawing, const struct sheet_layout *layout,
                        struct canvas *canvas)
{
    struct canvas image = canvas_inside(canvas, 0, 0, layout->image_width, layout->image_height);
    struct canvas bars =
        canvas_inside(canvas, layout->image_width + 1, 0, canvas->width, canvas->height);

    image_draw(&image, drawing->digit, drawing->sketch->image_width, drawing->sketch->image_height);
    canvas_text(canvas, 0, layout->image_height, STYLE_DIM, "network input");
    if (drawing->probabilities != NULL)
        bars_draw(&bars, drawing->probabilities, drawing->classes, -1);
}

void view_draw(const struct drawing *drawing, bool focused, struct canvas *canvas)
{
    struct canvas inside = draw_border(drawing, focused, canvas);
    const struct sheet_layout layout = lay_out(drawing->sketch, inside.width, inside.height);
    const int beside = layout.sheet_width + 1;

    struct canvas sheet = canvas_inside(&inside, 0, 0, layout.sheet_width, layout.sheet_height);
    image_draw(&sheet, drawing->sketch->pixels, drawing->sketch->width, drawing->sketch->height);
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

bool view_draw_point(const struct sketch *sketch, const struct canvas *canvas, int x, int y,
                     double *sheet_x, double *sheet_y)
{
    const struct sheet_layout layout = lay_out(sketch, canvas->width - 2, canvas->height - 2);

    x -= 1; /* the border */
    y -= 1;
    if (x < 0 || y < 0 || x >= layout.sheet_width || y >= layout.sheet_height)
        return false;
    *sheet_x = (x + 0.5) * sketch->width / layout.sheet_width;
    *sheet_y = (y + 0.5) * sketch->height / layout.sheet_height;
    return true;
}
