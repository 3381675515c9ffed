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

#include "data/dataset.h"
#include "nn/model.h"
#include "train/settings.h"

enum { NETWORK_FORMAT_MAX = 2 };

/* What a network depends on besides its text: the images' rows and columns, and the classes. Files
 * have these numbers under keys, but not MNIST's: what a file does not say is MNIST's. */
enum { NETWORK_NUMBERS = 3 };
struct network_numbers {
    int number[NETWORK_NUMBERS];
};

/* The key of number i, and its range. */
const char *network_key(int i);
int network_least(int i);
int network_most(int i);

/* MNIST's numbers; those of a data set; a network's own, and whether these are MNIST's. */
struct network_numbers network_usual(void);
struct network_numbers network_of_data(const struct split *split);
struct network_numbers network_own(const struct model *model);
bool network_is_usual(const struct model *model);

/* The network that --model says. ERROR_USAGE with a sentence that says where the text is wrong,
 * ERROR_SYSTEM when memory is short. */
struct model *network_make(const char *argument, struct network_numbers numbers,
                           struct error *error);

/* The network that a run's file says; `where` is the file. ERROR_CHECKPOINT when it says none. */
struct model *network_read(const char *text, struct network_numbers numbers, const char *where,
                           struct error *error);

/* Whether the network is for these data, which may get more classes (dataset_set_classes). If not,
 * ERROR_CHECKPOINT with a sentence that begins with `where`. */
bool network_fits(const struct model *model, struct dataset *data, const char *where,
                  struct error *error);

/* The format of files about a run: 1 if that can say the network and the settings, else 2. */
int network_format(const struct model *model, const struct settings *settings);

/* What a file of that format says of the network. NULL with ERROR_SYSTEM when memory is short. */
char *network_text(const struct model *model, int format, struct error *error);

/* Sets *same to whether two networks have the same layers of the same names. False with
 * ERROR_SYSTEM when memory is short. */
bool network_same(const struct model *a, const struct model *b, bool *same, struct error *error);

/* Whether `argument`, of --model, says this network in whatever words. ERROR_USAGE if it says none,
 * ERROR_CHECKPOINT with a sentence that begins with `where` if it says another. */
bool network_asked(const struct model *own, const char *argument, const char *where,
                   struct error *error);

/* Whether `other` is the run's network; if not, ERROR_CHECKPOINT with a sentence that begins with
 * `where`. */
bool network_check(const struct model *run, const struct model *other, const char *where,
                   struct error *error);

#endif
