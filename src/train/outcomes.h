/*
 * outcomes.h -- how a test pass came out, image by image: what the network said of each and how
 * wrong that was, and the confusion matrix that follows from it.
 *
 * Ownership: outcomes_fini releases what outcomes_init made. Threads: no shared state.
 */
#ifndef TRAIN_OUTCOMES_H
#define TRAIN_OUTCOMES_H

#include "data/dataset.h"
#include "train/evaluate.h"

struct outcomes {
    int count;          /* images of the split */
    long step;          /* batches since the run's start before the pass; 0: no pass yet */
    uint8_t *predicted; /* [count] classes */
    float *losses;      /* [count]; may be infinite or NaN */
};

/* For a split of `count` images, all zero. False with ERROR_SYSTEM when memory is short; then it
 * needs no outcomes_fini, though it may have one. */
bool outcomes_init(struct outcomes *outcomes, int count, struct error *error);
void outcomes_fini(struct outcomes *outcomes);

/* Takes over the outcomes of a pass over all images. */
void outcomes_take(struct outcomes *outcomes, const struct evaluation *evaluation, long step);

/* Copies outcomes of as many images. */
void outcomes_copy(struct outcomes *to, const struct outcomes *from);

/* Makes the pass itself: over the split, of outcomes->count images, with the weights in state[]
 * of the evaluator's model. False with ERROR_SYSTEM when memory is short. */
bool outcomes_compute(struct outcomes *outcomes, struct evaluator *evaluator, const float *state,
                      const struct split *split, long step, struct error *error);

/* How often images of one class were taken for another. */
struct confusion {
    int counts[DATASET_CLASSES][DATASET_CLASSES]; /* [true class][predicted class] */
    long step;                                    /* as in the outcomes */
};

/* Counts the outcomes of a pass; before the first one all counts are zero. */
void outcomes_confusion(const struct outcomes *outcomes, const struct split *split,
                        struct confusion *confusion);

#endif
