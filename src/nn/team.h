/*
 * team.h -- a team of threads that run one function together, and the barrier between its steps.
 *
 * team_run() calls function(argument, member) on every member at once. The caller is member 0, and
 * the call returns when all have finished. Inside, team_barrier() makes each member wait until all
 * have arrived. Between runs, and at a barrier that takes long, members sleep: an idle team uses no
 * processor time.
 *
 * Threads: only the thread that called team_new may call team_run and team_free. Every member calls
 * team_barrier, the same number of times in a run. After a barrier all members see what any member
 * wrote before it.
 */
#ifndef NN_TEAM_H
#define NN_TEAM_H

#include "support/error.h"

struct team;

typedef void team_function(void *argument, int member);

/* Makes a team of `size` members, or of fewer if threads cannot be started (see team_size). NULL
 * with ERROR_SYSTEM if memory is short. */
struct team *team_new(int size, struct error *error);
void team_free(struct team *team);

/* The number of members, at least 1. */
int team_size(const struct team *team);

void team_run(struct team *team, team_function *function, void *argument);
void team_barrier(struct team *team);

/* The part [*from, *to) of `count` items for `member` of `size`. Parts are contiguous, and their
 * sizes differ by at most one item. */
static inline void team_share(int count, int member, int size, int *from, int *to)
{
    *from = (int)((long)count * member / size);
    *to = (int)((long)count * (member + 1) / size);
}

#endif
