/*
 * outputs.h -- checks that no output overwrites a file that the command reads, or a file of another
 * run.
 *
 * Files are compared by device and inode, so links do not hide that they are the same. Nothing is
 * created here. Errors: ERROR_USAGE with a sentence that names the file. Threads: no shared state.
 */
#ifndef ACTIONS_OUTPUTS_H
#define ACTIONS_OUTPUTS_H

#include "actions/setup.h"

/* Whether options.export may be written: it is neither the checkpoint, nor a file of the data set,
 * nor a file of a run directory. */
bool outputs_check_export(const struct setup *setup, struct error *error);

/* Whether a run may be written to the directory: none of its files is the --init file or a file of
 * the data set. */
bool outputs_check_run(const struct setup *setup, const char *directory, struct error *error);

#endif
