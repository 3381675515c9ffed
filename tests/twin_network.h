/*
 * twin_network.h -- a whole network a second time: a model's list of layers, one by one.
 *
 * As twin.h: double precision, nothing merged, nothing done for speed. The gradients are checked
 * against finite differences. Dropout takes the factors that dropout.h draws for the noise, so that
 * a batch can be compared.
 *
 * Ownership: twin_fini releases what twin_init made. Errors: a test fails when memory is short.
 * Threads: no shared state.
 */
#ifndef TWIN_NETWORK_H
#define TWIN_NETWORK_H

#include "twin.h"

struct twin {
    const struct model *model;
    bool training; /* batch norm uses the batch's moments, else the running ones; Dropout drops */
    double label_smoothing;
    const double *mask; /* --dropout: [samples][features] factors of what goes into the first linear
                         * layer, the caller's; NULL: none */
    double *state;      /* [state_count] parameters and running statistics */
    double *gradient;   /* [parameter_count] of the mean loss */
    uint8_t *labels;    /* [samples] */
    struct grid *value; /* [l]: what goes into layer l; then the output */
    struct grid *slope; /* [l]: gradient of the mean loss by value[l] */
    double **mean, **variance; /* [l]: of batch norms, as used */
    double **factor;           /* [l]: of Dropout layers, for each input; NULL: none are dropped */
    double *drawn;             /* what twin_drop has put into `mask` */
};

/* For batches of `samples`: the caller fills state, labels and value[0]. */
void twin_init(struct twin *twin, const struct model *model, int samples);
void twin_fini(struct twin *twin);
void twin_load(struct twin *twin, const float *state);

/* Draws what a batch with that noise drops: `share` before the first linear layer, and what the
 * model's own layers say. */
void twin_drop(struct twin *twin, double share, uint64_t noise);

/* The mean loss of the batch. */
double twin_forward(struct twin *twin);

/* The gradient, after twin_forward. */
void twin_backward(struct twin *twin);

/* Moves the running statistics towards the moments of the last training batch. */
void twin_update_statistics(struct twin *twin);

/* What goes into the loss: the last layer's output, or the input of a LogSoftmax. */
const struct grid *twin_logits(const struct twin *twin);

/* The first class with the largest logit. */
int twin_prediction(const struct twin *twin, int sample);

#endif
