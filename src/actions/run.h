/*
 * run.h -- one training run: its start, its directory, its front end and its results.
 *
 * Threads: the main thread. While run_train() runs, a trainer's thread works too (train/trainer.h).
 */
#ifndef ACTIONS_RUN_H
#define ACTIONS_RUN_H

#include "actions/setup.h"
#include "train/config.h"
#include "train/runlog.h"
#include "train/snapshot.h"
#include "train/start.h"

struct run {
    struct setup *setup;
    struct config config;  /* of the run directory, if there is one */
    struct runlog *runlog; /* NULL: nothing is written */
    struct start start;
    struct snapshot last;
};

/* Opens and locks the run in options.resume. Then reads the command line again, with the run's
 * settings, data and kernels as defaults. ERROR_CHECKPOINT if the command line contradicts them or
 * there is no run, ERROR_SYSTEM if another process uses the run; otherwise as options_parse(). */
bool run_open(struct run *run, int argc, char *argv[], struct error *error);

/* Checks that the loaded data is the data of the run that run_open() opened. ERROR_CHECKPOINT. */
bool run_check_data(const struct run *run, struct error *error);

/* Trains a new run, or continues the run that run_open() opened; in the dashboard if `terminal`.
 * Prints the results, or the frame of --snapshot, on stdout. The last snapshot stays in run->last.
 * ERROR_CHECKPOINT if the directory already holds a run, or if --init or the checkpoint cannot be
 * used; ERROR_SYSTEM; ERROR_DIVERGED. */
bool run_train(struct run *run, bool terminal, struct error *error);

/* Closes the run's directory. */
void run_close(struct run *run);

#endif
