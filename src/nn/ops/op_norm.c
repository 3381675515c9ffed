/* Batch norm alone. */
#include "nn/ops/norm.h"
#include "nn/ops/ops.h"

static int match(const struct model *model, int first)
{
    return model->layers[first].kind == LAYER_BATCH_NORM2D;
}

static void prepare(struct plan *plan, struct step *step)
{
    norm_prepare(step->own, plan, step->first_layer);
}

static void sum_values(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map in = exec_value(exec, step->in, block);

    for (int k = from; k < to; k++)
        exec->kernels->sums(&in, &in, k, norm_sums(exec, step->own, block)[k]);
}

static void statistics(struct exec *exec, const struct step *step, int unused, int from, int to)
{
    (void)unused;
    for (int k = from; k < to; k++)
        norm_forward(exec, step->own, k);
}

static void normalize(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map in = exec_value(exec, step->in, block);
    const struct map out = exec_value(exec, step->out, block);

    for (int k = from; k < to; k++) {
        const struct norm *norm = norm_of(exec, step->own, k);
        exec->kernels->norm(&in, k, norm->scale, norm->shift, &out);
    }
}

static void sum_gradients(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map in = exec_value(exec, step->in, block);
    const struct map gradient = exec_gradient(exec, step->out, block);

    for (int k = from; k < to; k++)
        exec->kernels->sums(&gradient, &in, k, norm_sums(exec, step->own, block)[k]);
}

static void gradients(struct exec *exec, const struct step *step, int unused, int from, int to)
{
    (void)unused;
    for (int k = from; k < to; k++)
        norm_gradients(exec, step->own, k);
}

static void backward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map in = exec_value(exec, step->in, block);
    const struct map out_gradient = exec_gradient(exec, step->out, block);
    const struct map in_gradient = exec_gradient(exec, step->in, block);

    for (int k = from; k < to; k++)
        norm_backward(exec, step->own, block, k, &in, &out_gradient, &in_gradient);
}

static bool has_inputs(const struct step *step)
{
    return step->in->wanted;
}

static void load(struct exec *exec, const struct step *step)
{
    for (int k = 0; k < step->layer->input.channels; k++)
        norm_load(exec, step->own, k);
}

static void infer(struct exec *exec, const struct step *step, int block)
{
    normalize(exec, step, block, 0, step->layer->input.channels);
}

const struct op op_norm = {
    .name = "norm",
    .own_size = sizeof(struct norm_place),
    .match = match,
    .backward_in_place = true,
    .prepare = prepare,
    .forward = {{sum_values, step_in_channels, 1},
                {statistics, step_in_channels, 1, .batch = true},
                {normalize, step_in_channels, 1}},
    .backward = {{sum_gradients, step_in_channels, 1},
                 {gradients, step_in_channels, 1, .batch = true},
                 {backward, step_in_channels, 1, .wanted = has_inputs}},
    .load = load,
    .infer = infer,
};
