#include "data/fit.h"

#include "data/dataset.h"

#include <math.h>
#include <string.h>

/* MNIST's digits fit into 20x20 of 28x28 pixels. */
static const double BOX_SHARE = 20.0 / MNIST_SIDE;

struct sheet {
    const uint8_t *pixels;
    int rows, columns;
};

struct box {
    int left, top, width, height; /* width 0: no ink */
};

static struct box find_ink(const struct sheet *sheet)
{
    int left = sheet->columns, right = -1, top = sheet->rows, bottom = -1;

    for (int y = 0; y < sheet->rows; y++) {
        for (int x = 0; x < sheet->columns; x++) {
            if (sheet->pixels[(size_t)y * (size_t)sheet->columns + (size_t)x] == 0)
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
static double mean_ink(const struct sheet *sheet, const struct box *box, double left, double top,
                       double side)
{
    double sum = 0.0;

    for (int y = (int)top; y < box->height && y < top + side; y++)
        for (int x = (int)left; x < box->width && x < left + side; x++)
            sum += overlap(y, top, top + side) * overlap(x, left, left + side) *
                   sheet->pixels[(size_t)(box->top + y) * (size_t)sheet->columns +
                                 (size_t)(box->left + x)];
    return sum / (side * side);
}

/* Scales the box into scaled[high][wide], at its top left corner. */
static void scale_ink(const struct sheet *sheet, const struct box *box, uint8_t *scaled, int wide,
                      int high)
{
    const double side = fmax((double)box->width / wide, (double)box->height / high);

    for (int y = 0; y < high; y++)
        for (int x = 0; x < wide; x++)
            scaled[y * wide + x] = (uint8_t)(mean_ink(sheet, box, x * side, y * side, side) + 0.5);
}

/* The shift to the right or down that moves the centre of mass to the middle. */
static void find_shift(const uint8_t *scaled, int wide, int high, int width, int height, int *right,
                       int *down)
{
    double mass = 0.0, x_sum = 0.0, y_sum = 0.0;

    for (int y = 0; y < high; y++) {
        for (int x = 0; x < wide; x++) {
            const int ink = scaled[y * wide + x];
            mass += ink;
            x_sum += x * ink;
            y_sum += y * ink;
        }
    }
    *right = mass > 0.0 ? (int)lround(width / 2 - x_sum / mass) : 0;
    *down = mass > 0.0 ? (int)lround(height / 2 - y_sum / mass) : 0;
}

void fit(const uint8_t *pixels, int rows, int columns, uint8_t *image, int height, int width,
         uint8_t *scaled)
{
    const int wide = (int)ceil(width * BOX_SHARE), high = (int)ceil(height * BOX_SHARE);
    const struct sheet sheet = {pixels, rows, columns};
    const struct box box = find_ink(&sheet);
    int right, down;

    memset(image, 0, (size_t)width * (size_t)height);
    if (box.width == 0)
        return;
    scale_ink(&sheet, &box, scaled, wide, high);
    find_shift(scaled, wide, high, width, height, &right, &down);
    for (int y = 0; y < high; y++) {
        for (int x = 0; x < wide; x++) {
            int to_x = x + right, to_y = y + down;
            if (to_x >= 0 && to_x < width && to_y >= 0 && to_y < height)
                image[to_y * width + to_x] = scaled[y * wide + x];
        }
    }
}
