#include "nn/ops/norm.h"

#include "support/memory.h"

#include <math.h>

void norm_prepare(struct norm_place *place, struct plan *plan, int layer)
{
    const struct model *model = plan->model;
    const size_t channels = (size_t)model->layers[layer].input.channels;

    place->layer = &model->layers[layer];
    place->number = layer;
    place->weight = model_offset(model, place->layer, "weight");
    place->bias = model_offset(model, place->layer, "bias");
    place->running_mean = model_offset(model, place->layer, "running_mean");
    place->running_var = model_offset(model, place->layer, "running_var");
    place->norms = plan_take_shared(plan, channels * (sizeof(struct norm) / sizeof(float)));
    if (plan->mode == PLAN_TRAIN)
        place->sums = plan_take(plan, channels * (sizeof(lane_sums) / sizeof(float)));
}

struct norm *norm_of(const struct exec *exec, const struct norm_place *place, int channel)
{
    return (struct norm *)(void *)exec_shared(exec, place->norms) + channel;
}

lane_sums *norm_sums(const struct exec *exec, const struct norm_place *place, int block)
{
    return (lane_sums *)(void *)exec_at(exec, block, place->sums);
}

/* Sums over all blocks and the lanes that hold samples, in the order of the blocks. */
static void total_sums(const struct exec *exec, const struct norm_place *place, int channel,
                       double total[2])
{
    total[0] = total[1] = 0.0;
    for (int block = 0; block < exec->blocks; block++) {
        float(*sums)[LANES] = norm_sums(exec, place, block)[channel];
        for (int lane = 0; lane < exec_block_count(exec, block); lane++) {
            total[0] += (double)sums[0][lane];
            total[1] += (double)sums[1][lane];
        }
    }
}

static double values_a_channel(const struct exec *exec, const struct norm_place *place)
{
    return (double)exec->count * place->layer->input.height * place->layer->input.width;
}

static void update_running(const struct norm_place *place, float *running, double value)
{
    const double momentum = place->layer->momentum;

    *running = (float)((1.0 - momentum) * (double)*running + momentum * value);
}

void norm_forward(struct exec *exec, const struct norm_place *place, int channel)
{
    struct norm *norm = norm_of(exec, place, channel);
    const double n = values_a_channel(exec, place);
    const size_t k = (size_t)channel;
    double total[2];

    total_sums(exec, place, channel, total);
    norm->mean = total[0] / n;
    double variance = total[1] / n - norm->mean * norm->mean;
    if (variance < 0.0)
        variance = 0.0;
    norm->deviation = sqrt(variance + place->layer->eps);
    const double scale = (double)exec->state[place->weight + k] / norm->deviation;
    norm->scale = (float)scale;
    norm->shift = (float)((double)exec->state[place->bias + k] - norm->mean * scale);
    if (!isfinite(variance) || !isfinite(norm->scale) || !isfinite(norm->shift))
        fault_report(exec->faults, FAULT_OUTPUT, place->number);
    update_running(place, &exec->state[place->running_mean + k], norm->mean);
    update_running(place, &exec->state[place->running_var + k],
                   n > 1.0 ? variance * n / (n - 1.0) : variance);
}

/* With g the gradient of the norm's output and x = (z - mean) / deviation its normalised input:
 * dweight = sum(g x), dbias = sum(g), dz = scale * (g - dbias / n - x * dweight / n). */
void norm_gradients(struct exec *exec, const struct norm_place *place, int channel)
{
    struct norm *norm = norm_of(exec, place, channel);
    const double n = values_a_channel(exec, place);
    double total[2];

    total_sums(exec, place, channel, total);
    const double dbias = total[0];
    const double dweight = (total[1] - norm->mean * total[0]) / norm->deviation;
    const double slope = -(double)norm->scale * dweight / (norm->deviation * n);
    norm->slope = (float)slope;
    norm->offset = (float)(-(double)norm->scale * dbias / n - slope * norm->mean);
    exec->gradient[place->weight + (size_t)channel] =
        0.0F + (float)dweight; /* no -0, as of a sum */
    exec->gradient[place->bias + (size_t)channel] = 0.0F + (float)dbias;
}

void norm_backward(struct exec *exec, const struct norm_place *place, int block, int channel,
                   const struct map *in, const struct map *out_gradient,
                   const struct map *in_gradient)
{
    const struct norm *norm = norm_of(exec, place, channel);
    const int count = exec_block_count(exec, block);
    float slope[LANES] __attribute__((aligned(MEMORY_ALIGNMENT)));
    float offset[LANES] __attribute__((aligned(MEMORY_ALIGNMENT)));

    for (int lane = 0; lane < LANES; lane++) {
        slope[lane] = lane < count ? norm->slope : 0.0F;
        offset[lane] = lane < count ? norm->offset : 0.0F;
    }
    exec->kernels->norm_backward(in, channel, norm->scale, slope, offset, out_gradient,
                                 in_gradient);
}

void norm_load(struct exec *exec, const struct norm_place *place, int channel)
{
    struct norm *norm = norm_of(exec, place, channel);
    const size_t k = (size_t)channel;
    const double scale = (double)exec->state[place->weight + k] /
                         sqrt((double)exec->state[place->running_var + k] + place->layer->eps);

    norm->scale = (float)scale;
    norm->shift = (float)((double)exec->state[place->bias + k] -
                          (double)exec->state[place->running_mean + k] * scale);
}
