#include "nn/ops/conv.h"

#include <string.h>

/* With more parameters than this the threads share a batch's weights instead of its blocks. */
enum { BY_BLOCK_MAX = 1 << 16 };

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static size_t weight_count(const struct layer *layer)
{
    return (size_t)layer->out * (size_t)model_fan_in(layer);
}

/* ---- preparing ---- */

/* The part of the input after a stride's last window has a gradient of zero, so the spread gradient
 * extends over it. */
static struct shape spread_shape(const struct layer *layer)
{
    struct shape shape = {layer->out, 0, 0};

    shape.height = layer->input.height + 2 * layer->padding[0] - layer->kernel_size[0] + 1;
    shape.width = layer->input.width + 2 * layer->padding[1] - layer->kernel_size[1] + 1;
    return shape;
}

/* The frame has the largest side's number of zeros on all sides. If only a part of the output is
 * computed, more columns may be needed after the last one than before the first one. Rows after the
 * last one need no zeros, because the kernel skips them. */
static int frame_border(const struct conv *conv, const struct step *step)
{
    const int width = conv->strided ? conv->spread_shape.width : conv->output.width;
    const int after = step->in->shape.width + conv->layer->padding[1] - width;

    return larger(0, larger(larger(conv->frame[0], conv->frame[1]), after));
}

static void prepare_gradient(struct conv *conv, struct plan *plan, const struct step *step,
                             bool own_gradient)
{
    const struct layer *layer = conv->layer;
    const bool inputs = step->in->wanted;

    conv->strided = inputs && (layer->stride[0] > 1 || layer->stride[1] > 1);
    for (int d = 0; d < 2 && inputs; d++)
        conv->frame[d] = layer->kernel_size[d] - 1 - layer->padding[d];
    if (conv->strided)
        conv->spread_shape = spread_shape(layer);
    conv->border = inputs ? frame_border(conv, step) : 0;
    conv->own_gradient = own_gradient || (inputs && !conv->strided && conv->border > 0);
    if (conv->own_gradient)
        conv->gradient = plan_take(plan, map_size(conv->output, conv->strided ? 0 : conv->border));
    if (conv->strided)
        conv->spread = plan_take(plan, map_size(conv->spread_shape, conv->border));
    if (inputs)
        conv->flipped = plan_take_shared(plan, weight_count(layer));
}

void conv_prepare(struct plan *plan, struct step *step, bool own_gradient)
{
    const struct model *model = plan->model;
    const struct layer *layer = step->layer;
    struct conv *conv = step->own;
    const size_t count = weight_count(layer);

    conv->layer = layer;
    conv->output = plan_part(plan, step->first_layer);
    for (int d = 0; d < 2; d++) {
        conv->window.size[d] = layer->kernel_size[d];
        conv->window.stride[d] = layer->stride[d];
    }
    conv->weight = model_offset(model, layer, "weight");
    if (layer->bias)
        conv->bias = model_offset(model, layer, "bias");
    if (plan->mode != PLAN_TRAIN)
        return;
    prepare_gradient(conv, plan, step, own_gradient);
    conv->by_block = count <= BY_BLOCK_MAX && plan_has_room(plan, count);
    conv->partial = conv->by_block ? plan_take_partial(plan, conv->weight, count)
                                   : plan_take_shared(plan, count);
    if (layer->bias)
        conv->partial_bias = plan_take_partial(plan, conv->bias, (size_t)layer->out);
}

/* ---- the groups of channels ---- */

struct group {
    int in, in_count; /* channels */
    int out, out_count;
    size_t weight; /* the offset of its first weight */
};

static struct group group_of(const struct layer *layer, int g)
{
    const int in = layer->input.channels / layer->groups, out = layer->out / layer->groups;

    return (struct group){g * in, in, g * out, out,
                          (size_t)(g * out) * (size_t)model_fan_in(layer)};
}

/* The part of [from, to) that lies in `count` channels from `first` on, relative to `first`. */
static bool part_of(int first, int count, int from, int to, int part[2])
{
    part[0] = larger(from - first, 0);
    part[1] = smaller(to - first, count);
    return part[0] < part[1];
}

/* ---- the products ---- */

static const struct conv *conv_of(const struct step *step)
{
    return step->own;
}

void conv_begin(struct exec *exec, const struct step *step)
{
    const struct conv *conv = conv_of(step);

    for (int g = 0; step->in->wanted && g < conv->layer->groups; g++) {
        const struct group group = group_of(conv->layer, g);
        kernels_flip(&conv->window, exec->state + conv->weight + group.weight,
                     exec_shared(exec, conv->flipped + group.weight), group.out_count,
                     group.in_count);
    }
}

/* The input with its padding. */
static struct map padded_input(const struct exec *exec, const struct step *step, int block)
{
    return map_grown(exec_value(exec, step->in, block), step->layer->padding[0],
                     step->layer->padding[1]);
}

void conv_forward(struct exec *exec, const struct step *step, int block, const float *weight,
                  const float *bias, bool relu, const struct map *out, float (*sums)[2][LANES],
                  int from, int to)
{
    const struct conv *conv = conv_of(step);
    const struct map all = padded_input(exec, step, block);
    int part[2];

    for (int g = 0; g < conv->layer->groups; g++) {
        const struct group group = group_of(conv->layer, g);
        if (!part_of(group.out, group.out_count, from, to, part))
            continue;
        const struct map in = map_channels(all, group.in, group.in_count);
        const struct map to_map = map_channels(*out, group.out, group.out_count);
        exec->kernels->conv(&conv->window, &in, conv->layer->padding[0], weight + group.weight,
                            bias != NULL ? bias + group.out : NULL, relu, &to_map,
                            sums != NULL ? sums + group.out : NULL, part[0], part[1]);
    }
}

struct map conv_gradient(const struct exec *exec, const struct step *step, int block)
{
    const struct conv *conv = conv_of(step);

    if (!conv->own_gradient)
        return exec_gradient(exec, step->out, block);
    return map_inside(exec_at(exec, block, conv->gradient), conv->output,
                      conv->strided ? 0 : conv->border);
}

void conv_take_bias(struct exec *exec, const struct step *step, int block, int channel,
                    float sums[2][LANES])
{
    float sum = 0.0F;

    for (int lane = 0; lane < LANES; lane++)
        sum += sums[0][lane];
    exec_partial(exec, block, conv_of(step)->partial_bias)[channel] = sum;
}

/* One block's gradient of the weights, for the output channels [from, to). */
static void weights(struct exec *exec, const struct step *step, int block, float *gradient,
                    int from, int to)
{
    const struct conv *conv = conv_of(step);
    const struct map all = padded_input(exec, step, block);
    const struct map all_out = conv_gradient(exec, step, block);
    int part[2];

    for (int g = 0; g < conv->layer->groups; g++) {
        const struct group group = group_of(conv->layer, g);
        if (!part_of(group.out, group.out_count, from, to, part))
            continue;
        const struct map in = map_channels(all, group.in, group.in_count);
        const struct map out = map_channels(all_out, group.out, group.out_count);
        exec->kernels->conv_weights(&conv->window, &in, conv->layer->padding[0], &out,
                                    gradient + group.weight, part[0], part[1]);
    }
}

void conv_weights_of_block(struct exec *exec, const struct step *step, int block, int from, int to)
{
    weights(exec, step, block, exec_partial(exec, block, conv_of(step)->partial), from, to);
}

void conv_weights_of_batch(struct exec *exec, const struct step *step, int unused, int from, int to)
{
    const struct conv *conv = conv_of(step);
    const size_t fan_in = (size_t)model_fan_in(conv->layer);
    const size_t first = (size_t)from * fan_in, count = (size_t)(to - from) * fan_in;
    float *gradient = exec->gradient + conv->weight + first;
    const float *part = exec_shared(exec, conv->partial + first);

    (void)unused;
    memset(gradient, 0, count * sizeof *gradient);
    for (int block = 0; block < exec->blocks; block++) {
        weights(exec, step, block, exec_shared(exec, conv->partial), from, to);
        for (size_t i = 0; i < count; i++)
            gradient[i] += part[i];
    }
}

/* Copies one channel of the gradient, with zeros between its pixels for a stride. */
static void spread(const struct map *from, const struct conv *conv, int channel,
                   const struct map *to)
{
    const int *stride = conv->window.stride;

    for (int y = 0; y < from->height; y++) {
        const float *row = from->data + (size_t)(channel * from->plane + y * from->pitch) * LANES;
        float *to_row =
            to->data + (size_t)(channel * to->plane + y * stride[0] * to->pitch) * LANES;
        for (int x = 0; x < from->width; x++)
            memcpy(to_row + (size_t)(x * stride[1]) * LANES, row + (size_t)x * LANES,
                   LANES * sizeof *row);
    }
}

void conv_spread(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct conv *conv = conv_of(step);
    const struct map gradient = conv_gradient(exec, step, block);
    const struct map wide =
        map_inside(exec_at(exec, block, conv->spread), conv->spread_shape, conv->border);

    for (int k = from; k < to; k++)
        spread(&gradient, conv, k, &wide);
}

/* The gradient in its frame, as the convolution reads it. */
static struct map framed_gradient(const struct exec *exec, const struct step *step, int block)
{
    const struct conv *conv = conv_of(step);
    const struct map wide = conv->strided ? map_inside(exec_at(exec, block, conv->spread),
                                                       conv->spread_shape, conv->border)
                                          : conv_gradient(exec, step, block);
    struct map map = map_grown(wide, conv->frame[0], conv->frame[1]);

    /* A frame below 0 leaves out pixels at the top and left alone. The other end of a part may be
     * read: the input's size says how far. */
    map.height = wide.height + conv->frame[0] + larger(0, conv->frame[0]);
    map.width = step->in->shape.width + conv->window.size[1] - 1;
    return map;
}

void conv_inputs(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct conv *conv = conv_of(step);
    const struct window turned = {.size = {conv->window.size[0], conv->window.size[1]},
                                  .stride = {1, 1}};
    const struct map all = framed_gradient(exec, step, block);
    const struct map all_out = exec_gradient(exec, step->in, block);
    int part[2];

    for (int g = 0; g < conv->layer->groups; g++) {
        const struct group group = group_of(conv->layer, g);
        if (!part_of(group.in, group.in_count, from, to, part))
            continue;
        const struct map in = map_channels(all, group.out, group.out_count);
        const struct map out = map_channels(all_out, group.in, group.in_count);
        exec->kernels->conv(&turned, &in, larger(0, conv->frame[0]),
                            exec_shared(exec, conv->flipped + group.weight), NULL, false, &out,
                            NULL, part[0], part[1]);
    }
}

/* ---- items of the phases ---- */

int conv_outputs(const struct step *step)
{
    return step->layer->out;
}

int conv_input_channels(const struct step *step)
{
    return step->layer->input.channels;
}

bool conv_is_by_block(const struct step *step)
{
    return conv_of(step)->by_block;
}

bool conv_is_by_batch(const struct step *step)
{
    return !conv_of(step)->by_block;
}

bool conv_is_strided(const struct step *step)
{
    return conv_of(step)->strided;
}

bool conv_has_inputs(const struct step *step)
{
    return step->in->wanted;
}

int conv_border(const struct step *step)
{
    return larger(step->layer->padding[0], step->layer->padding[1]);
}
