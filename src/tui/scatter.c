#include "tui/scatter.h"

#include "support/glyph.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    BEYOND = 200, /* one point in so many lies beyond each edge */
    ASPECT = 2,   /* a cell is so many times as high as wide */
};

/* ---- places ---- */

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

/* Finds the edges along an axis, for so many cells. */
static void find_edges(struct scatter *scatter, int axis, int cells)
{
    const int count = scatter->map->count, beyond = count / BEYOND;
    float sorted[PROJECTION_IMAGES];

    for (int i = 0; i < count; i++)
        sorted[i] = scatter->map->points[i][axis];
    qsort(sorted, (size_t)count, sizeof *sorted, compare_floats);
    const double width = (double)sorted[count - 1 - beyond] - (double)sorted[beyond];
    scatter->low[axis] = sorted[beyond];
    scatter->scale[axis] = width > 0.0 ? (cells - 1) / width : 0.0;
}

struct scatter scatter_make(const struct projection *map, const struct split *split, int columns,
                            int rows)
{
    struct scatter scatter = {
        .map = map, .split = split, .columns = columns, .rows = rows, .class = -1};

    if (map->count == 0 || columns < 1 || rows < 1)
        return scatter;
    find_edges(&scatter, 0, columns);
    find_edges(&scatter, 1, rows);
    return scatter;
}

bool scatter_is_mistake(const struct scatter *scatter, int image)
{
    return scatter->map->predicted[image] != scatter->split->labels[image];
}

bool scatter_shows(const struct scatter *scatter, int image)
{
    return (!scatter->mistakes || scatter_is_mistake(scatter, image)) &&
           (scatter->class < 0 || scatter->split->labels[image] == scatter->class);
}

static int place_along(const struct scatter *scatter, int image, int axis, int cells)
{
    const double from = (double)scatter->map->points[image][axis] - (double)scatter->low[axis];
    const double at = from * scatter->scale[axis];

    if (scatter->scale[axis] <= 0.0)
        return cells / 2;
    return at < 0.0 ? 0 : at > cells - 1 ? cells - 1 : (int)(at + 0.5);
}

void scatter_place(const struct scatter *scatter, int image, int *x, int *y)
{
    *x = place_along(scatter, image, 0, scatter->columns);
    *y = scatter->rows - 1 - place_along(scatter, image, 1, scatter->rows);
}

/* ---- cells ---- */

struct dot {
    int cell, class;
    bool mistake;
};

/* By cell, mistakes first, by class. */
static int compare_dots(const void *a, const void *b)
{
    const struct dot *x = a, *y = b;

    return x->cell != y->cell         ? x->cell - y->cell
           : x->mistake != y->mistake ? (int)y->mistake - (int)x->mistake
                                      : x->class - y->class;
}

static int list_dots(const struct scatter *scatter, struct dot dots[])
{
    int count = 0;

    for (int i = 0; i < scatter->map->count; i++) {
        int x, y;
        if (!scatter_shows(scatter, i))
            continue;
        scatter_place(scatter, i, &x, &y);
        dots[count++] = (struct dot){y * scatter->columns + x, scatter->split->labels[i],
                                     scatter_is_mistake(scatter, i)};
    }
    qsort(dots, (size_t)count, sizeof *dots, compare_dots);
    return count;
}

/* The most frequent class of those dots that are like the first one, mistakes or not. */
static int most_frequent(const struct dot dots[], int count)
{
    int class = dots[0].class, most = 0;

    for (int i = 0, of = 0; i < count && dots[i].mistake == dots[0].mistake; i++) {
        of = i > 0 && dots[i].class == dots[i - 1].class ? of + 1 : 1;
        if (of > most) {
            most = of;
            class = dots[i].class;
        }
    }
    return class;
}

int scatter_cells(const struct scatter *scatter, struct scatter_cell cells[PROJECTION_IMAGES])
{
    struct dot dots[PROJECTION_IMAGES];
    const int count = list_dots(scatter, dots);
    int found = 0;

    for (int from = 0, to; from < count; from = to) {
        const int cell = dots[from].cell;
        int mistakes = 0;
        for (to = from; to < count && dots[to].cell == cell; to++)
            mistakes += dots[to].mistake;
        cells[found++] =
            (struct scatter_cell){cell % scatter->columns, cell / scatter->columns, to - from,
                                  most_frequent(dots + from, to - from), mistakes};
    }
    return found;
}

/* ---- the nearest image ---- */

int scatter_nearest(const struct scatter *scatter, int x, int y)
{
    int nearest = -1;
    long least = LONG_MAX;

    for (int i = 0; i < scatter->map->count; i++) {
        int at_x, at_y;
        if (!scatter_shows(scatter, i))
            continue;
        scatter_place(scatter, i, &at_x, &at_y);
        const long dx = at_x - x, dy = (long)(at_y - y) * ASPECT, distance = dx * dx + dy * dy;
        if (distance < least) {
            least = distance;
            nearest = i;
        }
    }
    return nearest;
}

int scatter_next(const struct scatter *scatter, int image, int dx, int dy)
{
    int x, y, next = -1;
    long least = LONG_MAX;
    bool ahead = false;

    scatter_place(scatter, image, &x, &y);
    for (int i = 0; i < scatter->map->count; i++) {
        int at_x, at_y;
        if (!scatter_shows(scatter, i))
            continue;
        scatter_place(scatter, i, &at_x, &at_y);
        const long along = (long)(at_x - x) * dx + (long)(at_y - y) * dy * ASPECT;
        const long across = (long)(at_x - x) * dy + (long)(at_y - y) * dx * ASPECT;
        const long distance = along * along + across * across;
        const bool within = labs(across) <= along;
        if (along <= 0 || (ahead && !within) || (ahead == within && distance >= least))
            continue;
        least = distance;
        ahead = within;
        next = i;
    }
    return next;
}

int scatter_beside(const struct scatter *scatter, int image, int step)
{
    const int count = scatter->map->count;
    int x, y;

    scatter_place(scatter, image, &x, &y);
    for (int i = 1; i < count; i++) {
        const int other = ((image + i * step) % count + count) % count;
        int at_x, at_y;
        scatter_place(scatter, other, &at_x, &at_y);
        if (at_x == x && at_y == y && scatter_shows(scatter, other))
            return other;
    }
    return image;
}

/* ---- glyphs ---- */

static bool is_taken(const uint32_t glyphs[], int count, uint32_t glyph)
{
    for (int i = 0; i < count; i++)
        if (glyphs[i] == glyph)
            return true;
    return false;
}

/* The first letter of a class' name that is free; 0: none. */
static uint32_t letter_of(const char *name, bool ascii, const uint32_t glyphs[], int count)
{
    uint32_t glyph;
    int width;

    for (int bytes; (bytes = glyph_read(name, &glyph, &width)) > 0; name += bytes)
        if (width == 1 && (glyph < 0x80 ? isalnum((int)glyph) : !ascii) &&
            !is_taken(glyphs, count, glyph))
            return glyph;
    return 0;
}

void scatter_glyphs(const struct classes *classes, bool ascii, uint32_t glyphs[CLASSES_MAX])
{
    static const char others[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    for (int k = 0; k < classes->count; k++) {
        const char *name = classes->names[k];
        glyphs[k] = classes->named || strlen(name) == 1 ? letter_of(name, ascii, glyphs, k) : 0;
        for (int i = 0; glyphs[k] == 0 && others[i] != '\0'; i++)
            if (!is_taken(glyphs, k, (uint32_t)others[i]))
                glyphs[k] = (uint32_t)others[i];
        if (glyphs[k] == 0)
            glyphs[k] = '*';
    }
}
