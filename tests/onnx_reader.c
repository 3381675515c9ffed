#include "onnx_reader.h"

#include "check.h"

#include <math.h>

/* ---- the wire format ---- */

struct reader {
    const uint8_t *at, *end;
};

/* A field: its number and either a number or bytes. */
struct field {
    int number;
    uint64_t value;
    struct reader bytes;
};

static uint64_t read_number(struct reader *reader)
{
    uint64_t value = 0;

    for (int shift = 0;; shift += 7) {
        assert_true(reader->at < reader->end && shift < 64);
        value |= (uint64_t)(*reader->at & 0x7F) << shift;
        if (*reader->at++ < 0x80)
            return value;
    }
}

static bool next_field(struct reader *reader, struct field *field)
{
    if (reader->at == reader->end)
        return false;
    const uint64_t key = read_number(reader);
    *field = (struct field){.number = (int)(key >> 3)};
    if ((key & 7) == 0) {
        field->value = read_number(reader);
        return true;
    }
    assert_true((key & 7) == 2 || (key & 7) == 5);
    const uint64_t size = (key & 7) == 2 ? read_number(reader) : 4;
    assert_true(size <= (uint64_t)(reader->end - reader->at));
    field->bytes = (struct reader){reader->at, reader->at + size};
    reader->at += size;
    return true;
}

static void copy_text(char *text, size_t room, const struct field *field)
{
    const size_t size = (size_t)(field->bytes.end - field->bytes.at);

    assert_true(size < room);
    memcpy(text, field->bytes.at, size);
    text[size] = '\0';
}

#define COPY_TEXT(array, field) copy_text(array, sizeof(array), field)

static double float_at(const uint8_t *bytes)
{
    const uint32_t bits = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                          (uint32_t)bytes[3] << 24;
    float value;

    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

/* ---- the messages ---- */

static size_t count_of(const struct onnx_tensor *tensor)
{
    size_t count = 1;

    for (int d = 0; d < tensor->dimensions; d++)
        count *= tensor->size[d];
    return count;
}

static void read_tensor(struct reader reader, struct onnx_tensor *tensor)
{
    struct reader data = {0};
    struct field field;

    *tensor = (struct onnx_tensor){0};
    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 1:
            assert_true(tensor->dimensions < 4);
            tensor->size[tensor->dimensions++] = (size_t)field.value;
            break;
        case 2: assert_int_equal(field.value, 1); break; /* FLOAT */
        case 8: COPY_TEXT(tensor->name, &field); break;
        case 9: data = field.bytes; break;
        default: fail_msg("TensorProto has field %d", field.number);
        }
    }
    const size_t count = count_of(tensor);
    assert_int_equal(data.end - data.at, 4 * count);
    tensor->values = malloc(count * sizeof *tensor->values);
    assert_non_null(tensor->values);
    for (size_t i = 0; i < count; i++)
        tensor->values[i] = float_at(data.at + 4 * i);
}

static void read_attribute(struct reader reader, struct onnx_attribute *attribute)
{
    uint64_t type = 0;
    struct field field;

    *attribute = (struct onnx_attribute){0};
    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 1: COPY_TEXT(attribute->name, &field); break;
        case 2: attribute->real = float_at(field.bytes.at); break;
        case 3: attribute->whole = (int64_t)field.value; break;
        case 8:
            assert_true(attribute->count < 4);
            attribute->list[attribute->count++] = (int64_t)field.value;
            break;
        case 20: type = field.value; break;
        default: fail_msg("AttributeProto has field %d", field.number);
        }
    }
    assert_true(type == 1 || type == 2 || type == 7); /* FLOAT, INT, INTS */
    assert_true((type == 7) == (attribute->count > 0));
}

static void read_node(struct reader reader, struct onnx_node *node)
{
    struct field field;

    *node = (struct onnx_node){0};
    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 1:
            assert_true(node->input_count < CHECK_COUNT(node->inputs));
            COPY_TEXT(node->inputs[node->input_count], &field);
            node->input_count++;
            break;
        case 2:
            assert_int_equal(*node->output, '\0');
            COPY_TEXT(node->output, &field);
            break;
        case 3: COPY_TEXT(node->name, &field); break;
        case 4: COPY_TEXT(node->type, &field); break;
        case 5:
            assert_true(node->attribute_count < CHECK_COUNT(node->attributes));
            read_attribute(field.bytes, &node->attributes[node->attribute_count++]);
            break;
        default: fail_msg("NodeProto has field %d", field.number);
        }
    }
}

/* Reads the name of the graph's input or output, which must have `dimensions`, the first N. */
static void read_value(struct reader reader, char *name, int dimensions)
{
    struct field field, dimension;
    struct reader shape = {0};
    int count = 0;

    while (next_field(&reader, &field)) {
        if (field.number == 1)
            copy_text(name, ONNX_NAME_SIZE, &field);
        if (field.number != 2)
            continue;
        assert_true(next_field(&field.bytes, &dimension)); /* tensor_type */
        assert_int_equal(dimension.number, 1);
        for (shape = dimension.bytes; next_field(&shape, &field);)
            if (field.number == 2)
                break;
            else
                assert_int_equal(field.value, 1); /* FLOAT */
        shape = field.bytes;
        for (; next_field(&shape, &field); count++) {
            assert_true(next_field(&field.bytes, &dimension));
            assert_int_equal(dimension.number, count == 0 ? 2 : 1); /* a name, then numbers */
        }
        assert_int_equal(count, dimensions);
        return;
    }
}

static void read_graph(struct onnx_model *model, struct reader reader)
{
    struct field field;

    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 1:
            assert_true(model->node_count < ONNX_NODES_MAX);
            read_node(field.bytes, &model->nodes[model->node_count++]);
            break;
        case 2: break; /* its name */
        case 5:
            assert_true(model->tensor_count < ONNX_TENSORS_MAX);
            read_tensor(field.bytes, &model->tensors[model->tensor_count++]);
            break;
        case 11: read_value(field.bytes, model->input, 4); break;
        case 12: read_value(field.bytes, model->output, 2); break;
        default: fail_msg("GraphProto has field %d", field.number);
        }
    }
    model->initializer_count = model->tensor_count;
}

static void read_entry(struct onnx_model *model, struct reader reader)
{
    const int i = model->entry_count++;
    struct field field;

    assert_true(i < CHECK_COUNT(model->keys));
    while (next_field(&reader, &field)) {
        if (field.number == 1)
            COPY_TEXT(model->keys[i], &field);
        else
            COPY_TEXT(model->texts[i], &field);
    }
}

void onnx_read(struct onnx_model *model, const uint8_t *bytes, size_t size)
{
    struct reader reader = {bytes, bytes + size};
    struct field field, version;

    memset(model, 0, sizeof *model);
    while (next_field(&reader, &field)) {
        switch (field.number) {
        case 1: model->ir_version = (int)field.value; break;
        case 2:
        case 3: break; /* the producer */
        case 6: COPY_TEXT(model->words, &field); break;
        case 7: read_graph(model, field.bytes); break;
        case 8:
            while (next_field(&field.bytes, &version))
                model->opset = (int)version.value;
            break;
        case 14: read_entry(model, field.bytes); break;
        default: fail_msg("ModelProto has field %d", field.number);
        }
    }
}

static void forget(struct onnx_model *model, int count)
{
    while (model->tensor_count > count)
        free(model->tensors[--model->tensor_count].values);
}

void onnx_fini(struct onnx_model *model)
{
    forget(model, 0);
}

const char *onnx_text(const struct onnx_model *model, const char *key)
{
    for (int i = 0; i < model->entry_count; i++)
        if (strcmp(model->keys[i], key) == 0)
            return model->texts[i];
    fail_msg("the metadata has no %s", key);
    return NULL;
}

int onnx_count(const struct onnx_model *model, const char *type)
{
    int count = 0;

    for (int i = 0; i < model->node_count; i++)
        count += strcmp(model->nodes[i].type, type) == 0;
    return count;
}

/* ---- running ---- */

static const struct onnx_tensor *find(const struct onnx_model *model, const char *name)
{
    for (int i = model->tensor_count - 1; i >= 0; i--)
        if (strcmp(model->tensors[i].name, name) == 0)
            return &model->tensors[i];
    fail_msg("nothing gave the value %s", name);
    return NULL;
}

static const struct onnx_attribute *attribute(const struct onnx_node *node, const char *name)
{
    for (int i = 0; i < node->attribute_count; i++)
        if (strcmp(node->attributes[i].name, name) == 0)
            return &node->attributes[i];
    return NULL;
}

/* A value of ONNX's default for an attribute that is missing. */
static int64_t pair_at(const struct onnx_node *node, const char *name, int i, int64_t otherwise)
{
    const struct onnx_attribute *found = attribute(node, name);

    return found != NULL ? found->list[i] : otherwise;
}

static struct onnx_tensor *give(struct onnx_model *model, const char *name, int dimensions,
                                const size_t *size)
{
    assert_true(model->tensor_count < ONNX_TENSORS_MAX);
    for (int i = 0; i < model->tensor_count; i++)
        if (strcmp(model->tensors[i].name, name) == 0)
            fail_msg("%s is given twice", name);
    struct onnx_tensor *tensor = &model->tensors[model->tensor_count++];
    *tensor = (struct onnx_tensor){.dimensions = dimensions};
    snprintf(tensor->name, sizeof tensor->name, "%s", name);
    memcpy(tensor->size, size, (size_t)dimensions * sizeof *size);
    tensor->values = calloc(count_of(tensor), sizeof *tensor->values);
    assert_non_null(tensor->values);
    return tensor;
}

/* Where window i of a pool or convolution begins, and the sizes of its output. */
struct windows {
    int64_t kernel[2], stride[2], before[2];
    size_t count[2];
};

static struct windows windows_of(const struct onnx_node *node, const struct onnx_tensor *in)
{
    struct windows windows;

    for (int axis = 0; axis < 2; axis++) {
        windows.kernel[axis] = pair_at(node, "kernel_shape", axis, 0);
        windows.stride[axis] = pair_at(node, "strides", axis, 1);
        windows.before[axis] = pair_at(node, "pads", axis, 0);
        const int64_t padded =
            (int64_t)in->size[2 + axis] + windows.before[axis] + pair_at(node, "pads", 2 + axis, 0);
        windows.count[axis] = (size_t)((padded - windows.kernel[axis]) / windows.stride[axis] + 1);
    }
    return windows;
}

/* The pixel of channel c under place (ky, kx) of window (y, x); NULL in the padding. */
static const double *pixel(const struct onnx_tensor *in, const struct windows *windows, size_t c,
                           size_t y, size_t x, int64_t ky, int64_t kx)
{
    const int64_t row = (int64_t)y * windows->stride[0] - windows->before[0] + ky;
    const int64_t column = (int64_t)x * windows->stride[1] - windows->before[1] + kx;

    if (row < 0 || column < 0 || row >= (int64_t)in->size[2] || column >= (int64_t)in->size[3])
        return NULL;
    return in->values + (c * in->size[2] + (size_t)row) * in->size[3] + (size_t)column;
}

static void run_conv(struct onnx_model *model, const struct onnx_node *node)
{
    const struct onnx_tensor *in = find(model, node->inputs[0]);
    const struct onnx_tensor *weight = find(model, node->inputs[1]);
    const struct windows w = windows_of(node, in);
    const size_t groups = (size_t)attribute(node, "group")->whole;
    const size_t ins = in->size[1] / groups, outs = weight->size[0] / groups;
    const struct onnx_tensor *bias = node->input_count > 2 ? find(model, node->inputs[2]) : NULL;
    struct onnx_tensor *out =
        give(model, node->output, 4, (size_t[]){1, weight->size[0], w.count[0], w.count[1]});
    double *to = out->values;

    assert_int_equal(weight->size[1], ins);
    assert_int_equal(weight->size[2], w.kernel[0]);
    assert_int_equal(weight->size[3], w.kernel[1]);
    for (size_t o = 0; o < out->size[1]; o++)
        for (size_t y = 0; y < w.count[0]; y++)
            for (size_t x = 0; x < w.count[1]; x++, to++) {
                const double *factor = weight->values + o * ins * weight->size[2] * weight->size[3];
                *to = bias != NULL ? bias->values[o] : 0.0;
                for (size_t i = 0; i < ins; i++)
                    for (int64_t ky = 0; ky < w.kernel[0]; ky++)
                        for (int64_t kx = 0; kx < w.kernel[1]; kx++, factor++) {
                            const double *at = pixel(in, &w, o / outs * ins + i, y, x, ky, kx);
                            *to += at != NULL ? *at * *factor : 0.0;
                        }
            }
}

static void run_pool(struct onnx_model *model, const struct onnx_node *node, bool average)
{
    const struct onnx_tensor *in = find(model, node->inputs[0]);
    const struct windows w = windows_of(node, in);
    const struct onnx_attribute *counts = attribute(node, "count_include_pad");
    struct onnx_tensor *out =
        give(model, node->output, 4, (size_t[]){1, in->size[1], w.count[0], w.count[1]});
    double *to = out->values;

    for (size_t c = 0; c < in->size[1]; c++)
        for (size_t y = 0; y < w.count[0]; y++)
            for (size_t x = 0; x < w.count[1]; x++) {
                double sum = 0.0, most = -INFINITY, count = 0.0;
                for (int64_t ky = 0; ky < w.kernel[0]; ky++)
                    for (int64_t kx = 0; kx < w.kernel[1]; kx++) {
                        const double *at = pixel(in, &w, c, y, x, ky, kx);
                        sum += at != NULL ? *at : 0.0;
                        most = at != NULL ? fmax(most, *at) : most;
                        count += at != NULL || (counts != NULL && counts->whole == 1);
                    }
                *to++ = average ? sum / count : most;
            }
}

static void run_global_average(struct onnx_model *model, const struct onnx_node *node)
{
    const struct onnx_tensor *in = find(model, node->inputs[0]);
    struct onnx_tensor *out = give(model, node->output, 4, (size_t[]){1, in->size[1], 1, 1});
    const size_t pixels = in->size[2] * in->size[3];

    for (size_t i = 0; i < in->size[1] * pixels; i++)
        out->values[i / pixels] += in->values[i] / (double)pixels;
}

static void run_gemm(struct onnx_model *model, const struct onnx_node *node)
{
    const struct onnx_tensor *in = find(model, node->inputs[0]);
    const struct onnx_tensor *weight = find(model, node->inputs[1]);
    const struct onnx_tensor *bias = node->input_count > 2 ? find(model, node->inputs[2]) : NULL;
    struct onnx_tensor *out = give(model, node->output, 2, (size_t[]){1, weight->size[0]});

    assert_int_equal(attribute(node, "transB")->whole, 1);
    assert_int_equal(in->dimensions, 2);
    assert_int_equal(in->size[1], weight->size[1]);
    for (size_t o = 0; o < weight->size[0]; o++) {
        out->values[o] = bias != NULL ? bias->values[o] : 0.0;
        for (size_t i = 0; i < in->size[1]; i++)
            out->values[o] += in->values[i] * weight->values[o * in->size[1] + i];
    }
}

/* Maps times a matrix, or a matrix times maps. */
static void run_product(struct onnx_model *model, const struct onnx_node *node)
{
    const struct onnx_tensor *a = find(model, node->inputs[0]), *b = find(model, node->inputs[1]);
    const bool maps_first = a->dimensions == 4;
    const struct onnx_tensor *maps = maps_first ? a : b, *matrix = maps_first ? b : a;
    const size_t rows = maps_first ? maps->size[2] : matrix->size[0];
    const size_t columns = maps_first ? matrix->size[1] : maps->size[3];
    const size_t inner = maps_first ? maps->size[3] : maps->size[2];
    struct onnx_tensor *out =
        give(model, node->output, 4, (size_t[]){1, maps->size[1], rows, columns});
    double *to = out->values;

    assert_int_equal(matrix->size[maps_first ? 0 : 1], inner);
    for (size_t c = 0; c < maps->size[1]; c++)
        for (size_t y = 0; y < rows; y++)
            for (size_t x = 0; x < columns; x++, to++)
                for (size_t k = 0; k < inner; k++)
                    *to += maps_first ? maps->values[(c * rows + y) * inner + k] *
                                            matrix->values[k * columns + x]
                                      : matrix->values[y * inner + k] *
                                            maps->values[(c * inner + k) * columns + x];
}

static void run_norm(struct onnx_model *model, const struct onnx_node *node)
{
    const struct onnx_tensor *in = find(model, node->inputs[0]), *of[4];
    struct onnx_tensor *out = give(model, node->output, in->dimensions, in->size);
    const size_t pixels = in->size[2] * in->size[3];

    for (int i = 0; i < 4; i++)
        of[i] = find(model, node->inputs[1 + i]);
    for (size_t i = 0; i < count_of(in); i++) {
        const size_t c = i / pixels;
        out->values[i] = (in->values[i] - of[2]->values[c]) /
                             sqrt(of[3]->values[c] + attribute(node, "epsilon")->real) *
                             of[0]->values[c] +
                         of[1]->values[c];
    }
}

static void run_flatten(struct onnx_model *model, const struct onnx_node *node)
{
    const struct onnx_tensor *in = find(model, node->inputs[0]);
    struct onnx_tensor *out = give(model, node->output, 2, (size_t[]){1, count_of(in)});

    memcpy(out->values, in->values, count_of(in) * sizeof *in->values);
}

static void run_softmax(struct onnx_model *model, const struct onnx_node *node)
{
    const struct onnx_tensor *in = find(model, node->inputs[0]);
    struct onnx_tensor *out = give(model, node->output, in->dimensions, in->size);
    double sum = 0.0;

    assert_int_equal(attribute(node, "axis")->whole, 1);
    for (size_t i = 0; i < count_of(in); i++)
        sum += exp(in->values[i]);
    for (size_t i = 0; i < count_of(in); i++)
        out->values[i] = exp(in->values[i]) / sum;
}

/* An element-wise operator; b is the second input's value, if it has one. */
static double element(const struct onnx_node *node, double a, double b)
{
    const struct onnx_attribute *alpha = attribute(node, "alpha");
    const char *type = node->type;

    if (strcmp(type, "Add") == 0)
        return a + b;
    if (strcmp(type, "Sub") == 0)
        return a - b;
    if (strcmp(type, "Mul") == 0)
        return a * b;
    if (strcmp(type, "Div") == 0)
        return a / b;
    if (strcmp(type, "Relu") == 0)
        return fmax(a, 0.0);
    if (strcmp(type, "LeakyRelu") == 0)
        return a < 0.0 ? alpha->real * a : a;
    if (strcmp(type, "Elu") == 0)
        return a < 0.0 ? alpha->real * expm1(a) : a;
    if (strcmp(type, "Tanh") == 0)
        return tanh(a);
    if (strcmp(type, "Sigmoid") == 0)
        return 1.0 / (1.0 + exp(-a));
    if (strcmp(type, "Erf") == 0)
        return erf(a);
    fail_msg("no operator %s", type);
    return 0.0;
}

static void run_elements(struct onnx_model *model, const struct onnx_node *node)
{
    const struct onnx_tensor *a = find(model, node->inputs[0]);
    const struct onnx_tensor *b = node->input_count > 1 ? find(model, node->inputs[1]) : NULL;
    struct onnx_tensor *out = give(model, node->output, a->dimensions, a->size);
    const size_t count = count_of(a);

    assert_true(b == NULL || b->dimensions == 0 || count_of(b) == count);
    for (size_t i = 0; i < count; i++)
        out->values[i] =
            element(node, a->values[i], b != NULL ? b->values[b->dimensions == 0 ? 0 : i] : 0.0);
}

static void run_node(struct onnx_model *model, const struct onnx_node *node)
{
    static const struct {
        const char *type;
        void (*run)(struct onnx_model *, const struct onnx_node *);
    } operators[] = {
        {"Conv", run_conv},       {"Gemm", run_gemm},
        {"MatMul", run_product},  {"BatchNormalization", run_norm},
        {"Flatten", run_flatten}, {"GlobalAveragePool", run_global_average},
        {"Softmax", run_softmax},
    };

    for (int i = 0; i < CHECK_COUNT(operators); i++)
        if (strcmp(operators[i].type, node->type) == 0) {
            operators[i].run(model, node);
            return;
        }
    if (strstr(node->type, "Pool") != NULL)
        run_pool(model, node, strcmp(node->type, "AveragePool") == 0);
    else
        run_elements(model, node);
}

const double *onnx_run(struct onnx_model *model, const double *image, int rows, int columns)
{
    forget(model, model->initializer_count);
    struct onnx_tensor *input =
        give(model, model->input, 4, (size_t[]){1, 1, (size_t)rows, (size_t)columns});
    memcpy(input->values, image, (size_t)rows * (size_t)columns * sizeof *image);
    for (int i = 0; i < model->node_count; i++)
        run_node(model, &model->nodes[i]);
    return find(model, model->output)->values;
}
