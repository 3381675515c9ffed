/*
 * trainer_wait.h -- waits for a trainer, five minutes at most.
 */
#ifndef TRAINER_WAIT_H
#define TRAINER_WAIT_H

#include "check.h"

#include "train/trainer.h"

/* Reads snapshots until one is in the state. */
static inline void trainer_wait(struct trainer *trainer, struct snapshot *snapshot,
                                enum snapshot_state state)
{
    long seen = 0;

    for (int i = 0; i < 300000; i++) {
        if (trainer_read(trainer, snapshot, &seen) && snapshot->state == state)
            return;
        usleep(1000);
    }
    fail_msg("the trainer did not come to state %d", (int)state);
}

#endif
