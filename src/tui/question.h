/*
 * question.h -- what is wanted of the network of a moment.
 *
 * Small parts are answered together, at once. Studies are the computations that take long: they are
 * made in steps, one after the other, and each leaves a finding when it is done.
 *
 * Ownership: question_hold holds the weights of a copy, question_drop drops them. Threads: no
 * shared state.
 */
#ifndef TUI_QUESTION_H
#define TUI_QUESTION_H

#include "data/dataset.h"
#include "support/lanes.h"
#include "train/weights.h"

enum study {
    STUDY_OCCLUSION,     /* what the network looks at in the image or the drawing */
    STUDY_MAP,           /* the projection of the first test images */
    STUDY_GRADIENTS,     /* the parameters' gradients on some training images */
    STUDY_DISTRIBUTIONS, /* those of weights and gradients at `moments` */
    STUDY_COUNT,
};

enum { QUESTION_MOMENTS = 8 };

/* All zero: nothing is wanted. */
struct question {
    struct weights *weights;
    bool moving; /* these weights are followed by others many times a second: a study at work with
                  * older ones goes on with those */
    int count;   /* test images to predict, 0 to LANES: */
    uint32_t images[LANES];
    bool digit;       /* predict `drawn` */
    bool activations; /* of `drawn` with `drawing`, else of the test image `image` */
    bool drawing;
    int image;
    bool outcomes;    /* make the pass over the test set */
    unsigned studies; /* the bits 1 << STUDY_... */
    int moment_count; /* of STUDY_DISTRIBUTIONS: */
    struct weights *moments[QUESTION_MOMENTS];
    unsigned long changes;             /* the caller's number of `drawn` */
    uint8_t drawn[DATASET_PIXELS_MAX]; /* [height][width] of the test images */
};

static inline void question_hold(struct question *question)
{
    weights_hold(question->weights);
    for (int i = 0; i < question->moment_count; i++)
        weights_hold(question->moments[i]);
}

/* Afterwards it has no weights. */
static inline void question_drop(struct question *question)
{
    weights_drop(question->weights);
    for (int i = 0; i < question->moment_count; i++)
        weights_drop(question->moments[i]);
    question->weights = NULL;
    question->moment_count = 0;
}

/* Whether a question wants a study. */
static inline bool question_wants(const struct question *question, enum study study)
{
    return (question->studies & 1U << study) != 0;
}

#endif
