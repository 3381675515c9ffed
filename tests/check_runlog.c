/* Run directories: what stands in them, and that none is written over. */
#include "check.h"

#include "train/runlog.h"

#include <jansson.h>
#include <math.h>
#include <sys/stat.h>

static struct model model;
static const struct settings settings = {"basic", 2, 64, 0.01, 0.9, 7, true};
static const struct runlog_facts facts = {"0.0.0", "baseline", "data", 2, 0xABCDEF};
static char scratch[PATH_MAX], directory[PATH_MAX + 8];
static struct error error;

static int set_up(void **unused)
{
    (void)unused;
    check_scratch(scratch);
    snprintf(directory, sizeof directory, "%s/run", scratch);
    assert_true(model_init(&model, "basic", &error));
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    check_scratch_remove(scratch);
    return 0;
}

static FILE *open_in_run(const char *name)
{
    char path[PATH_MAX + 64];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    return file;
}

static void the_config_says_what_made_the_run(void **unused)
{
    struct runlog *runlog = runlog_new(directory, &model, &settings, &facts, &error);
    json_error_t problem;
    (void)unused;

    assert_non_null(runlog);
    runlog_free(runlog);
    FILE *file = open_in_run("config.json");
    json_t *config = json_loadf(file, 0, &problem);
    fclose(file);
    assert_non_null(config);
    assert_string_equal(json_string_value(json_object_get(config, "model")), "basic");
    assert_int_equal(json_integer_value(json_object_get(config, "parameters")), 9902);
    assert_int_equal(json_integer_value(json_object_get(config, "epochs")), 2);
    assert_int_equal(json_integer_value(json_object_get(config, "seed")), 7);
    assert_true(json_real_value(json_object_get(config, "lr")) == 0.01);
    assert_true(json_is_true(json_object_get(config, "shuffle")));
    json_decref(config);
}

static void every_line_is_an_object_with_its_event_first(void **unused)
{
    static const char *const starts[] = {
        "{\"event\":\"start\",\"epoch\":0,\"batch\":0,\"time\":\"",
        "{\"event\":\"batch\",\"epoch\":0,\"batch\":0,\"loss\":2.25,\"accuracy\":12.5}\n",
        "{\"event\":\"batch\",\"epoch\":0,\"batch\":1,\"loss\":null,\"accuracy\":12.5}\n",
        "{\"event\":\"epoch\",\"epoch\":0,\"train_loss\":0.5,\"train_accuracy\":80.25,"
        "\"test_loss\":0.25,\"test_accuracy\":90.5,\"seconds\":1.5,\"images_per_second\":40000.0,"
        "\"time\":\"",
        "{\"event\":\"end\",\"reason\":\"finished\",\"epoch\":1,\"batch\":938,\"time\":\"",
    };
    const struct epoch_metrics metrics = {.train_loss = 0.5,
                                          .train_accuracy = 80.25,
                                          .test_loss = 0.25,
                                          .test_accuracy = 90.5,
                                          .seconds = 1.5,
                                          .images_per_second = 40000.0};
    struct runlog *runlog = runlog_new(directory, &model, &settings, &facts, &error);
    char line[512];
    (void)unused;

    assert_non_null(runlog);
    assert_true(runlog_start(runlog, 0, 0, &error));
    assert_true(runlog_batch(runlog, 0, 0, 2.25, 12.5, &error));
    assert_true(runlog_batch(runlog, 0, 1, (double)NAN, 12.5, &error));
    assert_true(runlog_epoch(runlog, &metrics, &error));
    assert_true(runlog_end(runlog, "finished", 1, 938, &error));
    runlog_free(runlog);
    FILE *file = open_in_run("metrics.jsonl");
    for (int i = 0; i < CHECK_COUNT(starts); i++) {
        assert_non_null(fgets(line, sizeof line, file));
        line[strlen(starts[i])] = '\0';
        assert_string_equal(line, starts[i]);
    }
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
}

static void losses_read_back_as_the_same_float(void **unused)
{
    struct runlog *runlog = runlog_new(directory, &model, &settings, &facts, &error);
    const float losses[] = {0.1F, 2.30258512F, 1.17549435e-38F, 0.333333343F};
    char line[512];
    (void)unused;

    assert_non_null(runlog);
    for (int i = 0; i < 4; i++)
        assert_true(runlog_batch(runlog, 0, i, (double)losses[i], 0.0, &error));
    assert_true(runlog_end(runlog, "stopped", 0, 4, &error));
    runlog_free(runlog);
    FILE *file = open_in_run("metrics.jsonl");
    for (int i = 0; i < 4; i++) {
        assert_non_null(fgets(line, sizeof line, file));
        json_t *object = json_loads(line, 0, NULL);
        assert_true((float)json_number_value(json_object_get(object, "loss")) == losses[i]);
        json_decref(object);
    }
    fclose(file);
}

static void a_directory_with_a_run_is_left_alone(void **unused)
{
    struct runlog *runlog = runlog_new(directory, &model, &settings, &facts, &error);
    (void)unused;

    assert_non_null(runlog);
    runlog_free(runlog);
    assert_null(runlog_new(directory, &model, &settings, &facts, &error));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    assert_non_null(strstr(error.text, directory));
}

static void an_empty_directory_that_is_there_is_used(void **unused)
{
    (void)unused;
    assert_int_equal(mkdir(directory, 0777), 0);
    struct runlog *runlog = runlog_new(directory, &model, &settings, &facts, &error);
    assert_non_null(runlog);
    runlog_free(runlog);
}

static void a_path_that_cannot_be_a_directory_is_refused(void **unused)
{
    char deep[PATH_MAX + 64];
    (void)unused;

    FILE *file = fopen(directory, "w");
    assert_non_null(file);
    fclose(file);
    assert_null(runlog_new(directory, &model, &settings, &facts, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    snprintf(deep, sizeof deep, "%s/no/such/parent", scratch);
    assert_null(runlog_new(deep, &model, &settings, &facts, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(the_config_says_what_made_the_run),
    TEST(every_line_is_an_object_with_its_event_first),
    TEST(losses_read_back_as_the_same_float),
    TEST(a_directory_with_a_run_is_left_alone),
    TEST(an_empty_directory_that_is_there_is_used),
    TEST(a_path_that_cannot_be_a_directory_is_refused),
};

CHECK_MAIN(tests)
