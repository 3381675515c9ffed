/*
 * run_groups.h -- runs in groups that differ in nothing but the seed, with statistics of each.
 *
 * The first run's group is the first; the others are compared with it (see support/welch.h).
 *
 * Ownership: run_groups_fini releases what run_groups_init made; the runs and their settings belong
 * to the caller and must stay. Threads: one at a time.
 */
#ifndef TRAIN_RUN_GROUPS_H
#define TRAIN_RUN_GROUPS_H

#include "support/welch.h"
#include "train/run_summary.h"

enum { RUN_GROUPS_KEYS = 32 }; /* more than there are settings */

struct run_group {
    const struct settings *settings; /* of one of its runs: all have the same, except the seed */
    const char *model;               /* as in the summaries */
    size_t parameters;
    int runs, finished;
    /* Of the finished runs; mean something if there are any. */
    struct spread best, final, seconds;
    struct welch best_test, final_test; /* against the first group's; NaN for that group itself */
};

struct run_groups {
    int key_count;
    int keys[RUN_GROUPS_KEYS]; /* for settings_at: the settings that tell the groups apart */
    int count;
    struct run_group *groups; /* [count] */
};

/* Makes the groups of `count` runs, at least one; settings[i] are those of runs[i]. A run whose
 * name ends in lr=0.1,seed=1 says that lr tells the groups apart; other settings are among the keys
 * only if these do not suffice. ERROR_SYSTEM if memory is short; then there is nothing to release.
 */
bool run_groups_init(struct run_groups *groups, const struct run_summary runs[],
                     const struct settings *const settings[], int count, struct error *error);
void run_groups_fini(struct run_groups *groups);

#endif
