/*
 * The activations of every table that this machine runs, and their derivatives, against double
 * precision: a dense sweep of all magnitudes, what is not finite, and finite differences.
 */
#include "guarded.h"

#include <math.h>

enum { CHANNELS = 2 };

static const struct activation_case {
    const char *name;
    enum activation activation;
    double slope;
} cases[] = {
    {"LeakyReLU(0.01)", ACTIVATION_LEAKY_RELU, 0.01},
    {"LeakyReLU(0.25)", ACTIVATION_LEAKY_RELU, 0.25},
    {"LeakyReLU(0)", ACTIVATION_LEAKY_RELU, 0.0},
    {"Tanh", ACTIVATION_TANH, 0.0},
    {"Sigmoid", ACTIVATION_SIGMOID, 0.0},
    {"GELU", ACTIVATION_GELU, 0.0},
    {"SiLU", ACTIVATION_SILU, 0.0},
    {"ELU(1)", ACTIVATION_ELU, 1.0},
    {"ELU(0.3)", ACTIVATION_ELU, 0.3},
};

/* ---- a sweep ---- */

/* Half of the floats from -128 to 128 by equal steps, the others of all magnitudes. */
enum { ROWS = 64, COLUMNS = 128, SWEEP = ROWS * COLUMNS * LANES };

static double swept_value(int i)
{
    const int half = SWEEP / 2, quarter = half / 2;

    if (i < half)
        return (double)(float)(256.0 * i / half - 128.0);
    i -= half;
    return (double)(float)(ldexp(1.0 + (i * 0.6180339887) - floor(i * 0.6180339887),
                                 (i % quarter) * 276 / quarter - 149) *
                           (i < quarter ? 1.0 : -1.0));
}

/* What may be lost: a few units in the last place, 6e-8 each, and what is below the smallest number
 * of all, 1.4e-45, before it is multiplied by x. */
static double value_tolerance(const struct activation_case *at, double value)
{
    const double units = at->activation == ACTIVATION_GELU ? 8.5 : 4.0;

    return units * 6e-8 * fabs(value) + 1.5e-43;
}

/* Of derivatives, which are differences of numbers below 1; those of tanh and sigmoid follow from
 * rounded results, as PyTorch's do. */
static double slope_tolerance(double value)
{
    return 4e-7 * (fabs(value) + 1.0);
}

static void check_sweep(const struct activation_case *at)
{
    const float slope = (float)at->slope;
    double worst = 0.0;

    CASE("%s", at->name);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in = poison_map(CHANNELS, ROWS, COLUMNS, 0);
        for (int i = 0; i < SWEEP; i++)
            in.data[SWEEP + i] = (float)swept_value(i);
        seal();
        struct map out = poison_map(CHANNELS, ROWS, COLUMNS, 0);
        kernels->activate(at->activation, slope, &in, 1, &out);
        for (int i = 0; i < SWEEP; i++) {
            const double x = swept_value(i);
            const double expected = twin_activation_at(at->activation, (double)slope, x);
            float *got = &out.data[SWEEP + i];
            const double error = fabs((double)*got - expected);
            if (fabs(expected) > 1e-35 && error / fabs(expected) > worst)
                worst = error / fabs(expected);
            if (!(error <= value_tolerance(at, expected)))
                fail_msg("%s, %s: f(%.9g) = %.9g, expected %.9g", kernels->name, what, x,
                         (double)*got, expected);
            check_value(got, expected, INFINITY, "map", 1, 0, i / LANES, i % LANES);
        }
    }
    printf("# %s: largest relative error %.2g\n", at->name, worst);
}

static void activations_are_accurate_everywhere(void **state)
{
    (void)state;
    for (int i = 0; i < CHECK_COUNT(cases); i++)
        check_sweep(&cases[i]);
}

static void check_slopes(const struct activation_case *at)
{
    const float slope = (float)at->slope;

    CASE("derivative of %s", at->name);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in = poison_map(1, ROWS, COLUMNS, 0), out = poison_map(1, ROWS, COLUMNS, 0);
        struct map gradient = poison_map(1, ROWS, COLUMNS, 0);
        for (int i = 0; i < SWEEP; i++) {
            in.data[i] = (float)swept_value(i);
            gradient.data[i] = (float)(1 + i % 3);
        }
        kernels->activate(at->activation, slope, &in, 0, &out);
        seal();
        struct map got = poison_map(1, ROWS, COLUMNS, 0);
        kernels->activate_backward(at->activation, slope, &in, &out, 0, &gradient, &got);
        for (int i = 0; i < SWEEP; i++) {
            const double x = swept_value(i), g = 1 + i % 3;
            const double expected = twin_activation_slope(at->activation, (double)slope, x);
            if (!(fabs((double)got.data[i] - g * expected) <= g * slope_tolerance(expected)))
                fail_msg("%s, %s: f'(%.9g) = %.9g / %g, expected %.9g", kernels->name, what, x,
                         (double)got.data[i], g, expected);
            check_value(&got.data[i], expected, INFINITY, "map", 0, 0, i / LANES, i % LANES);
        }
    }
}

static void derivatives_are_accurate_everywhere(void **state)
{
    (void)state;
    for (int i = 0; i < CHECK_COUNT(cases); i++)
        check_slopes(&cases[i]);
}

/* ---- views ---- */

/* Of any size, with borders, one channel alone; out may be in, and the gradients one map. */
static void check_view(const struct activation_case *at, int height, int width, int border)
{
    struct grid in = filled_grid(CHANNELS, height, width, random_value);
    struct grid gradient = filled_grid(CHANNELS, height, width, random_value);
    struct grid out = grid_absolute(&in), back = grid_absolute(&in), bound = grid_absolute(&in);
    const int channel = (height + width) % CHANNELS;

    for (size_t i = 0; i < grid_count(&in); i++) {
        out.values[i] = twin_activation_at(at->activation, at->slope, in.values[i]);
        back.values[i] =
            gradient.values[i] * twin_activation_slope(at->activation, at->slope, in.values[i]);
        bound.values[i] = 1.0;
    }
    CASE("%s of %dx%d", at->name, height, width);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, border), gradient_map = filled_map(&gradient, border);
        seal();
        struct map out_map = poison_map(CHANNELS, height, width, border % 2);
        struct map back_map = poison_map(CHANNELS, height, width, border % 2 + 1);
        struct map same = poison_map(CHANNELS, height, width, 0);
        struct map same_gradient = poison_map(CHANNELS, height, width, 0);
        const size_t plane = (size_t)(same.plane * LANES), first = plane * (size_t)channel;

        kernels->activate(at->activation, (float)at->slope, &in_map, channel, &out_map);
        kernels->activate_backward(at->activation, (float)at->slope, &in_map, &out_map, channel,
                                   &gradient_map, &back_map);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                memcpy(pixel(&same, channel, y, x), pixel(&in_map, channel, y, x),
                       LANES * sizeof(float));
                memcpy(pixel(&same_gradient, channel, y, x), pixel(&gradient_map, channel, y, x),
                       LANES * sizeof(float));
            }
        }
        kernels->activate_backward(at->activation, (float)at->slope, &in_map, &out_map, channel,
                                   &same_gradient, &same_gradient);
        kernels->activate(at->activation, (float)at->slope, &same, channel, &same);
        for (size_t i = 0; i < plane; i++) {
            const int y = (int)i / LANES / width, x = (int)i / LANES % width, lane = (int)i % LANES;
            assert_memory_equal(&same.data[first + i], &pixel(&out_map, channel, y, x)[lane],
                                sizeof(float));
            assert_memory_equal(&same_gradient.data[first + i],
                                &pixel(&back_map, channel, y, x)[lane], sizeof(float));
        }
        check_map(&out_map, &out, &bound, FEW_ROUNDINGS, channel, channel + 1);
        check_map(&back_map, &back, &bound, FEW_ROUNDINGS, channel, channel + 1);
        check_map(&same, &out, &bound, FEW_ROUNDINGS, channel, channel + 1);
        check_map(&same_gradient, &back, &bound, FEW_ROUNDINGS, channel, channel + 1);
    }
    grid_fini(&in);
    grid_fini(&gradient);
    grid_fini(&out);
    grid_fini(&back);
    grid_fini(&bound);
}

static void activations_take_any_view(void **state)
{
    (void)state;
    rng_init(&rng, 41, 0);
    for (int i = 0; i < CHECK_COUNT(cases); i++)
        for (int height = 1; height <= 5; height += 2)
            for (int width = 1; width <= 6; width++)
                check_view(&cases[i], height, width, (height + width) % 3);
}

/* ---- finite differences ---- */

struct activation_scalar {
    const struct activation_case *at;
    double x;
};

static double activation_scalar(void *context)
{
    const struct activation_scalar *s = context;

    return twin_activation_at(s->at->activation, s->at->slope, s->x);
}

static void derivatives_are_finite_differences(void **state)
{
    enum { POINTS = 16 };

    (void)state;
    rng_init(&rng, 42, 0);
    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        CASE("differences of %s", cases[i].name);
        for (bool more = first_run(); more; more = next_run()) {
            struct map in = poison_map(1, 1, POINTS, 0), out = poison_map(1, 1, POINTS, 0);
            struct map got = poison_map(1, 1, POINTS, 0);
            for (int n = 0; n < POINTS * LANES; n++) {
                in.data[n] = (float)(6.0 * random_value());
                got.data[n] = 1.0F;
            }
            kernels->activate(cases[i].activation, (float)cases[i].slope, &in, 0, &out);
            kernels->activate_backward(cases[i].activation, (float)cases[i].slope, &in, &out, 0,
                                       &got, &got);
            for (int n = 0; n < POINTS * LANES; n++) {
                struct activation_scalar s = {&cases[i], (double)in.data[n]};
                double slope = derivative(activation_scalar, &s, &s.x, 1e-6);
                assert_true(fabs((double)got.data[n] - slope) <= 1e-6);
            }
            forget_buffers();
        }
    }
}

/* ---- what is not finite, and zeros ---- */

/* f(x) in every lane. */
static float value_at(const struct activation_case *at, float x)
{
    struct map map = poison_map(1, 1, 1, 0);

    for (int lane = 0; lane < LANES; lane++)
        map.data[lane] = x;
    kernels->activate(at->activation, (float)at->slope, &map, 0, &map);
    for (int lane = 1; lane < LANES; lane++)
        assert_memory_equal(&map.data[lane], &map.data[0], sizeof(float));
    return map.data[0];
}

/* Limits, as PyTorch has them: GELU and SiLU are products, of -infinity and zero on the left. */
static void activations_at_infinity_and_nan_are_pytorchs(void **state)
{
    static const struct {
        int at;
        float left, right;
    } limits[] = {{0, -INFINITY, INFINITY}, {3, -1.0F, 1.0F},   {4, 0.0F, 1.0F},
                  {5, NAN, INFINITY},       {6, NAN, INFINITY}, {7, -1.0F, INFINITY}};

    (void)state;
    for (int i = 0; i < CHECK_COUNT(limits); i++) {
        const struct activation_case *at = &cases[limits[i].at];
        CASE("limits of %s", at->name);
        for (bool more = first_run(); more; more = next_run()) {
            const float left = value_at(at, -INFINITY), right = value_at(at, INFINITY);
            assert_true(left == limits[i].left || (isnan(left) && isnan(limits[i].left)));
            assert_true(right == limits[i].right);
            assert_true(isnan(value_at(at, NAN)));
            assert_true(isnan(value_at(at, -NAN)));
            forget_buffers();
        }
    }
}

static void activations_of_zero_are_exact(void **state)
{
    (void)state;
    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        CASE("%s of zero", cases[i].name);
        for (bool more = first_run(); more; more = next_run()) {
            const float expected = cases[i].activation == ACTIVATION_SIGMOID ? 0.5F : 0.0F;
            assert_true(value_at(&cases[i], 0.0F) == expected);
            assert_true(value_at(&cases[i], -0.0F) == expected);
            forget_buffers();
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(activations_are_accurate_everywhere),
    cmocka_unit_test(derivatives_are_accurate_everywhere),
    cmocka_unit_test(activations_take_any_view),
    cmocka_unit_test(derivatives_are_finite_differences),
    cmocka_unit_test(activations_at_infinity_and_nan_are_pytorchs),
    cmocka_unit_test(activations_of_zero_are_exact),
};

CHECK_MAIN(tests)
