/*
 * insight.h -- what the network of a moment makes of images: which of it a frame needs, and which
 * is there.
 *
 * insight_update() compares what is looked at with what has been computed, asks for what is missing
 * (see inference.h) and takes what has come. It never waits; until an answer comes, the one before
 * it is shown.
 *
 * Threads: the main thread alone; what it asks for is computed on a thread of its own.
 */
#ifndef TUI_INSIGHT_H
#define TUI_INSIGHT_H

#include "nn/activations.h"
#include "nn/kernels.h"
#include "train/outcomes.h"
#include "tui/browse.h"
#include "tui/inference.h"
#include "tui/inside.h"
#include "tui/sketch.h"
#include "tui/timeline.h"

/* What is shown. All zero except for the weights: only predictions of test images. */
struct insight_wish {
    struct weights *weights; /* of the moment */
    bool past;               /* no test pass of the trainer's is of this moment */
    bool moving;             /* the weights change many times a second */
    bool outcomes;           /* the confusion matrix or a list that follows from it */
    bool activations;        /* of the selected image, or of the drawn one */
    bool drawing;
    unsigned studies;  /* the bits 1 << STUDY_... of question.h */
    int neighbours_of; /* STUDY_MAP: the image on the map whose neighbours are shown */
    const struct timeline *timeline; /* STUDY_DISTRIBUTIONS: its moments, and that of `weights`;
                                      * NULL: only that */
    int image_count; /* test images to predict, at most LANES; 0: the selected one and those after
                      * it in the list */
    const uint32_t *images;
};

struct insight {
    const struct model *model;
    const struct split *test;
    struct outcomes live; /* of the trainer's latest test pass; the caller fills it */
    struct confusion confusion;
    struct browse browse;
    struct predictions predictions; /* of the selected image and those after it in the list */
    struct activations activations; /* values alone */
    struct sketch *sketch;
    uint8_t digit[DATASET_PIXELS_MAX]; /* the network input made from the sketch */
    struct predictions digit_predictions;
    struct error error; /* why the last answer is not complete, or ERROR_NONE */

    struct inside inside;

    /* The rest is insight.c's. */
    struct inference *inference;
    struct outcomes past;
    const struct outcomes *shown;
    struct browse listed; /* what was wanted of the list that is there; owns nothing */
    long shown_step;
    struct question wanted; /* the next one */
    struct question asked;  /* the last one; of its weights only the step counts */
    long asked_step;
    struct question activated; /* of the activations that are there; holds nothing */
    long predicted_step, activated_step, digit_step; /* of the weights; -1: none yet */
    unsigned long digit_changes, answered_changes;   /* of the sketch: in `digit`, predicted */
    double predicted_at, activated_at;
    struct finding *findings[STUDY_COUNT]; /* the latest ones */
    double found_at[STUDY_COUNT];
    bool map_changed; /* since its neighbours were found */
};

/* Model, kernels and data must outlive it. False with ERROR_SYSTEM when memory or threads are
 * short; then, too, insight_fini releases it. */
bool insight_init(struct insight *insight, const struct model *model, const struct kernels *kernels,
                  const struct dataset *data, struct error *error);
void insight_fini(struct insight *insight);

/* Lists images anew, and counts the matrix, where the outcomes or what is wanted of the list have
 * changed. A list of what was not wanted before begins at its first image. */
void insight_list(struct insight *insight);

/* Takes what has been computed and asks for what is missing, but nothing too often. True when
 * something is still to come. */
bool insight_update(struct insight *insight, const struct insight_wish *wish);

/* Updates, and waits, until nothing is still to come. */
void insight_settle(struct insight *insight, const struct insight_wish *wish);

/* Whether insight_update would find an answer. */
bool insight_ready(const struct insight *insight);

#endif
