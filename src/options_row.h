/*
 * options_row.h -- what a row of the table of options says; for the files that read the table,
 * options.c, which has it, and options_form.c.
 *
 * Threads: no shared state.
 */
#ifndef OPTIONS_ROW_H
#define OPTIONS_ROW_H

#include "options.h"

/* How an argument is checked and stored. */
enum kind {
    NOTHING, /* not stored: the row has an action alone */
    SETTING, /* one of struct settings, by `setting` or the option's name */
    FLAG,    /* bool, set to true */
    TEXT,    /* const char *, checked when it is used */
    PATH,    /* const char *, not empty */
    COUNT,   /* int, low to high */
    SECONDS, /* double, finite, at least 0 */
    NAME,    /* const char *, one of the words */
    CHOICE,  /* an enum: the index of the word */
    CUSTOM,  /* as `read` stores it */
};

/* An option: one row of the table. */
struct row {
    char letter;          /* 0: none */
    const char *name;     /* NULL: `help` is the title of a group in --help */
    const char *argument; /* NULL: takes none; "[FORM]": may be left out */
    const char *help;
    enum kind kind;
    size_t offset;                                           /* in struct options */
    int low, high;                                           /* COUNT */
    words_function *words;                                   /* NAME, CHOICE */
    bool (*read)(struct options *options, const char *text); /* CUSTOM: false refuses the text */
    const char *expects; /* SECONDS, CUSTOM: what an argument must be */
    const char *setting; /* SETTING: its key; NULL: the option's name */
    const char *value;   /* stands for a missing argument */
    enum action action;  /* what the option asks for; ACTION_TRAIN: nothing */
    bool lists;          /* only the argument `list` asks for the action; it is not stored */
    enum option_argument completes; /* what the argument may be, if the kind does not tell */
    enum option_argument rest;      /* what the arguments are that are no options */
    bool repeats;                   /* may be given several times */
    unsigned int needs;  /* the set of actions that allow the option; 0: all */
    const char *because; /* completes the sentence "--name needs ..." */
};

/* Row i of the table, counted from 0; NULL past the last. */
const struct row *options_row(int i);

/* Whether its argument may be left out. */
bool options_row_optional(const struct row *row);

/* The key of the setting of a row of the kind SETTING, and the setting. */
const char *options_row_key(const struct row *row);
const struct setting *options_row_setting(const struct row *row);

#endif
