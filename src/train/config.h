/*
 * config.h -- config.json: what defines a run. A directory with a config.json holds a run.
 *
 * Beside the settings it has what else the bits depend on, the kernels and the data, and facts that
 * change no bit. Written in format 1 if the first versions of this program could have trained the
 * run, else in format 2, which has the network's canonical text and more settings.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_CONFIG_H
#define TRAIN_CONFIG_H

#include "nn/model.h"
#include "support/file.h"
#include "train/settings.h"

#include <limits.h>

enum { CONFIG_KERNELS_SIZE = 16 };

static const char CONFIG_NAME[] = "config.json";

struct config {
    struct settings settings;
    struct model *model;               /* the caller's */
    char kernels[CONFIG_KERNELS_SIZE]; /* the table's name */
    char data[PATH_MAX];               /* the data's directory, as given */
    uint64_t data_checksum;
    int threads;
};

/* Whether this can be written as a config.json. ERROR_USAGE if the path of the data's directory is
 * not valid UTF-8, ERROR_SYSTEM if memory is short. */
bool config_check(const struct config *config, struct error *error);

/* Writes the directory's config.json; replaces an older one safely. ERROR_SYSTEM if it cannot be
 * written. */
bool config_write(const struct directory *directory, const struct config *config,
                  struct error *error);

/* Reads it back, with a model that the caller releases with model_free(); the settings name it, so
 * it must outlive them. ERROR_CHECKPOINT when it is missing, damaged, or what this program cannot
 * do. */
bool config_read(const struct directory *directory, struct config *config, struct error *error);

#endif
