/*
 * op.h -- the ops: how kinds of layers are computed, forward and backward. Each step of a plan has
 * one.
 *
 * An op is a short list of phases. A phase works on one block of samples, or once on the whole
 * batch, such as batch norm's statistics. The executor (net.c) runs the phases that work on blocks
 * one after the other for each block while it is in the cache; before and after the other phases
 * all threads wait. A phase has a number of items, mostly channels, so that several threads can
 * share a block if there are more threads than blocks. Its results must not depend on how the items
 * are shared.
 *
 * Each op has a file of its own in ops/, which contains everything about it: the layers it
 * computes, the memory it needs, and its phases. plan.c lists the ops. The tests compare each with
 * a twin.
 *
 * Threads: phases of one section run at once, for different blocks or items. They write only their
 * step's memory, the edges that leave it, and their parameters' gradients.
 */
#ifndef NN_OP_H
#define NN_OP_H

#include "nn/fault.h"
#include "nn/plan.h"

#include <stdint.h>

/* A batch in training, or an inference. */
struct exec {
    const struct plan *plan;
    const struct kernels *kernels;
    float *memory;   /* [blocks][plan->block_size] */
    float *shared;   /* [plan->shared_size] */
    float *state;    /* the model's state; read-only in inference */
    float *gradient; /* [parameter_count] of the whole batch; set by phases that run once a batch */
    float *partial;  /* [blocks][plan->partial_size] */
    int count, blocks; /* samples and blocks of the batch */
    double dropout;    /* the probability of --dropout */
    uint64_t noise;    /* the seed of the dropout masks */
    struct fault_watch *faults;
};

/* Works on the items [from, to) of one block, or of the whole batch; then `block` has no
 * meaning. */
typedef void phase_function(struct exec *exec, const struct step *step, int block, int from,
                            int to);

struct phase {
    phase_function *run;                     /* NULL ends a list of phases */
    int (*items)(const struct step *step);   /* NULL: cannot be shared */
    int group;                               /* items are shared in groups of this size if
                                              * possible */
    bool batch;                              /* once for the batch, not for each block */
    bool (*wanted)(const struct step *step); /* NULL: always */
};

enum { OP_PHASES_MAX = 8 };

struct op {
    const char *name;
    size_t own_size; /* of step->own */

    /* The number of layers that it computes, from the one numbered `first` on; 0: none. */
    int (*match)(const struct model *model, int first);

    bool identity;          /* changes neither values nor gradients, which stay in place */
    bool in_place;          /* may write its output over its input */
    bool keeps_output;      /* backward or alive() reads its output, so the next op must not
                             * overwrite it */
    bool backward_in_place; /* the gradient of its input may overwrite its output's */

    /* The width of the border of zeros that it needs around its input. NULL: none. */
    int (*border)(const struct step *step);

    /* Reserves the memory that a step needs. NULL: none. */
    void (*prepare)(struct plan *plan, struct step *step);

    /* Training: once before a batch, then forward and backward. */
    void (*begin)(struct exec *exec, const struct step *step);
    struct phase forward[OP_PHASES_MAX], backward[OP_PHASES_MAX];

    /* Inference: derives values from the weights, once for a state; then works block by block. */
    void (*load)(struct exec *exec, const struct step *step);
    void (*infer)(struct exec *exec, const struct step *step, int block);

    /* Whether an output of its ReLU is positive. NULL: it has no ReLU. */
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

/* The memory at a place: of a block, of all blocks, of a block's partial gradients. */
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

/* The number of channels of maps on the edge: 1 for a vector. */
static inline int edge_channels(const struct edge *edge)
{
    return edge->shape.height > 0 ? edge->shape.channels : 1;
}

/* The number of items of phases that work channel by channel. */
static inline int step_in_channels(const struct step *step)
{
    return edge_channels(step->in);
}

static inline int step_out_channels(const struct step *step)
{
    return edge_channels(step->out);
}

#endif
