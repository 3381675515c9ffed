/*
 * trainer_wait.h -- waits for a trainer, five minutes at most.
 */
#ifndef TRAINER_WAIT_H
#define TRAINER_WAIT_H

#include "check.h"

#include "train/trainer.h"

/* Reads snapshots, and unless NULL is given their weights, until one is in the state. */
static inline void trainer_wait_weights(struct trainer *trainer, struct snapshot *snapshot,
                                        struct weights **weights, enum snapshot_state state)
{
    long seen = 0;

    for (int i = 0; i < 300000; i++) {
        if (trainer_read_weights(trainer, snapshot, weights, &seen) && snapshot->state == state)
            return;
        usleep(1000);
    }
    fail_msg("the trainer did not come to state %d", (int)state);
}

static inline void trainer_wait(struct trainer *trainer, struct snapshot *snapshot,
                                enum snapshot_state state)
{
    trainer_wait_weights(trainer, snapshot, NULL, state);
}

#endif
