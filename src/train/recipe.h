/*
 * recipe.h -- a model and the way to train it in one word.
 *
 * `reference` is the published run. The others reach what it did not: see the README for what each
 * was chosen for, how, and what it gives.
 */
#ifndef TRAIN_RECIPE_H
#define TRAIN_RECIPE_H

#include "train/settings.h"

/* The i-th recipe's name, from 0; NULL past the last. The first is the reference. */
const char *recipe_name(int i);

/* What it is for, in some words. */
const char *recipe_purpose(int i);

/* Its settings, with seed 1. */
const struct settings *recipe_settings(int i);

#endif
