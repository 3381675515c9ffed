#include "data/resize.h"

#include "support/memory.h"

#include <assert.h>
#include <stdlib.h>

/* The pixels that make pixel `i` of a side, which goes from `from` to `to` pixels.
 *
 * Pixel x has its centre at x + 1/2; that of the result's pixel i is at (i + 1/2) from / to. The
 * triangle reaches max(from / to, 1) to both sides of it. Everything times 2 to is whole. */
struct window {
    int first, last;
    int64_t centre, reach, step; /* times 2 to */
    uint64_t sum;                /* of the weights; at most 2 reach reach / step, below 2^28 */
};

static uint64_t weight(const struct window *window, int x)
{
    const int64_t distance = (2 * x + 1) * (window->step / 2) - window->centre;
    const int64_t height = window->reach - (distance < 0 ? -distance : distance);

    return height > 0 ? (uint64_t)height : 0;
}

static struct window window_of(int i, int from, int to)
{
    struct window window = {
        .centre = (int64_t)(2 * i + 1) * from,
        .reach = 2 * (int64_t)(from > to ? from : to),
        .step = 2 * (int64_t)to,
    };
    const int64_t first = (window.centre - window.reach) / window.step;
    const int64_t last = (window.centre + window.reach) / window.step;

    window.first = first > 0 ? (int)first : 0;
    window.last = last < from ? (int)last : from - 1;
    for (int x = window.first; x <= window.last; x++)
        window.sum += weight(&window, x);
    return window;
}

/* Writes sums[from_rows][columns], the weighted sums of each row's pixels. */
static void sum_rows(const uint8_t *from, int from_rows, int from_columns, uint64_t *sums,
                     int columns)
{
    for (int i = 0; i < columns; i++) {
        const struct window window = window_of(i, from_columns, columns);
        for (int y = 0; y < from_rows; y++) {
            const uint8_t *row = from + (size_t)y * (size_t)from_columns;
            uint64_t sum = 0;
            for (int x = window.first; x <= window.last; x++)
                sum += weight(&window, x) * row[x];
            sums[(size_t)y * (size_t)columns + (size_t)i] = sum;
        }
    }
}

bool resize(const uint8_t *from, int from_rows, int from_columns, uint8_t *to, int rows,
            int columns, struct error *error)
{
    assert(from_rows <= RESIZE_FROM_MAX && from_columns <= RESIZE_FROM_MAX);
    assert(rows >= RESIZE_TO_MIN && columns >= RESIZE_TO_MIN && rows <= RESIZE_TO_MAX &&
           columns <= RESIZE_TO_MAX);
    uint64_t *sums = memory_new((size_t)from_rows * (size_t)columns, sizeof *sums, error);
    if (sums == NULL)
        return false;
    sum_rows(from, from_rows, from_columns, sums, columns);
    for (int i = 0; i < rows; i++) {
        const struct window down = window_of(i, from_rows, rows);
        for (int j = 0; j < columns; j++) {
            const uint64_t whole = down.sum * window_of(j, from_columns, columns).sum;
            uint64_t sum = 0; /* at most 255 whole, below 2^64 */
            for (int y = down.first; y <= down.last; y++)
                sum += weight(&down, y) * sums[(size_t)y * (size_t)columns + (size_t)j];
            *to++ = (uint8_t)((sum + whole / 2) / whole);
        }
    }
    free(sums);
    return true;
}
