#include "nn/plan.h"

#include "nn/op.h"
#include "nn/ops/ops.h"
#include "support/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Up to this many bytes of partial gradients, each block computes its own. Beyond it the whole
 * batch goes through such a layer's parameters part by part, which gives the same sums. */
static const size_t PARTIAL_ROOM = (size_t)64 << 20;

/* Ops for several layers, the longest patterns first; then those for one layer. */
static const struct op *const fused_ops[] = {&op_conv_norm_relu, &op_conv_relu_pool, &op_conv_mean,
                                             &op_conv_relu};
static const struct op *const single_ops[] = {
    &op_conv,          &op_norm,    &op_relu,      &op_activation, &op_max_pool, &op_average_pool,
    &op_adaptive_pool, &op_dropout, &op_dropout2d, &op_flatten,    &op_linear,   &op_log_softmax,
};

enum {
    FUSED_COUNT = sizeof fused_ops / sizeof fused_ops[0],
    SINGLE_COUNT = sizeof single_ops / sizeof single_ops[0],
};

/* ---- memory ---- */

/* Places are multiples of a vector's size. */
static size_t take(size_t *size, size_t floats)
{
    const size_t place = *size;

    *size += (floats + LANES - 1) / LANES * LANES;
    return place;
}

size_t plan_take(struct plan *plan, size_t floats)
{
    return take(&plan->block_size, floats);
}

size_t plan_take_shared(struct plan *plan, size_t floats)
{
    return take(&plan->shared_size, floats);
}

bool plan_has_room(const struct plan *plan, size_t count)
{
    return (plan->partial_size + count) * (size_t)plan->blocks * sizeof(float) <= PARTIAL_ROOM;
}

size_t plan_take_partial(struct plan *plan, size_t parameter, size_t count)
{
    const size_t place = take(&plan->partial_size, count);

    plan->partials[plan->partial_count++] = (struct partial){parameter, count, place};
    return place;
}

size_t plan_memory(const struct plan *plan)
{
    const size_t block = plan->block_size + plan->partial_size;

    return ((size_t)plan->blocks * block + plan->shared_size) * sizeof(float);
}

/* ---- steps ---- */

static const struct op *find(const struct op *const *ops, int count, const struct model *model,
                             int layer, int *taken)
{
    for (int i = 0; i < count; i++)
        if ((*taken = ops[i]->match(model, layer)) > 0)
            return ops[i];
    return NULL;
}

static bool add_step(struct plan *plan, const struct op *op, int layer, int layer_count,
                     struct error *error)
{
    struct step *step = &plan->steps[plan->step_count++];

    *step = (struct step){
        .op = op,
        .first_layer = layer,
        .layer_count = layer_count,
        .layer = layer_count > 0 ? &plan->model->layers[layer] : NULL,
    };
    return op->own_size == 0 || (step->own = memory_new(1, op->own_size, error)) != NULL;
}

/* --dropout comes before this layer. */
static int first_linear(const struct model *model)
{
    int l = 0;

    while (l < model->layer_count && model->layers[l].kind != LAYER_LINEAR)
        l++;
    return l;
}

static bool add_steps(struct plan *plan, bool fused, struct error *error)
{
    const struct model *model = plan->model;

    for (int l = 0, taken; l < model->layer_count; l += taken) {
        if (plan->mode == PLAN_TRAIN && l == first_linear(model) &&
            !add_step(plan, &op_extra_dropout, l, 0, error))
            return false;
        const struct op *op = fused ? find(fused_ops, FUSED_COUNT, model, l, &taken) : NULL;
        if (op == NULL)
            op = find(single_ops, SINGLE_COUNT, model, l, &taken);
        assert(op != NULL); /* every kind of layer has an op */
        if (!add_step(plan, op, l, taken, error))
            return false;
    }
    return true;
}

/* ---- parts ---- */

static bool has_windows(const struct layer *layer)
{
    return layer->kind == LAYER_CONV2D || layer->kind == LAYER_MAX_POOL2D ||
           layer->kind == LAYER_AVG_POOL2D;
}

static bool is_activation(const struct layer *layer)
{
    switch (layer->kind) {
    case LAYER_RELU:
    case LAYER_LEAKY_RELU:
    case LAYER_ELU:
    case LAYER_TANH:
    case LAYER_SIGMOID:
    case LAYER_GELU:
    case LAYER_SILU: return true;
    default: return false;
    }
}

/* The number of rows or columns of the input up to the last one that the first `outputs` windows
 * reach. At least 1: windows may lie in the padding. */
static int reach(const struct layer *layer, int d, int outputs, int inputs)
{
    const int end = (outputs - 1) * layer->stride[d] + layer->kernel_size[d] - layer->padding[d];

    return end < 1 ? 1 : end < inputs ? end : inputs;
}

/* The part of its input that a layer reads for this part of its output. */
static struct shape part_read(const struct layer *layer, struct shape part)
{
    const struct shape all = layer->input;

    if (has_windows(layer))
        return (struct shape){all.channels, reach(layer, 0, part.height, all.height),
                              reach(layer, 1, part.width, all.width)};
    return is_activation(layer) ? part : all;
}

/* What no later layer reads is not computed: a pool of 2x2 drops the last of 11 rows. All other
 * kinds of layers compute all of their output: norms sum over all of it, Dropout draws for all. An
 * activation computes all that it gets, so that it can work in place. */
static void set_parts(struct plan *plan, bool fused)
{
    const struct layer *layers = plan->model->layers;
    const int count = plan->model->layer_count;

    for (int l = count - 1; l >= 0; l--) {
        const bool part =
            fused && l + 1 < count && (has_windows(&layers[l]) || is_activation(&layers[l]));
        plan->parts[l] = part ? part_read(&layers[l + 1], plan->parts[l + 1]) : layers[l].output;
    }
    for (int l = 0; l < count; l++)
        if (is_activation(&layers[l]))
            plan->parts[l] = l > 0 ? plan->parts[l - 1] : layers[l].input;
}

/* ---- edges ---- */

static bool in_place(const struct plan *plan, int s);

/* Whether an op before step s keeps the values that step s reads. */
static bool is_kept(const struct plan *plan, int s)
{
    bool moved = false;

    while (--s >= 0 && !moved) {
        if (plan->steps[s].op->keeps_output)
            return true;
        moved = !in_place(plan, s);
    }
    return false;
}

/* Whether the step writes its output over its input. */
static bool in_place(const struct plan *plan, int s)
{
    const struct op *op = plan->steps[s].op;

    if (op->identity || (plan->mode != PLAN_TRAIN && op->infer == NULL))
        return plan->mode != PLAN_INSPECT || op->infer == NULL;
    return op->in_place && plan->mode != PLAN_INSPECT && !is_kept(plan, s);
}

static bool has_parameters(const struct step *step)
{
    for (int l = 0; l < step->layer_count; l++)
        if (step->layer[l].parameter_count > 0)
            return true;
    return false;
}

static void shape_edges(struct plan *plan)
{
    struct edge *edges = plan->edges;

    edges[0].shape = plan->model->input;
    for (int s = 0; s < plan->step_count; s++) {
        struct step *step = &plan->steps[s];
        step->in = &edges[s];
        step->out = &edges[s + 1];
        edges[s + 1].shape = step->layer_count > 0
                                 ? plan_part(plan, step->first_layer + step->layer_count - 1)
                                 : edges[s].shape;
        edges[s + 1].wanted = edges[s].wanted || has_parameters(step);
    }
    for (int s = plan->step_count - 1; s >= 0; s--) {
        const struct step *step = &plan->steps[s];
        if (in_place(plan, s))
            edges[s].border = edges[s + 1].border;
        else
            edges[s].border = step->op->border != NULL ? step->op->border(step) : 0;
    }
}

static void place_values(struct plan *plan)
{
    struct edge *edges = plan->edges;

    for (int e = 0; e <= plan->step_count; e++) {
        if (e > 0 && in_place(plan, e - 1))
            edges[e].value = edges[e - 1].value;
        else
            edges[e].value = plan_take(plan, map_size(edges[e].shape, edges[e].border));
    }
}

/* Only two gradients are needed at a time. */
static void place_gradients(struct plan *plan)
{
    struct edge *edges = plan->edges;
    size_t size = 0;

    for (int e = 0; e <= plan->step_count; e++)
        if (edges[e].wanted && map_size(edges[e].shape, 0) > size)
            size = map_size(edges[e].shape, 0);
    const size_t places[] = {plan_take(plan, size), plan_take(plan, size)};
    for (int e = plan->step_count, place = 0; e >= 0; e--) {
        edges[e].gradient = places[place];
        if (e > 0 && !plan->steps[e - 1].op->identity && !plan->steps[e - 1].op->backward_in_place)
            place = 1 - place;
    }
}

/* ---- making ---- */

static bool allocate(struct plan *plan, struct error *error)
{
    const size_t layers = (size_t)plan->model->layer_count, steps = layers + 1;

    return (plan->steps = memory_new(steps, sizeof *plan->steps, error)) != NULL &&
           (plan->edges = memory_new(steps + 1, sizeof *plan->edges, error)) != NULL &&
           (plan->parts = memory_new(layers, sizeof *plan->parts, error)) != NULL &&
           (plan->partials = memory_new((size_t)plan->model->tensor_count, sizeof *plan->partials,
                                        error)) != NULL;
}

struct plan *plan_new(const struct model *model, enum plan_mode mode, bool fused, int blocks,
                      struct error *error)
{
    struct plan *plan = memory_new(1, sizeof *plan, error);

    if (plan == NULL)
        return NULL;
    plan->model = model;
    plan->mode = mode;
    plan->blocks = blocks;
    if (!allocate(plan, error) || !add_steps(plan, fused, error)) {
        plan_free(plan);
        return NULL;
    }
    set_parts(plan, fused);
    shape_edges(plan);
    place_values(plan);
    if (mode == PLAN_TRAIN)
        place_gradients(plan);
    for (int s = 0; s < plan->step_count; s++)
        if (plan->steps[s].op->prepare != NULL)
            plan->steps[s].op->prepare(plan, &plan->steps[s]);
    return plan;
}

void plan_free(struct plan *plan)
{
    if (plan == NULL)
        return;
    for (int s = 0; plan->steps != NULL && s < plan->step_count; s++)
        free(plan->steps[s].own);
    free(plan->steps);
    free(plan->edges);
    free(plan->parts);
    free(plan->partials);
    free(plan);
}

struct shape plan_part(const struct plan *plan, int layer)
{
    return plan->parts[layer];
}

const struct step *plan_step_of(const struct plan *plan, int layer)
{
    const struct step *step = plan->steps;

    while (layer >= step->first_layer + step->layer_count)
        step++;
    return step;
}
