/*
 * timeline.h -- the weights of moments of the whole run, to go back to.
 *
 * There is room for a number of moments, and for so many bytes of their weights; a few moments are
 * kept whatever they take. When it is full, one goes that leaves the smallest gap for its age: so
 * the past grows thinner with distance. Ends of epochs go only when there is nothing else.
 *
 * Ownership: the timeline holds the weights (see weights.h); timeline_fini drops them. Threads: the
 * main thread alone.
 */
#ifndef TUI_TIMELINE_H
#define TUI_TIMELINE_H

#include "train/weights.h"

enum {
    TIMELINE_MOMENTS = 200, /* at most */
    TIMELINE_LEAST = 5,     /* kept even if they take more bytes than: */
    TIMELINE_BYTES = 64 << 20,
};

struct moment {
    long step;      /* batches since the run's start */
    bool epoch_end; /* the last of an epoch */
    struct weights *weights;
};

struct timeline {
    int count;
    size_t bytes;                            /* of all weights */
    struct moment moments[TIMELINE_MOMENTS]; /* oldest first */
};

/* One that is all zero is empty. Afterwards it is empty again. */
void timeline_fini(struct timeline *timeline);

/* Keeps a moment after the newest; if it has the newest's step, that one is only marked. */
void timeline_add(struct timeline *timeline, long step, bool epoch_end, struct weights *weights);

/* The newest moment before a step, and the oldest one after it; NULL if there is none. */
const struct moment *timeline_before(const struct timeline *timeline, long step);
const struct moment *timeline_behind(const struct timeline *timeline, long step);

#endif
