/*
 * series.h -- --seeds: the same run once for each seed, and the statistics of all.
 */
#ifndef ACTIONS_SERIES_H
#define ACTIONS_SERIES_H

#include "actions/run.h"

/* Trains with the seeds from settings.seed to options.last_seed, each in a directory seed-N of
 * options.run_dir if that is given, and prints a table of those finished on stdout. Ends with the
 * first run that fails or is stopped. Errors as run_train(); none is trained where one of the
 * directories holds a run already. */
bool series_train(struct run *run, struct error *error);

#endif
