#include "nn/stage.h"

#include "nn/limits.h"

#include <math.h>
#include <stdio.h>

/* The kind of the layer `ahead` of the stage's first, or -1 past the last. */
static int kind_ahead(const struct model *model, int first, int ahead)
{
    return first + ahead < model->layer_count ? (int)model->layers[first + ahead].kind : -1;
}

/* Whether the layer's settings are those that the executors know. */
static bool is_known(const struct layer *layer)
{
    const bool conv = layer->kind == LAYER_CONV2D, pool = layer->kind == LAYER_MAX_POOL2D;
    const int kernel = conv ? MODEL_KERNEL : 2, stride = conv ? 1 : 2;

    if (conv || pool)
        return layer->kernel_size[0] == kernel && layer->kernel_size[1] == kernel &&
               layer->stride[0] == stride && layer->stride[1] == stride &&
               layer->padding[0] == layer->padding[1] && layer->padding[0] <= (conv ? 2 : 0) &&
               layer->groups == conv && !layer->bias;
    if (layer->kind == LAYER_ADAPTIVE_AVG_POOL2D)
        return layer->output_size[0] == 1 && layer->output_size[1] == 1;
    if (layer->kind == LAYER_BATCH_NORM2D)
        return fabs(layer->eps - BATCH_NORM_EPSILON) <= 0.0 &&
               fabs(layer->momentum - BATCH_NORM_MOMENTUM) <= 0.0;
    return layer->kind == LAYER_RELU || (layer->kind == LAYER_LINEAR && layer->bias);
}

static void init_conv(struct stage *stage, const struct model *model, const struct layer *layer)
{
    const struct layer *norm = layer + 1;

    stage->kind = STAGE_CONV;
    stage->pool = kind_ahead(model, stage->first_layer, 3) == LAYER_MAX_POOL2D;
    stage->layer_count = stage->pool ? 4 : 3;
    stage->conv = layer->output;
    stage->weight = model_offset(model, layer, "weight");
    stage->norm_weight = model_offset(model, norm, "weight");
    stage->norm_bias = model_offset(model, norm, "bias");
    stage->running_mean = model_offset(model, norm, "running_mean");
    stage->running_var = model_offset(model, norm, "running_var");
}

static void init_linear(struct stage *stage, enum stage_kind kind, const struct model *model,
                        const struct layer *layer)
{
    stage->kind = kind;
    stage->inputs = layer->input.channels;
    stage->weight = model_offset(model, layer, "weight");
    stage->bias = model_offset(model, layer, "bias");
}

static bool init_stage(struct stage *stage, const struct model *model, int first,
                       struct error *error)
{
    const struct layer *layer = &model->layers[first];
    int second = kind_ahead(model, first, 1), third = kind_ahead(model, first, 2);

    const bool maps = layer->input.height > 0; /* still pictures, not features */
    for (int l = first; l < model->layer_count; l++)
        if (!is_known(&model->layers[l]))
            return error_set(error, ERROR_USAGE,
                             "--model: %s cannot be trained yet: its layer %s is of a kind or has "
                             "settings that nothing here runs",
                             model->name, model->layers[l].name);
    *stage = (struct stage){.first_layer = first, .input = layer->input};
    if (layer->kind == LAYER_CONV2D && second == LAYER_BATCH_NORM2D && third == LAYER_RELU) {
        init_conv(stage, model, layer);
    } else if (layer->kind == LAYER_CONV2D && second == LAYER_ADAPTIVE_AVG_POOL2D &&
               layer->padding[0] == 0) {
        stage->kind = STAGE_MEAN;
        stage->layer_count = 2;
        stage->inputs = layer->input.channels * MODEL_KERNEL * MODEL_KERNEL;
        stage->weight = model_offset(model, layer, "weight");
    } else if (layer->kind == LAYER_ADAPTIVE_AVG_POOL2D && second == LAYER_LINEAR) {
        init_linear(stage, STAGE_AVERAGE, model, layer + 1);
        stage->layer_count = 2;
    } else if (layer->kind == LAYER_LINEAR && (!maps || layer->input.height == 1)) {
        init_linear(stage, STAGE_LINEAR, model, layer);
        stage->layer_count = 1;
    } else {
        return error_set(error, ERROR_USAGE,
                         "--model: %s cannot be trained: nothing is known to begin with its layer "
                         "%s (expected conv+norm+ReLU, conv+average, average+linear or linear)",
                         model->name, layer->name);
    }
    stage->padding = layer->padding[0];
    stage->output = model->layers[first + stage->layer_count - 1].output;
    return true;
}

/* What the executors rely on: convolutions first, features from there to the end, and no size
 * beyond what they have room for. */
static bool check_order(const struct stages *stages, const struct model *model, struct error *error)
{
    const struct stage *last = &stages->at[stages->count - 1];

    for (int s = 0; s < stages->count; s++) {
        const struct stage *stage = &stages->at[s];
        if ((s > 0 && stage->kind != STAGE_LINEAR && stage[-1].kind != STAGE_CONV) ||
            stage->output.channels > MODEL_CHANNELS_MAX || stage->inputs > MODEL_FEATURES_MAX)
            return error_set(error, ERROR_USAGE,
                             "--model: %s cannot be trained: its layer %s does not fit there "
                             "(expected convolutions before everything else, of at most %d "
                             "channels)",
                             model->name, model->layers[stage->first_layer].name,
                             MODEL_CHANNELS_MAX);
    }
    if (last->kind == STAGE_CONV)
        return error_set(error, ERROR_USAGE,
                         "--model: %s cannot be trained: it ends in maps (expected an average or a "
                         "linear layer behind %s)",
                         model->name, model->layers[model->layer_count - 1].name);
    return true;
}

bool stages_init(struct stages *stages, const struct model *model, struct error *error)
{
    stages->count = 0;
    for (int first = 0; first < model->layer_count;) {
        if (stages->count == STAGES_MAX)
            return error_set(error, ERROR_USAGE,
                             "--model: %s cannot be trained: too many layers (expected at most %d "
                             "stages)",
                             model->name, STAGES_MAX);
        struct stage *stage = &stages->at[stages->count++];
        if (!init_stage(stage, model, first, error))
            return false;
        first += stage->layer_count;
    }
    return check_order(stages, model, error);
}

bool stage_pools(const struct stage *stage)
{
    return stage->kind == STAGE_MEAN || stage->kind == STAGE_AVERAGE;
}

const float *stage_bias(const struct stage *stage, const float *state)
{
    return stage->kind == STAGE_MEAN ? NULL : state + stage->bias;
}

struct map stage_map(float *data, struct shape shape, int border)
{
    int pitch = shape.width + 2 * border;

    return (struct map){
        .data = data + (border * pitch + border) * LANES,
        .channels = shape.channels,
        .height = shape.height,
        .width = shape.width,
        .pitch = pitch,
        .plane = pitch * (shape.height + 2 * border),
    };
}

size_t stage_map_size(struct shape shape, int border)
{
    return (size_t)shape.channels * (size_t)(shape.height + 2 * border) *
           (size_t)(shape.width + 2 * border) * LANES;
}

struct map stage_map_grown(struct map map, int grow)
{
    map.data -= (grow * map.pitch + grow) * LANES;
    map.height += 2 * grow;
    map.width += 2 * grow;
    return map;
}
