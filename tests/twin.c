#include "twin.h"

#include "check.h"

#include <math.h>

enum { TAPS = 3 };

/* ---- grids ---- */

static double *zeros(size_t count)
{
    double *values = calloc(count > 0 ? count : 1, sizeof *values);

    assert_non_null(values);
    return values;
}

struct grid grid_make(int samples, int channels, int height, int width)
{
    struct grid grid = {samples, channels, height, width, NULL};

    grid.values = zeros(grid_count(&grid));
    return grid;
}

void grid_fini(struct grid *grid)
{
    free(grid->values);
    grid->values = NULL;
}

size_t grid_count(const struct grid *grid)
{
    return (size_t)grid->samples * (size_t)grid->channels * (size_t)grid->height *
           (size_t)grid->width;
}

struct grid grid_absolute(const struct grid *grid)
{
    struct grid copy = grid_make(grid->samples, grid->channels, grid->height, grid->width);

    for (size_t i = 0; i < grid_count(grid); i++)
        copy.values[i] = fabs(grid->values[i]);
    return copy;
}

/* ---- convolution ---- */

/* The pixel at (y, x), or NULL in the padding around. */
static double *pixel_inside(const struct grid *grid, int n, int c, int y, int x)
{
    if (y < 0 || y >= grid->height || x < 0 || x >= grid->width)
        return NULL;
    return grid_at(grid, n, c, y, x);
}

/* The first weight of output channel k, and the first input channel of its group. */
static int first_weight(const struct grid *in, const struct window *window, int groups, int k)
{
    return k * (in->channels / groups) * window->size[0] * window->size[1];
}

static int first_channel(const struct grid *in, const struct grid *out, int groups, int k)
{
    return k / (out->channels / groups) * (in->channels / groups);
}

/* The pixel of the input that row i and column j of the kernel meet in output (y, x), or NULL. */
static double *met(const struct grid *in, const struct window *window, int n, int c, int y, int x,
                   int i, int j)
{
    return pixel_inside(in, n, c, y * window->stride[0] - window->padding[0] + i,
                        x * window->stride[1] - window->padding[1] + j);
}

static double conv_pixel(const struct grid *in, const struct window *window, int groups,
                         const double *weight, const struct grid *out, int n, int k, int y, int x)
{
    const int first = first_channel(in, out, groups, k);
    int w = first_weight(in, window, groups, k);
    double sum = 0.0;

    for (int c = first; c < first + in->channels / groups; c++) {
        for (int i = 0; i < window->size[0]; i++) {
            for (int j = 0; j < window->size[1]; j++, w++) {
                const double *pixel = met(in, window, n, c, y, x, i, j);
                sum += pixel != NULL ? weight[w] * *pixel : 0.0;
            }
        }
    }
    return sum;
}

void twin_conv(const struct grid *in, const struct window *window, int groups, const double *weight,
               const double *bias, const struct grid *out)
{
    for (int n = 0; n < out->samples; n++)
        for (int k = 0; k < out->channels; k++)
            for (int y = 0; y < out->height; y++)
                for (int x = 0; x < out->width; x++)
                    *grid_at(out, n, k, y, x) =
                        (bias != NULL ? bias[k] : 0.0) +
                        conv_pixel(in, window, groups, weight, out, n, k, y, x);
}

/* What output (n, k, y, x) with gradient g adds to the gradient of its inputs. */
static void conv_pixel_inputs(const struct grid *in_gradient, const struct window *window,
                              int groups, const double *weight, const struct grid *out, int n,
                              int k, int y, int x, double g)
{
    const int first = first_channel(in_gradient, out, groups, k);
    int w = first_weight(in_gradient, window, groups, k);

    for (int c = first; c < first + in_gradient->channels / groups; c++) {
        for (int i = 0; i < window->size[0]; i++) {
            for (int j = 0; j < window->size[1]; j++, w++) {
                double *pixel = met(in_gradient, window, n, c, y, x, i, j);
                if (pixel != NULL)
                    *pixel += weight[w] * g;
            }
        }
    }
}

/* And to the gradient of its weights. */
static void conv_pixel_weights(const struct grid *in, const struct window *window, int groups,
                               double *weight_gradient, const struct grid *out, int n, int k, int y,
                               int x, double g)
{
    const int first = first_channel(in, out, groups, k);
    int w = first_weight(in, window, groups, k);

    for (int c = first; c < first + in->channels / groups; c++) {
        for (int i = 0; i < window->size[0]; i++) {
            for (int j = 0; j < window->size[1]; j++, w++) {
                const double *pixel = met(in, window, n, c, y, x, i, j);
                weight_gradient[w] += pixel != NULL ? *pixel * g : 0.0;
            }
        }
    }
}

void twin_conv_input_gradient(const struct grid *out_gradient, const struct window *window,
                              int groups, const double *weight, const struct grid *in_gradient)
{
    memset(in_gradient->values, 0, grid_count(in_gradient) * sizeof(double));
    for (int n = 0; n < out_gradient->samples; n++)
        for (int k = 0; k < out_gradient->channels; k++)
            for (int y = 0; y < out_gradient->height; y++)
                for (int x = 0; x < out_gradient->width; x++)
                    conv_pixel_inputs(in_gradient, window, groups, weight, out_gradient, n, k, y, x,
                                      *grid_at(out_gradient, n, k, y, x));
}

void twin_conv_weight_gradient(const struct grid *in, const struct window *window, int groups,
                               const struct grid *out_gradient, double *weight_gradient)
{
    memset(weight_gradient, 0,
           (size_t)first_weight(in, window, groups, out_gradient->channels) * sizeof(double));
    for (int n = 0; n < out_gradient->samples; n++)
        for (int k = 0; k < out_gradient->channels; k++)
            for (int y = 0; y < out_gradient->height; y++)
                for (int x = 0; x < out_gradient->width; x++)
                    conv_pixel_weights(in, window, groups, weight_gradient, out_gradient, n, k, y,
                                       x, *grid_at(out_gradient, n, k, y, x));
}

/* ---- batch norm ---- */

static double values_a_channel(const struct grid *grid)
{
    return (double)grid->samples * grid->height * grid->width;
}

void twin_moments(const struct grid *in, int channel, double *mean, double *variance)
{
    double sum = 0.0, squares = 0.0;

    for (int n = 0; n < in->samples; n++)
        for (int y = 0; y < in->height; y++)
            for (int x = 0; x < in->width; x++)
                sum += *grid_at(in, n, channel, y, x);
    *mean = sum / values_a_channel(in);
    for (int n = 0; n < in->samples; n++)
        for (int y = 0; y < in->height; y++)
            for (int x = 0; x < in->width; x++)
                squares += pow(*grid_at(in, n, channel, y, x) - *mean, 2.0);
    *variance = squares / values_a_channel(in);
}

void twin_norm(const struct grid *in, const double *mean, const double *variance, double epsilon,
               const double *weight, const double *bias, const struct grid *out)
{
    for (int n = 0; n < in->samples; n++)
        for (int c = 0; c < in->channels; c++)
            for (int y = 0; y < in->height; y++)
                for (int x = 0; x < in->width; x++)
                    *grid_at(out, n, c, y, x) = (*grid_at(in, n, c, y, x) - mean[c]) /
                                                    sqrt(variance[c] + epsilon) * weight[c] +
                                                bias[c];
}

/* With x = (in - mean) / deviation: the gradients of weight and bias are the sums of g x and of g;
 * that of `in` is weight / deviation * g, and where mean and deviation follow from `in`, less what
 * moving them costs: the mean of g and x times the mean of g x (Ioffe and Szegedy, 2015, section
 * 3). */
static void norm_channel_gradient(const struct grid *in, double mean, double deviation,
                                  bool own_moments, double weight, const struct grid *out_gradient,
                                  const struct grid *in_gradient, int c, double *weight_gradient,
                                  double *bias_gradient)
{
    const double count = values_a_channel(in);

    *weight_gradient = *bias_gradient = 0.0;
    for (int n = 0; n < in->samples; n++) {
        for (int y = 0; y < in->height; y++) {
            for (int x = 0; x < in->width; x++) {
                double normal = (*grid_at(in, n, c, y, x) - mean) / deviation;
                *weight_gradient += *grid_at(out_gradient, n, c, y, x) * normal;
                *bias_gradient += *grid_at(out_gradient, n, c, y, x);
            }
        }
    }
    for (int n = 0; n < in->samples; n++) {
        for (int y = 0; y < in->height; y++) {
            for (int x = 0; x < in->width; x++) {
                double normal = (*grid_at(in, n, c, y, x) - mean) / deviation;
                double g = *grid_at(out_gradient, n, c, y, x);
                if (own_moments)
                    g -= *bias_gradient / count + normal * *weight_gradient / count;
                *grid_at(in_gradient, n, c, y, x) = weight / deviation * g;
            }
        }
    }
}

void twin_norm_gradient(const struct grid *in, const double *mean, const double *variance,
                        double epsilon, bool own_moments, const double *weight,
                        const struct grid *out_gradient, const struct grid *in_gradient,
                        double *weight_gradient, double *bias_gradient)
{
    for (int c = 0; c < in->channels; c++)
        norm_channel_gradient(in, mean[c], sqrt(variance[c] + epsilon), own_moments, weight[c],
                              out_gradient, in_gradient, c, &weight_gradient[c], &bias_gradient[c]);
}

void twin_affine(const struct grid *in, double scale, double shift, const struct grid *out)
{
    for (size_t i = 0; i < grid_count(in); i++)
        out->values[i] = scale * in->values[i] + shift;
}

/* ---- activations ---- */

void twin_relu(const struct grid *in, const struct grid *out)
{
    for (size_t i = 0; i < grid_count(in); i++)
        out->values[i] = in->values[i] > 0.0 ? in->values[i] : 0.0;
}

void twin_relu_gradient(const struct grid *in, const struct grid *out_gradient,
                        const struct grid *in_gradient)
{
    for (size_t i = 0; i < grid_count(in); i++)
        in_gradient->values[i] = in->values[i] > 0.0 ? out_gradient->values[i] : 0.0;
}

/* The standard normal distribution: the probability of less than x, and its density. */
static double normal(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

static double normal_density(double x)
{
    return exp(-0.5 * x * x) / sqrt(2.0 * acos(-1.0));
}

static double logistic(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

double twin_activation_at(enum activation activation, double slope, double x)
{
    switch (activation) {
    case ACTIVATION_LEAKY_RELU: return x > 0.0 ? x : slope * x;
    case ACTIVATION_ELU: return x > 0.0 ? x : slope * expm1(x);
    case ACTIVATION_TANH: return tanh(x);
    case ACTIVATION_SIGMOID: return logistic(x);
    case ACTIVATION_GELU: return x * normal(x);
    case ACTIVATION_SILU: return x * logistic(x);
    }
    return x;
}

double twin_activation_slope(enum activation activation, double slope, double x)
{
    switch (activation) {
    case ACTIVATION_LEAKY_RELU: return x > 0.0 ? 1.0 : slope;
    case ACTIVATION_ELU: return x > 0.0 ? 1.0 : slope * exp(x);
    case ACTIVATION_TANH: return 1.0 / (cosh(x) * cosh(x));
    case ACTIVATION_SIGMOID: return logistic(x) * logistic(-x);
    case ACTIVATION_GELU: return normal(x) + x * normal_density(x);
    case ACTIVATION_SILU: return logistic(x) * (1.0 + x * logistic(-x));
    }
    return x;
}

/* ---- pooling ---- */

/* The place of the maximum that makes output (y, x), row by row the first of equals. */
static double *largest(const struct grid *in, const struct window *window, int n, int c, int y,
                       int x)
{
    double *best = NULL;

    for (int i = 0; i < window->size[0]; i++) {
        for (int j = 0; j < window->size[1]; j++) {
            double *at = met(in, window, n, c, y, x, i, j);
            if (at != NULL && (best == NULL || *at > *best))
                best = at;
        }
    }
    return best;
}

void twin_max_pool(const struct grid *in, const struct window *window, const struct grid *out)
{
    for (int n = 0; n < out->samples; n++)
        for (int c = 0; c < out->channels; c++)
            for (int y = 0; y < out->height; y++)
                for (int x = 0; x < out->width; x++)
                    *grid_at(out, n, c, y, x) = *largest(in, window, n, c, y, x);
}

void twin_max_pool_gradient(const struct grid *in, const struct window *window,
                            const struct grid *out_gradient, const struct grid *in_gradient)
{
    memset(in_gradient->values, 0, grid_count(in_gradient) * sizeof(double));
    for (int n = 0; n < out_gradient->samples; n++)
        for (int c = 0; c < out_gradient->channels; c++)
            for (int y = 0; y < out_gradient->height; y++)
                for (int x = 0; x < out_gradient->width; x++)
                    in_gradient->values[largest(in, window, n, c, y, x) - in->values] +=
                        *grid_at(out_gradient, n, c, y, x);
}

/* The pixels of output (y, x)'s window that lie inside. */
static int pixels_inside(const struct grid *in, const struct window *window, int y, int x)
{
    int count = 0;

    for (int i = 0; i < window->size[0]; i++)
        for (int j = 0; j < window->size[1]; j++)
            count += met(in, window, 0, 0, y, x, i, j) != NULL;
    return count;
}

/* Adds the means over windows of `in` to `out` or, backward, what they owe from `out` to `in`. */
static void add_mean(const struct grid *in, const struct window *window, bool whole,
                     const struct grid *out, int n, int c, int y, int x, bool backward)
{
    const int count = whole ? window->size[0] * window->size[1] : pixels_inside(in, window, y, x);

    for (int i = 0; i < window->size[0]; i++) {
        for (int j = 0; j < window->size[1]; j++) {
            double *at = met(in, window, n, c, y, x, i, j);
            if (at != NULL && backward)
                *at += *grid_at(out, n, c, y, x) / count;
            else if (at != NULL)
                *grid_at(out, n, c, y, x) += *at / count;
        }
    }
}

static void add_means(const struct grid *in, const struct window *window, bool whole,
                      const struct grid *out, bool backward)
{
    for (int n = 0; n < out->samples; n++)
        for (int c = 0; c < out->channels; c++)
            for (int y = 0; y < out->height; y++)
                for (int x = 0; x < out->width; x++)
                    add_mean(in, window, whole, out, n, c, y, x, backward);
}

void twin_average_pool(const struct grid *in, const struct window *window, bool whole,
                       const struct grid *out)
{
    memset(out->values, 0, grid_count(out) * sizeof(double));
    add_means(in, window, whole, out, false);
}

void twin_average_pool_gradient(const struct grid *out_gradient, const struct window *window,
                                bool whole, const struct grid *in_gradient)
{
    memset(in_gradient->values, 0, grid_count(in_gradient) * sizeof(double));
    add_means(in_gradient, window, whole, out_gradient, true);
}

/* Whether pixel `at` of `length` is in window i of n, whose ends are real numbers rounded
 * outwards. */
static bool in_adaptive_window(int at, int i, int n, int length)
{
    return at >= floor((double)i * length / n) && at < ceil((i + 1.0) * length / n);
}

/* The mean's share of one pixel of its window, 0 outside. */
static double adaptive_share(const struct grid *in, const struct grid *out, int y, int x, int i,
                             int j)
{
    int count = 0;

    if (!in_adaptive_window(i, y, out->height, in->height) ||
        !in_adaptive_window(j, x, out->width, in->width))
        return 0.0;
    for (int row = 0; row < in->height; row++)
        for (int column = 0; column < in->width; column++)
            count += in_adaptive_window(row, y, out->height, in->height) &&
                     in_adaptive_window(column, x, out->width, in->width);
    return 1.0 / count;
}

void twin_adaptive_pool(const struct grid *in, const struct grid *out)
{
    memset(out->values, 0, grid_count(out) * sizeof(double));
    for (int y = 0; y < out->height; y++)
        for (int x = 0; x < out->width; x++)
            for (int i = 0; i < in->height; i++)
                for (int j = 0; j < in->width; j++) {
                    double share = adaptive_share(in, out, y, x, i, j);
                    for (int n = 0; n < out->samples; n++)
                        for (int c = 0; c < out->channels; c++)
                            *grid_at(out, n, c, y, x) += share * *grid_at(in, n, c, i, j);
                }
}

void twin_adaptive_pool_gradient(const struct grid *out_gradient, const struct grid *in_gradient)
{
    memset(in_gradient->values, 0, grid_count(in_gradient) * sizeof(double));
    for (int y = 0; y < out_gradient->height; y++)
        for (int x = 0; x < out_gradient->width; x++)
            for (int i = 0; i < in_gradient->height; i++)
                for (int j = 0; j < in_gradient->width; j++) {
                    double share = adaptive_share(in_gradient, out_gradient, y, x, i, j);
                    for (int n = 0; n < out_gradient->samples; n++)
                        for (int c = 0; c < out_gradient->channels; c++)
                            *grid_at(in_gradient, n, c, i, j) +=
                                share * *grid_at(out_gradient, n, c, y, x);
                }
}

/* ---- averages ---- */

void twin_average(const struct grid *in, const struct grid *out)
{
    for (int n = 0; n < in->samples; n++) {
        for (int c = 0; c < in->channels; c++) {
            double sum = 0.0;
            for (int y = 0; y < in->height; y++)
                for (int x = 0; x < in->width; x++)
                    sum += *grid_at(in, n, c, y, x);
            *grid_at(out, n, c, 0, 0) = sum / (in->height * in->width);
        }
    }
}

void twin_average_gradient(const struct grid *out_gradient, const struct grid *in_gradient)
{
    for (int n = 0; n < in_gradient->samples; n++)
        for (int c = 0; c < in_gradient->channels; c++)
            for (int y = 0; y < in_gradient->height; y++)
                for (int x = 0; x < in_gradient->width; x++)
                    *grid_at(in_gradient, n, c, y, x) = *grid_at(out_gradient, n, c, 0, 0) /
                                                        (in_gradient->height * in_gradient->width);
}

void twin_window_means(const struct grid *in, const struct grid *means)
{
    const int height = in->height - TAPS + 1, width = in->width - TAPS + 1;

    memset(means->values, 0, grid_count(means) * sizeof(double));
    for (int n = 0; n < in->samples; n++)
        for (int c = 0; c < in->channels; c++)
            for (int i = 0; i < TAPS; i++)
                for (int j = 0; j < TAPS; j++)
                    for (int y = 0; y < height; y++)
                        for (int x = 0; x < width; x++)
                            *grid_at(means, n, c, i, j) +=
                                *grid_at(in, n, c, y + i, x + j) / (height * width);
}

void twin_window_means_gradient(const struct grid *means_gradient, const struct grid *in_gradient)
{
    const int height = in_gradient->height - TAPS + 1, width = in_gradient->width - TAPS + 1;

    memset(in_gradient->values, 0, grid_count(in_gradient) * sizeof(double));
    for (int n = 0; n < in_gradient->samples; n++)
        for (int c = 0; c < in_gradient->channels; c++)
            for (int i = 0; i < TAPS; i++)
                for (int j = 0; j < TAPS; j++)
                    for (int y = 0; y < height; y++)
                        for (int x = 0; x < width; x++)
                            *grid_at(in_gradient, n, c, y + i, x + j) +=
                                *grid_at(means_gradient, n, c, i, j) / (height * width);
}

/* ---- linear, loss ---- */

/* Feature i of sample n, whatever the grid's shape. */
static double *feature(const struct grid *grid, int n, int i)
{
    return grid_at(grid, n, 0, 0, 0) + i;
}

static int features(const struct grid *grid)
{
    return grid->channels * grid->height * grid->width;
}

void twin_linear(const struct grid *in, const double *weight, const double *bias,
                 const struct grid *out)
{
    for (int n = 0; n < in->samples; n++) {
        for (int o = 0; o < features(out); o++) {
            double sum = bias != NULL ? bias[o] : 0.0;
            for (int i = 0; i < features(in); i++)
                sum += weight[o * features(in) + i] * *feature(in, n, i);
            *feature(out, n, o) = sum;
        }
    }
}

void twin_linear_gradient(const struct grid *in, const double *weight,
                          const struct grid *out_gradient, const struct grid *in_gradient,
                          double *weight_gradient, double *bias_gradient)
{
    const int inputs = features(in), outputs = features(out_gradient);

    memset(in_gradient->values, 0, grid_count(in_gradient) * sizeof(double));
    memset(weight_gradient, 0, (size_t)(inputs * outputs) * sizeof(double));
    if (bias_gradient != NULL)
        memset(bias_gradient, 0, (size_t)outputs * sizeof(double));
    for (int n = 0; n < in->samples; n++) {
        for (int o = 0; o < outputs; o++) {
            double g = *feature(out_gradient, n, o);
            if (bias_gradient != NULL)
                bias_gradient[o] += g;
            for (int i = 0; i < inputs; i++) {
                weight_gradient[o * inputs + i] += g * *feature(in, n, i);
                *feature(in_gradient, n, i) += g * weight[o * inputs + i];
            }
        }
    }
}

/* log(sum(exp(z))), taken relative to the largest, since exp() overflows above 709. */
static double log_sum_exp(const struct grid *logits, int sample)
{
    double most = -INFINITY, sum = 0.0;

    for (int k = 0; k < features(logits); k++)
        most = fmax(most, *feature(logits, sample, k));
    for (int k = 0; k < features(logits); k++)
        sum += exp(*feature(logits, sample, k) - most);
    return most + log(sum);
}

/* The target's weight of class k. */
static double target(int k, int label, int classes, double smoothing)
{
    return (k == label ? 1.0 - smoothing : 0.0) + smoothing / classes;
}

double twin_loss(const struct grid *logits, int sample, int label, double smoothing)
{
    const int classes = features(logits);
    double loss = 0.0;

    for (int k = 0; k < classes; k++)
        loss += target(k, label, classes, smoothing) *
                (log_sum_exp(logits, sample) - *feature(logits, sample, k));
    return loss;
}

void twin_loss_gradient(const struct grid *logits, const uint8_t *labels, double smoothing,
                        double scale, const struct grid *gradient)
{
    const int classes = features(logits);

    for (int n = 0; n < logits->samples; n++) {
        for (int k = 0; k < classes; k++) {
            double probability = exp(*feature(logits, n, k) - log_sum_exp(logits, n));
            *feature(gradient, n, k) =
                scale * (probability - target(k, labels[n], classes, smoothing));
        }
    }
}
