/*
 * Keys on made-up frames: views, panes, plots, replay; events as text; the timeline.
 */
#include "sample_data.h"
#include "sample_model.h"

#include "support/memory.h"
#include "train/recipe.h"
#include "tui/header.h"
#include "tui/list_keys.h"
#include "tui/navigate.h"
#include "tui/screen.h"
#include "tui/term.h"

#include <math.h>

static struct snapshot snapshot;
static struct settings settings;
static struct dataset data;
static struct model *model;
static struct predictions predictions;
static struct events events;
static struct browse browse;
static struct confusion confusion;
static struct sketch *sketch;
static struct timeline timeline;
static struct frame frame;
static char message[PANE_MESSAGE];

/* All images are classified correctly. */
static void make_list(void)
{
    struct outcomes outcomes;
    struct error error;

    assert_true(outcomes_init(&outcomes, data.test.count, &error));
    assert_true(browse_init(&browse, data.test.count, &error));
    browse_update(&browse, &outcomes, &data.test);
    outcomes_fini(&outcomes);
}

static int set_up(void **unused)
{
    struct error error;
    (void)unused;

    sample_dataset(&data, 16, 100);
    assert_non_null(model = sample_model_again(model, "basic"));
    settings = *recipe_settings(0);
    snapshot = (struct snapshot){.epochs = 10, .batches = 100, .base_lr = settings.lr};
    events = (struct events){0};
    sketch = sketch_new(MNIST_SIDE, MNIST_SIDE, &error);
    assert_non_null(sketch);
    confusion = (struct confusion){.classes = MNIST_CLASSES};
    make_list();
    frame = (struct frame){
        .snapshot = &snapshot,
        .settings = &settings,
        .model = model,
        .train = &data.train,
        .test = &data.test,
        .classes = &data.classes,
        .predictions = &predictions,
        .events = &events,
        .browse = &browse,
        .confusion = &confusion,
        .drawing = {.sketch = sketch, .x = 56.0, .y = 28.0, .classes = &data.classes},
        .timeline = &timeline,
        .crosshair = -1.0,
        .smoothing = FRAME_SMOOTHING};
    frame_open(&frame, VIEW_OVERVIEW);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    dataset_fini(&data);
    timeline_fini(&timeline);
    browse_fini(&browse);
    sketch_free(sketch);
    return 0;
}

static void press(int key)
{
    assert_true(navigate(&frame, key, 80, 24, message));
}

static void point(enum pointer_act act, int x, int y, int width, int height)
{
    const struct pointer pointer = {act, x, y};

    navigate_point(&frame, &pointer, width, height, message);
}

static void tab_wraps_around_the_visible_panes(void **unused)
{
    static const enum pane order[] = {PANE_ACCURACY, PANE_BLOCKS, PANE_CARD, PANE_LOSS};
    (void)unused;

    assert_int_equal(frame.focus, PANE_LOSS);
    for (int i = 0; i < CHECK_COUNT(order); i++) {
        press(TERM_TAB);
        assert_int_equal(frame.focus, order[i]);
    }
    press(TERM_BACK_TAB);
    assert_int_equal(frame.focus, PANE_CARD);
}

static void tab_goes_through_all_panes_if_one_is_shown(void **unused)
{
    bool seen[PANE_COUNT] = {false};
    (void)unused;

    for (int i = 0; i < PANE_COUNT; i++) {
        assert_true(navigate(&frame, TERM_TAB, 40, 10, message));
        seen[frame.focus] = true;
    }
    assert_true(seen[PANE_EVENTS]);
    assert_true(seen[PANE_CARD]);
}

static void panes_lie_on_the_screen_and_do_not_overlap(void **unused)
{
    struct layout layout;
    (void)unused;

    for (int view = 0; view < VIEW_COUNT; view++)
        for (int width = 40; width <= 300; width += 7) {
            snapshot.base_lr = width % 2 * settings.lr; /* varies or not */
            for (int height = 10; height <= 100; height += 3) {
                unsigned char cells[300 * 100] = {0};
                frame_open(&frame, (enum view)view);
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
}

static void the_plots_have_a_pane_for_the_learning_rate(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_PLOTS);
    press(TERM_BACK_TAB);
    assert_int_equal(frame.focus, PANE_RATE);
    press(TERM_END);
    assert_float_equal(frame.crosshair, 1.0, 1e-9);
}

static void enter_zooms_and_esc_goes_back_step_by_step(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_PLOTS);
    press(TERM_ENTER);
    press('.');
    press('?');
    press(TERM_ESCAPE);
    assert_int_equal(frame.overlay, OVERLAY_NONE);
    press(TERM_ESCAPE);
    assert_true(frame.crosshair < 0.0);
    assert_true(frame.zoomed);
    press(TERM_ESCAPE);
    assert_false(frame.zoomed);
    press(TERM_ESCAPE);
    assert_int_equal(frame.view, VIEW_OVERVIEW);
    press(TERM_ESCAPE);
    assert_int_equal(frame.view, VIEW_OVERVIEW);
}

static void the_crosshair_stays_on_the_axis(void **unused)
{
    (void)unused;

    for (int i = 0; i < 300; i++)
        press('.');
    assert_float_equal(frame.crosshair, 1.0, 1e-9);
    for (int i = 0; i < 300; i++)
        press(',');
    assert_float_equal(frame.crosshair, 0.0, 1e-9);
}

static void smoothing_has_limits_and_0_resets_the_plots(void **unused)
{
    (void)unused;

    for (int i = 0; i < 20; i++)
        press(']');
    assert_int_equal(frame.smoothing, 1000);
    for (int i = 0; i < 20; i++)
        press('[');
    assert_int_equal(frame.smoothing, 10);
    press('x');
    press('z');
    press('0');
    assert_int_equal(frame.smoothing, FRAME_SMOOTHING);
    assert_int_equal(frame.x_unit, X_EPOCHS);
    assert_false(frame.recent);
}

/* Keeps a moment whose first weight is its step. */
static void remember(long step, bool epoch_end)
{
    static float state[16384];
    struct error error;

    assert_in_range(model->state_count, 1, CHECK_COUNT(state));
    state[0] = (float)step;
    struct weights *weights = weights_new(model, state, NULL, step, &error);
    assert_non_null(weights);
    timeline_add(&timeline, step, epoch_end, weights);
    weights_drop(weights);
}

static void replay_goes_back_and_forth_and_end_returns_to_now(void **unused)
{
    (void)unused;

    for (int step = 0; step <= 500; step += 100)
        remember(step, false);
    snapshot.step = 500;
    press('<');
    assert_int_equal(frame_step(&frame), 400);
    assert_true(frame_weights(&frame)->state[0] == 400.0F);
    for (int i = 0; i < 10; i++)
        press('<');
    assert_int_equal(frame_step(&frame), 0);
    assert_non_null(strstr(message, "No earlier moment"));
    press('>');
    assert_int_equal(frame_step(&frame), 100);
    press(TERM_END);
    assert_null(frame.past);
    assert_int_equal(frame_step(&frame), 500);
}

static void the_timeline_is_bounded_and_keeps_its_ends_and_every_epochs_end(void **unused)
{
    (void)unused;

    for (long step = 0; step <= 20000; step++)
        remember(step, step > 0 && step % 200 == 0);
    assert_in_range(timeline.count, 150, TIMELINE_MOMENTS);
    assert_int_equal(timeline.moments[0].step, 0);
    assert_int_equal(timeline.moments[timeline.count - 1].step, 20000);
    int ends = 0;
    for (int i = 0; i < timeline.count; i++) {
        const struct moment *moment = &timeline.moments[i];
        ends += moment->epoch_end;
        assert_true(moment->weights->state[0] == (float)moment->step);
        assert_true(i == 0 || moment->step > moment[-1].step);
    }
    assert_int_equal(ends, 100);
}

static void the_timeline_keeps_to_its_bytes_but_for_a_few_moments(void **unused)
{
    const struct model large = {.layer_count = 0, .state_count = 5 << 20}; /* 20 MB each */
    struct error error;
    float *state = memory_new(large.state_count, sizeof *state, &error);
    (void)unused;

    assert_non_null(state);
    for (long step = 0; step <= 40; step++) {
        struct weights *weights = weights_new(&large, state, NULL, step, &error);
        assert_non_null(weights);
        timeline_add(&timeline, step, step == 20, weights);
        weights_drop(weights);
        assert_true(timeline.bytes <= TIMELINE_BYTES || timeline.count <= TIMELINE_LEAST);
    }
    free(state);
    assert_int_equal(timeline.count, TIMELINE_LEAST);
    assert_int_equal(timeline.moments[0].step, 0);
    assert_int_equal(timeline.moments[TIMELINE_LEAST - 1].step, 40);
    int ends = 0;
    for (int i = 0; i < timeline.count; i++)
        ends += timeline.moments[i].epoch_end;
    assert_int_equal(ends, 1);
}

/* Ends an epoch with this test loss. */
static bool end_epoch(double loss)
{
    struct epoch_metrics metrics = {.epoch = snapshot.epochs_done++, .test_loss = loss};

    history_add_epoch(&snapshot.history, &metrics);
    return events_watch(&events, &snapshot);
}

static void events_report_each_epoch_once_and_a_rising_test_loss(void **unused)
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

/* Epochs are numbered from the run's start; the number of known epochs depends on the log. */
static void row_116_after_a_lost_log_each_epoch_is_reported_once(void **unused)
{
    (void)unused;

    snapshot.state = SNAPSHOT_TRAINING;
    assert_false(events_watch(&events, &snapshot));
    for (int epoch = 3; epoch < 6; epoch++) {
        snapshot_add_epoch(&snapshot, &(struct epoch_metrics){.epoch = epoch, .test_loss = 0.5});
        assert_true(events_watch(&events, &snapshot));
        assert_int_equal(events.count, epoch - 2);
        assert_false(events_watch(&events, &snapshot));
    }
    assert_non_null(strstr(events_at(&events, 0)->text, "Epoch 6"));
    assert_non_null(strstr(events_at(&events, 2)->text, "Epoch 4"));
}

static void events_list_the_compared_runs_at_the_end(void **unused)
{
    static struct past_run compared[2] = {{.directory = "a/first"}, {.directory = "b/begun"}};
    (void)unused;

    history_init(&compared[0].now.history);
    compared[0].now.epochs_done = 0;
    for (int epoch = 0; epoch < 3; epoch++)
        snapshot_add_epoch(
            &compared[0].now,
            &(struct epoch_metrics){.epoch = epoch, .test_accuracy = epoch == 1 ? 98.5 : 97.25});
    events.compared = compared;
    events.compared_count = 2;
    events_watch(&events, &snapshot);
    const int before = events.count;
    snapshot.state = SNAPSHOT_FINISHED;
    assert_true(events_watch(&events, &snapshot));
    assert_int_equal(events.count, before + 2);
    assert_non_null(strstr(events_at(&events, 0)->text, "Finished: "));
    assert_string_equal(events_at(&events, 1)->text,
                        "Run first: best test accuracy 98.50 %, epoch 2; last 97.25 %, epoch 3.");
    assert_false(events_watch(&events, &snapshot));
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

static void events_report_a_new_learning_rate(void **unused)
{
    (void)unused;

    snapshot.base_lr = 0.01;
    events_watch(&events, &snapshot);
    snapshot.base_lr = 0.0125;
    assert_true(events_watch(&events, &snapshot));
    assert_non_null(strstr(events_at(&events, 0)->text, "0.0125"));
}

static void samples_move_by_one_ten_and_a_hundred_and_wrap_around(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_SAMPLES);
    press(TERM_LEFT);
    assert_int_equal(browse.image, 99);
    press(TERM_RIGHT);
    press(TERM_DOWN);
    assert_int_equal(browse.image, 10);
    press(TERM_END);
    assert_int_equal(browse.image, 99);
}

/* Twelve pictures, six in a row. */
static void keys_follow_the_grid_that_is_shown(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_SAMPLES);
    list_fit(&frame, &(struct canvas){.width = 160, .height = 50});
    press(TERM_DOWN);
    press(TERM_RIGHT);
    assert_int_equal(browse.image, 7);
    press(TERM_PAGE_DOWN);
    assert_int_equal(browse.image, 19);
    press(TERM_UP);
    assert_int_equal(browse.image, 13);
    press(TERM_PAGE_UP);
    assert_int_equal(browse.image, 1);
    uint32_t images[LANES];
    assert_int_equal(browse_seen(&browse, images, LANES), 12);
    assert_int_equal(images[0], 0);
    list_fit(&frame, &(struct canvas){.width = 80, .height = 24});
    press(TERM_DOWN);
    assert_int_equal(browse.image, 11);
}

static void type(const char *text)
{
    for (; *text != '\0'; text++)
        press(*text);
    press(TERM_ENTER);
}

static void an_image_is_found_by_its_number(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_SAMPLES);
    type("/42");
    assert_int_equal(browse.image, 42);
    type("/100");
    assert_int_equal(browse.image, 42);
    assert_non_null(strstr(message, "from 0 to 99: 100"));
    browse.entries[5].image = 6; /* as if the list lacked image 5 */
    browse.filter = BROWSE_MISTAKES;
    type("/5");
    assert_int_equal(browse.filter, BROWSE_ALL);
    assert_int_equal(browse.image, 5);
}

static void the_filters_mistakes_and_worst_can_be_switched_off(void **unused)
{
    (void)unused;

    press('f');
    assert_int_equal(browse.filter, BROWSE_MISTAKES);
    assert_non_null(strstr(message, "after epoch 1"));
    press('w');
    assert_true(browse.worst_first);
    press('f');
    press('w');
    assert_int_equal(browse.filter, BROWSE_ALL);
    assert_false(browse.worst_first);
}

static void training_images_can_be_viewed_if_the_run_augments_them(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_SAMPLES);
    press('a');
    assert_false(frame.augmented);
    assert_non_null(strstr(message, "--augment"));
    settings.augment = AUGMENT_AFFINE;
    press('a');
    assert_true(frame.augmented);
    press(TERM_LEFT);
    assert_int_equal(frame.train_image, 15);
    press(TERM_HOME);
    press(TERM_DOWN);
    assert_int_equal(frame.train_image, 10);
    assert_int_equal(browse.image, 0);
    press(TERM_ESCAPE);
    assert_false(frame.augmented);
    assert_int_equal(frame.view, VIEW_SAMPLES);
    press('a');
    press('w');
    assert_false(frame.augmented);
}

static void enter_on_a_cell_of_the_matrix_opens_its_images(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_CONFUSION);
    press(TERM_UP);
    press(TERM_RIGHT);
    press(TERM_ENTER);
    assert_int_equal(frame.view, VIEW_CONFUSION);
    assert_non_null(strstr(message, "matrix appears after epoch 1"));
    confusion.step = 1;
    press(TERM_ENTER);
    assert_int_equal(frame.view, VIEW_SAMPLES);
    assert_int_equal(browse.filter, BROWSE_CELL);
    assert_int_equal(browse.label, 9);
    assert_int_equal(browse.predicted, 1);
    press(TERM_ESCAPE);
    assert_int_equal(frame.view, VIEW_CONFUSION);
    assert_int_equal(browse.filter, BROWSE_ALL);
}

/* The images of the selected cell are 30 to 44. */
static void list_cell(void)
{
    confusion.step = 1;
    frame.cell = (struct cell_images){.count = CELL_IMAGES, .inside = 4};
    for (int i = 0; i < CELL_IMAGES; i++)
        frame.cell.images[i] = (uint32_t)(30 + i);
    frame_open(&frame, VIEW_CONFUSION);
}

static void percent_switches_the_cells_between_counts_and_shares(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_CONFUSION);
    assert_false(navigate(&frame, '%', 80, 24, message)); /* before there is a matrix */
    confusion.step = 1;
    press('%');
    assert_true(frame.panes[PANE_CONFUSION].switched);
    press('%');
    assert_false(frame.panes[PANE_CONFUSION].switched);
}

static void arrows_select_an_image_of_the_cell_and_enter_opens_it(void **unused)
{
    (void)unused;

    list_cell();
    press(TERM_TAB);
    assert_int_equal(frame.focus, PANE_CELL);
    press(TERM_LEFT); /* there is none before the first */
    assert_int_equal(frame.panes[PANE_CELL].first, 0);
    press(TERM_RIGHT);
    press(TERM_END);
    press(TERM_RIGHT);
    assert_int_equal(frame.panes[PANE_CELL].first, CELL_IMAGES - 1);
    press(TERM_HOME);
    press(TERM_RIGHT);
    press(TERM_ENTER);
    assert_int_equal(frame.view, VIEW_SAMPLES);
    assert_int_equal(browse.image, 31);
    assert_int_equal(browse.position, 31);
}

static void another_cell_begins_with_its_first_image(void **unused)
{
    (void)unused;

    list_cell();
    frame.panes[PANE_CELL].first = 3;
    press(TERM_RIGHT);
    assert_int_equal(frame.panes[PANE_CELL].first, 0);
}

/* Somewhere in the pane are its images 0 to 14; a second press on one opens it. */
static void a_press_on_an_image_of_the_cell_selects_it(void **unused)
{
    bool found[CELL_IMAGES] = {false};
    (void)unused;

    list_cell();
    for (int y = 2; y < 48; y++)
        for (int x = 112; x < 158; x++) {
            frame.panes[PANE_CELL].first = CELL_IMAGES - 1;
            point(POINTER_PRESS, x, y, 160, 50);
            assert_int_equal(frame.focus, frame.view == VIEW_SAMPLES ? PANE_CARD : PANE_CELL);
            found[frame.panes[PANE_CELL].first] = true;
            frame_open(&frame, VIEW_CONFUSION);
        }
    for (int i = 0; i < CELL_IMAGES; i++)
        assert_true(found[i]);
    assert_int_equal(browse.image, 44);
}

static void home_goes_to_the_most_confused_cell(void **unused)
{
    (void)unused;

    confusion.step = 1;
    for (int label = 0; label < MNIST_CLASSES; label++)
        confusion.counts[label][label] = 10;
    frame_open(&frame, VIEW_CONFUSION);
    press(TERM_DOWN);
    press(TERM_HOME);
    assert_int_equal(frame.true_class, 1);
    assert_int_equal(frame.predicted_class, 0);
    confusion.counts[4][9] = 3;
    confusion.counts[9][4] = 2;
    press(TERM_HOME);
    assert_int_equal(frame.true_class, 4);
    assert_int_equal(frame.predicted_class, 9);
}

static void the_keys_reach_every_cell_of_a_matrix_of_many_classes(void **unused)
{
    bool rows[47] = {false}, columns[47] = {false};
    (void)unused;

    data.test.classes = 47;
    frame_open(&frame, VIEW_CONFUSION);
    for (int i = 0; i < 47; i++) {
        rows[frame.true_class] = columns[frame.predicted_class] = true;
        press(TERM_DOWN);
        press(TERM_LEFT);
    }
    for (int i = 0; i < 47; i++)
        assert_true(rows[i] && columns[i]);
    press(TERM_PAGE_DOWN);
    assert_int_equal(frame.true_class, 10);
    press(TERM_END);
    assert_int_equal(frame.true_class, 46);
    assert_int_equal(frame.predicted_class, 46);
    press(TERM_PAGE_UP);
    assert_int_equal(frame.true_class, 36);
}

static void named_classes_are_named_in_messages(void **unused)
{
    (void)unused;

    free(data.classes.names[2]);
    data.classes.names[2] = strdup("Pullover");
    data.classes.named = true;
    frame_open(&frame, VIEW_CONFUSION);
    confusion.step = 1;
    frame.true_class = 2;
    frame.predicted_class = 4;
    press(TERM_ENTER);
    assert_string_equal(message, "Pullover read as 4. Esc: back to the matrix.");
}

static void the_pen_draws_where_it_goes_while_it_is_down(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_DRAW);
    press(TERM_DOWN);
    assert_true(sketch_empty(sketch));
    press(TERM_ENTER);
    for (int i = 0; i < 10; i++)
        press(TERM_DOWN);
    press(TERM_ENTER);
    assert_false(sketch_empty(sketch));
    press(TERM_BACKSPACE);
    assert_true(sketch_empty(sketch));
    press(TERM_BACKSPACE);
    assert_non_null(strstr(message, "Nothing to undo"));
}

static void drawing_keys_do_nothing_in_other_views(void **unused)
{
    (void)unused;

    sketch_begin(sketch, SKETCH_PEN, 50.0, 50.0);
    assert_false(navigate(&frame, TERM_DELETE, 80, 24, message));
    assert_false(sketch_empty(sketch));
    frame_open(&frame, VIEW_DRAW);
    press(TERM_DELETE);
    assert_true(sketch_empty(sketch));
}

static void a_press_on_a_views_name_opens_it(void **unused)
{
    (void)unused;

    for (int x = 0; x < 140; x++) {
        frame_open(&frame, VIEW_OVERVIEW);
        point(POINTER_PRESS, x, 1, 140, 44);
        assert_int_equal(frame.view, header_tab_at(140, x, 1) == VIEW_COUNT
                                         ? VIEW_OVERVIEW
                                         : header_tab_at(140, x, 1));
    }
    assert_int_equal(header_tab_at(80, 1, 1), VIEW_OVERVIEW);
    assert_int_equal(header_tab_at(80, 79, 1), VIEW_COUNT);
    assert_int_equal(header_tab_at(80, 1, 0), VIEW_COUNT);
}

static void a_press_on_the_state_opens_no_view(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_MODEL);
    for (int x = 0; x < 140; x++)
        point(POINTER_PRESS, x, 0, 140, 44);
    assert_int_equal(frame.view, VIEW_MODEL);
}

static void a_press_focuses_a_pane_and_the_wheel_scrolls_it(void **unused)
{
    (void)unused;

    model = sample_model_again(model, "Conv2d(4, 3) MaxPool2d(2) Flatten Linear(9) Linear(9) "
                                      "Linear(9) Linear(9) Linear(9) Linear(9) Linear(10)");
    frame.model = model;
    point(POINTER_PRESS, 55, 16, 80, 24);
    assert_int_equal(frame.focus, PANE_BLOCKS);
    point(POINTER_DOWN, 55, 16, 80, 24);
    assert_int_equal(frame.panes[PANE_BLOCKS].first, 1);
    point(POINTER_UP, 55, 16, 80, 24);
    assert_int_equal(frame.panes[PANE_BLOCKS].first, 0);
    point(POINTER_PRESS, 20, 5, 80, 24);
    assert_int_equal(frame.focus, PANE_LOSS);
    assert_in_range((int)(frame.crosshair * 100.0), 30, 50);
}

static void the_mouse_draws(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_DRAW);
    point(POINTER_PRESS, 8, 8, 80, 24);
    point(POINTER_DRAG, 12, 12, 80, 24);
    point(POINTER_RELEASE, 12, 12, 80, 24);
    assert_false(sketch_empty(sketch));
    assert_true(sketch_undo(sketch));
    assert_true(sketch_empty(sketch));
}

static void row_101_a_drag_that_began_elsewhere_draws_nothing(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_DRAW);
    point(POINTER_DRAG, 12, 12, 80, 24);
    point(POINTER_DRAG, 14, 14, 80, 24);
    assert_true(sketch_empty(sketch));
    point(POINTER_PRESS, 8, 0, 80, 24); /* on the header */
    point(POINTER_DRAG, 12, 12, 80, 24);
    point(POINTER_RELEASE, 12, 12, 80, 24);
    assert_true(sketch_empty(sketch));
    point(POINTER_PRESS, 8, 8, 80, 24);
    point(POINTER_RELEASE, 8, 0, 80, 24); /* released elsewhere */
    const unsigned long changes = sketch->changes;
    point(POINTER_DRAG, 12, 12, 80, 24);
    assert_int_equal(sketch->changes, changes);
}

/* Whatever else is pressed meanwhile. */
static void row_101_every_stroke_can_be_undone(void **unused)
{
    static const int actions[] = {TERM_BACKSPACE, TERM_DELETE, 'r', TERM_ENTER};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(actions); i++) {
        frame_open(&frame, VIEW_DRAW);
        point(POINTER_PRESS, 8, 8, 80, 24);
        point(POINTER_DRAG, 12, 12, 80, 24);
        press(actions[i]);
        point(POINTER_DRAG, 14, 18, 80, 24);
        point(POINTER_DRAG, 16, 10, 80, 24);
        for (int stroke = 0; stroke < 3; stroke++)
            press(TERM_BACKSPACE);
        assert_true(sketch_empty(sketch));
    }
}

static void row_101_a_stroke_that_leaves_the_sheet_continues_and_keeps_the_focus(void **unused)
{
    (void)unused;

    frame_open(&frame, VIEW_DRAW);
    point(POINTER_PRESS, 8, 8, 160, 50);
    for (int x = 8; x < 160; x++)
        for (int y = 2; y < 48; y += 5)
            point(POINTER_DRAG, x, y, 160, 50);
    assert_int_equal(frame.focus, PANE_DRAW);
    point(POINTER_RELEASE, 158, 40, 160, 50);
    frame.focus = PANE_DRAW;
    press(TERM_BACKSPACE);
    assert_true(sketch_empty(sketch));
}

static void row_101_the_pen_stays_on_the_sheet(void **unused)
{
    static const int ways[] = {TERM_LEFT, TERM_RIGHT, TERM_UP, TERM_DOWN};
    (void)unused;

    frame_open(&frame, VIEW_DRAW);
    for (int i = 0; i < CHECK_COUNT(ways); i++) {
        for (int step = 0; step < SKETCH_SIDE; step++)
            press(ways[i]);
        assert_true(frame.drawing.x >= 0.0 && frame.drawing.x < SKETCH_SIDE);
        assert_true(frame.drawing.y >= 0.0 && frame.drawing.y < SKETCH_SIDE);
    }
}

static void a_press_on_a_cell_selects_it_and_another_opens_it(void **unused)
{
    (void)unused;

    confusion.step = 1;
    for (int label = 0; label < MNIST_CLASSES; label++)
        confusion.counts[label][label] = 10;
    frame_open(&frame, VIEW_CONFUSION);
    int y = 0;
    for (y = 2; y < 24 && frame.true_class != 5; y++)
        point(POINTER_PRESS, 20, y, 80, 24);
    assert_int_equal(frame.true_class, 5);
    assert_int_equal(frame.view, VIEW_CONFUSION);
    point(POINTER_PRESS, 20, y - 1, 80, 24);
    assert_int_equal(frame.view, VIEW_SAMPLES);
    assert_int_equal(browse.label, 5);
}

static void every_mouse_event_anywhere_is_survived(void **unused)
{
    (void)unused;

    for (int view = 0; view < VIEW_COUNT; view++)
        for (int size = 1; size < 160; size += 13)
            for (int x = -1; x <= size; x += 3)
                for (int act = POINTER_PRESS; act <= POINTER_DOWN; act++) {
                    frame_open(&frame, (enum view)view);
                    point((enum pointer_act)act, x, x * 7 % (size / 3 + 2), size, size / 3 + 1);
                }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(tab_wraps_around_the_visible_panes),
    TEST(tab_goes_through_all_panes_if_one_is_shown),
    TEST(panes_lie_on_the_screen_and_do_not_overlap),
    TEST(the_plots_have_a_pane_for_the_learning_rate),
    TEST(enter_zooms_and_esc_goes_back_step_by_step),
    TEST(the_crosshair_stays_on_the_axis),
    TEST(smoothing_has_limits_and_0_resets_the_plots),
    TEST(replay_goes_back_and_forth_and_end_returns_to_now),
    TEST(the_timeline_is_bounded_and_keeps_its_ends_and_every_epochs_end),
    TEST(the_timeline_keeps_to_its_bytes_but_for_a_few_moments),
    TEST(events_report_each_epoch_once_and_a_rising_test_loss),
    TEST(row_116_after_a_lost_log_each_epoch_is_reported_once),
    TEST(events_list_the_compared_runs_at_the_end),
    TEST(events_are_bounded),
    TEST(events_report_a_new_learning_rate),
    TEST(samples_move_by_one_ten_and_a_hundred_and_wrap_around),
    TEST(keys_follow_the_grid_that_is_shown),
    TEST(an_image_is_found_by_its_number),
    TEST(the_filters_mistakes_and_worst_can_be_switched_off),
    TEST(training_images_can_be_viewed_if_the_run_augments_them),
    TEST(enter_on_a_cell_of_the_matrix_opens_its_images),
    TEST(percent_switches_the_cells_between_counts_and_shares),
    TEST(arrows_select_an_image_of_the_cell_and_enter_opens_it),
    TEST(another_cell_begins_with_its_first_image),
    TEST(a_press_on_an_image_of_the_cell_selects_it),
    TEST(home_goes_to_the_most_confused_cell),
    TEST(the_keys_reach_every_cell_of_a_matrix_of_many_classes),
    TEST(named_classes_are_named_in_messages),
    TEST(the_pen_draws_where_it_goes_while_it_is_down),
    TEST(drawing_keys_do_nothing_in_other_views),
    TEST(a_press_on_a_views_name_opens_it),
    TEST(a_press_on_the_state_opens_no_view),
    TEST(a_press_focuses_a_pane_and_the_wheel_scrolls_it),
    TEST(the_mouse_draws),
    TEST(row_101_a_drag_that_began_elsewhere_draws_nothing),
    TEST(row_101_every_stroke_can_be_undone),
    TEST(row_101_a_stroke_that_leaves_the_sheet_continues_and_keeps_the_focus),
    TEST(row_101_the_pen_stays_on_the_sheet),
    TEST(a_press_on_a_cell_selects_it_and_another_opens_it),
    TEST(every_mouse_event_anywhere_is_survived),
};

CHECK_MAIN(tests)
