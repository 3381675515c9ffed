/*
 * A linear layer, on features or on maps, which it reads as features. If it has few weights, each
 * block does all of its work separately; otherwise all blocks go through the weights together, and
 * the threads share first the outputs and then the inputs.
 */
#include "nn/ops/ops.h"

/* With more weights a cache would not keep them from one block to the next. */
enum { FEW_WEIGHTS = 1 << 15 };

struct linear {
    bool few, has_bias;
    int inputs, outputs;
    size_t weight, bias;          /* in the state */
    size_t partial, partial_bias; /* with few weights */
};

static int match(const struct model *model, int first)
{
    return model->layers[first].kind == LAYER_LINEAR;
}

static void prepare(struct plan *plan, struct step *step)
{
    struct linear *own = step->own;
    const struct layer *layer = step->layer;
    const size_t count = (size_t)layer->out * (size_t)model_fan_in(layer);

    own->inputs = model_fan_in(layer);
    own->outputs = layer->out;
    own->weight = model_offset(plan->model, layer, "weight");
    own->has_bias = layer->bias;
    if (own->has_bias)
        own->bias = model_offset(plan->model, layer, "bias");
    own->few = count <= FEW_WEIGHTS && plan_has_room(plan, count);
    if (plan->mode != PLAN_TRAIN || !own->few)
        return;
    own->partial = plan_take_partial(plan, own->weight, count);
    if (own->has_bias)
        own->partial_bias = plan_take_partial(plan, own->bias, (size_t)layer->out);
}

static const struct linear *own_of(const struct step *step)
{
    return step->own;
}

static bool has_few(const struct step *step)
{
    return own_of(step)->few;
}

static bool has_many(const struct step *step)
{
    return !own_of(step)->few;
}

static int outputs_of(const struct step *step)
{
    return own_of(step)->outputs;
}

/* The kernels take this many inputs at once. */
static int input_groups(const struct step *step)
{
    return lanes_blocks(own_of(step)->inputs);
}

static struct features values(const struct exec *exec, const struct edge *edge, int block)
{
    return (struct features){exec_at(exec, block, edge->value), exec->plan->block_size};
}

static struct features gradients(const struct exec *exec, const struct edge *edge, int block)
{
    return (struct features){exec_at(exec, block, edge->gradient), exec->plan->block_size};
}

/* Computes the outputs [from, to) of `blocks` blocks. */
static void multiply(struct exec *exec, const struct step *step, int block, int blocks, int from,
                     int to)
{
    const struct linear *own = own_of(step);
    const struct features in = values(exec, step->in, block), out = values(exec, step->out, block);

    exec->kernels->linear(&in, exec->state + own->weight,
                          own->has_bias ? exec->state + own->bias : NULL, &out, blocks, own->inputs,
                          own->outputs, from, to);
}

static void forward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    multiply(exec, step, block, 1, from, to);
}

static void forward_all(struct exec *exec, const struct step *step, int unused, int from, int to)
{
    (void)unused;
    multiply(exec, step, 0, exec->blocks, from, to);
}

/* Computes the gradients of the inputs and weights for the groups of inputs [from, to) of `blocks`
 * blocks, and of the biases with the first group. */
static void multiply_back(struct exec *exec, const struct step *step, int block, int blocks,
                          float *weight_gradient, float *bias_gradient, int from, int to)
{
    const struct linear *own = own_of(step);
    const struct features in = values(exec, step->in, block);
    const struct features out_gradient = gradients(exec, step->out, block);
    const struct features in_gradient = gradients(exec, step->in, block);
    const int first = from * LANES, end = to * LANES < own->inputs ? to * LANES : own->inputs;

    exec->kernels->linear_weights(&in, &out_gradient, weight_gradient, blocks, own->inputs,
                                  own->outputs, first, end);
    if (own->has_bias && from == 0)
        exec->kernels->linear_bias(&out_gradient, bias_gradient, blocks, 0, own->outputs);
    if (step->in->wanted)
        exec->kernels->linear_inputs(&out_gradient, exec->state + own->weight, &in_gradient, blocks,
                                     own->inputs, own->outputs, first, end);
}

static void backward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct linear *own = own_of(step);

    multiply_back(exec, step, block, 1, exec_partial(exec, block, own->partial),
                  exec_partial(exec, block, own->partial_bias), from, to);
}

static void backward_all(struct exec *exec, const struct step *step, int unused, int from, int to)
{
    const struct linear *own = own_of(step);

    (void)unused;
    multiply_back(exec, step, 0, exec->blocks, exec->gradient + own->weight,
                  exec->gradient + own->bias, from, to);
}

static void infer(struct exec *exec, const struct step *step, int block)
{
    forward(exec, step, block, 0, own_of(step)->outputs);
}

const struct op op_linear = {
    .name = "linear",
    .own_size = sizeof(struct linear),
    .match = match,
    .prepare = prepare,
    .forward = {{forward, outputs_of, 4, .wanted = has_few},
                {forward_all, outputs_of, 4, .batch = true, .wanted = has_many}},
    .backward = {{backward, input_groups, 1, .wanted = has_few},
                 {backward_all, input_groups, 1, .batch = true, .wanted = has_many}},
    .infer = infer,
};
