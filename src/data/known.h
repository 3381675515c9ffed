/*
 * known.h -- the data sets that have a name: where they may be, and what their classes are called.
 *
 * A set NAME is looked for in $MNIST_TUI_DATA/NAME, $XDG_DATA_HOME/mnist-tui/NAME (by default
 * ~/.local/share/mnist-tui/NAME), and where packages put it. The sets of EMNIST may share a
 * directory called emnist there.
 *
 * Threads: no shared state, except the environment, which nothing here changes.
 */
#ifndef DATA_KNOWN_H
#define DATA_KNOWN_H

#include "data/source.h"

/* The name of known set i, counted from 0; NULL after the last. */
const char *known_name(int i);

/* What it has in it, and how to get it: a sentence. */
const char *known_purpose(int i);
const char *known_origin(int i);

/* The directory that has the set. False if there is none. */
bool known_place(int i, char directory[PATH_MAX]);

/* Finds the data set that --data names: a directory, a directory and a prefix (DIR/PREFIX), or a
 * known set; a directory or files of that name come first. Errors as of source_search(); for a
 * known set that is not there the sentence says where it was looked for and how to get it. A word
 * that is nothing of these is refused, with the known set that it resembles. */
bool known_resolve(struct source *source, const char *given, struct error *error);

#endif
