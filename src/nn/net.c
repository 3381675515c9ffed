#include "nn/net.h"

#include "nn/dropout.h"
#include "nn/limits.h"
#include "nn/loss.h"
#include "nn/stage.h"
#include "support/memory.h"

#include <math.h>
#include <stdlib.h>

enum { CHANNEL_GROUP = 4 }; /* output channels that the convolution kernels work on at once */

/* What one channel of a batch norm makes of its batch. */
struct norm {
    double mean, deviation; /* of the convolution's output; sqrt(variance + epsilon) */
    float scale, shift;     /* forward: norm(z) = scale * z + shift */
    float slope, offset;    /* backward: dz = scale * g + slope * z + offset */
};

typedef float lane_sums[2][LANES];

static const struct window window = {.size = {MODEL_KERNEL, MODEL_KERNEL}, .stride = {1, 1}};

/* A stage's memory, all blocks one after the other. The sizes are of one block, in floats. */
struct activations {
    size_t input_size, conv_size, gradient_size;
    float *input;      /* maps with the stage's padding; STAGE_LINEAR: features */
    float *conv;       /* STAGE_CONV: the convolution's output; else, of maps: the means of them */
    float *gradient;   /* STAGE_CONV: gradient of the convolution's output, bordered (see below) */
    int border;        /* zeros around `gradient`: what the gradient of the input needs */
    float *flipped;    /* the convolution's weights for the gradient of its input */
    lane_sums *sums;   /* [blocks][channels] */
    struct norm *norm; /* [channels] */
};

struct net {
    const struct model *model;
    const struct kernels *kernels;
    struct team *team;
    struct stages stages;
    int tail; /* the first stage behind the convolutions: from there each block goes by itself */
    struct activations at[STAGES_MAX];
    size_t between_size;
    float *between;  /* [blocks] gradient of a stage's input, on its way to the stage before */
    float *features; /* [blocks][2][MODEL_FEATURES_MAX][LANES] gradients inside the tail */
    float *masks;    /* [blocks][MODEL_CHANNELS_MAX][LANES] see dropout.h */
    float *logits;   /* [blocks][classes][LANES] */
    uint8_t *labels; /* [blocks][LANES] */
    double *losses;  /* [blocks] sums */
    int *correct;    /* [blocks] */
    float *partial;  /* [blocks][parameter_count] gradients of each block */
    float *state, *velocity, *gradient;

    /* The batch at work. */
    const struct net_source *source;
    const struct net_rule *rule;
    int count, blocks;
    struct fault_watch faults;
};

/* ---- memory ---- */

static bool allocate(float **memory, size_t blocks, size_t size, struct error *error)
{
    *memory = memory_new(blocks * size, sizeof(float), error);
    return *memory != NULL;
}

static bool allocate_conv(struct activations *at, const struct stage *stage, bool first,
                          size_t blocks, struct error *error)
{
    size_t channels = (size_t)stage->conv.channels;

    at->border = first ? 0 : MODEL_KERNEL - 1 - stage->padding;
    at->conv_size = stage_map_size(stage->conv, 0);
    at->gradient_size = stage_map_size(stage->conv, at->border);
    return allocate(&at->conv, blocks, at->conv_size, error) &&
           allocate(&at->gradient, blocks, at->gradient_size, error) &&
           allocate(&at->flipped, channels,
                    (size_t)stage->input.channels * MODEL_KERNEL * MODEL_KERNEL, error) &&
           (at->sums = memory_new(blocks * channels, sizeof *at->sums, error)) != NULL &&
           (at->norm = memory_new(channels, sizeof *at->norm, error)) != NULL;
}

static bool allocate_stage(struct net *net, int s, size_t blocks, struct error *error)
{
    const struct stage *stage = &net->stages.at[s];
    struct activations *at = &net->at[s];

    at->input_size = stage->kind == STAGE_LINEAR ? (size_t)stage->inputs * LANES
                                                 : stage_map_size(stage->input, stage->padding);
    size_t inside = stage_map_size(stage->input, 0);
    if (stage->kind != STAGE_LINEAR && s > 0 && inside > net->between_size)
        net->between_size = inside;
    if (!allocate(&at->input, blocks, at->input_size, error))
        return false;
    if (stage->kind == STAGE_CONV)
        return allocate_conv(at, stage, s == 0, blocks, error);
    at->conv_size = (size_t)stage->inputs * LANES;
    return !stage_pools(stage) || allocate(&at->conv, blocks, at->conv_size, error);
}

static bool allocate_all(struct net *net, size_t blocks, struct error *error)
{
    const struct model *model = net->model;

    for (int s = 0; s < net->stages.count; s++)
        if (!allocate_stage(net, s, blocks, error))
            return false;
    return allocate(&net->between, blocks, net->between_size, error) &&
           allocate(&net->features, blocks, (size_t)2 * MODEL_FEATURES_MAX * LANES, error) &&
           allocate(&net->masks, blocks, (size_t)MODEL_CHANNELS_MAX * LANES, error) &&
           allocate(&net->logits, blocks, (size_t)model->classes * LANES, error) &&
           allocate(&net->partial, blocks, model->parameter_count, error) &&
           allocate(&net->state, 1, model->state_count, error) &&
           allocate(&net->velocity, 1, model->parameter_count, error) &&
           allocate(&net->gradient, 1, model->parameter_count, error) &&
           (net->labels = memory_new(blocks, LANES, error)) != NULL &&
           (net->losses = memory_new(blocks, sizeof *net->losses, error)) != NULL &&
           (net->correct = memory_new(blocks, sizeof *net->correct, error)) != NULL;
}

struct net *net_new(const struct model *model, const struct kernels *kernels, struct team *team,
                    int batch_size, struct error *error)
{
    struct net *net = memory_new(1, sizeof *net, error);

    if (net == NULL)
        return NULL;
    net->model = model;
    net->kernels = kernels;
    net->team = team;
    if (!stages_init(&net->stages, model, error) ||
        !allocate_all(net, (size_t)lanes_blocks(batch_size), error)) {
        net_free(net);
        return NULL;
    }
    while (net->stages.at[net->tail].kind == STAGE_CONV)
        net->tail++;
    return net;
}

void net_free(struct net *net)
{
    if (net == NULL)
        return;
    for (int s = 0; s < STAGES_MAX; s++) {
        struct activations *at = &net->at[s];
        free(at->input);
        free(at->conv);
        free(at->gradient);
        free(at->flipped);
        free(at->sums);
        free(at->norm);
    }
    free(net->between);
    free(net->features);
    free(net->masks);
    free(net->logits);
    free(net->partial);
    free(net->state);
    free(net->velocity);
    free(net->gradient);
    free(net->labels);
    free(net->losses);
    free(net->correct);
    free(net);
}

float *net_state(struct net *net)
{
    return net->state;
}

float *net_velocity(struct net *net)
{
    return net->velocity;
}

const float *net_gradient(const struct net *net)
{
    return net->gradient;
}

/* ---- views of one block ---- */

/* Samples in the block; the lanes behind them are padding. */
static int block_count(const struct net *net, int block)
{
    int left = net->count - block * LANES;

    return left < LANES ? left : LANES;
}

/* The stage's input without and with its padding. */
static struct map input_map(const struct net *net, int s, int block)
{
    return stage_map(net->at[s].input + (size_t)block * net->at[s].input_size,
                     net->stages.at[s].input, net->stages.at[s].padding);
}

static struct map padded_input_map(const struct net *net, int s, int block)
{
    return stage_map_grown(input_map(net, s, block), net->stages.at[s].padding);
}

static struct map conv_map(const struct net *net, int s, int block)
{
    return stage_map(net->at[s].conv + (size_t)block * net->at[s].conv_size, net->stages.at[s].conv,
                     0);
}

static struct map gradient_map(const struct net *net, int s, int block)
{
    return stage_map(net->at[s].gradient + (size_t)block * net->at[s].gradient_size,
                     net->stages.at[s].conv, net->at[s].border);
}

/* The gradient of the input of stage s, which is that of the output of the stage before. */
static struct map between_map(const struct net *net, int s, int block)
{
    return stage_map(net->between + (size_t)block * net->between_size, net->stages.at[s].input, 0);
}

static float *partial_of(const struct net *net, int block)
{
    return net->partial + (size_t)block * net->model->parameter_count;
}

static float *mask_of(const struct net *net, int block)
{
    return net->masks + (size_t)block * MODEL_CHANNELS_MAX * LANES;
}

static lane_sums *sums_of(const struct net *net, int s, int block)
{
    return net->at[s].sums + (size_t)block * (size_t)net->stages.at[s].conv.channels;
}

/* Whether any sample of the last batch makes this output of the stage's ReLU positive. */
static bool is_alive(const struct net *net, int s, int k, size_t pixel)
{
    const struct norm *norm = &net->at[s].norm[k];

    for (int block = 0; block < net->blocks; block++) {
        const float *in = conv_map(net, s, block).data + pixel * LANES;
        for (int lane = 0; lane < block_count(net, block); lane++)
            if (norm->scale * in[lane] + norm->shift > 0.0F)
                return true;
    }
    return false;
}

float net_dead_share(const struct net *net, int layer)
{
    int s = 0, dead = 0;

    while (s < net->tail && layer >= net->stages.at[s].first_layer + net->stages.at[s].layer_count)
        s++;
    const struct shape conv = net->stages.at[s].conv;
    const int plane = conv.height * conv.width;
    if (s == net->tail || net->count == 0)
        return NAN;
    for (int k = 0; k < conv.channels; k++)
        for (int pixel = 0; pixel < plane; pixel++)
            dead += !is_alive(net, s, k, (size_t)(k * plane + pixel));
    return (float)dead / (float)(conv.channels * plane);
}

/* ---- passes over one block, over the channels [from, to) of a stage's convolution ---- */

typedef void pass(struct net *net, int s, int block, int from, int to);

static void pack_pass(struct net *net, int s, int block, int from, int to)
{
    (void)from, (void)to;
    net->source->pack(net->source->argument, block, net->stages.at[s].padding,
                      net->at[s].input + (size_t)block * net->at[s].input_size,
                      net->labels + block * LANES);
}

static void conv_pass(struct net *net, int s, int block, int from, int to)
{
    struct map in = padded_input_map(net, s, block), out = conv_map(net, s, block);

    net->kernels->conv(&window, &in, net->stages.at[s].padding,
                       net->state + net->stages.at[s].weight, NULL, false, &out,
                       sums_of(net, s, block), from, to);
}

static void norm_pass(struct net *net, int s, int block, int from, int to)
{
    struct map in = conv_map(net, s, block), out = input_map(net, s + 1, block);

    for (int k = from; k < to; k++) {
        const struct norm *norm = &net->at[s].norm[k];
        (net->stages.at[s].pool ? net->kernels->norm_relu_pool
                                : net->kernels->norm_relu)(&in, k, norm->scale, norm->shift, &out);
    }
}

static void relu_backward_pass(struct net *net, int s, int block, int from, int to)
{
    struct map in = conv_map(net, s, block), out = between_map(net, s + 1, block);
    struct map gradient = gradient_map(net, s, block);
    lane_sums *sums = sums_of(net, s, block);

    for (int k = from; k < to; k++) {
        const struct norm *norm = &net->at[s].norm[k];
        (net->stages.at[s].pool ? net->kernels->relu_pool_backward : net->kernels->relu_backward)(
            &in, k, norm->scale, norm->shift, &out, &gradient, sums[k]);
    }
}

static void norm_backward_pass(struct net *net, int s, int block, int from, int to)
{
    struct map in = conv_map(net, s, block), gradient = gradient_map(net, s, block);
    const int count = block_count(net, block);

    for (int k = from; k < to; k++) {
        const struct norm *norm = &net->at[s].norm[k];
        float slope[LANES] __attribute__((aligned(MEMORY_ALIGNMENT)));
        float offset[LANES] __attribute__((aligned(MEMORY_ALIGNMENT)));
        for (int lane = 0; lane < LANES; lane++) {
            slope[lane] = lane < count ? norm->slope : 0.0F;
            offset[lane] = lane < count ? norm->offset : 0.0F;
        }
        net->kernels->norm_backward(&in, k, norm->scale, slope, offset, &gradient, &gradient);
    }
}

static void weights_pass(struct net *net, int s, int block, int from, int to)
{
    struct map in = padded_input_map(net, s, block), out = gradient_map(net, s, block);

    net->kernels->conv_weights(&window, &in, net->stages.at[s].padding, &out,
                               partial_of(net, block) + net->stages.at[s].weight, from, to);
}

/* The gradient of this stage's output, which is the input of the next one's convolution. */
static void output_pass(struct net *net, int s, int block, int from, int to)
{
    int border = net->at[s + 1].border;
    struct map in = stage_map_grown(gradient_map(net, s + 1, block), border);
    struct map out = between_map(net, s + 1, block);

    net->kernels->conv(&window, &in, border, net->at[s + 1].flipped, NULL, false, &out, NULL, from,
                       to);
}

/* ---- batch norm's statistics, once for each channel of the batch ---- */

/* Sums over all blocks and the lanes that hold samples, in the order of the blocks. */
static void total_sums(const struct net *net, int s, int k, double total[2])
{
    total[0] = total[1] = 0.0;
    for (int block = 0; block < net->blocks; block++) {
        float(*sums)[LANES] = sums_of(net, s, block)[k];
        for (int lane = 0; lane < block_count(net, block); lane++) {
            total[0] += (double)sums[0][lane];
            total[1] += (double)sums[1][lane];
        }
    }
}

static double values_a_channel(const struct net *net, int s)
{
    struct shape conv = net->stages.at[s].conv;

    return (double)net->count * conv.height * conv.width;
}

static void update_running(float *running, double value)
{
    *running =
        (float)((1.0 - BATCH_NORM_MOMENTUM) * (double)*running + BATCH_NORM_MOMENTUM * value);
}

static void norm_forward(struct net *net, int s, int k)
{
    const struct stage *stage = &net->stages.at[s];
    struct norm *norm = &net->at[s].norm[k];
    const double n = values_a_channel(net, s);
    double total[2];

    total_sums(net, s, k, total);
    norm->mean = total[0] / n;
    double variance = total[1] / n - norm->mean * norm->mean;
    if (variance < 0.0)
        variance = 0.0;
    norm->deviation = sqrt(variance + BATCH_NORM_EPSILON);
    double scale = (double)net->state[stage->norm_weight + (size_t)k] / norm->deviation;
    norm->scale = (float)scale;
    norm->shift = (float)((double)net->state[stage->norm_bias + (size_t)k] - norm->mean * scale);
    /* ReLU would turn NaN into zero, and what it hides no loss shows. */
    if (!isfinite(variance) || !isfinite(norm->scale) || !isfinite(norm->shift))
        fault_report(&net->faults, FAULT_OUTPUT, stage->first_layer + 1);
    update_running(&net->state[stage->running_mean + (size_t)k], norm->mean);
    update_running(&net->state[stage->running_var + (size_t)k],
                   n > 1.0 ? variance * n / (n - 1.0) : variance);
}

/* With g the gradient of the norm's output and x = (z - mean) / deviation its normalised input:
 * dweight = sum(g x), dbias = sum(g), dz = scale * (g - dbias / n - x * dweight / n). */
static void norm_gradients(struct net *net, int s, int k)
{
    const struct stage *stage = &net->stages.at[s];
    struct norm *norm = &net->at[s].norm[k];
    const double n = values_a_channel(net, s);
    double total[2];

    total_sums(net, s, k, total);
    double dbias = total[0];
    double dweight = (total[1] - norm->mean * total[0]) / norm->deviation;
    double slope = -(double)norm->scale * dweight / (norm->deviation * n);
    norm->slope = (float)slope;
    norm->offset = (float)(-(double)norm->scale * dbias / n - slope * norm->mean);
    /* The batch's total stands in the first block's part; the others' stay zero. */
    partial_of(net, 0)[stage->norm_weight + (size_t)k] = (float)dweight;
    partial_of(net, 0)[stage->norm_bias + (size_t)k] = (float)dbias;
}

static void run_norm(struct net *net, int member, void (*function)(struct net *, int, int), int s)
{
    int from, to;

    team_share(net->stages.at[s].conv.channels, member, team_size(net->team), &from, &to);
    for (int k = from; k < to; k++)
        function(net, s, k);
    team_barrier(net->team);
}

/* ---- the tail: each block by itself from the last convolution to the loss and back ---- */

static float *features_of(const struct net *net, int s, int block)
{
    const struct activations *at = &net->at[s];

    return stage_pools(&net->stages.at[s]) ? at->conv + (size_t)block * at->conv_size
                                           : at->input + (size_t)block * at->input_size;
}

/* The first stage with a linear layer of its own. */
static int first_linear(const struct net *net)
{
    return net->stages.at[net->tail].kind == STAGE_MEAN ? net->tail + 1 : net->tail;
}

static float *logits_of(const struct net *net, int block)
{
    return net->logits + (size_t)(block * net->model->classes) * LANES;
}

static void tail_forward(struct net *net, int block)
{
    for (int s = net->tail; s < net->stages.count; s++) {
        const struct stage *stage = &net->stages.at[s];
        float *out =
            s + 1 < net->stages.count ? features_of(net, s + 1, block) : logits_of(net, block);
        float *features = features_of(net, s, block);
        if (stage_pools(stage)) {
            struct map in = input_map(net, s, block);
            (stage->kind == STAGE_MEAN ? net->kernels->window_means
                                       : net->kernels->average)(&in, features);
        }
        if (net->rule->dropout > 0.0 && s == first_linear(net)) {
            dropout_draw(mask_of(net, block), stage->inputs, net->rule->dropout, net->rule->noise,
                         block);
            dropout_apply(mask_of(net, block), stage->inputs, features);
        }
        const struct features from = {.data = features}, to = {.data = out};
        net->kernels->linear(&from, net->state + stage->weight, stage_bias(stage, net->state), &to,
                             1, stage->inputs, stage->output.channels, 0, stage->output.channels);
    }
}

static void tail_backward(struct net *net, int block, float *gradient, float *next)
{
    for (int s = net->stages.count - 1; s >= net->tail; s--) {
        const struct stage *stage = &net->stages.at[s];
        const int inputs = stage->inputs, outputs = stage->output.channels;
        const struct features in = {.data = features_of(net, s, block)};
        const struct features from = {.data = gradient}, to = {.data = next};
        float *partial = partial_of(net, block);
        net->kernels->linear_inputs(&from, net->state + stage->weight, &to, 1, inputs, outputs, 0,
                                    inputs);
        net->kernels->linear_weights(&in, &from, partial + stage->weight, 1, inputs, outputs, 0,
                                     inputs);
        if (stage->kind != STAGE_MEAN)
            net->kernels->linear_bias(&from, partial + stage->bias, 1, 0, outputs);
        if (net->rule->dropout > 0.0 && s == first_linear(net))
            dropout_apply(mask_of(net, block), stage->inputs, next);
        if (stage_pools(stage)) {
            struct map maps = between_map(net, s, block);
            (stage->kind == STAGE_MEAN ? net->kernels->window_means_backward
                                       : net->kernels->average_backward)(next, &maps);
        }
        float *swap = gradient;
        gradient = next;
        next = swap;
    }
}

static void tail_pass(struct net *net, int s, int block, int from, int to)
{
    const int classes = net->model->classes, count = block_count(net, block);
    const uint8_t *labels = net->labels + block * LANES;
    float *gradient = net->features + (size_t)block * 2 * MODEL_FEATURES_MAX * LANES;
    double losses[LANES];
    uint8_t predictions[LANES];

    (void)s, (void)from, (void)to;
    tail_forward(net, block);
    loss_forward(logits_of(net, block), classes, labels, count, net->rule->label_smoothing, losses,
                 predictions);
    net->losses[block] = 0.0;
    net->correct[block] = 0;
    for (int lane = 0; lane < count; lane++) {
        net->losses[block] += losses[lane];
        net->correct[block] += predictions[lane] == labels[lane];
    }
    if (!isfinite(net->losses[block]))
        fault_report(&net->faults, FAULT_LOSS, net->model->layer_count - 1);
    loss_backward(logits_of(net, block), classes, labels, count, net->rule->label_smoothing,
                  1.0 / net->count, gradient);
    tail_backward(net, block, gradient, gradient + (size_t)MODEL_FEATURES_MAX * LANES);
}

/* ---- a batch ---- */

/* A pass over a stage. Where a block is split, its channels are in steps of `group`; 0: not
 * split. */
struct step {
    pass *pass;
    int stage, group;
};

/* The part-th of `parts` of a step for one block. */
static void run_part(struct net *net, const struct step *step, int block, int part, int parts)
{
    const int channels = net->stages.at[step->stage].conv.channels;
    int group = step->group > 0 ? step->group : channels;
    int from, to;

    while (step->group > 1 && group > 1 && group * parts > channels)
        group /= 2; /* slower, but not as slow as members without work */
    team_share((channels + group - 1) / group, part, parts, &from, &to);
    from *= group;
    to = to * group < channels ? to * group : channels;
    if (from < to)
        step->pass(net, step->stage, block, from, to);
}

static int common_divisor(int a, int b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

/*
 * Runs this member's share of steps of which each reads what those before it wrote for the same
 * block. Where all members get the same number of whole blocks, a block goes through all the steps
 * while it is in the processor's cache. Else blocks are split by channels, and a step begins when
 * all have finished the one before.
 */
static void run_steps(struct net *net, int member, const struct step *steps, int count)
{
    const int size = team_size(net->team);
    const int parts = size / common_divisor(size, net->blocks);
    const int together = parts == 1 ? count : 1;
    int item, item_to;

    team_share(net->blocks * parts, member, size, &item, &item_to);
    for (const struct step *end = steps + count; steps < end; steps += together) {
        for (int i = item; i < item_to; i++)
            for (int step = 0; step < together; step++)
                run_part(net, &steps[step], i / parts, i % parts, parts);
        team_barrier(net->team);
    }
}

/* The weights of the gradients of the inputs, for the backward passes. */
static void run_flip(struct net *net, int member)
{
    for (int s = 1 + member; s < net->tail; s += team_size(net->team))
        kernels_flip(&window, net->state + net->stages.at[s].weight, net->at[s].flipped,
                     net->stages.at[s].conv.channels, net->stages.at[s].input.channels);
}

static void run_forward(struct net *net, int member, int s)
{
    const struct step steps[] = {
        s > 0 ? (struct step){norm_pass, s - 1, 1} : (struct step){pack_pass, s, 0},
        {conv_pass, s, CHANNEL_GROUP},
    };

    run_steps(net, member, steps, 2);
    run_norm(net, member, norm_forward, s);
}

static void run_tail(struct net *net, int member)
{
    const int s = net->tail - 1;
    const struct step steps[] = {{norm_pass, s, 1}, {tail_pass, s, 0}, {relu_backward_pass, s, 1}};

    run_steps(net, member, steps, 3);
    run_norm(net, member, norm_gradients, s);
}

static void run_backward(struct net *net, int member, int s)
{
    const struct step steps[] = {
        {norm_backward_pass, s, 1},
        {weights_pass, s, CHANNEL_GROUP},
        {output_pass, s - 1, CHANNEL_GROUP},
        {relu_backward_pass, s - 1, 1},
    };

    run_steps(net, member, steps, s > 0 ? 4 : 2);
    if (s > 0)
        run_norm(net, member, norm_gradients, s - 1);
}

/* Adds up the blocks' gradients and, once all have found theirs finite, updates the parameters. */
static void run_update(struct net *net, int member)
{
    const int parameters = (int)net->model->parameter_count;
    int from, to;

    team_share(parameters, member, team_size(net->team), &from, &to);
    for (int i = from; i < to; i++) {
        float sum = 0.0F;
        for (int block = 0; block < net->blocks; block++)
            sum += partial_of(net, block)[i];
        net->gradient[i] = sum;
        if (!isfinite(sum))
            fault_report(&net->faults, FAULT_GRADIENT, model_layer_of(net->model, (size_t)i));
    }
    team_barrier(net->team);
    if (fault_first(&net->faults).kind == FAULT_NONE)
        sgd_step(&net->rule->sgd, net->state, net->velocity, net->gradient, from, to);
}

static void train_member(void *argument, int member)
{
    struct net *net = argument;

    run_flip(net, member);
    for (int s = 0; s < net->tail; s++)
        run_forward(net, member, s);
    run_tail(net, member);
    for (int s = net->tail - 1; s >= 0; s--)
        run_backward(net, member, s);
    run_update(net, member);
}

struct net_result net_train(struct net *net, const struct net_source *source, int count,
                            const struct net_rule *rule)
{
    struct net_result result = {0};

    net->source = source;
    net->rule = rule;
    net->count = count;
    net->blocks = lanes_blocks(count);
    fault_clear(&net->faults);
    team_run(net->team, train_member, net);
    for (int block = 0; block < net->blocks; block++) {
        result.loss += net->losses[block] / count;
        result.correct += net->correct[block];
    }
    result.fault = fault_first(&net->faults);
    return result;
}
