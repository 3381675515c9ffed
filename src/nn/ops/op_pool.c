/* Max and average pools with any window, and the adaptive average pool, whose windows fit an output
 * size. */
#include "nn/ops/ops.h"

struct pool {
    struct window window;
};

static int match_max(const struct model *model, int first)
{
    return model->layers[first].kind == LAYER_MAX_POOL2D;
}

static int match_average(const struct model *model, int first)
{
    return model->layers[first].kind == LAYER_AVG_POOL2D;
}

static int match_adaptive(const struct model *model, int first)
{
    return model->layers[first].kind == LAYER_ADAPTIVE_AVG_POOL2D;
}

static void prepare(struct plan *plan, struct step *step)
{
    struct pool *own = step->own;

    (void)plan;
    for (int d = 0; d < 2; d++) {
        own->window.size[d] = step->layer->kernel_size[d];
        own->window.stride[d] = step->layer->stride[d];
        own->window.padding[d] = step->layer->padding[d];
    }
}

static const struct window *window_of(const struct step *step)
{
    return &((const struct pool *)step->own)->window;
}

static bool has_inputs(const struct step *step)
{
    return step->in->wanted;
}

/* ---- maximum ---- */

static void max_forward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map in = exec_value(exec, step->in, block);
    const struct map out = exec_value(exec, step->out, block);

    for (int k = from; k < to; k++)
        exec->kernels->max_pool(window_of(step), &in, k, &out);
}

static void max_backward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map in = exec_value(exec, step->in, block);
    const struct map out_gradient = exec_gradient(exec, step->out, block);
    const struct map in_gradient = exec_gradient(exec, step->in, block);

    for (int k = from; k < to; k++)
        exec->kernels->max_pool_backward(window_of(step), &in, k, &out_gradient, &in_gradient);
}

static void max_infer(struct exec *exec, const struct step *step, int block)
{
    max_forward(exec, step, block, 0, step_out_channels(step));
}

/* ---- average ---- */

static void average_forward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map in = exec_value(exec, step->in, block);
    const struct map out = exec_value(exec, step->out, block);

    for (int k = from; k < to; k++)
        exec->kernels->average_pool(window_of(step), step->layer->count_include_pad, &in, k, &out);
}

static void average_backward(struct exec *exec, const struct step *step, int block, int from,
                             int to)
{
    const struct map out_gradient = exec_gradient(exec, step->out, block);
    const struct map in_gradient = exec_gradient(exec, step->in, block);

    for (int k = from; k < to; k++)
        exec->kernels->average_pool_backward(window_of(step), step->layer->count_include_pad, k,
                                             &out_gradient, &in_gradient);
}

static void average_infer(struct exec *exec, const struct step *step, int block)
{
    average_forward(exec, step, block, 0, step_out_channels(step));
}

/* ---- average of windows that fit an output size ---- */

/* One pixel a channel, contiguous in memory: the kernel for all channels at once applies. */
static bool is_global(const struct step *step)
{
    return step->out->shape.height == 1 && step->out->shape.width == 1 && step->out->border == 0;
}

static void adaptive_forward(struct exec *exec, const struct step *step, int block, int from,
                             int to)
{
    const struct map in = exec_value(exec, step->in, block);
    const struct map out = exec_value(exec, step->out, block);

    if (is_global(step)) {
        const struct map part = map_channels(in, from, to - from);
        exec->kernels->average(&part, out.data + (size_t)from * LANES);
        return;
    }
    for (int k = from; k < to; k++)
        exec->kernels->adaptive_pool(&in, k, &out);
}

static void adaptive_backward(struct exec *exec, const struct step *step, int block, int from,
                              int to)
{
    const struct map out_gradient = exec_gradient(exec, step->out, block);
    const struct map in_gradient = exec_gradient(exec, step->in, block);

    if (is_global(step)) {
        const struct map part = map_channels(in_gradient, from, to - from);
        exec->kernels->average_backward(out_gradient.data + (size_t)from * LANES, &part);
        return;
    }
    for (int k = from; k < to; k++)
        exec->kernels->adaptive_pool_backward(k, &out_gradient, &in_gradient);
}

static void adaptive_infer(struct exec *exec, const struct step *step, int block)
{
    adaptive_forward(exec, step, block, 0, step_out_channels(step));
}

const struct op op_max_pool = {
    .name = "maximum",
    .own_size = sizeof(struct pool),
    .match = match_max,
    .prepare = prepare,
    .forward = {{max_forward, step_out_channels, 1}},
    .backward = {{max_backward, step_in_channels, 1, .wanted = has_inputs}},
    .infer = max_infer,
};

const struct op op_average_pool = {
    .name = "average",
    .own_size = sizeof(struct pool),
    .match = match_average,
    .prepare = prepare,
    .forward = {{average_forward, step_out_channels, 1}},
    .backward = {{average_backward, step_in_channels, 1, .wanted = has_inputs}},
    .infer = average_infer,
};

const struct op op_adaptive_pool = {
    .name = "average to a size",
    .match = match_adaptive,
    .forward = {{adaptive_forward, step_out_channels, 1}},
    .backward = {{adaptive_backward, step_in_channels, 1, .wanted = has_inputs}},
    .infer = adaptive_infer,
};
