/*
 * sweep.h -- several runs, some of them at once: those of --sweep and --seeds.
 *
 * Each run has a trainer of its own (trainer.h), which shares nothing with the others except the
 * data and the kernels, which nobody changes. So a run has the same bits as the same run alone. The
 * thread that made the sweep begins runs, ends them, and looks at them: sweep_advance() does so
 * after each wake by options.notify. A front end reads the list of runs at any time in between;
 * what a run at work shows is read from its trainer.
 *
 * With a place, a directory, each run has a directory in it. Any number of processes can work on
 * one place: a run belongs to the process that holds its directory's lock (runlog.h). A run that is
 * finished is skipped, one that was cut is continued, one that another process holds is left to it.
 * The same settings must be given each time.
 *
 * Ownership: sweep_free releases the sweep; the runs, their networks and data belong to the caller
 * and must stay until then. Threads: the main thread alone.
 */
#ifndef TRAIN_SWEEP_H
#define TRAIN_SWEEP_H

#include "nn/kernels.h"
#include "train/run_summary.h"
#include "train/trainer.h"

struct sweep;

enum { SWEEP_NAME_SIZE = 256 };

enum sweep_state {
    SWEEP_WAITING,
    SWEEP_ELSEWHERE, /* another process is at work on it */
    SWEEP_TRAINING,  /* here, now */
    SWEEP_FINISHED,
    SWEEP_STOPPED, /* by sweep_stop(); with a place it can be continued */
    SWEEP_FAILED,  /* see `problem` */
};

struct sweep_run {
    /* The caller sets these, and the rest to zero. */
    char name[SWEEP_NAME_SIZE]; /* of its directory: lr=0.1,seed=1 */
    struct settings settings;   /* its model is the network's name */
    const struct model *model;
    const struct dataset *data; /* as the settings normalise it */

    /* The sweep sets these. */
    enum sweep_state state;
    bool earlier; /* it came to this state before this process took it */
    bool lost;    /* it was continued, but its log was missing: its plots start over */
    struct run_summary summary;   /* as far as it is known; its name is `name` */
    struct epoch_metrics *epochs; /* [epoch_count], of a run that has ended; NULL: not known */
    int epoch_count;
    enum error_kind problem; /* why it failed */
    char *problem_text;      /* a sentence; NULL: there was no memory for it */
};

struct sweep_options {
    const struct kernels *kernels;
    const char *data;        /* the data's directory, as given */
    int threads, jobs;       /* of each run; runs at once; both at least 1 */
    const char *place;       /* the directory for the runs' directories; NULL: nothing is written */
    const char *init;        /* the file with the weights to begin with, or NULL */
    double checkpoint_every; /* as in struct trainer_options, and so are the rest */
    bool publishes_weights;
    void (*notify)(void *);
    void *notify_argument;
};

/* Looks at what the place holds of the runs; trains and creates nothing. ERROR_CHECKPOINT if a run
 * there has other settings or data, or is damaged; ERROR_SYSTEM. NULL with the error. */
struct sweep *sweep_new(const struct sweep_options *options, struct sweep_run runs[], int count,
                        struct error *error);

/* Stops the runs at work, waits for them, and releases everything, the runs' epochs and problems
 * included. */
void sweep_free(struct sweep *sweep);

/* Ends the runs that are done and begins others. A run that diverges, or whose directory is
 * damaged, fails alone. False with ERROR_SYSTEM if memory or a disk fails; then no more runs begin,
 * and those at work are told to stop. */
bool sweep_advance(struct sweep *sweep, struct error *error);

/* Begins no more runs, and tells those at work to stop after the current batch. */
void sweep_stop(struct sweep *sweep);

/* Whether no run is at work and none is left that this process could take. */
bool sweep_over(const struct sweep *sweep);

/* The trainer of a run at work, for trainer_read*() and weights, and the latest snapshot that the
 * sweep has read of it. Also of a run that the last sweep_advance() ended; NULL for other runs.
 * Valid until the next sweep_advance(). */
struct trainer *sweep_trainer(const struct sweep *sweep, int run);
const struct snapshot *sweep_snapshot(const struct sweep *sweep, int run);

#endif
