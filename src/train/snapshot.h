/*
 * snapshot.h -- the plain values that go from the trainer to the front ends.
 *
 * A snapshot is a moment between two batches: it points at nothing and can be copied with `=`. The
 * front ends and the metrics log read the same structures, so they cannot disagree. The weights of
 * the moment, which are large, travel beside it (see weights.h).
 */
#ifndef TRAIN_SNAPSHOT_H
#define TRAIN_SNAPSHOT_H

#include "support/error.h"
#include "train/history.h"

enum snapshot_state {
    SNAPSHOT_TRAINING,
    SNAPSHOT_TESTING, /* the pass over the test set at an epoch's end */
    SNAPSHOT_PAUSED,
    SNAPSHOT_FINISHED, /* all epochs are done */
    SNAPSHOT_STOPPED,  /* told to stop before that */
    SNAPSHOT_FAILED,   /* see `error` */
};

struct snapshot {
    enum snapshot_state state;
    bool validates;               /* tested on held-out training images, not on the test set */
    int epochs, epoch;            /* epochs of the run; the current one, from 0 */
    int first_epoch, first_batch; /* where this process began; both 0 unless it resumed a run */
    int batches, batch;           /* batches of an epoch; those of this one that are done */
    long step;                    /* batches since the run's start */
    double base_lr;               /* the learning rate as it was set, and changed since */
    double lr;                    /* what the schedule makes of it for the next batch */
    double loss;                  /* of the last batch */
    double epoch_loss;            /* means over this epoch's images so far; accuracy in percent */
    double epoch_accuracy;
    double epoch_seconds;        /* of training in this epoch, pauses left out */
    double run_seconds;          /* of training and testing, without pauses; for earlier
                                    processes: completed epochs' training only */
    double images_per_second;    /* of training, lately */
    int threads, threads_wanted; /* in use, and that have work; fewer if the system refused some */
    long checkpoint_step;        /* of the last checkpoint that this process wrote; 0: none yet */
    double checkpoint_seconds;   /* run_seconds at that moment */
    int epochs_done;             /* whose metrics are known: all, unless the run's log was lost */
    double epochs_seconds;       /* that these trained */
    struct epoch_metrics best;   /* of the best test accuracy, the first of equals; one whose test
                                    loss is not finite only until there is another */
    double best_train_accuracy;  /* both mean something from the first epoch's end on */
    struct history history;
    struct error error; /* kind ERROR_NONE while all is well */
};

/* Records an epoch's end. Returns whether its test accuracy is the best so far; an epoch whose test
 * loss is not finite is never the best. */
bool snapshot_add_epoch(struct snapshot *snapshot, const struct epoch_metrics *metrics);

/* The name of the images that a run is tested on. */
struct test_name {
    const char *word;  /* "test" or "validation" */
    const char *brief; /* for narrow places: "test" or "val" */
    const char *title; /* "Test" or "Validation" */
};

const struct test_name *snapshot_test_name(bool validates);

#endif
