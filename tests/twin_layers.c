#include "twin_layers.h"

#include <math.h>
#include <string.h>

static void clear(const struct grid *grid)
{
    memset(grid->values, 0, grid_count(grid) * sizeof *grid->values);
}

/* ---- convolution ---- */

/* What is done where an input meets an output under a weight. */
typedef void meeting(double *in, double *weight, double *out);

static inline void multiply(double *in, double *weight, double *out)
{
    *out += *in * *weight;
}

static inline void give_to_input(double *in_gradient, double *weight, double *out_gradient)
{
    *in_gradient += *out_gradient * *weight;
}

static inline void give_to_weight(double *in, double *weight_gradient, double *out_gradient)
{
    *weight_gradient += *out_gradient * *in;
}

static inline __attribute__((always_inline)) void
meet_in_plane(const struct layer *layer, const struct grid *in, int c, double *weight,
              const struct grid *out, int k, int n, meeting *meet)
{
    for (int i = 0; i < layer->kernel_size[0]; i++)
        for (int j = 0; j < layer->kernel_size[1]; j++)
            for (int y = 0; y < out->height; y++)
                for (int x = 0; x < out->width; x++) {
                    const int row = y * layer->stride[0] + i - layer->padding[0];
                    const int column = x * layer->stride[1] + j - layer->padding[1];
                    if (row >= 0 && row < in->height && column >= 0 && column < in->width)
                        meet(grid_at(in, n, c, row, column), &weight[i * layer->kernel_size[1] + j],
                             grid_at(out, n, k, y, x));
                }
}

static inline __attribute__((always_inline)) void meet_all(const struct layer *layer,
                                                           const struct grid *in, double *weight,
                                                           const struct grid *out, meeting *meet)
{
    const int inputs = in->channels / layer->groups, outputs = out->channels / layer->groups;
    const int taps = layer->kernel_size[0] * layer->kernel_size[1];

    for (int n = 0; n < in->samples; n++)
        for (int k = 0; k < out->channels; k++)
            for (int c = 0; c < inputs; c++)
                meet_in_plane(layer, in, k / outputs * inputs + c, weight + (k * inputs + c) * taps,
                              out, k, n, meet);
}

void twin_conv2d(const struct layer *layer, const struct grid *in, const double *weight,
                 const double *bias, const struct grid *out)
{
    for (int n = 0; n < out->samples; n++)
        for (int k = 0; k < out->channels; k++)
            for (int p = 0; p < out->height * out->width; p++)
                grid_at(out, n, k, 0, 0)[p] = bias != NULL ? bias[k] : 0.0;
    meet_all(layer, in, (double *)(uintptr_t)weight, out, multiply);
}

void twin_conv2d_gradient(const struct layer *layer, const struct grid *in, const double *weight,
                          const struct grid *out_gradient, const struct grid *in_gradient,
                          double *weight_gradient, double *bias_gradient)
{
    const size_t weights = (size_t)layer->out * (size_t)model_fan_in(layer);

    clear(in_gradient);
    meet_all(layer, in_gradient, (double *)(uintptr_t)weight, out_gradient, give_to_input);
    memset(weight_gradient, 0, weights * sizeof *weight_gradient);
    meet_all(layer, in, weight_gradient, out_gradient, give_to_weight);
    for (int k = 0; bias_gradient != NULL && k < layer->out; k++) {
        bias_gradient[k] = 0.0;
        for (int n = 0; n < out_gradient->samples; n++)
            for (int p = 0; p < out_gradient->height * out_gradient->width; p++)
                bias_gradient[k] += grid_at(out_gradient, n, k, 0, 0)[p];
    }
}

/* ---- pools ---- */

/* The rows (d = 0) or columns (d = 1) of the input that make one output: [from, to), without the
 * padding. */
struct span {
    int from, to;
};

static struct span span_of(const struct layer *layer, int d, int at, int in_size, int out_size)
{
    if (layer->kind == LAYER_ADAPTIVE_AVG_POOL2D)
        return (struct span){at * in_size / out_size,
                             ((at + 1) * in_size + out_size - 1) / out_size};
    const int from = at * layer->stride[d] - layer->padding[d], to = from + layer->kernel_size[d];
    return (struct span){from > 0 ? from : 0, to < in_size ? to : in_size};
}

/* What a mean is the sum of the values divided by. */
static int divisor(const struct layer *layer, struct span rows, struct span columns)
{
    if (layer->kind == LAYER_AVG_POOL2D && layer->count_include_pad)
        return layer->kernel_size[0] * layer->kernel_size[1];
    return (rows.to - rows.from) * (columns.to - columns.from);
}

/* One output from a window of one channel, or the gradient of the window from that of the output:
 * `gradient` tells which. */
static void pool_window(const struct layer *layer, const struct grid *in, int n, int c,
                        struct span rows, struct span columns, double *out,
                        const struct grid *gradient)
{
    const int count = divisor(layer, rows, columns);
    int best_y = rows.from, best_x = columns.from;
    double sum = 0.0;

    for (int y = rows.from; y < rows.to; y++)
        for (int x = columns.from; x < columns.to; x++) {
            const double value = *grid_at(in, n, c, y, x);
            sum += value;
            if (value > *grid_at(in, n, c, best_y, best_x)) {
                best_y = y;
                best_x = x;
            }
            if (gradient != NULL && layer->kind != LAYER_MAX_POOL2D)
                *grid_at(gradient, n, c, y, x) += *out / count;
        }
    if (gradient != NULL && layer->kind == LAYER_MAX_POOL2D)
        *grid_at(gradient, n, c, best_y, best_x) += *out;
    if (gradient == NULL)
        *out = layer->kind == LAYER_MAX_POOL2D ? *grid_at(in, n, c, best_y, best_x) : sum / count;
}

static void pool(const struct layer *layer, const struct grid *in, const struct grid *out,
                 const struct grid *gradient)
{
    for (int n = 0; n < out->samples; n++)
        for (int c = 0; c < out->channels; c++)
            for (int y = 0; y < out->height; y++)
                for (int x = 0; x < out->width; x++)
                    pool_window(layer, in, n, c, span_of(layer, 0, y, in->height, out->height),
                                span_of(layer, 1, x, in->width, out->width),
                                grid_at(out, n, c, y, x), gradient);
}

void twin_pool(const struct layer *layer, const struct grid *in, const struct grid *out)
{
    pool(layer, in, out, NULL);
}

void twin_pool_gradient(const struct layer *layer, const struct grid *in,
                        const struct grid *out_gradient, const struct grid *in_gradient)
{
    clear(in_gradient);
    pool(layer, in, out_gradient, in_gradient);
}

/* ---- activations ---- */

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

/* The normal distribution's probability of less than x, and its density. */
static double normal(double x)
{
    return 0.5 * (1.0 + erf(x / sqrt(2.0)));
}

static double density(double x)
{
    return exp(-0.5 * x * x) / sqrt(8.0 * atan(1.0));
}

static double activation(const struct layer *layer, double x)
{
    switch (layer->kind) {
    case LAYER_LEAKY_RELU: return x > 0.0 ? x : layer->negative_slope * x;
    case LAYER_ELU: return x > 0.0 ? x : layer->alpha * expm1(x);
    case LAYER_TANH: return tanh(x);
    case LAYER_SIGMOID: return sigmoid(x);
    case LAYER_GELU: return x * normal(x);
    case LAYER_SILU: return x * sigmoid(x);
    default: return x > 0.0 ? x : 0.0;
    }
}

static double derivative(const struct layer *layer, double x)
{
    switch (layer->kind) {
    case LAYER_LEAKY_RELU: return x > 0.0 ? 1.0 : layer->negative_slope;
    case LAYER_ELU: return x > 0.0 ? 1.0 : layer->alpha * exp(x);
    case LAYER_TANH: return 1.0 - tanh(x) * tanh(x);
    case LAYER_SIGMOID: return sigmoid(x) * (1.0 - sigmoid(x));
    case LAYER_GELU: return normal(x) + x * density(x);
    case LAYER_SILU: return sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x)));
    default: return x > 0.0 ? 1.0 : 0.0;
    }
}

void twin_activation(const struct layer *layer, const struct grid *in, const struct grid *out)
{
    for (size_t i = 0; i < grid_count(in); i++)
        out->values[i] = activation(layer, in->values[i]);
}

void twin_activation_gradient(const struct layer *layer, const struct grid *in,
                              const struct grid *out_gradient, const struct grid *in_gradient)
{
    for (size_t i = 0; i < grid_count(in); i++)
        in_gradient->values[i] = derivative(layer, in->values[i]) * out_gradient->values[i];
}

/* ---- log softmax ---- */

void twin_log_softmax(const struct grid *in, const struct grid *out)
{
    for (int n = 0; n < in->samples; n++) {
        const double *z = grid_at(in, n, 0, 0, 0);
        double most = z[0], sum = 0.0;
        for (int k = 1; k < in->channels; k++)
            most = fmax(most, z[k]);
        for (int k = 0; k < in->channels; k++)
            sum += exp(z[k] - most);
        for (int k = 0; k < in->channels; k++)
            grid_at(out, n, 0, 0, 0)[k] = z[k] - most - log(sum);
    }
}

/* The gradient of z_k is g_k - softmax(z)_k times the sum of g. */
void twin_log_softmax_gradient(const struct grid *out, const struct grid *out_gradient,
                               const struct grid *in_gradient)
{
    for (int n = 0; n < out->samples; n++) {
        double sum = 0.0;
        for (int k = 0; k < out->channels; k++)
            sum += grid_at(out_gradient, n, 0, 0, 0)[k];
        for (int k = 0; k < out->channels; k++)
            grid_at(in_gradient, n, 0, 0, 0)[k] =
                grid_at(out_gradient, n, 0, 0, 0)[k] - exp(grid_at(out, n, 0, 0, 0)[k]) * sum;
    }
}
