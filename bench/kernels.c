/*
 * kernels.c -- times the kernels of every table on the shapes of well-known networks, on one
 * thread, and prints GFLOP/s and the share of the measured multiply-add peak.
 *
 * Usage: bench/kernels [TABLE [PART]]: only this table, and only the lines that contain PART, such
 * as "k5"; or make bench TABLE=avx2 PART=linear
 *
 * Each figure is the fastest of RUNS runs of RUN_SECONDS of the thread's own time: what the machine
 * can do when nothing disturbs it. Operands have the sizes of training and stay in the caches as far
 * as they fit.
 */
#include "peak.h"

#include "nn/kernels.h"
#include "support/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 40 };

static const double RUN_SECONDS = 0.004;

/* One convolution; the size of the input includes its padding. */
static const struct conv_shape {
    const char *model;
    int inputs, outputs, side, taps, stride, groups, padding;
} conv_shapes[] = {
    {"basic", 1, 4, 30, 3, 1, 1, 1},         {"basic", 4, 8, 30, 3, 1, 1, 1},
    {"basic", 8, 16, 14, 3, 1, 1, 0},        {"basic", 16, 20, 12, 3, 1, 1, 0},
    {"tinygrad", 1, 32, 28, 5, 1, 1, 0},     {"tinygrad", 32, 32, 24, 5, 1, 1, 0},
    {"tinygrad", 32, 64, 10, 3, 1, 1, 0},    {"tinygrad", 64, 64, 8, 3, 1, 1, 0},
    {"pytorch", 1, 32, 28, 3, 1, 1, 0},      {"pytorch", 32, 64, 26, 3, 1, 1, 0},
    {"keras", 32, 64, 13, 3, 1, 1, 0},       {"caffe", 1, 20, 28, 5, 1, 1, 0},
    {"caffe", 20, 50, 12, 5, 1, 1, 0},       {"convnetjs", 1, 8, 32, 5, 1, 1, 2},
    {"convnetjs", 8, 16, 18, 5, 1, 1, 2},    {"lenet5", 1, 6, 32, 5, 1, 1, 2},
    {"lenet5", 6, 16, 14, 5, 1, 1, 0},       {"separable", 16, 16, 28, 3, 1, 16, 1},
    {"separable", 16, 24, 26, 1, 1, 1, 0},   {"separable", 24, 24, 28, 3, 1, 24, 1},
    {"separable", 24, 32, 26, 1, 1, 1, 0},   {"separable", 32, 32, 15, 3, 1, 32, 1},
    {"separable", 32, 32, 13, 1, 1, 1, 0},   {"stride", 16, 32, 15, 3, 2, 1, 0},
    {"of any size", 16, 16, 20, 7, 1, 1, 3},
};

static const struct linear_shape {
    const char *model;
    int inputs, outputs, blocks;
} linear_shapes[] = {
    {"basic", 180, 24, 1},      {"basic", 24, 32, 1},    {"pytorch", 9216, 128, 4},
    {"caffe", 800, 500, 4},     {"softmax", 784, 10, 4}, {"mlp", 784, 128, 4},
    {"nielsen", 784, 30, 4},    {"lenet5", 400, 120, 4}, {"batch 1024", 784, 128, 64},
    {"one block", 784, 128, 1},
};

static const struct pool_shape {
    const char *model;
    int channels, side;
    struct window window;
} pool_shapes[] = {
    {"tinygrad", 32, 20, {{2, 2}, {2, 2}, {0, 0}}},
    {"convnetjs", 16, 14, {{3, 3}, {3, 3}, {0, 0}}},
    {"of any size", 16, 14, {{3, 3}, {2, 2}, {1, 1}}},
};

static const struct {
    const char *name;
    enum activation activation;
} activations[] = {
    {"LeakyReLU", ACTIVATION_LEAKY_RELU},
    {"ELU", ACTIVATION_ELU},
    {"Tanh", ACTIVATION_TANH},
    {"Sigmoid", ACTIVATION_SIGMOID},
    {"GELU", ACTIVATION_GELU},
    {"SiLU", ACTIVATION_SILU},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One kernel call on operands. */
struct bench {
    const struct kernels *kernels;
    double peak;
    const char *part;
    const struct conv_shape *conv;
    const struct linear_shape *linear;
    const struct pool_shape *pool;
    enum activation activation;
    struct window window;
    struct map in, padded, out, gradient, bordered;
    struct features features, out_features;
    float *weight, *weight_gradient;
    float (*sums)[2][LANES];
};

typedef void bench_call(struct bench *bench);

/* A view of some channels. */
static struct map channels_of(struct map map, int from, int channels)
{
    map.data += (size_t)from * (size_t)map.plane * LANES;
    map.channels = channels;
    return map;
}

static void forward(struct bench *bench)
{
    const int groups = bench->conv->groups, inputs = bench->padded.channels / groups;
    const int outputs = bench->out.channels / groups;

    for (int g = 0; g < groups; g++) {
        struct map in = channels_of(bench->padded, g * inputs, inputs);
        bench->kernels->conv(&bench->window, &in, bench->conv->padding, bench->weight, NULL, false,
                             &bench->out, bench->sums, g * outputs, (g + 1) * outputs);
    }
}

static void weight_gradient(struct bench *bench)
{
    const int groups = bench->conv->groups, inputs = bench->padded.channels / groups;
    const int outputs = bench->out.channels / groups;

    for (int g = 0; g < groups; g++) {
        struct map in = channels_of(bench->padded, g * inputs, inputs);
        bench->kernels->conv_weights(&bench->window, &in, bench->conv->padding, &bench->gradient,
                                     bench->weight_gradient, g * outputs, (g + 1) * outputs);
    }
}

static void input_gradient(struct bench *bench)
{
    const int groups = bench->conv->groups, inputs = bench->padded.channels / groups;
    const int outputs = bench->out.channels / groups;
    const int border = bench->conv->taps - 1 - bench->conv->padding;

    for (int g = 0; g < groups; g++) {
        struct map gradient = channels_of(bench->bordered, g * outputs, outputs);
        bench->kernels->conv(&bench->window, &gradient, border, bench->weight, NULL, false,
                             &bench->in, NULL, g * inputs, (g + 1) * inputs);
    }
}

static void norm(struct bench *bench)
{
    for (int k = 0; k < bench->out.channels; k++)
        bench->kernels->norm_relu(&bench->out, k, 1.1F, 0.1F, &bench->out);
}

static void relu_backward(struct bench *bench)
{
    for (int k = 0; k < bench->out.channels; k++)
        bench->kernels->relu_backward(&bench->out, k, 1.1F, 0.1F, &bench->gradient,
                                      &bench->gradient, bench->sums[k]);
}

static void norm_backward(struct bench *bench)
{
    for (int k = 0; k < bench->out.channels; k++)
        bench->kernels->norm_backward(&bench->out, k, 1.0F, bench->sums[0][0], bench->sums[0][1],
                                      &bench->gradient, &bench->gradient);
}

static void linear(struct bench *bench)
{
    const struct linear_shape *at = bench->linear;

    bench->kernels->linear(&bench->features, bench->weight, NULL, &bench->out_features, at->blocks,
                           at->inputs, at->outputs, 0, at->outputs);
}

static void linear_inputs(struct bench *bench)
{
    const struct linear_shape *at = bench->linear;

    bench->kernels->linear_inputs(&bench->out_features, bench->weight, &bench->features, at->blocks,
                                  at->inputs, at->outputs, 0, at->inputs);
}

static void linear_weights(struct bench *bench)
{
    const struct linear_shape *at = bench->linear;

    bench->kernels->linear_weights(&bench->features, &bench->out_features, bench->weight_gradient,
                                   at->blocks, at->inputs, at->outputs, 0, at->inputs);
}

static void max_pool(struct bench *bench)
{
    for (int c = 0; c < bench->in.channels; c++)
        bench->kernels->max_pool(&bench->window, &bench->in, c, &bench->out);
}

static void max_pool_backward(struct bench *bench)
{
    for (int c = 0; c < bench->in.channels; c++)
        bench->kernels->max_pool_backward(&bench->window, &bench->in, c, &bench->out,
                                          &bench->gradient);
}

static void average_pool(struct bench *bench)
{
    for (int c = 0; c < bench->in.channels; c++)
        bench->kernels->average_pool(&bench->window, true, &bench->in, c, &bench->out);
}

static void average_pool_backward(struct bench *bench)
{
    for (int c = 0; c < bench->in.channels; c++)
        bench->kernels->average_pool_backward(&bench->window, true, c, &bench->out,
                                              &bench->gradient);
}

static void activate(struct bench *bench)
{
    for (int c = 0; c < bench->in.channels; c++)
        bench->kernels->activate(bench->activation, 0.1F, &bench->in, c, &bench->out);
}

static void activate_backward(struct bench *bench)
{
    for (int c = 0; c < bench->in.channels; c++)
        bench->kernels->activate_backward(bench->activation, 0.1F, &bench->in, &bench->out, c,
                                          &bench->in, &bench->gradient);
}

/* Of this thread, without what others take of its processor. */
static double seconds_used(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Seconds that a call takes. */
static double measure(bench_call *call, struct bench *bench)
{
    double best = 1e9;

    for (int run = 0; run < RUNS; run++) {
        double start = seconds_used(), seconds;
        long calls = 0;
        do {
            call(bench);
            calls++;
        } while ((seconds = seconds_used() - start) < RUN_SECONDS);
        best = seconds / (double)calls < best ? seconds / (double)calls : best;
    }
    return best;
}

/* Prints one line if it is asked for. With 0 operations it has no rate. */
static void report(struct bench *bench, const char *shape, const char *kernel, bench_call *call,
                   double operations)
{
    char line[160];

    snprintf(line, sizeof line, "%-46s %-16s", shape, kernel);
    if (bench->part != NULL && strstr(line, bench->part) == NULL)
        return;
    const double seconds = measure(call, bench);
    printf("  %s %9.1f us", line, seconds * 1e6);
    if (operations > 0.0)
        printf(" %7.1f GFLOP/s %5.1f %%", operations / seconds * 1e-9,
               100.0 * operations / seconds / bench->peak);
    putchar('\n');
}

static float *floats(size_t count)
{
    struct error error;
    float *memory = memory_new(count, sizeof(float), &error);

    if (memory == NULL) {
        fprintf(stderr, "kernels: %s\n", error.text);
        exit(EXIT_FAILURE);
    }
    for (size_t i = 0; i < count; i++)
        memory[i] = (float)(i % 97) * 0.01F - 0.5F;
    return memory;
}

/* Maps with a border of `border` pixels; *grown is the view that includes the border. */
static struct map make_map(int channels, int side, int border, struct map *grown)
{
    const int pitch = side + 2 * border;
    struct map map = {NULL, channels, pitch, pitch, pitch, pitch * pitch};

    map.data = floats((size_t)channels * (size_t)map.plane * LANES);
    if (grown != NULL)
        *grown = map;
    map.data += (border * pitch + border) * LANES;
    map.height = map.width = side;
    return map;
}

static void free_map(const struct map *map, int border)
{
    free(map->data - (border * map->pitch + border) * LANES);
}

static void bench_conv(struct bench *bench, const struct conv_shape *at)
{
    const int side = (at->side - at->taps) / at->stride + 1;
    const int border = at->stride == 1 ? at->taps - 1 - at->padding : 0;
    const size_t weights = (size_t)(at->outputs * at->inputs / at->groups * at->taps * at->taps);
    const double operations = 2.0 * LANES * (double)weights * side * side;
    char shape[64];

    snprintf(shape, sizeof shape, "%s: k%d %d -> %d channels of %dx%d%s", at->model, at->taps,
             at->inputs, at->outputs, at->side, at->side, at->groups > 1 ? ", depthwise" : "");
    bench->conv = at;
    bench->window = (struct window){{at->taps, at->taps}, {at->stride, at->stride}, {0, 0}};
    bench->in = make_map(at->inputs, at->side - 2 * at->padding, at->padding, &bench->padded);
    bench->out = make_map(at->outputs, side, 0, NULL);
    bench->gradient = make_map(at->outputs, side, border, &bench->bordered);
    bench->weight = floats(weights);
    bench->weight_gradient = floats(weights);
    bench->sums = (float(*)[2][LANES])floats((size_t)(at->outputs * 2 * LANES));
    report(bench, shape, "conv", forward, operations);
    report(bench, shape, "conv weights", weight_gradient, operations);
    if (at->stride == 1)
        report(bench, shape, "conv input", input_gradient, operations);
    if (strcmp(at->model, "basic") == 0) {
        report(bench, shape, "norm, ReLU", norm, 0.0);
        report(bench, shape, "ReLU backward", relu_backward, 0.0);
        report(bench, shape, "norm backward", norm_backward, 0.0);
    }
    free_map(&bench->in, at->padding);
    free_map(&bench->out, 0);
    free_map(&bench->gradient, border);
    free(bench->weight);
    free(bench->weight_gradient);
    free(bench->sums);
}

static struct features make_features(int blocks, int count)
{
    const size_t step = (size_t)count * LANES;

    return (struct features){floats((size_t)blocks * step), step};
}

static void bench_linear(struct bench *bench, const struct linear_shape *at)
{
    const size_t weights = (size_t)at->inputs * (size_t)at->outputs;
    const double operations = 2.0 * LANES * (double)weights * at->blocks;
    char shape[64];

    snprintf(shape, sizeof shape, "%s: %d -> %d features of %d blocks", at->model, at->inputs,
             at->outputs, at->blocks);
    bench->linear = at;
    bench->features = make_features(at->blocks, at->inputs);
    bench->out_features = make_features(at->blocks, at->outputs);
    bench->weight = floats(weights);
    bench->weight_gradient = floats(weights);
    report(bench, shape, "linear", linear, operations);
    report(bench, shape, "linear inputs", linear_inputs, operations);
    report(bench, shape, "linear weights", linear_weights, operations);
    free(bench->features.data);
    free(bench->out_features.data);
    free(bench->weight);
    free(bench->weight_gradient);
}

static void bench_pool(struct bench *bench, const struct pool_shape *at)
{
    const int side =
        (at->side + 2 * at->window.padding[0] - at->window.size[0]) / at->window.stride[0] + 1;
    char shape[64];

    snprintf(shape, sizeof shape, "%s: pool%d %d channels of %dx%d", at->model, at->window.size[0],
             at->channels, at->side, at->side);
    bench->window = at->window;
    bench->in = make_map(at->channels, at->side, 0, NULL);
    bench->gradient = make_map(at->channels, at->side, 0, NULL);
    bench->out = make_map(at->channels, side, 0, NULL);
    report(bench, shape, "max_pool", max_pool, 0.0);
    report(bench, shape, "max_pool back", max_pool_backward, 0.0);
    report(bench, shape, "average_pool", average_pool, 0.0);
    report(bench, shape, "average_pool back", average_pool_backward, 0.0);
    free_map(&bench->in, 0);
    free_map(&bench->gradient, 0);
    free_map(&bench->out, 0);
}

static void bench_activations(struct bench *bench)
{
    enum { CHANNELS = 16, SIDE = 14 };

    bench->in = make_map(CHANNELS, SIDE, 0, NULL);
    bench->out = make_map(CHANNELS, SIDE, 0, NULL);
    bench->gradient = make_map(CHANNELS, SIDE, 0, NULL);
    for (size_t i = 0; i < COUNT(activations); i++) {
        char shape[64];
        snprintf(shape, sizeof shape, "%s: %d channels of %dx%d", activations[i].name, CHANNELS,
                 SIDE, SIDE);
        bench->activation = activations[i].activation;
        report(bench, shape, "activate", activate, 0.0);
        report(bench, shape, "activate back", activate_backward, 0.0);
    }
    free_map(&bench->in, 0);
    free_map(&bench->out, 0);
    free_map(&bench->gradient, 0);
}

/* The peak in floating-point operations per second. */
static double measure_peak(const char *table)
{
    double (*peak)(long rounds) = peak_baseline;
    double best = 0.0;

#ifdef HAVE_KERNELS_AVX2
    if (strcmp(table, "avx2") == 0)
        peak = peak_avx2;
#endif
#ifdef HAVE_KERNELS_AVX512
    if (strcmp(table, "avx512") == 0)
        peak = peak_avx512;
#endif
    for (int run = 0; run < RUNS; run++) {
        double start = seconds_used(), operations = peak(1000000);
        double rate = operations / (seconds_used() - start);
        best = rate > best ? rate : best;
    }
    return best;
}

static void bench_table(const struct kernels *kernels, const char *part)
{
    struct bench bench = {.kernels = kernels, .peak = measure_peak(kernels->name), .part = part};

    printf("%s: peak %.1f GFLOP/s on one thread\n", kernels->name, bench.peak * 1e-9);
    for (size_t i = 0; i < COUNT(conv_shapes); i++)
        bench_conv(&bench, &conv_shapes[i]);
    for (size_t i = 0; i < COUNT(linear_shapes); i++)
        bench_linear(&bench, &linear_shapes[i]);
    for (size_t i = 0; i < COUNT(pool_shapes); i++)
        bench_pool(&bench, &pool_shapes[i]);
    bench_activations(&bench);
}

int main(int argc, char *argv[])
{
    const char *table = argc > 1 && argv[1][0] != '\0' ? argv[1] : NULL;
    const char *part = argc > 2 ? argv[2] : NULL;
    const struct kernels *kernels;
    bool runs;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; (kernels = kernels_built(i, &runs)) != NULL; i++) {
        if (table != NULL && strcmp(table, kernels->name) != 0)
            continue;
        if (runs)
            bench_table(kernels, part);
        else
            printf("%s: not on this machine\n", kernels->name);
    }
    return EXIT_SUCCESS;
}
