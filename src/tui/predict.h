/*
 * predict.h -- what the network of a moment says of a few images.
 *
 * Threads: no shared state; an evaluator belongs to one thread.
 */
#ifndef TUI_PREDICT_H
#define TUI_PREDICT_H

#include "support/lanes.h"
#include "train/evaluate.h"

/* Images of a split and their predictions. */
struct predictions {
    int count; /* 0: nothing has been predicted yet */
    uint32_t images[LANES];
    uint8_t predicted[LANES];
    double losses[LANES];
    int classes;
    float probabilities[LANES * CLASSES_MAX]; /* [count][classes] */
};

/* The probabilities of prediction i: [classes]. */
const float *predictions_of(const struct predictions *predictions, int i);

/* Predicts images[count], at most LANES of the split's, with the weights last loaded. */
void predictions_make(struct predictions *predictions, struct evaluator *evaluator,
                      const struct split *split, const uint32_t images[], int count);

#endif
