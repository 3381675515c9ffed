/*
 * replay.h -- reads a run's metrics.jsonl back, up to its checkpoint.
 *
 * The log of a killed run may go beyond its last checkpoint, and the last line may be torn. Batches
 * after the checkpoint are trained and logged again; so their lines are not replayed and must be
 * cut off. Lines up to the checkpoint must be complete.
 */
#ifndef TRAIN_REPLAY_H
#define TRAIN_REPLAY_H

#include "train/start.h"

/* Fills start->now from the directory's log: the history, the best epoch, the seconds. *end
 * receives the offset at which the lines up to start->progress end. ERROR_CHECKPOINT if they are
 * not this run's lines, ERROR_SYSTEM if reading fails. */
bool replay_log(struct start *start, const struct directory *directory,
                const struct settings *settings, const struct dataset *data, long *end,
                struct error *error);

#endif
