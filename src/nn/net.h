/*
 * net.h -- trains a network: forward, backward and update over one batch, by a team of threads.
 *
 * A batch is split into blocks of LANES samples; every step of the computation is shared among the
 * team by block and, with more threads than blocks, by channel. All sums across blocks run in the
 * order of the blocks, whoever computed them, so the result is the same bits for any number of
 * threads. A short last block has its padding lanes left out of batch norm's statistics, and their
 * gradient is zero.
 *
 * Mathematics: batch norm forward and backward after Ioffe and Szegedy, "Batch Normalization",
 * 2015, with PyTorch's conventions (biased variance to normalise, unbiased in the running
 * statistics).
 *
 * Threads: a net belongs to the thread that made it; the team works for it inside net_train alone.
 */
#ifndef NN_NET_H
#define NN_NET_H

#include "nn/fault.h"
#include "nn/kernels.h"
#include "nn/model.h"
#include "nn/optimizer.h"
#include "nn/team.h"

#include <stdbool.h>
#include <stdint.h>

struct net;

/* Where samples come from. pack() is called by any member of the team, for block 0, 1, ... of the
 * batch: it fills the inside of `input`, one channel of images with `padding` zeros around, and the
 * labels of the block's samples. */
struct net_source {
    void (*pack)(void *argument, int block, int padding, float *input, uint8_t *labels);
    void *argument;
};

/* How a batch is trained. */
struct net_rule {
    struct optimizer optimizer; /* of the net's kind */
    double average_decay;       /* in the long run, of a net with an average */
    double label_smoothing;     /* 0 to below 1; see loss.h */
    double dropout; /* of what goes into the first linear layer, besides the model's own */
    uint64_t noise; /* seed of what is dropped */
};

struct net_result {
    double loss; /* mean over the batch, before the update */
    int correct; /* samples whose largest logit is their label's */
    /* If there is one, the parameters and velocities are as they were before the batch, but the
     * running statistics may not be finite any more: do not save them. */
    struct fault fault;
};

struct net_options {
    int batch_size; /* at most */
    enum optimizer_kind optimizer;
    bool average; /* also keep an average of the weights */
    bool unfused; /* compute the layers one by one, to compare */
};

/* The model, kernels and team must outlive it. Its state is all zero until the caller fills it.
 * NULL with the error. */
struct net *net_new(const struct model *model, const struct kernels *kernels, struct team *team,
                    const struct net_options *options, struct error *error);
void net_free(struct net *net);

/* Bytes that a net takes, the state and all that is kept of each parameter included. */
bool net_memory(const struct model *model, const struct net_options *options, size_t *bytes,
                struct error *error);

/* Threads that can have work: a step of a batch is shared by block and, with more threads than
 * blocks, by channel or feature. */
int net_useful_threads(const struct model *model, int batch_size);

/* The parameters and running statistics, model->state_count floats; their average, or NULL; the
 * optimizer's i-th buffer and the last batch's gradient, model->parameter_count floats each. Valid
 * as long as the net. */
float *net_state(struct net *net);
float *net_average(struct net *net);
float *net_buffer(struct net *net, int i);
const float *net_gradient(const struct net *net);

/* The norm of the change that the last batch made to a layer's parameters; 0 before the first. */
double net_change_norm(const struct net *net, int layer);

/* Share of the outputs (channel, row, column) of the ReLU that is layer `layer` of the model
 * which no sample of the last batch made positive; NaN before the first batch. */
float net_dead_share(const struct net *net, int layer);

/* One step on `count` samples, 1 to batch_size. */
struct net_result net_train(struct net *net, const struct net_source *source, int count,
                            const struct net_rule *rule);

#endif
