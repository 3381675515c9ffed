/*
 * settings.h -- what defines a training run: the same settings and the same data give the same
 * bits.
 *
 * One table lists the settings with their ranges. The command line, config.json, a checkpoint's
 * metadata and the comparison of two runs' settings all use it. A new setting is a member here, a
 * row there and a row among the options. Recipes (recipe.h) are named settings to start from.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_SETTINGS_H
#define TRAIN_SETTINGS_H

#include "nn/optimizer.h"
#include "support/error.h"
#include "support/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the learning rate changes during a run; see schedule.h. */
enum schedule { SCHEDULE_NONE, SCHEDULE_STEP, SCHEDULE_COSINE, SCHEDULE_ONECYCLE };

/* How the training images are augmented; see augment.h. */
enum augment { AUGMENT_NONE, AUGMENT_AFFINE };

/* What is taken from a pixel of 0 to 1, and what the rest is divided by. */
struct normalization {
    double mean, deviation; /* the deviation above 0; `none` is 0 and 1 */
};

struct settings {
    const char *model; /* the network's name on the shelf or its text; as given, a file too. It must
                          outlive the settings */
    int epochs;        /* at least 1 */
    int batch_size;    /* at least 1 */
    double lr;         /* learning rate, of a schedule its highest; above 0, as a float too */
    double momentum;   /* in [0, 1), as a float too */
    uint64_t seed;
    bool shuffle;           /* a new order of the images each epoch */
    enum schedule schedule; /* of the learning rate */
    double warmup;          /* share of the run's batches, in [0, 1), that it rises over */
    double weight_decay;    /* at least 0; as a float 0 only if it is 0, and finite */
    bool nesterov;
    double dropout;         /* in [0, 1); see net.h */
    double label_smoothing; /* in [0, 1); see loss.h */
    enum augment augment;
    double rotate;      /* at most this many degrees, in [0, 180) */
    double shift;       /* at most this many pixels, in [0, 256) */
    double scale;       /* between 1 - scale and 1 + scale times the size, in [0, 0.9) */
    int validate;       /* training images held out to test on, in place of the test set; 0: none */
    const char *recipe; /* that these began as, a name of recipe.h; NULL: the reference */
    enum optimizer_kind optimizer;
    double beta1, beta2, eps, alpha, rho; /* of the optimizers that have them; see optimizer.h */
    double ema; /* decay of the average of the weights, in [0, 1); 0: there is none */
    struct normalization normalize;
};

/* What files of format 1 mean by what they do not say, for initialisers. */
#define SETTINGS_OLD                                                                               \
    .optimizer = OPTIMIZER_SGD, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .alpha = 0.99,          \
    .rho = 0.9, .normalize = {0.1307, 0.3081}

/* One row of the table. */
struct setting;

enum { SETTING_TEXT_SIZE = 64 };

/* The i-th setting, in the order above; NULL past the last. */
const struct setting *settings_at(int i);

/* The number of the one of that key or option, "batch_size" or "batch-size", for settings_at; there
 * must be one. */
int settings_find(const char *name);

/* Its key in config.json and in a checkpoint: "batch_size". */
const char *setting_key(const struct setting *setting);

/* Whether its value is a text, not a number, true or false. */
bool setting_is_text(const struct setting *setting);

/* The oldest format of files that has it, 1 or 2; see settings_format. */
int setting_format(const struct setting *setting);

/* The words that its value is one of; NULL if it is no word. */
words_function *setting_words(const struct setting *setting);

/* Its value as a text that reads back as the same: in `text`, or elsewhere as long as the settings.
 */
const char *setting_write(const struct setting *setting, const struct settings *settings,
                          char text[SETTING_TEXT_SIZE]);

/* Reads its value from such a text, which must outlive the settings if it is the model: nothing
 * here reads networks. When it is none, the settings stay as they are and there is an
 * error of that kind with a sentence that begins with `where` and says what is expected. */
bool setting_read(const struct setting *setting, struct settings *settings, const char *text,
                  enum error_kind kind, const char *where, struct error *error);

/* Gives the text of the setting called `key`, in `text` or elsewhere; NULL when there is none. */
typedef const char *settings_source(const void *argument, const char *key,
                                    char text[SETTING_TEXT_SIZE]);

/* Reads all of them from a file's texts. The first seven must be there; others that are missing are
 * the reference's. ERROR_CHECKPOINT with a sentence that begins with
 * `where`, the file, and names the setting. The model is the source's text. */
bool settings_read(struct settings *settings, settings_source *source, const void *argument,
                   const char *where, struct error *error);

/* The oldest format of files that can say these settings: 1, or 2 if one that is missing in the
 * first format differs from the reference's. */
int settings_format(const struct settings *settings);

/* What an optimizer has besides a learning rate and a weight decay: whether the option of that
 * name, such as "beta1", means anything to it. True for options that no optimizer has. */
bool settings_optimizer_has(enum optimizer_kind optimizer, const char *name);

/* Whether `other` has the run's settings, its recipe included. The epochs may differ if the
 * learning rate does not depend on how many there are. If not, ERROR_CHECKPOINT with a sentence
 * that begins with `where` and names what differs. */
bool settings_same(const struct settings *run, const struct settings *other, const char *where,
                   struct error *error);

#endif
