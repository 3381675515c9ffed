/*
 * predict.h -- what the network of a snapshot says of a few images: the front end's own inference,
 * on its own copy of the weights, so that looking never disturbs training.
 *
 * Threads: a predictor belongs to one thread.
 */
#ifndef TUI_PREDICT_H
#define TUI_PREDICT_H

#include "data/dataset.h"
#include "nn/kernels.h"
#include "nn/model.h"
#include "support/lanes.h"

struct predictor;

/* Images of a split, and what is said of them. */
struct predictions {
    int count; /* 0: nothing has been predicted yet */
    uint32_t images[LANES];
    uint8_t predicted[LANES];
    double losses[LANES];
    float probabilities[LANES][DATASET_CLASSES];
};

/* Model and kernels must outlive it. NULL with the error. */
struct predictor *predictor_new(const struct model *model, const struct kernels *kernels,
                                struct error *error);
void predictor_free(struct predictor *predictor);

/* Predicts images[count], at most LANES of the split's, with the weights in
 * state[model->state_count]. */
void predictor_run(struct predictor *predictor, const float *state, const struct split *split,
                   const uint32_t images[], int count, struct predictions *predictions);

#endif
