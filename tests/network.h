/*
 * network.h -- a net under test, its batches, and how far it is from its twin.
 *
 * What the tests of networks share: real images, nets of any model, table and number of threads,
 * and the checks that every model must pass. Threads: no shared state but the images, which do not
 * change.
 */
#ifndef NETWORK_H
#define NETWORK_H

#include "sizes.h"
#include "twin_network.h"

#include "data/dataset.h"
#include "nn/net.h"

/* MNIST, and cmocka's group set-up and tear-down that load and release it. */
extern struct dataset network_data;
int network_load(void **state);
int network_free(void **state);

/* The table of kernels behind `last` that this machine runs, the first for NULL; NULL past the
 * last. */
const struct kernels *next_table(const struct kernels *last);

/* ---- nets and batches ---- */

enum { BATCH = 64 };

/* How the reference run trains. */
extern const struct net_rule REFERENCE_RULE;

struct trainee {
    struct team *team;
    struct net *net;
};

/* A net for batches of up to BATCH, with a copy of the state. */
struct trainee trainee_make(const struct model *model, const struct kernels *kernels, int threads,
                            const float *state);
/* The same with options of the caller's. */
struct trainee trainee_make_as(const struct model *model, const struct kernels *kernels,
                               int threads, const float *state, const struct net_options *options);
void trainee_fini(struct trainee *t);

/* Training images [first, first + count), in file order. What lanes without a sample hold is zero,
 * as dataset_pack has it, or this. */
struct batch {
    int first, count;
    float padding;
};

struct net_result train_batch(struct trainee *t, struct batch batch, const struct net_rule *rule);

/* What training leaves, as bits. */
struct outcome {
    size_t count;
    float *floats; /* state, velocity, gradient */
    struct net_result results[4];
};

/* At most four batches in turn; outcome_fini releases what it makes. */
struct outcome train_outcome(const struct model *model, const struct kernels *kernels, int threads,
                             const float *state, const struct net_rule *rule,
                             const struct batch *batches, int count);
void outcome_fini(struct outcome *outcome);
bool outcome_is(const struct outcome *a, const struct outcome *b);

/* ---- the twin's images ---- */

/* The pixels as the program sees them, or as PyTorch in double precision does. */
double float_pixel(uint8_t pixel);
double exact_pixel(uint8_t pixel);

void twin_take_images(struct twin *twin, const struct split *split, int first,
                      double (*value)(uint8_t));

/* ---- differences ---- */

/* The norm of a - b by that of b. */
double relative_error(const float *a, const double *b, size_t count);

/* The largest relative error of a tensor's gradient: among the convolutions of layer1, which lose
 * the most digits since most of their gradient cancels behind batch norm, and among the others. */
struct gradient_error {
    double delicate, others;
};

struct gradient_error gradient_error(const struct model *model, const float *gradient,
                                     const double *expected);

/* The layer whose inputs are dropped. */
const struct layer *first_linear(const struct model *model);

/* ---- checks of a model with a state; each fails the test that calls it ---- */

/* The twin's gradients are central differences, for some parameters of every tensor on some random
 * images. Of the rule label smoothing and dropout count. */
void check_twin_gradients(const struct model *model, const float *state, bool training,
                          const struct net_rule *rule);

/* Loss, predictions, gradient and running statistics of a batch are the twin's, with every table.
 * `mask` is what the rule's dropout comes to, as twin.h has it. */
void check_batch(const struct model *model, const float *state, const struct net_rule *rule,
                 const double *mask, int first, int count);

/* Logits in evaluation are the twin's, with every table. */
void check_inference(const struct model *model, const float *state);

/* Any number of threads gives the same bits, with every table. */
void check_threads(const struct model *model, const float *state, const struct net_rule *rule,
                   const int *threads, int count);

/* Lanes without a sample may hold any finite numbers. */
void check_padding_lanes(const struct model *model, const float *state,
                         const struct net_rule *rule);

#endif
