#include "nn/activations.h"

#include "nn/limits.h"
#include "support/memory.h"

#include <math.h>
#include <stdlib.h>

bool activations_init(struct activations *activations, const struct model *model,
                      struct error *error)
{
    *activations = (struct activations){.model = model};
    for (int l = 0; l < model->layer_count; l++) {
        activations->values[l] =
            memory_new(model_shape_count(model->layers[l].output), sizeof(float), error);
        if (activations->values[l] == NULL) {
            activations_fini(activations);
            return false;
        }
    }
    return true;
}

void activations_fini(struct activations *activations)
{
    for (int l = 0; l < MODEL_LAYERS_MAX; l++)
        free(activations->values[l]);
    *activations = (struct activations){0};
}

/* ---- layers: from `in` to `out`, with the tensors that the layer has ---- */

/* The pixel (c, y, x) of maps; zero outside of them. */
static double pixel(const float *maps, struct shape shape, int c, int y, int x)
{
    if (y < 0 || y >= shape.height || x < 0 || x >= shape.width)
        return 0.0;
    return (double)maps[(c * shape.height + y) * shape.width + x];
}

/* One pixel of a convolution's output; weight[in][3][3]. */
static double convolve(const struct layer *layer, const float *weight, const float *in, int y,
                       int x)
{
    double sum = 0.0;

    for (int c = 0; c < layer->input.channels; c++)
        for (int i = 0; i < MODEL_KERNEL; i++)
            for (int j = 0; j < MODEL_KERNEL; j++)
                sum += (double)*weight++ * pixel(in, layer->input, c, y + i - layer->padding[0],
                                                 x + j - layer->padding[1]);
    return sum;
}

static void run_conv(const struct layer *layer, const float *weight, const float *in, float *out)
{
    const int taps = layer->input.channels * MODEL_KERNEL * MODEL_KERNEL;

    for (int k = 0; k < layer->output.channels; k++)
        for (int y = 0; y < layer->output.height; y++)
            for (int x = 0; x < layer->output.width; x++)
                *out++ = (float)convolve(layer, weight + k * taps, in, y, x);
}

static void run_norm(const struct layer *layer, const float *weight, const float *bias,
                     const float *mean, const float *variance, const float *in, float *out)
{
    const int pixels = layer->output.height * layer->output.width;

    for (int c = 0; c < layer->output.channels; c++) {
        double scale = (double)weight[c] / sqrt((double)variance[c] + BATCH_NORM_EPSILON);
        for (int i = 0; i < pixels; i++)
            *out++ = (float)(((double)*in++ - (double)mean[c]) * scale + (double)bias[c]);
    }
}

static void run_relu(const struct layer *layer, const float *in, float *out)
{
    for (size_t i = 0; i < model_shape_count(layer->output); i++)
        out[i] = in[i] > 0.0F ? in[i] : 0.0F;
}

static void run_max_pool(const struct layer *layer, const float *in, float *out)
{
    const struct shape shape = layer->input;

    for (int c = 0; c < layer->output.channels; c++)
        for (int y = 0; y < 2 * layer->output.height; y += 2)
            for (int x = 0; x < 2 * layer->output.width; x += 2)
                *out++ = (float)fmax(
                    fmax(pixel(in, shape, c, y, x), pixel(in, shape, c, y, x + 1)),
                    fmax(pixel(in, shape, c, y + 1, x), pixel(in, shape, c, y + 1, x + 1)));
}

static void run_average(const struct layer *layer, const float *in, float *out)
{
    const int pixels = layer->input.height * layer->input.width;

    for (int c = 0; c < layer->output.channels; c++) {
        double sum = 0.0;
        for (int i = 0; i < pixels; i++)
            sum += (double)*in++;
        out[c] = (float)(sum / pixels);
    }
}

static void run_linear(const struct layer *layer, const float *weight, const float *bias,
                       const float *in, float *out)
{
    for (int o = 0; o < layer->output.channels; o++) {
        double sum = (double)bias[o];
        for (int i = 0; i < layer->input.channels; i++)
            sum += (double)*weight++ * (double)in[i];
        out[o] = (float)sum;
    }
}

static void run_layer(const struct model *model, const struct layer *layer, const float *state,
                      const float *in, float *out)
{
    const float *weight =
        layer->tensor_count > 0 ? state + model_offset(model, layer, "weight") : NULL;

    switch (layer->kind) {
    case LAYER_CONV2D: run_conv(layer, weight, in, out); break;
    case LAYER_BATCH_NORM2D:
        run_norm(layer, weight, state + model_offset(model, layer, "bias"),
                 state + model_offset(model, layer, "running_mean"),
                 state + model_offset(model, layer, "running_var"), in, out);
        break;
    case LAYER_RELU: run_relu(layer, in, out); break;
    case LAYER_MAX_POOL2D: run_max_pool(layer, in, out); break;
    case LAYER_ADAPTIVE_AVG_POOL2D: run_average(layer, in, out); break;
    case LAYER_LINEAR:
        run_linear(layer, weight, state + model_offset(model, layer, "bias"), in, out);
        break;
    default: break; /* the executors refuse the others */
    }
}

void activations_run(struct activations *activations, const float *state, const float *image)
{
    const struct model *model = activations->model;
    const float *in = image;

    for (int l = 0; l < model->layer_count; l++) {
        run_layer(model, &model->layers[l], state, in, activations->values[l]);
        in = activations->values[l];
    }
}
