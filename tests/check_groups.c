/* Sweeps without training: combinations of values, groups of runs, and Welch's t-test. */
#include "check.h"

#include "support/welch.h"
#include "train/grid.h"
#include "train/recipe.h"
#include "train/run_groups.h"

#include <math.h>

static bool is_close(double a, double b)
{
    return fabs(a - b) <= 1e-10 * fmax(fabs(a), fabs(b));
}

/* Closed forms of the distribution with 1, 2 and 4 degrees of freedom: Abramowitz and Stegun,
 * 26.7.3 and 26.7.4. */
static void the_tail_of_t_equals_its_closed_forms(void **unused)
{
    (void)unused;
    for (double t = 0.01; t < 30.0; t *= 1.3) {
        const double pi = acos(-1.0), s = t / sqrt(4.0 + t * t);
        assert_true(is_close(welch_tail(t, 1.0), 2.0 / pi * atan(1.0 / t)));
        assert_true(is_close(welch_tail(-t, 2.0), 2.0 / (2.0 + t * t + t * sqrt(2.0 + t * t))));
        assert_true(fabs(welch_tail(t, 4.0) - (1.0 - s * (1.0 + 2.0 / (4.0 + t * t)))) < 1e-12);
    }
    assert_true(welch_tail(0.0, 3.7) == 1.0 && welch_tail(1e200, 3.0) == 0.0);
}

/* The 97.5 % points of Abramowitz and Stegun, table 26.10. */
static void the_tail_of_t_equals_the_tables(void **unused)
{
    static const double points[][2] = {{3, 3.182},  {5, 2.571},   {10, 2.228},
                                       {30, 2.042}, {120, 1.980}, {1e4, 1.9602}};
    (void)unused;
    for (int i = 0; i < CHECK_COUNT(points); i++)
        assert_true(fabs(welch_tail(points[i][1], points[i][0]) - 0.05) < 1e-4);
}

static void the_test_is_welch_s(void **unused)
{
    const struct sample a = {4, 10.0, 2.0}, b = {9, 13.0, 3.0}, single = {1, 5.0, (double)NAN};
    const struct sample equal = {3, 2.0, 0.0};
    struct welch welch = welch_test(&a, &b);
    (void)unused;

    /* Variances of the means 1 and 1: t = 3 / sqrt(2), df = 4 / (1/3 + 1/8). */
    assert_true(is_close(welch.t, 3.0 / sqrt(2.0)) && is_close(welch.df, 96.0 / 11.0));
    assert_true(welch.p == welch_tail(welch.t, welch.df) && welch.p > 0.05 && welch.p < 0.07);
    assert_true(is_close(welch_test(&b, &a).t, -welch.t));
    assert_true(isnan(welch_test(&a, &single).p) && isnan(welch_test(&single, &a).t));
    assert_true(isnan(welch_test(&equal, &equal).df) && isfinite(welch_test(&equal, &a).p));
}

static void a_grid_has_each_combination(void **unused)
{
    struct grid grid = {0};
    struct error error;
    char text[64];
    (void)unused;

    assert_int_equal(grid_count(&grid), 1);
    assert_true(grid_add(&grid, "model=8 M Conv2d(6,5) , basic", &error));
    assert_true(grid_add(&grid, "normalize=none,0.1\\,0.3,a\\\\b", &error));
    assert_int_equal(grid_count(&grid), 6);
    assert_string_equal(grid_value(&grid, 0, 0), "8 M Conv2d(6,5)");
    assert_string_equal(grid_value(&grid, 5, 0), "basic");
    assert_string_equal(grid_value(&grid, 1, 1), "0.1,0.3");
    assert_string_equal(grid_value(&grid, 5, 1), "a\\b");
    grid_describe(&grid, 3, text, sizeof text);
    assert_string_equal(text, "model=basic,normalize=none");
    grid_describe(&grid, 3, text, 8);
    assert_string_equal(text, "model=b");
    assert_false(grid_add(&grid, "model=x", &error));
    assert_false(grid_add(&grid, "lr=1,", &error));
    assert_false(grid_add(&grid, "lr", &error));
    assert_int_equal(grid.axis_count, 2);
    grid_fini(&grid);
}

enum { RUNS = 6 };

/* Two learning rates with three seeds; with the rate goes a momentum. */
static void groups_differ_in_more_than_the_seed(void **unused)
{
    struct run_summary runs[RUNS] = {0};
    struct settings settings[RUNS];
    const struct settings *all[RUNS];
    struct run_groups groups;
    struct error error;
    char names[RUNS][32];
    (void)unused;

    for (int i = 0; i < RUNS; i++) {
        settings[i] = *recipe_settings(0);
        settings[i].seed = (uint64_t)i / 2;
        settings[i].lr = i % 2 == 0 ? 0.1 : 0.01;
        settings[i].momentum = i % 2 == 0 ? 0.5 : 0.9;
        all[i] = &settings[i];
        snprintf(names[i], sizeof names[i], "a/momentum=%g,seed=%d", settings[i].momentum, i);
        runs[i] = (struct run_summary){.run = names[i],
                                       .model = "basic",
                                       .epochs = 2,
                                       .epochs_done = i < 5 ? 2 : 1,
                                       .best = i,
                                       .final = 2.0 * i,
                                       .seconds = 1.0};
    }
    assert_true(run_groups_init(&groups, runs, all, RUNS, &error));
    assert_int_equal(groups.count, 2);
    assert_int_equal(groups.key_count, 1);
    assert_string_equal(setting_key(settings_at(groups.keys[0])), "momentum");
    assert_int_equal(groups.groups[0].finished, 3);
    assert_int_equal(groups.groups[1].finished, 2);
    assert_int_equal(groups.groups[1].runs, 3);
    assert_true(is_close(groups.groups[0].best.mean, 2.0));
    assert_true(is_close(groups.groups[1].final.mean, 4.0));
    assert_true(isnan(groups.groups[0].best_test.p) && isfinite(groups.groups[1].best_test.p));
    run_groups_fini(&groups);
    settings[4].dropout = 0.5; /* no name says so */
    assert_true(run_groups_init(&groups, runs, all, RUNS, &error));
    assert_int_equal(groups.count, 3);
    assert_int_equal(groups.key_count, 2);
    run_groups_fini(&groups);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_tail_of_t_equals_its_closed_forms),
    cmocka_unit_test(the_tail_of_t_equals_the_tables),
    cmocka_unit_test(the_test_is_welch_s),
    cmocka_unit_test(a_grid_has_each_combination),
    cmocka_unit_test(groups_differ_in_more_than_the_seed),
};

CHECK_MAIN(tests)
