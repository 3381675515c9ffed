/*
 * checkpoint.h -- a network's weights, and all that going on with a run needs, in one safetensors
 * file.
 *
 * The format (huggingface/safetensors, README): an 8-byte little-endian length, that many bytes of
 * JSON, then the tensors' bytes, little-endian and without gaps. Tensors stand under PyTorch's
 * state-dict names, num_batches_tracked as I64 and the rest as F32; the optimizer's velocities
 * stand under optimizer.momentum.NAME; __metadata__ holds strings: format "mnist-tui",
 * format_version; the run's settings under the keys of settings.h;
 *   epoch, batch: the next batch to train; step: batches since the run's start; lr_now: the
 *   learning rate, before the schedule, as it is by then;
 *   generator: the shuffling generator's state at the start of that epoch, as hex;
 *   loss_sum, correct: of the epoch so far; data_checksum: of the data set;
 *   checksum: CRC-64/XZ of the whole file with these 16 digits as zeros.
 * A file without that format, of weights alone (from PyTorch), can be loaded as weights.
 *
 * Reading trusts nothing: lengths are bounded, tensors must cover the data exactly and once, names,
 * types and shapes must be the model's, values finite, the checksum right. Errors are
 * ERROR_CHECKPOINT for the contents, ERROR_SYSTEM for input and output.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_CHECKPOINT_H
#define TRAIN_CHECKPOINT_H

#include "data/dataset.h"
#include "nn/model.h"
#include "support/file.h"
#include "support/rng.h"
#include "train/settings.h"

/* The two checkpoints of a run directory. */
static const char CHECKPOINT_LAST[] = "last.safetensors";
static const char CHECKPOINT_BEST[] = "best.safetensors";

/* Where in the run the weights were taken. */
struct progress {
    int epoch, batch;
    long step;
    double lr; /* as set, before the schedule */
    struct rng generator;
    double loss_sum; /* over the epoch's images so far */
    long correct;
    uint64_t data_checksum;
};

/* Writes a directory's file, replacing an older one safely (see file_replace). state[state_count],
 * velocity[parameter_count]. */
bool checkpoint_save(const struct directory *directory, const char *name, const struct model *model,
                     const struct settings *settings, const struct progress *progress,
                     const float *state, const float *velocity, struct error *error);

/* Reads the weights in the file at `path` into state[state_count]. The file may come from
 * elsewhere. */
bool checkpoint_load(const char *path, const struct model *model, float *state,
                     struct error *error);

/* Reads all that going on needs from a file of our own: state[state_count], velocity[
 * parameter_count] and the progress, whose numbers are in no impossible relation to the settings.
 * ERROR_CHECKPOINT also when the settings or the data are not those that it was made with; its
 * epochs may differ. */
bool checkpoint_resume(const struct directory *directory, const char *name,
                       const struct model *model, const struct settings *settings,
                       const struct dataset *data, struct progress *progress, float *state,
                       float *velocity, struct error *error);

#endif
