#include "nn/model_text.h"

#include "nn/shelf.h"
#include "support/words.h"

#include <string.h>

enum { ROWS_MAX = 32, CLASSES = -1 };

struct table {
    const char *name, *purpose;
    struct layer layers[ROWS_MAX]; /* ends at the first with an empty name */
};

/* The networks: kind, state-dict prefix, output channels or features, padding. */
static const struct table tables[] = {
    {
        "basic",
        "the reference network of the published run",
        {
            {LAYER_CONV2D, "layer1.0", .out = 4, .padding = {1, 1}},
            {LAYER_BATCH_NORM2D, "layer1.1"},
            {LAYER_RELU, "layer1.2"},
            {LAYER_CONV2D, "layer1.3", .out = 8, .padding = {1, 1}},
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
            {LAYER_LINEAR, "classifier.1", .out = CLASSES},
        },
    },
    {
        "nofc",
        "the reference without its fully connected layers",
        {
            {LAYER_CONV2D, "layer1.0", .out = 4, .padding = {1, 1}},
            {LAYER_BATCH_NORM2D, "layer1.1"},
            {LAYER_RELU, "layer1.2"},
            {LAYER_CONV2D, "layer1.3", .out = 8, .padding = {1, 1}},
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
            {LAYER_LINEAR, "classifier", .out = CLASSES},
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
            {LAYER_LINEAR, "classifier", .out = CLASSES},
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
            {LAYER_LINEAR, "classifier", .out = CLASSES},
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
            {LAYER_LINEAR, "classifier", .out = CLASSES},
        },
    },
};

enum { TABLE_COUNT = sizeof tables / sizeof tables[0] };

const char *shelf_name(int i)
{
    return i < TABLE_COUNT ? tables[i].name : NULL;
}

const char *shelf_purpose(int i)
{
    return tables[i].purpose;
}

/* What the rows leave out. */
static struct layer complete(struct layer layer, int classes)
{
    const bool conv = layer.kind == LAYER_CONV2D, pool = layer.kind == LAYER_MAX_POOL2D;

    if (layer.out == CLASSES)
        layer.out = classes;
    for (int axis = 0; axis < 2; axis++) {
        layer.kernel_size[axis] = conv ? 3 : pool ? 2 : 0;
        layer.stride[axis] = conv ? 1 : pool ? 2 : 0;
        layer.output_size[axis] = layer.kind == LAYER_ADAPTIVE_AVG_POOL2D ? 1 : 0;
    }
    layer.groups = conv ? 1 : 0;
    layer.bias = layer.kind == LAYER_LINEAR;
    if (layer.kind == LAYER_BATCH_NORM2D) {
        layer.eps = 1e-5;
        layer.momentum = 0.1;
    }
    return layer;
}

struct model *model_make(const char *text, struct shape input, int classes, struct error *error)
{
    const int i = words_find(shelf_name, text);
    struct layer layers[ROWS_MAX];
    char names[256];
    int count = 0;

    if (i < 0) {
        words_list(shelf_name, names, sizeof names);
        error_set(error, ERROR_USAGE, "--model: there is no such model (expected %s, got %s)",
                  names, text);
        return NULL;
    }
    for (const struct layer *row = tables[i].layers; row->name[0] != '\0'; row++)
        layers[count++] = complete(*row, classes);
    return model_new(tables[i].name, input, classes, layers, count, error);
}
