/*
 * past_run.h -- a run read back from its directory, to be shown beside others.
 *
 * Reading takes no lock and changes nothing: the run may be at work, or have been killed; then it
 * is read as far as its log goes. What the log tells stands in a snapshot, as that of a run at work
 * does.
 *
 * Threads: no shared state. Ownership: past_run_fini releases what a run holds.
 */
#ifndef TRAIN_PAST_RUN_H
#define TRAIN_PAST_RUN_H

#include "train/config.h"
#include "train/snapshot.h"

enum { PAST_RUN_NAME_SIZE = 9 };

struct past_run {
    const char *directory; /* as given, the caller's */
    struct config config;
    /* Of it are known: validates, epochs, epochs_done, epochs_seconds, best, best_train_accuracy,
     * batches (those of an epoch; 0 where no epoch was logged) and of the history the epochs. */
    struct snapshot now;
};

/* Reads the run in the directory at `path`, a text that it goes on pointing to. It is large: keep
 * it off the stack. ERROR_CHECKPOINT when there is no run, or its files are damaged; a torn last
 * line of its log is none. */
bool past_run_read(struct past_run *run, const char *path, struct error *error);

/* Releases a run that was read, or is all zero. */
void past_run_fini(struct past_run *run);

/* A short name for legends: the directory's last component, escaped (see error.h), or as much of
 * its beginning as there is room for. */
void past_run_name(const struct past_run *run, char name[PAST_RUN_NAME_SIZE]);

#endif
