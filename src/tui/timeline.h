/*
 * timeline.h -- copies of the weights from the whole run, to go back to.
 *
 * There is room for a fixed number of moments. When it is full, one goes that leaves the smallest
 * gap for its age: so the past grows thinner with distance. Ends of epochs go only when there is
 * nothing else.
 *
 * Errors: timeline_new alone can fail. Threads: the main thread alone.
 */
#ifndef TUI_TIMELINE_H
#define TUI_TIMELINE_H

#include "support/error.h"

#include <stddef.h>

enum { TIMELINE_MOMENTS = 200 };

struct moment {
    long step;      /* batches since the run's start */
    bool epoch_end; /* the last of an epoch */
    float *weights; /* the model's state */
};

struct timeline {
    size_t state_count; /* floats of a state */
    int count;
    struct moment moments[TIMELINE_MOMENTS]; /* oldest first */
    float *memory;
};

/* Makes room for states of `state_count` floats. ERROR_SYSTEM when memory is short. */
bool timeline_init(struct timeline *timeline, size_t state_count, struct error *error);
void timeline_fini(struct timeline *timeline);

/* Keeps a moment behind the newest; one of the same step is only marked. */
void timeline_add(struct timeline *timeline, long step, bool epoch_end, const float *weights);

/* The newest moment before a step, and the oldest one behind it; NULL where there is none. */
const struct moment *timeline_before(const struct timeline *timeline, long step);
const struct moment *timeline_behind(const struct timeline *timeline, long step);

#endif
