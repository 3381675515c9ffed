/*
 * runlog.h -- a run directory: config.json, metrics.jsonl, last.safetensors and best.safetensors.
 *
 * metrics.jsonl has one JSON object a line, "event" first:
 *   start   epoch, batch (both 0), time: the run's beginning
 *   batch   epoch, batch, loss, accuracy so far in the epoch
 *   lr      epoch, batch, lr: that batch, which follows, is the first with another learning rate
 *           than before (that which the schedule is applied to)
 *   epoch   epoch, train_loss, train_accuracy, test_loss, test_accuracy, seconds,
 *           images_per_second, time
 *   end     reason ("finished", "stopped" or "failed"), epoch, batch, time
 *   resume  epoch, batch (the next to train), time: another process goes on with the run
 * Epochs and batches count from 0, accuracies are in percent; time is UTC, ISO 8601. Only time,
 * seconds and images_per_second depend on the clock. However often a run was stopped, killed and
 * resumed, its lines are those of one that never was, but for start, end and resume.
 *
 * One process at a time has a run directory: a lock on it, which the system releases when the
 * process ends in whatever way, keeps others out. All that is read and written belongs to the
 * directory that was locked, even if it is moved and another one takes its name.
 *
 * Every function but runlog_free returns false with ERROR_SYSTEM when the disk does not take it.
 * Threads: a runlog belongs to one thread at a time.
 */
#ifndef TRAIN_RUNLOG_H
#define TRAIN_RUNLOG_H

#include "support/file.h"
#include "train/config.h"
#include "train/start.h"

struct runlog;

/* Makes the directory, unless it is there, and locks it for a new run. ERROR_CHECKPOINT when it
 * holds one, ERROR_SYSTEM when another process has it. NULL with the error. */
struct runlog *runlog_new(const char *path, struct error *error);

/* Makes a directory to hold those of several runs, unless it is there. */
bool runlog_make_place(const char *path, struct error *error);

/* Whether a new run could begin in the directory, which need not be there; ERROR_CHECKPOINT when it
 * holds one. */
bool runlog_none_in(const char *path, struct error *error);

/* Locks the directory of a run to go on with. ERROR_CHECKPOINT when there is none. */
struct runlog *runlog_open(const char *path, struct error *error);

/* The directory that was locked. It is the run log's, which must outlive its use. */
const struct directory *runlog_directory(const struct runlog *runlog);

void runlog_free(struct runlog *runlog);

/* Writes the first checkpoint, config.json and then the log's first line: from the moment that the
 * directory holds a run, this run can be resumed. */
bool runlog_start(struct runlog *runlog, const struct config *config, const struct model *model,
                  struct start *start, struct error *error);

/* Goes on behind the lines up to start->progress, which fill start->now (see replay.h), and cuts
 * off all others. *lost gets whether there was no log, although batches have been trained. */
bool runlog_resume(struct runlog *runlog, const struct config *config, const struct dataset *data,
                   struct start *start, bool *lost, struct error *error);

bool runlog_batch(struct runlog *runlog, int epoch, int batch, double loss, double accuracy,
                  struct error *error);
bool runlog_lr(struct runlog *runlog, int epoch, int batch, double lr, struct error *error);
bool runlog_epoch(struct runlog *runlog, const struct epoch_metrics *metrics, struct error *error);

/* Writes the line and makes all lines so far durable. */
bool runlog_end(struct runlog *runlog, const char *reason, int epoch, int batch,
                struct error *error);

/* Makes all lines so far durable, then writes the checkpoint: one never knows more than the log. */
bool runlog_save(struct runlog *runlog, const char *name, const struct checkpoint *checkpoint,
                 const struct progress *progress, struct error *error);

#endif
