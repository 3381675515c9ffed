/*
 * pane_draw.c -- the sheet on which the user draws, with the network input and the prediction
 * beside it; only the sheet if it is narrow.
 */
#include "tui/bars.h"
#include "tui/frame.h"
#include "tui/image.h"
#include "tui/term.h"

#include <math.h>

static const double PEN_STEP = 4.0; /* pixels of the sheet: one pixel of the network input */

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

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const struct drawing *drawing = &frame->drawing;
    struct canvas inside = draw_border(drawing, frame->focus == PANE_DRAW, canvas);
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

/* The point on the sheet at the cell (x, y) of the same canvas. False if it is outside. */
static bool find_point(const struct sketch *sketch, const struct canvas *canvas, int x, int y,
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

/* ---- keys ---- */

/* If the pen is down, it draws along its path. */
static void move(struct frame *frame, enum key_action action, int height)
{
    struct drawing *drawing = &frame->drawing;
    double *at = pane_vertical(action) ? &drawing->y : &drawing->x;

    (void)height;
    if (action == KEY_MOVE_HOME || action == KEY_MOVE_END)
        return;
    const int side = pane_vertical(action) ? drawing->sketch->height : drawing->sketch->width;
    *at = fmin(fmax(*at + (pane_backward(action) ? -PEN_STEP : PEN_STEP), 0.0), side - 1.0);
    if (drawing->down)
        sketch_line(frame->drawing.sketch, drawing->x, drawing->y);
}

static void enter(struct frame *frame, char message[PANE_MESSAGE])
{
    struct drawing *drawing = &frame->drawing;

    (void)message;
    drawing->down = !drawing->down;
    drawing->dragging = false;
    if (drawing->down)
        sketch_begin(frame->drawing.sketch, drawing->tool, drawing->x, drawing->y);
}

static void lift(struct drawing *drawing)
{
    drawing->down = drawing->dragging = false;
}

static void press_eraser(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    struct drawing *drawing = &frame->drawing;

    (void)key, (void)message;
    drawing->tool = drawing->tool == SKETCH_PEN ? SKETCH_ERASER : SKETCH_PEN;
    lift(drawing);
}

static void press_undo(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    (void)key;
    if (!sketch_undo(frame->drawing.sketch))
        snprintf(message, PANE_MESSAGE, "Nothing to undo.");
    lift(&frame->drawing);
}

static bool has_ink(const struct frame *frame)
{
    return !sketch_empty(frame->drawing.sketch);
}

static void press_clear(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    (void)key, (void)message;
    sketch_clear(frame->drawing.sketch);
    lift(&frame->drawing);
}

static void point(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                  int x, int y, char message[PANE_MESSAGE])
{
    struct drawing *drawing = &frame->drawing;
    double sheet_x, sheet_y;

    (void)message;
    if (pointer->act == POINTER_DRAG && !drawing->dragging)
        return; /* it began elsewhere, or its stroke was undone */
    if (!find_point(drawing->sketch, canvas, x, y, &sheet_x, &sheet_y))
        return;
    drawing->x = sheet_x;
    drawing->y = sheet_y;
    drawing->down = false;
    if (pointer->act == POINTER_PRESS) {
        drawing->dragging = true;
        sketch_begin(frame->drawing.sketch, drawing->tool, sheet_x, sheet_y);
    } else if (pointer->act == POINTER_DRAG) {
        sketch_line(frame->drawing.sketch, sheet_x, sheet_y);
    }
}

static const struct pane_key keys[] = {
    {{'r'}, "r", "eraser", "pen or eraser", NULL, press_eraser},
    {{TERM_BACKSPACE}, "Backspace", "undo", "undo the last stroke", NULL, press_undo},
    {{TERM_DELETE, 'd'}, "Delete, d", "clear", "clear", has_ink, press_clear},
    {.names = NULL},
};

const struct pane_class pane_draw = {
    .name = "Draw",
    .topic = "Draw",
    .arrows = "move the pen",
    .enters = "pen down or up",
    .about =
        "Draw with the mouse or with the arrows. The drawing is made as large as the images of the "
        "data set and moved to their centre, as those were; the small picture is what the network "
        "gets. The bars are its probabilities.",
    .draw = draw,
    .keys = keys,
    .move = move,
    .enter = enter,
    .point = point,
};
