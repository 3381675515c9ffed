#include "data/drawing.h"

#include "data/fit.h"
#include "support/memory.h"

#include <stdlib.h>

enum { INK = 255, PAPER = INK / 5 /* ink below this is paper */ };

static size_t count_of(const struct picture *picture)
{
    return (size_t)picture->rows * (size_t)picture->columns;
}

/* The median of the pixels at the edges. */
static int find_background(const struct picture *picture)
{
    const size_t rows = (size_t)picture->rows, columns = (size_t)picture->columns;
    size_t histogram[256] = {0}, count = 0;
    int middle = 0;

    for (size_t y = 0; y < rows; y++)
        for (size_t x = 0; x < columns;
             x += y == 0 || y + 1 == rows || columns < 2 ? 1 : columns - 1) {
            histogram[picture->pixels[y * columns + x]]++;
            count++;
        }
    for (size_t below = histogram[0]; 2 * below <= count; below += histogram[middle])
        middle++;
    return middle;
}

/* Stretches the values so that the largest is full ink. */
static void stretch(uint8_t *values, size_t count)
{
    int most = 0;

    for (size_t i = 0; i < count; i++)
        most = values[i] > most ? values[i] : most;
    for (size_t i = 0; i < count && most > 0; i++)
        values[i] = (uint8_t)((values[i] * INK + most / 2) / most);
}

static void find_ink(struct picture *picture)
{
    const int background = find_background(picture);
    const size_t count = count_of(picture);

    for (size_t i = 0; i < count; i++) {
        const int above = picture->pixels[i] - background;
        const int ink = background > INK / 2 ? -above : above;
        picture->pixels[i] = (uint8_t)(ink > 0 ? ink : 0);
    }
    stretch(picture->pixels, count);
    for (size_t i = 0; i < count; i++)
        if (picture->pixels[i] < PAPER)
            picture->pixels[i] = 0;
}

bool drawing_fit(struct picture *picture, uint8_t *image, int height, int width,
                 struct error *error)
{
    const size_t size = (size_t)height * (size_t)width;
    uint8_t *scaled = memory_new(size, 1, error);

    if (scaled == NULL)
        return false;
    find_ink(picture);
    fit(picture->pixels, picture->rows, picture->columns, image, height, width, scaled);
    stretch(image, size);
    free(scaled);
    return true;
}
