/*
 * evaluate.h -- what the network says of images: of all of a split, by a team of threads, or of a
 * few.
 *
 * Threads: an evaluator belongs to the thread that made it; the team works inside evaluate_images.
 */
#ifndef TRAIN_EVALUATE_H
#define TRAIN_EVALUATE_H

#include "data/dataset.h"
#include "nn/kernels.h"
#include "nn/map.h"
#include "nn/model.h"
#include "nn/team.h"

enum { EVALUATE_THREADS_MAX = 64 }; /* each has a workspace of some MB; more hardly help */

struct evaluator;

/* The results for each image: arrays with one element per image of the split. The last two may be
 * NULL. */
struct evaluation {
    double *losses;
    uint8_t *predictions;
    float *probabilities; /* [count][classes] */
    uint8_t *seconds;     /* the classes that came second */
};

/* Makes an evaluator for passes over at most `images` images. Members of the team for which there
 * is no block stay idle. Model, kernels and team must outlive it. NULL with the error. */
struct evaluator *evaluator_new(const struct model *model, const struct kernels *kernels,
                                struct team *team, int images, struct error *error);

/* The number of threads that passes over `images` images can use, at most `threads`. */
int evaluator_threads(int threads, int images);

void evaluator_free(struct evaluator *evaluator);

/* Copies the weights from state[model->state_count]. */
void evaluator_load(struct evaluator *evaluator, const float *state);

/* Evaluates images [from, to) of the split with the weights last loaded. `from` must be a multiple
 * of LANES, and there must be no more images than the evaluator was made for. */
void evaluate_images(struct evaluator *evaluator, const struct split *split, int from, int to,
                     struct evaluation *evaluation);

/* Runs images[count] of the split, at most LANES, with the weights last loaded and without the help
 * of the team: element i of the evaluation is of images[i]. */
void evaluate_listed(struct evaluator *evaluator, const struct split *split,
                     const uint32_t images[], int count, const struct evaluation *evaluation);

/* What went into a layer for the last images listed, one a lane, until the evaluator works again;
 * see infer_layer_input. */
struct map evaluator_layer_input(struct evaluator *evaluator, int layer);

/* Mean loss over all images of the split, added up in their order; *correct gets how many were
 * predicted right. */
double evaluation_total(const struct evaluation *evaluation, const struct split *split,
                        int *correct);

#endif
