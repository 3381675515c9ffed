/* Run directories: their contents, and that no run overwrites another. */
#include "check_file.h"
#include "sample_data.h"
#include "sample_model.h"

#include "train/log_lines.h"
#include "train/replay.h"
#include "train/runlog.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* ---- faults: these functions replace the C library's ---- */

static struct {
    int flock, fsync, ftruncate; /* the errno to fail with; 0: does not fail */
    bool files_lock;             /* flock fails for directories alone */
} failure;

int flock(int descriptor, int operation)
{
    struct stat status;
    const bool file = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);

    errno = failure.flock;
    return failure.flock != 0 && !(failure.files_lock && file)
               ? -1
               : (int)syscall(SYS_flock, descriptor, operation);
}

int fsync(int descriptor)
{
    errno = failure.fsync;
    return failure.fsync != 0 ? -1 : (int)syscall(SYS_fsync, descriptor);
}

int ftruncate(int descriptor, off_t size)
{
    errno = failure.ftruncate;
    return failure.ftruncate != 0 ? -1 : (int)syscall(SYS_ftruncate, descriptor, size);
}

/* ---- runs ---- */

enum { TRAIN = 150, TEST = 20, BATCHES = 3 /* an epoch, the last of 22 */ };

static struct model *model;
static struct config config = {
    {"basic", 2, 64, 0.01, 0.9, 7, true, SETTINGS_OLD}, NULL, "baseline", "data", 0xABCDEF, 2};
static struct dataset data;
static struct start start;
static char scratch[PATH_MAX], directory[PATH_MAX + 8];
static struct error error;

static int set_up(void **unused)
{
    (void)unused;
    check_scratch(scratch);
    snprintf(directory, sizeof directory, "%s/run", scratch);
    assert_non_null(model = config.model = sample_model("basic"));
    sample_dataset(&data, TRAIN, TEST);
    assert_true(start_new(&start, model, &config.settings, &data, NULL, &error));
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    memset(&failure, 0, sizeof failure);
    start_fini(&start);
    model_free(model);
    dataset_fini(&data);
    check_scratch_remove(scratch);
    return 0;
}

static struct runlog *begin_run(void)
{
    struct runlog *runlog = runlog_new(directory, &error);

    assert_non_null(runlog);
    assert_true(runlog_start(runlog, &config, model, &start, &error));
    return runlog;
}

/* Writes these bytes to the run's file. */
static void put_in_run(const char *name, const char *text, size_t size)
{
    struct directory run;

    check_open_directory(&run, directory);
    assert_true(file_replace(&run, name, text, size, &error));
    directory_close(&run);
}

static FILE *open_in_run(const char *name)
{
    char path[PATH_MAX + 64];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    return file;
}

static void the_config_has_everything_that_made_the_run(void **unused)
{
    struct runlog *runlog = begin_run();
    json_error_t problem;
    (void)unused;

    runlog_free(runlog);
    FILE *file = open_in_run("config.json");
    json_t *object = json_loadf(file, 0, &problem);
    fclose(file);
    assert_non_null(object);
    assert_string_equal(json_string_value(json_object_get(object, "model")), "basic");
    assert_int_equal(json_integer_value(json_object_get(object, "parameters")), 9902);
    assert_int_equal(json_integer_value(json_object_get(object, "epochs")), 2);
    assert_int_equal(json_integer_value(json_object_get(object, "seed")), 7);
    assert_true(json_real_value(json_object_get(object, "lr")) == 0.01);
    assert_true(json_is_true(json_object_get(object, "shuffle")));
    json_decref(object);
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
    struct runlog *runlog = begin_run();
    char line[512];
    (void)unused;

    assert_true(runlog_batch(runlog, 0, 0, 2.25, 12.5, &error));
    assert_true(runlog_batch(runlog, 0, 1, (double)NAN, 12.5, &error));
    assert_true(runlog_epoch(runlog, &metrics, &error));
    assert_true(runlog_end(runlog, "finished", false, 1, 938, &error));
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
    struct runlog *runlog = begin_run();
    const float losses[] = {0.1F, 2.30258512F, 1.17549435e-38F, 0.333333343F};
    char line[512];
    (void)unused;

    for (int i = 0; i < 4; i++)
        assert_true(runlog_batch(runlog, 0, i, (double)losses[i], 0.0, &error));
    assert_true(runlog_end(runlog, "stopped", false, 0, 4, &error));
    runlog_free(runlog);
    FILE *file = open_in_run("metrics.jsonl");
    assert_non_null(fgets(line, sizeof line, file)); /* start */
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
    struct runlog *runlog = begin_run();
    (void)unused;

    runlog_free(runlog);
    assert_null(runlog_new(directory, &error));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    assert_non_null(strstr(error.text, directory));
}

static void an_existing_empty_directory_is_used(void **unused)
{
    (void)unused;
    assert_int_equal(mkdir(directory, 0777), 0);
    struct runlog *runlog = begin_run();
    runlog_free(runlog);
}

static void a_path_that_cannot_be_a_directory_is_refused(void **unused)
{
    char deep[PATH_MAX + 64];
    (void)unused;

    FILE *file = fopen(directory, "w");
    assert_non_null(file);
    fclose(file);
    assert_null(runlog_new(directory, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    snprintf(deep, sizeof deep, "%s/no/such/parent", scratch);
    assert_null(runlog_new(deep, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
}

static void the_config_reads_back_as_it_was(void **unused)
{
    struct config exact = config, read;
    struct directory run;
    (void)unused;

    exact.settings.lr = 0.1 + 0.2;
    assert_int_equal(mkdir(directory, 0777), 0);
    check_open_directory(&run, directory);
    assert_true(config_write(&run, &exact, &error));
    assert_true(config_read(&run, &read, &error));
    directory_close(&run);
    assert_true(settings_same(&exact.settings, &read.settings, "", &error));
    assert_int_equal(read.settings.epochs, 2);
    assert_string_equal(read.kernels, "baseline");
    assert_string_equal(read.data, "data");
    assert_int_equal(read.data_checksum, 0xABCDEF);
    assert_int_equal(read.threads, 2);
    model_free(read.model);
}

static void row_36_an_invalid_config_is_refused(void **unused)
{
    static const char *const texts[] = {"", "[]", "{\"format_version\": 3}",
                                        "{\"format_version\": 1, \"model\": \"nonesuch\"}"};
    struct directory run;
    struct config read;
    (void)unused;

    assert_int_equal(mkdir(directory, 0777), 0);
    check_open_directory(&run, directory);
    assert_false(config_read(&run, &read, &error));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    for (int i = 0; i < CHECK_COUNT(texts); i++) {
        put_in_run(CONFIG_NAME, texts[i], strlen(texts[i]));
        assert_false(config_read(&run, &read, &error));
        assert_int_equal(error.kind, ERROR_CHECKPOINT);
        assert_non_null(strstr(error.text, CONFIG_NAME));
    }
    directory_close(&run);
}

static void row_45_a_second_process_is_refused(void **unused)
{
    struct runlog *runlog = begin_run();
    (void)unused;

    assert_null(runlog_open(directory, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    assert_null(runlog_new(directory, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    runlog_free(runlog);
    runlog = runlog_open(directory, &error);
    assert_non_null(runlog);
    runlog_free(runlog);
}

/* ---- resuming ---- */

/* A run of an epoch and two batches; of its images 16, 32 and 11 were right, then 40 and 48. */
static void log_run(void)
{
    const struct epoch_metrics metrics = {.train_loss = 1.5,
                                          .train_accuracy = 100.0 * 59 / TRAIN,
                                          .test_loss = 1.25,
                                          .test_accuracy = 100.0 * 13 / TEST,
                                          .seconds = 2.5,
                                          .images_per_second = 60.0};
    struct runlog *runlog = begin_run();

    assert_true(runlog_batch(runlog, 0, 0, 2.5, 100.0 * 16 / 64, &error));
    assert_true(runlog_batch(runlog, 0, 1, 2.0, 100.0 * 48 / 128, &error));
    assert_true(runlog_batch(runlog, 0, 2, 1.5, 100.0 * 59 / 150, &error));
    assert_true(runlog_epoch(runlog, &metrics, &error));
    assert_true(runlog_lr(runlog, 1, 0, 0.0125, &error));
    assert_true(runlog_batch(runlog, 1, 0, 1.25, 100.0 * 40 / 64, &error));
    assert_true(runlog_batch(runlog, 1, 1, 1.0, 100.0 * 88 / 128, &error));
    assert_true(runlog_end(runlog, "stopped", false, 1, 2, &error));
    runlog_free(runlog);
}

/* Resumes from a checkpoint at this moment. */
static bool go_on(int epoch, int batch, bool *lost)
{
    struct runlog *runlog = runlog_open(directory, &error);

    assert_non_null(runlog);
    start_fini(&start);
    assert_true(start_new(&start, model, &config.settings, &data, NULL, &error));
    start.progress.epoch = epoch;
    start.progress.batch = batch;
    start.progress.step = epoch * BATCHES + batch;
    bool good = runlog_resume(runlog, &config, &data, &start, lost, &error);
    runlog_free(runlog);
    return good;
}

/* The log's events by their first letters. */
static void assert_events(const char *expected)
{
    char line[512], events[64] = "";
    FILE *file = open_in_run("metrics.jsonl");

    for (size_t i = 0; i + 1 < sizeof events && fgets(line, sizeof line, file) != NULL; i++)
        events[i] = line[strlen("{\"event\":\"")];
    fclose(file);
    assert_string_equal(events, expected);
}

static void the_past_is_read_back(void **unused)
{
    const struct history *history = &start.now.history;
    bool lost;
    (void)unused;

    log_run();
    assert_true(go_on(1, 2, &lost));
    assert_false(lost);
    assert_events("sbbbelbber");
    assert_int_equal(history->steps, 5);
    assert_true(history->cells[1].loss.min == 2.0F);
    assert_true(history->cells[1].accuracy.sum == 50.0); /* of the batch: 32 of 64 */
    assert_true(history->cells[2].accuracy.sum == 50.0); /* 11 of 22 */
    assert_true(history->cells[4].accuracy.sum == 75.0);
    assert_int_equal(history->epoch_count, 1);
    assert_int_equal(history->epochs[0].step, BATCHES);
    assert_int_equal(history->epochs[0].test_correct, 13);
    assert_true(history->epochs[0].train_accuracy == 100.0 * 59 / TRAIN);
    assert_true(history->epochs[0].last_loss == 1.5);
    assert_int_equal(history->lr_change_count, 1);
    assert_int_equal(history->lr_changes[0].step, BATCHES);
    assert_true(history->lr_changes[0].lr == 0.0125);
    assert_int_equal(start.now.epochs_done, 1);
    assert_true(start.now.best.test_accuracy == 65.0);
    assert_true(start.now.run_seconds == 2.5);
}

static void row_48_lines_after_the_checkpoint_are_cut(void **unused)
{
    static const struct {
        int epoch, batch;
        const char *events;
    } cases[] = {{1, 2, "sbbbelbber"}, {1, 1, "sbbbelbr"}, {1, 0, "sbbber"},
                 {0, 3, "sbbbr"},      {0, 1, "sbr"},      {0, 0, "sr"}};
    bool lost;
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        log_run();
        assert_true(go_on(cases[i].epoch, cases[i].batch, &lost));
        assert_events(cases[i].events);
        assert_int_equal(start.now.history.steps, start.progress.step);
        tear_down(NULL);
        set_up(NULL);
    }
}

/* Cut anywhere, the log is repaired if it is complete up to the checkpoint, and refused
 * otherwise. */
static void row_47_a_torn_line_is_repaired_and_a_gap_refused(void **unused)
{
    char text[4096], path[PATH_MAX + 64];
    bool lost;
    (void)unused;

    log_run();
    snprintf(path, sizeof path, "%s/metrics.jsonl", directory);
    FILE *file = open_in_run("metrics.jsonl");
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    size_t needed = (size_t)(strstr(text, "{\"event\":\"batch\",\"epoch\":1,\"batch\":1") - text);
    for (size_t length = 1; length <= size; length++) {
        put_in_run(LOG_NAME, text, length);
        assert_int_equal(go_on(1, 1, &lost), length >= needed);
        if (length >= needed)
            assert_events("sbbbelbr");
        else
            assert_int_equal(error.kind, ERROR_CHECKPOINT);
    }
    memset(text + needed, 0, 100); /* as some file systems leave it */
    put_in_run(LOG_NAME, text, needed + 100);
    assert_true(go_on(1, 1, &lost));
    assert_events("sbbbelbr");
}

static void row_48_a_line_that_is_not_the_next_is_refused(void **unused)
{
    static const char *const swaps[][2] = {
        {"\"batch\":1,\"loss\":2.0", "\"batch\":2,\"loss\":2.0"}, /* a gap, then a duplicate */
        {"\"event\":\"epoch\",\"epoch\":0", "\"event\":\"epoch\",\"epoch\":1"},
        {"\"test_accuracy\":65.0", "\"test_accuracy\":650."},
        {"\"accuracy\":25.0", "\"accuracy\":null"},
    };
    char text[4096];
    bool lost;
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(swaps); i++) {
        log_run();
        FILE *file = open_in_run("metrics.jsonl");
        size_t size = fread(text, 1, sizeof text - 1, file);
        fclose(file);
        text[size] = '\0';
        char *at = strstr(text, swaps[i][0]);
        assert_non_null(at);
        memcpy(at, swaps[i][1], strlen(swaps[i][1]));
        put_in_run(LOG_NAME, text, size);
        assert_false(go_on(1, 2, &lost));
        assert_int_equal(error.kind, ERROR_CHECKPOINT);
        assert_non_null(strstr(error.text, "metrics.jsonl: line "));
        tear_down(NULL);
        set_up(NULL);
    }
}

static void row_49_a_lost_log_is_started_again(void **unused)
{
    char path[PATH_MAX + 64];
    bool lost;
    (void)unused;

    log_run();
    snprintf(path, sizeof path, "%s/metrics.jsonl", directory);
    assert_int_equal(unlink(path), 0);
    assert_true(go_on(1, 1, &lost));
    assert_true(lost);
    assert_events("r");
    struct runlog *runlog = runlog_open(directory, &error);
    assert_true(runlog_resume(runlog, &config, &data, &start, &lost, &error));
    assert_true(runlog_batch(runlog, 1, 1, 1.0, 60.0, &error));
    assert_true(runlog_batch(runlog, 1, 2, 0.5, 70.0, &error));
    assert_true(runlog_end(runlog, "stopped", false, 1, 3, &error));
    runlog_free(runlog);
    assert_true(go_on(1, 3, &lost)); /* a later part of the log is read back at its place in the
                                      * run */
    assert_false(lost);
    assert_int_equal(start.now.history.steps, 6);
    assert_int_equal(start.now.history.cells[3].loss.count, 0);
    assert_true(start.now.history.cells[5].loss.min == 0.5F);
    assert_int_equal(start.now.epochs_done, 0);
}

static void put_path(char path[PATH_MAX + 64], const char *name)
{
    snprintf(path, PATH_MAX + 64, "%s/%s", directory, name);
}

static void row_91_a_log_linked_from_another_run_is_copied(void **unused)
{
    char path[PATH_MAX + 64], other[PATH_MAX + 64];
    struct stat before, after;
    bool lost;
    (void)unused;

    log_run();
    put_path(path, LOG_NAME);
    put_path(other, "other");
    assert_int_equal(link(path, other), 0);
    assert_int_equal(stat(other, &before), 0);
    assert_true(go_on(1, 1, &lost));
    assert_events("sbbbelbr");
    assert_int_equal(stat(other, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    assert_true(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
}

static void row_46_a_log_that_is_a_link_is_left_alone(void **unused)
{
    char path[PATH_MAX + 64], other[PATH_MAX + 64];
    struct stat before, after;
    bool lost;
    (void)unused;

    log_run();
    put_path(path, LOG_NAME);
    put_path(other, "other");
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(stat(other, &before), 0);
    assert_int_equal(symlink("other", path), 0);
    assert_false(go_on(1, 1, &lost));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    assert_int_equal(stat(other, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
}

/* Faults of the log during a run. */
static void remove_log(const char *path)
{
    assert_int_equal(unlink(path), 0);
}

static void replace_log(const char *path)
{
    (void)path;
    put_in_run(LOG_NAME, "{}\n", 3);
}

static void cut_log(const char *path)
{
    assert_int_equal(truncate(path, 10), 0);
}

static void lengthen_log(const char *path)
{
    FILE *file = fopen(path, "a");

    assert_non_null(file);
    assert_true(fputs("{}\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void row_92_a_log_that_was_changed_is_noticed_at_the_next_flush(void **unused)
{
    static const struct {
        void (*change)(const char *path);
        const char *said;
    } cases[] = {{remove_log, "No such file"},
                 {replace_log, "another file has taken its place"},
                 {cut_log, "was changed by another program"},
                 {lengthen_log, "was changed by another program"}};
    char path[PATH_MAX + 64];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        struct runlog *runlog = begin_run();
        assert_true(runlog_batch(runlog, 0, 0, 2.25, 12.5, &error));
        put_path(path, LOG_NAME);
        cases[i].change(path);
        memset(&error, 0, sizeof error);
        assert_false(runlog_end(runlog, "stopped", false, 0, 1, &error));
        assert_int_equal(error.kind, ERROR_SYSTEM);
        assert_non_null(strstr(error.text, path));
        assert_non_null(strstr(error.text, cases[i].said));
        runlog_free(runlog);
        tear_down(NULL);
        set_up(NULL);
    }
}

static void row_91_every_file_follows_the_locked_directory(void **unused)
{
    char moved[PATH_MAX + 64], path[PATH_MAX + 128];
    struct stat status;
    const struct checkpoint_group momentum = {"momentum", start.trained.buffers[0], false};
    const struct checkpoint best = {
        model, &config.settings, config.kernels, start.trained.state, &momentum, 1};
    struct runlog *runlog = begin_run();
    (void)unused;

    snprintf(moved, sizeof moved, "%s/moved", scratch);
    assert_int_equal(rename(directory, moved), 0);
    assert_int_equal(mkdir(directory, 0700), 0);
    assert_true(runlog_batch(runlog, 0, 0, 2.25, 12.5, &error));
    assert_true(runlog_save(runlog, CHECKPOINT_BEST, &best, &start.progress, &error));
    assert_true(config_write(runlog_directory(runlog), &config, &error));
    runlog_free(runlog);
    snprintf(path, sizeof path, "%s/%s", moved, CHECKPOINT_BEST);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(rmdir(directory), 0); /* it is empty */
}

static void put_log(const char *text)
{
    put_in_run(LOG_NAME, text, strlen(text));
}

static void row_48_lines_that_no_run_would_have_written_are_refused(void **unused)
{
#define START "{\"event\":\"start\",\"epoch\":0,\"batch\":0}\n"
#define BATCH(epoch, batch)                                                                        \
    "{\"event\":\"batch\",\"epoch\":" #epoch ",\"batch\":" #batch ",\"loss\":2,\"accuracy\":50}\n"
#define EPOCH(test_accuracy, seconds)                                                              \
    "{\"event\":\"epoch\",\"epoch\":0,\"train_loss\":1.5,\"train_accuracy\":40,"                   \
    "\"test_loss\":1,\"test_accuracy\":" test_accuracy ",\"seconds\":" seconds                     \
    ",\"images_per_second\":1}\n"
    static const struct {
        const char *text;
        int epoch, batch;
        bool good;
    } logs[] = {
        {START BATCH(0, 0) BATCH(0, 1) BATCH(0, 2) EPOCH("50", "1") BATCH(1, 0), 1, 1, true},
        {START BATCH(0, 0) BATCH(0, 1) EPOCH("50", "1") BATCH(1, 0), 1, 1, false},
        {START BATCH(0, 0) BATCH(0, 1) BATCH(0, 2) BATCH(0, 3), 1, 0, false},
        {START BATCH(0, 0) BATCH(0, 1) BATCH(0, 2) EPOCH("150", "1"), 1, 0, false},
        {START BATCH(0, 0) BATCH(0, 1) BATCH(0, 2) EPOCH("-1", "1"), 1, 0, false},
        {START BATCH(0, 0) BATCH(0, 1) BATCH(0, 2) EPOCH("50", "-1"), 1, 0, false},
        {START BATCH(0, 0) BATCH(0, "1"), 0, 2, false},
        {START BATCH(0, 0) BATCH(0.0, 1), 0, 2, false},
        {START "{\"event\":\"nonesuch\",\"epoch\":0,\"batch\":0}\n", 0, 1, false},
        {BATCH(0, 0) BATCH(0, 1), 0, 2, false},
        {"{\"event\":\"resume\",\"epoch\":2,\"batch\":0}\n", 1, 0, false},
        {"{\"event\":\"resume\",\"epoch\":0,\"batch\":4}\n", 1, 0, false},
        {"{\"event\":\"resume\",\"epoch\":0,\"batch\":2}\n" BATCH(0, 2) EPOCH("50", "1"), 1, 0,
         true},
        {"{\"event\":\"resume\",\"epoch\":0}\n", 0, 1, false},
        {START "{\"event\":\"lr\",\"epoch\":0,\"batch\":0,\"lr\":0}\n" BATCH(0, 0), 0, 1, false},
        {START "{\"event\":\"lr\",\"epoch\":0,\"batch\":0,\"lr\":-1}\n" BATCH(0, 0), 0, 1, false},
        {START "{\"event\":\"lr\",\"epoch\":0,\"batch\":0,\"lr\":null}\n" BATCH(0, 0), 0, 1, false},
        {START "{\"event\":\"lr\",\"epoch\":0,\"batch\":0,\"lr\":1}\n" BATCH(0, 0), 0, 1, true},
        {"[]\n", 0, 0, true}, /* after the checkpoint, and cut */
    };
    bool lost;
    (void)unused;

    runlog_free(begin_run());
    for (int i = 0; i < CHECK_COUNT(logs); i++) {
        put_log(logs[i].text);
        assert_int_equal(go_on(logs[i].epoch, logs[i].batch, &lost), logs[i].good);
        assert_false(lost);
    }
}

/* Removes one value from the first line of this kind: the key and what follows it. */
static void take_value(char *text, const char *event, const char *key)
{
    char wanted[64];

    snprintf(wanted, sizeof wanted, "{\"event\":\"%s\"", event);
    char *line = strstr(text, wanted);
    assert_non_null(line);
    snprintf(wanted, sizeof wanted, ",\"%s\":", key);
    char *from = strstr(line, wanted);
    assert_non_null(from);
    char *to = from + 1 + strcspn(from + 1, ",}");
    memmove(from, to, strlen(to) + 1);
}

static void row_112_a_line_without_one_of_its_values_is_refused(void **unused)
{
    static const struct {
        const char *event, *keys[7];
    } kinds[] = {
        {"start", {"epoch", "batch"}},
        {"batch", {"epoch", "batch", "loss", "accuracy"}},
        {"lr", {"epoch", "batch", "lr"}},
        {"epoch",
         {"epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds",
          "images_per_second"}},
        {"resume", {"epoch", "batch"}},
    };
    char whole[4096], text[4096];
    bool lost;
    (void)unused;

    log_run();
    assert_true(go_on(1, 2, &lost));
    FILE *file = open_in_run(LOG_NAME);
    size_t size = fread(whole, 1, sizeof whole - 1, file);
    fclose(file);
    whole[size] = '\0';
    for (int k = 0; k < CHECK_COUNT(kinds); k++)
        for (int i = 0; i < 7 && kinds[k].keys[i] != NULL; i++) {
            memcpy(text, whole, sizeof text);
            take_value(text, kinds[k].event, kinds[k].keys[i]);
            put_in_run(LOG_NAME, text, strlen(text));
            /* The last line is after the checkpoint and cut, whatever it lacks. */
            assert_int_equal(go_on(1, 2, &lost), strcmp(kinds[k].event, "resume") == 0);
        }
}

static void a_log_that_is_not_a_file_is_not_read(void **unused)
{
    char path[PATH_MAX + 64];
    struct directory run;
    long end;
    (void)unused;

    check_open_directory(&run, scratch);
    assert_false(replay_log(&start, &run, &config.settings, &data, &end, &error));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    snprintf(path, sizeof path, "%s/%s", scratch, LOG_NAME);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_false(replay_log(&start, &run, &config.settings, &data, &end, &error));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    directory_close(&run);
}

/* ---- disks that cannot be written ---- */

static void any_number_of_lines_between_two_saves_is_kept(void **unused)
{
    enum { LINES = 3000 };
    struct runlog *runlog = begin_run();
    char line[512];
    int count = 0;
    (void)unused;

    for (int i = 0; i < LINES; i++)
        assert_true(runlog_batch(runlog, 0, i, 1.0 / (i + 1), 50.0, &error));
    assert_true(runlog_end(runlog, "stopped", false, 0, LINES, &error));
    runlog_free(runlog);
    FILE *file = open_in_run("metrics.jsonl");
    while (fgets(line, sizeof line, file) != NULL)
        count++;
    fclose(file);
    assert_int_equal(count, LINES + 2);
}

/* A run whose log may not grow beyond about 100 kB, up to the line that fails. */
static void fill_log(void)
{
    struct runlog *runlog = begin_run();
    struct rlimit before, small = {.rlim_cur = 100000};
    bool taken = true;

    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; taken && i < 10000; i++)
        taken = runlog_batch(runlog, 0, i, 1.0, 50.0, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(taken);
    assert_int_equal(error.kind, ERROR_SYSTEM);
    runlog_free(runlog);
}

static void row_76_a_log_that_may_not_grow_keeps_whole_lines(void **unused)
{
    char line[512];
    (void)unused;

    fill_log();
    assert_null(strstr(error.text, "torn"));
    FILE *file = open_in_run("metrics.jsonl");
    while (fgets(line, sizeof line, file) != NULL)
        assert_string_equal(line + strlen(line) - 2, "}\n");
    fclose(file);
}

static void row_76_a_line_that_cannot_be_removed_is_reported(void **unused)
{
    (void)unused;
    failure.ftruncate = EIO;
    fill_log();
    assert_non_null(strstr(error.text, "its last line may be torn"));
}

/* As on NFS. A second process is another open descriptor, which has a lock of its own. */
static void row_45_without_locks_of_directories_a_file_is_locked(void **unused)
{
    bool holds_run, busy;
    (void)unused;

    failure.flock = EBADF;
    failure.files_lock = true;
    struct runlog *first = runlog_new(directory, &error);
    assert_non_null(first);
    assert_null(runlog_open(directory, &error));
    assert_non_null(strstr(error.text, "another process is using this run"));
    assert_null(runlog_take(directory, &holds_run, &busy, &error));
    assert_true(busy);
    runlog_free(first);
    struct runlog *second = runlog_take(directory, &holds_run, &busy, &error);
    assert_non_null(second);
    assert_false(holds_run || busy);
    runlog_free(second);
    failure.flock = 0;
    failure.files_lock = false;
}

static void row_45_without_locks_a_run_continues(void **unused)
{
    (void)unused;
    failure.flock = ENOLCK;
    runlog_free(begin_run());
}

/* Its contents are synced; its entry in the parent directory cannot be. */
static void a_run_below_an_unreadable_directory_is_saved(void **unused)
{
    (void)unused;
    failure.fsync = EACCES;
    struct runlog *runlog = runlog_new(directory, &error);
    assert_non_null(runlog);
    runlog_free(runlog);
    failure.fsync = EIO;
    assert_false(runlog_make_place(directory, &error));
    assert_non_null(strstr(error.text, "cannot be made durable"));
}

static void row_46_a_run_whose_files_cannot_be_made_does_not_start(void **unused)
{
    static const char *const names[] = {CHECKPOINT_LAST, CONFIG_NAME, "metrics.jsonl"};
    char path[PATH_MAX + 64];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(names); i++) {
        struct runlog *runlog = runlog_new(directory, &error);
        assert_non_null(runlog);
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        assert_int_equal(mkdir(path, 0777), 0);
        assert_false(runlog_start(runlog, &config, model, &start, &error));
        assert_int_equal(error.kind, ERROR_SYSTEM);
        assert_non_null(strstr(error.text, names[i]));
        runlog_free(runlog);
        tear_down(NULL);
        set_up(NULL);
    }
}

/* Something in the place of the log's temporary file cannot be removed. */
static void row_46_a_log_that_cannot_be_made_is_named(void **unused)
{
    char path[PATH_MAX + 64], temporary[PATH_MAX + 64];
    bool lost;
    (void)unused;

    snprintf(path, sizeof path, "%s/metrics.jsonl", directory);
    snprintf(temporary, sizeof temporary, "%s/metrics.jsonl.tmp", directory);
    struct runlog *runlog = runlog_new(directory, &error);
    assert_non_null(runlog);
    assert_int_equal(mkdir(temporary, 0777), 0);
    assert_false(runlog_start(runlog, &config, model, &start, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    assert_non_null(strstr(error.text, path));
    runlog_free(runlog);
    assert_false(go_on(0, 0, &lost));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    assert_non_null(strstr(error.text, path));
    assert_int_equal(rmdir(temporary), 0);
    assert_true(go_on(0, 0, &lost));
}

static void paths_that_are_too_long_are_refused(void **unused)
{
    char path[PATH_MAX + 16];
    (void)unused;

    memset(path, 'x', sizeof path);
    path[PATH_MAX + 8] = '\0';
    assert_null(runlog_new(path, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
    path[PATH_MAX - 4] = '\0'; /* too long with the log's name added */
    assert_null(runlog_open(path, &error));
    assert_int_equal(error.kind, ERROR_SYSTEM);
}

/* A run exists as soon as config.json does, which is written before the log. */
static void a_run_killed_before_its_log_was_made_is_resumed(void **unused)
{
    char path[PATH_MAX + 64];
    bool lost;
    (void)unused;

    runlog_free(begin_run());
    snprintf(path, sizeof path, "%s/metrics.jsonl", directory);
    assert_int_equal(unlink(path), 0);
    assert_true(go_on(0, 0, &lost));
    assert_false(lost);
    assert_events("r");
}

#define TEST_OF(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST_OF(row_48_lines_that_no_run_would_have_written_are_refused),
    TEST_OF(row_112_a_line_without_one_of_its_values_is_refused),
    TEST_OF(a_log_that_is_not_a_file_is_not_read),
    TEST_OF(row_46_a_log_that_is_a_link_is_left_alone),
    TEST_OF(row_91_a_log_linked_from_another_run_is_copied),
    TEST_OF(row_91_every_file_follows_the_locked_directory),
    TEST_OF(row_92_a_log_that_was_changed_is_noticed_at_the_next_flush),
    TEST_OF(any_number_of_lines_between_two_saves_is_kept),
    TEST_OF(row_76_a_log_that_may_not_grow_keeps_whole_lines),
    TEST_OF(row_76_a_line_that_cannot_be_removed_is_reported),
    TEST_OF(row_45_without_locks_of_directories_a_file_is_locked),
    TEST_OF(row_45_without_locks_a_run_continues),
    TEST_OF(a_run_below_an_unreadable_directory_is_saved),
    TEST_OF(row_46_a_run_whose_files_cannot_be_made_does_not_start),
    TEST_OF(row_46_a_log_that_cannot_be_made_is_named),
    TEST_OF(paths_that_are_too_long_are_refused),
    TEST_OF(the_config_has_everything_that_made_the_run),
    TEST_OF(every_line_is_an_object_with_its_event_first),
    TEST_OF(losses_read_back_as_the_same_float),
    TEST_OF(a_directory_with_a_run_is_left_alone),
    TEST_OF(an_existing_empty_directory_is_used),
    TEST_OF(a_path_that_cannot_be_a_directory_is_refused),
    TEST_OF(the_config_reads_back_as_it_was),
    TEST_OF(row_36_an_invalid_config_is_refused),
    TEST_OF(row_45_a_second_process_is_refused),
    TEST_OF(the_past_is_read_back),
    TEST_OF(row_47_a_torn_line_is_repaired_and_a_gap_refused),
    TEST_OF(row_48_lines_after_the_checkpoint_are_cut),
    TEST_OF(row_48_a_line_that_is_not_the_next_is_refused),
    TEST_OF(row_49_a_lost_log_is_started_again),
    TEST_OF(a_run_killed_before_its_log_was_made_is_resumed),
};

CHECK_MAIN(tests)
