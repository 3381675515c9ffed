/*
 * outcomes.h -- the results of a test pass for each image: the prediction, the class that came
 * second, and the loss; and the confusion matrix of the pass.
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
    uint8_t *seconds;   /* [count] classes that came second */
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

/* The images of a cell of the matrix, by falling loss (NaN counts as the largest; equals by index),
 * and after those of a cell off the diagonal its near misses: images of the class that are read
 * right, but `predicted` came second. Lists at most `most` images; *inside gets how many of these
 * are in the cell. Returns how many are listed. */
int outcomes_of_cell(const struct outcomes *outcomes, const struct split *split, int label,
                     int predicted, int most, uint32_t images[], int *inside);

#endif
