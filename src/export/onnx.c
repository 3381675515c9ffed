/* The messages and their fields' numbers are those of onnx.proto (github.com/onnx/onnx). */
#include "export/forms.h"

#include "export/print.h"
#include "export/protobuf.h"
#include "support/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { IR_VERSION = 7, OPSET = 13 };

enum { MODEL_IR_VERSION = 1, MODEL_PRODUCER_NAME = 2, MODEL_PRODUCER_VERSION = 3 };
enum { MODEL_DOC_STRING = 6, MODEL_GRAPH = 7, MODEL_OPSET_IMPORT = 8, MODEL_METADATA_PROPS = 14 };
enum { OPSET_VERSION = 2, ENTRY_KEY = 1, ENTRY_VALUE = 2 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OP_TYPE = 4, NODE_ATTRIBUTE = 5 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_F = 2, ATTRIBUTE_I = 3, ATTRIBUTE_INTS = 8 };
enum { ATTRIBUTE_TYPE = 20, TYPE_FLOAT = 1, TYPE_INT = 2, TYPE_INTS = 7 };
enum { TENSOR_DIMS = 1, TENSOR_DATA_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW_DATA = 9 };
enum { VALUE_NAME = 1, VALUE_TYPE = 2, VALUE_TENSOR = 1, VALUE_ELEMENT = 1, VALUE_SHAPE = 2 };
enum { SHAPE_DIM = 1, DIM_VALUE = 1, DIM_PARAM = 2, ELEMENT_FLOAT = 1 };

enum { VALUE_SIZE = MODEL_NAME_SIZE + 16, NODE_OTHERS_MAX = 4 };

/* A graph that is being written. */
struct onnx {
    struct proto nodes, initializers; /* fields of the graph */
    struct proto attributes;          /* fields of the next node */
    char value[VALUE_SIZE];           /* the name of what the last node gave */
    const char *name;                 /* of the layer */
};

/* ---- attributes, for the next node ---- */

static void add_attribute(struct onnx *onnx, const char *name, int type, struct proto *value)
{
    proto_text(value, ATTRIBUTE_NAME, name);
    proto_number(value, ATTRIBUTE_TYPE, (uint64_t)type);
    proto_message(&onnx->attributes, NODE_ATTRIBUTE, value);
}

static void add_int(struct onnx *onnx, const char *name, int value)
{
    struct proto attribute = {0};

    proto_number(&attribute, ATTRIBUTE_I, (uint64_t)value);
    add_attribute(onnx, name, TYPE_INT, &attribute);
}

static void add_real(struct onnx *onnx, const char *name, double value)
{
    struct proto attribute = {0};

    proto_float(&attribute, ATTRIBUTE_F, (float)value);
    add_attribute(onnx, name, TYPE_FLOAT, &attribute);
}

/* The pair, `times` times. */
static void add_pairs(struct onnx *onnx, const char *name, const int pair[2], int times)
{
    struct proto attribute = {0};

    for (int i = 0; i < 2 * times; i++)
        proto_number(&attribute, ATTRIBUTE_INTS, (uint64_t)pair[i % 2]);
    add_attribute(onnx, name, TYPE_INTS, &attribute);
}

static void add_window(struct onnx *onnx, const struct layer *layer)
{
    add_pairs(onnx, "kernel_shape", layer->kernel_size, 1);
    add_pairs(onnx, "strides", layer->stride, 1);
    add_pairs(onnx, "pads", layer->padding, 2);
}

/* ---- values and nodes ---- */

/* The name of one of the layer's values. */
static void name_value(const struct onnx *onnx, const char *suffix, char name[VALUE_SIZE])
{
    snprintf(name, VALUE_SIZE, "%s%s%s", onnx->name, *suffix != '\0' ? "." : "", suffix);
}

/* Adds weights that nodes of the layer read as SUFFIX. */
static void add_tensor(struct onnx *onnx, const char *suffix, const int *size, int dimensions,
                       const float *values)
{
    struct proto tensor = {0};
    char name[VALUE_SIZE];
    size_t count = 1;

    name_value(onnx, suffix, name);
    for (int d = 0; d < dimensions; d++) {
        proto_number(&tensor, TENSOR_DIMS, (uint64_t)size[d]);
        count *= (size_t)size[d];
    }
    proto_number(&tensor, TENSOR_DATA_TYPE, ELEMENT_FLOAT);
    proto_text(&tensor, TENSOR_NAME, name);
    proto_floats(&tensor, TENSOR_RAW_DATA, values, count);
    proto_message(&onnx->initializers, GRAPH_INITIALIZER, &tensor);
}

static void add_scalar(struct onnx *onnx, const char *suffix, double value)
{
    const float single = (float)value;

    add_tensor(onnx, suffix, NULL, 0, &single);
}

/* Adds a node with the attributes so far, which gives the layer's value OUTPUT. It reads the value
 * called `first`, NULL: what the last node gave, then the layer's values with these suffixes. */
static void add_node(struct onnx *onnx, const char *type, const char *output, const char *first,
                     const char *const others[NODE_OTHERS_MAX])
{
    struct proto node = {0};
    char name[VALUE_SIZE];

    proto_text(&node, NODE_INPUT, first != NULL ? first : onnx->value);
    for (int i = 0; i < NODE_OTHERS_MAX && others[i] != NULL; i++) {
        name_value(onnx, others[i], name);
        proto_text(&node, NODE_INPUT, name);
    }
    name_value(onnx, output, onnx->value);
    proto_text(&node, NODE_OUTPUT, onnx->value);
    proto_text(&node, NODE_NAME, onnx->value);
    proto_text(&node, NODE_OP_TYPE, type);
    proto_append(&node, &onnx->attributes);
    proto_message(&onnx->nodes, GRAPH_NODE, &node);
}

#define NODE(type, output, ...)                                                                    \
    add_node(onnx, type, output, NULL, (const char *const[NODE_OTHERS_MAX]){__VA_ARGS__})

/* ---- layers ---- */

static void add_normalization(struct onnx *onnx, const struct normalization *normalize)
{
    onnx->name = "normalize";
    add_scalar(onnx, "white", 255.0);
    NODE("Div", "pixels", "white");
    if (normalize->mean != 0.0) {
        add_scalar(onnx, "mean", normalize->mean);
        NODE("Sub", "centred", "mean");
    }
    if (normalize->deviation != 1.0) {
        add_scalar(onnx, "deviation", normalize->deviation);
        NODE("Div", "", "deviation");
    }
}

static void add_conv(struct onnx *onnx, const struct graph_op *op)
{
    const struct layer *layer = &op->layer;

    add_tensor(onnx, "weight",
               (int[]){layer->out, layer->input.channels / layer->groups, layer->kernel_size[0],
                       layer->kernel_size[1]},
               4, op->weight);
    if (op->bias != NULL)
        add_tensor(onnx, "bias", &layer->out, 1, op->bias);
    add_window(onnx, layer);
    add_int(onnx, "group", layer->groups);
    NODE("Conv", "", "weight", op->bias != NULL ? "bias" : NULL);
}

static void add_linear(struct onnx *onnx, const struct graph_op *op)
{
    const struct layer *layer = &op->layer;

    add_tensor(onnx, "weight", (int[]){layer->out, layer->input.channels}, 2, op->weight);
    if (op->bias != NULL)
        add_tensor(onnx, "bias", &layer->out, 1, op->bias);
    add_int(onnx, "transB", 1);
    NODE("Gemm", "", "weight", op->bias != NULL ? "bias" : NULL);
}

static void add_norm(struct onnx *onnx, const struct graph_op *op)
{
    const int *channels = &op->layer.input.channels;

    add_tensor(onnx, "weight", channels, 1, op->weight);
    add_tensor(onnx, "bias", channels, 1, op->bias);
    add_tensor(onnx, "running_mean", channels, 1, op->mean);
    add_tensor(onnx, "running_var", channels, 1, op->variance);
    add_real(onnx, "epsilon", op->layer.eps);
    NODE("BatchNormalization", "", "weight", "bias", "running_mean", "running_var");
}

/* Multiplies the value `x` by the layer's `share` of it. */
static void add_product(struct onnx *onnx, const char *x)
{
    add_node(onnx, "Mul", "", x, (const char *const[NODE_OTHERS_MAX]){"share"});
}

/* x (1 + erf(x / sqrt 2)) / 2: Gelu itself came with opset 20. */
static void add_gelu(struct onnx *onnx)
{
    char input[VALUE_SIZE];

    memcpy(input, onnx->value, sizeof input);
    add_scalar(onnx, "root", 1.41421356237309505);
    add_scalar(onnx, "one", 1.0);
    add_scalar(onnx, "half", 0.5);
    NODE("Div", "scaled", "root");
    NODE("Erf", "erf", NULL);
    NODE("Add", "doubled", "one");
    NODE("Mul", "share", "half");
    add_product(onnx, input);
}

static void add_silu(struct onnx *onnx)
{
    char input[VALUE_SIZE];

    memcpy(input, onnx->value, sizeof input);
    NODE("Sigmoid", "share", NULL);
    add_product(onnx, input);
}

/* Adds the matrix of the windows' means along one side: [to][from], [from][to] if `transposed`. */
static bool add_means(struct onnx *onnx, const char *suffix, int from, int to, bool transposed)
{
    float *means = calloc((size_t)from * (size_t)to, sizeof *means);
    int first, end;

    if (means == NULL)
        return false;
    for (int i = 0; i < to; i++) {
        graph_adaptive_window(i, from, to, &first, &end);
        for (int x = first; x < end; x++)
            means[transposed ? x * to + i : i * from + x] = 1.0F / (float)(end - first);
    }
    add_tensor(onnx, suffix, transposed ? (int[]){from, to} : (int[]){to, from}, 2, means);
    free(means);
    return true;
}

/* ONNX has no AdaptiveAvgPool2d, whose windows differ in size. Where they do, two products with
 * matrices compute it: rows * maps * columns. */
static bool add_adaptive(struct onnx *onnx, const struct layer *layer)
{
    const struct shape in = layer->input, out = layer->output;
    char input[VALUE_SIZE];

    if (out.height == 1 && out.width == 1) {
        NODE("GlobalAveragePool", "", NULL);
    } else if (in.height % out.height == 0 && in.width % out.width == 0) {
        const int window[] = {in.height / out.height, in.width / out.width};
        add_pairs(onnx, "kernel_shape", window, 1);
        add_pairs(onnx, "strides", window, 1);
        NODE("AveragePool", "", NULL);
    } else {
        if (!add_means(onnx, "columns", in.width, out.width, true) ||
            !add_means(onnx, "rows", in.height, out.height, false))
            return false;
        NODE("MatMul", "narrow", "columns");
        name_value(onnx, "rows", input);
        add_node(onnx, "MatMul", "", input, (const char *const[NODE_OTHERS_MAX]){"narrow"});
    }
    return true;
}

static bool add_layer(struct onnx *onnx, const struct graph_op *op)
{
    const struct layer *layer = &op->layer;

    onnx->name = layer->name;
    switch (layer->kind) {
    case LAYER_CONV2D: add_conv(onnx, op); break;
    case LAYER_LINEAR: add_linear(onnx, op); break;
    case LAYER_BATCH_NORM2D: add_norm(onnx, op); break;
    case LAYER_RELU: NODE("Relu", "", NULL); break;
    case LAYER_LEAKY_RELU:
        add_real(onnx, "alpha", layer->negative_slope);
        NODE("LeakyRelu", "", NULL);
        break;
    case LAYER_ELU:
        add_real(onnx, "alpha", layer->alpha);
        NODE("Elu", "", NULL);
        break;
    case LAYER_TANH: NODE("Tanh", "", NULL); break;
    case LAYER_SIGMOID: NODE("Sigmoid", "", NULL); break;
    case LAYER_GELU: add_gelu(onnx); break;
    case LAYER_SILU: add_silu(onnx); break;
    case LAYER_MAX_POOL2D:
        add_window(onnx, layer);
        NODE("MaxPool", "", NULL);
        break;
    case LAYER_AVG_POOL2D:
        add_window(onnx, layer);
        add_int(onnx, "count_include_pad", layer->count_include_pad);
        NODE("AveragePool", "", NULL);
        break;
    case LAYER_ADAPTIVE_AVG_POOL2D: return add_adaptive(onnx, layer);
    case LAYER_FLATTEN: NODE("Flatten", "", NULL); break;
    case LAYER_DROPOUT:
    case LAYER_DROPOUT2D:
    case LAYER_LOG_SOFTMAX: break; /* no graph has them */
    }
    return true;
}

/* ---- the file ---- */

static void add_dimension(struct proto *shape, int value, const char *name)
{
    struct proto dimension = {0};

    if (name != NULL)
        proto_text(&dimension, DIM_PARAM, name);
    else
        proto_number(&dimension, DIM_VALUE, (uint64_t)value);
    proto_message(shape, SHAPE_DIM, &dimension);
}

/* Says what the graph's input or output is: floats [N, size...]. */
static void add_value(struct proto *graph, int field, const char *name, const int *size,
                      int dimensions)
{
    struct proto value = {0}, type = {0}, tensor = {0}, shape = {0};

    add_dimension(&shape, 0, "N");
    for (int d = 0; d < dimensions; d++)
        add_dimension(&shape, size[d], NULL);
    proto_number(&tensor, VALUE_ELEMENT, ELEMENT_FLOAT);
    proto_message(&tensor, VALUE_SHAPE, &shape);
    proto_message(&type, VALUE_TENSOR, &tensor);
    proto_text(&value, VALUE_NAME, name);
    proto_message(&value, VALUE_TYPE, &type);
    proto_message(graph, field, &value);
}

static bool add_graph(struct proto *model, const struct graph *graph)
{
    const struct shape in = graph->model->input;
    struct onnx writer = {.value = "image"}, *onnx = &writer;
    struct proto fields = {0};
    bool complete = true;

    if (graph->normalizes)
        add_normalization(onnx, &graph->normalize);
    for (int i = 0; complete && i < graph->count; i++)
        complete = add_layer(onnx, &graph->ops[i]);
    onnx->name = "probabilities";
    add_int(onnx, "axis", 1);
    NODE("Softmax", "", NULL);
    proto_append(&fields, &onnx->nodes);
    proto_text(&fields, GRAPH_NAME, graph->name);
    proto_append(&fields, &onnx->initializers);
    add_value(&fields, GRAPH_INPUT, "image", (int[]){1, in.height, in.width}, 3);
    add_value(&fields, GRAPH_OUTPUT, "probabilities", &graph->model->classes, 1);
    proto_message(model, MODEL_GRAPH, &fields);
    return complete;
}

static void add_entry(struct proto *model, const char *key, const char *value)
{
    struct proto entry = {0};

    proto_text(&entry, ENTRY_KEY, key);
    proto_text(&entry, ENTRY_VALUE, value);
    proto_message(model, MODEL_METADATA_PROPS, &entry);
}

/* The input for people; the normalisation and the names of the classes for programs. */
static void add_words(struct proto *model, const struct graph *graph)
{
    const struct shape in = graph->model->input;
    char mean[NUMBER_TEXT_SIZE], deviation[NUMBER_TEXT_SIZE], words[512];
    char *classes = print_classes(graph->classes);

    number_text(mean, graph->normalize.mean);
    number_text(deviation, graph->normalize.deviation);
    snprintf(words, sizeof words,
             graph->normalizes ? "image: [N, 1, %d, %d], pixels from 0 (black) to 255 (white). "
                                 "probabilities: [N, %d], of the classes in the metadata."
                               : "image: [N, 1, %d, %d], pixels from 0 (black) to 1 (white), minus "
                                 "the mean, divided by the deviation in the metadata. "
                                 "probabilities: [N, %d], of the classes there.",
             in.height, in.width, graph->model->classes);
    proto_text(model, MODEL_DOC_STRING, words);
    add_entry(model, "model", graph->model->name);
    add_entry(model, "mean", mean);
    add_entry(model, "deviation", deviation);
    add_entry(model, "classes", classes != NULL ? classes : "");
    model->failed = model->failed || classes == NULL;
    free(classes);
}

bool onnx_write(FILE *file, const struct graph *graph)
{
    struct proto model = {0}, opset = {0};
    bool complete;

    proto_number(&model, MODEL_IR_VERSION, IR_VERSION);
    proto_text(&model, MODEL_PRODUCER_NAME, PACKAGE_NAME);
    proto_text(&model, MODEL_PRODUCER_VERSION, PACKAGE_VERSION);
    proto_number(&opset, OPSET_VERSION, OPSET);
    proto_message(&model, MODEL_OPSET_IMPORT, &opset);
    add_words(&model, graph);
    complete = add_graph(&model, graph) && !model.failed;
    if (complete)
        fwrite(model.bytes, 1, model.size, file);
    else
        errno = ENOMEM;
    proto_fini(&model);
    return complete;
}
