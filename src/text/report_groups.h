/*
 * report_groups.h -- statistics of groups of runs, as text, Markdown, CSV or JSON lines; for
 * --sweep and --report.
 *
 * Threads: the main thread alone.
 */
#ifndef TEXT_REPORT_GROUPS_H
#define TEXT_REPORT_GROUPS_H

#include "train/run_groups.h"

#include <stdio.h>

/* Prints the groups in a format of --format, a row for each: the settings that tell them apart,
 * finished runs and all, parameters, and of the finished runs mean, standard deviation, minimum and
 * maximum of best and final test accuracy, Welch's t-test of both means against the first group's,
 * and mean seconds. Text and Markdown have a table for each accuracy. Accuracies are in percent;
 * unknown values are a dash, empty or null. ERROR_SYSTEM if memory is short. */
bool report_groups(FILE *file, const struct run_groups *groups, const char *format,
                   struct error *error);

#endif
