/*
 * start.h -- where training begins: at the first batch of a new run, or at a checkpoint.
 *
 * The trainer goes on from a start without knowing which of the two it is. A start is large, so
 * keep it off the stack. Its weights are on the heap: start_fini releases them.
 */
#ifndef TRAIN_START_H
#define TRAIN_START_H

#include "data/dataset.h"
#include "nn/model.h"
#include "train/checkpoint.h"
#include "train/config.h"
#include "train/snapshot.h"

struct start {
    struct snapshot now; /* but not `lr`; its past is empty, see replay.h */
    struct trained trained;
    struct progress progress;
};

/* The beginning of a run: PyTorch's initialisation by the seed, or else the weights in the file at
 * `path`. ERROR_CHECKPOINT when they cannot be used, ERROR_SYSTEM when memory is short. */
bool start_new(struct start *start, const struct model *model, const struct settings *settings,
               const struct dataset *data, const char *path, struct error *error);

/* Reads the directory's last.safetensors, of a run with this config. ERROR_CHECKPOINT if it cannot
 * be used; the error then names best.safetensors if that could be used instead. */
bool start_resume(struct start *start, const struct directory *directory, const struct model *model,
                  const struct config *config, const struct dataset *data, struct error *error);

/* Releases what either has made; a start that is all zero is released already. */
void start_fini(struct start *start);

#endif
