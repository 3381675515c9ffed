/*
 * network.h -- the network of a run: made from what --model says, written into a run's files and
 * read back from them.
 *
 * Files of format 1 name one of the five networks that they can have. Files of format 2 hold the
 * canonical text, so that a run directory needs no other file.
 *
 * Ownership: networks are released with model_free(), texts with free(). Threads: no shared state.
 */
#ifndef TRAIN_NETWORK_H
#define TRAIN_NETWORK_H

#include "nn/model.h"
#include "train/settings.h"

enum { NETWORK_FORMAT_MAX = 2 };

/* The network that --model says, for the data's images and classes. ERROR_USAGE with a sentence
 * that says where the text is wrong, ERROR_SYSTEM when memory is short. */
struct model *network_make(const char *argument, struct error *error);

/* The network that a run's file says; `where` is the file. ERROR_CHECKPOINT when it says none. */
struct model *network_read(const char *text, const char *where, struct error *error);

/* The format of files about a run: 1 if that can say the network and the settings, else 2. */
int network_format(const struct model *model, const struct settings *settings);

/* What a file of that format says of the network. NULL with ERROR_SYSTEM when memory is short. */
char *network_text(const struct model *model, int format, struct error *error);

/* Sets *same to whether two networks have the same layers of the same names. False with
 * ERROR_SYSTEM when memory is short. */
bool network_same(const struct model *a, const struct model *b, bool *same, struct error *error);

/* Whether `other` is the run's network; if not, ERROR_CHECKPOINT with a sentence that begins with
 * `where`. */
bool network_check(const struct model *run, const struct model *other, const char *where,
                   struct error *error);

#endif
