/*
 * plan.h -- how a model is computed: a list of steps, and where in memory what flows between them
 * lies.
 *
 * A step is one layer, or several that are computed in one go, by an op (op.h). Which layers go
 * together follows from a table of patterns (plan.c) and the model alone. It changes no name, no
 * shape and, up to rounding, no number that a user sees.
 *
 * Steps are a chain; the edge s leads into step s, the last edge holds the logits. Samples travel
 * in blocks, and each block has memory of its own, laid out alike: the values on the edges, in
 * training their gradients, and what the ops keep. Beside it there is memory that all blocks share,
 * such as turned weights and the statistics of a batch.
 *
 * A plan does not change once it is made: any thread may read it.
 */
#ifndef NN_PLAN_H
#define NN_PLAN_H

#include "nn/map.h"
#include "nn/model.h"

struct op;

enum plan_mode {
    PLAN_TRAIN,
    PLAN_INFER,   /* batch norm by its running statistics, folded into convolutions */
    PLAN_INSPECT, /* as PLAN_INFER, with each layer a step of its own */
};

/* What flows between two steps. */
struct edge {
    struct shape shape;
    int border;      /* zeros around the values, which the step that reads them wants */
    size_t value;    /* its place in a block's memory, in floats */
    bool wanted;     /* PLAN_TRAIN: there is something to train before it */
    size_t gradient; /* the place of its gradient, without a border, if it is wanted */
};

struct step {
    const struct op *op;
    int first_layer, layer_count; /* of the model; a step of the plan's own has no layer */
    const struct layer *layer;    /* the first; NULL without one */
    const struct edge *in, *out;
    void *own; /* what the op knows of it; the plan releases it */
};

/* A tensor whose gradient each block finds for itself, to be added up. */
struct partial {
    size_t parameter, count; /* its place among the parameters */
    size_t place;            /* in a block's part of the partial gradients, in floats */
};

struct plan {
    const struct model *model;
    enum plan_mode mode;
    int blocks; /* that it is for, at most */
    int step_count;
    struct step *steps;
    struct edge *edges;  /* [step_count + 1] */
    size_t block_size;   /* floats of a block's memory */
    size_t shared_size;  /* floats of what all blocks share */
    size_t partial_size; /* floats of a block's partial gradients */
    int partial_count;
    struct partial *partials; /* in the order of the parameters */
};

/* Plans the model, which must outlive the plan, for batches of up to `blocks` blocks. With `fused`
 * layers are computed together where that is known to be faster. NULL with ERROR_SYSTEM when memory
 * is short. */
struct plan *plan_new(const struct model *model, enum plan_mode mode, bool fused, int blocks,
                      struct error *error);
void plan_free(struct plan *plan);

/* Bytes that it takes to compute by the plan, parameters and an optimizer's buffers left out. */
size_t plan_memory(const struct plan *plan);

/* The step that computes a layer. */
const struct step *plan_step_of(const struct plan *plan, int layer);

/* ---- for the ops, while they prepare a step ---- */

/* Takes memory for each block, or for all together, aligned for vectors: its place, in floats. */
size_t plan_take(struct plan *plan, size_t floats);
size_t plan_take_shared(struct plan *plan, size_t floats);

/* Whether there is room for each block to find the gradient of so many parameters for itself. */
bool plan_has_room(const struct plan *plan, size_t count);

/* Has each block find the gradient of `count` parameters from `parameter` on for itself: the place
 * in its partial gradients. */
size_t plan_take_partial(struct plan *plan, size_t parameter, size_t count);

#endif
