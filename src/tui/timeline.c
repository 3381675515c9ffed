#include "tui/timeline.h"

#include "support/memory.h"

#include <stdlib.h>
#include <string.h>

bool timeline_init(struct timeline *timeline, size_t state_count, struct error *error)
{
    *timeline = (struct timeline){.state_count = state_count};
    timeline->memory = memory_new(TIMELINE_MOMENTS * state_count, sizeof(float), error);
    for (int i = 0; i < TIMELINE_MOMENTS && timeline->memory != NULL; i++)
        timeline->moments[i].weights = timeline->memory + (size_t)i * state_count;
    return timeline->memory != NULL;
}

void timeline_fini(struct timeline *timeline)
{
    free(timeline->memory);
    *timeline = (struct timeline){0};
}

/* How much the moment would be missed: the gap it leaves for its age. */
static double worth(const struct timeline *timeline, int i)
{
    const struct moment *moment = &timeline->moments[i];
    double gap = (double)(moment[1].step - moment[-1].step);
    double age = (double)(timeline->moments[timeline->count - 1].step - moment->step);

    return gap / age + (moment->epoch_end ? 1e12 : 0.0);
}

/* The first and the newest stay. */
static void drop_one(struct timeline *timeline)
{
    int least = 1;

    for (int i = 2; i < timeline->count - 1; i++)
        if (worth(timeline, i) < worth(timeline, least))
            least = i;
    struct moment dropped = timeline->moments[least];
    timeline->count--;
    memmove(&timeline->moments[least], &timeline->moments[least + 1],
            (size_t)(timeline->count - least) * sizeof dropped);
    timeline->moments[timeline->count] = dropped; /* its memory is used again */
}

void timeline_add(struct timeline *timeline, long step, bool epoch_end, const float *weights)
{
    struct moment *newest = timeline->count > 0 ? &timeline->moments[timeline->count - 1] : NULL;

    if (newest != NULL && newest->step >= step) {
        newest->epoch_end = newest->epoch_end || epoch_end;
        return;
    }
    if (timeline->count == TIMELINE_MOMENTS)
        drop_one(timeline);
    struct moment *moment = &timeline->moments[timeline->count++];
    moment->step = step;
    moment->epoch_end = epoch_end;
    memcpy(moment->weights, weights, timeline->state_count * sizeof *weights);
}

const struct moment *timeline_before(const struct timeline *timeline, long step)
{
    for (int i = timeline->count - 1; i >= 0; i--)
        if (timeline->moments[i].step < step)
            return &timeline->moments[i];
    return NULL;
}

const struct moment *timeline_behind(const struct timeline *timeline, long step)
{
    for (int i = 0; i < timeline->count; i++)
        if (timeline->moments[i].step > step)
            return &timeline->moments[i];
    return NULL;
}
