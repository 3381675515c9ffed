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
    assert_true(insight_init(&insight, model, kernels_select("auto", &error), &data, &error));
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

enum { ALL_STUDIES = (1 << STUDY_COUNT) - 1 };

/* Studies a moment, the selected image or the drawing. */
static void study(long step, unsigned studies, bool drawing)
{
    struct weights *weights = weights_at(step);
    const struct insight_wish wish = {
        .weights = weights, .studies = studies, .drawing = drawing, .neighbours_of = 7};

    insight_settle(&insight, &wish);
    weights_drop(weights);
}

static void change_weights(float by)
{
    struct rng rng;

    rng_init(&rng, 9, 0);
    for (size_t i = 0; i < model->parameter_count; i++)
        state[i] += rng_uniform(&rng, -by, by);
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

/* ---- studies ---- */

static struct evaluator *loaded_with(struct team **team)
{
    *team = team_new(1, &error);
    struct evaluator *evaluator =
        evaluator_new(model, kernels_select("auto", &error), *team, LANES, &error);

    assert_non_null(evaluator);
    evaluator_load(evaluator, state);
    return evaluator;
}

static void studies_find_what_their_modules_compute(void **unused)
{
    struct team *team;
    struct evaluator *evaluator = loaded_with(&team);
    (void)unused;

    browse_go(&insight.browse, 40);
    study(50, ALL_STUDIES, false);
    struct occlusion *occlusion =
        occlusion_new(&data.test, split_image(&data.test, 40), data.test.labels[40], &error);
    while (occlusion_continue(occlusion, evaluator))
        ;
    assert_non_null(insight.inside.occlusion);
    assert_int_equal(insight.inside.occlusion->class, data.test.labels[40]);
    assert_int_equal(insight.inside.occlusion_step, 50);
    assert_memory_equal(insight.inside.occlusion->heat, occlusion->heat,
                        split_pixels(&data.test) * sizeof(float));
    struct projection *projection = projection_new(model, &data.test, &error);
    while (projection_continue(projection, evaluator))
        ;
    assert_non_null(insight.inside.map);
    assert_int_equal(insight.inside.map_step, 50);
    assert_memory_equal(insight.inside.map->points, projection->points,
                        (size_t)projection->count * sizeof *projection->points);
    struct gradients *gradients =
        gradients_new(model, kernels_select("auto", &error), &data.train, &error);
    gradients_begin(gradients, state);
    while (gradients_continue(gradients))
        ;
    assert_non_null(insight.inside.gradients);
    assert_int_equal(insight.inside.gradients_step, 50);
    assert_int_equal(insight.inside.gradients_images, 16);
    assert_memory_equal(insight.inside.gradients, gradients->gradient,
                        model->parameter_count * sizeof(float));
    assert_int_equal(insight.inside.distributions.count, 1);
    assert_int_equal(insight.inside.distributions.columns[0]->step, 50);
    gradients_free(gradients);
    projection_free(projection);
    occlusion_free(occlusion);
    evaluator_free(evaluator);
    team_free(team);
}

static void nothing_is_studied_that_is_not_wanted(void **unused)
{
    (void)unused;
    study(50, 0, false);
    assert_null(insight.inside.occlusion);
    assert_null(insight.inside.map);
    assert_null(insight.inside.gradients);
    assert_int_equal(insight.inside.distributions.count, 0);
    study(50, 1U << STUDY_MAP, false);
    assert_null(insight.inside.occlusion);
    assert_non_null(insight.inside.map);
    assert_null(insight.inside.gradients);
}

static void the_occlusion_is_of_what_is_looked_at(void **unused)
{
    struct weights *weights = weights_at(50);
    struct insight_wish wish = {.weights = weights, .studies = 1U << STUDY_OCCLUSION};
    (void)unused;

    browse_go(&insight.browse, 3);
    insight_settle(&insight, &wish);
    const struct occlusion *first = insight.inside.occlusion;
    assert_non_null(first);
    assert_int_equal(first->class, data.test.labels[3]);
    browse_go(&insight.browse, 4);
    insight_update(&insight, &wish);
    if (insight.inside.occlusion != NULL)
        assert_ptr_not_equal(insight.inside.occlusion, first);
    insight_settle(&insight, &wish);
    assert_int_equal(insight.inside.occlusion->class, data.test.labels[4]);
    wish.drawing = true;
    insight_settle(&insight, &wish); /* the sheet is empty */
    assert_null(insight.inside.occlusion);
    sketch_begin(insight.sketch, SKETCH_PEN, 56.0, 30.0);
    sketch_line(insight.sketch, 56.0, 80.0);
    insight_settle(&insight, &wish);
    assert_non_null(insight.inside.occlusion);
    assert_int_equal(insight.inside.occlusion->class, insight.digit_predictions.predicted[0]);
    assert_memory_equal(insight.inside.occlusion->image, insight.digit, split_pixels(&data.test));
    sketch_line(insight.sketch, 90.0, 80.0);
    insight_settle(&insight, &wish);
    assert_memory_equal(insight.inside.occlusion->image, insight.digit, split_pixels(&data.test));
    sketch_clear(insight.sketch);
    insight_settle(&insight, &wish);
    assert_null(insight.inside.occlusion);
    weights_drop(weights);
}

static void a_map_is_aligned_with_the_one_before(void **unused)
{
    static float before[100][2];
    double moved = 0.0, size = 0.0;
    (void)unused;

    study(50, 1U << STUDY_MAP, false);
    memcpy(before, insight.inside.map->points, sizeof before);
    change_weights(0.001F);
    study(60, 1U << STUDY_MAP, false);
    assert_int_equal(insight.inside.map_step, 60);
    for (int i = 0; i < 100; i++)
        for (int a = 0; a < 2; a++) {
            const double by = (double)(insight.inside.map->points[i][a] - before[i][a]);
            moved += by * by;
            size += (double)before[i][a] * (double)before[i][a];
        }
    assert_true(moved <= 0.05 * size);
}

static void neighbours_are_those_of_the_wanted_image(void **unused)
{
    struct weights *weights = weights_at(50);
    struct insight_wish wish = {
        .weights = weights, .studies = 1U << STUDY_MAP, .neighbours_of = 12};
    uint32_t nearest[INSIDE_NEIGHBOURS];
    float distances[INSIDE_NEIGHBOURS];
    (void)unused;

    insight_settle(&insight, &wish);
    for (int image = 12; image < 100; image += 87) {
        wish.neighbours_of = image;
        insight_settle(&insight, &wish);
        assert_int_equal(insight.inside.neighbours.image, image);
        assert_int_equal(insight.inside.neighbours.count, INSIDE_NEIGHBOURS);
        principal_nearest(&insight.inside.map->principal, image, INSIDE_NEIGHBOURS, nearest,
                          distances);
        assert_memory_equal(insight.inside.neighbours.images, nearest, sizeof nearest);
    }
    wish.neighbours_of = 100;
    insight_settle(&insight, &wish);
    assert_int_equal(insight.inside.neighbours.count, 0);
    weights_drop(weights);
}

static void every_moment_of_the_timeline_gets_a_column(void **unused)
{
    struct timeline timeline = {0};
    struct weights *last = weights_at(300);
    const struct insight_wish wish = {
        .weights = last, .studies = 1U << STUDY_DISTRIBUTIONS, .timeline = &timeline};
    (void)unused;

    for (long step = 0; step < 30; step++) {
        struct weights *weights = weights_at(10 * step);
        timeline_add(&timeline, 10 * step, false, weights);
        weights_drop(weights);
        change_weights(0.01F);
    }
    insight_settle(&insight, &wish);
    assert_int_equal(insight.inside.distributions.count, 31);
    for (int i = 0; i < 31; i++)
        assert_int_equal(insight.inside.distributions.columns[i]->step, 10 * i);
    assert_true(
        distributions_at(&insight.inside.distributions, 30, 0, DISTRIBUTION_WEIGHTS)->count > 0);
    weights_drop(last);
    timeline_fini(&timeline);
}

/* A study goes on with weights that are a little older; else it would never be done. */
static void studies_of_moving_weights_come(void **unused)
{
    (void)unused;
    tear_down(NULL);
    make(3000);
    bool done = false;
    for (long step = 1; !done; step++) {
        struct weights *weights = weights_at(step);
        const struct insight_wish wish = {
            .weights = weights, .moving = true, .studies = ALL_STUDIES, .neighbours_of = 3};
        insight_update(&insight, &wish);
        inference_wait(insight.inference);
        done = insight.inside.map != NULL && insight.inside.occlusion != NULL &&
               insight.inside.gradients != NULL && insight.inside.distributions.count > 0;
        weights_drop(weights);
    }
    assert_int_equal(insight.inside.map->count, PROJECTION_IMAGES);
    study(1000000, ALL_STUDIES, false);
    assert_int_equal(insight.inside.map_step, 1000000);
    assert_int_equal(insight.inside.occlusion_step, 1000000);
    assert_int_equal(insight.inside.gradients_step, 1000000);
}

static void any_network_and_any_data_can_be_studied(void **unused)
{
    static const char *const texts[] = {"softmax", "lenet5", "nofc",
                                        "4 Conv2d(10,3) AdaptiveAvgPool2d(1) Flatten",
                                        "Flatten Linear(8) Dropout ReLU Linear(CLASSES)"};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(texts); i++) {
        tear_down(NULL);
        model_text = texts[i];
        make(50);
        study(10, ALL_STUDIES, false);
        assert_non_null(insight.inside.map);
        assert_non_null(insight.inside.occlusion);
        assert_non_null(insight.inside.gradients);
        assert_int_equal(insight.inside.distributions.count, 1);
        assert_int_equal(insight.error.kind, ERROR_NONE);
    }
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
                                          .drawing = i % 7 == 0,
                                          .moving = i % 13 == 0,
                                          .neighbours_of = i % 200,
                                          .studies = (unsigned)(i / 3 % (ALL_STUDIES + 1))};
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
    wish.studies = ALL_STUDIES;
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    insight_settle(&insight, &wish);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(insight.error.kind, ERROR_SYSTEM);
    assert_int_equal(insight.predictions.count, 0);
    assert_int_equal(insight.past.step, 0);
    assert_null(insight.inside.map);
    assert_null(insight.inside.gradients);
    wish.weights = second;
    wish.drawing = false;
    insight_settle(&insight, &wish);
    assert_int_equal(insight.error.kind, ERROR_NONE);
    assert_int_equal(insight.predictions.count, LANES);
    assert_int_equal(insight.past.step, 20);
    assert_non_null(insight.inside.map);
    assert_non_null(insight.inside.occlusion);
    assert_non_null(insight.inside.gradients);
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
    TEST(studies_find_what_their_modules_compute),
    TEST(nothing_is_studied_that_is_not_wanted),
    TEST(the_occlusion_is_of_what_is_looked_at),
    TEST(a_map_is_aligned_with_the_one_before),
    TEST(neighbours_are_those_of_the_wanted_image),
    TEST(every_moment_of_the_timeline_gets_a_column),
    TEST(studies_of_moving_weights_come),
    TEST(any_network_and_any_data_can_be_studied),
    TEST(the_latest_of_many_wishes_wins),
    TEST(a_wish_does_not_wait_for_the_pass_of_another),
    TEST(missing_memory_is_an_error_and_the_next_wish_tries_again),
};

CHECK_MAIN(tests)
