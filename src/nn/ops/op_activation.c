/* Activations: functions of each element, on maps and on features. */
#include "nn/ops/ops.h"

/* The activation in kernels.h for a kind of layer; -1: none. */
static int activation_of(enum layer_kind kind)
{
    switch (kind) {
    case LAYER_LEAKY_RELU: return ACTIVATION_LEAKY_RELU;
    case LAYER_ELU: return ACTIVATION_ELU;
    case LAYER_TANH: return ACTIVATION_TANH;
    case LAYER_SIGMOID: return ACTIVATION_SIGMOID;
    case LAYER_GELU: return ACTIVATION_GELU;
    case LAYER_SILU: return ACTIVATION_SILU;
    default: return -1;
    }
}

static float constant_of(const struct layer *layer)
{
    return (float)(layer->kind == LAYER_ELU ? layer->alpha : layer->negative_slope);
}

static int match_activation(const struct model *model, int first)
{
    return activation_of(model->layers[first].kind) >= 0;
}

static int match_relu(const struct model *model, int first)
{
    return model->layers[first].kind == LAYER_RELU;
}

static bool has_inputs(const struct step *step)
{
    return step->in->wanted;
}

static void forward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map in = exec_value(exec, step->in, block);
    const struct map out = exec_value(exec, step->out, block);
    const enum activation activation = (enum activation)activation_of(step->layer->kind);

    for (int k = from; k < to; k++)
        exec->kernels->activate(activation, constant_of(step->layer), &in, k, &out);
}

static void backward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map in = exec_value(exec, step->in, block);
    const struct map out = exec_value(exec, step->out, block);
    const struct map out_gradient = exec_gradient(exec, step->out, block);
    const struct map in_gradient = exec_gradient(exec, step->in, block);
    const enum activation activation = (enum activation)activation_of(step->layer->kind);

    for (int k = from; k < to; k++)
        exec->kernels->activate_backward(activation, constant_of(step->layer), &in, &out, k,
                                         &out_gradient, &in_gradient);
}

static void infer(struct exec *exec, const struct step *step, int block)
{
    forward(exec, step, block, 0, step_out_channels(step));
}

/* ---- ReLU ---- */

static void relu_forward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map in = exec_value(exec, step->in, block);
    const struct map out = exec_value(exec, step->out, block);

    for (int k = from; k < to; k++)
        exec->kernels->norm_relu(&in, k, 1.0F, 0.0F, &out);
}

/* The output is enough to tell, and may have overwritten the input. */
static void relu_backward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map out = exec_value(exec, step->out, block);
    const struct map out_gradient = exec_gradient(exec, step->out, block);
    const struct map in_gradient = exec_gradient(exec, step->in, block);
    float unused[2][LANES] __attribute__((aligned(64)));

    for (int k = from; k < to; k++)
        exec->kernels->relu_backward(&out, k, 1.0F, 0.0F, &out_gradient, &in_gradient, unused);
}

static void relu_infer(struct exec *exec, const struct step *step, int block)
{
    relu_forward(exec, step, block, 0, step_out_channels(step));
}

static bool relu_alive(const struct exec *exec, const struct step *step, int block, int channel,
                       int pixel, int lane)
{
    const struct map out = exec_value(exec, step->out, block);
    const int y = pixel / out.width, x = pixel % out.width;

    return out.data[(size_t)(channel * out.plane + y * out.pitch + x) * LANES + (size_t)lane] >
           0.0F;
}

const struct op op_activation = {
    .name = "activation",
    .match = match_activation,
    .keeps_output = true,
    .backward_in_place = true,
    .forward = {{forward, step_out_channels, 1}},
    .backward = {{backward, step_out_channels, 1, .wanted = has_inputs}},
    .infer = infer,
};

const struct op op_relu = {
    .name = "ReLU",
    .match = match_relu,
    .in_place = true,
    .keeps_output = true, /* `alive` reads it as well: what Dropout leaves out is not dead */
    .backward_in_place = true,
    .forward = {{relu_forward, step_out_channels, 1}},
    .backward = {{relu_backward, step_out_channels, 1, .wanted = has_inputs}},
    .infer = relu_infer,
    .alive = relu_alive,
};
