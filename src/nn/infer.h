/*
 * infer.h -- what a network answers: inference on one block of samples at a time.
 *
 * Batch norm uses its running statistics, so it is a fixed scale and shift. Where it follows a
 * convolution it is folded into its weights: (w * x - mean) / deviation * weight + bias = w' * x +
 * b'. To inspect a network each layer is computed by itself, so that all of their outputs can be
 * seen.
 *
 * A struct infer is one set of weights, read-only once loaded; each thread that runs it brings a
 * workspace of its own.
 */
#ifndef NN_INFER_H
#define NN_INFER_H

#include "nn/map.h"

struct infer;
struct workspace;

/* Inference for a model with a table of kernels; both must outlive it. NULL with the error. */
struct infer *infer_new(const struct model *model, const struct kernels *kernels,
                        struct error *error);
void infer_free(struct infer *infer);

/* The same, to inspect the network. */
struct infer *infer_new_to_inspect(const struct model *model, const struct kernels *kernels,
                                   struct error *error);

/* Takes state[state_count], which must stay as it is for as long as this infer runs on it. Not
 * while another thread runs this infer. */
void infer_load(struct infer *infer, const float *state);

struct workspace *infer_workspace_new(const struct infer *infer, struct error *error);
void infer_workspace_free(struct workspace *workspace);

/* The block that infer_run reads, one channel of zero-bordered images, and its border: where
 * dataset_pack packs samples. */
float *infer_input(const struct infer *infer, struct workspace *workspace, int *padding);

/* Runs the network on the workspace's input: logits[classes][LANES], the workspace's until it runs
 * again. Lanes that hold no sample give finite numbers without meaning. */
const float *infer_run(const struct infer *infer, struct workspace *workspace);

/* After that, what a layer of a network to inspect has put out. */
struct map infer_layer(const struct infer *infer, struct workspace *workspace, int layer);

#endif
