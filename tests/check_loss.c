/* The loss of one block, with and without label smoothing, against the twin's plain formulas. */
#include "check.h"
#include "twin.h"

#include "nn/loss.h"
#include "support/rng.h"

#include <math.h>

enum { CLASSES = 10 };

static const double logit_scales[] = {0.01, 1.0, 30.0, 1e3, 3e38};
static const double smoothings[] = {0.0, 0.1, 0.75};

static struct rng rng;

/* Random logits up to +-`most` for all lanes, as a grid and as vectors. */
static struct grid random_logits(float *logits, int classes, double most)
{
    struct grid grid = grid_make(LANES, classes, 1, 1);

    for (int k = 0; k < classes; k++) {
        for (int lane = 0; lane < LANES; lane++) {
            logits[k * LANES + lane] = (float)(most * (double)rng_uniform(&rng, -1.0F, 1.0F));
            *grid_at(&grid, lane, k, 0, 0) = (double)logits[k * LANES + lane];
        }
    }
    return grid;
}

static void random_labels(uint8_t labels[LANES], int classes)
{
    for (int lane = 0; lane < LANES; lane++)
        labels[lane] = (uint8_t)rng_below(&rng, (uint32_t)classes);
}

/* The i-th case of the tests below. */
struct loss_case {
    int classes, count;
    double scale, smoothing;
};

enum { CASES = CHECK_COUNT(logit_scales) * CHECK_COUNT(smoothings) * LANES };

static struct loss_case case_at(int i)
{
    return (struct loss_case){
        .classes = 2 + i % (CLASSES - 1),
        .count = 1 + i % LANES,
        .scale = logit_scales[i / LANES % CHECK_COUNT(logit_scales)],
        .smoothing = smoothings[i / LANES / CHECK_COUNT(logit_scales)],
    };
}

static void loss_is_the_cross_entropy_with_the_smoothed_label(void **state)
{
    float logits[CLASSES * LANES];

    (void)state;
    rng_init(&rng, 18, 0);
    for (int i = 0; i < CASES; i++) {
        const struct loss_case at = case_at(i);
        struct grid grid = random_logits(logits, at.classes, at.scale);
        double losses[LANES];
        uint8_t labels[LANES], predictions[LANES];
        random_labels(labels, at.classes);
        for (int lane = 0; lane < LANES; lane++) {
            losses[lane] = -1.0;
            predictions[lane] = 99;
        }
        loss_forward(logits, at.classes, labels, at.count, at.smoothing, losses, predictions);
        for (int lane = 0; lane < LANES; lane++) {
            double expected =
                lane < at.count ? twin_loss(&grid, lane, labels[lane], at.smoothing) : -1.0;
            assert_true(fabs(losses[lane] - expected) <= 1e-12 * fmax(1.0, fabs(expected)));
            assert_int_equal(predictions[lane] == 99, lane >= at.count);
            for (int k = 0; lane < at.count && k < at.classes; k++)
                assert_true(logits[k * LANES + lane] <= logits[predictions[lane] * LANES + lane]);
        }
        grid_fini(&grid);
    }
}

/* An example: with two classes, s = 0.2 and logits 0 and 2 the target is 0.1 and 0.9, and the loss
 * is log(1 + e^2) - 0.9 * 2. */
static void smoothed_loss_of_an_example(void **state)
{
    float logits[2 * LANES] = {0}, gradient[2 * LANES];
    uint8_t labels[LANES] = {1}, predictions[LANES];
    double losses[LANES];

    (void)state;
    logits[LANES] = 2.0F;
    loss_forward(logits, 2, labels, 1, 0.2, losses, predictions);
    loss_backward(logits, 2, labels, 1, 0.2, 1.0, gradient);
    assert_true(fabs(losses[0] - (log(1.0 + exp(2.0)) - 1.8)) <= 1e-15);
    assert_int_equal(predictions[0], 1);
    assert_true(fabs((double)gradient[LANES] - (1.0 / (1.0 + exp(-2.0)) - 0.9)) <= 1e-8);
    assert_true(fabs((double)gradient[0] + (double)gradient[LANES]) <= 1e-8);
}

static void loss_predicts_the_first_of_equals(void **state)
{
    float logits[CLASSES * LANES] = {0};
    double losses[LANES];
    uint8_t labels[LANES] = {0}, predictions[LANES];

    (void)state;
    for (int lane = 0; lane < LANES; lane++)
        for (int k = lane % CLASSES; k < CLASSES; k += 3)
            logits[k * LANES + lane] = 1.0F;
    loss_forward(logits, CLASSES, labels, LANES, 0.0, losses, predictions);
    for (int lane = 0; lane < LANES; lane++)
        assert_int_equal(predictions[lane], lane % CLASSES);
}

static void the_class_that_came_second_is_the_largest_of_the_others(void **state)
{
    float logits[CLASSES * LANES];

    (void)state;
    rng_init(&rng, 20, 0);
    struct grid grid = random_logits(logits, CLASSES, 2.0);
    for (int lane = 0; lane < LANES; lane++)
        for (int first = 0; first < CLASSES; first++) {
            const int second = loss_second(logits, CLASSES, lane, first);
            assert_in_range(second, 0, CLASSES - 1);
            assert_int_not_equal(second, first);
            for (int k = 0; k < CLASSES; k++)
                assert_true(k == first ||
                            logits[k * LANES + lane] <= logits[second * LANES + lane]);
        }
    grid_fini(&grid);
}

/* A confident correct prediction costs nothing, a confident wrong one the whole difference; nothing
 * overflows. */
static void loss_does_not_overflow_for_the_largest_logits(void **state)
{
    float logits[CLASSES * LANES];
    double losses[LANES];
    uint8_t labels[LANES], predictions[LANES];

    (void)state;
    for (int i = 0; i < CLASSES * LANES; i++)
        logits[i] = -3e38F;
    for (int lane = 0; lane < LANES; lane++) {
        logits[3 * LANES + lane] = 3e38F;
        labels[lane] = lane % 2 == 0 ? 3 : 4;
    }
    loss_forward(logits, CLASSES, labels, LANES, 0.0, losses, predictions);
    for (int lane = 0; lane < LANES; lane++)
        assert_true(losses[lane] == (lane % 2 == 0 ? 0.0 : 2.0 * (double)3e38F));
}

/* Training detects divergence by this. */
static void loss_of_logits_that_are_not_finite_is_not_finite(void **state)
{
    static const float bad[] = {NAN, INFINITY};
    float logits[CLASSES * LANES];
    double losses[LANES];
    uint8_t labels[LANES], predictions[LANES];

    (void)state;
    rng_init(&rng, 19, 0);
    for (int i = 0; i < CHECK_COUNT(bad); i++) {
        for (int k = 0; k < CLASSES; k++) {
            struct grid grid = random_logits(logits, CLASSES, 2.0);
            for (int lane = 0; lane < LANES; lane++)
                labels[lane] = (uint8_t)(lane % CLASSES);
            logits[k * LANES + 7] = bad[i];
            loss_forward(logits, CLASSES, labels, LANES, 0.0, losses, predictions);
            for (int lane = 0; lane < LANES; lane++)
                assert_int_equal(!isfinite(losses[lane]), lane == 7);
            grid_fini(&grid);
        }
    }
}

static void loss_gradient_is_softmax_less_target(void **state)
{
    float logits[CLASSES * LANES], gradient[CLASSES * LANES];

    (void)state;
    rng_init(&rng, 20, 0);
    for (int i = 0; i < CASES; i++) {
        const struct loss_case at = case_at(i);
        struct grid grid = random_logits(logits, at.classes, at.scale);
        struct grid expected = grid_absolute(&grid);
        uint8_t labels[LANES];
        random_labels(labels, at.classes);
        twin_loss_gradient(&grid, labels, at.smoothing, 1.0 / 37.0, &expected);
        memset(gradient, 0xff, sizeof gradient);
        loss_backward(logits, at.classes, labels, at.count, at.smoothing, 1.0 / 37.0, gradient);
        for (int k = 0; k < at.classes; k++) {
            for (int lane = 0; lane < LANES; lane++) {
                double e = lane < at.count ? *grid_at(&expected, lane, k, 0, 0) : 0.0;
                float got = gradient[k * LANES + lane];
                assert_true(fabs((double)got - e) <= 1e-7 * fabs(e) + 1e-16);
                assert_true(lane < at.count || (got == 0.0F && !signbit(got)));
            }
        }
        grid_fini(&grid);
        grid_fini(&expected);
    }
}

static double mean_loss(const struct grid *logits, const uint8_t *labels, double smoothing)
{
    double sum = 0.0;

    for (int lane = 0; lane < LANES; lane++)
        sum += twin_loss(logits, lane, labels[lane], smoothing);
    return sum / LANES;
}

static void loss_gradient_equals_finite_differences(void **state)
{
    const double step = 1e-4;
    float logits[CLASSES * LANES], gradient[CLASSES * LANES];
    uint8_t labels[LANES];

    (void)state;
    rng_init(&rng, 21, 0);
    for (int s = 0; s < CHECK_COUNT(smoothings); s++) {
        struct grid grid = random_logits(logits, CLASSES, 4.0);
        random_labels(labels, CLASSES);
        loss_backward(logits, CLASSES, labels, LANES, smoothings[s], 1.0 / LANES, gradient);
        for (int i = 0; i < CLASSES * LANES; i++) {
            double *x = grid_at(&grid, i % LANES, i / LANES, 0, 0), at = *x;
            *x = at + step;
            double above = mean_loss(&grid, labels, smoothings[s]);
            *x = at - step;
            double below = mean_loss(&grid, labels, smoothings[s]);
            *x = at;
            assert_true(fabs((double)gradient[i] - (above - below) / (2.0 * step)) <= 1e-8);
        }
        grid_fini(&grid);
    }
}

static void softmax_is_a_distribution(void **state)
{
    float logits[CLASSES * LANES], probabilities[CLASSES];

    (void)state;
    rng_init(&rng, 22, 0);
    for (int i = 0; i < CHECK_COUNT(logit_scales) * LANES; i++) {
        struct grid grid = random_logits(logits, CLASSES, logit_scales[i / LANES]);
        double sum = 0.0;
        loss_softmax(logits, CLASSES, i % LANES, probabilities);
        for (int k = 0; k < CLASSES; k++) {
            double expected = exp(-twin_loss(&grid, i % LANES, k, 0.0));
            assert_true(fabs((double)probabilities[k] - expected) <= 1e-7 * expected + 1e-37);
            sum += (double)probabilities[k];
        }
        assert_true(fabs(sum - 1.0) <= 1e-6);
        grid_fini(&grid);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(loss_is_the_cross_entropy_with_the_smoothed_label),
    cmocka_unit_test(smoothed_loss_of_an_example),
    cmocka_unit_test(loss_predicts_the_first_of_equals),
    cmocka_unit_test(the_class_that_came_second_is_the_largest_of_the_others),
    cmocka_unit_test(loss_does_not_overflow_for_the_largest_logits),
    cmocka_unit_test(loss_of_logits_that_are_not_finite_is_not_finite),
    cmocka_unit_test(loss_gradient_is_softmax_less_target),
    cmocka_unit_test(loss_gradient_equals_finite_differences),
    cmocka_unit_test(softmax_is_a_distribution),
};

CHECK_MAIN(tests)
