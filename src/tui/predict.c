#include "tui/predict.h"

#include "nn/infer.h"
#include "nn/loss.h"
#include "support/memory.h"

#include <stdlib.h>
#include <string.h>

struct predictor {
    int classes;
    struct infer *infer;
    struct workspace *workspace;
};

struct predictor *predictor_new(const struct model *model, const struct kernels *kernels,
                                struct error *error)
{
    struct predictor *predictor = memory_new(1, sizeof *predictor, error);

    if (predictor == NULL)
        return NULL;
    predictor->classes = model->classes;
    if ((predictor->infer = infer_new(model, kernels, error)) != NULL &&
        (predictor->workspace = infer_workspace_new(predictor->infer, error)) != NULL)
        return predictor;
    predictor_free(predictor);
    return NULL;
}

void predictor_free(struct predictor *predictor)
{
    if (predictor == NULL)
        return;
    infer_workspace_free(predictor->workspace);
    infer_free(predictor->infer);
    free(predictor);
}

void predictor_run(struct predictor *predictor, const float *state, const struct split *split,
                   const uint32_t images[], int count, struct predictions *predictions)
{
    uint8_t labels[LANES];
    int padding;
    float *input = infer_input(predictor->infer, predictor->workspace, &padding);

    infer_load(predictor->infer, state);
    dataset_pack(split, images, count, padding, input, labels);
    const float *logits = infer_run(predictor->infer, predictor->workspace);
    predictions->count = count;
    memcpy(predictions->images, images, (size_t)count * sizeof *images);
    loss_forward(logits, predictor->classes, labels, count, 0.0, predictions->losses,
                 predictions->predicted);
    for (int lane = 0; lane < count; lane++)
        loss_softmax(logits, predictor->classes, lane, predictions->probabilities[lane]);
}
