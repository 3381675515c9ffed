/*
 * events.h -- what has happened in a run, in words.
 *
 * events_watch() is shown one snapshot after the other and writes down what is new since the last:
 * an epoch's result, a new best, a test loss that keeps rising, pauses, the end. The newest
 * EVENTS_MAX are kept. All is plain data.
 *
 * Threads: the main thread alone.
 */
#ifndef TUI_EVENTS_H
#define TUI_EVENTS_H

#include "train/past_run.h"

enum { EVENTS_MAX = 200, EVENT_SIZE = 160 };

struct event {
    double seconds; /* of the run */
    char text[EVENT_SIZE];
};

struct events {
    const struct past_run *compared; /* runs to tell of at the end, beside this one */
    int compared_count;
    int count;                     /* written down so far, also those that are not kept any more */
    struct event ring[EVENTS_MAX]; /* the i-th, from 0, is at i % EVENTS_MAX */

    /* Of the snapshot before. */
    bool begun;
    enum snapshot_state state;
    int next_epoch; /* behind the last one that was told of */
    double lr;
    long checkpoint_step;
    double checkpoint_seconds; /* of the last one told of */
};

/* Whether something was written down. Start with all zero but the runs to compare. */
bool events_watch(struct events *events, const struct snapshot *now);

/* Events that are kept, and the i-th of them, the newest first. */
int events_kept(const struct events *events);
const struct event *events_at(const struct events *events, int i);

#endif
