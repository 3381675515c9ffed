/*
 * run_summary.h -- the values of a run for a row of a table, and statistics over several runs.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_RUN_SUMMARY_H
#define TRAIN_RUN_SUMMARY_H

#include "nn/model.h"
#include "train/settings.h"
#include "train/snapshot.h"

struct run_summary {
    const char *run;   /* what it is called, the caller's */
    const char *model; /* its name or its shortest text, the model's */
    const char *recipe;
    size_t parameters;
    uint64_t seed;
    int epochs, epochs_done;
    double best, final; /* test accuracies in percent; NaN before the end of the first epoch */
    int best_epoch;     /* from 0 */
    double seconds;     /* of the epochs' training */
};

/* The summary of a run that has come to `now`. */
void run_summary_init(struct run_summary *summary, const char *run, const struct model *model,
                      const struct settings *settings, const struct snapshot *now);

struct spread {
    double mean;
    double deviation; /* sample standard deviation (n - 1); NaN for fewer than two runs */
    double min, max;
};

/* What a spread is of. */
enum run_figure { RUN_BEST, RUN_FINAL, RUN_SECONDS };

/* The spread of a figure of `count` runs, at least one. */
struct spread run_summary_spread(const struct run_summary runs[], int count,
                                 enum run_figure figure);

#endif
