/*
 * past.h -- --compare and --report: earlier runs, beside the current run or by themselves.
 */
#ifndef ACTIONS_PAST_H
#define ACTIONS_PAST_H

#include "actions/setup.h"

/* Reads the runs of options.compare into setup->compared; release it with past_free_compared().
 * Errors as past_run_read(); also ERROR_SYSTEM if memory is short. */
bool past_read_compared(struct setup *setup, struct error *error);
void past_free_compared(struct setup *setup);

/* Prints a table on stdout: the run with this `last` snapshot, then the compared runs. Prints
 * nothing if no runs are compared or the run has not finished its first epoch. `first` is the
 * number of the first epoch. */
void past_print_compared(const struct setup *setup, const struct snapshot *last, int first);

/* Prints the runs of options.arguments on stdout in options.format. A directory that holds no run
 * itself stands for the runs in its directories; then groups of all runs are printed (see
 * train/run_groups.h), those first that began first. Errors as past_read_compared(). */
bool past_print(const struct options *options, struct error *error);

#endif
