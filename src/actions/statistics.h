/*
 * statistics.h -- --stats: what the data look like.
 */
#ifndef ACTIONS_STATISTICS_H
#define ACTIONS_STATISTICS_H

#include "actions/setup.h"

/* Prints on stdout the statistics of both splits, how training normalises, the mean training image
 * and a histogram of the classes. ERROR_SYSTEM if memory is short. */
bool statistics_print(const struct setup *setup, struct error *error);

#endif
