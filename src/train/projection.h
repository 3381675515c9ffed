/*
 * projection.h -- a map of images: what the last hidden layer makes of them, projected on its first
 * two principal components. Images that the network takes for alike lie near each other.
 *
 * The values are those that go into the last Linear layer; into the last Conv2d if there is no
 * Linear, and into the network if there is neither. The images are the first of the split, at most
 * PROJECTION_IMAGES. If the layer has more than PROJECTION_VALUES values, neighbours in a map, or
 * in a row of features, are averaged: at the extreme, each map is one value. Values that are not
 * finite count as 0. The components, their alignment and the neighbours are principal.h's.
 *
 * A projection is computed in small steps, so that its thread can look up between two.
 *
 * Ownership: projection_free releases it. Threads: it belongs to one thread at a time.
 */
#ifndef TRAIN_PROJECTION_H
#define TRAIN_PROJECTION_H

#include "train/evaluate.h"
#include "train/principal.h"

enum { PROJECTION_IMAGES = 2000, PROJECTION_VALUES = 2048 };

struct projection {
    int count;          /* images: the first of the split */
    int layer;          /* whose output the values are, averaged or not; -1: the image itself */
    int values;         /* of an image */
    double share[2];    /* of the variance that lies along each component */
    float (*points)[2]; /* [count]; principal_align() may have turned them */
    uint8_t *predicted; /* [count] classes */
    struct principal principal; /* has the values, for principal_nearest() */

    /* The rest is projection.c's. */
    const struct split *split;
    int source;  /* the layer into which the values go */
    int cell[2]; /* rows and columns of neighbours that are averaged */
    int done;    /* images */
};

/* Prepares the projection of the first images of a split, which must outlive it. NULL with
 * ERROR_SYSTEM if memory is short. */
struct projection *projection_new(const struct model *model, const struct split *split,
                                  struct error *error);
void projection_free(struct projection *projection);

/* Computes the next step with the weights that the evaluator has, the same for all steps. False
 * when the points are complete. */
bool projection_continue(struct projection *projection, struct evaluator *evaluator);

#endif
