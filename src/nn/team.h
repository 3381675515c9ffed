/*
 * team.h -- a team of threads that run one function together, and the barrier between its steps.
 *
 * team_run() calls function(argument, member) on every member at once; the caller is member 0 and
 * the call returns when all have finished. Inside, team_barrier() holds each member until all have
 * come. Between runs, and at a barrier that takes long, members sleep: an idle team uses no
 * processor time.
 *
 * Threads: team_run, team_free: the thread that called team_new alone. team_barrier: every member,
 * the same number of times in a run. What a member wrote before a barrier all members read behind
 * it.
 */
#ifndef NN_TEAM_H
#define NN_TEAM_H

#include "support/error.h"

struct team;

typedef void team_function(void *argument, int member);

/* Makes a team of `size` members, or of fewer where threads could not be started (see team_size).
 * NULL with ERROR_SYSTEM when memory is short. */
struct team *team_new(int size, struct error *error);
void team_free(struct team *team);

/* Members there are, at least 1. */
int team_size(const struct team *team);

void team_run(struct team *team, team_function *function, void *argument);
void team_barrier(struct team *team);

/* The part [*from, *to) of `count` items that `member` of `size` works on: contiguous, and within
 * one item of the others' parts. */
static inline void team_share(int count, int member, int size, int *from, int *to)
{
    *from = (int)((long)count * member / size);
    *to = (int)((long)count * (member + 1) / size);
}

#endif
