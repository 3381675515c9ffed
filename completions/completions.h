/*
 * completions.h -- writes the completions of a shell: what it offers after Tab for options and
 * their arguments.
 *
 * The options are those of the table in src/options.c; each shell's language has a file of its own.
 * This is a program for the machine that builds (see Makefile.am), so it uses nothing but the
 * tables.
 */
#ifndef COMPLETIONS_COMPLETIONS_H
#define COMPLETIONS_COMPLETIONS_H

#include "options.h"

/* Each writes the whole script to standard output. */
void bash_write(void);
void zsh_write(void);
void fish_write(void);

/* One of the words that an argument may be. */
struct choice {
    const char *word;
    const char *purpose; /* what it stands for; NULL: the word says it */
};

/* The i-th word of an option's argument, counted from 0. False past the last. */
bool completions_choice(const struct option_form *form, int i, struct choice *choice);

/* The suffixes of the files that such an argument names, with spaces between them; NULL: any file,
 * or none. */
const char *completions_suffixes(enum option_argument argument);

#endif
