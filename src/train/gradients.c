#include "train/gradients.h"

#include "support/lanes.h"
#include "support/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct gradients *gradients_new(const struct model *model, const struct kernels *kernels,
                                const struct split *split, struct error *error)
{
    struct gradients *gradients = memory_new(1, sizeof *gradients, error);
    const int images = split->count < GRADIENTS_IMAGES ? split->count : GRADIENTS_IMAGES;
    const struct net_options options = {
        .batch_size = images < GRADIENTS_BATCH ? images : GRADIENTS_BATCH,
        .optimizer = OPTIMIZER_SGD,
    };

    if (gradients == NULL)
        return NULL;
    gradients->model = model;
    gradients->split = split;
    gradients->images = images;
    gradients->gradient = memory_new(model->parameter_count, sizeof(float), error);
    if (gradients->gradient != NULL && (gradients->team = team_new(1, error)) != NULL &&
        (gradients->net = net_new(model, kernels, gradients->team, &options, error)) != NULL)
        return gradients;
    gradients_free(gradients);
    return NULL;
}

void gradients_free(struct gradients *gradients)
{
    if (gradients == NULL)
        return;
    net_free(gradients->net);
    team_free(gradients->team);
    free(gradients->gradient);
    free(gradients);
}

void gradients_begin(struct gradients *gradients, const float *state)
{
    const struct model *model = gradients->model;

    memcpy(net_state(gradients->net), state, model->state_count * sizeof *state);
    memset(gradients->gradient, 0, model->parameter_count * sizeof *gradients->gradient);
    gradients->done = 0;
}

/* Image i of all that are used. */
static uint32_t image_at(const struct gradients *gradients, int i)
{
    return (uint32_t)((int64_t)i * gradients->split->count / gradients->images);
}

static int batch_count(const struct gradients *gradients)
{
    const int left = gradients->images - gradients->done;

    return left < GRADIENTS_BATCH ? left : GRADIENTS_BATCH;
}

/* The net_source of the batch; see net.h. */
static void pack(void *argument, int block, int padding, float *input, uint8_t *labels)
{
    const struct gradients *gradients = argument;
    const int first = block * LANES, left = batch_count(gradients) - first;
    const int count = left < LANES ? left : LANES;
    uint32_t indices[LANES];

    for (int i = 0; i < count; i++)
        indices[i] = image_at(gradients, gradients->done + first + i);
    dataset_pack(gradients->split, indices, count, padding, input, labels);
}

/* Training with a learning rate of 0 leaves the parameters as they are. It moves the running
 * statistics of this net's own state, which the gradient does not depend on. */
bool gradients_continue(struct gradients *gradients)
{
    const struct net_source source = {pack, gradients};
    const struct net_rule rule = {.optimizer = {.kind = OPTIMIZER_SGD}};
    const int count = batch_count(gradients);
    const float share = (float)count / (float)gradients->images;

    net_train(gradients->net, &source, count, &rule);
    const float *gradient = net_gradient(gradients->net);
    for (size_t i = 0; i < gradients->model->parameter_count; i++)
        gradients->gradient[i] += isfinite(gradient[i]) ? share * gradient[i] : 0.0F;
    gradients->done += count;
    return gradients->done < gradients->images;
}
