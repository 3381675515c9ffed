/*
 * runlog.h -- a run directory: config.json, metrics.jsonl, last.safetensors and best.safetensors.
 *
 * metrics.jsonl has one JSON object per line, "event" first:
 *   start   epoch, batch (both 0), time: the run's beginning
 *   batch   epoch, batch, loss, accuracy so far in the epoch
 *   lr      epoch, batch, lr: the learning rate (before the schedule) has changed; this batch,
 * which           is the next line, is the first with it
 *   epoch   epoch, train_loss, train_accuracy, test_loss, test_accuracy, seconds,
 *           images_per_second, time
 *   end     reason ("finished", "stopped" or "failed"; then also "diverged":true if it did), epoch,
 *           batch, time
 *   resume  epoch, batch (the next to train), time: another process continues the run
 * Epochs and batches count from 0, accuracies are in percent; time is UTC, ISO 8601. Only time,
 * seconds and images_per_second depend on the clock. A run that was stopped, killed and resumed has
 * the same lines as one that was not, except for start, end and resume.
 *
 * Only one process at a time can use a run directory: a lock keeps others out; the system releases
 * it when the process ends in any way. All files are read and written in the locked directory, even
 * if it is moved and another one takes its name. On file systems that cannot lock directories, such
 * as NFS, an empty file `lock` in it is locked.
 *
 * Every function except runlog_free fails with ERROR_SYSTEM if the disk cannot be written.
 * Threads: a runlog belongs to one thread at a time.
 */
#ifndef TRAIN_RUNLOG_H
#define TRAIN_RUNLOG_H

#include "support/file.h"
#include "train/config.h"
#include "train/start.h"

struct runlog;

/* Creates the directory if it does not exist, and locks it for a new run. ERROR_CHECKPOINT if it
 * already holds a run, ERROR_SYSTEM if another process uses it. NULL with the error. */
struct runlog *runlog_new(const char *path, struct error *error);

/* Creates a directory for the directories of several runs, if it does not exist. */
bool runlog_make_place(const char *path, struct error *error);

/* Whether a new run can begin in the directory, which need not exist. ERROR_CHECKPOINT if it
 * already holds a run. */
bool runlog_none_in(const char *path, struct error *error);

/* Creates the directory if it does not exist, and locks it for a run that is new or continues.
 * *holds_run: it holds a run. *busy: another process or run has the lock; that is why NULL is
 * returned. Else errors as runlog_new(). */
struct runlog *runlog_take(const char *path, bool *holds_run, bool *busy, struct error *error);

/* Locks the directory of a run to resume. ERROR_CHECKPOINT if there is no such directory. */
struct runlog *runlog_open(const char *path, struct error *error);

/* The locked directory. It belongs to the run log and is valid until runlog_free(). */
const struct directory *runlog_directory(const struct runlog *runlog);

void runlog_free(struct runlog *runlog);

/* Writes the first checkpoint, config.json and then the log's first line. In this order a directory
 * that holds a run always holds one that can be resumed. */
bool runlog_start(struct runlog *runlog, const struct config *config, const struct model *model,
                  struct start *start, struct error *error);

/* Fills start->now from the log's lines up to start->progress (see replay.h), cuts off all later
 * lines, and continues after them. *lost is true if there is no log although batches have been
 * trained. */
bool runlog_resume(struct runlog *runlog, const struct config *config, const struct dataset *data,
                   struct start *start, bool *lost, struct error *error);

bool runlog_batch(struct runlog *runlog, int epoch, int batch, double loss, double accuracy,
                  struct error *error);
bool runlog_lr(struct runlog *runlog, int epoch, int batch, double lr, struct error *error);
bool runlog_epoch(struct runlog *runlog, const struct epoch_metrics *metrics, struct error *error);

/* Writes the line and syncs all lines so far to the disk. */
bool runlog_end(struct runlog *runlog, const char *reason, bool diverged, int epoch, int batch,
                struct error *error);

/* Syncs all lines so far to the disk, then writes the checkpoint: so no checkpoint is ahead of the
 * log. */
bool runlog_save(struct runlog *runlog, const char *name, const struct checkpoint *checkpoint,
                 const struct progress *progress, struct error *error);

#endif
