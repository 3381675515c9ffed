/*
 * distributions.h -- how the weights and the gradients of each layer are distributed, at moments of
 * the whole run.
 *
 * A column is one moment. For every layer that has parameters it counts all its weights in bins,
 * and all elements of their gradient. The bins cover [-scale, scale) evenly. Each distribution has
 * a scale of its own, a power of two that is 4 to 8 times the root of the mean square, as nobody
 * knows in advance how far the values of later moments will reach; what lies beyond is counted
 * apart. For a picture all columns are divided anew on one axis (distribution_rows): a bin that two
 * rows share is divided in proportion.
 *
 * There is room for DISTRIBUTIONS_COLUMNS. When it is full, the column goes that leaves the
 * smallest gap, so that what stays is spread evenly over the run.
 *
 * Ownership: distributions_fini releases the columns that were added. Threads: no shared state.
 */
#ifndef TRAIN_DISTRIBUTIONS_H
#define TRAIN_DISTRIBUTIONS_H

#include "nn/model.h"

#include <stdint.h>

enum { DISTRIBUTIONS_COLUMNS = 200, DISTRIBUTION_BINS = 64 };

enum distribution_of { DISTRIBUTION_WEIGHTS, DISTRIBUTION_GRADIENTS, DISTRIBUTION_COUNT };

/* All values of one layer. Those that are not finite count as beyond. */
struct distribution {
    float deviation; /* standard deviation of the finite values */
    float largest;   /* of the finite values without their signs */
    float scale;
    uint32_t count, beyond; /* values in all; those outside of the bins */
    uint32_t bins[DISTRIBUTION_BINS];
};

/* One block of memory: free() releases it. */
struct distribution_column {
    long step;                                        /* batches since the run's start */
    struct distribution layers[][DISTRIBUTION_COUNT]; /* of layers with parameters, in order */
};

struct distributions {
    const struct model *model;
    int count;
    struct distribution_column *columns[DISTRIBUTIONS_COLUMNS]; /* by rising step */
};

void distribution_measure(struct distribution *distribution, const float *values, size_t count);

/* The distributions of a state, and of a gradient of its parameters. NULL with ERROR_SYSTEM when
 * memory is short. */
struct distribution_column *distribution_column_new(const struct model *model, const float *state,
                                                    const float *gradient, long step,
                                                    struct error *error);

/* One that is all zero except for the model is empty; the model must outlive it. */
void distributions_fini(struct distributions *distributions);

/* Takes the column. One of the same step is replaced. */
void distributions_add(struct distributions *distributions, struct distribution_column *column);

/* The distribution of a layer, which has parameters, in a column. */
const struct distribution *distributions_at(const struct distributions *distributions, int column,
                                            int layer, enum distribution_of of);

/* Half of an axis around 0 for all columns: the share `within` of all their values lies on it. 0 if
 * there is no column, or all values are 0. */
float distributions_axis(const struct distributions *distributions, int layer,
                         enum distribution_of of, double within);

/* Divides a distribution on an axis [-axis, axis) into `count` rows: shares[count] of all its
 * values, from the lowest on. Returns the share that lies beyond. */
double distribution_rows(const struct distribution *distribution, float axis, int count,
                         double shares[]);

#endif
