/*
 * Layers that change no value. Maps have the same layout as their features, so Flatten has nothing
 * to do. The loss computes LogSoftmax (loss.h); here it is computed only for display.
 */
#include "nn/ops/ops.h"

#include "nn/loss.h"

static int match_flatten(const struct model *model, int first)
{
    return model->layers[first].kind == LAYER_FLATTEN;
}

static int match_log_softmax(const struct model *model, int first)
{
    return model->layers[first].kind == LAYER_LOG_SOFTMAX;
}

static void infer_log_softmax(struct exec *exec, const struct step *step, int block)
{
    loss_log_softmax(exec_at(exec, block, step->in->value), step->out->shape.channels,
                     exec_at(exec, block, step->out->value));
}

const struct op op_flatten = {.name = "flatten", .match = match_flatten, .identity = true};

const struct op op_log_softmax = {
    .name = "log softmax",
    .match = match_log_softmax,
    .identity = true,
    .infer = infer_log_softmax,
};
