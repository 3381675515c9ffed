/*
 * run.h -- one run of training: where it starts, its directory, its front end and its results.
 *
 * Threads: the main thread; run_train() has a trainer of its own (train/trainer.h) at work
 * meanwhile.
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
    const char *place; /* a directory to be made for that of the run; NULL: it is there */
};

/* Takes hold of the run in options.resume and reads the command line once more, as its settings,
 * data and kernels are the run's own. ERROR_CHECKPOINT when it contradicts them or there is no run,
 * ERROR_SYSTEM when another process is at work on it; else as options_parse(). */
bool run_open(struct run *run, int argc, char *argv[], struct error *error);

/* Holds the data that has been loaded against that of run_open()'s run. ERROR_CHECKPOINT. */
bool run_check_data(const struct run *run, struct error *error);

/* Trains, from the start or from where run_open()'s run stands, in the dashboard if `terminal`;
 * prints the results, or the frame of --snapshot, on stdout. The last snapshot stays in run->last.
 * ERROR_CHECKPOINT when there is already a run where this is to be, or --init or the checkpoint is
 * not to be used; ERROR_SYSTEM; ERROR_DIVERGED. */
bool run_train(struct run *run, bool terminal, struct error *error);

/* Lets go of the directory. The run can be trained anew after that, in another. */
void run_close(struct run *run);

#endif
