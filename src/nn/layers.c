#include "nn/layers.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

/* Floats of one sample's maps, with the zeros around them, at most: what keeps places in a block of
 * samples an int. */
static const int64_t MAPS_MAX = INT64_C(1) << 26;

enum form { ANY, MAPS };

struct row {
    const char *name;
    enum form input; /* what it works on */
    bool (*shape)(struct layer *layer, char *reason);
    int (*tensors)(const struct layer *layer, struct layer_tensor *tensors);
};

/* ---- shapes ---- */

static bool is_maps(struct shape shape)
{
    return shape.height > 0;
}

static bool refuse(char *reason, const char *sentence)
{
    snprintf(reason, LAYER_REASON_SIZE, "%s", sentence);
    return false;
}

static bool same_shape(struct layer *layer, char *reason)
{
    (void)reason;
    layer->output = layer->input;
    return true;
}

/* Rows (0) or columns (1) that windows over maps give; less than 1: they do not fit. */
static int64_t window_count(const struct layer *layer, int axis, int size)
{
    int64_t room = (int64_t)size + 2 * (int64_t)layer->padding[axis] - layer->kernel_size[axis];

    return room < 0 ? 0 : room / layer->stride[axis] + 1;
}

static bool fits(int64_t channels, int64_t height, int64_t width, char *reason)
{
    if (height <= MAPS_MAX && width <= MAPS_MAX && height * width <= MAPS_MAX / channels)
        return true;
    snprintf(reason, LAYER_REASON_SIZE,
             "has maps that are too large (expected at most %" PRId64
             " values of one image, got %" PRId64 "x%" PRId64 "x%" PRId64 ")",
             MAPS_MAX, channels, height, width);
    return false;
}

static bool window_shape(struct layer *layer, int channels, char *reason)
{
    const struct shape in = layer->input;
    int64_t height = window_count(layer, 0, in.height), width = window_count(layer, 1, in.width);

    if (!fits(in.channels, in.height + 2 * (int64_t)layer->padding[0],
              in.width + 2 * (int64_t)layer->padding[1], reason) ||
        !fits(channels, height, width, reason))
        return false;
    if (height < 1 || width < 1) {
        snprintf(reason, LAYER_REASON_SIZE,
                 "leaves nothing of its input (a kernel of %dx%d does not fit into %dx%d with a "
                 "padding of %dx%d)",
                 layer->kernel_size[0], layer->kernel_size[1], in.height, in.width,
                 layer->padding[0], layer->padding[1]);
        return false;
    }
    layer->output = (struct shape){channels, (int)height, (int)width};
    return true;
}

static bool conv_shape(struct layer *layer, char *reason)
{
    const int in = layer->input.channels;

    if (in % layer->groups == 0 && layer->out % layer->groups == 0)
        return window_shape(layer, layer->out, reason);
    snprintf(reason, LAYER_REASON_SIZE,
             "has channels that do not divide into %d groups (expected multiples of %d, got %d in "
             "and %d out)",
             layer->groups, layer->groups, in, layer->out);
    return false;
}

static bool pool_shape(struct layer *layer, char *reason)
{
    for (int axis = 0; axis < 2; axis++)
        if (layer->padding[axis] > layer->kernel_size[axis] / 2)
            return refuse(reason, "has a padding of more than half its kernel");
    return window_shape(layer, layer->input.channels, reason);
}

static bool adaptive_shape(struct layer *layer, char *reason)
{
    layer->output =
        (struct shape){layer->input.channels, layer->output_size[0], layer->output_size[1]};
    return fits(layer->output.channels, layer->output.height, layer->output.width, reason);
}

static bool flatten_shape(struct layer *layer, char *reason)
{
    (void)reason;
    layer->output = (struct shape){.channels = (int)model_shape_count(layer->input)};
    return true;
}

static bool linear_shape(struct layer *layer, char *reason)
{
    layer->output = (struct shape){.channels = layer->out};
    return fits(layer->out, 1, 1, reason);
}

static bool softmax_shape(struct layer *layer, char *reason)
{
    if (is_maps(layer->input))
        return refuse(reason, "works on features, not on maps (expected Flatten before it)");
    return same_shape(layer, reason);
}

/* ---- tensors ---- */

static struct layer_tensor vector(const char *suffix, int size, bool trained)
{
    return (struct layer_tensor){suffix, 1, {size}, 0, trained};
}

static int conv_tensors(const struct layer *layer, struct layer_tensor *tensors)
{
    tensors[0] = (struct layer_tensor){"weight",
                                       4,
                                       {layer->out, layer->input.channels / layer->groups,
                                        layer->kernel_size[0], layer->kernel_size[1]},
                                       0,
                                       true};
    tensors[1] = vector("bias", layer->out, true);
    return layer->bias ? 2 : 1;
}

static int norm_tensors(const struct layer *layer, struct layer_tensor *tensors)
{
    const int channels = layer->output.channels;

    tensors[0] = vector("weight", channels, true);
    tensors[1] = vector("bias", channels, true);
    tensors[2] = vector("running_mean", channels, false);
    tensors[3] = vector("running_var", channels, false);
    return 4;
}

static int linear_tensors(const struct layer *layer, struct layer_tensor *tensors)
{
    const int in = (int)model_shape_count(layer->input);

    tensors[0] = (struct layer_tensor){"weight", 2, {layer->out, in}, 0, true};
    tensors[1] = vector("bias", layer->out, true);
    return layer->bias ? 2 : 1;
}

/* ---- the table ---- */

static const struct row rows[] = {
    [LAYER_CONV2D] = {"Conv2d", MAPS, conv_shape, conv_tensors},
    [LAYER_BATCH_NORM2D] = {"BatchNorm2d", MAPS, same_shape, norm_tensors},
    [LAYER_RELU] = {"ReLU", ANY, same_shape, NULL},
    [LAYER_LEAKY_RELU] = {"LeakyReLU", ANY, same_shape, NULL},
    [LAYER_TANH] = {"Tanh", ANY, same_shape, NULL},
    [LAYER_SIGMOID] = {"Sigmoid", ANY, same_shape, NULL},
    [LAYER_GELU] = {"GELU", ANY, same_shape, NULL},
    [LAYER_SILU] = {"SiLU", ANY, same_shape, NULL},
    [LAYER_MAX_POOL2D] = {"MaxPool2d", MAPS, pool_shape, NULL},
    [LAYER_AVG_POOL2D] = {"AvgPool2d", MAPS, pool_shape, NULL},
    [LAYER_ADAPTIVE_AVG_POOL2D] = {"AdaptiveAvgPool2d", MAPS, adaptive_shape, NULL},
    [LAYER_DROPOUT] = {"Dropout", ANY, same_shape, NULL},
    [LAYER_DROPOUT2D] = {"Dropout2d", MAPS, same_shape, NULL},
    [LAYER_FLATTEN] = {"Flatten", ANY, flatten_shape, NULL},
    [LAYER_LINEAR] = {"Linear", ANY, linear_shape, linear_tensors},
    [LAYER_LOG_SOFTMAX] = {"LogSoftmax", ANY, softmax_shape, NULL},
};

const char *layer_kind_name(enum layer_kind kind)
{
    return rows[kind].name;
}

bool layer_derive(struct layer *layer, struct shape input, char reason[LAYER_REASON_SIZE])
{
    const struct row *row = &rows[layer->kind];

    layer->input = input;
    if (row->input == MAPS && !is_maps(input))
        return refuse(reason, "works on maps, and features reach it (expected it before Flatten "
                              "and Linear)");
    return row->shape(layer, reason);
}

int layer_tensors(const struct layer *layer, struct layer_tensor tensors[LAYER_TENSORS_MAX])
{
    const struct row *row = &rows[layer->kind];
    const int count = row->tensors == NULL ? 0 : row->tensors(layer, tensors);

    for (int t = 0; t < count; t++) {
        tensors[t].count = 1;
        for (int d = 0; d < tensors[t].dimensions; d++)
            tensors[t].count *= (size_t)tensors[t].size[d];
    }
    return count;
}
