/*
 * Convolution, its weights' gradient and its input's gradient of every table that this machine
 * runs, against the twin's textbook loops and against finite differences.
 */
#include "guarded.h"

#include <math.h>

static const int channel_choices[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 17, 20, 24};

/* height, width: of the input inside its border of zeros. */
struct conv_case {
    int inputs, outputs, height, width, border, from, to;
    struct window window;
};

#define WINDOW(rows, columns, down, across)                                                        \
    {                                                                                              \
        .size = {rows, columns}, .stride = { down, across }                                        \
    }
static const struct window plain = WINDOW(3, 3, 1, 1);

/* Those of well-known networks, at full range and in part. */
static const struct conv_case known_convs[] = {
    {1, 4, 28, 28, 1, 0, 4, WINDOW(3, 3, 1, 1)},    {4, 8, 28, 28, 1, 0, 8, WINDOW(3, 3, 1, 1)},
    {8, 16, 14, 14, 0, 0, 16, WINDOW(3, 3, 1, 1)},  {16, 20, 12, 12, 0, 0, 20, WINDOW(3, 3, 1, 1)},
    {20, 24, 10, 10, 0, 0, 24, WINDOW(3, 3, 1, 1)}, {8, 4, 28, 28, 1, 0, 4, WINDOW(3, 3, 1, 1)},
    {16, 8, 12, 12, 2, 0, 8, WINDOW(3, 3, 1, 1)},   {24, 20, 8, 8, 2, 0, 20, WINDOW(3, 3, 1, 1)},
    {16, 20, 12, 12, 0, 8, 16, WINDOW(3, 3, 1, 1)}, {20, 16, 10, 10, 2, 4, 12, WINDOW(3, 3, 1, 1)},
    {1, 32, 28, 28, 0, 0, 32, WINDOW(5, 5, 1, 1)},  {1, 6, 28, 28, 2, 0, 6, WINDOW(5, 5, 1, 1)},
    {6, 16, 14, 14, 0, 0, 16, WINDOW(5, 5, 1, 1)},  {20, 6, 12, 12, 0, 0, 6, WINDOW(5, 5, 1, 1)},
    {1, 1, 26, 26, 1, 0, 1, WINDOW(3, 3, 1, 1)},    {16, 24, 13, 13, 0, 0, 24, WINDOW(1, 1, 1, 1)},
    {3, 8, 15, 15, 1, 0, 8, WINDOW(3, 3, 2, 2)},    {1, 4, 28, 28, 3, 0, 4, WINDOW(7, 7, 2, 2)},
    {1, 8, 28, 28, 0, 0, 8, WINDOW(28, 28, 1, 1)},  {1, 8, 28, 28, 0, 0, 8, WINDOW(4, 4, 4, 4)},
};

/* Half of the swept ones are the first, which has had its own code for longest. */
static const struct window windows[] = {
    WINDOW(3, 3, 1, 1), WINDOW(3, 3, 1, 1), WINDOW(1, 1, 1, 1), WINDOW(3, 3, 1, 1),
    WINDOW(5, 5, 1, 1), WINDOW(3, 3, 2, 2), WINDOW(3, 3, 1, 1), WINDOW(5, 5, 2, 2),
    WINDOW(1, 1, 2, 2), WINDOW(2, 2, 1, 1), WINDOW(3, 3, 2, 1), WINDOW(3, 3, 1, 2),
    WINDOW(3, 3, 3, 3), WINDOW(7, 7, 1, 1), WINDOW(1, 3, 1, 1), WINDOW(3, 1, 1, 1),
    WINDOW(5, 3, 1, 2), WINDOW(2, 5, 3, 1), WINDOW(4, 4, 4, 4), WINDOW(1, 1, 3, 3),
};

enum { SWEPT_CONVS = 200 };

static struct conv_case random_conv(int i)
{
    struct conv_case at = {
        .inputs = random_of(channel_choices, CHECK_COUNT(channel_choices)),
        .outputs = random_of(channel_choices, CHECK_COUNT(channel_choices)),
        .border = i % 3,
        .window = windows[i % CHECK_COUNT(windows)],
    };

    at.height = at.window.size[0] + (i / 2) % 13;
    at.width = at.window.size[1] + (i / 3 + 4 * i) % 15;
    /* With a border, one row of values inside it is enough. */
    if (at.border > 0 && rng_below(&rng, 4) == 0 && at.window.size[0] <= 1 + 2 * at.border)
        at.height = 1 + (int)rng_below(&rng, 2);
    if (at.border > 0 && rng_below(&rng, 4) == 0 && at.window.size[1] <= 1 + 2 * at.border)
        at.width = 1 + (int)rng_below(&rng, 2);
    at.from = (int)rng_below(&rng, (uint32_t)at.outputs);
    at.to = at.from + 1 + (int)rng_below(&rng, (uint32_t)(at.outputs - at.from));
    if (i / CHECK_COUNT(windows) % 2 == 0)
        at.from = 0, at.to = at.outputs;
    return at;
}

static void for_each_conv(void (*check)(const struct conv_case *))
{
    rng_init(&rng, 1, 0);
    for (int i = 0; i < CHECK_COUNT(known_convs) + SWEPT_CONVS; i++) {
        int swept = i - CHECK_COUNT(known_convs);
        struct conv_case at = swept < 0 ? known_convs[i] : random_conv(swept);
        CASE("%d->%d channels, %dx%d, border %d, outputs [%d, %d), kernel %dx%d, strides %d, %d",
             at.inputs, at.outputs, at.height, at.width, at.border, at.from, at.to,
             at.window.size[0], at.window.size[1], at.window.stride[0], at.window.stride[1]);
        check(&at);
    }
}

static int taps_of(const struct conv_case *at)
{
    return at->window.size[0] * at->window.size[1];
}

/* The window as the twin wants it, which knows no border except padding. */
static struct window twin_window(const struct conv_case *at)
{
    struct window window = at->window;

    window.padding[0] = window.padding[1] = at->border;
    return window;
}

static struct grid conv_output(const struct conv_case *at)
{
    const struct window *w = &at->window;

    return grid_make(LANES, at->outputs,
                     (at->height + 2 * at->border - w->size[0]) / w->stride[0] + 1,
                     (at->width + 2 * at->border - w->size[1]) / w->stride[1] + 1);
}

/* What a convolution works on, and what should come out. */
struct conv_operands {
    struct grid in, out, out_size;
    double *weight, *bias;
    struct window window; /* the twin's */
};

static struct conv_operands conv_operands_make(const struct conv_case *at, bool bias)
{
    const int weights = at->outputs * at->inputs * taps_of(at);
    struct conv_operands o = {
        .in = filled_grid(at->inputs, at->height, at->width, random_value),
        .out = conv_output(at),
        .out_size = conv_output(at),
        .weight = random_values(weights),
        .bias = bias ? random_values(at->outputs) : NULL,
        .window = twin_window(at),
    };
    struct grid in_size = grid_absolute(&o.in);
    double *weight_size = absolute_values(o.weight, weights);
    double *bias_size = bias ? absolute_values(o.bias, at->outputs) : NULL;

    twin_conv(&o.in, &o.window, 1, o.weight, o.bias, &o.out);
    twin_conv(&in_size, &o.window, 1, weight_size, bias_size, &o.out_size);
    grid_fini(&in_size);
    free(weight_size);
    free(bias_size);
    return o;
}

static void conv_operands_fini(struct conv_operands *o)
{
    grid_fini(&o->in);
    grid_fini(&o->out);
    grid_fini(&o->out_size);
    free(o->weight);
    free(o->bias);
}

static void check_conv(const struct conv_case *at)
{
    const bool bias = rng_below(&rng, 2) == 0, sums = rng_below(&rng, 2) == 0;
    const bool relu = !sums && rng_below(&rng, 2) == 0;
    const int beyond = (int)rng_below(&rng, 3), out_border = (int)rng_below(&rng, 3);
    struct conv_operands o = conv_operands_make(at, bias);

    if (relu)
        twin_relu(&o.out, &o.out);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in = bordered_map(&o.in, at->border, beyond);
        float *weight = filled_array(o.weight, at->outputs * at->inputs * taps_of(at));
        float *biases = bias ? filled_array(o.bias, at->outputs) : NULL;
        seal();
        struct map out = poison_map(at->outputs, o.out.height, o.out.width, out_border);
        float(*lane_sums)[2][LANES] =
            sums ? (void *)guarded((size_t)(at->outputs * 2 * LANES)) : NULL;

        kernels->conv(&at->window, &in, at->border, weight, biases, relu, &out, lane_sums, at->from,
                      at->to);
        for (int k = at->from; sums && k < at->to; k++)
            check_lane_sums(lane_sums[k], &out, k, &out, k);
        check_map(&out, &o.out, &o.out_size, LONG_SUM, at->from, at->to);
    }
    conv_operands_fini(&o);
}

static void conv_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_conv(check_conv);
}

static void check_conv_weights(const struct conv_case *at)
{
    const int channel = at->inputs * taps_of(at), weights = at->outputs * channel;
    const int beyond = (int)rng_below(&rng, 3), out_border = (int)rng_below(&rng, 3);
    const struct window window = twin_window(at);
    struct grid in = filled_grid(at->inputs, at->height, at->width, random_value);
    struct grid shape = conv_output(at);
    struct grid out = filled_grid(at->outputs, shape.height, shape.width, random_value);
    struct grid in_size = grid_absolute(&in), out_size = grid_absolute(&out);
    double *gradient = values_new(weights), *size = values_new(weights);

    twin_conv_weight_gradient(&in, &window, 1, &out, gradient);
    twin_conv_weight_gradient(&in_size, &window, 1, &out_size, size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = bordered_map(&in, at->border, beyond);
        struct map out_map = filled_map(&out, out_border);
        seal();
        float *got = guarded((size_t)weights);

        kernels->conv_weights(&at->window, &in_map, at->border, &out_map, got, at->from, at->to);
        check_array(got, gradient, size, LONG_SUM, at->from * channel, at->to * channel);
    }
    grid_fini(&in);
    grid_fini(&shape);
    grid_fini(&out);
    grid_fini(&in_size);
    grid_fini(&out_size);
    free(gradient);
    free(size);
}

static void conv_weights_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_conv(check_conv_weights);
}

/* More channels than any tile holds at once, and than stay in a cache. */
static void conv_takes_many_channels(void **state)
{
    static const struct conv_case cases[] = {
        {150, 5, 5, 6, 1, 0, 5, WINDOW(3, 3, 1, 1)},   {33, 3, 4, 7, 0, 1, 3, WINDOW(3, 3, 1, 1)},
        {3, 133, 6, 4, 2, 0, 133, WINDOW(3, 3, 1, 1)}, {70, 6, 5, 40, 0, 0, 6, WINDOW(5, 5, 1, 1)},
        {300, 5, 1, 80, 0, 0, 5, WINDOW(1, 1, 1, 1)},  {40, 4, 7, 60, 0, 0, 4, WINDOW(7, 6, 1, 3)},
    };

    (void)state;
    rng_init(&rng, 2, 0);
    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        CASE("%d->%d channels", cases[i].inputs, cases[i].outputs);
        check_conv(&cases[i]);
        check_conv_weights(&cases[i]);
    }
}

/* The gradient of the input is the same kernel on the gradient of the output with its border of
 * zeros and the flipped weights. */
static void check_conv_input_gradient(const struct conv_case *forward)
{
    const int weights = forward->outputs * forward->inputs * taps_of(forward);
    const int border = forward->window.size[0] - 1 - forward->border;
    const struct window window = twin_window(forward);
    double *weight = random_values(weights), *weight_size = absolute_values(weight, weights);
    struct grid shape = conv_output(forward);
    struct grid out = filled_grid(forward->outputs, shape.height, shape.width, random_value);
    struct grid out_size = grid_absolute(&out);
    struct grid in = grid_make(LANES, forward->inputs, forward->height, forward->width);
    struct grid in_size = grid_make(LANES, forward->inputs, forward->height, forward->width);

    twin_conv_input_gradient(&out, &window, 1, weight, &in);
    twin_conv_input_gradient(&out_size, &window, 1, weight_size, &in_size);
    for (bool more = first_run(); more; more = next_run()) {
        float *unflipped = filled_array(weight, weights), *flipped = guarded((size_t)weights);
        struct map out_map = bordered_map(&out, border, 0);
        kernels_flip(&forward->window, unflipped, flipped, forward->outputs, forward->inputs);
        seal();
        struct map in_map = poison_map(in.channels, in.height, in.width, 0);

        kernels->conv(&forward->window, &out_map, border, flipped, NULL, false, &in_map, NULL, 0,
                      in.channels);
        check_map(&in_map, &in, &in_size, LONG_SUM, 0, in.channels);
    }
    free(weight);
    free(weight_size);
    grid_fini(&shape);
    grid_fini(&out);
    grid_fini(&out_size);
    grid_fini(&in);
    grid_fini(&in_size);
}

static void conv_of_flipped_weights_is_the_input_gradient(void **state)
{
    static const struct conv_case cases[] = {
        {4, 8, 28, 28, 1, 0, 8, WINDOW(3, 3, 1, 1)},
        {8, 16, 14, 14, 0, 0, 16, WINDOW(3, 3, 1, 1)},
        {16, 20, 12, 12, 0, 0, 20, WINDOW(3, 3, 1, 1)},
        {3, 5, 7, 4, 0, 0, 5, WINDOW(3, 3, 1, 1)},
        {3, 5, 4, 7, 1, 0, 5, WINDOW(3, 3, 1, 1)},
        {5, 3, 3, 9, 2, 0, 3, WINDOW(3, 3, 1, 1)},
        {2, 7, 1, 5, 1, 0, 7, WINDOW(3, 3, 1, 1)},
        {1, 1, 3, 3, 0, 0, 1, WINDOW(3, 3, 1, 1)},
        {6, 5, 12, 9, 0, 0, 5, WINDOW(5, 5, 1, 1)},
        {6, 5, 7, 9, 2, 0, 5, WINDOW(5, 5, 1, 1)},
        {7, 5, 6, 9, 0, 0, 5, WINDOW(1, 1, 1, 1)},
        {3, 2, 9, 8, 3, 0, 2, WINDOW(7, 7, 1, 1)},
        {3, 4, 5, 6, 0, 0, 4, WINDOW(2, 2, 1, 1)},
        {3, 4, 5, 6, 1, 0, 4, WINDOW(4, 4, 1, 1)},
    };

    (void)state;
    rng_init(&rng, 3, 0);
    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        CASE("input gradient of %d->%d channels, %dx%d, padding %d, kernel %d", cases[i].inputs,
             cases[i].outputs, cases[i].height, cases[i].width, cases[i].border,
             cases[i].window.size[0]);
        check_conv_input_gradient(&cases[i]);
    }
}

/* A group is a call with a view of its input channels, and weights that begin at the first group's
 * as ever: a kernel counts from weight on by the channels of its view. */
static void check_groups(int inputs, int outputs, int groups, const struct window *window)
{
    const int side = 9, each = inputs / groups, share = outputs / groups;
    const int weights = outputs * each * window->size[0] * window->size[1];
    struct grid in = filled_grid(inputs, side, side, random_value), in_size = grid_absolute(&in);
    double *weight = random_values(weights), *weight_size = absolute_values(weight, weights);
    struct grid out =
        grid_make(LANES, outputs, side - window->size[0] + 1, side - window->size[1] + 1);
    struct grid out_size = grid_absolute(&out);
    double *gradient = values_new(weights), *gradient_size = values_new(weights);

    twin_conv(&in, window, groups, weight, NULL, &out);
    twin_conv(&in_size, window, groups, weight_size, NULL, &out_size);
    twin_conv_weight_gradient(&in, window, groups, &out, gradient);
    twin_conv_weight_gradient(&in_size, window, groups, &out_size, gradient_size);
    CASE("%d->%d channels in %d groups", inputs, outputs, groups);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, 0), out_gradient = filled_map(&out, 0);
        float *weight_array = filled_array(weight, weights);
        seal();
        struct map out_map = poison_map(outputs, out.height, out.width, 0);
        float *got = guarded((size_t)weights);

        for (int g = 0; g < groups; g++) {
            struct map view = in_map;
            view.data += (size_t)(g * each * in_map.plane) * LANES;
            view.channels = each;
            kernels->conv(window, &view, 0, weight_array, NULL, false, &out_map, NULL, g * share,
                          (g + 1) * share);
            kernels->conv_weights(window, &view, 0, &out_gradient, got, g * share, (g + 1) * share);
        }
        check_map(&out_map, &out, &out_size, LONG_SUM, 0, outputs);
        check_array(got, gradient, gradient_size, LONG_SUM, 0, weights);
    }
    grid_fini(&in);
    grid_fini(&in_size);
    grid_fini(&out);
    grid_fini(&out_size);
    free(weight);
    free(weight_size);
    free(gradient);
    free(gradient_size);
}

static void conv_of_a_part_of_the_channels_is_a_group(void **state)
{
    static const struct window wide = WINDOW(5, 5, 1, 1), odd = WINDOW(2, 4, 1, 1);

    (void)state;
    rng_init(&rng, 4, 1);
    check_groups(16, 16, 16, &plain);
    check_groups(6, 12, 6, &plain);
    check_groups(8, 10, 2, &plain);
    check_groups(12, 9, 3, &wide);
    check_groups(6, 4, 2, &odd);
}

/* Runs conv and conv_weights for the outputs [from, to) and keeps their results. */
static void run_split(const struct conv_case *at, const struct conv_operands *o,
                      const struct grid *out_gradient, int from, int to, float *result,
                      size_t *count)
{
    const int outputs = o->out.channels, taps = at->inputs * taps_of(at);
    struct map in = bordered_map(&o->in, at->border, 0);
    struct map gradient = filled_map(out_gradient, 0);
    float *weight = filled_array(o->weight, outputs * taps);
    struct map out = poison_map(outputs, o->out.height, o->out.width, 0);
    size_t pixels = (size_t)(out.plane * LANES), sums = 2 * LANES, each = (size_t)taps;
    float *lane_sums = guarded((size_t)outputs * sums), *weights = guarded((size_t)outputs * each);

    kernels->conv(&at->window, &in, at->border, weight, NULL, false, &out,
                  (float(*)[2][LANES])lane_sums, from, to);
    kernels->conv_weights(&at->window, &in, at->border, &gradient, weights, from, to);
    for (size_t k = (size_t)from; k < (size_t)to; k++) {
        float *to_result = result + k * (pixels + sums + each);
        memcpy(to_result, out.data + k * pixels, pixels * sizeof(float));
        memcpy(to_result + pixels, lane_sums + k * sums, sums * sizeof(float));
        memcpy(to_result + pixels + sums, weights + k * each, each * sizeof(float));
    }
    *count = (size_t)outputs * (pixels + sums + each);
    forget_buffers();
}

static void conv_gives_the_same_bits_however_outputs_are_split(void **state)
{
    static const struct conv_case cases[] = {
        {6, 23, 9, 13, 1, 0, 23, WINDOW(3, 3, 1, 1)}, {1, 23, 8, 11, 1, 0, 23, WINDOW(3, 3, 1, 1)},
        {3, 23, 9, 9, 2, 0, 23, WINDOW(5, 5, 1, 1)},  {9, 23, 9, 9, 0, 0, 23, WINDOW(1, 1, 1, 1)},
        {2, 23, 9, 13, 1, 0, 23, WINDOW(3, 3, 2, 2)}, {2, 23, 9, 13, 1, 0, 23, WINDOW(4, 3, 2, 1)},
    };
    static const int cuts[][4] = {{4, 8, 12, 23}, {1, 2, 3, 23}, {5, 11, 22, 23}, {20, 21, 22, 23}};
    enum { RESULTS_MAX = 23 * (11 * 15 * LANES + 2 * LANES + 6 * 25) };
    static float whole[RESULTS_MAX], parts[RESULTS_MAX];

    (void)state;
    rng_init(&rng, 4, 0);
    for (int c = 0; c < CHECK_COUNT(cases); c++) {
        struct conv_operands o = conv_operands_make(&cases[c], false);
        struct grid gradient = filled_grid(o.out.channels, o.out.height, o.out.width, random_value);
        CASE("split outputs of case %d", c);
        for (bool more = first_run(); more; more = next_run()) {
            size_t count;
            run_split(&cases[c], &o, &gradient, 0, 23, whole, &count);
            assert_true(count <= RESULTS_MAX);
            for (int i = 0; i < CHECK_COUNT(cuts); i++) {
                for (int part = 0; part < 4; part++)
                    run_split(&cases[c], &o, &gradient, part > 0 ? cuts[i][part - 1] : 0,
                              cuts[i][part], parts, &count);
                assert_memory_equal(whole, parts, count * sizeof(float));
            }
        }
        conv_operands_fini(&o);
        grid_fini(&gradient);
    }
}

/* A value that is not finite shows in every output whose window holds it, and nowhere else; ReLU
 * does not hide NaN. */
static void conv_shows_nan_and_infinity_in_their_windows_alone(void **state)
{
    static const struct conv_case at = {3, 6, 7, 9, 1, 0, 6, WINDOW(3, 3, 1, 1)};
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    enum { CHANNEL = 1, Y = 3, X = 6, LANE = 5 };

    (void)state;
    rng_init(&rng, 5, 0);
    struct conv_operands o = conv_operands_make(&at, false);
    for (int i = 0; i < 2 * CHECK_COUNT(bad); i++) {
        const bool relu = i % 2 != 0;
        const float value = bad[i / 2];
        if (relu && !isnan(value))
            continue;
        struct grid expected = grid_absolute(&o.out);
        memcpy(expected.values, o.out.values, grid_count(&o.out) * sizeof(double));
        if (relu)
            twin_relu(&expected, &expected);
        CASE("conv with %g", (double)value);
        for (bool more = first_run(); more; more = next_run()) {
            struct map in = bordered_map(&o.in, at.border, 0);
            float *weight = filled_array(o.weight, at.outputs * at.inputs * 9);
            pixel(&in, CHANNEL, Y + at.border, X + at.border)[LANE] = value;
            seal();
            struct map out = poison_map(at.outputs, at.height, at.width, 0);

            kernels->conv(&plain, &in, at.border, weight, NULL, relu, &out, NULL, 0, at.outputs);
            for (int k = 0; k < at.outputs; k++)
                for (int dy = -1; dy <= 1; dy++)
                    for (int dx = -1; dx <= 1; dx++) {
                        float *got = &pixel(&out, k, Y + dy, X + dx)[LANE];
                        assert_true(!isfinite(*got));
                        *got = (float)*grid_at(&expected, LANE, k, Y + dy, X + dx);
                    }
            check_map(&out, &expected, &o.out_size, LONG_SUM, 0, at.outputs);
        }
        grid_fini(&expected);
    }
    conv_operands_fini(&o);
}

struct conv_scalar {
    struct conv_operands o;
    struct grid factor;
};

/* A scalar that depends on every output. */
static double conv_scalar(void *context)
{
    struct conv_scalar *s = context;

    twin_conv(&s->o.in, &s->o.window, 1, s->o.weight, NULL, &s->o.out);
    return grid_product(&s->o.out, &s->factor);
}

/* The gradient of the input for strides of 1 alone. */
static void check_conv_derivatives(const struct conv_case *at)
{
    struct conv_scalar s = {.o = conv_operands_make(at, false)};
    const int weights = at->outputs * at->inputs * taps_of(at);
    const int border = at->window.size[0] - 1 - at->border;
    const bool to_input = at->window.stride[0] == 1 && at->window.stride[1] == 1;

    s.factor = filled_grid(s.o.out.channels, s.o.out.height, s.o.out.width, random_value);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in = bordered_map(&s.o.in, at->border, 0);
        struct map out_gradient = bordered_map(&s.factor, border, 0);
        struct map inside = map_grown(out_gradient, -border);
        float *weight = filled_array(s.o.weight, weights), *flipped = guarded((size_t)weights);
        float *weight_gradient = guarded((size_t)weights);
        struct map in_gradient = poison_map(at->inputs, at->height, at->width, 0);

        kernels_flip(&at->window, weight, flipped, at->outputs, at->inputs);
        if (to_input)
            kernels->conv(&at->window, &out_gradient, border, flipped, NULL, false, &in_gradient,
                          NULL, 0, at->inputs);
        kernels->conv_weights(&at->window, &in, at->border, &inside, weight_gradient, 0,
                              at->outputs);
        for (int i = 0; i < DERIVATIVES; i++) {
            int w = (int)rng_below(&rng, (uint32_t)weights), lane = (int)rng_below(&rng, LANES);
            int c = (int)rng_below(&rng, (uint32_t)at->inputs);
            int y = (int)rng_below(&rng, (uint32_t)at->height);
            int x = (int)rng_below(&rng, (uint32_t)at->width);
            double slope = derivative(conv_scalar, &s, &s.o.weight[w], 1e-2);
            assert_true(fabs((double)weight_gradient[w] - slope) <= 1e-4);
            slope = derivative(conv_scalar, &s, grid_at(&s.o.in, lane, c, y, x), 1e-2);
            assert_true(!to_input ||
                        fabs((double)pixel(&in_gradient, c, y, x)[lane] - slope) <= 1e-5);
        }
        forget_buffers();
    }
    conv_operands_fini(&s.o);
    grid_fini(&s.factor);
}

static void conv_gradients_are_finite_differences(void **state)
{
    static const struct conv_case cases[] = {
        {3, 5, 6, 5, 0, 0, 5, WINDOW(3, 3, 1, 1)}, {3, 5, 6, 5, 1, 0, 5, WINDOW(3, 3, 1, 1)},
        {2, 3, 4, 7, 2, 0, 3, WINDOW(3, 3, 1, 1)}, {2, 3, 6, 7, 2, 0, 3, WINDOW(5, 5, 1, 1)},
        {5, 3, 4, 4, 0, 0, 3, WINDOW(1, 1, 1, 1)}, {2, 3, 7, 8, 1, 0, 3, WINDOW(3, 3, 2, 2)},
        {2, 3, 7, 8, 1, 0, 3, WINDOW(4, 4, 1, 1)}, {2, 3, 8, 7, 0, 0, 3, WINDOW(2, 3, 2, 1)},
    };

    (void)state;
    rng_init(&rng, 6, 0);
    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        CASE("derivatives of case %d", i);
        check_conv_derivatives(&cases[i]);
    }
}

static void flip_turns_kernels_around_and_swaps_channels(void **state)
{
    enum { OUTPUTS = 3, INPUTS = 2, ROWS = 3, COLUMNS = 4 };
    static const struct window window = WINDOW(ROWS, COLUMNS, 1, 1);
    float weight[OUTPUTS][INPUTS][ROWS][COLUMNS], flipped[INPUTS][OUTPUTS][ROWS][COLUMNS];
    float again[OUTPUTS][INPUTS][ROWS][COLUMNS];

    (void)state;
    for (int i = 0; i < OUTPUTS * INPUTS * ROWS * COLUMNS; i++)
        (&weight[0][0][0][0])[i] = (float)i;
    kernels_flip(&window, &weight[0][0][0][0], &flipped[0][0][0][0], OUTPUTS, INPUTS);
    for (int k = 0; k < OUTPUTS; k++)
        for (int c = 0; c < INPUTS; c++)
            for (int i = 0; i < ROWS; i++)
                for (int j = 0; j < COLUMNS; j++)
                    assert_true(flipped[c][k][ROWS - 1 - i][COLUMNS - 1 - j] == weight[k][c][i][j]);
    kernels_flip(&window, &flipped[0][0][0][0], &again[0][0][0][0], INPUTS, OUTPUTS);
    assert_memory_equal(weight, again, sizeof weight);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(conv_is_the_textbook_loop),
    cmocka_unit_test(conv_weights_is_the_textbook_loop),
    cmocka_unit_test(conv_takes_many_channels),
    cmocka_unit_test(conv_of_flipped_weights_is_the_input_gradient),
    cmocka_unit_test(conv_of_a_part_of_the_channels_is_a_group),
    cmocka_unit_test(conv_gives_the_same_bits_however_outputs_are_split),
    cmocka_unit_test(conv_shows_nan_and_infinity_in_their_windows_alone),
    cmocka_unit_test(conv_gradients_are_finite_differences),
    cmocka_unit_test(flip_turns_kernels_around_and_swaps_channels),
};

CHECK_MAIN(tests)
