/*
 * model.h -- what a network is: a table of layers, and everything that follows from it.
 *
 * A model is one table (see model.c). From it derive the shapes, where each tensor lies in the
 * state vector, PyTorch's state-dict names, the initial values and the summary. Adding a model is
 * adding a table.
 *
 * All of a network's floats are one array, its *state*: first the parameters, which training
 * changes, in layer order, then the running statistics of batch norm. Every tensor is in PyTorch's
 * order: convolution weights [out][in][3][3], linear weights [out][in], the rest [channels].
 *
 * A struct model does not change once it is made: any thread may read it.
 */
#ifndef NN_MODEL_H
#define NN_MODEL_H

#include "support/error.h"
#include "support/rng.h"

#include <stddef.h>

enum {
    MODEL_LAYERS_MAX = 32,
    MODEL_TENSORS_MAX = 64,
    MODEL_CHANNELS_MAX = 64,
    MODEL_FEATURES_MAX = 1024,
    MODEL_KERNEL = 3, /* rows and columns of every convolution */
    MODEL_NAME_SIZE = 48,
    MODEL_STATE_MAX = 16384, /* floats of a whole state */
};

enum layer_kind {
    LAYER_CONV2D, /* 3x3, stride 1, no bias */
    LAYER_BATCH_NORM2D,
    LAYER_RELU,
    LAYER_MAX_POOL2D,          /* 2x2, stride 2 */
    LAYER_ADAPTIVE_AVG_POOL2D, /* to 1x1 */
    LAYER_LINEAR,
};

struct shape {
    int channels, height, width; /* height and width 0: a vector of `channels` features */
};

/* One layer. The first four members are the model's table, the rest derives from them. */
struct layer {
    enum layer_kind kind;
    const char *name; /* state-dict prefix: "layer1.0" */
    int out;          /* channels or features; 0: as many as come in */
    int padding;      /* zeros around the input of a convolution */
    struct shape input, output;
    int first_tensor, tensor_count; /* its part of model.tensors */
    size_t parameter_count;
};

/* One tensor of the state dict. */
struct tensor {
    char name[MODEL_NAME_SIZE]; /* "layer1.0.weight" */
    int dimensions;
    int size[4];
    size_t count;  /* the product of the sizes */
    size_t offset; /* into the state, in floats */
    bool trained;  /* a parameter, not a running statistic */
};

struct model {
    const char *name, *purpose;
    struct shape input; /* of one sample */
    int classes;
    int layer_count;
    struct layer layers[MODEL_LAYERS_MAX];
    int tensor_count;
    struct tensor tensors[MODEL_TENSORS_MAX]; /* in state-dict order */
    size_t parameter_count; /* floats at the state's start that training changes */
    size_t state_count;     /* floats in all */
};

/* PyTorch's defaults for BatchNorm2d. */
static const double BATCH_NORM_EPSILON = 1e-5;
static const double BATCH_NORM_MOMENTUM = 0.1;

/* Makes the model called `name`. ERROR_USAGE with the names that there are when there is none. */
bool model_init(struct model *model, const char *name, struct error *error);

/* The i-th model's name, from 0; NULL past the last. */
const char *model_name(int i);

/* Fills state[state_count] with PyTorch's default initialisation: convolution and linear weights
 * and linear biases uniform in +-1/sqrt(fan_in) (kaiming_uniform_ with a = sqrt(5)); batch norm
 * weight 1, bias 0, running mean 0, running variance 1. */
void model_initialize(const struct model *model, float *state, struct rng *rng);

/* Where the tensor NAME.SUFFIX of a layer lies in the state; the layer must have it. */
size_t model_offset(const struct model *model, const struct layer *layer, const char *suffix);

/* The layer that the parameter at that place of the state belongs to. */
int model_layer_of(const struct model *model, size_t parameter);

/* Floats of a shape's maps or features. */
size_t model_shape_count(struct shape shape);

/* Multiply-adds of the convolutions and linear layers for one sample, forward. */
size_t model_multiply_adds(const struct model *model);

/* One line of torchsummary's table. */
struct summary_row {
    char type[32];       /* "Conv2d-1" */
    char shape[32];      /* "[-1, 4, 28, 28]" */
    char parameters[16]; /* "2,880" */
};
void model_summary_row(const struct model *model, int layer, struct summary_row *row);

/* Sizes as torchsummary estimates them, in MB of 2^20 bytes. */
struct summary_sizes {
    double input, activations, parameters, total;
};
void model_summary_sizes(const struct model *model, struct summary_sizes *sizes);

/* Writes a number with thousands separators: "9,902". */
void model_thousands(char *text, size_t size, size_t number);

#endif
