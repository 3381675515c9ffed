/*
 * events.h -- the events of a run, as text.
 *
 * events_watch() gets one snapshot after the other and records the changes since the last: an
 * epoch's result, a new best, a rising test loss, pauses, the end. The newest EVENTS_MAX events are
 * kept. All is plain data.
 *
 * Threads: only the main thread.
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
    const struct past_run *compared; /* runs to report at the end, beside this one */
    int compared_count;
    int count;                     /* all recorded events, including those no longer kept */
    struct event ring[EVENTS_MAX]; /* the i-th, from 0, is at i % EVENTS_MAX */

    /* About the snapshot before. */
    bool begun;
    enum snapshot_state state;
    int next_epoch; /* after the last reported one */
    double lr;
    long checkpoint_step;
    double checkpoint_seconds; /* of the last reported one */
};

/* Records new events; returns whether there are any. Start with all zero except the runs to
 * compare. */
bool events_watch(struct events *events, const struct snapshot *now);

/* The number of kept events, and the i-th of them, the newest first. */
int events_kept(const struct events *events);
const struct event *events_at(const struct events *events, int i);

#endif
