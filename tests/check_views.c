/*
 * Whole frames of a made-up moment of a run, compared with the ones in tests/frames/. To accept new
 * ones: MNIST_TUI_FRAMES=write tests/check_views, then read the difference.
 */
#include "sample_data.h"

#include "tui/dashboard.h"

#include <math.h>

static struct snapshot snapshot;
static struct dataset data;
static struct model model;
static struct predictions predictions;

/* Two epochs and a half of a run of ten, made of formulas. */
static void make_snapshot(void)
{
    snapshot = (struct snapshot){
        .state = SNAPSHOT_TRAINING,
        .epochs = 10,
        .epoch = 2,
        .batches = 100,
        .batch = 50,
        .step = 250,
        .lr = 0.01,
        .loss = 0.09,
        .epoch_loss = 0.1,
        .epoch_accuracy = 97.1,
        .epoch_seconds = 0.6,
        .run_seconds = 4.0,
        .images_per_second = 45200.0,
        .threads = 2,
        .threads_wanted = 2,
        .epochs_done = 2,
        .best_train_accuracy = 95.0,
    };
    history_init(&snapshot.history);
    for (int step = 0; step < 250; step++) {
        double noise = 1.0 + 0.3 * sin(step * 12.9898);
        history_add_batch(&snapshot.history, 2.3 * exp(-step / 60.0) * noise + 0.08,
                          100.0 - 90.0 * exp(-step / 40.0) * noise - 2.0);
        if (step % 100 == 99)
            history_add_epoch(&snapshot.history,
                              &(struct epoch_metrics){.epoch = step / 100,
                                                      .step = step + 1,
                                                      .train_loss = 0.5,
                                                      .train_accuracy = 90.0,
                                                      .test_loss = 0.35 / (step / 100 + 1),
                                                      .test_accuracy = 93.0 + 3.0 * (step / 100),
                                                      .test_correct = 9300,
                                                      .test_count = 10000,
                                                      .seconds = 1.3,
                                                      .images_per_second = 45000.0});
    }
    snapshot.best = snapshot.history.epochs[1];
}

static void make_predictions(void)
{
    predictions = (struct predictions){.first = 0, .count = LANES};
    for (int lane = 0; lane < LANES; lane++) {
        int label = data.test.labels[lane], said = lane % 3 == 1 ? (label + 1) % 10 : label;
        for (int k = 0; k < DATASET_CLASSES; k++)
            predictions.probabilities[lane][k] = k == said ? 0.64F : 0.04F;
        predictions.predicted[lane] = (uint8_t)said;
        predictions.losses[lane] = -log((double)predictions.probabilities[lane][label]);
    }
}

static int set_up(void **unused)
{
    struct error error;
    (void)unused;

    sample_dataset(&data, 16, 100);
    assert_true(model_init(&model, "basic", &error));
    make_snapshot();
    make_predictions();
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    dataset_fini(&data);
    return 0;
}

static struct frame make_frame(void)
{
    return (struct frame){
        .snapshot = &snapshot,
        .model = &model,
        .test = &data.test,
        .predictions = &predictions,
        .log_scale = true,
        .smoothing = 0.9,
        .message = "Epoch 2: test accuracy 96.00 %, loss 0.1750, the best so far.",
    };
}

static char *draw(const struct frame *frame, int width, int height, enum glyphs glyphs)
{
    struct canvas canvas;
    struct error error;
    char *text = NULL;
    size_t size;

    assert_true(canvas_new(&canvas, width, height, &error));
    canvas.glyphs = glyphs;
    dashboard_draw(frame, &canvas);
    FILE *file = open_memstream(&text, &size);
    canvas_dump(&canvas, file);
    fclose(file);
    canvas_free(&canvas);
    return text;
}

/* Compares a frame with the stored one, or stores it. */
static void assert_frame(const struct frame *frame, const char *name, int width, int height,
                         enum glyphs glyphs)
{
    static const char *const sets[] = {"ascii", "block", "braille"};
    char file_name[128], path[PATH_MAX], stored[65536];
    const char *wish = getenv("MNIST_TUI_FRAMES");
    char *text = draw(frame, width, height, glyphs);

    snprintf(file_name, sizeof file_name, "tests/frames/%s-%dx%d-%s.txt", name, width, height,
             sets[glyphs]);
    check_source(path, file_name);
    FILE *file = fopen(path, wish != NULL && strcmp(wish, "write") == 0 ? "w+" : "r");
    if (file == NULL)
        fail_msg("%s is missing", path);
    if (wish != NULL && strcmp(wish, "write") == 0) {
        fputs(text, file);
        rewind(file);
    }
    stored[fread(stored, 1, sizeof stored - 1, file)] = '\0';
    fclose(file);
    if (strcmp(text, stored) != 0)
        fail_msg("%s differs from this frame:\n%s", path, text);
    free(text);
}

static void assert_frames(const struct frame *frame, const char *name, int width, int height)
{
    for (int glyphs = GLYPHS_ASCII; glyphs <= GLYPHS_BRAILLE; glyphs++)
        assert_frame(frame, name, width, height, (enum glyphs)glyphs);
}

static void the_overview_at_80x24(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    assert_frames(&frame, "overview", 80, 24);
}

static void the_overview_at_100x30(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    assert_frames(&frame, "overview", 100, 30);
}

static void the_overview_at_160x50(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    assert_frames(&frame, "overview", 160, 50);
}

static void the_status_lines_of_small_terminals(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    assert_frame(&frame, "status", 40, 10, GLYPHS_ASCII);
    assert_frame(&frame, "status", 24, 1, GLYPHS_ASCII);
}

static void linear_axes_at_80x24(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    frame.log_scale = false;
    assert_frame(&frame, "linear", 80, 24, GLYPHS_BRAILLE);
}

static void the_help_at_80x24(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    frame.help = true;
    assert_frame(&frame, "help", 80, 24, GLYPHS_ASCII);
}

static void the_layer_table_scrolled_and_focused(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    frame.focus = PANE_MODEL;
    frame.model_row = 11;
    assert_frame(&frame, "layers", 80, 24, GLYPHS_ASCII);
}

static void before_the_first_batch_at_80x24(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    snapshot.state = SNAPSHOT_PAUSED;
    snapshot.epoch = snapshot.batch = 0;
    snapshot.step = 0;
    snapshot.epochs_done = 0;
    snapshot.run_seconds = 0.0;
    snapshot.images_per_second = 0.0;
    history_init(&snapshot.history);
    predictions.count = 0;
    assert_frame(&frame, "start", 80, 24, GLYPHS_BRAILLE);
}

static void row_60_every_size_draws(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    for (int help = 0; help < 2; help++) {
        frame.help = help == 1;
        for (int width = 1; width <= 300; width += width < 90 ? 1 : 17)
            for (int height = 1; height <= 100; height += height < 30 ? 1 : 9)
                free(draw(&frame, width, height, GLYPHS_BRAILLE));
    }
}

static void row_90_a_worker_that_could_not_start_is_said_on_the_screen(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    snapshot.threads_wanted = 4;
    char *text = draw(&frame, 100, 30, GLYPHS_ASCII);
    assert_non_null(strstr(text, "only 2 of 4 threads"));
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(the_overview_at_80x24),
    TEST(the_overview_at_100x30),
    TEST(the_overview_at_160x50),
    TEST(the_status_lines_of_small_terminals),
    TEST(linear_axes_at_80x24),
    TEST(the_help_at_80x24),
    TEST(the_layer_table_scrolled_and_focused),
    TEST(before_the_first_batch_at_80x24),
    TEST(row_60_every_size_draws),
    TEST(row_90_a_worker_that_could_not_start_is_said_on_the_screen),
};

CHECK_MAIN(tests)
