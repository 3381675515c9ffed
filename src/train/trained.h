/*
 * trained.h -- all the floats that training changes: the weights, their average, and what the
 * optimizer remembers.
 *
 * A run on disk, a run that begins and a net at work hold them alike. Threads: no shared state.
 */
#ifndef TRAIN_TRAINED_H
#define TRAIN_TRAINED_H

#include "nn/net.h"
#include "train/settings.h"

struct trained {
    float *state;                          /* [state_count], which batches change */
    float *average;                        /* the same; NULL: the run has no --ema */
    float *buffers[OPTIMIZER_BUFFERS_MAX]; /* [parameter_count], as many as the optimizer has */
};

/* Allocates zeros for a run of these settings; trained_fini releases them, and does nothing to what
 * is all zero. ERROR_SYSTEM when memory is short; then there is nothing to release. */
bool trained_init(struct trained *trained, const struct model *model,
                  const struct settings *settings, struct error *error);
void trained_fini(struct trained *trained);

/* The net's own, as long as it lives. */
struct trained trained_of(struct net *net, const struct settings *settings);

/* Copies all floats between two of the same model and settings. */
void trained_copy(struct trained *to, const struct trained *from, const struct model *model);

/* What is tested, shown and kept under the state-dict names: the average, if there is one. */
float *trained_shown(const struct trained *trained);

/* What of it is not finite: "weights", "optimizer's values"; NULL when all is. */
const char *trained_fault(const struct trained *trained, const struct model *model);

#endif
