/*
 * past_run.h -- reads an earlier run from its directory, to show it beside others.
 *
 * Reading takes no lock and changes nothing. If the run is still training, or was killed, it is
 * read as far as its log goes. The values of the log are kept in a snapshot, like those of the
 * current run.
 *
 * Threads: no shared state. Ownership: past_run_fini releases what a run holds.
 */
#ifndef TRAIN_PAST_RUN_H
#define TRAIN_PAST_RUN_H

#include "support/clock.h"
#include "train/config.h"
#include "train/snapshot.h"

enum { PAST_RUN_NAME_SIZE = 9 };

/* What the log's last line says. */
enum past_end {
    PAST_OPEN, /* at work, or cut: it can be continued */
    PAST_FINISHED,
    PAST_DIVERGED, /* continuing would diverge again */
};

struct past_run {
    const char *directory; /* as given; belongs to the caller */
    struct config config;
    /* Only these are set: validates, epochs, epochs_done, epochs_seconds, best,
     * best_train_accuracy, batches (0 if no epoch was logged) and the history's epochs. */
    struct snapshot now;
    enum past_end end;
    char started[CLOCK_TEXT_SIZE]; /* its first line's time, as clock_text() writes it; or "" */
};

/* Whether there is a run in the directory `path`, or something that hides it. */
bool past_run_is_in(const char *path);

/* Reads the run in the directory `path`; run->directory keeps pointing to that text. The struct is
 * large: keep it off the stack. ERROR_CHECKPOINT if there is no run or its files are damaged; a
 * torn last line of the log is not damage. */
bool past_run_read(struct past_run *run, const char *path, struct error *error);

/* Releases a run that was read, or is all zero. */
void past_run_fini(struct past_run *run);

/* A short name for legends: the directory's last component, escaped (see error.h), or as much of
 * its beginning as there is room for. */
void past_run_name(const struct past_run *run, char name[PAST_RUN_NAME_SIZE]);

#endif
