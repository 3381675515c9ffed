#include "tui/sketch.h"

#include "support/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BOX_SIDE = 20,             /* MNIST's digits fit into this box */
    MIDDLE = DATASET_SIDE / 2, /* MNIST's centres of mass are nearest to this pixel */
};

/* Up to the first distance from its path the pen draws full ink, which fades out up to the
 * second. */
static const double PEN_FULL = 3.5, PEN_REACH = 7.0;
static const double ERASER_WIDTH = 2.0; /* relative to the pen's */

struct sketch *sketch_new(struct error *error)
{
    return memory_new(1, sizeof(struct sketch), error);
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

/* The pixels [*first, *last] of a row or column that a line can reach. */
static void find_reach(double from, double to, double reach, int *first, int *last)
{
    *first = (int)fmin(fmax(fmin(from, to) - reach, 0.0), SKETCH_SIDE);
    *last = (int)fmax(fmin(fmax(from, to) + reach, SKETCH_SIDE - 1.0), -1.0);
}

static void draw(struct sketch *sketch, const double from[2], const double to[2])
{
    const double width = sketch->tool == SKETCH_ERASER ? ERASER_WIDTH : 1.0;
    int left, right, top, bottom;

    find_reach(from[0], to[0], PEN_REACH * width, &left, &right);
    find_reach(from[1], to[1], PEN_REACH * width, &top, &bottom);
    sketch->changes++;
    for (int y = top; y <= bottom; y++) {
        for (int x = left; x <= right; x++) {
            uint8_t *pixel = &sketch->pixels[y * SKETCH_SIDE + x];
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

/* ---- the network input ---- */

struct box {
    int left, top, width, height; /* width 0: no ink */
};

static struct box find_ink(const struct sketch *sketch)
{
    int left = SKETCH_SIDE, right = -1, top = SKETCH_SIDE, bottom = -1;

    for (int y = 0; y < SKETCH_SIDE; y++) {
        for (int x = 0; x < SKETCH_SIDE; x++) {
            if (sketch->pixels[y * SKETCH_SIDE + x] == 0)
                continue;
            left = x < left ? x : left;
            right = x > right ? x : right;
            top = y < top ? y : top;
            bottom = y;
        }
    }
    return (struct box){left, top, right < 0 ? 0 : right - left + 1, bottom - top + 1};
}

/* The part of the pixel at `at` that lies between two edges. */
static double overlap(int at, double from, double to)
{
    return fmin(to, at + 1.0) - fmax(from, at);
}

/* The mean ink in the square [left, left + side) x [top, top + side) of the box. There is no ink
 * outside the box. */
static double mean_ink(const struct sketch *sketch, const struct box *box, double left, double top,
                       double side)
{
    double sum = 0.0;

    for (int y = (int)top; y < box->height && y < top + side; y++)
        for (int x = (int)left; x < box->width && x < left + side; x++)
            sum += overlap(y, top, top + side) * overlap(x, left, left + side) *
                   sketch->pixels[(box->top + y) * SKETCH_SIDE + box->left + x];
    return sum / (side * side);
}

/* Scales the box into scaled[BOX_SIDE][BOX_SIDE], at its top left corner. */
static void scale_ink(const struct sketch *sketch, const struct box *box,
                      uint8_t scaled[BOX_SIDE][BOX_SIDE])
{
    const double side = (double)(box->width > box->height ? box->width : box->height) / BOX_SIDE;

    for (int y = 0; y < BOX_SIDE; y++)
        for (int x = 0; x < BOX_SIDE; x++)
            scaled[y][x] = (uint8_t)(mean_ink(sketch, box, x * side, y * side, side) + 0.5);
}

/* The shift to the right and down that moves the centre of mass to the middle. */
static void find_shift(uint8_t scaled[BOX_SIDE][BOX_SIDE], int *right, int *down)
{
    double mass = 0.0, x_sum = 0.0, y_sum = 0.0;

    for (int y = 0; y < BOX_SIDE; y++) {
        for (int x = 0; x < BOX_SIDE; x++) {
            mass += scaled[y][x];
            x_sum += x * scaled[y][x];
            y_sum += y * scaled[y][x];
        }
    }
    *right = mass > 0.0 ? (int)lround(MIDDLE - x_sum / mass) : 0;
    *down = mass > 0.0 ? (int)lround(MIDDLE - y_sum / mass) : 0;
}

void sketch_digit(const struct sketch *sketch, uint8_t pixels[DATASET_PIXELS])
{
    const struct box box = find_ink(sketch);
    uint8_t scaled[BOX_SIDE][BOX_SIDE];
    int right, down;

    memset(pixels, 0, DATASET_PIXELS);
    if (box.width == 0)
        return;
    scale_ink(sketch, &box, scaled);
    find_shift(scaled, &right, &down);
    for (int y = 0; y < BOX_SIDE; y++) {
        for (int x = 0; x < BOX_SIDE; x++) {
            int to_x = x + right, to_y = y + down;
            if (to_x >= 0 && to_x < DATASET_SIDE && to_y >= 0 && to_y < DATASET_SIDE)
                pixels[to_y * DATASET_SIDE + to_x] = scaled[y][x];
        }
    }
}
