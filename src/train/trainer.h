/*
 * trainer.h -- the background thread that trains: commands in, snapshots out.
 *
 * trainer_new() starts the thread, with a team of workers under it, with a data set, settings and a
 * start. A start is that of a new run or that of a checkpoint; a resumed run reaches the same bits.
 * From then on the thread shares two things with the rest of the program, under one mutex: a queue
 * of commands, which it obeys between two batches, and the latest snapshot, with the outcomes of
 * the latest test pass. It publishes a snapshot at every epoch's end and when training pauses,
 * continues or ends; also, at most about thirty times a second in all, between two batches and when
 * a test pass begins. Snapshots between two batches are timed separately, so frequent other
 * snapshots do not suppress them. The trainer knows nothing of terminals, and nothing waits for it:
 * reading a snapshot copies it. What it computes depends on the settings, the data and the commands
 * that scale the learning rate. It does not depend on commands that pause, step or save, on the
 * front end, or on the number of threads.
 *
 * Threads: trainer_send and trainer_read* from any thread; the others from the one that made it.
 */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include "data/dataset.h"
#include "nn/kernels.h"
#include "nn/model.h"
#include "train/outcomes.h"
#include "train/runlog.h"
#include "train/settings.h"
#include "train/snapshot.h"
#include "train/start.h"
#include "train/weights.h"

struct trainer;

enum trainer_verb {
    TRAINER_RUN, /* until told otherwise */
    TRAINER_PAUSE,
    TRAINER_TOGGLE,       /* pause if training, else run */
    TRAINER_STEP_EPOCHS,  /* to the end of this epoch and `count` - 1 more, then pause */
    TRAINER_STEP_BATCHES, /* `count` batches, then pause */
    TRAINER_SAVE,         /* a checkpoint, now; ignored without a run log */
    TRAINER_SCALE_LR,     /* multiplies the learning rate by `factor`, from the next batch on */
    TRAINER_STOP, /* permanently, after the current batch; saves first if there is a run log */
};

struct trainer_command {
    enum trainer_verb verb;
    long count;    /* of the STEP verbs; at least 1 */
    double factor; /* of SCALE_LR; above 0; ignored if the rate would not fit into a float */
};

struct trainer_options {
    const struct dataset *data;
    const struct model *model;
    const struct kernels *kernels;
    struct settings settings;
    int threads;               /* at least 1 */
    const struct start *start; /* made for these settings and data; its weights are copied */
    bool paused;               /* start paused */
    struct runlog *runlog; /* where metrics and checkpoints go, started or resumed; NULL: nowhere */
    double checkpoint_every; /* seconds between two checkpoints within an epoch; 0: each batch */
    bool publishes_weights;  /* with each snapshot; a copy each, so only for who looks at them */
    void (*notify)(void *);  /* called on the trainer's thread when there is a new snapshot: must */
    void *notify_argument;   /* return at once. NULL: nobody is told */
};

/* Makes a trainer and starts its thread. Everything that the options point to must outlive the
 * trainer; until trainer_free() only the trainer may use the run log. NULL with the error. */
struct trainer *trainer_new(const struct trainer_options *options, struct error *error);

/* Stops the thread after the current batch, waits for it and releases everything. */
void trainer_free(struct trainer *trainer);

/* Queues a command. If there is no memory for it, the oldest queued command is dropped. Ignored
 * after the run has ended. */
void trainer_send(struct trainer *trainer, struct trainer_command command);

/* Copies the latest snapshot and sets *seen to its number. If its number already is *seen, copies
 * nothing and returns false. Start with *seen = 0. */
bool trainer_read(struct trainer *trainer, struct snapshot *snapshot, long *seen);

/* The same with the snapshot's weights, of a trainer that publishes them: *weights, which are held
 * weights or NULL, are dropped, and the caller holds others. They are those of an earlier snapshot
 * if memory was too short for a copy, so look at their step. They are what the network is tested
 * with: the average where the run keeps one. */
bool trainer_read_weights(struct trainer *trainer, struct snapshot *snapshot,
                          struct weights **weights, long *seen);

/* Copies the outcomes of the latest whole test pass into outcomes for as many images as the test
 * set has. False, and nothing is copied, when they are of the step *seen; else *seen gets their
 * step. Start with *seen = 0. They are published before the snapshot that counts their epoch. */
bool trainer_read_outcomes(struct trainer *trainer, struct outcomes *outcomes, long *seen);

/* Whether the run has ended in this state; then no new snapshot follows. */
bool trainer_ended(enum snapshot_state state);

#endif
