/*
 * runlog.h -- a run directory: config.json, metrics.jsonl, last.safetensors and best.safetensors.
 *
 * metrics.jsonl has one JSON object a line, "event" first:
 *   start   epoch, batch (both 0 for a new run), time
 *   batch   epoch, batch, loss, accuracy so far in the epoch
 *   epoch   epoch, train_loss, train_accuracy, test_loss, test_accuracy, seconds,
 * images_per_second, time end     reason ("finished", "stopped" or "failed"), epoch, batch, time
 * Epochs and batches count from 0, accuracies are in percent; time is UTC, ISO 8601. Only time,
 * seconds and images_per_second depend on the clock.
 *
 * Every function but runlog_free returns false with ERROR_SYSTEM when the disk does not take it.
 * Threads: a runlog belongs to one thread at a time.
 */
#ifndef TRAIN_RUNLOG_H
#define TRAIN_RUNLOG_H

#include "train/checkpoint.h"
#include "train/history.h"

struct runlog;

/* What config.json says beside the settings: facts that change no bit of the result, or say what
 * the run was made of. */
struct runlog_facts {
    const char *version; /* of the program */
    const char *kernels; /* the table's name */
    const char *data;    /* the data's directory, as given */
    int threads;
    uint64_t data_checksum;
};

/* Makes the directory, unless it is there, and in it config.json and an empty metrics.jsonl.
 * ERROR_CHECKPOINT when it already holds a run. NULL with the error. */
struct runlog *runlog_new(const char *directory, const struct model *model,
                          const struct settings *settings, const struct runlog_facts *facts,
                          struct error *error);
void runlog_free(struct runlog *runlog);

bool runlog_start(struct runlog *runlog, int epoch, int batch, struct error *error);
bool runlog_batch(struct runlog *runlog, int epoch, int batch, double loss, double accuracy,
                  struct error *error);
/* Writes the line and makes all lines so far durable. */
bool runlog_epoch(struct runlog *runlog, const struct epoch_metrics *metrics, struct error *error);
bool runlog_end(struct runlog *runlog, const char *reason, int epoch, int batch,
                struct error *error);

const char *runlog_directory(const struct runlog *runlog);

#endif
