/*
 * Dropout: training leaves out random values of each sample, inference none. Dropout2d leaves out
 * whole channels.
 */
#include "nn/dropout.h"
#include "nn/ops/ops.h"

#include <string.h>

struct dropout {
    size_t mask; /* in a block's memory: a factor for each value, or for each channel, and lane */
    bool channels;
};

static int match_dropout(const struct model *model, int first)
{
    return model->layers[first].kind == LAYER_DROPOUT;
}

static int match_dropout2d(const struct model *model, int first)
{
    return model->layers[first].kind == LAYER_DROPOUT2D;
}

/* Matches no layer: the plan inserts it. */
static int match_none(const struct model *model, int first)
{
    (void)model, (void)first;
    return 0;
}

/* The number of factors of a sample. */
static int factors_of(const struct step *step)
{
    const struct dropout *own = step->own;

    return own->channels ? step->in->shape.channels : (int)model_shape_count(step->in->shape);
}

static void prepare(struct plan *plan, struct step *step)
{
    struct dropout *own = step->own;

    own->channels = step->layer != NULL && step->layer->kind == LAYER_DROPOUT2D;
    if (plan->mode == PLAN_TRAIN)
        own->mask = plan_take(plan, (size_t)factors_of(step) * LANES);
}

static double share_of(const struct exec *exec, const struct step *step)
{
    return step->layer != NULL ? step->layer->p : exec->dropout;
}

/* The model's own Dropout layers have streams that differ from that of --dropout. */
static uint64_t stream_of(const struct step *step, int block)
{
    const uint64_t layer = step->layer != NULL ? (uint64_t)step->first_layer + 1 : 0;

    return layer << 32 | (uint64_t)block;
}

/* to = from * mask; both may be the same maps. */
static void apply(const struct step *step, const float *mask, const struct map *from,
                  const struct map *to)
{
    const struct dropout *own = step->own;
    const size_t row = (size_t)from->width * LANES;

    for (int c = 0; c < from->channels; c++) {
        for (int y = 0; y < from->height; y++) {
            const float *in = from->data + (size_t)(c * from->plane + y * from->pitch) * LANES;
            float *out = to->data + (size_t)(c * to->plane + y * to->pitch) * LANES;
            if (!own->channels)
                mask = dropout_multiply(mask, in, row, out);
            else
                for (size_t x = 0; x < row; x += LANES)
                    dropout_multiply(mask, in + x, LANES, out + x);
        }
        if (own->channels)
            mask += LANES;
    }
}

static void copy(const struct map *from, const struct map *to)
{
    for (int c = 0; c < from->channels && from->data != to->data; c++)
        for (int y = 0; y < from->height; y++)
            memcpy(to->data + (size_t)(c * to->plane + y * to->pitch) * LANES,
                   from->data + (size_t)(c * from->plane + y * from->pitch) * LANES,
                   (size_t)from->width * LANES * sizeof(float));
}

static void forward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map in = exec_value(exec, step->in, block);
    const struct map out = exec_value(exec, step->out, block);
    const double share = share_of(exec, step);
    float *mask = exec_at(exec, block, ((const struct dropout *)step->own)->mask);

    (void)from, (void)to;
    if (share <= 0.0) {
        copy(&in, &out);
        return;
    }
    dropout_draw(mask, factors_of(step), share, exec->noise, stream_of(step, block));
    apply(step, mask, &in, &out);
}

static void backward(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct map gradient = exec_gradient(exec, step->in, block);
    const float *mask = exec_at(exec, block, ((const struct dropout *)step->own)->mask);

    (void)from, (void)to;
    if (share_of(exec, step) > 0.0)
        apply(step, mask, &gradient, &gradient);
}

static bool has_inputs(const struct step *step)
{
    return step->in->wanted;
}

#define DROPOUT(text, matches)                                                                     \
    {                                                                                              \
        .name = (text), .own_size = sizeof(struct dropout), .match = (matches), .in_place = true,  \
        .backward_in_place = true, .prepare = prepare, .forward = {{forward}},                     \
        .backward = {{backward, .wanted = has_inputs}},                                            \
    }

const struct op op_dropout = DROPOUT("dropout", match_dropout);
const struct op op_dropout2d = DROPOUT("dropout of channels", match_dropout2d);
const struct op op_extra_dropout = DROPOUT("dropout before the first linear layer", match_none);
