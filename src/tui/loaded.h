/*
 * loaded.h -- an evaluator that is made when it is first wanted, and the weights that it has.
 *
 * Ownership: loaded_fini releases it. Threads: it belongs to the thread that uses it first.
 */
#ifndef TUI_LOADED_H
#define TUI_LOADED_H

#include "train/evaluate.h"
#include "train/weights.h"

/* The caller sets the first three, all else to zero. */
struct loaded {
    const struct model *model;
    const struct kernels *kernels;
    int images; /* of a pass at most */
    struct team *team;
    struct evaluator *evaluator;
    struct weights *weights; /* held: what the evaluator has */
};

void loaded_fini(struct loaded *loaded);

/* The evaluator, with these weights, which are held. NULL with ERROR_SYSTEM if memory is short; the
 * next call tries again. */
struct evaluator *loaded_evaluator(struct loaded *loaded, struct weights *weights,
                                   struct error *error);

#endif
