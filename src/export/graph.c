#include "export/graph.h"

#include "support/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making the ops ---- */

/* A graph that is being made. Folded weights take no more room than the tensors that they come
 * from, so an array of the state's size holds them all. */
struct maker {
    struct graph *graph;
    bool fold;
    float *next; /* in graph->folded */
};

static float *take(struct maker *maker, size_t count)
{
    float *taken = maker->next;

    maker->next += count;
    return taken;
}

static struct graph_op *add(struct maker *maker, const struct layer *layer, int l)
{
    struct graph_op *op = &maker->graph->ops[maker->graph->count++];

    *op = (struct graph_op){.layer = *layer, .last = l};
    return op;
}

static const float *tensor_of(const struct maker *maker, const struct layer *layer,
                              const char *suffix)
{
    return maker->graph->state + model_offset(maker->graph->model, layer, suffix);
}

/* A convolution or linear layer. */
static void add_weights(struct maker *maker, const struct layer *layer, int l)
{
    struct graph_op *op = add(maker, layer, l);

    if (layer->kind == LAYER_LINEAR) /* a Flatten has come before it */
        op->layer.input = (struct shape){.channels = (int)model_shape_count(layer->input)};
    op->weight = tensor_of(maker, layer, "weight");
    if (layer->bias)
        op->bias = tensor_of(maker, layer, "bias");
}

static void add_norm(struct maker *maker, const struct layer *layer, int l)
{
    struct graph_op *op = add(maker, layer, l);

    op->weight = tensor_of(maker, layer, "weight");
    op->bias = tensor_of(maker, layer, "bias");
    op->mean = tensor_of(maker, layer, "running_mean");
    op->variance = tensor_of(maker, layer, "running_var");
}

/* Multiplies the norm's channel c by the scale and adds the shift: in double, rounded once. */
static void fold_channel(const struct maker *maker, const struct layer *norm, size_t c,
                         double *scale, double *shift)
{
    const double variance = (double)tensor_of(maker, norm, "running_var")[c];

    *scale = (double)tensor_of(maker, norm, "weight")[c] / sqrt(variance + norm->eps);
    *shift = (double)tensor_of(maker, norm, "bias")[c] -
             (double)tensor_of(maker, norm, "running_mean")[c] * *scale;
}

/* Folds a norm into the convolution whose output it reads. */
static void fold_into(struct maker *maker, struct graph_op *conv, const struct layer *norm, int l)
{
    const size_t channels = (size_t)conv->layer.out, count = graph_weight_count(conv);
    float *folded = maker->graph->folded;
    const bool again = conv->weight >= folded && conv->weight < maker->next; /* a second norm */
    float *weight = again ? folded + (conv->weight - folded) : take(maker, count);
    float *bias = again ? weight + count : take(maker, channels);

    for (size_t c = 0; c < channels; c++) {
        double scale, shift;
        fold_channel(maker, norm, c, &scale, &shift);
        for (size_t i = c * (count / channels); i < (c + 1) * (count / channels); i++)
            weight[i] = (float)((double)conv->weight[i] * scale);
        bias[c] = (float)(shift + (conv->bias != NULL ? (double)conv->bias[c] * scale : 0.0));
    }
    conv->weight = weight;
    conv->bias = bias;
    conv->layer.bias = true;
    conv->last = l;
}

/* The norm as a convolution. */
static void add_scaling(struct maker *maker, const struct layer *norm, int l)
{
    const int channels = norm->input.channels;
    struct layer conv = {
        .kind = LAYER_CONV2D,
        .out = channels,
        .kernel_size = {1, 1},
        .stride = {1, 1},
        .groups = channels,
        .bias = true,
        .input = norm->input,
        .output = norm->output,
    };
    struct graph_op *op;
    float *weight = take(maker, (size_t)channels), *bias = take(maker, (size_t)channels);

    memcpy(conv.name, norm->name, sizeof conv.name);
    for (size_t c = 0; c < (size_t)channels; c++) {
        double scale, shift;
        fold_channel(maker, norm, c, &scale, &shift);
        weight[c] = (float)scale;
        bias[c] = (float)shift;
    }
    op = add(maker, &conv, l);
    op->weight = weight;
    op->bias = bias;
}

/* The Flatten before a Linear that maps reach. */
static void add_flatten(struct maker *maker, const struct layer *linear, int l)
{
    struct layer flatten = {.kind = LAYER_FLATTEN, .input = linear->input};

    flatten.output.channels = (int)model_shape_count(linear->input);
    snprintf(flatten.name, sizeof flatten.name, "%.*s.flatten", MODEL_PREFIX_SIZE - 16,
             linear->name);
    add(maker, &flatten, l - 1);
}

static void add_layer(struct maker *maker, int l)
{
    const struct layer *layer = &maker->graph->model->layers[l];
    struct graph_op *before =
        maker->graph->count > 0 ? &maker->graph->ops[maker->graph->count - 1] : NULL;

    switch (layer->kind) {
    case LAYER_DROPOUT:
    case LAYER_DROPOUT2D:
    case LAYER_LOG_SOFTMAX:
        if (before != NULL)
            before->last = l;
        break;
    case LAYER_BATCH_NORM2D:
        if (!maker->fold)
            add_norm(maker, layer, l);
        else if (before != NULL && before->layer.kind == LAYER_CONV2D)
            fold_into(maker, before, layer, l);
        else
            add_scaling(maker, layer, l);
        break;
    case LAYER_FLATTEN:
        if (layer->input.height > 0)
            add(maker, layer, l);
        break;
    case LAYER_LINEAR:
        if (layer->input.height > 0)
            add_flatten(maker, layer, l);
        add_weights(maker, layer, l);
        break;
    case LAYER_CONV2D: add_weights(maker, layer, l); break;
    default: add(maker, layer, l); break;
    }
}

static bool is_finite(const struct graph *graph, const float *end)
{
    for (const float *value = graph->folded; value < end; value++)
        if (!isfinite(*value))
            return false;
    return true;
}

struct graph *graph_new(const struct model *model, const float *state, bool fold,
                        struct error *error)
{
    struct graph *graph = memory_new(1, sizeof *graph, error);
    struct maker maker = {.graph = graph, .fold = fold};

    if (graph == NULL)
        return NULL;
    graph->model = model;
    graph->state = state;
    /* A layer adds at most two ops. */
    graph->ops = memory_new(2 * (size_t)model->layer_count, sizeof *graph->ops, error);
    maker.next = graph->folded = memory_new(model->state_count, sizeof(float), error);
    if (graph->ops == NULL || graph->folded == NULL) {
        graph_free(graph);
        return NULL;
    }
    for (int l = 0; l < model->layer_count; l++)
        add_layer(&maker, l);
    if (is_finite(graph, maker.next))
        return graph;
    graph_free(graph);
    error_set(error, ERROR_CHECKPOINT,
              "the weights of a BatchNorm2d cannot be folded: a variance is too small (choose "
              "another checkpoint, or --no-fold)");
    return NULL;
}

void graph_free(struct graph *graph)
{
    if (graph == NULL)
        return;
    free(graph->folded);
    free(graph->ops);
    free(graph);
}

/* ---- what it tells ---- */

bool graph_is_activation(const struct graph_op *op)
{
    return op->layer.kind >= LAYER_RELU && op->layer.kind <= LAYER_SILU;
}

size_t graph_weight_count(const struct graph_op *op)
{
    const struct layer *layer = &op->layer;

    if (layer->kind == LAYER_BATCH_NORM2D)
        return (size_t)layer->input.channels;
    return (size_t)layer->out * (size_t)model_fan_in(layer);
}

void graph_adaptive_window(int i, int from, int to, int *first, int *end)
{
    *first = (int)((int64_t)i * from / to);
    *end = (int)(((int64_t)(i + 1) * from + to - 1) / to);
}

bool graph_has(const struct graph *graph, enum layer_kind kind)
{
    for (int i = 0; i < graph->count; i++)
        if (graph->ops[i].layer.kind == kind)
            return true;
    return false;
}
