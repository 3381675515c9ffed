#include "train/outcomes.h"

#include "support/memory.h"

#include <stdlib.h>
#include <string.h>

bool outcomes_init(struct outcomes *outcomes, int count, struct error *error)
{
    *outcomes = (struct outcomes){.count = count};
    outcomes->predicted = memory_new((size_t)count, sizeof *outcomes->predicted, error);
    outcomes->losses = memory_new((size_t)count, sizeof *outcomes->losses, error);
    if (outcomes->predicted != NULL && outcomes->losses != NULL)
        return true;
    outcomes_fini(outcomes);
    return false;
}

void outcomes_fini(struct outcomes *outcomes)
{
    free(outcomes->predicted);
    free(outcomes->losses);
    *outcomes = (struct outcomes){0};
}

void outcomes_take(struct outcomes *outcomes, const struct evaluation *evaluation, long step)
{
    outcomes->step = step;
    for (int i = 0; i < outcomes->count; i++) {
        outcomes->predicted[i] = evaluation->predictions[i];
        outcomes->losses[i] = (float)evaluation->losses[i];
    }
}

void outcomes_copy(struct outcomes *to, const struct outcomes *from)
{
    to->step = from->step;
    memcpy(to->predicted, from->predicted, (size_t)from->count * sizeof *from->predicted);
    memcpy(to->losses, from->losses, (size_t)from->count * sizeof *from->losses);
}

bool outcomes_compute(struct outcomes *outcomes, struct evaluator *evaluator, const float *state,
                      const struct split *split, long step, struct error *error)
{
    struct evaluation evaluation = {
        .losses = memory_new((size_t)split->count, sizeof(double), error),
        .predictions = memory_new((size_t)split->count, 1, error),
    };
    bool allocated = evaluation.losses != NULL && evaluation.predictions != NULL;

    if (allocated) {
        evaluator_load(evaluator, state);
        evaluate_images(evaluator, split, 0, split->count, &evaluation);
        outcomes_take(outcomes, &evaluation, step);
    }
    free(evaluation.predictions);
    free(evaluation.losses);
    return allocated;
}

void outcomes_confusion(const struct outcomes *outcomes, const struct split *split,
                        struct confusion *confusion)
{
    memset(confusion, 0, sizeof *confusion);
    confusion->classes = split->classes;
    confusion->step = outcomes->step;
    for (int i = 0; outcomes->step > 0 && i < outcomes->count; i++)
        confusion->counts[split->labels[i]][outcomes->predicted[i]]++;
}
