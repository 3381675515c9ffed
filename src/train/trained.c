#include "train/trained.h"

#include "support/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool allocate(float **values, size_t count, struct error *error)
{
    return (*values = memory_new(count, sizeof **values, error)) != NULL;
}

bool trained_init(struct trained *trained, const struct model *model,
                  const struct settings *settings, struct error *error)
{
    *trained = (struct trained){0};
    bool made = allocate(&trained->state, model->state_count, error) &&
                (settings->ema <= 0.0 || allocate(&trained->average, model->state_count, error));
    for (int i = 0; made && optimizer_buffer(settings->optimizer, i) != NULL; i++)
        made = allocate(&trained->buffers[i], model->parameter_count, error);
    if (!made)
        trained_fini(trained);
    return made;
}

void trained_fini(struct trained *trained)
{
    free(trained->state);
    free(trained->average);
    for (int i = 0; i < OPTIMIZER_BUFFERS_MAX; i++)
        free(trained->buffers[i]);
    *trained = (struct trained){0};
}

struct trained trained_of(struct net *net, const struct settings *settings)
{
    struct trained trained = {net_state(net), net_average(net), {0}};

    for (int i = 0; optimizer_buffer(settings->optimizer, i) != NULL; i++)
        trained.buffers[i] = net_buffer(net, i);
    return trained;
}

/* Nothing where there is no such array. */
static void copy(float *to, const float *from, size_t count)
{
    if (to != NULL)
        memcpy(to, from, count * sizeof *to);
}

void trained_copy(struct trained *to, const struct trained *from, const struct model *model)
{
    copy(to->state, from->state, model->state_count);
    copy(to->average, from->average, model->state_count);
    for (int i = 0; i < OPTIMIZER_BUFFERS_MAX; i++)
        copy(to->buffers[i], from->buffers[i], model->parameter_count);
}

float *trained_shown(const struct trained *trained)
{
    return trained->average != NULL ? trained->average : trained->state;
}

static bool all_finite(const float *values, size_t count)
{
    for (size_t i = 0; values != NULL && i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

const char *trained_fault(const struct trained *trained, const struct model *model)
{
    if (!all_finite(trained->state, model->state_count))
        return "weights";
    for (int i = 0; i < OPTIMIZER_BUFFERS_MAX; i++)
        if (!all_finite(trained->buffers[i], model->parameter_count))
            return "optimizer's values";
    return NULL;
}
