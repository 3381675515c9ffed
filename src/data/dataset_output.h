/*
 * dataset_output.h -- writes a data set to a directory: all of it, or nothing.
 *
 * All files are written and synced in a directory of their own inside that directory, then moved
 * into place; the training images leave first and come last, so no moment has files of two data
 * sets: after a crash in between, the training images are missing, and the data set is refused. A
 * lock keeps other processes out.
 *
 * Errors: ERROR_USAGE if a data set is there already, ERROR_SYSTEM if the machine fails; then the
 * files are removed again, and the directory too if it was made. A data set that is being replaced
 * stays as it was, unless moving a file into place fails. Threads: no shared state.
 */
#ifndef DATA_DATASET_OUTPUT_H
#define DATA_DATASET_OUTPUT_H

#include "data/idx.h"
#include "support/file.h"

struct dataset_output {
    struct directory directory;
    bool made;     /* the directory, by dataset_output_open() */
    bool complete; /* the data set is written */
};

/* What is written. */
struct dataset_files {
    struct idx images[2], labels[2]; /* of the training and the test split */
    char *names;                     /* of the classes, a line each */
};

/* Opens the directory, which is made if it is missing. A data set in it is replaced later if
 * `force` is set. On failure *output needs no close. */
bool dataset_output_open(struct dataset_output *output, const char *path, bool force,
                         struct error *error);

bool dataset_output_write(struct dataset_output *output, const struct dataset_files *files,
                          struct error *error);

/* Unless the data set is complete, this removes the directory that was made for it. */
void dataset_output_close(struct dataset_output *output);

#endif
