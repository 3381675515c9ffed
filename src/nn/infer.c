#include "nn/infer.h"

#include "nn/limits.h"
#include "nn/stage.h"
#include "support/memory.h"

#include <math.h>
#include <stdlib.h>

static const struct window window = {.size = {MODEL_KERNEL, MODEL_KERNEL}, .stride = {1, 1}};

struct infer {
    const struct kernels *kernels;
    struct stages stages;
    size_t state_count;
    float *state; /* the parameters with batch norm folded in */
    float *bias;  /* [STAGES_MAX][MODEL_CHANNELS_MAX] what folding gives the convolutions */
};

/* The input of each stage, as maps with its border or as plain features, and a convolution's output
 * where a pool follows. */
struct workspace {
    float *input[STAGES_MAX];
    float *conv[STAGES_MAX];
    float *means; /* of the stage that pools */
};

struct infer *infer_new(const struct model *model, const struct kernels *kernels,
                        struct error *error)
{
    struct infer *infer = memory_new(1, sizeof *infer, error);

    if (infer == NULL)
        return NULL;
    infer->kernels = kernels;
    infer->state_count = model->state_count;
    if (!stages_init(&infer->stages, model, error) ||
        (infer->state = memory_new(model->state_count, sizeof(float), error)) == NULL ||
        (infer->bias = memory_new((size_t)STAGES_MAX * MODEL_CHANNELS_MAX, sizeof(float), error)) ==
            NULL) {
        infer_free(infer);
        return NULL;
    }
    return infer;
}

void infer_free(struct infer *infer)
{
    if (infer == NULL)
        return;
    free(infer->state);
    free(infer->bias);
    free(infer);
}

static float *bias_of(const struct infer *infer, int s)
{
    return infer->bias + (size_t)s * MODEL_CHANNELS_MAX;
}

static void fold_norm(const struct stage *stage, const float *state, float *weight, float *bias)
{
    const int taps = stage->input.channels * MODEL_KERNEL * MODEL_KERNEL;

    for (int k = 0; k < stage->conv.channels; k++) {
        double scale = (double)state[stage->norm_weight + (size_t)k] /
                       sqrt((double)state[stage->running_var + (size_t)k] + BATCH_NORM_EPSILON);
        bias[k] = (float)((double)state[stage->norm_bias + (size_t)k] -
                          (double)state[stage->running_mean + (size_t)k] * scale);
        for (int i = k * taps; i < (k + 1) * taps; i++)
            weight[i] = (float)((double)state[stage->weight + (size_t)i] * scale);
    }
}

void infer_load(struct infer *infer, const float *state)
{
    for (size_t i = 0; i < infer->state_count; i++)
        infer->state[i] = state[i];
    for (int s = 0; s < infer->stages.count; s++) {
        const struct stage *stage = &infer->stages.at[s];
        if (stage->kind == STAGE_CONV)
            fold_norm(stage, state, infer->state + stage->weight, bias_of(infer, s));
    }
}

static size_t input_size(const struct stage *stage)
{
    return stage->kind == STAGE_LINEAR ? (size_t)stage->inputs * LANES
                                       : stage_map_size(stage->input, stage->padding);
}

static bool workspace_fill(struct workspace *workspace, const struct stages *stages,
                           struct error *error)
{
    for (int s = 0; s < stages->count; s++) {
        const struct stage *stage = &stages->at[s];
        workspace->input[s] = memory_new(input_size(stage), sizeof(float), error);
        if (workspace->input[s] == NULL)
            return false;
        if (stage->kind == STAGE_CONV &&
            (workspace->conv[s] =
                 memory_new(stage_map_size(stage->conv, 0), sizeof(float), error)) == NULL)
            return false;
    }
    workspace->means = memory_new((size_t)MODEL_FEATURES_MAX * LANES, sizeof(float), error);
    return workspace->means != NULL;
}

struct workspace *infer_workspace_new(const struct infer *infer, struct error *error)
{
    struct workspace *workspace = memory_new(1, sizeof *workspace, error);

    if (workspace != NULL && !workspace_fill(workspace, &infer->stages, error)) {
        infer_workspace_free(workspace);
        return NULL;
    }
    return workspace;
}

void infer_workspace_free(struct workspace *workspace)
{
    if (workspace == NULL)
        return;
    for (int s = 0; s < STAGES_MAX; s++) {
        free(workspace->input[s]);
        free(workspace->conv[s]);
    }
    free(workspace->means);
    free(workspace);
}

float *infer_input(const struct infer *infer, struct workspace *workspace, int *padding)
{
    *padding = infer->stages.at[0].padding;
    return workspace->input[0];
}

static void run_conv(const struct infer *infer, struct workspace *workspace, int s)
{
    const struct stage *stage = &infer->stages.at[s], *next = stage + 1;
    struct map in = stage_map_grown(stage_map(workspace->input[s], stage->input, stage->padding),
                                    stage->padding);
    struct map conv = stage_map(workspace->conv[s], stage->conv, 0);
    struct map out = stage_map(workspace->input[s + 1], stage->output, next->padding);

    infer->kernels->conv(&window, &in, stage->padding, infer->state + stage->weight,
                         bias_of(infer, s), false, &conv, NULL, 0, stage->conv.channels);
    for (int k = 0; k < stage->conv.channels; k++)
        (stage->pool ? infer->kernels->norm_relu_pool : infer->kernels->norm_relu)(&conv, k, 1.0F,
                                                                                   0.0F, &out);
}

static void run_linear(const struct infer *infer, struct workspace *workspace, int s, float *out)
{
    const struct stage *stage = &infer->stages.at[s];
    struct features in = {.data = workspace->input[s]}, to = {.data = out};

    if (stage_pools(stage)) {
        struct map map = stage_map(workspace->input[s], stage->input, 0);
        (stage->kind == STAGE_MEAN ? infer->kernels->window_means
                                   : infer->kernels->average)(&map, workspace->means);
        in.data = workspace->means;
    }
    infer->kernels->linear(&in, infer->state + stage->weight, stage_bias(stage, infer->state), &to,
                           1, stage->inputs, stage->output.channels, 0, stage->output.channels);
}

void infer_run(const struct infer *infer, struct workspace *workspace, float *logits)
{
    for (int s = 0; s < infer->stages.count; s++) {
        bool last = s + 1 == infer->stages.count;
        if (infer->stages.at[s].kind == STAGE_CONV)
            run_conv(infer, workspace, s);
        else
            run_linear(infer, workspace, s, last ? logits : workspace->input[s + 1]);
    }
}
