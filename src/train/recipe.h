/*
 * recipe.h -- a model and the way to train it in one word.
 *
 * `reference` is the published run. The others reach what it did not: `best` the highest accuracy
 * with fewer than 10,000 parameters in fewer than 20 epochs, `tiny` 99.4 % with as few as can be.
 * The README tells how they were chosen and what they give.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_RECIPE_H
#define TRAIN_RECIPE_H

#include "train/settings.h"

/* The i-th recipe's name, from 0; NULL past the last. The first is the reference. */
const char *recipe_name(int i);

/* Its settings, with seed 1. */
const struct settings *recipe_settings(int i);

#endif
