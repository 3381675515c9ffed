/*
 * replay.h -- reads a run's metrics.jsonl back, up to where its checkpoint stands.
 *
 * A run that was killed may have logged more than its last checkpoint knows, and its last line may
 * be torn. What lies ahead of the checkpoint will be trained, and logged, again: it is not replayed
 * and has to be cut off. What lies behind it must be complete.
 */
#ifndef TRAIN_REPLAY_H
#define TRAIN_REPLAY_H

#include "train/start.h"

/* Fills start->now with the past that the directory's log tells of: the history, the best epoch,
 * the seconds. The lines up to start->progress end at byte *end. ERROR_CHECKPOINT when they are not
 * those of this run, ERROR_SYSTEM when reading fails. */
bool replay_log(struct start *start, const struct directory *directory,
                const struct settings *settings, const struct dataset *data, long *end,
                struct error *error);

#endif
