/* A convolution alone, and one with a ReLU, which is applied in the convolution's last pass over
 * the output. */
#include "nn/ops/conv.h"
#include "nn/ops/ops.h"

static int match_conv(const struct model *model, int first)
{
    return model->layers[first].kind == LAYER_CONV2D;
}

static int match_conv_relu(const struct model *model, int first)
{
    const bool found = first + 1 < model->layer_count &&
                       model->layers[first].kind == LAYER_CONV2D &&
                       model->layers[first + 1].kind == LAYER_RELU;

    return found ? 2 : 0;
}

static bool has_relu(const struct step *step)
{
    return step->layer_count == 2;
}

static void prepare_conv(struct plan *plan, struct step *step)
{
    conv_prepare(plan, step, false);
}

static const float *bias_of(const struct exec *exec, const struct step *step)
{
    return step->layer->bias ? exec->state + ((const struct conv *)step->own)->bias : NULL;
}

static void forward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct conv *conv = step->own;
    const struct map out = exec_value(exec, step->out, block);

    conv_forward(exec, step, block, exec->state + conv->weight, bias_of(exec, step), has_relu(step),
                 &out, NULL, from, to);
}

/* Copies the gradient of the output to the place where the products read it, and sums it for the
 * biases. */
static void take_gradient(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map out = exec_value(exec, step->out, block);
    const struct map out_gradient = exec_gradient(exec, step->out, block);
    const struct map gradient = conv_gradient(exec, step, block);
    float sums[2][LANES] __attribute__((aligned(64)));

    for (int k = from; k < to; k++) {
        if (has_relu(step))
            exec->kernels->relu_backward(&out, k, 1.0F, 0.0F, &out_gradient, &gradient, sums);
        else if (gradient.data != out_gradient.data)
            exec->kernels->norm(&out_gradient, k, 1.0F, 0.0F, &gradient);
        if (step->layer->bias && !has_relu(step))
            exec->kernels->sums(&gradient, &gradient, k, sums);
        if (step->layer->bias)
            conv_take_bias(exec, step, block, k, sums);
    }
}

static void infer(struct exec *exec, const struct step *step, int block)
{
    forward(exec, step, block, 0, step->layer->out);
}

/* Of the layer's output only what the ReLU lets through is left. */
static bool alive(const struct exec *exec, const struct step *step, int block, int channel,
                  int pixel, int lane)
{
    const struct map out = exec_value(exec, step->out, block);
    const int y = pixel / out.width, x = pixel % out.width;

    return out.data[(size_t)(channel * out.plane + y * out.pitch + x) * LANES + (size_t)lane] >
           0.0F;
}

const struct op op_conv = {
    .name = "conv",
    .own_size = sizeof(struct conv),
    .match = match_conv,
    .border = conv_border,
    .prepare = prepare_conv,
    .begin = conv_begin,
    .forward = {{forward, conv_outputs, CONV_GROUP}},
    .backward = {{take_gradient, conv_outputs, 1}, CONV_BACKWARD},
    .infer = infer,
};

const struct op op_conv_relu = {
    .name = "conv, ReLU",
    .own_size = sizeof(struct conv),
    .match = match_conv_relu,
    .keeps_output = true, /* for `alive`, too */
    .border = conv_border,
    .prepare = prepare_conv,
    .begin = conv_begin,
    .forward = {{forward, conv_outputs, CONV_GROUP}},
    .backward = {{take_gradient, conv_outputs, 1}, CONV_BACKWARD},
    .infer = infer,
    .alive = alive,
};
