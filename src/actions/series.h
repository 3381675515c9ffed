/*
 * series.h -- --sweep and --seeds: trains several runs headless and prints statistics of all.
 */
#ifndef ACTIONS_SERIES_H
#define ACTIONS_SERIES_H

#include "actions/setup.h"

/* Trains a run for each combination of --sweep and each seed, some at once. If options.run_dir is
 * given, each has a directory in it (train/sweep.h). Prints a line on stdout when one ends, and at
 * the end tables of those that have finished. A signal stops all. ERROR_USAGE if the combinations
 * cannot be trained; ERROR_CHECKPOINT if a directory holds another run; ERROR_SYSTEM;
 * ERROR_DIVERGED or ERROR_CHECKPOINT at the end if that is why a run failed. */
bool series_train(struct setup *setup, struct error *error);

#endif
