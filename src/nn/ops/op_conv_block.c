/*
 * The blocks that most convolutional networks consist of, in few passes over memory: the sums for
 * the norm are taken while the convolution's output is in registers; then norm, ReLU and max pool
 * are one pass, and so are their backward passes. ReLU and max pool may change places.
 */
#include "nn/ops/conv.h"
#include "nn/ops/norm.h"
#include "nn/ops/ops.h"

#include <math.h>

struct conv_block {
    struct conv conv; /* first; see conv.h */
    bool normed, pooled;
    struct norm_place norm;
    size_t output; /* in a block's memory: the convolution's output */
    size_t
        folded; /* inference: shared; its weights and, after them, its biases, with the norm folded
                 * in */
};

static bool is_kind(const struct model *model, int layer, enum layer_kind kind)
{
    return layer < model->layer_count && model->layers[layer].kind == kind;
}

/* A 2x2 max pool that drops a last odd row or column. */
static bool is_pool(const struct model *model, int l)
{
    if (!is_kind(model, l, LAYER_MAX_POOL2D))
        return false;
    const struct layer *layer = &model->layers[l];
    for (int d = 0; d < 2; d++)
        if (layer->kernel_size[d] != 2 || layer->stride[d] != 2 || layer->padding[d] != 0)
            return false;
    return true;
}

static int match_norm_relu(const struct model *model, int first)
{
    if (!is_kind(model, first, LAYER_CONV2D) || !is_kind(model, first + 1, LAYER_BATCH_NORM2D) ||
        !is_kind(model, first + 2, LAYER_RELU))
        return 0;
    return is_pool(model, first + 3) ? 4 : 3;
}

static int match_relu_pool(const struct model *model, int first)
{
    const bool found = is_kind(model, first, LAYER_CONV2D) &&
                       is_kind(model, first + 1, LAYER_RELU) && is_pool(model, first + 2);

    return found ? 3 : 0;
}

static void prepare(struct plan *plan, struct step *step)
{
    struct conv_block *own = step->own;
    const size_t channels = (size_t)step->layer->out;

    conv_prepare(plan, step, true);
    own->normed = step->layer[1].kind == LAYER_BATCH_NORM2D;
    own->pooled = step->layer[step->layer_count - 1].kind == LAYER_MAX_POOL2D;
    if (own->normed)
        norm_prepare(&own->norm, plan, step->first_layer + 1);
    own->output = plan_take(plan, map_size(own->conv.output, 0));
    if (own->normed && plan->mode != PLAN_TRAIN)
        own->folded =
            plan_take_shared(plan, channels * (size_t)model_fan_in(step->layer) + channels);
}

static struct map output_of(const struct exec *exec, const struct step *step, int block)
{
    const struct conv_block *own = step->own;

    return map_inside(exec_at(exec, block, own->output), own->conv.output, 0);
}

/* The scale and shift of a channel's output before the ReLU. */
static struct norm norm_before_relu(const struct exec *exec, const struct step *step, int channel)
{
    const struct conv_block *own = step->own;

    if (own->normed && exec->plan->mode == PLAN_TRAIN)
        return *norm_of(exec, &own->norm, channel);
    return (struct norm){.scale = 1.0F};
}

static void convolve(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct conv_block *own = step->own;
    const struct map out = output_of(exec, step, block);
    const float *bias = step->layer->bias ? exec->state + own->conv.bias : NULL;

    conv_forward(exec, step, block, exec->state + own->conv.weight, bias, false, &out,
                 own->normed ? norm_sums(exec, &own->norm, block) : NULL, from, to);
}

static void statistics(struct exec *exec, const struct step *step, int unused, int from, int to)
{
    const struct conv_block *own = step->own;

    (void)unused;
    for (int k = from; k < to; k++)
        norm_forward(exec, &own->norm, k);
}

static void activate(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct conv_block *own = step->own;
    const struct map in = output_of(exec, step, block), out = exec_value(exec, step->out, block);

    for (int k = from; k < to; k++) {
        const struct norm norm = norm_before_relu(exec, step, k);
        (own->pooled ? exec->kernels->norm_relu_pool : exec->kernels->norm_relu)(&in, k, norm.scale,
                                                                                 norm.shift, &out);
    }
}

static void activate_backward(struct exec *exec, const struct step *step, int block, int from,
                              int to)
{
    const struct conv_block *own = step->own;
    const struct map in = output_of(exec, step, block);
    const struct map out_gradient = exec_gradient(exec, step->out, block);
    const struct map gradient = conv_gradient(exec, step, block);
    lane_sums alone __attribute__((aligned(64)));

    for (int k = from; k < to; k++) {
        const struct norm norm = norm_before_relu(exec, step, k);
        float(*sums)[LANES] = own->normed ? norm_sums(exec, &own->norm, block)[k] : alone;
        (own->pooled ? exec->kernels->relu_pool_backward : exec->kernels->relu_backward)(
            &in, k, norm.scale, norm.shift, &out_gradient, &gradient, sums);
        if (step->layer->bias && !own->normed)
            conv_take_bias(exec, step, block, k, sums);
    }
}

static void gradients(struct exec *exec, const struct step *step, int unused, int from, int to)
{
    const struct conv_block *own = step->own;

    (void)unused;
    for (int k = from; k < to; k++)
        norm_gradients(exec, &own->norm, k);
}

static void normalize_backward(struct exec *exec, const struct step *step, int block, int from,
                               int to)
{
    const struct conv_block *own = step->own;
    const struct map in = output_of(exec, step, block);
    const struct map gradient = conv_gradient(exec, step, block);
    lane_sums sums __attribute__((aligned(64)));

    for (int k = from; k < to; k++) {
        norm_backward(exec, &own->norm, block, k, &in, &gradient, &gradient);
        if (step->layer->bias) {
            exec->kernels->sums(&gradient, &gradient, k, sums);
            conv_take_bias(exec, step, block, k, sums);
        }
    }
}

/* ---- inference ---- */

/* (w * x - mean) / deviation * weight + bias = w' * x + b' */
static void fold(struct exec *exec, const struct step *step)
{
    const struct conv_block *own = step->own;
    const struct norm_place *norm = &own->norm;
    const int taps = model_fan_in(step->layer), channels = step->layer->out;
    const float *state = exec->state, *weight = state + own->conv.weight;
    float *folded = exec_shared(exec, own->folded),
          *bias = folded + (size_t)channels * (size_t)taps;

    for (int k = 0; own->normed && k < channels; k++) {
        const double scale = (double)state[norm->weight + (size_t)k] /
                             sqrt((double)state[norm->running_var + (size_t)k] + norm->layer->eps);
        const double own_bias = step->layer->bias ? (double)state[own->conv.bias + (size_t)k] : 0.0;
        bias[k] = (float)((double)state[norm->bias + (size_t)k] -
                          ((double)state[norm->running_mean + (size_t)k] - own_bias) * scale);
        for (size_t i = (size_t)k * (size_t)taps; i < (size_t)(k + 1) * (size_t)taps; i++)
            folded[i] = (float)((double)weight[i] * scale);
    }
}

static void infer(struct exec *exec, const struct step *step, int block)
{
    const struct conv_block *own = step->own;
    const int channels = step->layer->out;
    const struct map out = output_of(exec, step, block);
    const float *folded = exec_shared(exec, own->folded);

    if (own->normed)
        conv_forward(exec, step, block, folded,
                     folded + (size_t)channels * (size_t)model_fan_in(step->layer), false, &out,
                     NULL, 0, channels);
    else
        convolve(exec, step, block, 0, channels);
    activate(exec, step, block, 0, channels);
}

static bool alive(const struct exec *exec, const struct step *step, int block, int channel,
                  int pixel, int lane)
{
    const struct map in = output_of(exec, step, block);
    const struct norm norm = norm_before_relu(exec, step, channel);
    const float *value = in.data + (size_t)(channel * in.plane + pixel) * LANES;

    return norm.scale * value[lane] + norm.shift > 0.0F;
}

const struct op op_conv_norm_relu = {
    .name = "conv, norm, ReLU [, maximum]",
    .own_size = sizeof(struct conv_block),
    .match = match_norm_relu,
    .border = conv_border,
    .prepare = prepare,
    .begin = conv_begin,
    .forward = {{convolve, conv_outputs, CONV_GROUP},
                {statistics, conv_outputs, 1, .batch = true},
                {activate, conv_outputs, 1}},
    .backward = {{activate_backward, conv_outputs, 1},
                 {gradients, conv_outputs, 1, .batch = true},
                 {normalize_backward, conv_outputs, 1},
                 CONV_BACKWARD},
    .load = fold,
    .infer = infer,
    .alive = alive,
};

const struct op op_conv_relu_pool = {
    .name = "conv, ReLU, maximum",
    .own_size = sizeof(struct conv_block),
    .match = match_relu_pool,
    .border = conv_border,
    .prepare = prepare,
    .begin = conv_begin,
    .forward = {{convolve, conv_outputs, CONV_GROUP}, {activate, conv_outputs, 1}},
    .backward = {{activate_backward, conv_outputs, 1}, CONV_BACKWARD},
    .infer = infer,
    .alive = alive,
};
