#include "nn/model.h"

#include "nn/layers.h"
#include "support/memory.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making one ---- */

static bool refuse_layer(const struct layer *layer, const char *reason, struct error *error)
{
    return error_set(error, ERROR_USAGE, "--model: the layer %s (%s) %s", layer->name,
                     layer_kind_name((int)layer->kind), reason);
}

static bool derive_shapes(struct model *model, struct error *error)
{
    char reason[LAYER_REASON_SIZE];
    struct shape shape = model->input;

    for (int l = 0; l < model->layer_count; l++) {
        struct layer *layer = &model->layers[l];
        if (!layer_derive(layer, shape, reason))
            return refuse_layer(layer, reason, error);
        shape = layer->output;
    }
    return true;
}

/* Appends the layer's tensors to the state dict; their offsets are given later, when all tensors
 * are known. */
static void add_tensors(struct model *model, struct layer *layer)
{
    struct layer_tensor own[LAYER_TENSORS_MAX];

    layer->first_tensor = model->tensor_count;
    layer->tensor_count = layer_tensors(layer, own);
    layer->parameter_count = 0;
    for (int t = 0; t < layer->tensor_count; t++) {
        struct tensor *tensor = &model->tensors[model->tensor_count++];
        snprintf(tensor->name, sizeof tensor->name, "%s.%s", layer->name, own[t].suffix);
        tensor->dimensions = own[t].dimensions;
        memcpy(tensor->size, own[t].size, sizeof tensor->size);
        tensor->count = own[t].count;
        tensor->trained = own[t].trained;
        if (tensor->trained)
            layer->parameter_count += tensor->count;
    }
}

static bool derive_tensors(struct model *model, struct error *error)
{
    struct layer_tensor ignored[LAYER_TENSORS_MAX];
    int count = 0;

    for (int l = 0; l < model->layer_count; l++)
        count += layer_tensors(&model->layers[l], ignored);
    if ((model->tensors = memory_new((size_t)count, sizeof *model->tensors, error)) == NULL)
        return false;
    for (int l = 0; l < model->layer_count; l++)
        add_tensors(model, &model->layers[l]);
    return true;
}

/* Parameters first, running statistics after them. */
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

/* The rules that no layer knows alone. */
static bool check_whole(const struct model *model, struct error *error)
{
    const struct layer *last = &model->layers[model->layer_count - 1];

    for (int l = 0; l + 1 < model->layer_count; l++)
        if (model->layers[l].kind == LAYER_LOG_SOFTMAX)
            return refuse_layer(&model->layers[l], "must be the last", error);
    if (last->output.height > 0 || last->output.channels != model->classes)
        return error_set(error, ERROR_USAGE,
                         "--model: the last layer, %s (%s), does not give the classes of the data "
                         "(expected %d features, got %zu%s)",
                         last->name, layer_kind_name((int)last->kind), model->classes,
                         model_shape_count(last->output),
                         last->output.height > 0 ? " values of maps" : "");
    if (model->parameter_count == 0)
        return error_set(error, ERROR_USAGE,
                         "--model: the network has nothing to train (expected a Conv2d, "
                         "BatchNorm2d or Linear)");
    if (model->state_count > INT_MAX)
        return error_set(error, ERROR_USAGE,
                         "--model: the network is too large (expected at most %d parameters, got "
                         "%zu)",
                         INT_MAX, model->state_count);
    return true;
}

static bool copy_description(struct model *model, const char *name, const struct layer *layers,
                             struct error *error)
{
    const size_t size = strlen(name) + 1, count = (size_t)model->layer_count;

    if ((model->name = memory_new(size, 1, error)) == NULL ||
        (model->layers = memory_new(count, sizeof *layers, error)) == NULL)
        return false;
    memcpy(model->name, name, size);
    memcpy(model->layers, layers, count * sizeof *layers);
    return true;
}

struct model *model_new(const char *name, struct shape input, int classes,
                        const struct layer *layers, int count, struct error *error)
{
    if (count < 1 || count > MODEL_LAYERS_MAX) {
        error_set(error, ERROR_USAGE, "--model: the network has %d layers (expected 1 to %d)",
                  count, MODEL_LAYERS_MAX);
        return NULL;
    }
    struct model *model = memory_new(1, sizeof *model, error);
    if (model == NULL)
        return NULL;
    model->input = input;
    model->classes = classes;
    model->layer_count = count;
    if (!copy_description(model, name, layers, error) || !derive_shapes(model, error) ||
        !derive_tensors(model, error)) {
        model_free(model);
        return NULL;
    }
    place_tensors(model);
    if (!check_whole(model, error)) {
        model_free(model);
        return NULL;
    }
    return model;
}

void model_free(struct model *model)
{
    if (model == NULL)
        return;
    free(model->tensors);
    free(model->layers);
    free(model->name);
    free(model);
}

/* ---- what it tells ---- */

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

size_t model_shape_count(struct shape shape)
{
    return (size_t)shape.channels *
           (shape.height > 0 ? (size_t)shape.height * (size_t)shape.width : 1);
}

int model_fan_in(const struct layer *layer)
{
    if (layer->kind == LAYER_CONV2D)
        return layer->input.channels / layer->groups * layer->kernel_size[0] *
               layer->kernel_size[1];
    return (int)model_shape_count(layer->input);
}

size_t model_multiply_adds(const struct model *model)
{
    size_t count = 0;

    for (int l = 0; l < model->layer_count; l++) {
        const struct layer *layer = &model->layers[l];
        if (layer->kind == LAYER_CONV2D || layer->kind == LAYER_LINEAR)
            count += model_shape_count(layer->output) * (size_t)model_fan_in(layer);
    }
    return count;
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
            float bound = (float)(1.0 / sqrt((double)model_fan_in(layer)));
            for (size_t i = 0; i < tensor->count; i++)
                state[tensor->offset + i] =
                    norm ? (one ? 1.0F : 0.0F) : rng_uniform(rng, -bound, bound);
        }
    }
}
