/*
 * checkpoint.h -- a network's weights, and everything that resuming a run needs, in one safetensors
 * file.
 *
 * Tensors stand under PyTorch's state-dict names, num_batches_tracked as I64 and the rest as F32;
 * what the optimizer keeps for each parameter stands under optimizer.BUFFER.NAME: SGD's velocities
 * under optimizer.momentum.NAME. In a run with an average of the weights the state dict is the
 * average, and the weights that training goes on with stand under optimizer.raw.NAME.
 *
 * __metadata__ holds texts: format "mnist-tui"; format_version, 1 or 2 as config.json has it; the
 * run's settings under the keys of settings.h, `model` as network.h has it;
 *   epoch, batch: the next batch to train; step: batches since the run's start; lr_now: the
 *   current learning rate, before the schedule;
 *   generator: the shuffling generator's state at the start of that epoch, as hex;
 *   loss_sum, correct: of the epoch so far; data_checksum: of the data set; kernels: the name of
 *   the kernels that trained it, missing in files of older versions;
 *   checksum: see safetensors.h.
 * A file without that format that holds only weights (from PyTorch) can be loaded as weights,
 * whatever its metadata says.
 *
 * Reading trusts nothing: before a tensor is read, all names, types and shapes must be the model's
 * and the checksum must match; then all values must be finite. Errors are ERROR_CHECKPOINT for the
 * contents, ERROR_SYSTEM for input and output. Arrays are undefined after an error.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_CHECKPOINT_H
#define TRAIN_CHECKPOINT_H

#include "data/dataset.h"
#include "nn/model.h"
#include "support/file.h"
#include "support/rng.h"
#include "train/trained.h"

/* The two checkpoints of a run directory. */
static const char CHECKPOINT_LAST[] = "last.safetensors";
static const char CHECKPOINT_BEST[] = "best.safetensors";

/* How far the run had trained when the weights were saved. */
struct progress {
    int epoch, batch;
    long step;
    double lr; /* before the schedule */
    struct rng generator;
    double loss_sum; /* over the epoch's images so far */
    long correct;
    uint64_t data_checksum;
};

/* Floats that going on needs besides the state dict. */
struct checkpoint_group {
    const char *name; /* "momentum" */
    float *values;    /* [parameter_count]; [state_count] of a whole state */
    bool whole;
};

enum { CHECKPOINT_GROUPS_MAX = OPTIMIZER_BUFFERS_MAX + 1 };

/* Lists what of it stands besides the state dict; returns how many groups that are. */
int checkpoint_list(const struct trained *trained, const struct settings *settings,
                    struct checkpoint_group groups[CHECKPOINT_GROUPS_MAX]);

/* What a checkpoint is of. The arrays, which saving reads and resuming fills, are the caller's. */
struct checkpoint {
    const struct model *model;
    const struct settings *settings;
    const char *kernels; /* the table's name */
    float *state;        /* [state_count] */
    const struct checkpoint_group *groups;
    int group_count;
};

/* Writes a directory's file; replaces an older one safely (see file_replace_with()). */
bool checkpoint_save(const struct directory *directory, const char *name,
                     const struct checkpoint *checkpoint, const struct progress *progress,
                     struct error *error);

/* What the file at `path` says of its run: *model gets the network, for model_free(), and *settings
 * its settings, which name it. For a file of weights alone *model is NULL, and the settings stay as
 * they are. */
bool checkpoint_describe(const char *path, struct model **model, struct settings *settings,
                         struct error *error);

/* Reads the weights in the file at `path` into state[state_count]. The file may come from
 * elsewhere, or be of another network with the same names and shapes. */
bool checkpoint_load(const char *path, const struct model *model, float *state,
                     struct error *error);

/* Reads everything that resuming needs from a checkpoint of this program: the arrays and the
 * progress, which is checked against the settings. ERROR_CHECKPOINT also if the checkpoint was
 * written with other settings, kernels or data; its epochs may differ. */
bool checkpoint_resume(const struct directory *directory, const char *name,
                       const struct checkpoint *checkpoint, const struct dataset *data,
                       struct progress *progress, struct error *error);

#endif
