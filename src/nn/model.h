/*
 * model.h -- a network: a list of layers, and everything that follows from it.
 *
 * A model is made from a text (see model_text.h) for one image size and number of classes. The list
 * determines the shapes, the offsets of the tensors in the state vector, PyTorch's state-dict
 * names, the initial values and the summary.
 *
 * All of a network's floats are one array, its *state*: first the parameters, which training
 * changes, in layer order, then the running statistics of batch norm. Every tensor is in PyTorch's
 * order: convolution weights [out][in / groups][rows][columns], linear weights [out][in], the
 * others [channels].
 *
 * A struct model does not change after it is made: any thread may read it. Ownership: model_free
 * releases it.
 */
#ifndef NN_MODEL_H
#define NN_MODEL_H

#include "support/error.h"
#include "support/rng.h"

#include <stddef.h>

enum {
    MODEL_LAYERS_MAX = 256,
    MODEL_PREFIX_SIZE = 64, /* of a layer's state-dict prefix, including the final 0 */
    MODEL_NAME_SIZE = MODEL_PREFIX_SIZE + 24,
};

/* PyTorch's torch.nn classes with these names. */
enum layer_kind {
    LAYER_CONV2D,
    LAYER_BATCH_NORM2D,
    LAYER_RELU,
    LAYER_LEAKY_RELU,
    LAYER_ELU,
    LAYER_TANH,
    LAYER_SIGMOID,
    LAYER_GELU,
    LAYER_SILU,
    LAYER_MAX_POOL2D,
    LAYER_AVG_POOL2D,
    LAYER_ADAPTIVE_AVG_POOL2D,
    LAYER_DROPOUT,
    LAYER_DROPOUT2D,
    LAYER_FLATTEN,
    LAYER_LINEAR,
    LAYER_LOG_SOFTMAX, /* only as the last layer: the loss computes it from any logits */
};

struct shape {
    int channels, height, width; /* height and width 0: a vector of `channels` features */
};

/* One layer. Pairs are [0] vertical, [1] horizontal. Members that a kind does not have are 0. */
struct layer {
    enum layer_kind kind;
    char name[MODEL_PREFIX_SIZE]; /* state-dict prefix: "layer1.0" */

    /* As given in the text. */
    int out;                                   /* Conv2d: channels; Linear: features */
    int kernel_size[2], stride[2], padding[2]; /* Conv2d, MaxPool2d, AvgPool2d */
    int output_size[2];                        /* AdaptiveAvgPool2d */
    int groups;                                /* Conv2d */
    bool bias;                                 /* Conv2d, Linear */
    bool count_include_pad;                    /* AvgPool2d */
    double negative_slope;                     /* LeakyReLU */
    double alpha;                              /* ELU */
    double p;                                  /* Dropout, Dropout2d: the probability of leaving a
                                                * value out */
    double eps, momentum;                      /* BatchNorm2d */

    /* Derived from it. */
    struct shape input, output;     /* a Linear's input may be maps, which it flattens */
    int first_tensor, tensor_count; /* its tensors in model.tensors */
    size_t parameter_count;
};

/* One tensor of the state dict. */
struct tensor {
    char name[MODEL_NAME_SIZE]; /* "layer1.0.weight" */
    int dimensions;
    int size[4];
    size_t count;  /* the product of the sizes */
    size_t offset; /* in the state, in floats */
    bool trained;  /* a parameter, not a running statistic */
};

struct model {
    char *name;         /* the name on the shelf, or else the shortest text */
    struct shape input; /* of one sample, with one channel */
    int classes;
    int layer_count;
    struct layer *layers;
    int tensor_count;
    struct tensor *tensors; /* in state-dict order */
    size_t parameter_count; /* floats at the start of the state that training changes */
    size_t state_count;     /* floats in all */
};

/* Derives everything from `count` layers as given in a text, for an input shape and a number of
 * classes. Fails with ERROR_USAGE, and a sentence that names the layer, if they do not fit together
 * (shapes that vanish, groups that do not divide the channels, a last layer that does not give the
 * classes); with ERROR_SYSTEM if memory is short. */
struct model *model_new(const char *name, struct shape input, int classes,
                        const struct layer *layers, int count, struct error *error);
void model_free(struct model *model);

/* Fills state[state_count] with PyTorch's default initialisation: convolution and linear weights
 * and biases uniform in +-1/sqrt(fan_in) (kaiming_uniform_ with a = sqrt(5)); batch norm weight 1,
 * bias 0, running mean 0, running variance 1. */
void model_initialize(const struct model *model, float *state, struct rng *rng);

/* The offset in the state of a layer's tensor NAME.SUFFIX; the layer must have it. */
size_t model_offset(const struct model *model, const struct layer *layer, const char *suffix);

/* The layer to which the parameter at this offset of the state belongs. */
int model_layer_of(const struct model *model, size_t parameter);

/* The number of values in a shape's maps or features. */
size_t model_shape_count(struct shape shape);

/* The number of inputs of one output of a convolution or linear layer. */
int model_fan_in(const struct layer *layer);

/* Multiply-adds of the convolutions and linear layers for one sample, forward. */
size_t model_multiply_adds(const struct model *model);

#endif
