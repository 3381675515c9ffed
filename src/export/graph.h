/*
 * graph.h -- a trained network as every converter sees it: the layers that compute something at
 * inference, in order, each with its weights.
 *
 * Dropout and LogSoftmax are left out, because at inference they do not change which class is the
 * largest; a converter ends its network with a softmax. Maps that reach a Linear pass a Flatten
 * first, which is added if the network's text has none. Unless it is kept, batch norm is folded
 * (see nn/infer.h): after a convolution into its weights and bias; anywhere else it becomes a
 * depthwise convolution of 1x1.
 *
 * Ownership: graph_new makes a graph that graph_free releases; the model, state, classes and texts
 * that it refers to are the caller's, and must outlive it. Threads: a graph does not change after
 * it is made.
 */
#ifndef EXPORT_GRAPH_H
#define EXPORT_GRAPH_H

#include "data/classes.h"
#include "nn/model.h"
#include "train/settings.h"

struct graph_op {
    struct layer layer;           /* its kind, arguments, name and shapes */
    int last;                     /* the last of the model's layers that it computes */
    const float *weight, *bias;   /* of Conv2d, Linear and BatchNorm2d, as model.h has them; bias
                                   * may be NULL */
    const float *mean, *variance; /* the running statistics of a BatchNorm2d that was kept */
};

struct graph {
    const struct model *model;
    const float *state;
    int count;
    struct graph_op *ops;
    float *folded; /* the weights that differ from the state's */

    /* What the converters say besides. The caller sets it. */
    const struct classes *classes;
    struct normalization normalize;
    bool normalizes;        /* the converted network normalises its input itself */
    const char *checkpoint; /* the path of the file that it comes from */
    const char *name;       /* of the output file, for identifiers: [a-z0-9_]+ */
};

/* The graph of a model with the weights state[state_count]. NULL with ERROR_CHECKPOINT if folding
 * gives weights that are not finite, ERROR_SYSTEM if memory is short. */
struct graph *graph_new(const struct model *model, const float *state, bool fold,
                        struct error *error);
void graph_free(struct graph *graph);

/* Whether an op is of that kind. */
bool graph_has(const struct graph *graph, enum layer_kind kind);

/* Whether the op is an element-wise function: its output may replace its input. */
bool graph_is_activation(const struct graph_op *op);

/* The floats of an op's weight, and those of its bias if it has one. */
size_t graph_weight_count(const struct graph_op *op);

/* The pixels [*first, *end) of a side that window i of AdaptiveAvgPool2d averages, when it makes
 * `to` pixels of `from`. */
void graph_adaptive_window(int i, int from, int to, int *first, int *end);

#endif
