/*
 * weights.h -- a network's weights at one moment of its training, shared by all who look at them.
 *
 * Such weights are made once, as a copy, and never change. They are counted: whoever keeps a
 * pointer to them holds them, and they go when the last holder drops them. So the trainer, the
 * timeline and the thread that computes what is shown can share one copy of a million floats.
 *
 * Ownership: weights_new gives its caller the first hold. A function that returns held weights says
 * so; one that takes them as a parameter holds them itself if it keeps them. Threads: any thread
 * may hold, read and drop weights that it holds.
 */
#ifndef TRAIN_WEIGHTS_H
#define TRAIN_WEIGHTS_H

#include "nn/model.h"
#include "train/health.h"

#include <stdatomic.h>

struct weights {
    long step;                         /* batches since the run's start before them */
    const float *state;                /* [model->state_count] */
    const struct layer_health *health; /* [model->layer_count], after the last of these batches */
    size_t bytes;                      /* of all of it */
    atomic_int holders;                /* weights.c's */
};

/* Copies a state and the health of its layers, or with NULL a health of which nothing is known.
 * Returns held weights; NULL with ERROR_SYSTEM when memory is short. */
struct weights *weights_new(const struct model *model, const float *state,
                            const struct layer_health *health, long step, struct error *error);

/* One more holder: returns the same weights. NULL gives NULL. */
struct weights *weights_hold(struct weights *weights);

/* One holder less. NULL does nothing. */
void weights_drop(struct weights *weights);

#endif
