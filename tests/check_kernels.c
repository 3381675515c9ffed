/*
 * The tables of kernels; batch norm, ReLU, their pool and the global averages of every table that
 * this machine runs, against the twin's textbook loops; and of every kernel, that lanes are
 * samples. Convolutions, pools, activations and linear layers have tests of their own.
 */
#include "guarded.h"
#include "sizes.h"

#include <math.h>

static const struct window plain = {.size = {3, 3}, .stride = {1, 1}};
static const struct window halving = {.size = {2, 2}, .stride = {2, 2}};

/* ---- shapes ---- */

struct size {
    int height, width;
};

enum { BASIC_SIZES = 4, SIZES = BASIC_SIZES + 30 };

/* The basic model's sizes, then every height and width from 3 to 17, odd with even. */
static struct size size_at(int i)
{
    static const struct size basic[BASIC_SIZES] = {{28, 28}, {12, 12}, {10, 10}, {14, 14}};

    if (i < BASIC_SIZES)
        return basic[i];
    i -= BASIC_SIZES;
    return (struct size){3 + i % 15, 3 + (i * 7 + i / 15) % 15};
}

/* ---- batch norm, ReLU, pooling ---- */

enum { CHANNELS = 3 }; /* of the maps whose kernels take one channel */

/* Scale and shift of case i: exact in float, both signs, zero among them. */
static double scale_of(int i)
{
    static const double scales[] = {0.5, -2.0, 1.0, -0.25, 0.0};

    return scales[i % CHECK_COUNT(scales)];
}

static double shift_of(int i)
{
    static const double shifts[] = {0.25, 0.0, -0.125, 0.5};

    return shifts[i % CHECK_COUNT(shifts)];
}

static struct grid pooled_grid(const struct grid *in)
{
    return grid_make(in->samples, in->channels, in->height / 2, in->width / 2);
}

enum norm_kind { NORM, NORM_RELU, NORM_RELU_POOL };

/* One channel of a norm without and with ReLU and pool against the twin. */
static void check_norm(struct size size, int i, enum norm_kind kind)
{
    const bool pool = kind == NORM_RELU_POOL;
    const double scale = scale_of(i) * 1.1, shift = shift_of(i) * 0.9;
    const float a = (float)scale, b = (float)shift;
    const int channel = i % CHANNELS, in_border = i % 2, out_border = i % 3;
    struct grid in = filled_grid(CHANNELS, size.height, size.width, random_value);
    struct grid norm = grid_absolute(&in), relu = grid_absolute(&in);
    struct grid out = pool ? pooled_grid(&in) : grid_absolute(&in), bound = grid_absolute(&out);

    twin_affine(&in, (double)a, (double)b, &norm);
    twin_relu(&norm, &relu);
    if (pool)
        twin_max_pool(&relu, &halving, &out);
    else
        memcpy(out.values, (kind == NORM ? norm : relu).values, grid_count(&out) * sizeof(double));
    for (size_t n = 0; n < grid_count(&bound); n++)
        bound.values[n] = fabs(scale) + fabs(shift);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, in_border);
        seal();
        struct map out_map = poison_map(CHANNELS, out.height, out.width, out_border);

        (pool                ? kernels->norm_relu_pool
         : kind == NORM_RELU ? kernels->norm_relu
                             : kernels->norm)(&in_map, channel, a, b, &out_map);
        check_map(&out_map, &out, &bound, FEW_ROUNDINGS, channel, channel + 1);
    }
    grid_fini(&in);
    grid_fini(&norm);
    grid_fini(&relu);
    grid_fini(&out);
    grid_fini(&bound);
}

static void for_each_size(void (*check)(struct size, int, bool), bool pool)
{
    rng_init(&rng, 7, pool);
    for (int i = 0; i < SIZES; i++) {
        struct size size = size_at(i);
        CASE("%dx%d, scale %g, shift %g", size.height, size.width, scale_of(i), shift_of(i));
        check(size, i, pool);
    }
}

static void check_norm_relu(struct size size, int i, bool pool)
{
    check_norm(size, i, pool ? NORM_RELU_POOL : NORM_RELU);
}

static void norm_relu_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_norm_relu, false);
}

static void norm_relu_pool_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_norm_relu, true);
}

static void check_norm_alone(struct size size, int i, bool unused)
{
    (void)unused;
    check_norm(size, i, NORM);
}

static void norm_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_norm_alone, false);
}

static void check_sums(struct size size, int i, bool unused)
{
    const int channel = i % CHANNELS;
    struct grid a = filled_grid(CHANNELS, size.height, size.width, random_value);
    struct grid b = filled_grid(CHANNELS, size.height, size.width, random_value);

    (void)unused;
    for (bool more = first_run(); more; more = next_run()) {
        struct map first = filled_map(&a, i % 2), second = filled_map(&b, i % 3);
        seal();
        float(*sums)[LANES] = (void *)guarded(2 * LANES);
        kernels->sums(&first, &second, channel, sums);
        check_lane_sums(sums, &first, channel, &second, channel);
        kernels->sums(&first, &first, channel, sums);
        check_lane_sums(sums, &first, channel, &first, channel);
    }
    grid_fini(&a);
    grid_fini(&b);
}

static void sums_are_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_sums, false);
}

/* relu_backward or relu_pool_backward of one channel. Coarse inputs have exact norms, so the
 * gradient is exact as well, and equal maxima and norms of exactly zero are frequent. */
static void check_relu_backward(struct size size, int i, bool pool)
{
    const double scale = scale_of(i), shift = shift_of(i);
    const int channel = i % CHANNELS, border = i % 3;
    struct grid in = filled_grid(CHANNELS, size.height, size.width, coarse_value);
    struct grid norm = grid_absolute(&in), relu = grid_absolute(&in), gradient = grid_absolute(&in);
    struct grid spread = grid_absolute(&in);
    struct grid out = filled_grid(CHANNELS, pool ? size.height / 2 : size.height,
                                  pool ? size.width / 2 : size.width, random_value);

    twin_affine(&in, scale, shift, &norm);
    twin_relu(&norm, &relu);
    if (pool)
        twin_max_pool_gradient(&relu, &halving, &out, &spread);
    twin_relu_gradient(&norm, pool ? &spread : &out, &gradient);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, i % 2), out_map = filled_map(&out, (i + 1) % 2);
        seal();
        struct map got = poison_map(CHANNELS, size.height, size.width, border);
        float(*sums)[LANES] = (void *)guarded(2 * LANES);

        (pool ? kernels->relu_pool_backward : kernels->relu_backward)(
            &in_map, channel, (float)scale, (float)shift, &out_map, &got, sums);
        check_lane_sums(sums, &got, channel, &in_map, channel);
        check_map(&got, &gradient, NULL, 0.0, channel, channel + 1);
    }
    grid_fini(&in);
    grid_fini(&norm);
    grid_fini(&relu);
    grid_fini(&gradient);
    grid_fini(&spread);
    grid_fini(&out);
}

static void relu_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_relu_backward, false);
}

static void relu_pool_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_relu_backward, true);
}

/* One 2x2 window in every lane: which of its four values gets the gradient, -1 for none. */
static void check_pool_winner(const double values[4], float scale, float shift, int winner)
{
    struct grid in = grid_make(LANES, 1, 2, 2), out = grid_make(LANES, 1, 1, 1);
    struct grid expected = grid_make(LANES, 1, 2, 2);

    for (int lane = 0; lane < LANES; lane++) {
        memcpy(grid_at(&in, lane, 0, 0, 0), values, 4 * sizeof *values);
        *grid_at(&out, lane, 0, 0, 0) = lane + 1.0;
        if (winner >= 0)
            grid_at(&expected, lane, 0, 0, 0)[winner] = lane + 1.0;
    }
    CASE("window %g %g %g %g", values[0], values[1], values[2], values[3]);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, 0), out_map = filled_map(&out, 0);
        seal();
        struct map got = poison_map(1, 2, 2, 0);
        float(*sums)[LANES] = (void *)guarded(2 * LANES);

        kernels->relu_pool_backward(&in_map, 0, scale, shift, &out_map, &got, sums);
        check_lane_sums(sums, &got, 0, &in_map, 0);
        check_map(&got, &expected, NULL, 0.0, 0, 1);
    }
    grid_fini(&in);
    grid_fini(&out);
    grid_fini(&expected);
}

static void pool_gives_the_gradient_to_the_first_of_equals(void **state)
{
    (void)state;
    check_pool_winner((const double[]){2, 2, 2, 2}, 1.0F, 0.0F, 0);
    check_pool_winner((const double[]){1, 2, 2, 2}, 1.0F, 0.0F, 1);
    check_pool_winner((const double[]){1, 1, 2, 2}, 1.0F, 0.0F, 2);
    check_pool_winner((const double[]){2, 1, 1, 2}, 1.0F, 0.0F, 0);
    check_pool_winner((const double[]){1, 1, 1, 2}, 1.0F, 0.0F, 3);
    check_pool_winner((const double[]){2, 1, 1, 2}, -1.0F, 3.0F, 1);
    check_pool_winner((const double[]){2, 1, 1, 2}, 0.0F, 1.0F, 0);
    check_pool_winner((const double[]){2, 1, 1, 2}, 1.0F, -2.0F, -1); /* the norm is 0, not above */
    check_pool_winner((const double[]){-0.0, 0.0, -0.0, 0.0}, 1.0F, 0.0F, -1);
    check_pool_winner((const double[]){-1, -2, -3, -4}, 1.0F, 0.0F, -1);
}

/* ReLU and the maximum keep NaN wherever it is in the window; infinity, too. */
static void norm_relu_keeps_nan(void **state)
{
    (void)state;
    CASE("ReLU of NaN");
    for (int tap = 0; tap < 4; tap++) {
        for (bool more = first_run(); more; more = next_run()) {
            struct map in = poison_map(1, 2, 2, 0), out = poison_map(1, 2, 2, 0);
            struct map pooled = poison_map(1, 1, 1, 0);
            for (int i = 0; i < 4 * LANES; i++)
                in.data[i] = i / LANES == tap ? (i % 2 == 0 ? NAN : INFINITY) : (float)(i % 5 - 2);
            kernels->norm_relu(&in, 0, 1.0F, 0.0F, &out);
            kernels->norm_relu_pool(&in, 0, 1.0F, 0.0F, &pooled);
            for (int i = 0; i < 4 * LANES; i++) {
                assert_int_equal(!isfinite(out.data[i]), i / LANES == tap);
                assert_int_equal(isnan(out.data[i]), i / LANES == tap && i % 2 == 0);
            }
            for (int lane = 0; lane < LANES; lane++) {
                assert_true(!isfinite(pooled.data[lane]));
                assert_int_equal(isnan(pooled.data[lane]), lane % 2 == 0);
            }
            forget_buffers();
        }
    }
}

/* What is not above zero becomes +0, never -0, whose sign a later division could show. */
static void norm_relu_never_gives_negative_zero(void **state)
{
    static const double values[] = {-0.0, 0.0, -1.0, -1e-30};

    (void)state;
    for (int i = 0; i < CHECK_COUNT(values); i++) {
        struct grid in = grid_make(LANES, 1, 2, 2), out = grid_make(LANES, 1, 2, 2);
        struct grid pooled = grid_make(LANES, 1, 1, 1);
        for (size_t n = 0; n < grid_count(&in); n++)
            in.values[n] = values[i];
        CASE("ReLU of %g", values[i]);
        for (bool more = first_run(); more; more = next_run()) {
            struct map in_map = filled_map(&in, 0), out_map = poison_map(1, 2, 2, 0);
            struct map pooled_map = poison_map(1, 1, 1, 0);
            kernels->norm_relu(&in_map, 0, 1.0F, -0.0F, &out_map);
            kernels->norm_relu_pool(&in_map, 0, 1.0F, -0.0F, &pooled_map);
            for (int lane = 0; lane < LANES; lane++) {
                assert_false(signbit(out_map.data[lane]));
                assert_false(signbit(pooled_map.data[lane]));
            }
            check_map(&out_map, &out, NULL, 0.0, 0, 1);
            check_map(&pooled_map, &pooled, NULL, 0.0, 0, 1);
            forget_buffers();
        }
        grid_fini(&in);
        grid_fini(&out);
        grid_fini(&pooled);
    }
}

static void check_norm_backward(struct size size, int i, bool unused)
{
    const double scale = (double)(float)(scale_of(i) * 1.3);
    const int channel = i % CHANNELS, border = i % 3;
    struct grid in = filled_grid(CHANNELS, size.height, size.width, random_value);
    struct grid before = filled_grid(CHANNELS, size.height, size.width, random_value);
    struct grid after = grid_absolute(&in), bound = grid_absolute(&in);
    double *slope = random_values(LANES), *offset = random_values(LANES);

    (void)unused;
    for (int lane = 0; lane < LANES; lane++) {
        for (int y = 0; y < size.height; y++) {
            for (int x = 0; x < size.width; x++) {
                double g = *grid_at(&before, lane, channel, y, x);
                double z = *grid_at(&in, lane, channel, y, x);
                *grid_at(&after, lane, channel, y, x) = scale * g + slope[lane] * z + offset[lane];
                *grid_at(&bound, lane, channel, y, x) =
                    fabs(scale * g) + fabs(slope[lane] * z) + fabs(offset[lane]);
            }
        }
    }
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, i % 2);
        float *slopes = filled_array(slope, LANES), *offsets = filled_array(offset, LANES);
        seal();
        struct map gradient = poison_map(CHANNELS, size.height, size.width, border);
        for (int y = 0; y < size.height; y++)
            for (int x = 0; x < size.width; x++)
                for (int lane = 0; lane < LANES; lane++)
                    pixel(&gradient, channel, y, x)[lane] =
                        (float)*grid_at(&before, lane, channel, y, x);

        kernels->norm_backward(&in_map, channel, (float)scale, slopes, offsets, &gradient,
                               &gradient);
        check_map(&gradient, &after, &bound, FEW_ROUNDINGS, channel, channel + 1);
    }
    grid_fini(&in);
    grid_fini(&before);
    grid_fini(&after);
    grid_fini(&bound);
    free(slope);
    free(offset);
}

static void norm_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_norm_backward, false);
}

/* Batch norm with its batch's moments, ReLU and perhaps the pool, weighed to a scalar. */
struct norm_scalar {
    struct grid in, norm, relu, out, factor;
    double weight, bias, mean, variance;
    bool pool;
};

static double norm_scalar(void *context)
{
    struct norm_scalar *s = context;

    twin_moments(&s->in, 0, &s->mean, &s->variance);
    twin_norm(&s->in, &s->mean, &s->variance, BATCH_NORM_EPSILON, &s->weight, &s->bias, &s->norm);
    twin_relu(&s->norm, s->pool ? &s->relu : &s->out);
    if (s->pool)
        twin_max_pool(&s->relu, &halving, &s->out);
    return grid_product(&s->out, &s->factor);
}

/* The gradient by the kernels: sums, then slope and offset of batch norm's backward, as net.c has
 * it from "Batch Normalization", section 3. */
static void norm_backward_chain(const struct norm_scalar *s, const struct map *in,
                                const struct map *out_gradient, const struct map *gradient,
                                double *weight_gradient, double *bias_gradient)
{
    const double deviation = sqrt(s->variance + BATCH_NORM_EPSILON), scale = s->weight / deviation;
    const double count = LANES * in->height * in->width;
    float(*sums)[LANES] = (void *)guarded(2 * LANES);
    float *slope = guarded(LANES), *offset = guarded(LANES);
    double total[2] = {0.0, 0.0};

    (s->pool ? kernels->relu_pool_backward : kernels->relu_backward)(
        in, 0, (float)scale, (float)(s->bias - s->mean * scale), out_gradient, gradient, sums);
    for (int lane = 0; lane < LANES; lane++) {
        total[0] += (double)sums[0][lane];
        total[1] += (double)sums[1][lane];
    }
    *bias_gradient = total[0];
    *weight_gradient = (total[1] - s->mean * total[0]) / deviation;
    for (int lane = 0; lane < LANES; lane++) {
        double k = -scale * *weight_gradient / (deviation * count);
        slope[lane] = (float)k;
        offset[lane] = (float)(-scale * total[0] / count - k * s->mean);
    }
    kernels->norm_backward(in, 0, (float)scale, slope, offset, gradient, gradient);
}

static void check_norm_derivatives(bool pool, int height, int width)
{
    struct norm_scalar s = {
        .in = filled_grid(1, height, width, random_value),
        .norm = grid_make(LANES, 1, height, width),
        .relu = grid_make(LANES, 1, height, width),
        .weight = 0.75,
        .bias = 0.125,
        .pool = pool,
    };

    s.out = pool ? pooled_grid(&s.in) : grid_make(LANES, 1, height, width);
    s.factor = filled_grid(1, s.out.height, s.out.width, random_value);
    CASE("derivatives of norm, ReLU%s on %dx%d", pool ? ", pool" : "", height, width);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in = filled_map(&s.in, 0), out = filled_map(&s.factor, 0);
        struct map gradient = poison_map(1, height, width, 1);
        double weight_gradient, bias_gradient;

        norm_scalar(&s);
        norm_backward_chain(&s, &in, &out, &gradient, &weight_gradient, &bias_gradient);
        double slope = derivative(norm_scalar, &s, &s.weight, 1e-6);
        assert_true(fabs(weight_gradient - slope) <= 1e-4);
        slope = derivative(norm_scalar, &s, &s.bias, 1e-6);
        assert_true(fabs(bias_gradient - slope) <= 1e-4);
        for (int i = 0; i < DERIVATIVES; i++) {
            int lane = (int)rng_below(&rng, LANES), y = (int)rng_below(&rng, (uint32_t)height);
            int x = (int)rng_below(&rng, (uint32_t)width);
            slope = derivative(norm_scalar, &s, grid_at(&s.in, lane, 0, y, x), 1e-6);
            assert_true(fabs((double)pixel(&gradient, 0, y, x)[lane] - slope) <= 2e-6);
        }
        forget_buffers();
    }
    grid_fini(&s.in);
    grid_fini(&s.norm);
    grid_fini(&s.relu);
    grid_fini(&s.out);
    grid_fini(&s.factor);
}

static void norm_gradients_are_finite_differences(void **state)
{
    (void)state;
    rng_init(&rng, 8, 0);
    check_norm_derivatives(false, 6, 5);
    check_norm_derivatives(true, 6, 8);
    check_norm_derivatives(true, 7, 5);
}

/* ---- window means ---- */

static struct grid means_grid(const struct grid *in)
{
    return grid_make(in->samples, in->channels, 3, 3);
}

static struct map means_map(void)
{
    return poison_map(CHANNELS, 3, 3, 0);
}

static void check_window_means(int height, int width, int border)
{
    struct grid in = filled_grid(CHANNELS, height, width, random_value), size = grid_absolute(&in);
    struct grid means = means_grid(&in), means_size = means_grid(&in);

    CASE("window means of %dx%d", height, width);
    twin_window_means(&in, &means);
    twin_window_means(&size, &means_size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, border);
        seal();
        struct map got = means_map();
        kernels->window_means(&in_map, got.data);
        check_map(&got, &means, &means_size, LONG_SUM, 0, CHANNELS);
    }
    grid_fini(&in);
    grid_fini(&size);
    grid_fini(&means);
    grid_fini(&means_size);
}

static void check_window_means_backward(int height, int width, int border)
{
    struct grid means = filled_grid(CHANNELS, 3, 3, random_value), size = grid_absolute(&means);
    struct grid in = grid_make(LANES, CHANNELS, height, width), in_size = grid_absolute(&in);

    CASE("gradient of the window means of %dx%d", height, width);
    twin_window_means_gradient(&means, &in);
    twin_window_means_gradient(&size, &in_size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map gradient = filled_map(&means, 0);
        seal();
        struct map got = poison_map(CHANNELS, height, width, border);
        kernels->window_means_backward(gradient.data, &got);
        check_map(&got, &in, &in_size, LONG_SUM, 0, CHANNELS);
    }
    grid_fini(&means);
    grid_fini(&size);
    grid_fini(&in);
    grid_fini(&in_size);
}

static void for_each_window_size(void (*check)(int, int, int))
{
    rng_init(&rng, 9, 0);
    check(10, 10, 0);
    for (int height = 3; height <= 17; height++)
        for (int width = 4; width <= 17; width += 1 + height % 3)
            check(height, width, (height + width) % 3);
}

static void window_means_are_the_textbook_loop(void **state)
{
    (void)state;
    for_each_window_size(check_window_means);
}

static void window_means_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_window_size(check_window_means_backward);
}

/* As narrow as a 3x3 convolution takes: one column of output. */
static void window_means_take_the_narrowest_maps(void **state)
{
    (void)state;
    rng_init(&rng, 10, 0);
    for (int height = 3; height <= 6; height++)
        check_window_means(height, 3, 0);
}

static void window_means_backward_takes_the_narrowest_maps(void **state)
{
    (void)state;
    rng_init(&rng, 10, 1);
    for (int height = 3; height <= 6; height++)
        check_window_means_backward(height, 3, 0);
}

struct means_scalar {
    struct grid in, means, factor;
};

static double means_scalar(void *context)
{
    struct means_scalar *s = context;

    twin_window_means(&s->in, &s->means);
    return grid_product(&s->means, &s->factor);
}

static void window_means_gradient_is_finite_differences(void **state)
{
    struct means_scalar s;

    (void)state;
    rng_init(&rng, 11, 0);
    s.in = filled_grid(CHANNELS, 6, 7, random_value);
    s.means = means_grid(&s.in);
    s.factor = filled_grid(CHANNELS, 3, 3, random_value);
    CASE("derivatives of window means");
    for (bool more = first_run(); more; more = next_run()) {
        struct map gradient = filled_map(&s.factor, 0), got = poison_map(CHANNELS, 6, 7, 0);
        kernels->window_means_backward(gradient.data, &got);
        for (int i = 0; i < DERIVATIVES; i++) {
            int lane = (int)rng_below(&rng, LANES), c = (int)rng_below(&rng, CHANNELS);
            int y = (int)rng_below(&rng, 6), x = (int)rng_below(&rng, 7);
            double slope = derivative(means_scalar, &s, grid_at(&s.in, lane, c, y, x), 1e-2);
            assert_true(fabs((double)pixel(&got, c, y, x)[lane] - slope) <= 1e-6);
        }
        forget_buffers();
    }
    grid_fini(&s.in);
    grid_fini(&s.means);
    grid_fini(&s.factor);
}

/* The identity that merges a convolution with the global average after it. */
static void linear_of_window_means_is_the_averaged_convolution(void **state)
{
    enum { INPUTS = 20, OUTPUTS = 24, SIDE = 10 };
    struct grid in, conv, average, size;

    (void)state;
    rng_init(&rng, 12, 0);
    in = filled_grid(INPUTS, SIDE, SIDE, random_value);
    conv = grid_make(LANES, OUTPUTS, SIDE - 2, SIDE - 2);
    average = grid_make(LANES, OUTPUTS, 1, 1);
    size = grid_make(LANES, OUTPUTS, 1, 1);
    double *weight = random_values(OUTPUTS * INPUTS * 9);
    double *weight_size = absolute_values(weight, OUTPUTS * INPUTS * 9);
    struct grid in_size = grid_absolute(&in);
    twin_conv(&in, &plain, 1, weight, NULL, &conv);
    twin_average(&conv, &average);
    twin_conv(&in_size, &plain, 1, weight_size, NULL, &conv);
    twin_average(&conv, &size);
    CASE("averaged convolution");
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, 0);
        float *weights = filled_array(weight, OUTPUTS * INPUTS * 9);
        struct map out = poison_map(OUTPUTS, 1, 1, 0);
        struct features means = {.data = guarded(INPUTS * 9 * LANES)}, to = {.data = out.data};

        kernels->window_means(&in_map, means.data);
        kernels->linear(&means, weights, NULL, &to, 1, INPUTS * 9, OUTPUTS, 0, OUTPUTS);
        check_map(&out, &average, &size, LONG_SUM, 0, OUTPUTS);
        forget_buffers();
    }
    grid_fini(&in);
    grid_fini(&in_size);
    grid_fini(&conv);
    grid_fini(&average);
    grid_fini(&size);
    free(weight);
    free(weight_size);
}

/* ---- global average ---- */

static void check_average(int height, int width, int border)
{
    struct grid in = filled_grid(CHANNELS, height, width, random_value), size = grid_absolute(&in);
    struct grid average = grid_make(LANES, CHANNELS, 1, 1), average_size = grid_absolute(&average);

    CASE("average of %dx%d", height, width);
    twin_average(&in, &average);
    twin_average(&size, &average_size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, border);
        seal();
        struct map got = poison_map(CHANNELS, 1, 1, 0);
        kernels->average(&in_map, got.data);
        check_map(&got, &average, &average_size, LONG_SUM, 0, CHANNELS);
    }
    grid_fini(&in);
    grid_fini(&size);
    grid_fini(&average);
    grid_fini(&average_size);
}

static void check_average_backward(int height, int width, int border)
{
    struct grid average = filled_grid(CHANNELS, 1, 1, random_value), size = grid_absolute(&average);
    struct grid in = grid_make(LANES, CHANNELS, height, width), in_size = grid_absolute(&in);

    CASE("gradient of the average of %dx%d", height, width);
    twin_average_gradient(&average, &in);
    twin_average_gradient(&size, &in_size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map gradient = filled_map(&average, 0);
        seal();
        struct map got = poison_map(CHANNELS, height, width, border);
        kernels->average_backward(gradient.data, &got);
        check_map(&got, &in, &in_size, FEW_ROUNDINGS, 0, CHANNELS);
    }
    grid_fini(&average);
    grid_fini(&size);
    grid_fini(&in);
    grid_fini(&in_size);
}

/* From a single pixel to more than any model has, with and without a border. */
static void for_each_average_size(void (*check)(int, int, int))
{
    rng_init(&rng, 23, 0);
    for (int height = 1; height <= 14; height++)
        for (int width = 1; width <= 14; width += 1 + height % 3)
            check(height, width, (height + width) % 3);
}

static void average_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_average_size(check_average);
}

static void average_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_average_size(check_average_backward);
}

struct average_scalar {
    struct grid in, average, factor;
};

static double average_scalar(void *context)
{
    struct average_scalar *s = context;

    twin_average(&s->in, &s->average);
    return grid_product(&s->average, &s->factor);
}

static void average_gradient_is_finite_differences(void **state)
{
    enum { HEIGHT = 6, WIDTH = 5 };
    struct average_scalar s;

    (void)state;
    rng_init(&rng, 24, 0);
    s.in = filled_grid(CHANNELS, HEIGHT, WIDTH, random_value);
    s.average = grid_make(LANES, CHANNELS, 1, 1);
    s.factor = filled_grid(CHANNELS, 1, 1, random_value);
    CASE("derivatives of the average");
    for (bool more = first_run(); more; more = next_run()) {
        struct map gradient = filled_map(&s.factor, 0);
        struct map got = poison_map(CHANNELS, HEIGHT, WIDTH, 0);
        kernels->average_backward(gradient.data, &got);
        for (int i = 0; i < DERIVATIVES; i++) {
            int lane = (int)rng_below(&rng, LANES), c = (int)rng_below(&rng, CHANNELS);
            int y = (int)rng_below(&rng, HEIGHT), x = (int)rng_below(&rng, WIDTH);
            double slope = derivative(average_scalar, &s, grid_at(&s.in, lane, c, y, x), 1e-2);
            assert_true(fabs((double)pixel(&got, c, y, x)[lane] - slope) <= 1e-8);
        }
        forget_buffers();
    }
    grid_fini(&s.in);
    grid_fini(&s.average);
    grid_fini(&s.factor);
}

/* ---- lanes are samples: what is in one lane never reaches another ---- */

/* Each runs one kernel from pixels in[..][LANES] to out[..][LANES]; unused ends stay as they
 * are. */
typedef void lanes_operation(const float *in, float *out);

enum { SIDE = 6, PIXELS = SIDE * SIDE, LANES_IN = 2 * PIXELS, LANES_OUT = 4 * PIXELS };

static float lanes_weight[36 * 9]; /* random, the same for all */

static struct map lanes_map(const float *data, int channels, int side)
{
    return map_at((float *)(uintptr_t)data, channels, side, side, 0);
}

static void apply_conv(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE), to = lanes_map(out, 5, SIDE - 2);

    kernels->conv(&plain, &from, 0, lanes_weight, NULL, false, &to, (void *)(out + 100 * LANES), 0,
                  5);
}

static void apply_norm_relu(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE), to = lanes_map(out, 2, SIDE);

    kernels->norm_relu(&from, 0, 0.5F, 0.25F, &to);
    kernels->norm_relu(&from, 1, -0.5F, 0.25F, &to);
}

static void apply_norm_relu_pool(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE), to = lanes_map(out, 2, SIDE / 2);

    kernels->norm_relu_pool(&from, 0, 0.5F, 0.25F, &to);
    kernels->norm_relu_pool(&from, 1, -0.5F, 0.25F, &to);
}

/* The maps' second channel is the gradient of the output. */
static void apply_relu_backward(const float *in, float *out)
{
    struct map value = lanes_map(in, 1, SIDE), gradient = lanes_map(in + PIXELS * LANES, 1, SIDE);
    struct map to = lanes_map(out, 1, SIDE);

    kernels->relu_backward(&value, 0, 0.5F, 0.25F, &gradient, &to,
                           (float(*)[LANES])(out + PIXELS * LANES));
}

static void apply_relu_pool_backward(const float *in, float *out)
{
    struct map value = lanes_map(in, 1, SIDE);
    struct map gradient = lanes_map(in + PIXELS * LANES, 1, SIDE / 2);
    struct map to = lanes_map(out, 1, SIDE);

    kernels->relu_pool_backward(&value, 0, 0.5F, 0.25F, &gradient, &to,
                                (float(*)[LANES])(out + PIXELS * LANES));
}

static void apply_norm_backward(const float *in, float *out)
{
    struct map value = lanes_map(in, 1, SIDE), to = lanes_map(out, 1, SIDE);

    memcpy(out, in + PIXELS * LANES, PIXELS * LANES * sizeof(float));
    kernels->norm_backward(&value, 0, 0.5F, in + PIXELS * LANES, in + (PIXELS + 1) * LANES, &to,
                           &to);
}

static void apply_window_means(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE);

    kernels->window_means(&from, out);
}

static void apply_window_means_backward(const float *in, float *out)
{
    struct map to = lanes_map(out, 2, SIDE);

    kernels->window_means_backward(in, &to);
}

static void apply_average(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE);

    kernels->average(&from, out);
}

static void apply_average_backward(const float *in, float *out)
{
    struct map to = lanes_map(out, 2, SIDE);

    kernels->average_backward(in, &to);
}

static struct features lanes_features(const float *data)
{
    return (struct features){.data = (float *)(uintptr_t)data};
}

static void apply_linear(const float *in, float *out)
{
    struct features from = lanes_features(in), to = lanes_features(out);

    kernels->linear(&from, lanes_weight, lanes_weight, &to, 1, 20, 15, 0, 15);
}

static void apply_linear_inputs(const float *in, float *out)
{
    struct features from = lanes_features(in), to = lanes_features(out);

    kernels->linear_inputs(&from, lanes_weight, &to, 1, 20, 15, 0, 20);
}

static void apply_norm(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE), to = lanes_map(out, 2, SIDE);

    kernels->norm(&from, 0, 0.5F, 0.25F, &to);
    kernels->norm(&from, 1, -0.5F, 0.25F, &to);
}

static void apply_sums(const float *in, float *out)
{
    struct map a = lanes_map(in, 1, SIDE), b = lanes_map(in + PIXELS * LANES, 1, SIDE);

    kernels->sums(&a, &b, 0, (float(*)[LANES])out);
}

static void apply_activations(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE), to = lanes_map(out, 2, SIDE);

    kernels->activate(ACTIVATION_GELU, 0.0F, &from, 0, &to);
    kernels->activate(ACTIVATION_TANH, 0.0F, &from, 1, &to);
}

static void apply_activations_backward(const float *in, float *out)
{
    struct map value = lanes_map(in, 1, SIDE), gradient = lanes_map(in + PIXELS * LANES, 1, SIDE);
    struct map to = lanes_map(out, 1, SIDE);

    kernels->activate_backward(ACTIVATION_SILU, 0.0F, &value, &value, 0, &gradient, &to);
}

static const struct window overlapping = {{3, 3}, {2, 2}, {1, 1}};

static void apply_pools(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE), to = lanes_map(out, 4, SIDE / 2);

    kernels->max_pool(&overlapping, &from, 0, &to);
    kernels->average_pool(&overlapping, false, &from, 1, &to);
    to.data += (size_t)(2 * to.plane * LANES);
    kernels->max_pool(&halving, &from, 0, &to);
    kernels->adaptive_pool(&from, 1, &to);
}

static void apply_pools_backward(const float *in, float *out)
{
    struct map value = lanes_map(in, 1, SIDE);
    struct map gradient = lanes_map(in + PIXELS * LANES, 1, SIDE / 2);

    for (int i = 0; i < 4; i++) {
        struct map to = lanes_map(out + i * PIXELS * LANES, 1, SIDE);
        switch (i) {
        case 0: kernels->max_pool_backward(&overlapping, &value, 0, &gradient, &to); break;
        case 1: kernels->max_pool_backward(&halving, &value, 0, &gradient, &to); break;
        case 2: kernels->average_pool_backward(&overlapping, true, 0, &gradient, &to); break;
        case 3: kernels->adaptive_pool_backward(0, &gradient, &to); break;
        }
    }
}

/* ---- in place ---- */

static void norm_and_relu_work_in_place(void **state)
{
    enum { COUNT = PIXELS * LANES };

    (void)state;
    rng_init(&rng, 25, 0);
    for (bool more = first_run(); more; more = next_run()) {
        float *value = guarded(COUNT), *in = guarded(COUNT), *out = guarded(COUNT);
        float(*sums)[LANES] = (void *)guarded(2 * LANES);
        const struct map v = lanes_map(value, 1, SIDE), a = lanes_map(in, 1, SIDE);
        const struct map b = lanes_map(out, 1, SIDE);
        for (int i = 0; i < COUNT; i++)
            value[i] = (float)random_value();
        for (int kernel = 0; kernel < 3; kernel++) {
            for (int i = 0; i < COUNT; i++)
                in[i] = (float)random_value();
            for (int in_place = 0; in_place < 2; in_place++) {
                const struct map *to = in_place == 1 ? &a : &b;
                switch (kernel) {
                case 0: kernels->norm(&a, 0, 0.5F, 0.25F, to); break;
                case 1: kernels->norm_relu(&a, 0, 0.5F, 0.25F, to); break;
                case 2: kernels->relu_backward(&v, 0, 0.5F, 0.25F, &a, to, sums); break;
                }
            }
            assert_memory_equal(in, out, COUNT * sizeof(float));
        }
        forget_buffers();
    }
}

/* The first place outside the lane where the two differ, -1 for none. */
static int other_lanes_differ(const float *a, const float *b, int lane)
{
    for (int i = 0; i < LANES_OUT * LANES; i++)
        if (i % LANES != lane && memcmp(&a[i], &b[i], sizeof *a) != 0)
            return i;
    return -1;
}

static void check_lanes_apart(lanes_operation *operation)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY, 3e38F, -0.0F};

    rng_init(&rng, 16, 0);
    for (int i = 0; i < CHECK_COUNT(lanes_weight); i++)
        lanes_weight[i] = (float)random_value();
    for (bool more = first_run(); more; more = next_run()) {
        float *in = guarded(LANES_IN * LANES), *clean = guarded(LANES_OUT * LANES);
        float *out = guarded(LANES_OUT * LANES);
        for (int i = 0; i < LANES_IN * LANES; i++)
            in[i] = (float)random_value();
        memset(clean, 0, LANES_OUT * LANES * sizeof(float));
        operation(in, clean);
        for (int i = 0; i < CHECK_COUNT(bad) * LANES; i++) {
            int lane = i % LANES, at = (int)rng_below(&rng, LANES_IN) * LANES + lane;
            float good = in[at];
            memset(out, 0, LANES_OUT * LANES * sizeof(float));
            in[at] = bad[i / LANES];
            operation(in, out);
            in[at] = good;
            int place = other_lanes_differ(clean, out, lane);
            if (place >= 0)
                fail_msg("%s: %g in lane %d changed lane %d of vector %d", kernels->name,
                         (double)bad[i / LANES], lane, place % LANES, place / LANES);
        }
        forget_buffers();
    }
}

#define LANES_TEST(kernel)                                                                         \
    static void kernel##_keeps_lanes_apart(void **state)                                           \
    {                                                                                              \
        (void)state;                                                                               \
        check_lanes_apart(apply_##kernel);                                                         \
    }

LANES_TEST(conv)
LANES_TEST(norm_relu)
LANES_TEST(norm_relu_pool)
LANES_TEST(relu_backward)
LANES_TEST(relu_pool_backward)
LANES_TEST(norm_backward)
LANES_TEST(window_means)
LANES_TEST(window_means_backward)
LANES_TEST(average)
LANES_TEST(average_backward)
LANES_TEST(linear)
LANES_TEST(linear_inputs)
LANES_TEST(norm)
LANES_TEST(sums)
LANES_TEST(activations)
LANES_TEST(activations_backward)
LANES_TEST(pools)
LANES_TEST(pools_backward)

/* ---- tables ---- */

static void every_table_that_runs_here_can_be_selected(void **state)
{
    const struct kernels *built, *fastest = NULL;
    struct error error;
    bool runs;

    (void)state;
    for (int i = 0; (built = kernels_built(i, &runs)) != NULL; i++) {
        error.kind = ERROR_NONE;
        assert_ptr_equal(kernels_select(built->name, &error), runs ? built : NULL);
        assert_int_equal(error.kind, runs ? ERROR_NONE : ERROR_USAGE);
        if (runs)
            fastest = built;
        else
            printf("# %s: this machine cannot run these kernels, so nothing here checks them\n",
                   built->name);
    }
    assert_non_null(fastest);
    assert_ptr_equal(kernels_select("auto", &error), fastest);
    assert_null(kernels_select("abacus", &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.text, "abacus"));
    assert_non_null(strstr(error.text, fastest->name));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_table_that_runs_here_can_be_selected),
    cmocka_unit_test(norm_is_the_textbook_loop),
    cmocka_unit_test(sums_are_the_textbook_loop),
    cmocka_unit_test(norm_relu_is_the_textbook_loop),
    cmocka_unit_test(norm_relu_pool_is_the_textbook_loop),
    cmocka_unit_test(norm_relu_keeps_nan),
    cmocka_unit_test(norm_relu_never_gives_negative_zero),
    cmocka_unit_test(relu_backward_is_the_textbook_loop),
    cmocka_unit_test(relu_pool_backward_is_the_textbook_loop),
    cmocka_unit_test(pool_gives_the_gradient_to_the_first_of_equals),
    cmocka_unit_test(norm_backward_is_the_textbook_loop),
    cmocka_unit_test(norm_gradients_are_finite_differences),
    cmocka_unit_test(window_means_are_the_textbook_loop),
    cmocka_unit_test(window_means_backward_is_the_textbook_loop),
    cmocka_unit_test(window_means_take_the_narrowest_maps),
    cmocka_unit_test(window_means_backward_takes_the_narrowest_maps),
    cmocka_unit_test(window_means_gradient_is_finite_differences),
    cmocka_unit_test(linear_of_window_means_is_the_averaged_convolution),
    cmocka_unit_test(average_is_the_textbook_loop),
    cmocka_unit_test(average_backward_is_the_textbook_loop),
    cmocka_unit_test(average_gradient_is_finite_differences),
    cmocka_unit_test(norm_and_relu_work_in_place),
    cmocka_unit_test(conv_keeps_lanes_apart),
    cmocka_unit_test(norm_relu_keeps_lanes_apart),
    cmocka_unit_test(norm_relu_pool_keeps_lanes_apart),
    cmocka_unit_test(relu_backward_keeps_lanes_apart),
    cmocka_unit_test(relu_pool_backward_keeps_lanes_apart),
    cmocka_unit_test(norm_backward_keeps_lanes_apart),
    cmocka_unit_test(window_means_keeps_lanes_apart),
    cmocka_unit_test(window_means_backward_keeps_lanes_apart),
    cmocka_unit_test(average_keeps_lanes_apart),
    cmocka_unit_test(average_backward_keeps_lanes_apart),
    cmocka_unit_test(linear_keeps_lanes_apart),
    cmocka_unit_test(linear_inputs_keeps_lanes_apart),
    cmocka_unit_test(norm_keeps_lanes_apart),
    cmocka_unit_test(sums_keeps_lanes_apart),
    cmocka_unit_test(activations_keeps_lanes_apart),
    cmocka_unit_test(activations_backward_keeps_lanes_apart),
    cmocka_unit_test(pools_keeps_lanes_apart),
    cmocka_unit_test(pools_backward_keeps_lanes_apart),
};

CHECK_MAIN(tests)
