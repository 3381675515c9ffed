/*
 * import.h -- makes a data set of a folder of pictures: grey images of one size in MNIST's form.
 *
 * The class of a picture is its folder (picture_folders.h); labels are the folders' places in the
 * order of their names. Pictures become grey (picture.h) and are scaled to the size with
 * antialiasing (resize.h), whatever their proportions are.
 *
 * Each class gives the same share of its pictures, rounded, to the test split, chosen by chance; it
 * gives at least one and keeps at least one if it has two. Both splits are then shuffled. All
 * chance comes from the seed, so the same pictures and settings give the same files.
 *
 * Everything is read before the first file is written. Threads: no shared state.
 */
#ifndef DATA_IMPORT_H
#define DATA_IMPORT_H

#include "support/error.h"

#include <stdint.h>

enum { IMPORT_SIDE_MIN = 4, IMPORT_SIDE_MAX = 256 };

struct import {
    const char *from, *to; /* directories: of the pictures, and of the data set */
    int rows, columns;     /* of the images, IMPORT_SIDE_MIN to IMPORT_SIDE_MAX */
    double test_share;     /* above 0, below 1 */
    uint64_t seed;
    bool force; /* a data set that is there is replaced */
};

/* What was made. */
struct imported {
    int classes;
    int images[2]; /* of the training and the test split */
    int untested;  /* classes without an image in the test split: they have one picture */
    char *names;   /* of the classes, a line each */
};

/* Makes the data set and describes it; release the description with imported_fini(). ERROR_DATA if
 * the folders or a picture cannot be used, ERROR_USAGE if the place of the data set cannot be,
 * ERROR_SYSTEM if the machine fails or a signal has told the program to end. Then nothing is left
 * of the data set, and the description needs no fini. */
bool import_pictures(const struct import *import, struct imported *imported, struct error *error);

void imported_fini(struct imported *imported);

#endif
