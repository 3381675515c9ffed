/*
 * fuzz_checkpoint.c -- any bytes as a checkpoint from which weights are loaded or a run is resumed.
 * The first byte chooses between these, and what the other bytes are: the whole file, or only its
 * header, to which its length and zeros for the weights (and the velocities) are added.
 */
#include "fuzz.h"

#include "../sizes.h"

#include "../sample_model.h"

#include "train/checkpoint.h"
#include "train/recipe.h"

#include <math.h>

enum {
    LENGTH_SIZE = 8,
    LAYERS = 2, /* a convolution and a batch norm: every kind of tensor that is read differently */
};

/* What the bytes are. */
enum framing { WHOLE, HEADER_OF_WEIGHTS, HEADER_OF_ALL, FRAMINGS };

/* The first layers of a network: small files run a hundred times as often. */
static struct model *make_model(void)
{
    struct model *model = sample_model("basic");

    fuzz_require(model != NULL);
    const size_t parameters = model->parameter_count;
    const struct layer *last = &model->layers[LAYERS - 1];
    model->layer_count = LAYERS;
    model->tensor_count = last->first_tensor + last->tensor_count;
    model->parameter_count = model->state_count = 0;
    for (int t = 0; t < model->tensor_count; t++)
        if (model->tensors[t].trained)
            model->parameter_count += model->tensors[t].count;
    for (int t = 0; t < model->tensor_count; t++) {
        struct tensor *tensor = &model->tensors[t];
        model->state_count += tensor->count;
        if (!tensor->trained)
            tensor->offset -= parameters - model->parameter_count;
    }
    return model;
}

static void require_finite(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fuzz_require(isfinite(values[i]));
}

static void require_progress(const struct progress *progress, const struct settings *settings)
{
    fuzz_require(progress->epoch >= 0 && progress->epoch <= settings->epochs);
    fuzz_require(progress->batch >= 0 && progress->step >= 0 && progress->correct >= 0);
    fuzz_require(isfinite(progress->lr) && progress->lr > 0.0 && isfinite(progress->loss_sum));
}

static void load(const char *path, const struct model *model, bool resume)
{
    static const struct dataset dataset = {.train.count = 100, .test.count = 10};
    const struct settings settings = *recipe_settings(0);
    static float state[MODEL_STATE_MAX], velocity[MODEL_STATE_MAX];
    const struct checkpoint_group momentum = {"momentum", velocity};
    const struct checkpoint checkpoint = {model, &settings, "baseline", state, &momentum, 1};
    struct progress progress;
    struct error error = {0};

    if (!(resume ? checkpoint_resume(&FILE_HERE, path, &checkpoint, &dataset, &progress, &error)
                 : checkpoint_load(path, model, state, &error))) {
        fuzz_require_error(&error);
        fuzz_require(error.kind == ERROR_CHECKPOINT);
        return;
    }
    require_finite(state, model->state_count);
    if (resume) {
        require_finite(velocity, model->parameter_count);
        require_progress(&progress, &settings);
    }
}

/* The size of the data after the header in our own file; batch norms have one counter each. */
static size_t data_size(const struct model *model, enum framing framing)
{
    size_t size = model->state_count * sizeof(float);

    if (framing == HEADER_OF_ALL) {
        size += model->parameter_count * sizeof(float);
        for (int l = 0; l < model->layer_count; l++)
            size += model->layers[l].kind == LAYER_BATCH_NORM2D ? 8 : 0;
    }
    return size;
}

static const char *frame_header(const uint8_t *header, size_t size, size_t zeros)
{
    uint8_t *file = malloc(LENGTH_SIZE + size);

    fuzz_require(file != NULL);
    for (int i = 0; i < LENGTH_SIZE; i++)
        file[i] = (uint8_t)(size >> 8 * i);
    memcpy(file + LENGTH_SIZE, header, size);
    const char *path = fuzz_file("checkpoint", file, LENGTH_SIZE + size, zeros);
    free(file);
    return path;
}

void fuzz_one(const uint8_t *data, size_t size)
{
    static struct model *model;

    if (size == 0)
        return;
    if (model == NULL)
        model = make_model();
    const enum framing framing = (enum framing)(data[0] % FRAMINGS);
    const bool resume = data[0] / FRAMINGS % 2 == 1;
    data++;
    size--;
    load(framing == WHOLE ? fuzz_file("checkpoint", data, size, 0)
                          : frame_header(data, size, data_size(model, framing)),
         model, resume);
}
