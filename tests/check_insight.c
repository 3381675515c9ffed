/*
 * What the front end computes for a moment: whose outcomes the list and the confusion matrix show,
 * and when an image or a drawing is classified again.
 */
#include "sample_data.h"
#include "sample_model.h"

#include "support/memory.h"
#include "support/signals.h"
#include "tui/insight.h"

#include <sys/resource.h>

static struct insight insight;
static struct dataset data;
static struct error error;
static struct model *model;
static const char *model_text; /* of the network */
static float *state;

static void make(int tests)
{
    struct rng rng;

    sample_dataset(&data, 16, tests);
    assert_non_null(model = sample_model(model_text));
    state = memory_new(model->state_count, sizeof *state, &error);
    assert_non_null(state);
    rng_init(&rng, 1, 0);
    model_initialize(model, state, &rng);
    assert_true(insight_init(&insight, model, kernels_select("auto", &error), &data.test, &error));
}

static int set_up(void **unused)
{
    (void)unused;
    model_text = "basic";
    make(100);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    insight_fini(&insight);
    free(state);
    model_free(model);
    dataset_fini(&data);
    return 0;
}

/* The weights as they are after so many batches. */
static struct weights *weights_at(long step)
{
    struct weights *weights = weights_new(model, state, NULL, step, &error);

    assert_non_null(weights);
    return weights;
}

/* Computes everything for a moment. */
static void look(long step, bool past)
{
    struct weights *weights = weights_at(step);
    const struct insight_wish wish = {
        .weights = weights, .past = past, .outcomes = true, .drawing = true, .activations = true};

    insight_settle(&insight, &wish);
    weights_drop(weights);
}

/* The outcomes that a trainer's test pass could leave: every image is read as a 3. */
static void take_outcomes(long step)
{
    insight.live.step = step;
    for (int i = 0; i < insight.live.count; i++)
        insight.live.predicted[i] = 3;
}

static void replay_shows_a_moment_again_after_the_present_was_shown(void **unused)
{
    struct confusion past;
    (void)unused;

    take_outcomes(50);
    look(20, true);
    past = insight.confusion;
    assert_int_equal(past.step, 20);
    look(60, false);
    assert_int_equal(insight.confusion.step, 50);
    look(20, true);
    assert_memory_equal(&insight.confusion, &past, sizeof past);
}

static void a_list_with_another_filter_begins_at_its_first_image(void **unused)
{
    (void)unused;

    take_outcomes(50);
    look(50, false);
    browse_go(&insight.browse, 70);
    insight.browse.filter = BROWSE_MISTAKES;
    insight_list(&insight);
    assert_int_equal(insight.browse.position, 0);
    for (int i = 0; i < insight.browse.count; i++)
        assert_int_not_equal(data.test.labels[insight.browse.entries[i].image], 3);
}

static void a_list_after_another_test_pass_keeps_its_image(void **unused)
{
    (void)unused;

    take_outcomes(50);
    insight.browse.worst_first = true;
    look(50, false);
    browse_go(&insight.browse, 7);
    const int image = insight.browse.image;
    take_outcomes(100);
    look(100, false);
    assert_int_equal(insight.confusion.step, 100);
    assert_int_equal(insight.browse.image, image);
}

static void every_change_of_the_drawing_is_classified(void **unused)
{
    static const uint8_t blank[(MNIST_SIDE * MNIST_SIDE)];
    (void)unused;

    look(50, false);
    sketch_begin(insight.sketch, SKETCH_PEN, 56.0, 30.0);
    sketch_line(insight.sketch, 56.0, 80.0);
    look(50, false);
    assert_memory_not_equal(insight.digit, blank, sizeof blank);
    assert_true(sketch_undo(insight.sketch));
    look(50, false);
    assert_memory_equal(insight.digit, blank, sizeof blank);
}

static void what_is_looked_at_is_what_the_weights_say(void **unused)
{
    struct predictions expected;
    (void)unused;

    browse_go(&insight.browse, 40);
    look(50, false);
    assert_int_equal(insight.predictions.count, LANES);
    struct team *team = team_new(1, &error);
    struct evaluator *evaluator =
        evaluator_new(model, kernels_select("auto", &error), team, LANES, &error);
    assert_non_null(evaluator);
    evaluator_load(evaluator, state);
    predictions_make(&expected, evaluator, &data.test, insight.predictions.images, LANES);
    assert_int_equal(insight.predictions.images[0], 40);
    assert_memory_equal(insight.predictions.losses, expected.losses, sizeof expected.losses);
    assert_memory_equal(insight.predictions.probabilities, expected.probabilities,
                        LANES * MNIST_CLASSES * sizeof(float));
    evaluator_free(evaluator);
    team_free(team);
}

/* Whatever is asked for and not waited for, what is there in the end is of the last moment. */
static void the_latest_of_many_wishes_wins(void **unused)
{
    struct weights *moments[8];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(moments); i++)
        moments[i] = weights_at(10 * (i + 1));
    for (int i = 0; i < 2000; i++) {
        const struct insight_wish wish = {.weights = moments[i * 5 % CHECK_COUNT(moments)],
                                          .past = i % 3 > 0,
                                          .outcomes = i % 2 == 0,
                                          .activations = i % 5 > 0,
                                          .drawing = i % 7 == 0};
        browse_go(&insight.browse, i % 100);
        if (i % 11 == 0)
            sketch_begin(insight.sketch, SKETCH_PEN, i % 100, 50.0);
        insight_update(&insight, &wish);
        if (insight.predictions.count > 0)
            assert_in_range(insight.predictions.predicted[0], 0, MNIST_CLASSES - 1);
    }
    look(20, true);
    assert_int_equal(insight.confusion.step, 20);
    assert_int_equal(insight.predictions.images[0], insight.browse.image);
    assert_int_equal(insight.error.kind, ERROR_NONE);
    for (int i = 0; i < CHECK_COUNT(moments); i++)
        weights_drop(moments[i]);
}

static void a_wish_does_not_wait_for_the_pass_of_another(void **unused)
{
    struct weights *first = weights_at(10), *second = weights_at(20);
    struct insight_wish wish = {.weights = first, .past = true, .outcomes = true};
    (void)unused;

    tear_down(NULL);
    make(20000);
    insight_update(&insight, &wish);
    browse_go(&insight.browse, 3);
    while (insight.predictions.count == 0 || insight.predictions.images[0] != 3)
        insight_update(&insight, &wish);
    wish.weights = second;
    wish.outcomes = false;
    insight_settle(&insight, &wish);
    assert_int_not_equal(insight.past.step, 20);
    weights_drop(first);
    weights_drop(second);
}

/* A block of maps takes some 100 MB, for which no room can be left in the heap. */
static void missing_memory_is_an_error_and_the_next_wish_tries_again(void **unused)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)unused;
    printf("# not with sanitizers, which need address space of their own\n");
#else
    struct rlimit before, none;
    (void)unused;

    tear_down(NULL);
    model_text = "Conv2d(3000, 5) ReLU AdaptiveAvgPool2d(1) Linear(10)";
    make(100);
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    none = before;
    none.rlim_cur = 1 << 20;
    struct weights *first = weights_at(10), *second = weights_at(20);
    struct insight_wish wish = {.weights = first, .past = true, .outcomes = true};
    wish.activations = wish.drawing = true;
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    insight_settle(&insight, &wish);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(insight.error.kind, ERROR_SYSTEM);
    assert_int_equal(insight.predictions.count, 0);
    assert_int_equal(insight.past.step, 0);
    wish.weights = second;
    insight_settle(&insight, &wish);
    assert_int_equal(insight.error.kind, ERROR_NONE);
    assert_int_equal(insight.predictions.count, LANES);
    assert_int_equal(insight.past.step, 20);
    weights_drop(first);
    weights_drop(second);
#endif
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(replay_shows_a_moment_again_after_the_present_was_shown),
    TEST(a_list_with_another_filter_begins_at_its_first_image),
    TEST(a_list_after_another_test_pass_keeps_its_image),
    TEST(every_change_of_the_drawing_is_classified),
    TEST(what_is_looked_at_is_what_the_weights_say),
    TEST(the_latest_of_many_wishes_wins),
    TEST(a_wish_does_not_wait_for_the_pass_of_another),
    TEST(missing_memory_is_an_error_and_the_next_wish_tries_again),
};

CHECK_MAIN(tests)
