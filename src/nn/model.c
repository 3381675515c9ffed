#include "nn/model.h"

#include "support/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct table {
    const char *name, *purpose;
    struct layer layers[MODEL_LAYERS_MAX]; /* ends at the first without a name */
};

/* The models: kind, state-dict prefix, output channels or features, padding. */
static const struct table tables[] = {
    {
        "basic",
        "the reference network of the published run",
        {
            {LAYER_CONV2D, "layer1.0", .out = 4, .padding = 1},
            {LAYER_BATCH_NORM2D, "layer1.1"},
            {LAYER_RELU, "layer1.2"},
            {LAYER_CONV2D, "layer1.3", .out = 8, .padding = 1},
            {LAYER_BATCH_NORM2D, "layer1.4"},
            {LAYER_RELU, "layer1.5"},
            {LAYER_MAX_POOL2D, "layer1.6"},
            {LAYER_CONV2D, "layer2.0", .out = 16},
            {LAYER_BATCH_NORM2D, "layer2.1"},
            {LAYER_RELU, "layer2.2"},
            {LAYER_CONV2D, "layer2.3", .out = 20},
            {LAYER_BATCH_NORM2D, "layer2.4"},
            {LAYER_RELU, "layer2.5"},
            {LAYER_CONV2D, "layer2.6", .out = 24},
            {LAYER_ADAPTIVE_AVG_POOL2D, "gap"},
            {LAYER_LINEAR, "classifier.0", .out = 32},
            {LAYER_LINEAR, "classifier.1", .out = 10},
        },
    },
    {
        "nofc",
        "the reference without its fully connected layers",
        {
            {LAYER_CONV2D, "layer1.0", .out = 4, .padding = 1},
            {LAYER_BATCH_NORM2D, "layer1.1"},
            {LAYER_RELU, "layer1.2"},
            {LAYER_CONV2D, "layer1.3", .out = 8, .padding = 1},
            {LAYER_BATCH_NORM2D, "layer1.4"},
            {LAYER_RELU, "layer1.5"},
            {LAYER_MAX_POOL2D, "layer1.6"},
            {LAYER_CONV2D, "layer2.0", .out = 16},
            {LAYER_BATCH_NORM2D, "layer2.1"},
            {LAYER_RELU, "layer2.2"},
            {LAYER_CONV2D, "layer2.3", .out = 20},
            {LAYER_BATCH_NORM2D, "layer2.4"},
            {LAYER_RELU, "layer2.5"},
            {LAYER_CONV2D, "layer2.6", .out = 24},
            {LAYER_BATCH_NORM2D, "layer2.7"},
            {LAYER_RELU, "layer2.8"},
            {LAYER_ADAPTIVE_AVG_POOL2D, "gap"},
            {LAYER_LINEAR, "classifier", .out = 10},
        },
    },
    {
        "slim",
        "without padding, no more than 16 channels wide",
        {
            {LAYER_CONV2D, "layer1.0", .out = 8},
            {LAYER_BATCH_NORM2D, "layer1.1"},
            {LAYER_RELU, "layer1.2"},
            {LAYER_CONV2D, "layer1.3", .out = 16},
            {LAYER_BATCH_NORM2D, "layer1.4"},
            {LAYER_RELU, "layer1.5"},
            {LAYER_MAX_POOL2D, "layer1.6"},
            {LAYER_CONV2D, "layer2.0", .out = 16},
            {LAYER_BATCH_NORM2D, "layer2.1"},
            {LAYER_RELU, "layer2.2"},
            {LAYER_CONV2D, "layer2.3", .out = 16},
            {LAYER_BATCH_NORM2D, "layer2.4"},
            {LAYER_RELU, "layer2.5"},
            {LAYER_CONV2D, "layer2.6", .out = 16},
            {LAYER_BATCH_NORM2D, "layer2.7"},
            {LAYER_RELU, "layer2.8"},
            {LAYER_ADAPTIVE_AVG_POOL2D, "gap"},
            {LAYER_LINEAR, "classifier", .out = 10},
        },
    },
    {
        "deep",
        "one convolution more: the best accuracy with under 10,000 parameters",
        {
            {LAYER_CONV2D, "layer1.0", .out = 8},
            {LAYER_BATCH_NORM2D, "layer1.1"},
            {LAYER_RELU, "layer1.2"},
            {LAYER_CONV2D, "layer1.3", .out = 12},
            {LAYER_BATCH_NORM2D, "layer1.4"},
            {LAYER_RELU, "layer1.5"},
            {LAYER_MAX_POOL2D, "layer1.6"},
            {LAYER_CONV2D, "layer2.0", .out = 16},
            {LAYER_BATCH_NORM2D, "layer2.1"},
            {LAYER_RELU, "layer2.2"},
            {LAYER_CONV2D, "layer2.3", .out = 16},
            {LAYER_BATCH_NORM2D, "layer2.4"},
            {LAYER_RELU, "layer2.5"},
            {LAYER_CONV2D, "layer2.6", .out = 16},
            {LAYER_BATCH_NORM2D, "layer2.7"},
            {LAYER_RELU, "layer2.8"},
            {LAYER_CONV2D, "layer2.9", .out = 14},
            {LAYER_BATCH_NORM2D, "layer2.10"},
            {LAYER_RELU, "layer2.11"},
            {LAYER_ADAPTIVE_AVG_POOL2D, "gap"},
            {LAYER_LINEAR, "classifier", .out = 10},
        },
    },
    {
        "tiny",
        "the fewest parameters that still get 99.4 % right",
        {
            {LAYER_CONV2D, "layer1.0", .out = 6},
            {LAYER_BATCH_NORM2D, "layer1.1"},
            {LAYER_RELU, "layer1.2"},
            {LAYER_CONV2D, "layer1.3", .out = 8},
            {LAYER_BATCH_NORM2D, "layer1.4"},
            {LAYER_RELU, "layer1.5"},
            {LAYER_CONV2D, "layer1.6", .out = 8},
            {LAYER_BATCH_NORM2D, "layer1.7"},
            {LAYER_RELU, "layer1.8"},
            {LAYER_MAX_POOL2D, "layer1.9"},
            {LAYER_CONV2D, "layer2.0", .out = 12},
            {LAYER_BATCH_NORM2D, "layer2.1"},
            {LAYER_RELU, "layer2.2"},
            {LAYER_CONV2D, "layer2.3", .out = 12},
            {LAYER_BATCH_NORM2D, "layer2.4"},
            {LAYER_RELU, "layer2.5"},
            {LAYER_CONV2D, "layer2.6", .out = 12},
            {LAYER_BATCH_NORM2D, "layer2.7"},
            {LAYER_RELU, "layer2.8"},
            {LAYER_ADAPTIVE_AVG_POOL2D, "gap"},
            {LAYER_LINEAR, "classifier", .out = 10},
        },
    },
};

enum { TABLE_COUNT = sizeof tables / sizeof tables[0] };

static const char *const kind_names[] = {
    [LAYER_CONV2D] = "Conv2d",
    [LAYER_BATCH_NORM2D] = "BatchNorm2d",
    [LAYER_RELU] = "ReLU",
    [LAYER_MAX_POOL2D] = "MaxPool2d",
    [LAYER_ADAPTIVE_AVG_POOL2D] = "AdaptiveAvgPool2d",
    [LAYER_LINEAR] = "Linear",
};

const char *model_name(int i)
{
    return i < TABLE_COUNT ? tables[i].name : NULL;
}

static struct shape output_shape(const struct layer *layer)
{
    struct shape in = layer->input;

    switch (layer->kind) {
    case LAYER_CONV2D:
        return (struct shape){layer->out, in.height + 2 * layer->padding - MODEL_KERNEL + 1,
                              in.width + 2 * layer->padding - MODEL_KERNEL + 1};
    case LAYER_MAX_POOL2D: return (struct shape){in.channels, in.height / 2, in.width / 2};
    case LAYER_ADAPTIVE_AVG_POOL2D: return (struct shape){in.channels, 1, 1};
    case LAYER_LINEAR: return (struct shape){layer->out, 0, 0};
    case LAYER_BATCH_NORM2D:
    case LAYER_RELU: break;
    }
    return in;
}

/* Appends NAME.SUFFIX to the state dict; its offset is given later, when all tensors are known. */
static void add_tensor(struct model *model, struct layer *layer, const char *suffix, bool trained,
                       int dimensions, const int *size)
{
    struct tensor *tensor = &model->tensors[model->tensor_count++];

    snprintf(tensor->name, sizeof tensor->name, "%s.%s", layer->name, suffix);
    tensor->dimensions = dimensions;
    tensor->trained = trained;
    tensor->count = 1;
    for (int d = 0; d < dimensions; d++) {
        tensor->size[d] = size[d];
        tensor->count *= (size_t)size[d];
    }
    layer->tensor_count++;
    if (trained)
        layer->parameter_count += tensor->count;
}

static void add_tensors(struct model *model, struct layer *layer)
{
    int in = layer->input.channels, out = layer->output.channels;

    layer->first_tensor = model->tensor_count;
    switch (layer->kind) {
    case LAYER_CONV2D:
        add_tensor(model, layer, "weight", true, 4, (int[]){out, in, MODEL_KERNEL, MODEL_KERNEL});
        break;
    case LAYER_BATCH_NORM2D:
        add_tensor(model, layer, "weight", true, 1, &out);
        add_tensor(model, layer, "bias", true, 1, &out);
        add_tensor(model, layer, "running_mean", false, 1, &out);
        add_tensor(model, layer, "running_var", false, 1, &out);
        break;
    case LAYER_LINEAR:
        add_tensor(model, layer, "weight", true, 2, (int[]){out, in});
        add_tensor(model, layer, "bias", true, 1, &out);
        break;
    case LAYER_RELU:
    case LAYER_MAX_POOL2D:
    case LAYER_ADAPTIVE_AVG_POOL2D: break;
    }
}

/* Parameters first, running statistics behind them. */
static void place_tensors(struct model *model)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < model->tensor_count; i++) {
            struct tensor *tensor = &model->tensors[i];
            if (tensor->trained != (pass == 0))
                continue;
            tensor->offset = model->state_count;
            model->state_count += tensor->count;
        }
        if (pass == 0)
            model->parameter_count = model->state_count;
    }
}

static void derive(struct model *model, const struct table *table)
{
    *model = (struct model){
        .name = table->name,
        .purpose = table->purpose,
        .input = {1, 28, 28},
    };
    struct shape shape = model->input;
    for (const struct layer *row = table->layers; row->name != NULL; row++) {
        struct layer *layer = &model->layers[model->layer_count++];
        *layer = *row;
        layer->input = shape;
        layer->output = shape = output_shape(layer);
        add_tensors(model, layer);
    }
    model->classes = shape.channels;
    place_tensors(model);
}

bool model_init(struct model *model, const char *name, struct error *error)
{
    const int i = words_find(model_name, name);
    char names[256];

    if (i >= 0) {
        derive(model, &tables[i]);
        return true;
    }
    words_list(model_name, names, sizeof names);
    return error_set(error, ERROR_USAGE, "--model: there is no such model (expected %s, got %s)",
                     names, name);
}

size_t model_offset(const struct model *model, const struct layer *layer, const char *suffix)
{
    const struct tensor *tensor = &model->tensors[layer->first_tensor];

    while (strcmp(tensor->name + strlen(layer->name) + 1, suffix) != 0)
        tensor++;
    return tensor->offset;
}

int model_layer_of(const struct model *model, size_t parameter)
{
    int l = model->layer_count - 1;

    while (model->layers[l].tensor_count == 0 ||
           model->tensors[model->layers[l].first_tensor].offset > parameter)
        l--;
    return l;
}

/* The number of inputs that one output of the layer sees. */
static int fan_in(const struct layer *layer)
{
    return layer->input.channels * (layer->kind == LAYER_CONV2D ? MODEL_KERNEL * MODEL_KERNEL : 1);
}

void model_initialize(const struct model *model, float *state, struct rng *rng)
{
    for (int l = 0; l < model->layer_count; l++) {
        const struct layer *layer = &model->layers[l];
        for (int t = 0; t < layer->tensor_count; t++) {
            const struct tensor *tensor = &model->tensors[layer->first_tensor + t];
            const char *suffix = strrchr(tensor->name, '.') + 1;
            bool norm = layer->kind == LAYER_BATCH_NORM2D;
            bool one = strcmp(suffix, "weight") == 0 || strcmp(suffix, "running_var") == 0;
            float bound = (float)(1.0 / sqrt((double)fan_in(layer)));
            for (size_t i = 0; i < tensor->count; i++)
                state[tensor->offset + i] =
                    norm ? (one ? 1.0F : 0.0F) : rng_uniform(rng, -bound, bound);
        }
    }
}

void model_thousands(char *text, size_t size, size_t number)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%zu", number);
    size_t at = 0;

    for (int i = 0; i < length && at + 2 < size; i++) {
        text[at++] = digits[i];
        if ((length - i - 1) % 3 == 0 && i + 1 < length)
            text[at++] = ',';
    }
    text[at] = '\0';
}

void model_summary_row(const struct model *model, int l, struct summary_row *row)
{
    const struct layer *layer = &model->layers[l];
    struct shape out = layer->output;

    snprintf(row->type, sizeof row->type, "%s-%d", kind_names[layer->kind], l + 1);
    if (out.height > 0)
        snprintf(row->shape, sizeof row->shape, "[-1, %d, %d, %d]", out.channels, out.height,
                 out.width);
    else
        snprintf(row->shape, sizeof row->shape, "[-1, %d]", out.channels);
    model_thousands(row->parameters, sizeof row->parameters, layer->parameter_count);
}

size_t model_shape_count(struct shape shape)
{
    return (size_t)shape.channels * (size_t)(shape.height > 0 ? shape.height * shape.width : 1);
}

size_t model_multiply_adds(const struct model *model)
{
    size_t count = 0;

    for (int l = 0; l < model->layer_count; l++) {
        const struct layer *layer = &model->layers[l];
        if (layer->kind == LAYER_CONV2D || layer->kind == LAYER_LINEAR)
            count += model_shape_count(layer->output) * (size_t)fan_in(layer);
    }
    return count;
}

void model_summary_sizes(const struct model *model, struct summary_sizes *sizes)
{
    const double float_mb = sizeof(float) / 1048576.0;
    size_t activations = 0;

    for (int l = 0; l < model->layer_count; l++)
        activations += model_shape_count(model->layers[l].output);
    sizes->input = (double)model_shape_count(model->input) * float_mb;
    sizes->activations = 2.0 * (double)activations * float_mb; /* forward and backward */
    sizes->parameters = (double)model->parameter_count * float_mb;
    sizes->total = sizes->input + sizes->activations + sizes->parameters;
}
