/*
 * net.h -- trains a network: forward, backward and update for one batch, by a team of threads.
 *
 * A batch is split into blocks of LANES samples. The team shares every step of the computation by
 * blocks and, with more threads than blocks, by channels. All sums across blocks are computed in
 * the order of the blocks, so the result is the same, bit for bit, for any number of threads. In a
 * short last block, the padding lanes are left out of batch norm's statistics, and their gradient
 * is zero.
 *
 * Mathematics: batch norm forward and backward after Ioffe and Szegedy, "Batch Normalization",
 * 2015, with PyTorch's conventions (biased variance to normalise, unbiased in the running
 * statistics).
 *
 * Threads: a net belongs to the thread that made it; the team works for it only inside net_train.
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

/* The source of samples. Any member of the team calls pack() for block 0, 1, ... of the batch: it
 * fills the inside of `input`, one channel of images with `padding` zeros around, and the labels of
 * the block's samples. */
struct net_source {
    void (*pack)(void *argument, int block, int padding, float *input, uint8_t *labels);
    void *argument;
};

/* How a batch is trained. */
struct net_rule {
    struct optimizer optimizer; /* of the kind that the net was made for */
    double average_decay;       /* the final decay, if the net keeps an average; see optimizer.h */
    double label_smoothing;     /* in [0, 1); see loss.h */
    double dropout; /* probability for the inputs of the first linear layer, in addition to the
                     * model's own dropout */
    uint64_t noise; /* seed of the dropout masks */
};

struct net_result {
    double loss; /* mean over the batch, before the update */
    int correct; /* samples whose largest logit is their label's */
    /* If there is a fault, the parameters and velocities are as they were before the batch, but the
     * running statistics may no longer be finite: do not save them. */
    struct fault fault;
};

struct net_options {
    int batch_size; /* the largest */
    enum optimizer_kind optimizer;
    bool average; /* also keep an average of the weights */
    bool unfused; /* compute the layers one by one, for comparison */
};

/* Makes a net whose state is zero until the caller fills it. The model, kernels and team must
 * outlive it. NULL with the error. */
struct net *net_new(const struct model *model, const struct kernels *kernels, struct team *team,
                    const struct net_options *options, struct error *error);
void net_free(struct net *net);

/* The bytes that a net takes with a team of so many threads, without those of the team. */
bool net_memory(const struct model *model, const struct net_options *options, int threads,
                size_t *bytes, struct error *error);

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

/* The norm of the last batch's change of a layer's parameters; 0 before the first batch. */
double net_change_norm(const struct net *net, int layer);

/* Share of the outputs (channel, row, column) of the ReLU at layer `layer` that were positive for
 * no sample of the last batch; NaN before the first batch. Outputs that are not computed, because
 * no later layer reads them, do not count. */
float net_dead_share(const struct net *net, int layer);

/* Trains on one batch of `count` samples, 1 to the batch size of the options. */
struct net_result net_train(struct net *net, const struct net_source *source, int count,
                            const struct net_rule *rule);

#endif
