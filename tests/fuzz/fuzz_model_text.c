/*
 * fuzz_model_text.c -- any bytes as a network's text. What is taken must be a network that fits
 * together, and read back as the same from both forms in which it is written.
 */
#include "fuzz.h"

#include "nn/model_text.h"
#include "nn/model_write.h"

enum { CLASSES = 10 };

static const struct shape IMAGE = {1, 28, 28};

static void check_layers(const struct model *model)
{
    struct shape shape = model->input;

    fuzz_require(model->layer_count >= 1 && model->layer_count <= MODEL_LAYERS_MAX);
    for (int l = 0; l < model->layer_count; l++) {
        const struct layer *layer = &model->layers[l];
        fuzz_require(memcmp(&layer->input, &shape, sizeof shape) == 0);
        shape = layer->output;
        fuzz_require(shape.channels >= 1 && shape.height >= 0 && shape.width >= 0);
        fuzz_require(model_shape_count(shape) <= 1 << 26);
        fuzz_require(*layer->name != '\0');
    }
    fuzz_require(shape.channels == CLASSES && shape.height == 0);
}

static void check_tensors(const struct model *model)
{
    size_t all = 0;

    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        all += tensor->count;
        fuzz_require(tensor->count > 0 && tensor->offset + tensor->count <= model->state_count);
    }
    fuzz_require(all == model->state_count && all <= INT_MAX);
    fuzz_require(model->parameter_count > 0 && model->parameter_count <= all);
    fuzz_require(model_multiply_adds(model) > 0 || model->tensor_count > 0);
}

/* Releases the text. */
static void check_back(const struct model *model, char *text)
{
    struct error error = {0};

    fuzz_require(text != NULL);
    struct model *back = model_read(text, "text", ERROR_USAGE, IMAGE, CLASSES, &error);
    fuzz_require(back != NULL && strcmp(back->name, model->name) == 0);
    fuzz_require(back->layer_count == model->layer_count);
    fuzz_require(memcmp(back->layers, model->layers,
                        (size_t)model->layer_count * sizeof *model->layers) == 0);
    model_free(back);
    free(text);
}

void fuzz_one(const uint8_t *data, size_t size)
{
    struct error error = {0};
    char *text = calloc(1, size + 1);

    fuzz_require(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    struct model *model = model_read(text, "text", ERROR_USAGE, IMAGE, CLASSES, &error);
    if (model != NULL) {
        check_layers(model);
        check_tensors(model);
        check_back(model, model_write_torch(model->layers, model->layer_count, &error));
        check_back(model, model_write_short(model->layers, model->layer_count, CLASSES, &error));
    } else {
        fuzz_require_error(&error);
        fuzz_require(error.kind == ERROR_USAGE && strncmp(error.text, "text: line ", 11) == 0);
    }
    model_free(model);
    free(text);
}
