/*
 * outcomes.h -- the results of a test pass for each image: the prediction and the loss; and the
 * confusion matrix of the pass.
 *
 * Ownership: outcomes_fini releases what outcomes_init made. Threads: no shared state.
 */
#ifndef TRAIN_OUTCOMES_H
#define TRAIN_OUTCOMES_H

#include "data/dataset.h"
#include "train/evaluate.h"

struct outcomes {
    int count;          /* images of the split */
    long step;          /* batches trained before the pass; 0: no pass yet */
    uint8_t *predicted; /* [count] classes */
    float *losses;      /* [count]; may be infinite or NaN */
};

/* Allocates outcomes for a split of `count` images, all zero. False with ERROR_SYSTEM if memory is
 * short; outcomes_fini is then allowed but not needed. */
bool outcomes_init(struct outcomes *outcomes, int count, struct error *error);
void outcomes_fini(struct outcomes *outcomes);

/* Copies the results of a pass over all images. */
void outcomes_take(struct outcomes *outcomes, const struct evaluation *evaluation, long step);

/* Copies outcomes; both must have the same number of images. */
void outcomes_copy(struct outcomes *to, const struct outcomes *from);

/* Runs a pass over the split, which must have outcomes->count images; state[] holds the weights of
 * the evaluator's model. False with ERROR_SYSTEM if memory is short. */
bool outcomes_compute(struct outcomes *outcomes, struct evaluator *evaluator, const float *state,
                      const struct split *split, long step, struct error *error);

/* The confusion matrix: how often each class was predicted for each true class. */
struct confusion {
    int classes;
    int counts[CLASSES_MAX][CLASSES_MAX]; /* [true class][predicted class] */
    long step;                            /* as in the outcomes */
};

/* Counts the outcomes of a pass; before the first one all counts are zero. */
void outcomes_confusion(const struct outcomes *outcomes, const struct split *split,
                        struct confusion *confusion);

#endif
