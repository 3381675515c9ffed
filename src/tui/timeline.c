#include "tui/timeline.h"

#include <string.h>

void timeline_fini(struct timeline *timeline)
{
    for (int i = 0; i < timeline->count; i++)
        weights_drop(timeline->moments[i].weights);
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
    struct moment *dropped = &timeline->moments[least];
    timeline->bytes -= dropped->weights->bytes;
    weights_drop(dropped->weights);
    timeline->count--;
    memmove(dropped, dropped + 1, (size_t)(timeline->count - least) * sizeof *dropped);
}

void timeline_add(struct timeline *timeline, long step, bool epoch_end, struct weights *weights)
{
    struct moment *newest = timeline->count > 0 ? &timeline->moments[timeline->count - 1] : NULL;

    if (newest != NULL && newest->step >= step) {
        newest->epoch_end = newest->epoch_end || epoch_end;
        return;
    }
    if (timeline->count == TIMELINE_MOMENTS)
        drop_one(timeline);
    timeline->moments[timeline->count++] = (struct moment){step, epoch_end, weights_hold(weights)};
    timeline->bytes += weights->bytes;
    while (timeline->bytes > TIMELINE_BYTES && timeline->count > TIMELINE_LEAST)
        drop_one(timeline);
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
