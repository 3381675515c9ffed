/*
 * report_runs.h -- tables of runs: those of --report and --compare, and of a series of seeds.
 *
 * Threads: the main thread alone.
 */
#ifndef TEXT_REPORT_RUNS_H
#define TEXT_REPORT_RUNS_H

#include "train/run_summary.h"

#include <stdio.h>

/* A row a run: run, model, parameters, recipe, seed, epochs done and asked for, best test accuracy
 * and its epoch, final test accuracy, seconds. Accuracies are in percent; what is not known yet is
 * a dash. `first` is what the first epoch is called. */
void report_runs(FILE *file, const struct run_summary runs[], int count, int first);

/* The same as CSV (RFC 4180, but lines end as text lines do) with a header line; epochs count from
 * 0, and what is not known yet is empty. A name has what the locale cannot print as \xHH. */
void report_runs_csv(FILE *file, const struct run_summary runs[], int count);

/* The same as JSON lines, one object a run, null for what is not known yet. A name that is no UTF-8
 * has its other bytes as \xHH. ERROR_SYSTEM when memory is short. */
bool report_runs_jsonl(FILE *file, const struct run_summary runs[], int count, struct error *error);

/* A row a seed: best and final test accuracy, seconds; and below, unless there is none, mean,
 * standard deviation (of a sample), minimum and maximum of both. */
void report_seeds(FILE *file, const struct run_summary runs[], int count);

#endif
