#include "train/distributions.h"

#include "support/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POOLED_ROWS = 512 }; /* in which the columns are added up for an axis */

/* ---- one distribution ---- */

/* The power of two that is 4 to 8 times this number; 1 for 0. */
static float choose_scale(double root)
{
    int exponent;

    if (!(root > 0.0))
        return 1.0F;
    frexp(root, &exponent); /* root < 2^exponent <= 2 root */
    const float scale = ldexpf(1.0F, exponent + 2);
    const float least = ldexpf(1.0F, -120); /* so that its inverse is a number, too */
    return !isfinite(scale) ? ldexpf(1.0F, 127) : scale < least ? least : scale;
}

void distribution_measure(struct distribution *distribution, const float *values, size_t count)
{
    double sum = 0.0, squares = 0.0;
    size_t finite = 0;

    *distribution = (struct distribution){.count = (uint32_t)count};
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            continue;
        finite++;
        sum += (double)values[i];
        squares += (double)values[i] * (double)values[i];
        distribution->largest = fmaxf(distribution->largest, fabsf(values[i]));
    }
    const double n = finite > 0 ? (double)finite : 1.0, mean = sum / n;
    distribution->deviation = (float)sqrt(fmax(squares / n - mean * mean, 0.0));
    distribution->scale = choose_scale(sqrt(squares / n));
    const float bins = DISTRIBUTION_BINS, factor = bins / 2.0F / distribution->scale;
    for (size_t i = 0; i < count; i++) {
        const float place = values[i] * factor + bins / 2.0F;
        if (place >= 0.0F && place < bins)
            distribution->bins[(int)place]++;
        else
            distribution->beyond++;
    }
}

double distribution_rows(const struct distribution *distribution, float axis, int count,
                         double shares[])
{
    const double width = 2.0 * (double)distribution->scale / DISTRIBUTION_BINS;
    const double height = 2.0 * (double)axis / count; /* of a row */
    const double all = distribution->count > 0 ? (double)distribution->count : 1.0;
    double within = 0.0;

    memset(shares, 0, (size_t)count * sizeof *shares);
    for (int b = 0; b < DISTRIBUTION_BINS; b++) {
        const double low = ((b - DISTRIBUTION_BINS / 2) * width + (double)axis) / height;
        const double high = low + width / height; /* in rows */
        const double share = distribution->bins[b] / all;
        if (share <= 0.0 || high <= 0.0 || low >= count)
            continue;
        for (int row = low > 0.0 ? (int)low : 0; row < count && row < high; row++) {
            const double part = (fmin(high, row + 1) - fmax(low, row)) / (high - low) * share;
            shares[row] += part;
            within += part;
        }
    }
    return distribution->count > 0 ? fmax(1.0 - within, 0.0) : 0.0;
}

/* ---- columns ---- */

static int layers_with_parameters(const struct model *model, int before)
{
    int count = 0;

    for (int l = 0; l < before; l++)
        count += model->layers[l].parameter_count > 0;
    return count;
}

/* The parameters of a layer lie one after the other. */
static void measure_layer(struct distribution of[DISTRIBUTION_COUNT], const struct model *model,
                          const struct layer *layer, const float *state, const float *gradient)
{
    const size_t from = model->tensors[layer->first_tensor].offset;

    distribution_measure(&of[DISTRIBUTION_WEIGHTS], state + from, layer->parameter_count);
    distribution_measure(&of[DISTRIBUTION_GRADIENTS], gradient + from, layer->parameter_count);
}

struct distribution_column *distribution_column_new(const struct model *model, const float *state,
                                                    const float *gradient, long step,
                                                    struct error *error)
{
    const size_t layers = (size_t)layers_with_parameters(model, model->layer_count);
    struct distribution_column *column =
        memory_new(1, sizeof *column + layers * sizeof column->layers[0], error);
    int next = 0;

    if (column == NULL)
        return NULL;
    column->step = step;
    for (int l = 0; l < model->layer_count; l++)
        if (model->layers[l].parameter_count > 0)
            measure_layer(column->layers[next++], model, &model->layers[l], state, gradient);
    return column;
}

void distributions_fini(struct distributions *distributions)
{
    for (int i = 0; i < distributions->count; i++)
        free(distributions->columns[i]);
    *distributions = (struct distributions){0};
}

/* Makes room for one more. The first and the last stay. */
static void drop_one(struct distributions *distributions)
{
    struct distribution_column **columns = distributions->columns;
    int least = 1;

    for (int i = 2; i < distributions->count - 1; i++)
        if (columns[i + 1]->step - columns[i - 1]->step <
            columns[least + 1]->step - columns[least - 1]->step)
            least = i;
    free(columns[least]);
    distributions->count--;
    memmove(columns + least, columns + least + 1,
            (size_t)(distributions->count - least) * sizeof(struct distribution_column *));
}

void distributions_add(struct distributions *distributions, struct distribution_column *column)
{
    struct distribution_column **columns = distributions->columns;
    int place;

    if (distributions->count == DISTRIBUTIONS_COLUMNS)
        drop_one(distributions);
    for (place = distributions->count; place > 0; place--)
        if (columns[place - 1]->step <= column->step)
            break;
    if (place > 0 && columns[place - 1]->step == column->step) {
        free(columns[place - 1]);
        columns[place - 1] = column;
        return;
    }
    memmove(columns + place + 1, columns + place,
            (size_t)(distributions->count - place) * sizeof(struct distribution_column *));
    columns[place] = column;
    distributions->count++;
}

const struct distribution *distributions_at(const struct distributions *distributions, int column,
                                            int layer, enum distribution_of of)
{
    const int place = layers_with_parameters(distributions->model, layer);

    return &distributions->columns[column]->layers[place][of];
}

/* ---- the axis ---- */

float distributions_axis(const struct distributions *distributions, int layer,
                         enum distribution_of of, double within)
{
    double pooled[POOLED_ROWS] = {0.0}, shares[POOLED_ROWS], sum = 0.0;
    float widest = 0.0F;
    int row = POOLED_ROWS / 2;

    for (int c = 0; c < distributions->count; c++) {
        const struct distribution *distribution = distributions_at(distributions, c, layer, of);
        if (distribution->largest > 0.0F)
            widest = fmaxf(widest, distribution->scale);
    }
    if (!(widest > 0.0F))
        return 0.0F;
    for (int c = 0; c < distributions->count; c++) {
        distribution_rows(distributions_at(distributions, c, layer, of), widest, POOLED_ROWS,
                          shares);
        for (int i = 0; i < POOLED_ROWS; i++)
            pooled[i] += shares[i] / distributions->count;
    }
    while (row > 0 && sum < within) {
        row--;
        sum += pooled[row] + pooled[POOLED_ROWS - 1 - row];
    }
    return widest * (float)(POOLED_ROWS / 2 - row) / (float)(POOLED_ROWS / 2);
}
