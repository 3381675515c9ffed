/*
 * insight.h -- what the network of a moment makes of images: the front end's own inference, on its
 * own copy of the weights, so that looking never disturbs training.
 *
 * Everything here is brought up to date by insight_update(), and only what is looked at.
 *
 * Threads: the main thread alone.
 */
#ifndef TUI_INSIGHT_H
#define TUI_INSIGHT_H

#include "nn/activations.h"
#include "nn/kernels.h"
#include "train/outcomes.h"
#include "tui/browse.h"
#include "tui/predict.h"
#include "tui/sketch.h"
#include "tui/view_draw.h"

/* What is looked at. */
struct insight_wish {
    const float *state; /* the weights of the moment */
    long step;          /* batches before it */
    bool past;          /* not the snapshot's: no test pass of the trainer's is of this moment */
    bool moving;        /* the weights change many times a second */
    bool outcomes;      /* the confusion matrix or a list that follows from it */
    bool activations;   /* of the selected image, or of the drawn one */
    bool drawing;
};

struct insight {
    const struct model *model;
    const struct split *test;
    struct outcomes live; /* of the trainer's latest test pass; to be filled by the caller */
    struct confusion confusion;
    struct browse browse;
    struct predictions predictions; /* of the selected image and those behind it in the list */
    struct activations activations;
    struct sketch *sketch;
    uint8_t digit[DATASET_PIXELS]; /* what the network sees of the sketch */
    struct predictions digit_predictions;

    /* The rest is insight.c's. */
    struct team *team;
    struct evaluator *evaluator;
    struct outcomes past;
    const struct outcomes *shown;
    struct browse listed; /* what was wanted of the list that is there; owns nothing */
    long shown_step, predicted_step, activated_step, digit_step;
    unsigned long digit_changes, activated_changes; /* of the sketch when it was looked at */
    int activated_image;
    bool activated_drawing;
    double predicted_at, activated_at, travelled_at;
    long travelled_step;
};

/* Model, kernels and split must outlive it. False with ERROR_SYSTEM when memory is short; then,
 * too, insight_fini releases it. */
bool insight_init(struct insight *insight, const struct model *model, const struct kernels *kernels,
                  const struct split *test, struct error *error);
void insight_fini(struct insight *insight);

/* Makes the test pass of a moment for which no trainer made one. */
bool insight_test(struct insight *insight, const float *state, long step, struct error *error);

/* Lists images anew, and counts the matrix, where the outcomes or what is wanted of the list have
 * changed. A list of what was not wanted before begins at its first image. */
void insight_list(struct insight *insight);

/* Brings up to date what is looked at, but nothing too often. True when there is something that it
 * will do at another call soon. */
bool insight_update(struct insight *insight, const struct insight_wish *wish);

#endif
