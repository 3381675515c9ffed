/*
 * options.h -- the command line: one table, a row for each option, from which getopt_long, --help
 * and the checks of what goes together read.
 *
 * A new option is a row there and a member here, or in struct settings if the run depends on it.
 *
 * Ownership: texts are those of argv. Threads: the main thread alone, as getopt_long has state.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "support/error.h"
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
    ACTION_REPORT,
    ACTION_MODELS,
    ACTION_HELP,
    ACTION_VERSION,
};

enum { OPTIONS_COMPARE_MAX = 8, OPTIONS_SEEDS_MAX = 1000, OPTIONS_MAX = 128 };

/* What --paused needs: said here and where the terminal is known. */
#define OPTIONS_PAUSED_NEEDS "the dashboard: without it nothing could resume the run"

struct options {
    enum action action;
    struct settings settings;
    const char *data; /* NULL: look for it, see main.c */
    const char *init; /* NULL: PyTorch's initialisation */
    int threads;      /* 0: the processors this process may use */
    const char *kernels;
    bool paused;
    bool series; /* of runs, with the seeds from settings.seed to last_seed */
    uint64_t last_seed;
    const char *run_dir;     /* NULL: nothing is written, unless a run is resumed */
    const char *resume;      /* the directory of a run; NULL: a new one */
    double checkpoint_every; /* seconds */
    const char *compare[OPTIONS_COMPARE_MAX]; /* directories of runs to show beside this one */
    int compare_count;
    bool headless;
    const char *glyphs, *color;
    enum view view;
    bool no_mouse;
    int columns, rows;   /* of --snapshot */
    const char *summary; /* the form of --summary; NULL: not asked for */
    const char *eval, *export;
    char **report; /* the directories of --report */
    int report_count;
    const char *format;      /* and how it prints them */
    bool given[OPTIONS_MAX]; /* for options_given */
};

/* Reads the command line into *options. Settings that it does not give are the defaults, or those
 * of the `run` that is resumed; --recipe changes none of that run's, but names a recipe to compare
 * with its own. ERROR_USAGE with a sentence that names the option. */
bool options_parse(struct options *options, const struct settings *run, int argc, char *argv[],
                   struct error *error);

/* Whether the option of that long name, such as "batch-size", is on the command line; there must be
 * one of that name. */
bool options_given(const struct options *options, const char *name);

/* Writes what --help prints. */
void options_help(FILE *file);

#endif
