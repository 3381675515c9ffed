/*
 * series.h -- --seeds: trains the same run once per seed and prints statistics of all.
 */
#ifndef ACTIONS_SERIES_H
#define ACTIONS_SERIES_H

#include "actions/run.h"

/* Trains one run for each seed from settings.seed to options.last_seed. If options.run_dir is
 * given, each run has a directory seed-N in it. Prints a table of the finished runs on stdout. Ends
 * with the first run that fails or is stopped. Errors as run_train(). If one of the directories
 * already holds a run, nothing is trained. */
bool series_train(struct run *run, struct error *error);

#endif
