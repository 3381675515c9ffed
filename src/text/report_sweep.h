/*
 * report_sweep.h -- the lines of a sweep: one for each run that ends, and one that shows those at
 * work.
 *
 * Threads: the main thread alone.
 */
#ifndef TEXT_REPORT_SWEEP_H
#define TEXT_REPORT_SWEEP_H

#include "train/sweep.h"

#include <stdio.h>

/* Prints the line of a run that has ended or is left to another process; `ended` of `count` runs
 * have ended. Epochs count from 0. */
void report_sweep_run(FILE *file, const struct sweep_run *run, int ended, int count);

/* If stderr is a terminal: shows which runs are at work, on a line that the next call replaces; or
 * clears that line. */
void report_sweep_progress(const struct sweep *sweep, const struct sweep_run runs[], int count,
                           int ended);
void report_sweep_clear(void);

#endif
