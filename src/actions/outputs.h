/*
 * outputs.h -- checks that no output overwrites a file that the command reads, or a file of another
 * run; and writes files that are given by an option.
 *
 * Files are compared by device and inode, so links do not hide that they are the same. The checks
 * create nothing. Errors: ERROR_USAGE of the checks, each with a sentence that names the file.
 * Threads: no shared state.
 */
#ifndef ACTIONS_OUTPUTS_H
#define ACTIONS_OUTPUTS_H

#include "actions/setup.h"

#include <stdio.h>

/* Whether the file of an option, "--export", may be written: it is neither the checkpoint, nor a
 * file of the data set, nor a file of a run directory. */
bool outputs_check_file(const struct setup *setup, const char *option, const char *output,
                        struct error *error);

/* Whether a run may be written to the directory: none of its files is the --init file or a file of
 * the data set. */
bool outputs_check_run(const struct setup *setup, const char *directory, struct error *error);

/* Writes to an open file; the file's own errors are checked later. */
typedef bool outputs_writer(void *argument, FILE *file, struct error *error);

/* Writes a file from its beginning by `write`. ERROR_SYSTEM if that fails. */
bool outputs_write(const char *path, outputs_writer *write, void *argument, struct error *error);

#endif
