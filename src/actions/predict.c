#include "actions/predict.h"

#include "data/drawing.h"
#include "data/picture.h"
#include "data/resize.h"
#include "nn/infer.h"
#include "nn/loss.h"
#include "support/memory.h"
#include "text/report_predictions.h"
#include "train/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>

/* The network, and the image that it reads. */
struct predictor {
    const struct setup *setup;
    float *state, *probabilities;
    struct infer *infer;
    struct workspace *workspace;
    struct split split; /* of one image */
};

static bool predictor_init(struct predictor *p, const struct setup *setup, struct error *error)
{
    const struct model *model = setup->model;
    const struct normalization *normalize = &setup->options.settings.normalize;

    *p = (struct predictor){.setup = setup};
    p->split = (struct split){
        .count = 1,
        .height = model->input.height,
        .width = model->input.width,
        .classes = model->classes,
        .mean = (float)normalize->mean,
        .deviation = (float)normalize->deviation,
    };
    if ((p->state = memory_new(model->state_count, sizeof *p->state, error)) == NULL ||
        (p->probabilities = memory_new((size_t)model->classes, sizeof(float), error)) == NULL ||
        (p->split.images = memory_new(split_pixels(&p->split), 1, error)) == NULL ||
        (p->split.labels = memory_new(1, 1, error)) == NULL ||
        (p->infer = infer_new(model, setup->kernels, error)) == NULL ||
        (p->workspace = infer_workspace_new(p->infer, error)) == NULL ||
        !checkpoint_load(setup->options.checkpoint, model, p->state, error))
        return false;
    infer_load(p->infer, p->state);
    return true;
}

static void predictor_fini(struct predictor *p)
{
    infer_workspace_free(p->workspace);
    infer_free(p->infer);
    free(p->split.labels);
    free(p->split.images);
    free(p->probabilities);
    free(p->state);
}

static bool read_image(struct predictor *p, const char *path, struct error *error)
{
    const struct split *split = &p->split;
    struct picture picture;

    if (!picture_read(&picture, path, error))
        return false;
    const bool made =
        p->setup->options.as_is
            ? resize(picture.pixels, picture.rows, picture.columns, split->images, split->height,
                     split->width, error)
            : drawing_fit(&picture, split->images, split->height, split->width, error);
    picture_fini(&picture);
    return made;
}

static void run(struct predictor *p)
{
    const uint32_t first = 0;
    uint8_t labels[LANES];
    int padding;
    float *input = infer_input(p->infer, p->workspace, &padding);

    dataset_pack(&p->split, &first, 1, padding, input, labels);
    loss_softmax(infer_run(p->infer, p->workspace), p->split.classes, 0, p->probabilities);
}

/* The class with the largest probability except one, -1: none. */
static int find_largest(const struct predictor *p, int except)
{
    int found = except == 0 ? 1 : 0;

    for (int k = found + 1; k < p->split.classes; k++)
        if (k != except && p->probabilities[k] > p->probabilities[found])
            found = k;
    return found;
}

static bool print_all(struct predictor *p, struct error *error)
{
    const struct options *options = &p->setup->options;
    const struct classes *classes = &p->setup->data.classes;

    report_predictions_begin(stdout, options->format, classes);
    for (int i = 0; i < options->argument_count; i++) {
        struct prediction prediction = {.path = options->arguments[i]};
        if (!read_image(p, prediction.path, error))
            return false;
        run(p);
        prediction.class = find_largest(p, -1);
        prediction.second = find_largest(p, prediction.class);
        prediction.probability = (double)p->probabilities[prediction.class];
        prediction.second_probability = (double)p->probabilities[prediction.second];
        if (!report_prediction(stdout, options->format, classes, &prediction, error))
            return false;
    }
    return true;
}

bool predict_print(const struct setup *setup, struct error *error)
{
    struct predictor predictor;
    const bool done = predictor_init(&predictor, setup, error) && print_all(&predictor, error);

    predictor_fini(&predictor);
    return done;
}
