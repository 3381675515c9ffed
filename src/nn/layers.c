#include "nn/layers.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

enum {
    /* Floats of one sample's maps, with the zeros around them, at most: with it every place in the
     * maps of a block of samples is an int. */
    MAPS_MAX = 1 << 26,
    SIZE_MOST = MAPS_MAX, /* of anything that an argument says */
};

enum form { ANY, MAPS };

struct row {
    const char *name;
    enum form input; /* what it works on */
    bool (*shape)(struct layer *layer, char *reason);
    int (*tensors)(const struct layer *layer, struct layer_tensor *tensors); /* NULL: none */
    struct argument arguments[LAYER_ARGUMENTS_MAX];
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
             "has maps that are too large (expected at most %d values for one image, got "
             "%" PRId64 "x%" PRId64 "x%" PRId64 " with the padding)",
             MAPS_MAX, channels, height, width);
    return false;
}

static bool vanish(const struct layer *layer, char *reason)
{
    char padding[64] = "";

    if (layer->padding[0] > 0 || layer->padding[1] > 0)
        snprintf(padding, sizeof padding, " with a padding of %dx%d", layer->padding[0],
                 layer->padding[1]);
    snprintf(reason, LAYER_REASON_SIZE,
             "leaves nothing of the maps: a kernel of %dx%d does not fit into %dx%d%s",
             layer->kernel_size[0], layer->kernel_size[1], layer->input.height, layer->input.width,
             padding);
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
    if (height < 1 || width < 1)
        return vanish(layer, reason);
    layer->output = (struct shape){channels, (int)height, (int)width};
    return true;
}

static bool conv_shape(struct layer *layer, char *reason)
{
    const int in = layer->input.channels;

    if (in % layer->groups == 0 && layer->out % layer->groups == 0)
        return window_shape(layer, layer->out, reason);
    snprintf(reason, LAYER_REASON_SIZE,
             "cannot divide its channels into %d groups (expected multiples of %d, got %d in and "
             "%d out)",
             layer->groups, layer->groups, in, layer->out);
    return false;
}

/* PyTorch's rule, too: every window sees something of the maps. */
static bool pool_shape(struct layer *layer, char *reason)
{
    for (int axis = 0; axis < 2; axis++) {
        if (layer->padding[axis] <= layer->kernel_size[axis] / 2)
            continue;
        snprintf(reason, LAYER_REASON_SIZE,
                 "pads by more than half its kernel (expected at most %d for a kernel of %d, got "
                 "%d)",
                 layer->kernel_size[axis] / 2, layer->kernel_size[axis], layer->padding[axis]);
        return false;
    }
    return window_shape(layer, layer->input.channels, reason);
}

static bool average_shape(struct layer *layer, char *reason)
{
    if (layer->padding[0] == 0 && layer->padding[1] == 0)
        layer->count_include_pad = true; /* the same, so it is the same network */
    return pool_shape(layer, reason);
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
        return refuse(reason, "works on features, and maps reach it (expected Flatten or Linear "
                              "before it)");
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

/* clang-format off */
#define AT(member) offsetof(struct layer, member)
#define KERNEL_SIZE                                                                                \
    .name = "kernel_size", .kind = ARGUMENT_PAIR, .offset = AT(kernel_size), .low = 1,             \
    .high = SIZE_MOST, .required = true, .shown = SHOWN_NAMED
#define STRIDE                                                                                     \
    .name = "stride", .kind = ARGUMENT_PAIR, .offset = AT(stride), .low = 1, .high = SIZE_MOST,    \
    .shown = SHOWN_NAMED
#define PADDING                                                                                    \
    .name = "padding", .kind = ARGUMENT_PAIR, .offset = AT(padding), .high = SIZE_MOST
#define ONLY(text, value) .name = text, .kind = ARGUMENT_ONLY, .only = value
#define INPLACE .name = "inplace", .kind = ARGUMENT_EITHER
#define PROBABILITY                                                                                \
    .name = "p", .kind = ARGUMENT_REAL, .offset = AT(p), .high = 1, .standard = 0.5,               \
    .shown = SHOWN_NAMED
#define BIAS                                                                                       \
    .name = "bias", .kind = ARGUMENT_BOOL, .offset = AT(bias), .high = 1, .standard = 1

static const struct row rows[] = {
    [LAYER_CONV2D] = {"Conv2d", MAPS, conv_shape, conv_tensors, {
        {"in_channels", ARGUMENT_INPUT, SHOWN_VALUE, .left_out = true},
        {"out_channels", ARGUMENT_WHOLE, SHOWN_VALUE, AT(out), 1, SIZE_MOST, .required = true},
        {KERNEL_SIZE, .prints_form = true, .tuple = true},
        {STRIDE, .standard = 1, .tuple = true},
        {PADDING, .shown = SHOWN_IF_CHANGED, .tuple = true, .same_or_valid = true},
        {ONLY("dilation", "1")},
        {"groups", ARGUMENT_WHOLE, SHOWN_IF_CHANGED, AT(groups), 1, SIZE_MOST, 1},
        {BIAS, .shown = SHOWN_IF_CHANGED},
        {ONLY("padding_mode", "'zeros'")},
        {ONLY("device", "None")},
        {ONLY("dtype", "None")},
    }},
    [LAYER_BATCH_NORM2D] = {"BatchNorm2d", MAPS, same_shape, norm_tensors, {
        {"num_features", ARGUMENT_INPUT, SHOWN_VALUE},
        {"eps", ARGUMENT_REAL, SHOWN_NAMED, AT(eps), 0, 1000, 1e-5},
        {"momentum", ARGUMENT_REAL, SHOWN_NAMED, AT(momentum), 0, 1, 0.1},
        {ONLY("affine", "True"), .shown = SHOWN_NAMED},
        {ONLY("track_running_stats", "True"), .shown = SHOWN_NAMED},
        {ONLY("device", "None")},
        {ONLY("dtype", "None")},
    }},
    [LAYER_RELU] = {"ReLU", ANY, same_shape, NULL, {{INPLACE}}},
    [LAYER_LEAKY_RELU] = {"LeakyReLU", ANY, same_shape, NULL, {
        {"negative_slope", ARGUMENT_REAL, SHOWN_NAMED, AT(negative_slope), -1000, 1000, 0.01},
        {INPLACE},
    }},
    [LAYER_ELU] = {"ELU", ANY, same_shape, NULL, {
        {"alpha", ARGUMENT_REAL, SHOWN_NAMED, AT(alpha), -1000, 1000, 1.0},
        {INPLACE},
    }},
    [LAYER_TANH] = {"Tanh", ANY, same_shape, NULL, {{NULL}}},
    [LAYER_SIGMOID] = {"Sigmoid", ANY, same_shape, NULL, {{NULL}}},
    [LAYER_GELU] = {"GELU", ANY, same_shape, NULL, {
        {ONLY("approximate", "'none'"), .shown = SHOWN_NAMED},
    }},
    [LAYER_SILU] = {"SiLU", ANY, same_shape, NULL, {{INPLACE}}},
    [LAYER_MAX_POOL2D] = {"MaxPool2d", MAPS, pool_shape, NULL, {
        {KERNEL_SIZE},
        {STRIDE, .standard_kernel = true},
        {PADDING, .shown = SHOWN_NAMED},
        {ONLY("dilation", "1"), .shown = SHOWN_NAMED},
        {ONLY("return_indices", "False")},
        {ONLY("ceil_mode", "False"), .shown = SHOWN_NAMED},
    }},
    [LAYER_AVG_POOL2D] = {"AvgPool2d", MAPS, average_shape, NULL, {
        {KERNEL_SIZE},
        {STRIDE, .standard_kernel = true},
        {PADDING, .shown = SHOWN_NAMED},
        {ONLY("ceil_mode", "False")},
        {"count_include_pad", ARGUMENT_BOOL, SHOWN_IF_CHANGED, AT(count_include_pad), 0, 1, 1},
        {ONLY("divisor_override", "None")},
    }},
    [LAYER_ADAPTIVE_AVG_POOL2D] = {"AdaptiveAvgPool2d", MAPS, adaptive_shape, NULL, {
        {"output_size", ARGUMENT_PAIR, SHOWN_NAMED, AT(output_size), 1, SIZE_MOST,
         .required = true},
    }},
    [LAYER_DROPOUT] = {"Dropout", ANY, same_shape, NULL, {
        {PROBABILITY},
        {INPLACE, .shown = SHOWN_NAMED},
    }},
    [LAYER_DROPOUT2D] = {"Dropout2d", MAPS, same_shape, NULL, {
        {PROBABILITY},
        {INPLACE, .shown = SHOWN_NAMED},
    }},
    [LAYER_FLATTEN] = {"Flatten", ANY, flatten_shape, NULL, {
        {ONLY("start_dim", "1"), .shown = SHOWN_NAMED},
        {ONLY("end_dim", "-1"), .shown = SHOWN_NAMED},
    }},
    [LAYER_LINEAR] = {"Linear", ANY, linear_shape, linear_tensors, {
        {"in_features", ARGUMENT_INPUT, SHOWN_NAMED, .left_out = true},
        {"out_features", ARGUMENT_WHOLE, SHOWN_NAMED, AT(out), 1, SIZE_MOST, .required = true,
         .prints_form = true, .classes = true},
        {BIAS, .shown = SHOWN_NAMED},
        {ONLY("device", "None")},
        {ONLY("dtype", "None")},
    }},
    [LAYER_LOG_SOFTMAX] = {"LogSoftmax", ANY, softmax_shape, NULL, {
        {ONLY("dim", "1|-1|None"), .shown = SHOWN_NAMED},
    }},
};
/* clang-format on */

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

const char *layer_kind_name(int kind)
{
    return kind < ROW_COUNT ? rows[kind].name : NULL;
}

const struct argument *layer_arguments(enum layer_kind kind)
{
    return rows[kind].arguments;
}

struct layer layer_of_kind(enum layer_kind kind)
{
    struct layer layer = {.kind = kind};

    for (const struct argument *a = rows[kind].arguments; a->name != NULL; a++) {
        void *place = (char *)&layer + a->offset;
        if (a->kind == ARGUMENT_WHOLE)
            *(int *)place = (int)a->standard;
        else if (a->kind == ARGUMENT_PAIR)
            ((int *)place)[0] = ((int *)place)[1] = (int)a->standard;
        else if (a->kind == ARGUMENT_REAL)
            *(double *)place = a->standard;
        else if (a->kind == ARGUMENT_BOOL)
            *(bool *)place = a->standard > 0.0;
    }
    return layer;
}

int layer_input_size(const struct layer *layer)
{
    return layer->kind == LAYER_LINEAR ? (int)model_shape_count(layer->input)
                                       : layer->input.channels;
}

bool layer_derive(struct layer *layer, struct shape input, char reason[LAYER_REASON_SIZE])
{
    const struct row *row = &rows[layer->kind];

    layer->input = input;
    if (row->input == MAPS && !is_maps(input))
        return refuse(reason, "works on maps, and features reach it (expected it before every "
                              "Flatten and Linear)");
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
