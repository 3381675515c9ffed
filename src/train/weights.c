#include "train/weights.h"

#include "support/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct weights *weights_new(const struct model *model, const float *state,
                            const struct layer_health *health, long step, struct error *error)
{
    const size_t layers = (size_t)model->layer_count, floats = model->state_count;
    const size_t head =
        (sizeof(struct weights) + MEMORY_ALIGNMENT - 1) / MEMORY_ALIGNMENT * MEMORY_ALIGNMENT;
    const size_t bytes = head + floats * sizeof *state + layers * sizeof *health;
    char *memory = memory_new(bytes, 1, error);

    if (memory == NULL)
        return NULL;
    struct weights *weights = (void *)memory;
    float *copy = (void *)(memory + head);
    struct layer_health *figures = (void *)(copy + floats);
    memcpy(copy, state, floats * sizeof *state);
    for (size_t l = 0; l < layers; l++)
        figures[l] = health != NULL ? health[l] : (struct layer_health){NAN, NAN, NAN, NAN};
    weights->step = step;
    weights->state = copy;
    weights->health = figures;
    weights->bytes = bytes;
    atomic_init(&weights->holders, 1);
    return weights;
}

struct weights *weights_hold(struct weights *weights)
{
    if (weights != NULL)
        atomic_fetch_add(&weights->holders, 1);
    return weights;
}

void weights_drop(struct weights *weights)
{
    if (weights == NULL)
        return;
    const int before = atomic_fetch_sub(&weights->holders, 1);
    assert(before > 0);
    if (before == 1)
        free(weights);
}
