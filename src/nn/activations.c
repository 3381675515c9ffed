#include "nn/activations.h"

#include "support/memory.h"

#include <stdlib.h>

float **activations_new_values(const struct model *model, struct error *error)
{
    float **values = memory_new((size_t)model->layer_count, sizeof *values, error);

    for (int l = 0; values != NULL && l < model->layer_count; l++) {
        const size_t count = model_shape_count(model->layers[l].output);
        if ((values[l] = memory_new(count, sizeof(float), error)) == NULL) {
            activations_free_values(model, values);
            return NULL;
        }
    }
    return values;
}

void activations_free_values(const struct model *model, float **values)
{
    for (int l = 0; values != NULL && l < model->layer_count; l++)
        free(values[l]);
    free(values);
}

bool activations_init(struct activations *activations, const struct model *model,
                      const struct kernels *kernels, struct error *error)
{
    *activations = (struct activations){.model = model};
    const bool complete =
        (activations->values = activations_new_values(model, error)) != NULL &&
        (activations->infer = infer_new_to_inspect(model, kernels, error)) != NULL &&
        (activations->workspace = infer_workspace_new(activations->infer, error)) != NULL;
    if (!complete)
        activations_fini(activations);
    return complete;
}

void activations_fini(struct activations *activations)
{
    activations_free_values(activations->model, activations->values);
    infer_workspace_free(activations->workspace);
    infer_free(activations->infer);
    *activations = (struct activations){0};
}

/* Copies the first lane of the maps. */
static void take_lane(const struct map *map, float *to)
{
    for (int c = 0; c < map->channels; c++)
        for (int y = 0; y < map->height; y++)
            for (int x = 0; x < map->width; x++)
                *to++ = map->data[(size_t)(c * map->plane + y * map->pitch + x) * LANES];
}

void activations_run(struct activations *activations, const float *state, const float *image)
{
    const struct model *model = activations->model;
    int padding;
    float *input = infer_input(activations->infer, activations->workspace, &padding);
    const struct map map = map_inside(input, model->input, padding);

    for (int y = 0; y < map.height; y++)
        for (int x = 0; x < map.width; x++)
            map.data[(size_t)(y * map.pitch + x) * LANES] = image[y * map.width + x];
    infer_load(activations->infer, state);
    infer_run(activations->infer, activations->workspace);
    for (int l = 0; l < model->layer_count; l++) {
        const struct map out = infer_layer(activations->infer, activations->workspace, l);
        take_lane(&out, activations->values[l]);
    }
}
