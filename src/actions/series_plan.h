/*
 * series_plan.h -- the runs of --sweep and --seeds: their settings, networks, data and names.
 *
 * Ownership: series_plan_fini releases what series_plan_init made; the data's images stay the
 * setup's.
 */
#ifndef ACTIONS_SERIES_PLAN_H
#define ACTIONS_SERIES_PLAN_H

#include "actions/setup.h"
#include "train/sweep.h"

struct series_plan {
    struct grid grid;
    int combinations;
    struct dataset *data;  /* [combinations]: the setup's, normalised as that one says */
    struct model **models; /* [combinations]: the others' networks; NULL: it has an earlier one's */
    struct sweep_run *runs;
    int count;
    int threads, jobs; /* of each run; runs at once */
};

/* Makes the plan; trains and creates nothing. ERROR_USAGE with a sentence that names the
 * combination if it cannot be trained, or two are the same; ERROR_CHECKPOINT if --init does not
 * suit a network; ERROR_SYSTEM if there is not enough memory for the runs at once. */
bool series_plan_init(struct series_plan *plan, const struct setup *setup, struct error *error);
void series_plan_fini(struct series_plan *plan);

#endif
