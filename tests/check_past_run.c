/* Runs read back from their directories, and the tables of them. */
#include "check_file.h"
#include "sample_model.h"

#include "train/past_run.h"
#include "train/run_summary.h"

#include <math.h>

static char scratch[PATH_MAX];
static struct directory directory;
static struct past_run run;
static struct error error;

static int set_up(void **unused)
{
    struct config config = {
        .settings =
            {.model = "basic", .epochs = 5, .batch_size = 64, .lr = 0.01, .seed = 7, SETTINGS_OLD},
        .model = sample_model("basic"),
        .kernels = "baseline",
        .data = "data",
        .threads = 1,
    };
    (void)unused;

    check_scratch(scratch);
    check_open_directory(&directory, scratch);
    assert_true(config_write(&directory, &config, &error));
    model_free(config.model);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    past_run_fini(&run);
    directory_close(&directory);
    check_scratch_remove(scratch);
    return 0;
}

static void write_log(const char *text)
{
    char path[PATH_MAX + 32];

    snprintf(path, sizeof path, "%s/metrics.jsonl", scratch);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

#define START "{\"event\":\"start\",\"epoch\":0,\"batch\":0}\n"
#define RESUME(epoch) "{\"event\":\"resume\",\"epoch\":" #epoch ",\"batch\":0}\n"
#define BATCH(epoch, batch)                                                                        \
    "{\"event\":\"batch\",\"epoch\":" #epoch ",\"batch\":" #batch                                  \
    ",\"loss\":2.0,\"accuracy\":10.0}\n"
#define EPOCH(epoch, loss, accuracy)                                                               \
    "{\"event\":\"epoch\",\"epoch\":" #epoch                                                       \
    ",\"train_loss\":0.5,\"train_accuracy\":90.0,\"test_loss\":" #loss                             \
    ",\"test_accuracy\":" #accuracy ",\"seconds\":1.5,\"images_per_second\":100.0}\n"
#define ENDED "{\"event\":\"end\",\"reason\":\"stopped\",\"epoch\":1,\"batch\":2}\n"

static void read_back(const char *log)
{
    write_log(log);
    past_run_fini(&run);
    if (!past_run_read(&run, scratch, &error))
        fail_msg("%s", error.text);
}

static void assert_refused(const char *said)
{
    past_run_fini(&run);
    assert_false(past_run_read(&run, scratch, &error));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    if (strstr(error.text, said) == NULL)
        fail_msg("'%s' lacks '%s'", error.text, said);
}

static void epochs_and_settings_are_read_back(void **unused)
{
    struct run_summary summary;
    (void)unused;

    read_back(START BATCH(0, 0) BATCH(0, 1) EPOCH(0, 0.3, 91.25) BATCH(1, 0) BATCH(1, 1)
                  EPOCH(1, 0.2, 95.5) BATCH(2, 0) BATCH(2, 1) EPOCH(2, 0.25, 94.0) ENDED);
    assert_int_equal(run.now.history.epoch_count, 3);
    assert_int_equal(run.now.batches, 2);
    assert_int_equal(run.now.history.epochs[2].step, 6);
    assert_true(run.now.history.epochs[1].test_loss == 0.2);
    assert_true(run.now.history.epochs[1].train_accuracy == 90.0);
    run_summary_init(&summary, run.directory, run.config.model, &run.config.settings, &run.now);
    assert_string_equal(summary.run, scratch);
    assert_string_equal(summary.model, "basic");
    assert_string_equal(summary.recipe, "reference");
    assert_int_equal(summary.parameters, 9902);
    assert_int_equal(summary.seed, 7);
    assert_int_equal(summary.epochs_done, 3);
    assert_int_equal(summary.epochs, 5);
    assert_true(summary.best == 95.5);
    assert_int_equal(summary.best_epoch, 1);
    assert_true(summary.final == 94.0);
    assert_true(summary.seconds == 4.5);
}

static void an_epoch_that_is_logged_twice_counts_once(void **unused)
{
    (void)unused;

    read_back(START EPOCH(0, 0.3, 91.0) EPOCH(1, 0.2, 95.0) RESUME(1) EPOCH(1, 0.2, 95.0)
                  EPOCH(2, 0.1, 96.0));
    assert_int_equal(run.now.history.epoch_count, 3);
    assert_true(run.now.epochs_seconds == 4.5);
}

static void row_47_a_torn_last_line_is_not_damage(void **unused)
{
    static const char *const torn[] = {"{\"event\":\"epoch\",\"epoch\":1,\"tra", "{\"eve\n", "\n",
                                       "{\"event\":\"epoch\",\"epoch\":1}\n"};
    char log[1024];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(torn); i++) {
        snprintf(log, sizeof log, "%s%s", START EPOCH(0, 0.3, 91.0), torn[i]);
        read_back(log);
        assert_int_equal(run.now.history.epoch_count, 1);
    }
}

static void row_112_a_damaged_line_is_named(void **unused)
{
    static const char *const damaged[] = {"{\"eve\n",
                                          "[]\n",
                                          "\n",
                                          EPOCH(1, 0.1, null),
                                          "{\"event\":\"batch\",\"epoch\":1,\"batch\":0}\n",
                                          "{\"event\":\"lr\",\"epoch\":1,\"batch\":0}\n",
                                          "{\"event\":\"resume\"}\n",
                                          "{\"event\":\"epoch\",\"epoch\":1,"
                                          "\"test_accuracy\":90,\"seconds\":1}\n",
                                          EPOCH(1, 0.1, 100.5),
                                          EPOCH(0.5, 0.1, 99.0),
                                          BATCH(1, 2147483647),
                                          BATCH(1, -1),
                                          EPOCH(5, 0.1, 99.0),
                                          EPOCH(-1, 0.1, 99.0),
                                          BATCH(0, -1),
                                          BATCH(0, null),
                                          BATCH(0, 2147483647)};
    char log[1024];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(damaged); i++) {
        snprintf(log, sizeof log, "%s%s%s", START EPOCH(0, 0.3, 91.0), damaged[i], ENDED);
        write_log(log);
        assert_refused("metrics.jsonl: line 3 is damaged");
    }
}

static void a_run_without_a_log_has_no_epochs(void **unused)
{
    struct run_summary summary;
    (void)unused;

    if (!past_run_read(&run, scratch, &error))
        fail_msg("%s", error.text);
    run_summary_init(&summary, "a", run.config.model, &run.config.settings, &run.now);
    assert_int_equal(summary.epochs_done, 0);
    assert_true(isnan(summary.best) && isnan(summary.final));
    read_back("");
    assert_int_equal(run.now.history.epoch_count, 0);
}

/* The log was lost once, and started again by the process that resumed the run. */
static void a_log_that_begins_late_gives_the_remaining_epochs(void **unused)
{
    struct run_summary summary;
    (void)unused;

    read_back(RESUME(3) BATCH(3, 0) BATCH(3, 1) EPOCH(3, 0.2, 97.0));
    run_summary_init(&summary, "a", run.config.model, &run.config.settings, &run.now);
    assert_int_equal(run.now.history.epochs[0].step, 8);
    assert_int_equal(summary.epochs_done, 4);
    assert_int_equal(summary.best_epoch, 3);
}

static void row_87_a_loss_that_is_nan_does_not_hide_the_rest(void **unused)
{
    (void)unused;

    read_back(START EPOCH(0, null, 91.0) EPOCH(1, 0.2, 90.0));
    assert_true(isnan(run.now.history.epochs[0].test_loss));
    assert_true(run.now.best.test_accuracy == 90.0);
}

static void a_directory_that_is_not_a_run_is_named(void **unused)
{
    char path[PATH_MAX + 32];
    (void)unused;

    snprintf(path, sizeof path, "%s/config.json", scratch);
    assert_int_equal(truncate(path, 10), 0);
    assert_refused(path);
    assert_int_equal(unlink(path), 0);
    assert_refused(scratch);
    assert_refused("holds no run");
}

static void a_runs_name_is_the_last_component_of_its_path(void **unused)
{
    static const char *const cases[][2] = {
        {"run", "run"},
        {"a/b", "b"},
        {"/a/b/", "b"},
        {"a//run", "run"},
        {"/", "/"},
        {".", "."},
        {"runs//x//", "x"},
        {"a/\033[1m", "\\x1B[1m"},
        {"a/a-name-that-is-long", "a-name-t"},
    };
    char name[PAST_RUN_NAME_SIZE];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        run.directory = cases[i][0];
        past_run_name(&run, name);
        assert_string_equal(name, cases[i][1]);
    }
}

/* The textbook's example: 2, 4, 4, 4, 5, 5, 7, 9 have the mean 5 and the sum of squares 32. */
static void the_standard_deviation_is_a_samples(void **unused)
{
    static const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct run_summary runs[CHECK_COUNT(values)] = {0};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(values); i++) {
        runs[i].best = 90.0 + values[i];
        runs[i].final = values[i];
    }
    struct spread best = run_summary_spread(runs, CHECK_COUNT(values), RUN_BEST);
    struct spread final = run_summary_spread(runs, CHECK_COUNT(values), RUN_FINAL);
    assert_true(fabs(best.mean - 95.0) < 1e-12 && best.min == 92.0 && best.max == 99.0);
    assert_true(fabs(best.deviation - sqrt(32.0 / 7.0)) < 1e-12);
    assert_true(fabs(final.mean - 5.0) < 1e-12 && final.min == 2.0 && final.max == 9.0);
    assert_true(isnan(run_summary_spread(runs, 1, RUN_BEST).deviation));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(epochs_and_settings_are_read_back),
    TEST(an_epoch_that_is_logged_twice_counts_once),
    TEST(row_47_a_torn_last_line_is_not_damage),
    TEST(row_112_a_damaged_line_is_named),
    TEST(a_run_without_a_log_has_no_epochs),
    TEST(a_log_that_begins_late_gives_the_remaining_epochs),
    TEST(row_87_a_loss_that_is_nan_does_not_hide_the_rest),
    TEST(a_directory_that_is_not_a_run_is_named),
    TEST(a_runs_name_is_the_last_component_of_its_path),
    cmocka_unit_test(the_standard_deviation_is_a_samples),
};

CHECK_MAIN(tests)
