#include "tui/sketch.h"

#include "data/fit.h"
#include "support/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Up to the first distance from its path the pen draws full ink, which fades out up to the
 * second. */
static const double PEN_FULL = 3.5, PEN_REACH = 7.0;
static const double ERASER_WIDTH = 2.0; /* relative to the pen's */

/* The side of the sheet along which the image has so many pixels. */
static int sheet_side(int pixels, int longest)
{
    const int side = (int)lround((double)SKETCH_SIDE * pixels / longest);

    return side > 0 ? side : 1;
}

struct sketch *sketch_new(int width, int height, struct error *error)
{
    struct sketch *sketch = memory_new(1, sizeof *sketch, error);
    const int longest = width > height ? width : height;

    if (sketch == NULL)
        return NULL;
    sketch->image_width = width;
    sketch->image_height = height;
    sketch->width = sheet_side(width, longest);
    sketch->height = sheet_side(height, longest);
    return sketch;
}

void sketch_free(struct sketch *sketch)
{
    free(sketch);
}

bool sketch_empty(const struct sketch *sketch)
{
    for (int i = 0; i < SKETCH_PIXELS; i++)
        if (sketch->pixels[i] > 0)
            return false;
    return true;
}

/* ---- drawing ---- */

static void remember(struct sketch *sketch)
{
    memcpy(sketch->undo[sketch->undo_next], sketch->pixels, SKETCH_PIXELS);
    sketch->undo_next = (sketch->undo_next + 1) % SKETCH_UNDO;
    if (sketch->undo_count < SKETCH_UNDO)
        sketch->undo_count++;
}

bool sketch_undo(struct sketch *sketch)
{
    if (sketch->undo_count == 0)
        return false;
    sketch->undo_count--;
    sketch->undo_next = (sketch->undo_next + SKETCH_UNDO - 1) % SKETCH_UNDO;
    memcpy(sketch->pixels, sketch->undo[sketch->undo_next], SKETCH_PIXELS);
    sketch->changes++;
    return true;
}

void sketch_clear(struct sketch *sketch)
{
    if (sketch_empty(sketch))
        return;
    remember(sketch);
    memset(sketch->pixels, 0, SKETCH_PIXELS);
    sketch->changes++;
}

/* The distance of (x, y) from the line between two points. */
static double distance_to_line(double x, double y, const double from[2], const double to[2])
{
    double wide = to[0] - from[0], high = to[1] - from[1], square = wide * wide + high * high;
    double along = square > 0.0 ? ((x - from[0]) * wide + (y - from[1]) * high) / square : 0.0;

    along = fmin(fmax(along, 0.0), 1.0);
    return hypot(x - from[0] - along * wide, y - from[1] - along * high);
}

/* The pixels [*first, *last] of `side` in a row or column that a line can reach. */
static void find_reach(double from, double to, double reach, int side, int *first, int *last)
{
    *first = (int)fmin(fmax(fmin(from, to) - reach, 0.0), side);
    *last = (int)fmax(fmin(fmax(from, to) + reach, side - 1.0), -1.0);
}

static void draw(struct sketch *sketch, const double from[2], const double to[2])
{
    const double width = sketch->tool == SKETCH_ERASER ? ERASER_WIDTH : 1.0;
    int left, right, top, bottom;

    find_reach(from[0], to[0], PEN_REACH * width, sketch->width, &left, &right);
    find_reach(from[1], to[1], PEN_REACH * width, sketch->height, &top, &bottom);
    sketch->changes++;
    for (int y = top; y <= bottom; y++) {
        for (int x = left; x <= right; x++) {
            uint8_t *pixel = &sketch->pixels[y * sketch->width + x];
            double distance = distance_to_line(x + 0.5, y + 0.5, from, to) / width;
            double touch = (PEN_REACH - distance) / (PEN_REACH - PEN_FULL);
            uint8_t ink = (uint8_t)(255.0 * fmin(fmax(touch, 0.0), 1.0) + 0.5);
            if (sketch->tool == SKETCH_PEN && ink > *pixel)
                *pixel = ink;
            if (sketch->tool == SKETCH_ERASER && 255 - ink < *pixel)
                *pixel = (uint8_t)(255 - ink);
        }
    }
}

void sketch_begin(struct sketch *sketch, enum sketch_tool tool, double x, double y)
{
    remember(sketch);
    sketch->tool = tool;
    sketch->x = x;
    sketch->y = y;
    sketch_line(sketch, x, y);
}

void sketch_line(struct sketch *sketch, double x, double y)
{
    draw(sketch, (double[]){sketch->x, sketch->y}, (double[]){x, y});
    sketch->x = x;
    sketch->y = y;
}

void sketch_digit(struct sketch *sketch, uint8_t *pixels)
{
    fit(sketch->pixels, sketch->height, sketch->width, pixels, sketch->image_height,
        sketch->image_width, sketch->scaled);
}
