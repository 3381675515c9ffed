#include "twin_network.h"

#include "check.h"
#include "twin_layers.h"

#include "nn/dropout.h"

#include <math.h>

static void *make(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);

    assert_non_null(memory);
    return memory;
}

static struct grid make_value(int samples, struct shape shape)
{
    return shape.height > 0 ? grid_make(samples, shape.channels, shape.height, shape.width)
                            : grid_make(samples, shape.channels, 1, 1);
}

void twin_init(struct twin *twin, const struct model *model, int samples)
{
    const size_t layers = (size_t)model->layer_count;

    *twin = (struct twin){.model = model, .training = true};
    twin->state = make(model->state_count, sizeof *twin->state);
    twin->gradient = make(model->parameter_count, sizeof *twin->gradient);
    twin->labels = make((size_t)samples, 1);
    twin->value = make(layers + 1, sizeof *twin->value);
    twin->slope = make(layers + 1, sizeof *twin->slope);
    twin->mean = make(layers, sizeof *twin->mean);
    twin->variance = make(layers, sizeof *twin->variance);
    twin->factor = make(layers, sizeof *twin->factor);
    for (int l = 0; l <= model->layer_count; l++) {
        struct shape shape =
            l < model->layer_count ? model->layers[l].input : model->layers[l - 1].output;
        twin->value[l] = make_value(samples, shape);
        twin->slope[l] = make_value(samples, shape);
    }
    for (int l = 0; l < model->layer_count; l++) {
        twin->mean[l] = make((size_t)model->layers[l].output.channels, sizeof(double));
        twin->variance[l] = make((size_t)model->layers[l].output.channels, sizeof(double));
    }
}

void twin_fini(struct twin *twin)
{
    for (int l = 0; l <= twin->model->layer_count; l++) {
        grid_fini(&twin->value[l]);
        grid_fini(&twin->slope[l]);
    }
    for (int l = 0; l < twin->model->layer_count; l++) {
        free(twin->mean[l]);
        free(twin->variance[l]);
        free(twin->factor[l]);
    }
    free(twin->mean);
    free(twin->variance);
    free(twin->factor);
    free(twin->drawn);
    free(twin->value);
    free(twin->slope);
    free(twin->labels);
    free(twin->gradient);
    free(twin->state);
}

void twin_load(struct twin *twin, const float *state)
{
    for (size_t i = 0; i < twin->model->state_count; i++)
        twin->state[i] = (double)state[i];
}

/* ---- dropout ---- */

static int first_linear_of(const struct model *model)
{
    int l = 0;

    while (l < model->layer_count && model->layers[l].kind != LAYER_LINEAR)
        l++;
    return l;
}

/* Factors of all values of a grid: one draw for each value of a sample, or for each channel. A
 * block of samples has a stream of its own, of the number of the layer from 1, 0 for --dropout. */
static double *draw(const struct grid *grid, bool channels, double share, uint64_t noise,
                    uint64_t number)
{
    const int pixels = grid->height * grid->width, values = grid->channels * pixels;
    const int draws = channels ? grid->channels : values;
    double *factors = make(grid_count(grid), sizeof *factors);
    float *mask = make((size_t)draws * LANES, sizeof *mask);

    for (int n = 0; n < grid->samples; n++) {
        dropout_draw(mask, draws, share, noise, number << 32 | (uint64_t)(n / LANES));
        for (int i = 0; i < values; i++)
            factors[n * values + i] = (double)mask[(channels ? i / pixels : i) * LANES + n % LANES];
    }
    free(mask);
    return factors;
}

void twin_drop(struct twin *twin, double share, uint64_t noise)
{
    const struct model *model = twin->model;
    const int linear = first_linear_of(model);

    free(twin->drawn);
    twin->drawn = NULL;
    if (share > 0.0 && linear < model->layer_count)
        twin->drawn = draw(&twin->value[linear], false, share, noise, 0);
    twin->mask = twin->drawn;
    for (int l = 0; l < model->layer_count; l++) {
        const struct layer *layer = &model->layers[l];
        free(twin->factor[l]);
        twin->factor[l] = NULL;
        if (layer->kind == LAYER_DROPOUT || layer->kind == LAYER_DROPOUT2D)
            twin->factor[l] = draw(&twin->value[l], layer->kind == LAYER_DROPOUT2D, layer->p, noise,
                                   (uint64_t)l + 1);
    }
}

static void scale(const struct grid *from, const double *factors, const struct grid *to)
{
    for (size_t i = 0; i < grid_count(from); i++)
        to->values[i] = from->values[i] * (factors != NULL ? factors[i] : 1.0);
}

/* Multiplies what goes into the first linear layer, or its gradient, by the mask. */
static void drop_before_linear(const struct twin *twin, int l, const struct grid *grid)
{
    if (twin->mask != NULL && twin->training && l == first_linear_of(twin->model))
        scale(grid, twin->mask, grid);
}

/* ---- layers ---- */

/* A layer's tensor in the state, NULL for a bias that it does not have; its gradient. */
static double *tensor(const struct twin *twin, int l, const char *suffix)
{
    const struct layer *layer = &twin->model->layers[l];

    if (strcmp(suffix, "bias") == 0 && layer->kind != LAYER_BATCH_NORM2D && !layer->bias)
        return NULL;
    return twin->state + model_offset(twin->model, layer, suffix);
}

static double *tensor_gradient(const struct twin *twin, int l, const char *suffix)
{
    const double *values = tensor(twin, l, suffix);

    return values != NULL ? twin->gradient + (values - twin->state) : NULL;
}

static void norm_forward(struct twin *twin, int l)
{
    const struct grid *in = &twin->value[l];

    for (int c = 0; c < in->channels; c++) {
        twin->mean[l][c] = tensor(twin, l, "running_mean")[c];
        twin->variance[l][c] = tensor(twin, l, "running_var")[c];
        if (twin->training)
            twin_moments(in, c, &twin->mean[l][c], &twin->variance[l][c]);
    }
    twin_norm(in, twin->mean[l], twin->variance[l], twin->model->layers[l].eps,
              tensor(twin, l, "weight"), tensor(twin, l, "bias"), &twin->value[l + 1]);
}

static void layer_forward(struct twin *twin, int l)
{
    const struct layer *layer = &twin->model->layers[l];
    const struct grid *in = &twin->value[l], *out = &twin->value[l + 1];

    switch (layer->kind) {
    case LAYER_CONV2D:
        twin_conv2d(layer, in, tensor(twin, l, "weight"), tensor(twin, l, "bias"), out);
        break;
    case LAYER_BATCH_NORM2D: norm_forward(twin, l); break;
    case LAYER_RELU:
    case LAYER_LEAKY_RELU:
    case LAYER_ELU:
    case LAYER_TANH:
    case LAYER_SIGMOID:
    case LAYER_GELU:
    case LAYER_SILU: twin_activation(layer, in, out); break;
    case LAYER_MAX_POOL2D:
    case LAYER_AVG_POOL2D:
    case LAYER_ADAPTIVE_AVG_POOL2D: twin_pool(layer, in, out); break;
    case LAYER_DROPOUT:
    case LAYER_DROPOUT2D: scale(in, twin->training ? twin->factor[l] : NULL, out); break;
    case LAYER_FLATTEN: scale(in, NULL, out); break;
    case LAYER_LINEAR:
        twin_linear(in, tensor(twin, l, "weight"), tensor(twin, l, "bias"), out);
        break;
    case LAYER_LOG_SOFTMAX: twin_log_softmax(in, out); break;
    }
}

double twin_forward(struct twin *twin)
{
    const struct grid *logits = &twin->value[twin->model->layer_count];
    double loss = 0.0;

    for (int l = 0; l < twin->model->layer_count; l++) {
        drop_before_linear(twin, l, &twin->value[l]);
        layer_forward(twin, l);
    }
    for (int n = 0; n < logits->samples; n++)
        loss += twin_loss(logits, n, twin->labels[n], twin->label_smoothing);
    return loss / logits->samples;
}

static void layer_backward(struct twin *twin, int l)
{
    const struct layer *layer = &twin->model->layers[l];
    const struct grid *in = &twin->value[l], *in_gradient = &twin->slope[l];
    const struct grid *out = &twin->value[l + 1], *out_gradient = &twin->slope[l + 1];

    switch (layer->kind) {
    case LAYER_CONV2D:
        twin_conv2d_gradient(layer, in, tensor(twin, l, "weight"), out_gradient, in_gradient,
                             tensor_gradient(twin, l, "weight"), tensor_gradient(twin, l, "bias"));
        break;
    case LAYER_BATCH_NORM2D:
        twin_norm_gradient(in, twin->mean[l], twin->variance[l], layer->eps, twin->training,
                           tensor(twin, l, "weight"), out_gradient, in_gradient,
                           tensor_gradient(twin, l, "weight"), tensor_gradient(twin, l, "bias"));
        break;
    case LAYER_RELU:
    case LAYER_LEAKY_RELU:
    case LAYER_ELU:
    case LAYER_TANH:
    case LAYER_SIGMOID:
    case LAYER_GELU:
    case LAYER_SILU: twin_activation_gradient(layer, in, out_gradient, in_gradient); break;
    case LAYER_MAX_POOL2D:
    case LAYER_AVG_POOL2D:
    case LAYER_ADAPTIVE_AVG_POOL2D: twin_pool_gradient(layer, in, out_gradient, in_gradient); break;
    case LAYER_DROPOUT:
    case LAYER_DROPOUT2D:
        scale(out_gradient, twin->training ? twin->factor[l] : NULL, in_gradient);
        break;
    case LAYER_FLATTEN: scale(out_gradient, NULL, in_gradient); break;
    case LAYER_LINEAR:
        twin_linear_gradient(in, tensor(twin, l, "weight"), out_gradient, in_gradient,
                             tensor_gradient(twin, l, "weight"), tensor_gradient(twin, l, "bias"));
        break;
    case LAYER_LOG_SOFTMAX: twin_log_softmax_gradient(out, out_gradient, in_gradient); break;
    }
}

void twin_backward(struct twin *twin)
{
    const int last = twin->model->layer_count;

    twin_loss_gradient(&twin->value[last], twin->labels, twin->label_smoothing,
                       1.0 / twin->value[last].samples, &twin->slope[last]);
    for (int l = last - 1; l >= 0; l--) {
        layer_backward(twin, l);
        drop_before_linear(twin, l, &twin->slope[l]);
    }
}

void twin_update_statistics(struct twin *twin)
{
    for (int l = 0; l < twin->model->layer_count; l++) {
        const struct layer *layer = &twin->model->layers[l];
        const struct grid *in = &twin->value[l];
        const double n = (double)in->samples * in->height * in->width;
        if (layer->kind != LAYER_BATCH_NORM2D)
            continue;
        for (int c = 0; c < in->channels; c++) {
            double *mean = &tensor(twin, l, "running_mean")[c];
            double *variance = &tensor(twin, l, "running_var")[c];
            *mean += layer->momentum * (twin->mean[l][c] - *mean);
            *variance += layer->momentum * (twin->variance[l][c] * n / (n - 1.0) - *variance);
        }
    }
}

const struct grid *twin_logits(const struct twin *twin)
{
    const struct model *model = twin->model;
    const int last = model->layer_count - 1;

    return &twin->value[model->layers[last].kind == LAYER_LOG_SOFTMAX ? last : last + 1];
}

int twin_prediction(const struct twin *twin, int sample)
{
    const struct grid *logits = twin_logits(twin);
    int best = 0;

    for (int k = 1; k < logits->channels; k++)
        if (*grid_at(logits, sample, k, 0, 0) > *grid_at(logits, sample, best, 0, 0))
            best = k;
    return best;
}
