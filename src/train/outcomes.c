#include "train/outcomes.h"

#include "support/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool outcomes_init(struct outcomes *outcomes, int count, struct error *error)
{
    *outcomes = (struct outcomes){.count = count};
    outcomes->predicted = memory_new((size_t)count, sizeof *outcomes->predicted, error);
    outcomes->seconds = memory_new((size_t)count, sizeof *outcomes->seconds, error);
    outcomes->losses = memory_new((size_t)count, sizeof *outcomes->losses, error);
    if (outcomes->predicted != NULL && outcomes->seconds != NULL && outcomes->losses != NULL)
        return true;
    outcomes_fini(outcomes);
    return false;
}

void outcomes_fini(struct outcomes *outcomes)
{
    free(outcomes->predicted);
    free(outcomes->seconds);
    free(outcomes->losses);
    *outcomes = (struct outcomes){0};
}

void outcomes_take(struct outcomes *outcomes, const struct evaluation *evaluation, long step)
{
    outcomes->step = step;
    for (int i = 0; i < outcomes->count; i++) {
        outcomes->predicted[i] = evaluation->predictions[i];
        outcomes->seconds[i] = evaluation->seconds[i];
        outcomes->losses[i] = (float)evaluation->losses[i];
    }
}

void outcomes_copy(struct outcomes *to, const struct outcomes *from)
{
    to->step = from->step;
    memcpy(to->predicted, from->predicted, (size_t)from->count * sizeof *from->predicted);
    memcpy(to->seconds, from->seconds, (size_t)from->count * sizeof *from->seconds);
    memcpy(to->losses, from->losses, (size_t)from->count * sizeof *from->losses);
}

bool outcomes_compute(struct outcomes *outcomes, struct evaluator *evaluator, const float *state,
                      const struct split *split, long step, struct error *error)
{
    struct evaluation evaluation = {
        .losses = memory_new((size_t)split->count, sizeof(double), error),
        .predictions = memory_new((size_t)split->count, 1, error),
        .seconds = memory_new((size_t)split->count, 1, error),
    };
    bool allocated =
        evaluation.losses != NULL && evaluation.predictions != NULL && evaluation.seconds != NULL;

    if (allocated) {
        evaluator_load(evaluator, state);
        evaluate_images(evaluator, split, 0, split->count, &evaluation);
        outcomes_take(outcomes, &evaluation, step);
    }
    free(evaluation.seconds);
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

/* ---- the images of a cell ---- */

/* Where an image stands: in the cell, near it, or elsewhere. */
enum nearness { INSIDE, NEAR, ELSEWHERE };

static enum nearness nearness_of(const struct outcomes *outcomes, const struct split *split, int i,
                                 int label, int predicted)
{
    if (split->labels[i] != label)
        return ELSEWHERE;
    if (outcomes->predicted[i] == predicted)
        return INSIDE;
    return outcomes->predicted[i] == label && outcomes->seconds[i] == predicted ? NEAR : ELSEWHERE;
}

static bool larger_loss(float a, float b)
{
    return isnan(a) ? !isnan(b) : a > b;
}

/* Inserts an image into images[*count], of which `first` on are sorted by falling loss. */
static void insert(const struct outcomes *outcomes, uint32_t images[], int first, int most,
                   int *count, uint32_t image)
{
    int at = *count;

    while (at > first && larger_loss(outcomes->losses[image], outcomes->losses[images[at - 1]]))
        at--;
    if (at == most)
        return;
    *count += *count < most;
    memmove(images + at + 1, images + at, (size_t)(*count - 1 - at) * sizeof *images);
    images[at] = image;
}

int outcomes_of_cell(const struct outcomes *outcomes, const struct split *split, int label,
                     int predicted, int most, uint32_t images[], int *inside)
{
    int count = 0;

    for (enum nearness nearness = INSIDE; nearness <= NEAR; nearness++) {
        const int first = count;
        for (int i = 0; outcomes->step > 0 && i < outcomes->count; i++)
            if (nearness_of(outcomes, split, i, label, predicted) == nearness)
                insert(outcomes, images, first, most, &count, (uint32_t)i);
        if (nearness == INSIDE)
            *inside = count;
    }
    return count;
}
