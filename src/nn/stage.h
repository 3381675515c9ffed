/*
 * stage.h -- a model's layers grouped into the steps that the executors run in one go.
 *
 * The grouping is the executors' affair: it changes no name, no shape and, up to rounding, no
 * number that a user sees. It recognises
 *
 *   conv, batch norm, ReLU [, max-pool]  STAGE_CONV: sums for the norm in the convolution's
 *                                        epilogue, then norm, ReLU and pool in one pass
 *   conv, global average                 STAGE_MEAN: both are linear, so the average is taken first
 *                                        and the convolution becomes a product with 9 window means
 *   global average, linear               STAGE_AVERAGE
 *   linear                               STAGE_LINEAR
 *
 * Stages do not change once they are made: any thread may read them.
 */
#ifndef NN_STAGE_H
#define NN_STAGE_H

#include "nn/kernels.h"
#include "nn/model.h"

enum stage_kind { STAGE_CONV, STAGE_MEAN, STAGE_AVERAGE, STAGE_LINEAR };

enum { STAGES_MAX = 16 };

struct stage {
    enum stage_kind kind;
    int first_layer, layer_count; /* of the model */
    struct shape input, output;
    struct shape conv;   /* STAGE_CONV: the convolution's output, before the pool */
    int padding;         /* zeros that the stage wants around its input */
    bool pool;           /* STAGE_CONV: a 2x2 maximum ends it */
    int inputs;          /* but STAGE_CONV: features that linear() sees */
    size_t weight, bias; /* offsets into the state; bias: STAGE_AVERAGE, STAGE_LINEAR */
    size_t norm_weight, norm_bias, running_mean, running_var; /* STAGE_CONV */
};

struct stages {
    int count;
    struct stage at[STAGES_MAX];
};

/* Groups the model's layers. ERROR_USAGE, naming the layer, for an order of layers that the
 * executors do not know. */
bool stages_init(struct stages *stages, const struct model *model, struct error *error);

/* Whether the stage averages maps to the features that linear() sees. */
bool stage_pools(const struct stage *stage);

/* Where linear() finds the stage's biases in the state; NULL when it has none. */
const float *stage_bias(const struct stage *stage, const float *state);

/* A view of maps with `border` more pixels on every side in memory: `data` points at the border's
 * first pixel, the view's data at the inside's. */
struct map stage_map(float *data, struct shape shape, int border);

/* Floats that such maps take. */
size_t stage_map_size(struct shape shape, int border);

/* The same maps with `grow` of their border made part of the view. */
struct map stage_map_grown(struct map map, int grow);

#endif
