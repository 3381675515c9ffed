/*
 * source.h -- where a data set's files are.
 *
 * The four files of a set have names such as train-images-idx3-ubyte.gz. A prefix may come before
 * (emnist-balanced-train-...), the test images may be called t10k or test, labels may be idx1-ubyte
 * or idx2-int, "-idx" may be ".idx", and .gz may be missing. A directory must have one candidate
 * for each file, and all must have the same prefix.
 *
 * The names of classes come from a known data set (known.h), from classes.txt beside the files, or
 * from EMNIST's PREFIX-mapping.txt.
 *
 * Threads: no shared state.
 */
#ifndef DATA_SOURCE_H
#define DATA_SOURCE_H

#include "support/error.h"

#include <limits.h>

enum source_file {
    SOURCE_TRAIN_IMAGES,
    SOURCE_TRAIN_LABELS,
    SOURCE_TEST_IMAGES,
    SOURCE_TEST_LABELS
};

enum { SOURCE_FILES = 4 };

struct source {
    char path[SOURCE_FILES][PATH_MAX]; /* a missing file has its usual name */
    char classes[PATH_MAX];            /* the file with the names of classes; "": none */
    bool mapping;                      /* that is EMNIST's mapping */
    const char *names;                 /* of a known data set, a line a class; NULL: none */
    bool sideways;                     /* rows and columns of the images are exchanged */
};

/* Finds the files in a directory: those with the prefix; NULL: with any. ERROR_DATA if two are
 * candidates for one, or files of different sets are mixed. That files are missing shows when they
 * are read. */
bool source_search(struct source *source, const char *directory, const char *prefix,
                   struct error *error);

/* Whether source_search would find training images there. */
bool source_exists(const char *directory, const char *prefix);

#endif
