/*
 * infer.h -- inference with a network, on one block of samples at a time.
 *
 * Batch norm uses its running statistics, so it is a fixed scale and shift. After a convolution it
 * is folded into the convolution's weights: (w * x - mean) / deviation * weight + bias = w' * x +
 * b'. To inspect a network each layer is computed separately, so that every output can be seen.
 *
 * A struct infer is one set of weights, read-only once loaded. Each thread that runs it brings its
 * own workspace.
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

/* The same, to inspect the network: layers are computed separately. */
struct infer *infer_new_to_inspect(const struct model *model, const struct kernels *kernels,
                                   struct error *error);

/* Uses state[state_count], which must not change while this infer runs on it. No other thread may
 * run this infer meanwhile. */
void infer_load(struct infer *infer, const float *state);

struct workspace *infer_workspace_new(const struct infer *infer, struct error *error);
void infer_workspace_free(struct workspace *workspace);

/* The block that infer_run reads, one channel of images with a border of zeros, and the border's
 * width: dataset_pack packs samples here. */
float *infer_input(const struct infer *infer, struct workspace *workspace, int *padding);

/* Runs the network on the workspace's input: logits[classes][LANES], valid until the workspace runs
 * again. Lanes without a sample give finite numbers without meaning. */
const float *infer_run(const struct infer *infer, struct workspace *workspace);

/* What goes into a Conv2d or Linear, or into the first layer, after infer_run: without those last
 * rows and columns that the layer does not read. Features are one row of one map. */
struct map infer_layer_input(const struct infer *infer, struct workspace *workspace, int layer);

/* The output of a layer after infer_run, for an infer from infer_new_to_inspect. */
struct map infer_layer(const struct infer *infer, struct workspace *workspace, int layer);

#endif
