/*
 * Keys on frames made by hand: views, panes, plots, the past; events in words; the timeline.
 */
#include "sample_data.h"

#include "tui/navigate.h"
#include "tui/screen.h"

#include <math.h>

static struct snapshot snapshot;
static struct dataset data;
static struct model model;
static struct predictions predictions;
static struct events events;
static struct timeline timeline;
static struct frame frame;
static char message[NAVIGATE_MESSAGE];

static int set_up(void **unused)
{
    struct error error;
    (void)unused;

    sample_dataset(&data, 16, 100);
    assert_true(model_init(&model, "basic", &error));
    assert_true(timeline_init(&timeline, model.state_count, &error));
    snapshot = (struct snapshot){.epochs = 10, .batches = 100, .step = 0};
    events = (struct events){0};
    frame = (struct frame){.snapshot = &snapshot,
                           .model = &model,
                           .test = &data.test,
                           .predictions = &predictions,
                           .events = &events,
                           .timeline = &timeline,
                           .crosshair = -1.0,
                           .smoothing = 0.9};
    navigate_open(&frame, VIEW_OVERVIEW);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    dataset_fini(&data);
    timeline_fini(&timeline);
    return 0;
}

static void press(enum key_action action)
{
    assert_true(navigate(&frame, action, 80, 24, message));
}

static void tab_goes_round_the_panes_on_the_screen(void **unused)
{
    static const enum pane order[] = {PANE_ACCURACY, PANE_MODEL, PANE_SAMPLES, PANE_LOSS};
    (void)unused;

    assert_int_equal(frame.focus, PANE_LOSS);
    for (int i = 0; i < CHECK_COUNT(order); i++) {
        press(KEY_NEXT_PANE);
        assert_int_equal(frame.focus, order[i]);
    }
    press(KEY_PREVIOUS_PANE);
    assert_int_equal(frame.focus, PANE_SAMPLES);
}

static void where_one_pane_is_shown_tab_goes_through_all_of_the_view(void **unused)
{
    bool seen[PANE_COUNT] = {false};
    (void)unused;

    for (int i = 0; i < PANE_COUNT; i++) {
        assert_true(navigate(&frame, KEY_NEXT_PANE, 40, 10, message));
        seen[frame.focus] = true;
    }
    assert_true(seen[PANE_EVENTS]);
    assert_true(seen[PANE_SAMPLES]);
}

static void every_pane_of_a_layout_lies_on_the_screen_and_on_no_other(void **unused)
{
    struct layout layout;
    (void)unused;

    for (int view = 0; view < VIEW_COUNT; view++)
        for (int width = 40; width <= 300; width += 7)
            for (int height = 10; height <= 100; height += 3) {
                unsigned char cells[300 * 100] = {0};
                navigate_open(&frame, (enum view)view);
                screen_layout(&layout, &frame, width, height);
                for (int i = 0; i < layout.count; i++) {
                    const struct place *place = &layout.places[i];
                    for (int y = place->y; y < place->y + place->height; y++)
                        for (int x = place->x; x < place->x + place->width; x++) {
                            assert_in_range(x, 0, width - 1);
                            assert_in_range(y, layout.header_rows, height - layout.footer_rows - 1);
                            assert_int_equal(cells[y * 300 + x]++, 0);
                        }
                }
            }
}

static void enter_zooms_and_esc_goes_back_step_by_step(void **unused)
{
    (void)unused;

    navigate_open(&frame, VIEW_PLOTS);
    press(KEY_ZOOM);
    press(KEY_CROSSHAIR_RIGHT);
    press(KEY_HELP);
    press(KEY_BACK);
    assert_false(frame.help);
    press(KEY_BACK);
    assert_true(frame.crosshair < 0.0);
    assert_true(frame.zoomed);
    press(KEY_BACK);
    assert_false(frame.zoomed);
    press(KEY_BACK);
    assert_int_equal(frame.view, VIEW_OVERVIEW);
    press(KEY_BACK);
    assert_int_equal(frame.view, VIEW_OVERVIEW);
}

static void the_crosshair_stays_on_the_axis(void **unused)
{
    (void)unused;

    for (int i = 0; i < 300; i++)
        press(KEY_CROSSHAIR_RIGHT);
    assert_float_equal(frame.crosshair, 1.0, 1e-9);
    for (int i = 0; i < 300; i++)
        press(KEY_CROSSHAIR_LEFT);
    assert_float_equal(frame.crosshair, 0.0, 1e-9);
}

static void smoothing_has_ends_and_0_resets_the_plots(void **unused)
{
    (void)unused;

    for (int i = 0; i < 20; i++)
        press(KEY_SMOOTH_MORE);
    assert_true(frame.smoothing < 1.0);
    for (int i = 0; i < 20; i++)
        press(KEY_SMOOTH_LESS);
    assert_true(frame.smoothing == 0.0);
    press(KEY_X_UNIT);
    press(KEY_RECENT);
    press(KEY_RESET);
    assert_true(frame.smoothing == 0.9);
    assert_int_equal(frame.x_unit, X_EPOCHS);
    assert_false(frame.recent);
}

static void the_past_is_travelled_and_end_returns_to_now(void **unused)
{
    float weights[MODEL_STATE_MAX] = {0};
    (void)unused;

    for (int step = 0; step <= 500; step += 100) {
        weights[0] = (float)step;
        timeline_add(&timeline, step, false, weights);
    }
    snapshot.step = 500;
    press(KEY_PAST);
    assert_int_equal(view_step(&frame), 400);
    assert_true(view_weights(&frame)[0] == 400.0F);
    for (int i = 0; i < 10; i++)
        press(KEY_PAST);
    assert_int_equal(view_step(&frame), 0);
    assert_non_null(strstr(message, "nothing earlier"));
    press(KEY_FUTURE);
    assert_int_equal(view_step(&frame), 100);
    press(KEY_MOVE_END);
    assert_null(frame.past);
    assert_int_equal(view_step(&frame), 500);
}

static void the_timeline_is_bounded_keeps_its_ends_and_every_epochs_end(void **unused)
{
    float weights[MODEL_STATE_MAX] = {0};
    (void)unused;

    for (long step = 0; step <= 20000; step++) {
        weights[0] = (float)step;
        timeline_add(&timeline, step, step > 0 && step % 200 == 0, weights);
    }
    assert_in_range(timeline.count, 150, TIMELINE_MOMENTS);
    assert_int_equal(timeline.moments[0].step, 0);
    assert_int_equal(timeline.moments[timeline.count - 1].step, 20000);
    int ends = 0;
    for (int i = 0; i < timeline.count; i++) {
        const struct moment *moment = &timeline.moments[i];
        ends += moment->epoch_end;
        assert_true(moment->weights[0] == (float)moment->step);
        assert_true(i == 0 || moment->step > moment[-1].step);
    }
    assert_int_equal(ends, 100);
}

/* Ends an epoch with this test loss. */
static bool end_epoch(double loss)
{
    struct epoch_metrics metrics = {.epoch = snapshot.epochs_done++, .test_loss = loss};

    history_add_epoch(&snapshot.history, &metrics);
    return events_watch(&events, &snapshot);
}

static void events_tell_each_epoch_once_and_a_test_loss_that_keeps_rising(void **unused)
{
    static const double losses[] = {0.5, 0.3, 0.4, 0.5, 0.6};
    (void)unused;

    snapshot.state = SNAPSHOT_TRAINING;
    assert_false(events_watch(&events, &snapshot));
    for (int i = 0; i < CHECK_COUNT(losses); i++)
        assert_true(end_epoch(losses[i]));
    assert_false(events_watch(&events, &snapshot));
    assert_int_equal(events.count, CHECK_COUNT(losses) + 1);
    assert_non_null(strstr(events_at(&events, 0)->text, "risen for 3 epochs"));
    assert_non_null(strstr(events_at(&events, 1)->text, "Epoch 5"));
}

static void events_are_bounded(void **unused)
{
    (void)unused;

    for (int i = 0; i < 1000; i++) {
        snapshot.state = i % 2 == 0 ? SNAPSHOT_PAUSED : SNAPSHOT_TRAINING;
        assert_true(events_watch(&events, &snapshot));
    }
    assert_int_equal(events_kept(&events), EVENTS_MAX);
    assert_non_null(strstr(events_at(&events, EVENTS_MAX - 1)->text, "Paused"));
}

static void events_tell_a_new_learning_rate(void **unused)
{
    (void)unused;

    snapshot.lr = 0.01;
    events_watch(&events, &snapshot);
    snapshot.lr = 0.0125;
    assert_true(events_watch(&events, &snapshot));
    assert_non_null(strstr(events_at(&events, 0)->text, "0.0125"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(tab_goes_round_the_panes_on_the_screen),
    TEST(where_one_pane_is_shown_tab_goes_through_all_of_the_view),
    TEST(every_pane_of_a_layout_lies_on_the_screen_and_on_no_other),
    TEST(enter_zooms_and_esc_goes_back_step_by_step),
    TEST(the_crosshair_stays_on_the_axis),
    TEST(smoothing_has_ends_and_0_resets_the_plots),
    TEST(the_past_is_travelled_and_end_returns_to_now),
    TEST(the_timeline_is_bounded_keeps_its_ends_and_every_epochs_end),
    TEST(events_tell_each_epoch_once_and_a_test_loss_that_keeps_rising),
    TEST(events_are_bounded),
    TEST(events_tell_a_new_learning_rate),
};

CHECK_MAIN(tests)
