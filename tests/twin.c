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

/* The value at (y, x), and 0 in the padding around. */
static double padded(const struct grid *grid, int n, int c, int y, int x)
{
    if (y < 0 || y >= grid->height || x < 0 || x >= grid->width)
        return 0.0;
    return *grid_at(grid, n, c, y, x);
}

static double weight_at(const double *weight, int inputs, int k, int c, int i, int j)
{
    return weight[((k * inputs + c) * TAPS + i) * TAPS + j];
}

static double conv_pixel(const struct grid *in, int padding, const double *weight, int n, int k,
                         int y, int x)
{
    double sum = 0.0;

    for (int c = 0; c < in->channels; c++)
        for (int i = 0; i < TAPS; i++)
            for (int j = 0; j < TAPS; j++)
                sum += weight_at(weight, in->channels, k, c, i, j) *
                       padded(in, n, c, y + i - padding, x + j - padding);
    return sum;
}

void twin_conv(const struct grid *in, int padding, const double *weight, const double *bias,
               const struct grid *out)
{
    for (int n = 0; n < out->samples; n++)
        for (int k = 0; k < out->channels; k++)
            for (int y = 0; y < out->height; y++)
                for (int x = 0; x < out->width; x++)
                    *grid_at(out, n, k, y, x) = (bias != NULL ? bias[k] : 0.0) +
                                                conv_pixel(in, padding, weight, n, k, y, x);
}

/* Input pixel (y, x) met the weight (i, j) in the output at (y + padding - i, x + padding - j). */
static double conv_input_pixel(const struct grid *out_gradient, int padding, const double *weight,
                               int inputs, int n, int c, int y, int x)
{
    double sum = 0.0;

    for (int k = 0; k < out_gradient->channels; k++)
        for (int i = 0; i < TAPS; i++)
            for (int j = 0; j < TAPS; j++)
                sum += weight_at(weight, inputs, k, c, i, j) *
                       padded(out_gradient, n, k, y + padding - i, x + padding - j);
    return sum;
}

void twin_conv_input_gradient(const struct grid *out_gradient, int padding, const double *weight,
                              const struct grid *in_gradient)
{
    for (int n = 0; n < in_gradient->samples; n++)
        for (int c = 0; c < in_gradient->channels; c++)
            for (int y = 0; y < in_gradient->height; y++)
                for (int x = 0; x < in_gradient->width; x++)
                    *grid_at(in_gradient, n, c, y, x) = conv_input_pixel(
                        out_gradient, padding, weight, in_gradient->channels, n, c, y, x);
}

static double conv_weight_tap(const struct grid *in, int padding, const struct grid *out_gradient,
                              int k, int c, int i, int j)
{
    double sum = 0.0;

    for (int n = 0; n < in->samples; n++)
        for (int y = 0; y < out_gradient->height; y++)
            for (int x = 0; x < out_gradient->width; x++)
                sum += *grid_at(out_gradient, n, k, y, x) *
                       padded(in, n, c, y + i - padding, x + j - padding);
    return sum;
}

void twin_conv_weight_gradient(const struct grid *in, int padding, const struct grid *out_gradient,
                               double *weight_gradient)
{
    for (int k = 0; k < out_gradient->channels; k++)
        for (int c = 0; c < in->channels; c++)
            for (int i = 0; i < TAPS; i++)
                for (int j = 0; j < TAPS; j++)
                    weight_gradient[((k * in->channels + c) * TAPS + i) * TAPS + j] =
                        conv_weight_tap(in, padding, out_gradient, k, c, i, j);
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

/* ---- ReLU, pooling ---- */

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

/* The place of the largest of the four values that make output (y, x); the first of equals. */
static void largest_of_four(const struct grid *in, int n, int c, int y, int x, int *y_best,
                            int *x_best)
{
    *y_best = 2 * y;
    *x_best = 2 * x;
    for (int i = 2 * y; i <= 2 * y + 1; i++) {
        for (int j = 2 * x; j <= 2 * x + 1; j++) {
            if (*grid_at(in, n, c, i, j) > *grid_at(in, n, c, *y_best, *x_best)) {
                *y_best = i;
                *x_best = j;
            }
        }
    }
}

void twin_max_pool(const struct grid *in, const struct grid *out)
{
    for (int n = 0; n < out->samples; n++) {
        for (int c = 0; c < out->channels; c++) {
            for (int y = 0; y < out->height; y++) {
                for (int x = 0; x < out->width; x++) {
                    int i, j;
                    largest_of_four(in, n, c, y, x, &i, &j);
                    *grid_at(out, n, c, y, x) = *grid_at(in, n, c, i, j);
                }
            }
        }
    }
}

void twin_max_pool_gradient(const struct grid *in, const struct grid *out_gradient,
                            const struct grid *in_gradient)
{
    memset(in_gradient->values, 0, grid_count(in_gradient) * sizeof(double));
    for (int n = 0; n < out_gradient->samples; n++) {
        for (int c = 0; c < out_gradient->channels; c++) {
            for (int y = 0; y < out_gradient->height; y++) {
                for (int x = 0; x < out_gradient->width; x++) {
                    int i, j;
                    largest_of_four(in, n, c, y, x, &i, &j);
                    *grid_at(in_gradient, n, c, i, j) = *grid_at(out_gradient, n, c, y, x);
                }
            }
        }
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
