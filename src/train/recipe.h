/*
 * recipe.h -- named settings: a model and how to train it.
 *
 * `reference` is the published run. The others reach its author's goal: `best` has the highest
 * accuracy found with fewer than 10,000 parameters in fewer than 20 epochs, `tiny` reaches 99.4 %
 * with as few parameters as possible. The README says how they were chosen and what they reach.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_RECIPE_H
#define TRAIN_RECIPE_H

#include "train/settings.h"

/* The name of recipe i, counted from 0; NULL after the last. Recipe 0 is the reference. */
const char *recipe_name(int i);

/* Its settings, with seed 1. */
const struct settings *recipe_settings(int i);

#endif
