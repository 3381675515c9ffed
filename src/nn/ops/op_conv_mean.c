/*
 * A convolution whose output is averaged over all pixels. Both are linear, so the average is
 * computed first: of the input over the window that each weight sees. The convolution becomes a
 * product with these means, with far fewer multiplications.
 */
#include "nn/ops/ops.h"

enum { TAPS = 9 }; /* of a 3x3 kernel */

struct mean {
    size_t weight;                /* in the state */
    size_t means, means_gradient; /* in a block's memory */
    size_t partial;
};

static int match(const struct model *model, int first)
{
    const struct layer *conv = &model->layers[first], *average = conv + 1;

    if (conv->kind != LAYER_CONV2D || first + 1 == model->layer_count ||
        average->kind != LAYER_ADAPTIVE_AVG_POOL2D || conv->bias || conv->groups != 1)
        return 0;
    for (int d = 0; d < 2; d++)
        if (conv->kernel_size[d] != 3 || conv->stride[d] != 1 || conv->padding[d] != 0 ||
            average->output_size[d] != 1)
            return 0;
    return 2;
}

static int inputs_of(const struct step *step)
{
    return step->layer->input.channels * TAPS;
}

static void prepare(struct plan *plan, struct step *step)
{
    struct mean *own = step->own;
    const size_t inputs = (size_t)inputs_of(step);

    own->weight = model_offset(plan->model, step->layer, "weight");
    own->means = plan_take(plan, inputs * LANES);
    if (plan->mode != PLAN_TRAIN)
        return;
    own->means_gradient = plan_take(plan, inputs * LANES);
    own->partial = plan_take_partial(plan, own->weight, inputs * (size_t)step->layer->out);
}

static struct features means_of(const struct exec *exec, const struct step *step, int block)
{
    return (struct features){exec_at(exec, block, ((const struct mean *)step->own)->means), 0};
}

static void forward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct mean *own = step->own;
    const struct map in = exec_value(exec, step->in, block);
    const struct features means = means_of(exec, step, block);
    const struct features out = {exec_at(exec, block, step->out->value), 0};

    (void)from, (void)to;
    exec->kernels->window_means(&in, means.data);
    exec->kernels->linear(&means, exec->state + own->weight, NULL, &out, 1, inputs_of(step),
                          step->layer->out, 0, step->layer->out);
}

static void backward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct mean *own = step->own;
    const struct map in_gradient = exec_gradient(exec, step->in, block);
    const struct features means = means_of(exec, step, block);
    const struct features means_gradient = {exec_at(exec, block, own->means_gradient), 0};
    const struct features gradient = {exec_at(exec, block, step->out->gradient), 0};
    const int inputs = inputs_of(step), outputs = step->layer->out;

    (void)from, (void)to;
    exec->kernels->linear_weights(&means, &gradient, exec_partial(exec, block, own->partial), 1,
                                  inputs, outputs, 0, inputs);
    if (!step->in->wanted)
        return;
    exec->kernels->linear_inputs(&gradient, exec->state + own->weight, &means_gradient, 1, inputs,
                                 outputs, 0, inputs);
    exec->kernels->window_means_backward(means_gradient.data, &in_gradient);
}

static void infer(struct exec *exec, const struct step *step, int block)
{
    forward(exec, step, block, 0, 0);
}

const struct op op_conv_mean = {
    .name = "conv, average",
    .own_size = sizeof(struct mean),
    .match = match,
    .prepare = prepare,
    .forward = {{forward}},
    .backward = {{backward}},
    .infer = infer,
};
