/*
 * start.h -- where training begins: at the first batch of a new run, or where a checkpoint says.
 *
 * The trainer goes on from a start without knowing which of the two it is. A start is plain data;
 * it is large, so keep it off the stack.
 */
#ifndef TRAIN_START_H
#define TRAIN_START_H

#include "data/dataset.h"
#include "nn/limits.h"
#include "nn/model.h"
#include "train/checkpoint.h"
#include "train/config.h"
#include "train/snapshot.h"

struct start {
    struct snapshot now; /* but not `lr`; its past is empty, see replay.h */
    float weights[MODEL_STATE_MAX];
    float velocity[MODEL_STATE_MAX];
    struct progress progress;
};

/* The beginning of a run: PyTorch's initialisation by the seed, unless the caller then puts other
 * weights into start->weights. */
void start_new(struct start *start, const struct model *model, const struct settings *settings,
               const struct dataset *data);

/* Where the directory's last.safetensors stands, in a run of this config. ERROR_CHECKPOINT when it
 * cannot be used, with the name of one that could be where there is one. */
bool start_resume(struct start *start, const struct directory *directory, const struct model *model,
                  const struct config *config, const struct dataset *data, struct error *error);

#endif
