/*
 * outputs.h -- what the command writes never takes the place of what it reads, nor of a file of
 * another run.
 *
 * Files are compared by device and inode, so links lead nowhere else. Nothing is created here.
 * Errors: ERROR_USAGE with a sentence that names the file. Threads: no shared state.
 */
#ifndef ACTIONS_OUTPUTS_H
#define ACTIONS_OUTPUTS_H

#include "actions/setup.h"

/* Whether options.export may be written: it is not the checkpoint, a file of the data set or one of
 * a run directory. */
bool outputs_check_export(const struct setup *setup, struct error *error);

/* Whether a run may be written to the directory: none of its files is the one that --init names, or
 * one of the data set. */
bool outputs_check_run(const struct setup *setup, const char *directory, struct error *error);

#endif
