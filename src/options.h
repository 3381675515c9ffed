/*
 * options.h -- the command line. One table with a row per option serves getopt_long, --help, the
 * checks of which options can be combined, and the completions of shells (completions/).
 *
 * A new option is a row there and a member here, or of struct settings if it is a setting of runs.
 *
 * Ownership: texts belong to argv. Threads: the main thread alone, because getopt_long has state.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "support/error.h"
#include "support/words.h"
#include "train/grid.h"
#include "train/settings.h"
#include "tui/layout.h"

#include <stdio.h>

/* What the program is asked to do. */
enum action {
    ACTION_TRAIN,
    ACTION_SNAPSHOT, /* train headless, then print a frame */
    ACTION_SUMMARY,
    ACTION_STATS,
    ACTION_EVAL,
    ACTION_CONVERT,
    ACTION_PREDICT,
    ACTION_REPORT,
    ACTION_IMPORT,
    ACTION_MODELS,
    ACTION_DATA,
    ACTION_HELP,
    ACTION_VERSION,
};

enum { OPTIONS_COMPARE_MAX = 8, OPTIONS_SEEDS_MAX = 1000, OPTIONS_MAX = 128 };

/* What --paused needs; main.c says the same when it knows whether there is a terminal. */
#define OPTIONS_PAUSED_NEEDS "the dashboard: without it nothing could resume the run"

struct options {
    enum action action;
    struct settings settings;
    const char *data;    /* NULL: look for it, see main.c */
    const char *classes; /* the file with their names; NULL: see data/source.h */
    const char *init;    /* NULL: PyTorch's initialisation */
    int threads;         /* 0: the processors this process may use */
    const char *kernels;
    bool paused;
    bool series; /* runs for each combination of --sweep and each seed from settings.seed on */
    uint64_t last_seed;                /* settings.seed without --seeds */
    const char *sweeps[GRID_AXES_MAX]; /* see options_grid() */
    int sweep_count;
    int jobs;                /* runs at once; 0: as the threads allow */
    const char *run_dir;     /* NULL: nothing is written, unless a run is resumed */
    const char *resume;      /* the directory of a run; NULL: a new one */
    double checkpoint_every; /* seconds */
    const char *compare[OPTIONS_COMPARE_MAX]; /* directories of runs to show beside this one */
    int compare_count;
    bool headless;
    const char *glyphs, *color, *theme;
    enum view view;
    bool no_mouse;
    int columns, rows;      /* of --snapshot */
    const char *summary;    /* the form of --summary; NULL: not asked for */
    const char *checkpoint; /* of --eval, --convert or --predict */
    const char *export;
    bool no_fold, no_normalize, as_is;
    char **arguments; /* the directories of --report, the pictures of --predict */
    int argument_count;
    const char *format; /* of --report and --predict */
    const char *import;
    const char *output;            /* of --import, --convert or --snapshot */
    int image_rows, image_columns; /* of --size */
    double test_share;
    bool force;
    bool given[OPTIONS_MAX]; /* for options_given */
    int argc;                /* the command line, for options_choose */
    char **argv;
};

/* Reads the command line into *options. Settings that it does not give are the defaults, or those
 * of the `run` that is resumed. In a resumed run --recipe changes no setting; it must name the
 * run's own recipe. ERROR_USAGE with a sentence that names the option. */
bool options_parse(struct options *options, const struct settings *run, int argc, char *argv[],
                   struct error *error);

/* The combinations of --sweep; release them with grid_fini(). ERROR_USAGE, but not after
 * options_parse(); ERROR_SYSTEM if memory is short. */
bool options_grid(const struct options *options, struct grid *grid, struct error *error);

/* Reads the command line of `given` once more, as if the values of a combination of its grid were
 * on it. Errors as options_parse(). */
bool options_choose(struct options *options, const struct options *given, const struct grid *grid,
                    int combination, struct error *error);

/* Whether the option with this long name, such as "batch-size", is on the command line. The name
 * must be one of the table's. */
bool options_given(const struct options *options, const char *name);

/* Whether the --output of --snapshot is a picture, FILE.svg, and not FILE.txt. */
bool options_is_picture(const char *output);

/* Prints the text of --help. */
void options_help(FILE *file);

/* What an argument may be, for those that complete it. */
enum option_argument {
    ARGUMENT_NONE,
    ARGUMENT_TEXT,  /* anything, of which nothing is known */
    ARGUMENT_WORDS, /* one of the words; --normalize takes other texts, too */
    ARGUMENT_FILE,
    ARGUMENT_DIRECTORY,
    ARGUMENT_CHECKPOINT, /* a file, FILE.safetensors */
    ARGUMENT_PICTURE,    /* a file that picture.h reads */
    ARGUMENT_DATA,       /* a directory, the name of a known data set, or `list` */
    ARGUMENT_NETWORK,    /* a name on the shelf, FILE.net, any text, or `list` */
    ARGUMENT_KERNELS,    /* `auto`, or kernels that were built */
};

/* An option as a command line has it. */
struct option_form {
    char letter;      /* 0: none */
    const char *name; /* without the two dashes */
    const char *help;
    const char *metavariable;      /* stands for its argument in --help: DIR; NULL: it takes none */
    enum option_argument argument; /* after a space or an equals sign */
    bool optional;                 /* the argument, which then follows an equals sign */
    words_function *words;         /* of ARGUMENT_WORDS */
    bool repeats;                  /* it may be given several times */
    enum option_argument rest;     /* what the arguments are that are no options, if it is given */
};

/* The i-th option, counted from 0, in the order of --help. False past the last. */
bool options_form(int i, struct option_form *form);

#endif
