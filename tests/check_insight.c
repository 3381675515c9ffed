/*
 * What the front end computes of a moment: which outcomes a list and the matrix follow from, and
 * when a list or a drawing is looked at anew.
 */
#include "sample_data.h"
#include "sample_model.h"

#include "nn/limits.h"
#include "tui/insight.h"

#include <unistd.h>

static struct insight insight;
static struct dataset data;
static struct model *model;
static float state[MODEL_STATE_MAX];

static int set_up(void **unused)
{
    struct error error;
    struct rng rng;
    (void)unused;

    sample_dataset(&data, 16, 100);
    assert_non_null(model = sample_model("basic"));
    rng_init(&rng, 1, 0);
    model_initialize(model, state, &rng);
    assert_true(insight_init(&insight, model, kernels_select("auto", &error), &data.test, &error));
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    insight_fini(&insight);
    dataset_fini(&data);
    return 0;
}

/* Looks at a moment until there is nothing left to compute. */
static void look(long step, bool past)
{
    const struct insight_wish wish = {
        .state = state, .step = step, .past = past, .outcomes = true, .drawing = true};

    while (insight_update(&insight, &wish))
        usleep(10000);
}

/* What a trainer's test pass would leave behind: everything is taken for a 3. */
static void take_outcomes(long step)
{
    insight.live.step = step;
    for (int i = 0; i < insight.live.count; i++)
        insight.live.predicted[i] = 3;
}

static void a_moment_of_the_past_is_shown_again_after_now_was_looked_at(void **unused)
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

static void a_list_of_another_wish_begins_at_its_first_image(void **unused)
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

static void every_change_of_the_sheet_is_seen(void **unused)
{
    static const uint8_t blank[DATASET_PIXELS];
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(a_moment_of_the_past_is_shown_again_after_now_was_looked_at),
    TEST(a_list_of_another_wish_begins_at_its_first_image),
    TEST(a_list_after_another_test_pass_keeps_its_image),
    TEST(every_change_of_the_sheet_is_seen),
};

CHECK_MAIN(tests)
