/*
 * infer.h -- what a network answers: inference on one block of samples at a time.
 *
 * Batch norm uses its running statistics, so it is a fixed scale and shift, folded into the
 * convolution's weights: (w * x - mean) / deviation * weight + bias = w' * x + b'.
 *
 * A struct infer is one set of weights, read-only once loaded; each thread that runs it brings a
 * workspace of its own.
 */
#ifndef NN_INFER_H
#define NN_INFER_H

#include "nn/kernels.h"
#include "nn/model.h"

struct infer;
struct workspace;

/* Inference for a model with a table of kernels; both must outlive it. NULL with the error. */
struct infer *infer_new(const struct model *model, const struct kernels *kernels,
                        struct error *error);
void infer_free(struct infer *infer);

/* Takes the weights over from state[state_count]. Not while another thread runs this infer. */
void infer_load(struct infer *infer, const float *state);

struct workspace *infer_workspace_new(const struct infer *infer, struct error *error);
void infer_workspace_free(struct workspace *workspace);

/* The block that infer_run reads, one channel of zero-bordered images, and its border: where
 * dataset_pack packs samples. */
float *infer_input(const struct infer *infer, struct workspace *workspace, int *padding);

/* Runs the network on the workspace's input: logits[classes][LANES]. Lanes that hold no sample give
 * finite numbers without meaning. */
void infer_run(const struct infer *infer, struct workspace *workspace, float *logits);

#endif
