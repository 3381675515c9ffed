/*
 * past.h -- --compare and --report: runs of the past, beside the one at work and by themselves.
 */
#ifndef ACTIONS_PAST_H
#define ACTIONS_PAST_H

#include "actions/setup.h"

/* Reads the runs of options.compare into setup->compared, for past_free_compared().
 * ERROR_CHECKPOINT as past_run_read(), ERROR_SYSTEM without memory. */
bool past_read_compared(struct setup *setup, struct error *error);
void past_free_compared(struct setup *setup);

/* Prints on stdout how far the run has come whose `last` snapshot this is, and the compared below
 * it; nothing where there are none, or before its first epoch's end. `first` is what the first
 * epoch is called. */
void past_print_compared(const struct setup *setup, const struct snapshot *last, int first);

/* Prints the runs of options.report on stdout in options.format. Errors as past_read_compared(). */
bool past_print(const struct options *options, struct error *error);

#endif
