/*
 * fuzz_checkpoint.c -- any bytes as a checkpoint: as they are; and as a header, behind its length and
 * before as many zeros as weights, or weights and velocities, have bytes.
 */
#include "fuzz.h"

#include "train/checkpoint.h"

#include <math.h>

enum { LENGTH_SIZE = 8 };

static void load(const char *path, const struct model *model)
{
    static float state[MODEL_STATE_MAX];
    struct error error = {0};

    if (!checkpoint_load(path, model, state, &error)) {
        fuzz_require_error(&error);
        fuzz_require(error.kind == ERROR_CHECKPOINT);
        return;
    }
    for (size_t i = 0; i < model->state_count; i++)
        fuzz_require(isfinite(state[i]));
}

/* The counters that a file of our own has: one a batch norm, 8 bytes each. */
static size_t counters_size(const struct model *model)
{
    size_t size = 0;

    for (int l = 0; l < model->layer_count; l++)
        size += model->layers[l].kind == LAYER_BATCH_NORM2D ? 8 : 0;
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *file = malloc(LENGTH_SIZE + size);
    struct error error;
    struct model model;

    fuzz_require(file != NULL && model_init(&model, "basic", &error));
    size_t weights = model.state_count * sizeof(float);
    size_t velocities = model.parameter_count * sizeof(float);
    for (int i = 0; i < LENGTH_SIZE; i++)
        file[i] = (uint8_t)(size >> 8 * i);
    memcpy(file + LENGTH_SIZE, data, size);
    load(fuzz_file(data, size, 0), &model);
    load(fuzz_file(file, LENGTH_SIZE + size, weights), &model);
    load(fuzz_file(file, LENGTH_SIZE + size, weights + velocities + counters_size(&model)), &model);
    free(file);
    return 0;
}
