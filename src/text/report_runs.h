/*
 * report_runs.h -- tables of runs, for --report, --compare and --seeds.
 *
 * Threads: the main thread alone.
 */
#ifndef TEXT_REPORT_RUNS_H
#define TEXT_REPORT_RUNS_H

#include "train/run_summary.h"

#include <stdio.h>

/* Prints a row per run: run, model, parameters, recipe, seed, epochs done and epochs of the
 * settings, best test accuracy and its epoch, final test accuracy, seconds. Accuracies are in
 * percent; unknown values are a dash. `first` is the number of the first epoch. */
void report_runs(FILE *file, const struct run_summary runs[], int count, int first);

/* The same as CSV with a header line (RFC 4180, except that lines end with a newline alone). Epochs
 * count from 0, and unknown values are empty. Bytes of a name that the locale cannot print become
 * \xHH. */
void report_runs_csv(FILE *file, const struct run_summary runs[], int count);

/* The same as JSON lines, one object per run; unknown values are null. Bytes of a name that are not
 * valid UTF-8 become \xHH. ERROR_SYSTEM if memory is short. */
bool report_runs_jsonl(FILE *file, const struct run_summary runs[], int count, struct error *error);

/* The same as report_runs() from epoch 0 as a Markdown table. ERROR_SYSTEM if memory is short. */
bool report_runs_markdown(FILE *file, const struct run_summary runs[], int count,
                          struct error *error);

/* Prints a row per seed: best and final test accuracy, seconds. Below them: mean, sample standard
 * deviation, minimum and maximum of both accuracies. Prints nothing without a run. */
void report_seeds(FILE *file, const struct run_summary runs[], int count);

#endif
