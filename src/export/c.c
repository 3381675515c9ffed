#include "export/forms.h"

#include "export/c_parts.h"
#include "export/print.h"

#include <errno.h>
#include <stdlib.h>

/* ---- the functions that the network needs ---- */

static const char CONV[] =
    "/* Adds the input times one weight of the kernel, which lies `down` rows and `right` columns "
    "from\n"
    "   the output. */\n"
    "static void add_weight(const struct layer *layer, const float *from, float weight, int down,\n"
    "                       int right, float *to)\n"
    "{\n"
    "    const int stride = layer->stride_columns;\n"
    "    int x0 = 0, x1 = layer->out_columns;\n"
    "\n"
    "    while (x0 < x1 && x0 * stride + right < 0)\n"
    "        x0++;\n"
    "    while (x1 > x0 && (x1 - 1) * stride + right >= layer->columns)\n"
    "        x1--;\n"
    "    for (int y = 0; y < layer->out_rows; y++) {\n"
    "        const int row = y * layer->stride_rows + down;\n"
    "        float *restrict sum = to + y * layer->out_columns;\n"
    "        if (row < 0 || row >= layer->rows || x0 == x1)\n"
    "            continue;\n"
    "        const float *restrict pixel = from + row * layer->columns + x0 * stride + right;\n"
    "        if (stride == 1)\n"
    "            for (int x = x0; x < x1; x++)\n"
    "                sum[x] += weight * pixel[x - x0];\n"
    "        else\n"
    "            for (int x = x0; x < x1; x++)\n"
    "                sum[x] += weight * pixel[(x - x0) * stride];\n"
    "    }\n"
    "}\n\n"
    "/* weight[out][in / groups][kernel_rows][kernel_columns], bias[out] */\n"
    "static void conv2d(const struct layer *layer, const float *weight, const float *bias,\n"
    "                   const float *from, float *to)\n"
    "{\n"
    "    const int ins = layer->in / layer->groups, outs = layer->out / layer->groups;\n"
    "    const int in_size = layer->rows * layer->columns;\n"
    "    const int out_size = layer->out_rows * layer->out_columns;\n"
    "\n"
    "    for (int out = 0; out < layer->out; out++, to += out_size) {\n"
    "        const float *map = from + out / outs * ins * in_size;\n"
    "        for (int i = 0; i < out_size; i++)\n"
    "            to[i] = bias[out];\n"
    "        for (int in = 0; in < ins; in++, map += in_size)\n"
    "            for (int y = 0; y < layer->kernel_rows; y++)\n"
    "                for (int x = 0; x < layer->kernel_columns; x++)\n"
    "                    add_weight(layer, map, *weight++, y - layer->padding_rows,\n"
    "                               x - layer->padding_columns, to);\n"
    "    }\n"
    "}\n\n";

static const char LINEAR[] = "/* weight[in][out], bias[out] */\n"
                             "static void linear(int in, int out, const float *weight, const float "
                             "*bias, const float *from,\n"
                             "                   float *restrict to)\n"
                             "{\n"
                             "    for (int o = 0; o < out; o++)\n"
                             "        to[o] = bias[o];\n"
                             "    for (int i = 0; i < in; i++)\n"
                             "        for (int o = 0; o < out; o++)\n"
                             "            to[o] += from[i] * weight[i * out + o];\n"
                             "}\n\n";

static const char AVERAGE[] =
    "/* The sum of the pixels in rows y0 to y1 - 1 and columns x0 to x1 - 1 of a map. */\n"
    "static float sum_of(const float *map, int columns, int y0, int y1, int x0, int x1)\n"
    "{\n"
    "    float sum = 0.0F;\n"
    "\n"
    "    for (int y = y0; y < y1; y++)\n"
    "        for (int x = x0; x < x1; x++)\n"
    "            sum += map[y * columns + x];\n"
    "    return sum;\n"
    "}\n\n";

static const char AVG_POOL[] =
    "static void avg_pool2d(const struct layer *layer, const float *from, float *to)\n"
    "{\n"
    "    int y0, y1, x0, x1;\n"
    "\n"
    "    for (int c = 0; c < layer->in; c++, from += layer->rows * layer->columns)\n"
    "        for (int i = 0; i < layer->out_rows; i++)\n"
    "            for (int j = 0; j < layer->out_columns; j++) {\n"
    "                window(i, layer->stride_rows, layer->padding_rows, layer->kernel_rows,\n"
    "                       layer->rows, &y0, &y1);\n"
    "                window(j, layer->stride_columns, layer->padding_columns,\n"
    "                       layer->kernel_columns, layer->columns, &x0, &x1);\n"
    "                *to++ = sum_of(from, layer->columns, y0, y1, x0, x1) /\n"
    "                        (float)(layer->counts_zeros\n"
    "                                    ? layer->kernel_rows * layer->kernel_columns\n"
    "                                    : (y1 - y0) * (x1 - x0));\n"
    "            }\n"
    "}\n\n";

static const char ADAPTIVE[] =
    "static void adaptive_avg_pool2d(const struct layer *layer, const float *from, float *to)\n"
    "{\n"
    "    for (int c = 0; c < layer->in; c++, from += layer->rows * layer->columns)\n"
    "        for (int i = 0; i < layer->out_rows; i++)\n"
    "            for (int j = 0; j < layer->out_columns; j++) {\n"
    "                const int y0 = i * layer->rows / layer->out_rows;\n"
    "                const int y1 = ((i + 1) * layer->rows - 1) / layer->out_rows + 1;\n"
    "                const int x0 = j * layer->columns / layer->out_columns;\n"
    "                const int x1 = ((j + 1) * layer->columns - 1) / layer->out_columns + 1;\n"
    "                *to++ = sum_of(from, layer->columns, y0, y1, x0, x1) /\n"
    "                        (float)((y1 - y0) * (x1 - x0));\n"
    "            }\n"
    "}\n\n";

/* An activation: its name in C, its value, and whether it has a constant. */
static const struct function {
    const char *name, *value;
    bool constant;
} functions[] = {
    [LAYER_RELU] = {"relu", "x[i] > 0.0F ? x[i] : 0.0F", false},
    [LAYER_LEAKY_RELU] = {"leaky_relu", "x[i] > 0.0F ? x[i] : constant * x[i]", true},
    [LAYER_ELU] = {"elu", "x[i] > 0.0F ? x[i] : constant * expm1f(x[i])", true},
    [LAYER_TANH] = {"hyperbolic_tangent", "tanhf(x[i])", false},
    [LAYER_SIGMOID] = {"sigmoid", "1.0F / (1.0F + expf(-x[i]))", false},
    [LAYER_GELU] = {"gelu", "0.5F * x[i] * (1.0F + erff(x[i] * 0.707106781F))", false},
    [LAYER_SILU] = {"silu", "x[i] / (1.0F + expf(-x[i]))", false},
};

static const char NORMALIZE[] =
    "static void normalize(const unsigned char *image, int count, float *to)\n"
    "{\n"
    "    for (int i = 0; i < count; i++)\n"
    "        to[i] = ((float)image[i] / 255.0F - MEAN) / DEVIATION;\n"
    "}\n\n";

static void write_function(FILE *file, const struct function *function)
{
    fprintf(file,
            "static void %s(float *x, int count%s)\n{\n    for (int i = 0; i < count; i++)\n"
            "        x[i] = %s;\n}\n\n",
            function->name, function->constant ? ", float constant" : "", function->value);
}

static void write_functions(FILE *file, const struct graph *graph)
{
    const bool conv = graph_has(graph, LAYER_CONV2D), average = graph_has(graph, LAYER_AVG_POOL2D);
    const bool adaptive = graph_has(graph, LAYER_ADAPTIVE_AVG_POOL2D);

    fputs(NORMALIZE, file);
    fputs(conv ? CONV : "", file);
    fputs(graph_has(graph, LAYER_LINEAR) ? LINEAR : "", file);
    c_write_max_pool(file, graph, "float");
    fputs(average || adaptive ? AVERAGE : "", file);
    fputs(average ? AVG_POOL : "", file);
    fputs(adaptive ? ADAPTIVE : "", file);
    for (int kind = LAYER_RELU; kind <= LAYER_SILU; kind++)
        if (graph_has(graph, (enum layer_kind)kind))
            write_function(file, &functions[kind]);
    c_write_softmax(file);
}

/* ---- the weights ---- */

static void write_array(FILE *file, const char *what, int number, const float *values, size_t count)
{
    fprintf(file, "static const float %s_%d[%zu] = {\n", what, number, count);
    print_floats(file, values, count, 4, "F");
    fputs("};\n", file);
}

/* The weights of a Linear, [out][in], as [in][out]. False if memory is short. */
static bool write_transposed(FILE *file, int number, const struct graph_op *op)
{
    const size_t out = (size_t)op->layer.out, in = (size_t)op->layer.input.channels;
    float *values = malloc(out * in * sizeof *values);

    if (values == NULL)
        return false;
    for (size_t o = 0; o < out; o++)
        for (size_t i = 0; i < in; i++)
            values[i * out + o] = op->weight[o * in + i];
    write_array(file, "weight", number, values, out * in);
    free(values);
    return true;
}

static void write_bias(FILE *file, int number, const struct graph_op *op)
{
    if (op->bias != NULL)
        write_array(file, "bias", number, op->bias, (size_t)op->layer.out);
    else
        fprintf(file, "static const float bias_%d[%d] = {0.0F};\n", number, op->layer.out);
}

static bool write_weights(FILE *file, const struct graph *graph)
{
    bool complete = true;

    for (int i = 0; complete && i < graph->count; i++) {
        const struct graph_op *op = &graph->ops[i];
        c_write_layer(file, i, &op->layer);
        if (op->weight == NULL)
            continue;
        if (op->layer.kind == LAYER_LINEAR)
            complete = write_transposed(file, i, op);
        else
            write_array(file, "weight", i, op->weight, graph_weight_count(op));
        write_bias(file, i, op);
        fputc('\n', file);
    }
    return complete;
}

/* ---- the network ---- */

static void write_call(FILE *file, int i, const struct graph_op *op,
                       const struct c_buffers *buffers)
{
    const struct layer *layer = &op->layer;
    const char *from = c_buffer_name(buffers, false), *to = c_buffer_name(buffers, true);

    switch (layer->kind) {
    case LAYER_CONV2D:
        fprintf(file, "    conv2d(&layer_%d, weight_%d, bias_%d, %s, %s);", i, i, i, from, to);
        break;
    case LAYER_LINEAR:
        fprintf(file, "    linear(%d, %d, weight_%d, bias_%d, %s, %s);", layer->input.channels,
                layer->out, i, i, from, to);
        break;
    case LAYER_MAX_POOL2D: fprintf(file, "    max_pool2d(&layer_%d, %s, %s);", i, from, to); break;
    case LAYER_AVG_POOL2D: fprintf(file, "    avg_pool2d(&layer_%d, %s, %s);", i, from, to); break;
    case LAYER_ADAPTIVE_AVG_POOL2D:
        fprintf(file, "    adaptive_avg_pool2d(&layer_%d, %s, %s);", i, from, to);
        break;
    default: break;
    }
}

static void write_activation(FILE *file, const struct graph_op *op, const char *buffer)
{
    const struct function *function = &functions[op->layer.kind];

    fprintf(file, "    %s(%s, %zu", function->name, buffer, model_shape_count(op->layer.output));
    if (function->constant) {
        fputs(", ", file);
        print_float(file, (float)(op->layer.kind == LAYER_ELU ? op->layer.alpha
                                                              : op->layer.negative_slope));
        fputc('F', file);
    }
    fputs(");", file);
}

static void write_network(FILE *file, const struct graph *graph)
{
    struct c_buffers buffers = c_buffers_of(graph);

    c_write_begin(file, graph);
    fprintf(file, "    static float a[%zu], b[%zu];\n\n    normalize(image, %zu, a);\n",
            buffers.size[0], buffers.size[1], model_shape_count(graph->model->input));
    for (int i = 0; i < graph->count; i++) {
        const struct graph_op *op = &graph->ops[i];
        if (op->layer.kind == LAYER_FLATTEN) /* the same floats in the same order */
            continue;
        if (graph_is_activation(op)) {
            write_activation(file, op, c_buffer_name(&buffers, false));
        } else {
            write_call(file, i, op, &buffers);
            buffers.current ^= 1;
        }
        fprintf(file, " /* %s */\n", op->layer.name);
    }
    fprintf(file, "    softmax(%s, %d, probabilities);\n}\n", c_buffer_name(&buffers, false),
            graph->model->classes);
}

bool c_write(FILE *file, const struct graph *graph)
{
    const struct c_buffers buffers = c_buffers_of(graph);

    c_write_head(file, graph, "It computes in float.",
                 (buffers.size[0] + buffers.size[1]) * sizeof(float));
    fputs("#include <math.h>\n\n#define MEAN ", file);
    print_float(file, (float)graph->normalize.mean);
    fputs("F\n#define DEVIATION ", file);
    print_float(file, (float)graph->normalize.deviation);
    fputs("F\n\n", file);
    c_write_struct(file, graph);
    write_functions(file, graph);
    if (!write_weights(file, graph)) {
        errno = ENOMEM;
        return false;
    }
    write_network(file, graph);
    c_write_main(file, graph);
    return true;
}
