#include "train/evaluate.h"

#include "nn/infer.h"
#include "nn/loss.h"
#include "support/lanes.h"
#include "support/memory.h"

#include <stdlib.h>

struct evaluator {
    int classes;
    struct team *team;
    struct infer *infer;
    int workers;                   /* members of the team that work */
    struct workspace **workspaces; /* [workers] */

    /* The current pass. */
    const struct split *split;
    int from, to;
    struct evaluation *evaluation;
};

int evaluator_threads(int threads, int images)
{
    const int blocks = lanes_blocks(images);
    const int most = blocks < EVALUATE_THREADS_MAX ? blocks : EVALUATE_THREADS_MAX;

    return threads < most ? threads : most;
}

struct evaluator *evaluator_new(const struct model *model, const struct kernels *kernels,
                                struct team *team, int images, struct error *error)
{
    struct evaluator *evaluator = memory_new(1, sizeof *evaluator, error);
    const int workers = evaluator_threads(team_size(team), images);

    if (evaluator == NULL)
        return NULL;
    evaluator->classes = model->classes;
    evaluator->team = team;
    evaluator->workers = workers;
    evaluator->infer = infer_new(model, kernels, error);
    evaluator->workspaces = memory_new((size_t)workers, sizeof(struct workspace *), error);
    bool complete = evaluator->infer != NULL && evaluator->workspaces != NULL;
    for (int i = 0; complete && i < workers; i++)
        complete = (evaluator->workspaces[i] = infer_workspace_new(evaluator->infer, error));
    if (complete)
        return evaluator;
    evaluator_free(evaluator);
    return NULL;
}

void evaluator_free(struct evaluator *evaluator)
{
    if (evaluator == NULL)
        return;
    for (int i = 0; evaluator->workspaces != NULL && i < evaluator->workers; i++)
        infer_workspace_free(evaluator->workspaces[i]);
    free(evaluator->workspaces);
    infer_free(evaluator->infer);
    free(evaluator);
}

void evaluator_load(struct evaluator *evaluator, const float *state)
{
    infer_load(evaluator->infer, state);
}

/* What the network says of a block of images; `to` is the place of the first in the evaluation. */
static void evaluate_block(const struct evaluator *evaluator, struct workspace *workspace,
                           const struct split *split, const uint32_t indices[], int count,
                           const struct evaluation *evaluation, int to)
{
    uint8_t labels[LANES];
    int padding;
    float *input = infer_input(evaluator->infer, workspace, &padding);

    dataset_pack(split, indices, count, padding, input, labels);
    const float *logits = infer_run(evaluator->infer, workspace);
    loss_forward(logits, evaluator->classes, labels, count, 0.0, evaluation->losses + to,
                 evaluation->predictions + to);
    for (int lane = 0; evaluation->seconds != NULL && lane < count; lane++)
        evaluation->seconds[to + lane] = (uint8_t)loss_second(logits, evaluator->classes, lane,
                                                              evaluation->predictions[to + lane]);
    for (int lane = 0; evaluation->probabilities != NULL && lane < count; lane++)
        loss_softmax(logits, evaluator->classes, lane,
                     evaluation->probabilities + (size_t)(to + lane) * (size_t)evaluator->classes);
}

void evaluate_listed(struct evaluator *evaluator, const struct split *split,
                     const uint32_t images[], int count, const struct evaluation *evaluation)
{
    evaluate_block(evaluator, evaluator->workspaces[0], split, images, count, evaluation, 0);
}

struct map evaluator_layer_input(struct evaluator *evaluator, int layer)
{
    return infer_layer_input(evaluator->infer, evaluator->workspaces[0], layer);
}

static void evaluate_member(void *argument, int member)
{
    struct evaluator *evaluator = argument;
    int block, block_to;

    if (member >= evaluator->workers)
        return;
    team_share(lanes_blocks(evaluator->to - evaluator->from), member, evaluator->workers, &block,
               &block_to);
    for (; block < block_to; block++) {
        const int first = evaluator->from + block * LANES, left = evaluator->to - first;
        const int count = left < LANES ? left : LANES;
        uint32_t indices[LANES];
        for (int lane = 0; lane < count; lane++)
            indices[lane] = (uint32_t)(first + lane);
        evaluate_block(evaluator, evaluator->workspaces[member], evaluator->split, indices, count,
                       evaluator->evaluation, first);
    }
}

void evaluate_images(struct evaluator *evaluator, const struct split *split, int from, int to,
                     struct evaluation *evaluation)
{
    evaluator->split = split;
    evaluator->from = from;
    evaluator->to = to;
    evaluator->evaluation = evaluation;
    team_run(evaluator->team, evaluate_member, evaluator);
}

double evaluation_total(const struct evaluation *evaluation, const struct split *split,
                        int *correct)
{
    double loss = 0.0;

    *correct = 0;
    for (int i = 0; i < split->count; i++) {
        loss += evaluation->losses[i];
        *correct += evaluation->predictions[i] == split->labels[i];
    }
    return loss / split->count;
}
