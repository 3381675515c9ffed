/*
 * plan.h -- how a model is computed: a list of steps, and the memory of the values between them.
 *
 * A step is one layer, or several that an op (op.h) computes in one go. A table of patterns
 * (plan.c) and the model alone determine which layers go together. Last rows and columns that no
 * later layer reads are not computed, except to inspect them. This changes no name, no shape and,
 * except for rounding and the share of dead outputs (net.h), no number that a user sees.
 *
 * Steps are a chain: edge s leads into step s, and the last edge holds the logits. Samples are
 * computed in blocks. Each block has its own memory with the same layout: the values on the edges,
 * in training their gradients, and what the ops keep. All blocks share another memory, for instance
 * for transposed weights and the statistics of a batch.
 *
 * A plan does not change after it is made: any thread may read it.
 */
#ifndef NN_PLAN_H
#define NN_PLAN_H

#include "nn/map.h"
#include "nn/model.h"

struct op;

enum plan_mode {
    PLAN_TRAIN,
    PLAN_INFER,   /* batch norm with its running statistics, folded into convolutions */
    PLAN_INSPECT, /* as PLAN_INFER, with one step for each layer */
};

/* The values between two steps. */
struct edge {
    struct shape shape;
    int border;      /* zeros around the values, which the step that reads them needs */
    size_t value;    /* its place in a block's memory, in floats */
    bool wanted;     /* PLAN_TRAIN: a layer before it has parameters to train */
    size_t gradient; /* the place of its gradient, without a border, if it is wanted */
};

struct step {
    const struct op *op;
    int first_layer, layer_count; /* of the model; a step that the plan adds has no layer */
    const struct layer *layer;    /* the first layer; NULL if there is none */
    const struct edge *in, *out;
    void *own; /* the op's data about it; the plan releases it */
};

/* A tensor whose gradient each block computes separately; they are summed. */
struct partial {
    size_t parameter, count; /* its offset among the parameters */
    size_t place;            /* its place in a block's partial gradients, in floats */
};

struct plan {
    const struct model *model;
    enum plan_mode mode;
    int blocks; /* the largest number of blocks */
    int step_count;
    struct step *steps;
    struct edge *edges;  /* [step_count + 1] */
    struct shape *parts; /* [model->layer_count]; see plan_part() */
    size_t block_size;   /* floats of a block's memory */
    size_t shared_size;  /* floats of the memory that all blocks share */
    size_t partial_size; /* floats of a block's partial gradients */
    int partial_count;
    struct partial *partials; /* in the order of the parameters */
};

/* Plans the model, which must outlive the plan, for batches of up to `blocks` blocks. With `fused`
 * layers are computed together if that is faster, and only the parts that are read. NULL with
 * ERROR_SYSTEM if memory is short. */
struct plan *plan_new(const struct model *model, enum plan_mode mode, bool fused, int blocks,
                      struct error *error);
void plan_free(struct plan *plan);

/* The bytes that computing by the plan takes, without parameters and the optimizer's buffers. */
size_t plan_memory(const struct plan *plan);

/* The part of the layer's output that is computed: all of it, or its first rows and columns. */
struct shape plan_part(const struct plan *plan, int layer);

/* The step that computes a layer. */
const struct step *plan_step_of(const struct plan *plan, int layer);

/* ---- for ops that prepare a step ---- */

/* Reserves memory for each block, or for all together, aligned for vectors. Returns its place, in
 * floats. */
size_t plan_take(struct plan *plan, size_t floats);
size_t plan_take_shared(struct plan *plan, size_t floats);

/* Whether there is room for each block to compute the gradient of `count` parameters separately. */
bool plan_has_room(const struct plan *plan, size_t count);

/* Makes each block compute the gradient of `count` parameters from `parameter` on separately.
 * Returns the place in its partial gradients. */
size_t plan_take_partial(struct plan *plan, size_t parameter, size_t count);

#endif
