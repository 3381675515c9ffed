/*
 * evaluate.h -- the pass over a split: what the network says of every image, by a team of threads.
 *
 * Threads: an evaluator belongs to the thread that made it; the team works inside evaluate_images.
 */
#ifndef TRAIN_EVALUATE_H
#define TRAIN_EVALUATE_H

#include "data/dataset.h"
#include "nn/kernels.h"
#include "nn/model.h"
#include "nn/team.h"

struct evaluator;

/* What is kept of each image. Arrays of one element an image of the split; probabilities may be
 * NULL. */
struct evaluation {
    double *losses;
    uint8_t *predictions;
    float *probabilities; /* [count][DATASET_CLASSES] */
};

/* Model, kernels and team must outlive it. NULL with the error. */
struct evaluator *evaluator_new(const struct model *model, const struct kernels *kernels,
                                struct team *team, struct error *error);
void evaluator_free(struct evaluator *evaluator);

/* Takes the weights over from state[model->state_count]. */
void evaluator_load(struct evaluator *evaluator, const float *state);

/* Runs images [from, to) of the split with the weights last loaded; `from` a multiple of LANES. */
void evaluate_images(struct evaluator *evaluator, const struct split *split, int from, int to,
                     struct evaluation *evaluation);

/* Mean loss over all images of the split, added up in their order; *correct gets how many were
 * predicted right. */
double evaluation_total(const struct evaluation *evaluation, const struct split *split,
                        int *correct);

#endif
