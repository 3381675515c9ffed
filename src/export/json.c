#include "export/forms.h"

#include "export/print.h"
#include "nn/layers.h"
#include "support/number.h"

static void write_number(FILE *file, const char *key, double value)
{
    char text[NUMBER_TEXT_SIZE];

    number_text(text, value);
    fprintf(file, ", \"%s\": %s", key, text);
}

static void write_shape(FILE *file, const char *key, struct shape shape)
{
    if (shape.height > 0)
        fprintf(file, ", \"%s\": [%d, %d, %d]", key, shape.channels, shape.height, shape.width);
    else
        fprintf(file, ", \"%s\": [%d]", key, shape.channels);
}

static void write_pair(FILE *file, const char *key, const int pair[2])
{
    fprintf(file, ", \"%s\": [%d, %d]", key, pair[0], pair[1]);
}

static void write_window(FILE *file, const struct layer *layer)
{
    write_pair(file, "kernel_size", layer->kernel_size);
    write_pair(file, "stride", layer->stride);
    write_pair(file, "padding", layer->padding);
}

static void write_arguments(FILE *file, const struct layer *layer)
{
    switch (layer->kind) {
    case LAYER_CONV2D:
        write_window(file, layer);
        write_number(file, "groups", layer->groups);
        break;
    case LAYER_MAX_POOL2D: write_window(file, layer); break;
    case LAYER_AVG_POOL2D:
        write_window(file, layer);
        fprintf(file, ", \"count_include_pad\": %s", layer->count_include_pad ? "true" : "false");
        break;
    case LAYER_BATCH_NORM2D: write_number(file, "eps", layer->eps); break;
    case LAYER_LEAKY_RELU: write_number(file, "negative_slope", layer->negative_slope); break;
    case LAYER_ELU: write_number(file, "alpha", layer->alpha); break;
    default: break;
    }
}

static void write_weights(FILE *file, const char *key, const float *values, size_t count)
{
    if (values == NULL)
        return;
    fprintf(file, ",\n  \"%s\": [\n", key);
    print_floats(file, values, count, 3, "");
    fputs("  ]", file);
}

static void write_op(FILE *file, const struct graph_op *op)
{
    const struct layer *layer = &op->layer;
    const size_t channels = (size_t)layer->output.channels;

    fprintf(file, " {\"type\": \"%s\", \"name\": \"%s\"", layer_kind_name((int)layer->kind),
            layer->name);
    write_shape(file, "input", layer->input);
    write_shape(file, "output", layer->output);
    write_arguments(file, layer);
    if (op->weight != NULL)
        write_weights(file, "weight", op->weight, graph_weight_count(op));
    write_weights(file, "bias", op->bias, channels);
    write_weights(file, "running_mean", op->mean, channels);
    write_weights(file, "running_var", op->variance, channels);
    fputc('}', file);
}

bool json_write(FILE *file, const struct graph *graph)
{
    fputs("{\"format\": \"mnist-tui\", \"version\": 1, \"model\": ", file);
    print_string(file, graph->model->name, PRINT_JSON);
    write_shape(file, "input", graph->model->input);
    write_number(file, "mean", graph->normalize.mean);
    write_number(file, "deviation", graph->normalize.deviation);
    fputs(",\n\"classes\": [", file);
    print_names(file, graph->classes, PRINT_JSON);
    fputs("],\n\"layers\": [\n", file);
    for (int i = 0; i < graph->count; i++) {
        write_op(file, &graph->ops[i]);
        fputs(i + 1 < graph->count ? ",\n" : "\n", file);
    }
    fputs("]}\n", file);
    return true;
}
