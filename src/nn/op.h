/*
 * op.h -- what a step of a plan can be: how some kind of layer is computed, forward and backward.
 *
 * An op is a short list of phases. A phase works on one block of samples, or once on the whole
 * batch, such as batch norm's statistics. The executor (net.c) runs the phases that work on blocks
 * one after the other for each block while it is in the cache, and has all threads wait before and
 * after the others. A phase says of how many items it consists, mostly channels, so that with more
 * threads than blocks several threads can share one block; what it computes must not depend on how
 * the items are shared.
 *
 * An op lives in a file of its own in ops/, which has all that is known of it: which layers it
 * takes, what memory it needs, and its phases. plan.c lists the ops. The tests hold each against a
 * twin.
 *
 * Threads: phases of one section run at once, for different blocks or items. They write nothing but
 * their step's memory, the edges that it leads to, and their parameters' gradients.
 */
#ifndef NN_OP_H
#define NN_OP_H

#include "nn/fault.h"
#include "nn/plan.h"

#include <stdint.h>

/* A batch at work, or an inference. */
struct exec {
    const struct plan *plan;
    const struct kernels *kernels;
    float *memory;   /* [blocks][plan->block_size] */
    float *shared;   /* [plan->shared_size] */
    float *state;    /* the model's; inference does not write it */
    float *gradient; /* [parameter_count] of the whole batch, set by each phase that is done once */
    float *partial;  /* [blocks][plan->partial_size] */
    int count, blocks; /* samples and blocks of the batch */
    double dropout;    /* the share that a step of the plan's own leaves out */
    uint64_t noise;    /* the seed of what is left out */
    struct fault_watch *faults;
};

/* Works on items [from, to), of one block, or of the whole batch and then `block` means nothing. */
typedef void phase_function(struct exec *exec, const struct step *step, int block, int from,
                            int to);

struct phase {
    phase_function *run;                     /* NULL ends a list of phases */
    int (*items)(const struct step *step);   /* NULL: cannot be shared */
    int group;                               /* items go by so many where they can */
    bool batch;                              /* once for the batch, not for each block */
    bool (*wanted)(const struct step *step); /* NULL: always */
};

enum { OP_PHASES_MAX = 8 };

struct op {
    const char *name;
    size_t own_size; /* of step->own */

    /* How many layers from the one numbered `first` on it takes; 0: it does not begin here. */
    int (*match)(const struct model *model, int first);

    bool identity;          /* changes no value and no gradient: they stay where they are */
    bool in_place;          /* may write its output over its input */
    bool keeps_output;      /* backward or alive() reads its output: the next op must not write over
                             * it */
    bool backward_in_place; /* the gradient of its input may take the place of its output's */

    /* Zeros that it wants around its input. NULL: none. */
    int (*border)(const struct step *step);

    /* Takes the memory that a step needs. NULL: none. */
    void (*prepare)(struct plan *plan, struct step *step);

    /* Training: once before a batch, then forward and backward. */
    void (*begin)(struct exec *exec, const struct step *step);
    struct phase forward[OP_PHASES_MAX], backward[OP_PHASES_MAX];

    /* Inference: what follows from the weights, once for a state; then block by block. */
    void (*load)(struct exec *exec, const struct step *step);
    void (*infer)(struct exec *exec, const struct step *step, int block);

    /* Whether a ReLU puts out more than zero. NULL: it has none. */
    bool (*alive)(const struct exec *exec, const struct step *step, int block, int channel,
                  int pixel, int lane);
};

/* ---- views ---- */

/* Samples in the block; the lanes after them are padding. */
static inline int exec_block_count(const struct exec *exec, int block)
{
    const int left = exec->count - block * LANES;

    return left < LANES ? left : LANES;
}

/* What stands at a place of a block's memory, of the shared memory, of its partial gradients. */
static inline float *exec_at(const struct exec *exec, int block, size_t place)
{
    return exec->memory + (size_t)block * exec->plan->block_size + place;
}

static inline float *exec_shared(const struct exec *exec, size_t place)
{
    return exec->shared + place;
}

static inline float *exec_partial(const struct exec *exec, int block, size_t place)
{
    return exec->partial + (size_t)block * exec->plan->partial_size + place;
}

/* Maps of a block: the values on an edge, without their border, and their gradient. */
static inline struct map exec_value(const struct exec *exec, const struct edge *edge, int block)
{
    return map_inside(exec_at(exec, block, edge->value), edge->shape, edge->border);
}

static inline struct map exec_gradient(const struct exec *exec, const struct edge *edge, int block)
{
    return map_inside(exec_at(exec, block, edge->gradient), edge->shape, 0);
}

/* The channels that maps on the edge have: 1 for a vector. */
static inline int edge_channels(const struct edge *edge)
{
    return edge->shape.height > 0 ? edge->shape.channels : 1;
}

/* For phases that go channel by channel. */
static inline int step_in_channels(const struct step *step)
{
    return edge_channels(step->in);
}

static inline int step_out_channels(const struct step *step)
{
    return edge_channels(step->out);
}

#endif
