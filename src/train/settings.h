/*
 * settings.h -- what defines a training run: the same settings and the same data give the same
 * bits.
 */
#ifndef TRAIN_SETTINGS_H
#define TRAIN_SETTINGS_H

#include "support/error.h"

#include <stdbool.h>
#include <stdint.h>

struct settings {
    const char *model; /* a name that model_init knows */
    int epochs;        /* at least 1 */
    int batch_size;    /* at least 1 */
    double lr;         /* learning rate at the start, finite, above 0 */
    double momentum;   /* in [0, 1) */
    uint64_t seed;
    bool shuffle; /* a new order of the images each epoch */
};

/* Whether `other` gives the same bits as the run's settings do; their epochs may differ. If not,
 * ERROR_CHECKPOINT with a sentence that begins with `where` and names what differs. */
bool settings_same(const struct settings *run, const struct settings *other, const char *where,
                   struct error *error);

#endif
