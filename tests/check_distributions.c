/* Distributions of weights and gradients: what is counted where, which columns stay, and how they
 * are divided on one axis. */
#include "sample_data.h"
#include "sample_model.h"

#include "support/memory.h"
#include "support/rng.h"
#include "train/distributions.h"

#include <math.h>

static struct model *model;
static struct distributions distributions;
static float *state, *gradient;
static struct error error;

static int set_up(void **unused)
{
    struct rng rng;
    (void)unused;

    assert_non_null(model = sample_model("basic"));
    assert_non_null(state = memory_new(model->state_count, sizeof *state, &error));
    assert_non_null(gradient = memory_new(model->parameter_count, sizeof *gradient, &error));
    rng_init(&rng, 1, 0);
    model_initialize(model, state, &rng);
    for (size_t i = 0; i < model->parameter_count; i++)
        gradient[i] = rng_uniform(&rng, -0.01F, 0.01F);
    distributions = (struct distributions){.model = model};
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    distributions_fini(&distributions);
    free(state);
    free(gradient);
    model_free(model);
    return 0;
}

static void add(long step)
{
    struct distribution_column *column =
        distribution_column_new(model, state, gradient, step, &error);

    assert_non_null(column);
    distributions_add(&distributions, column);
}

static void values_are_counted_in_their_bins(void **unused)
{
    static const float values[] = {0.0F, 0.5F, -0.5F, 1.0F, -1.0F, 3.99F, -4.0F, 4.0F, NAN, -9.0F};
    struct distribution distribution;
    (void)unused;

    distribution_measure(&distribution, values, 6); /* root mean square about 1.7: scale 8 */
    assert_true(distribution.scale == 8.0F);
    assert_int_equal(distribution.beyond, 0);
    assert_int_equal(distribution.bins[32], 1);      /* [0, 0.25) */
    assert_int_equal(distribution.bins[34], 1);      /* 0.5 */
    assert_int_equal(distribution.bins[30], 1);      /* -0.5 */
    assert_int_equal(distribution.bins[32 + 15], 1); /* 3.99 */
    assert_true(distribution.largest == 3.99F);
    const double mean = 3.99 / 6.0, squares = (2.5 + 3.99 * 3.99) / 6.0;
    assert_true(fabs((double)distribution.deviation - sqrt(squares - mean * mean)) <= 1e-6);
    distribution_measure(&distribution, values, 10);
    uint32_t sum = distribution.beyond;
    for (int b = 0; b < DISTRIBUTION_BINS; b++)
        sum += distribution.bins[b];
    assert_int_equal(sum, 10);
    assert_int_equal(distribution.count, 10);
    assert_int_equal(distribution.beyond, 1); /* the NaN */
    assert_true(distribution.largest == 9.0F);
}

/* One value in a thousand is 100 times as large as the others. */
static void values_far_out_are_beyond(void **unused)
{
    float values[1000];
    struct distribution distribution;
    (void)unused;

    for (int i = 0; i < 1000; i++)
        values[i] = i % 2 == 0 ? 0.01F : -0.01F;
    values[7] = 1.0F; /* root mean square 0.033: scale between 0.13 and 0.27 */
    distribution_measure(&distribution, values, 1000);
    assert_int_equal(distribution.beyond, 1);
    assert_true(distribution.scale == 0.25F);
}

static void extreme_values_do_no_harm(void **unused)
{
    static const float values[][4] = {{0.0F, 0.0F, 0.0F, 0.0F},
                                      {NAN, INFINITY, -INFINITY, NAN},
                                      {3e38F, -3e38F, 3e38F, 1.0F},
                                      {1e-45F, -1e-45F, 1e-45F, 0.0F}};
    double shares[24];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(values); i++) {
        struct distribution distribution;
        distribution_measure(&distribution, values[i], 4);
        assert_true(isfinite(distribution.scale) && distribution.scale > 0.0F);
        uint32_t sum = distribution.beyond;
        for (int b = 0; b < DISTRIBUTION_BINS; b++)
            sum += distribution.bins[b];
        assert_int_equal(sum, 4);
        const double beyond = distribution_rows(&distribution, 1.0F, 24, shares);
        assert_true(beyond >= 0.0 && beyond <= 1.0);
    }
}

static void rows_have_all_values_or_say_what_lies_beyond(void **unused)
{
    static const float axes[] = {0.01F, 0.07F, 0.3F, 1.0F, 20.0F};
    float values[5000];
    double shares[24];
    struct distribution distribution;
    struct rng rng;
    (void)unused;

    rng_init(&rng, 2, 0);
    for (int i = 0; i < 5000; i++) {
        values[i] = 0.0F;
        for (int k = 0; k < 6; k++)
            values[i] += rng_uniform(&rng, -0.1F, 0.1F);
    }
    distribution_measure(&distribution, values, 5000);
    for (int a = 0; a < CHECK_COUNT(axes); a++) {
        const double beyond = distribution_rows(&distribution, axes[a], 24, shares);
        double sum = beyond, inside[24] = {0.0};
        for (int i = 0; i < 5000; i++) {
            const int row = (int)floor(((double)values[i] / (double)axes[a] + 1.0) * 12.0);
            if (row >= 0 && row < 24)
                inside[row] += 1.0 / 5000.0;
        }
        for (int row = 0; row < 24; row++) {
            sum += shares[row];
            assert_true(fabs(shares[row] - inside[row]) <= 0.03);
        }
        assert_true(fabs(sum - 1.0) <= 1e-9);
    }
}

/* An axis with the same bins as the distribution: nothing is divided. */
static void rows_like_the_bins_are_the_bins(void **unused)
{
    static const float values[] = {0.1F, 0.9F, -0.9F, 0.1F, 0.5F};
    double shares[DISTRIBUTION_BINS];
    struct distribution distribution;
    (void)unused;

    distribution_measure(&distribution, values, 5);
    assert_true(distribution_rows(&distribution, distribution.scale, DISTRIBUTION_BINS, shares) <=
                1e-12);
    for (int b = 0; b < DISTRIBUTION_BINS; b++)
        assert_true(fabs(shares[b] - distribution.bins[b] / 5.0) <= 1e-12);
}

static void a_column_has_all_parameters_of_each_layer(void **unused)
{
    (void)unused;
    add(10);
    for (int l = 0; l < model->layer_count; l++) {
        const struct layer *layer = &model->layers[l];
        if (layer->parameter_count == 0)
            continue;
        const float *weights = state + model->tensors[layer->first_tensor].offset;
        const struct distribution *w = distributions_at(&distributions, 0, l, DISTRIBUTION_WEIGHTS);
        const struct distribution *g =
            distributions_at(&distributions, 0, l, DISTRIBUTION_GRADIENTS);
        float largest = 0.0F;
        for (size_t i = 0; i < layer->parameter_count; i++)
            largest = fmaxf(largest, fabsf(weights[i]));
        assert_int_equal(w->count, layer->parameter_count);
        assert_int_equal(g->count, layer->parameter_count);
        assert_true(w->largest == largest);
        assert_true(g->largest <= 0.01F && g->largest > 0.0F);
    }
}

static void columns_are_in_order_and_have_each_step_once(void **unused)
{
    static const long steps[] = {50, 10, 90, 10, 30, 90, 70};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(steps); i++)
        add(steps[i]);
    assert_int_equal(distributions.count, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(distributions.columns[i]->step, 10 + 20 * i);
}

/* Ten times as many moments as there is room for. */
static void columns_that_stay_are_spread_evenly(void **unused)
{
    (void)unused;
    for (long step = 0; step < 10 * DISTRIBUTIONS_COLUMNS; step++)
        add(3 * step);
    assert_int_equal(distributions.count, DISTRIBUTIONS_COLUMNS);
    assert_int_equal(distributions.columns[0]->step, 0);
    const long last = 3 * (10 * DISTRIBUTIONS_COLUMNS - 1);
    assert_int_equal(distributions.columns[DISTRIBUTIONS_COLUMNS - 1]->step, last);
    for (int i = 1; i < DISTRIBUTIONS_COLUMNS; i++) {
        const long gap = distributions.columns[i]->step - distributions.columns[i - 1]->step;
        assert_in_range(gap, 3, 3 * last / DISTRIBUTIONS_COLUMNS);
    }
}

static void the_axis_holds_the_wanted_share(void **unused)
{
    double shares[24], left = 0.0;
    (void)unused;

    assert_true(distributions_axis(&distributions, 0, DISTRIBUTION_WEIGHTS, 0.99) == 0.0F);
    for (int i = 0; i < 5; i++) {
        for (size_t p = 0; p < model->parameter_count; p++)
            state[p] *= 1.5F;
        add(i);
    }
    const float axis = distributions_axis(&distributions, 0, DISTRIBUTION_WEIGHTS, 0.9);
    for (int c = 0; c < 5; c++)
        left += distribution_rows(distributions_at(&distributions, c, 0, DISTRIBUTION_WEIGHTS),
                                  axis, 24, shares) /
                5.0;
    assert_true(left <= 0.1 && left >= 0.02);
    assert_true(distributions_axis(&distributions, 0, DISTRIBUTION_WEIGHTS, 0.5) < axis);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(values_are_counted_in_their_bins),
    TEST(values_far_out_are_beyond),
    TEST(extreme_values_do_no_harm),
    TEST(rows_have_all_values_or_say_what_lies_beyond),
    TEST(rows_like_the_bins_are_the_bins),
    TEST(a_column_has_all_parameters_of_each_layer),
    TEST(columns_are_in_order_and_have_each_step_once),
    TEST(columns_that_stay_are_spread_evenly),
    TEST(the_axis_holds_the_wanted_share),
};

CHECK_MAIN(tests)
