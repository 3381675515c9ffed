#include "train/projection.h"

#include "support/lanes.h"
#include "support/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_BLOCKS = 4 }; /* of images */

/* ---- which values ---- */

static int last_of(const struct model *model, enum layer_kind kind)
{
    int l = model->layer_count - 1;

    while (l >= 0 && model->layers[l].kind != kind)
        l--;
    return l;
}

static int choose_source(const struct model *model)
{
    const int linear = last_of(model, LAYER_LINEAR), conv = last_of(model, LAYER_CONV2D);

    return linear >= 0 ? linear : conv >= 0 ? conv : 0;
}

/* The layer before `source` that makes the values: these kinds pass them on. */
static int maker_of(const struct model *model, int source)
{
    int l = source - 1;

    while (l >= 0 &&
           (model->layers[l].kind == LAYER_FLATTEN || model->layers[l].kind == LAYER_DROPOUT ||
            model->layers[l].kind == LAYER_DROPOUT2D))
        l--;
    return l;
}

static int cells_along(int side, int cell)
{
    return (side + cell - 1) / cell;
}

/* Chooses how many neighbours are averaged, and how many values that leaves. A vector is a row. */
static void choose_cells(struct projection *projection, struct shape shape)
{
    const struct shape maps = shape.height > 0 ? shape : (struct shape){1, 1, shape.channels};
    int cell = 1, rows = maps.height, columns = maps.width;

    while ((long)maps.channels * rows * columns > PROJECTION_VALUES && (rows > 1 || columns > 1)) {
        cell++;
        rows = cells_along(maps.height, cell);
        columns = cells_along(maps.width, cell);
    }
    projection->cell[0] = cell < maps.height ? cell : maps.height;
    projection->cell[1] = cell < maps.width ? cell : maps.width;
    projection->values = maps.channels * rows * columns;
}

/* ---- making ---- */

struct projection *projection_new(const struct model *model, const struct split *split,
                                  struct error *error)
{
    struct projection *projection = memory_new(1, sizeof *projection, error);

    if (projection == NULL)
        return NULL;
    projection->split = split;
    projection->count = split->count < PROJECTION_IMAGES ? split->count : PROJECTION_IMAGES;
    projection->source = choose_source(model);
    projection->layer = maker_of(model, projection->source);
    choose_cells(projection, model->layers[projection->source].input);
    projection->predicted = memory_new((size_t)projection->count, 1, error);
    if (projection->predicted == NULL ||
        !principal_init(&projection->principal, projection->count, projection->values, error)) {
        projection_free(projection);
        return NULL;
    }
    projection->points = projection->principal.points;
    return projection;
}

void projection_free(struct projection *projection)
{
    if (projection == NULL)
        return;
    principal_fini(&projection->principal);
    free(projection->predicted);
    free(projection);
}

/* ---- the values ---- */

/* The mean of a lane over a cell of a map. */
static float mean_of(const struct map *map, const int cell[2], int channel, int top, int left,
                     int lane)
{
    const int bottom = top + cell[0] < map->height ? top + cell[0] : map->height;
    const int right = left + cell[1] < map->width ? left + cell[1] : map->width;
    float sum = 0.0F;

    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            sum += map->data[(channel * map->plane + y * map->pitch + x) * LANES + lane];
    return sum / (float)((bottom - top) * (right - left));
}

/* A Conv2d may not read the last rows and columns of its input; they leave values at 0. */
static void take_values(const struct projection *projection, const struct map *map, int lane,
                        float *values)
{
    const int *cell = projection->cell;

    for (int c = 0; c < map->channels; c++) {
        for (int y = 0; y < map->height; y += cell[0]) {
            for (int x = 0; x < map->width; x += cell[1]) {
                const float value = mean_of(map, cell, c, y, x, lane);
                *values++ = isfinite(value) ? value : 0.0F;
            }
        }
    }
}

/* Evaluates the next block of images. */
static void evaluate_block(struct projection *projection, struct evaluator *evaluator)
{
    const int left = projection->count - projection->done, count = left < LANES ? left : LANES;
    double losses[LANES];
    const struct evaluation evaluation = {losses, projection->predicted + projection->done, NULL};
    uint32_t images[LANES];

    for (int i = 0; i < count; i++)
        images[i] = (uint32_t)(projection->done + i);
    evaluate_listed(evaluator, projection->split, images, count, &evaluation);
    const struct map map = evaluator_layer_input(evaluator, projection->source);
    for (int i = 0; i < count; i++)
        take_values(projection, &map, i,
                    projection->principal.values +
                        (size_t)(projection->done + i) * (size_t)projection->values);
    projection->done += count;
}

bool projection_continue(struct projection *projection, struct evaluator *evaluator)
{
    struct principal *principal = &projection->principal;

    if (projection->done < projection->count) {
        for (int i = 0; i < STEP_BLOCKS && projection->done < projection->count; i++)
            evaluate_block(projection, evaluator);
        return true;
    }
    if (principal_continue(principal))
        return true;
    for (int c = 0; c < 2 && principal->total > 0.0; c++)
        projection->share[c] = principal->variance[c] / principal->total;
    return false;
}
