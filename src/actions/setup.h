/*
 * setup.h -- what the actions work on. main.c makes the members in this order, and releases them.
 *
 * Threads: the main thread alone, except where train/trainer.h says otherwise.
 */
#ifndef ACTIONS_SETUP_H
#define ACTIONS_SETUP_H

#include "data/dataset.h"
#include "nn/kernels.h"
#include "nn/model.h"
#include "options.h"
#include "train/past_run.h"

struct setup {
    struct options options;
    struct model *model; /* NULL: not made yet */
    const struct kernels *kernels;
    int threads;
    const char *data_name; /* as --data or the environment says it */
    struct source source;
    struct dataset data;
    struct past_run *compared; /* [options.compare_count]; NULL: not read yet */
};

#endif
