/*
 * kernels.c -- times every kernel of every table on the shapes of a model, on one thread, and
 * prints GFLOP/s and the share of the measured multiply-add peak.
 *
 * Usage: bench/kernels [MODEL], basic by default; or make bench MODEL=slim
 *
 * Each figure is the fastest of RUNS runs of RUN_SECONDS: what the machine can do when nobody
 * disturbs it. Operands are as large as in training and stay in the caches as far as they fit.
 */
#include "nn/kernels.h"
#include "data/dataset.h"
#include "nn/limits.h"
#include "nn/model_text.h"
#include "nn/stage.h"
#include "support/clock.h"
#include "support/memory.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 5 };

static const double RUN_SECONDS = 0.05;

/* One kernel call on a stage's operands. */
struct bench {
    const struct kernels *kernels;
    const struct stage *stage;
    struct map in, padded, out, gradient, bordered, pooled;
    float *weight, *weight_gradient, *features;
    float (*sums)[2][LANES];
};

typedef void bench_call(struct bench *bench);

static void forward(struct bench *bench)
{
    bench->kernels->conv(&bench->padded, bench->stage->padding, bench->weight, NULL, &bench->out,
                         bench->sums, 0, bench->stage->conv.channels);
}

static void weight_gradient(struct bench *bench)
{
    bench->kernels->conv_weights(&bench->padded, bench->stage->padding, &bench->gradient,
                                 bench->weight_gradient, 0, bench->stage->conv.channels);
}

static void input_gradient(struct bench *bench)
{
    bench->kernels->conv(&bench->bordered, MODEL_KERNEL - 1 - bench->stage->padding, bench->weight,
                         NULL, &bench->in, NULL, 0, bench->stage->input.channels);
}

static void norm(struct bench *bench)
{
    for (int k = 0; k < bench->stage->conv.channels; k++)
        (bench->stage->pool ? bench->kernels->norm_relu_pool : bench->kernels->norm_relu)(
            &bench->out, k, 1.1F, 0.1F, &bench->pooled);
}

static void relu_backward(struct bench *bench)
{
    for (int k = 0; k < bench->stage->conv.channels; k++)
        (bench->stage->pool ? bench->kernels->relu_pool_backward : bench->kernels->relu_backward)(
            &bench->out, k, 1.1F, 0.1F, &bench->pooled, &bench->gradient, bench->sums[k]);
}

static void norm_backward(struct bench *bench)
{
    for (int k = 0; k < bench->stage->conv.channels; k++)
        bench->kernels->norm_backward(&bench->out, k, 1.0F, bench->sums[0][0], bench->sums[0][1],
                                      &bench->gradient);
}

static void linear(struct bench *bench)
{
    bench->kernels->linear(bench->features, bench->weight, NULL, bench->out.data,
                           bench->stage->inputs, bench->stage->output.channels);
}

static void linear_backward(struct bench *bench)
{
    bench->kernels->linear_backward(bench->features, bench->weight, bench->out.data,
                                    bench->gradient.data, bench->weight_gradient, NULL,
                                    bench->stage->inputs, bench->stage->output.channels);
}

static void mean(struct bench *bench)
{
    (bench->stage->kind == STAGE_MEAN ? bench->kernels->window_means
                                      : bench->kernels->average)(&bench->in, bench->features);
}

static void mean_backward(struct bench *bench)
{
    (bench->stage->kind == STAGE_MEAN
         ? bench->kernels->window_means_backward
         : bench->kernels->average_backward)(bench->features, &bench->in);
}

/* Seconds that a call takes. */
static double measure(bench_call *call, struct bench *bench)
{
    double best = 1e9;

    for (int run = 0; run < RUNS; run++) {
        double start = clock_seconds(), seconds;
        long calls = 0;
        do {
            call(bench);
            calls++;
        } while ((seconds = clock_seconds() - start) < RUN_SECONDS);
        best = seconds / (double)calls < best ? seconds / (double)calls : best;
    }
    return best;
}

static double measure_peak(const struct kernels *kernels)
{
    double best = 0.0;

    for (int run = 0; run < RUNS; run++) {
        double start = clock_seconds(), operations = kernels->multiply_add(2000000);
        double rate = operations / (clock_seconds() - start);
        best = rate > best ? rate : best;
    }
    return best;
}

static void report(const char *name, const struct stage *stage, double operations, double seconds,
                   double peak)
{
    printf("  %-16s %2d -> %2d channels of %2dx%-2d %9.1f us", name, stage->input.channels,
           stage->output.channels, stage->input.height, stage->input.width, seconds * 1e6);
    if (operations > 0.0)
        printf(" %7.1f GFLOP/s %5.1f %%", operations / seconds * 1e-9,
               100.0 * operations / seconds / peak);
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

static void bench_conv(struct bench *bench, bool first, double peak)
{
    const struct stage *stage = bench->stage;
    const int border = MODEL_KERNEL - 1 - stage->padding;
    const double operations = 2.0 * LANES * stage->conv.channels * stage->input.channels * 9.0 *
                              stage->conv.height * stage->conv.width;

    bench->in = stage_map(floats(stage_map_size(stage->input, stage->padding)), stage->input,
                          stage->padding);
    bench->padded = stage_map_grown(bench->in, stage->padding);
    bench->out = stage_map(floats(stage_map_size(stage->conv, 0)), stage->conv, 0);
    bench->gradient = stage_map(floats(stage_map_size(stage->conv, border)), stage->conv, border);
    bench->bordered = stage_map_grown(bench->gradient, border);
    bench->pooled = stage_map(floats(stage_map_size(stage->output, 0)), stage->output, 0);
    report("conv", stage, operations, measure(forward, bench), peak);
    report("conv weights", stage, operations, measure(weight_gradient, bench), peak);
    if (!first)
        report("conv input", stage, operations, measure(input_gradient, bench), peak);
    report("norm, ReLU", stage, 0.0, measure(norm, bench), peak);
    report("ReLU backward", stage, 0.0, measure(relu_backward, bench), peak);
    report("norm backward", stage, 0.0, measure(norm_backward, bench), peak);
}

static void bench_linear(struct bench *bench, double peak)
{
    const struct stage *stage = bench->stage;
    const double operations = 2.0 * LANES * stage->inputs * stage->output.channels;

    if (stage_pools(stage)) {
        const bool windows = stage->kind == STAGE_MEAN;
        bench->in = stage_map(floats(stage_map_size(stage->input, 0)), stage->input, 0);
        report(windows ? "window means" : "average", stage, 0.0, measure(mean, bench), peak);
        report(windows ? "means backward" : "average backward", stage, 0.0,
               measure(mean_backward, bench), peak);
    }
    bench->out.data = floats((size_t)stage->output.channels * LANES);
    bench->gradient.data = floats((size_t)stage->inputs * LANES);
    report("linear", stage, operations, measure(linear, bench), peak);
    report("linear backward", stage, 2.0 * operations, measure(linear_backward, bench), peak);
}

static void bench_table(const struct kernels *kernels, const struct stages *stages)
{
    double peak = measure_peak(kernels);

    printf("%s: peak %.1f GFLOP/s on one thread\n", kernels->name, peak * 1e-9);
    for (int s = 0; s < stages->count; s++) {
        struct bench bench = {
            .kernels = kernels,
            .stage = &stages->at[s],
            .weight = floats((size_t)MODEL_STATE_MAX),
            .weight_gradient = floats((size_t)MODEL_STATE_MAX),
            .features = floats((size_t)MODEL_FEATURES_MAX * LANES),
            .sums = (float(*)[2][LANES])floats((size_t)MODEL_CHANNELS_MAX * 2 * LANES),
        };
        if (stages->at[s].kind == STAGE_CONV)
            bench_conv(&bench, s == 0, peak);
        else
            bench_linear(&bench, peak);
    }
}

int main(int argc, char *argv[])
{
    const struct kernels *kernels;
    struct stages stages;
    struct error error;
    struct model *model;
    bool runs;

    if ((model =
             model_make(argc > 1 ? argv[1] : "basic", (struct shape){1, DATASET_SIDE, DATASET_SIDE},
                        DATASET_CLASSES, &error)) == NULL ||
        !stages_init(&stages, model, &error)) {
        fprintf(stderr, "kernels: %s\n", error.text);
        return EXIT_FAILURE;
    }
    for (int i = 0; (kernels = kernels_built(i, &runs)) != NULL; i++) {
        if (runs)
            bench_table(kernels, &stages);
        else
            printf("%s: not on this machine\n", kernels->name);
    }
    return EXIT_SUCCESS; /* the operands go with the process */
}
