/* The trainer: commands in, snapshots out, and the same bits whatever the commands. */
#include "check_file.h"
#include "sample_data.h"
#include "sample_model.h"
#include "trainer_wait.h"

#include "support/clock.h"
#include "train/trainer.h"

#include <math.h>
#include <pthread.h>

enum { TRAIN = 150, TEST = 50, BATCH = 16, BATCHES = 10 /* an epoch, the last of 6 */ };

enum { STATE_MAX = 16384 }; /* floats of a state: more than the tests' network has */

static struct dataset data;
static struct model *model;
static const struct kernels *kernels;
static struct snapshot snapshot;
static struct weights *weights; /* the snapshot's */
static struct start beginning;
static struct error error;

static int set_up(void **unused)
{
    (void)unused;
    sample_dataset(&data, TRAIN, TEST);
    assert_non_null(model = sample_model_again(model, "basic"));
    kernels = kernels_select("auto", &error);
    assert_non_null(kernels);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    weights_drop(weights);
    weights = NULL;
    dataset_fini(&data);
    return 0;
}

static struct trainer_options make_options(int epochs, int threads)
{
    return (struct trainer_options){
        .data = &data,
        .model = model,
        .kernels = kernels,
        .settings = {"basic", epochs, BATCH, 0.01, 0.9, 3, true, SETTINGS_OLD},
        .threads = threads,
        .publishes_weights = true,
    };
}

static void begin(const struct trainer_options *options)
{
    start_fini(&beginning);
    assert_true(start_new(&beginning, model, &options->settings, &data, NULL, &error));
}

/* Starts a run, from the beginning unless the options name another moment. */
static struct trainer *start(struct trainer_options *options)
{
    if (options->start == NULL)
        begin(options);
    options->start = &beginning;
    struct trainer *trainer = trainer_new(options, &error);
    assert_non_null(trainer);
    return trainer;
}

static void send(struct trainer *trainer, enum trainer_verb verb, long count)
{
    trainer_send(trainer, (struct trainer_command){.verb = verb, .count = count});
}

static void a_run_trains_and_tests_every_epoch(void **unused)
{
    struct trainer_options options = make_options(8, 2);
    struct trainer *trainer = start(&options);
    (void)unused;

    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    trainer_free(trainer);
    assert_int_equal(snapshot.epochs_done, 8);
    assert_int_equal(snapshot.step, 8 * BATCHES);
    assert_int_equal(snapshot.history.steps, 8 * BATCHES);
    assert_int_equal(snapshot.history.epoch_count, 8);
    assert_int_equal(snapshot.history.epochs[3].step, 4 * BATCHES);
    assert_true(snapshot.history.epochs[7].train_loss < snapshot.history.epochs[0].train_loss);
    assert_true(snapshot.best.test_accuracy > 50.0);
    assert_int_equal(snapshot.error.kind, ERROR_NONE);
}

/* The weights after two epochs of a run on `threads` threads. */
static void weights_of(int threads, float to[STATE_MAX])
{
    struct trainer_options options = make_options(2, threads);
    struct trainer *trainer = start(&options);

    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    trainer_free(trainer);
    memcpy(to, weights->state, model->state_count * sizeof *to);
}

static void row_89_any_number_of_threads_gives_the_same_bits(void **unused)
{
    float expected[STATE_MAX], got[STATE_MAX];
    (void)unused;

    weights_of(1, expected);
    for (int threads = 2; threads <= 6; threads++) {
        weights_of(threads, got);
        assert_memory_equal(got, expected, model->state_count * sizeof *got);
    }
}

static void pausing_and_stepping_change_no_bit(void **unused)
{
    float expected[STATE_MAX];
    struct trainer_options options = make_options(2, 2);
    (void)unused;

    weights_of(2, expected);
    options.paused = true;
    struct trainer *trainer = start(&options);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_PAUSED);
    for (int i = 0; i < 3; i++) {
        send(trainer, TRAINER_STEP_BATCHES, 1);
        usleep(20000);
    }
    send(trainer, TRAINER_RUN, 0);
    send(trainer, TRAINER_PAUSE, 0);
    send(trainer, TRAINER_RUN, 0);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    trainer_free(trainer);
    assert_memory_equal(weights->state, expected, model->state_count * sizeof *expected);
}

static void a_paused_start_trains_nothing(void **unused)
{
    struct trainer_options options = make_options(1, 1);
    (void)unused;

    options.paused = true;
    struct trainer *trainer = start(&options);
    usleep(50000);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_PAUSED);
    assert_int_equal(snapshot.step, 0);
    trainer_free(trainer);
}

/* Waits until the trainer has paused after the step. */
static void wait_for_step(struct trainer *trainer, long step)
{
    do
        trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_PAUSED);
    while (snapshot.step < step && usleep(1000) == 0);
    assert_int_equal(snapshot.step, step);
}

static void weights_are_the_snapshots_and_outlive_the_trainer(void **unused)
{
    struct trainer_options options = make_options(1, 1);
    (void)unused;

    options.paused = true;
    struct trainer *trainer = start(&options);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_PAUSED);
    struct weights *before = weights_hold(weights);
    send(trainer, TRAINER_STEP_BATCHES, 2);
    wait_for_step(trainer, 2);
    trainer_free(trainer);
    assert_int_equal(snapshot.step, 2);
    assert_int_equal(weights->step, 2);
    assert_int_equal(before->step, 0);
    assert_memory_equal(before->state, beginning.trained.state, model->state_count * sizeof(float));
    assert_memory_not_equal(weights->state, before->state, model->state_count * sizeof(float));
    assert_true(weights->health[0].update_ratio > 0.0F && isnan(weights->health[0].dead));
    assert_true(weights->health[2].dead >= 0.0F);
    weights_drop(before);
}

static void weights_are_copied_for_those_who_ask_alone(void **unused)
{
    struct trainer_options options = make_options(1, 1);
    (void)unused;

    options.publishes_weights = false;
    struct trainer *trainer = start(&options);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    trainer_free(trainer);
    assert_null(weights);
}

static void stepping_batches_pauses_after_exactly_that_many(void **unused)
{
    struct trainer_options options = make_options(2, 2);
    (void)unused;

    options.paused = true;
    struct trainer *trainer = start(&options);
    send(trainer, TRAINER_STEP_BATCHES, 1);
    wait_for_step(trainer, 1);
    send(trainer, TRAINER_STEP_BATCHES, 5);
    wait_for_step(trainer, 6);
    send(trainer, TRAINER_STEP_BATCHES, 6); /* beyond the epoch's end */
    wait_for_step(trainer, 12);
    assert_int_equal(snapshot.epochs_done, 1);
    trainer_free(trainer);
}

static void stepping_epochs_pauses_at_their_end(void **unused)
{
    struct trainer_options options = make_options(5, 2);
    (void)unused;

    options.paused = true;
    struct trainer *trainer = start(&options);
    send(trainer, TRAINER_STEP_BATCHES, 3);
    wait_for_step(trainer, 3);
    send(trainer, TRAINER_STEP_EPOCHS, 1); /* the rest of this epoch */
    wait_for_step(trainer, BATCHES);
    assert_int_equal(snapshot.epochs_done, 1);
    send(trainer, TRAINER_STEP_EPOCHS, 2);
    wait_for_step(trainer, 3 * BATCHES);
    assert_int_equal(snapshot.epochs_done, 3);
    trainer_free(trainer);
}

static void row_85_commands_after_the_end_are_ignored(void **unused)
{
    struct trainer_options options = make_options(1, 1);
    struct trainer *trainer = start(&options);
    (void)unused;

    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    for (int i = 0; i < 100; i++) { /* more than the queue holds */
        send(trainer, TRAINER_STEP_EPOCHS, 1);
        send(trainer, TRAINER_STEP_BATCHES, 1);
    }
    usleep(20000);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    assert_int_equal(snapshot.step, BATCHES);
    trainer_free(trainer);
}

static void many_commands_at_once_are_all_obeyed(void **unused)
{
    enum { PAIRS = 1000 };
    struct trainer_options options = make_options(100000, 1);
    (void)unused;

    struct trainer *trainer = start(&options);
    send(trainer, TRAINER_PAUSE, 0);
    for (int i = 0; i < PAIRS; i++) {
        trainer_send(trainer, (struct trainer_command){.verb = TRAINER_SCALE_LR, .factor = 2.0});
        trainer_send(trainer, (struct trainer_command){.verb = TRAINER_SCALE_LR, .factor = 0.5});
    }
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_PAUSED);
    send(trainer, TRAINER_STOP, 0);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_STOPPED);
    assert_true(snapshot.base_lr == options.settings.lr);
    trainer_free(trainer);
}

static void row_84_a_paused_trainer_stops_at_once(void **unused)
{
    struct trainer_options options = make_options(100, 2);
    (void)unused;

    options.paused = true;
    struct trainer *trainer = start(&options);
    send(trainer, TRAINER_STOP, 0);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_STOPPED);
    assert_int_equal(snapshot.step, 0);
    trainer_free(trainer);
}

static void row_86_divergence_stops_before_the_update_and_names_the_layer(void **unused)
{
    struct trainer_options options = make_options(50, 1);
    (void)unused;

    options.settings.lr = 1e30;
    struct trainer *trainer = start(&options);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FAILED);
    trainer_free(trainer);
    assert_int_equal(snapshot.error.kind, ERROR_DIVERGED);
    assert_non_null(
        strstr(snapshot.error.text, "output of layer1.1 not finite in epoch 0, batch "));
    assert_true(snapshot.step < 50 * BATCHES);
}

static void a_batch_larger_than_the_data_has_all_images(void **unused)
{
    struct trainer_options options = make_options(2, 2);
    (void)unused;

    options.settings.batch_size = 1000;
    struct trainer *trainer = start(&options);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    trainer_free(trainer);
    assert_int_equal(snapshot.batches, 1);
    assert_int_equal(snapshot.step, 2);
}

static void training_starts_from_the_initial_weights(void **unused)
{
    struct trainer_options options = make_options(1, 1);
    struct rng rng;
    (void)unused;

    begin(&options);
    rng_init(&rng, 99, 0);
    model_initialize(model, beginning.trained.state, &rng);
    options.start = &beginning;
    options.paused = true;
    struct trainer *trainer = start(&options);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_PAUSED);
    trainer_free(trainer);
    assert_memory_equal(weights->state, beginning.trained.state,
                        model->state_count * sizeof(float));
}

static void count_call(void *argument)
{
    __atomic_fetch_add((int *)argument, 1, __ATOMIC_SEQ_CST);
}

static void the_front_end_is_notified_of_snapshots(void **unused)
{
    struct trainer_options options = make_options(2, 1);
    int calls = 0;
    (void)unused;

    options.notify = count_call;
    options.notify_argument = &calls;
    struct trainer *trainer = start(&options);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    trainer_free(trainer);
    assert_true(calls >= 3); /* the start, the first epoch's end, the run's end */
}

/* Kinds of the snapshots in a run of short epochs. */
struct publications {
    struct trainer *trainer; /* NULL until it is made */
    long seen;
    int first;   /* epochs done in the first counted snapshot */
    int midway;  /* between two batches */
    int testing; /* of a test pass */
    int ends;    /* after an epoch's last batch */
    int begins;  /* before an epoch's first batch */
    struct snapshot snapshot;
};

/* Runs on the training thread, for every snapshot. */
static void sort_snapshot(void *argument)
{
    struct publications *all = argument;
    struct trainer *trainer = __atomic_load_n(&all->trainer, __ATOMIC_ACQUIRE);

    if (trainer == NULL || !trainer_read(trainer, &all->snapshot, &all->seen))
        return;
    const struct snapshot *now = &all->snapshot;
    if (all->first < 0)
        all->first = now->epochs_done;
    if (now->state == SNAPSHOT_TESTING)
        all->testing++;
    else if (now->state != SNAPSHOT_TRAINING)
        return;
    else if (now->batch == now->batches)
        all->ends++;
    else if (now->batch == 0)
        all->begins++;
    else
        __atomic_fetch_add(&all->midway, 1, __ATOMIC_RELEASE);
}

/* An epoch takes a few milliseconds: its end must not put off the snapshots between batches. */
static void short_epochs_have_snapshots_between_batches(void **unused)
{
    static struct publications all = {.first = -1};
    struct trainer_options options = make_options(1000000, 1);
    (void)unused;

    options.notify = sort_snapshot;
    options.notify_argument = &all;
    const double began = clock_seconds();
    struct trainer *trainer = start(&options);
    __atomic_store_n(&all.trainer, trainer, __ATOMIC_RELEASE);
    for (int i = 0; i < 300000 && __atomic_load_n(&all.midway, __ATOMIC_ACQUIRE) < 3; i++)
        usleep(1000);
    send(trainer, TRAINER_STOP, 0);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_STOPPED);
    trainer_free(trainer);
    assert_true(all.midway >= 3);
    assert_true(all.midway + all.testing <= 40.0 * (clock_seconds() - began) + 2.0);
    assert_true(all.ends >= snapshot.epochs_done - all.first - 1);
    assert_true(all.begins <= 1); /* the run's first one; the begin of an epoch is not published */
}

static void a_second_read_of_a_snapshot_is_not_new(void **unused)
{
    struct trainer_options options = make_options(1, 1);
    long seen = 0;
    (void)unused;

    struct trainer *trainer = start(&options);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    assert_true(trainer_read(trainer, &snapshot, &seen));
    assert_false(trainer_read(trainer, &snapshot, &seen));
    trainer_free(trainer);
}

static struct config config_of(const struct trainer_options *options)
{
    struct config config = {.settings = options->settings, .threads = 1};

    config.model = model;
    snprintf(config.kernels, sizeof config.kernels, "%s", options->kernels->name);
    return config;
}

/* Opens a new run's directory. */
static void open_log(struct trainer_options *options, const char *directory)
{
    struct config config = config_of(options);

    begin(options);
    options->start = &beginning;
    options->runlog = runlog_new(directory, &error);
    assert_non_null(options->runlog);
    assert_true(runlog_start(options->runlog, &config, model, &beginning, &error));
}

/* Runs with a run log in a scratch directory until the trainer has this state, and loads the last
 * checkpoint. */
static void run_with_log(struct trainer_options *options, const char *directory,
                         enum snapshot_state until, float loaded[STATE_MAX])
{
    char path[PATH_MAX + 64];

    open_log(options, directory);
    struct trainer *trainer = start(options);
    if (until == SNAPSHOT_STOPPED) {
        send(trainer, TRAINER_STEP_BATCHES, 3);
        wait_for_step(trainer, 3);
        send(trainer, TRAINER_STOP, 0);
    }
    trainer_wait_weights(trainer, &snapshot, &weights, until);
    trainer_free(trainer);
    runlog_free(options->runlog);
    snprintf(path, sizeof path, "%s/last.safetensors", directory);
    assert_true(checkpoint_load(path, model, loaded, &error));
}

static void the_last_checkpoint_has_the_last_weights(void **unused)
{
    struct trainer_options options = make_options(2, 2);
    float loaded[STATE_MAX];
    char directory[PATH_MAX];
    (void)unused;

    run_with_log(&options, check_scratch(directory), SNAPSHOT_FINISHED, loaded);
    assert_memory_equal(loaded, weights->state, model->state_count * sizeof(float));
    check_scratch_remove(directory);
}

static void a_stopped_run_saves_its_present_moment(void **unused)
{
    struct trainer_options options = make_options(2, 2);
    float loaded[STATE_MAX];
    char directory[PATH_MAX];
    (void)unused;

    options.paused = true;
    run_with_log(&options, check_scratch(directory), SNAPSHOT_STOPPED, loaded);
    assert_int_equal(snapshot.step, 3);
    assert_memory_equal(loaded, weights->state, model->state_count * sizeof(float));
    check_scratch_remove(directory);
}

/* Opens the directory of a run that was stopped. */
static void reopen_log(struct trainer_options *options, const char *directory)
{
    const struct config config = config_of(options);
    bool lost;

    options->runlog = runlog_open(directory, &error);
    assert_non_null(options->runlog);
    start_fini(&beginning);
    assert_true(
        start_resume(&beginning, runlog_directory(options->runlog), model, &config, &data, &error));
    assert_true(runlog_resume(options->runlog, &config, &data, &beginning, &lost, &error));
    assert_false(lost);
}

/* Starts paused, trains this many batches and stops. */
static void train_and_stop(struct trainer_options *options, long batches)
{
    options->paused = true;
    struct trainer *trainer = start(options);
    if (batches > 0)
        send(trainer, TRAINER_STEP_BATCHES, batches);
    wait_for_step(trainer, beginning.progress.step + batches);
    send(trainer, TRAINER_STOP, 0);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_STOPPED);
    trainer_free(trainer);
    runlog_free(options->runlog);
}

static void finish(struct trainer_options *options)
{
    options->paused = false;
    struct trainer *trainer = start(options);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    trainer_free(trainer);
    runlog_free(options->runlog);
}

static void a_run_stopped_anywhere_resumes_to_the_same_bits(void **unused)
{
    struct trainer_options options = make_options(2, 2);
    struct snapshot expected;
    char directory[PATH_MAX];
    (void)unused;

    struct trainer *trainer = start(&options);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    trainer_free(trainer);
    expected = snapshot;
    struct weights *trained = weights_hold(weights);
    for (long step = 0; step <= 2 * BATCHES; step += 3) {
        options = make_options(2, 2);
        open_log(&options, check_scratch(directory));
        train_and_stop(&options, step);
        reopen_log(&options, directory);
        finish(&options);
        check_scratch_remove(directory);
        assert_memory_equal(weights->state, trained->state, model->state_count * sizeof(float));
        assert_int_equal(snapshot.step, 2 * BATCHES);
        assert_int_equal(snapshot.history.steps, 2 * BATCHES);
        assert_int_equal(snapshot.history.epoch_count, 2);
        assert_int_equal(snapshot.epochs_done, 2);
        assert_int_equal(snapshot.best.epoch, expected.best.epoch);
        assert_true(snapshot.best.test_accuracy == expected.best.test_accuracy);
        assert_true(snapshot.best_train_accuracy == expected.best_train_accuracy);
        assert_true(snapshot.epoch_loss == expected.epoch_loss);
        for (int i = 0; i < 2 * BATCHES; i++) {
            const struct history_cell *cell = &snapshot.history.cells[i];
            assert_true(fabs(cell->loss.sum - expected.history.cells[i].loss.sum) < 1e-8);
            assert_true(cell->accuracy.sum == expected.history.cells[i].accuracy.sum);
        }
    }
    weights_drop(trained);
}

/* Runs an epoch whose learning rate is lowered after the third batch. With `again` it is stopped
 * and resumed there, and again two batches later. */
static void run_lowered(const char *directory, bool again)
{
    struct trainer_options options = make_options(1, 1);

    open_log(&options, directory);
    options.paused = true;
    struct trainer *trainer = start(&options);
    send(trainer, TRAINER_STEP_BATCHES, 3);
    wait_for_step(trainer, 3);
    trainer_send(trainer, (struct trainer_command){.verb = TRAINER_SCALE_LR, .factor = 0.7});
    trainer_send(trainer, (struct trainer_command){.verb = TRAINER_SCALE_LR, .factor = 0.0});
    if (again) {
        send(trainer, TRAINER_STOP, 0);
        trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_STOPPED);
        trainer_free(trainer);
        runlog_free(options.runlog);
        reopen_log(&options, directory);
        train_and_stop(&options, 2);
        reopen_log(&options, directory);
        finish(&options);
        return;
    }
    send(trainer, TRAINER_RUN, 0);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    trainer_free(trainer);
    runlog_free(options.runlog);
}

static void a_scaled_learning_rate_is_remembered(void **unused)
{
    float expected[STATE_MAX], unscaled[STATE_MAX];
    const double lr = 0.01 * 0.7; /* not 0.007 */
    char directory[PATH_MAX], path[PATH_MAX + 64], line[256];
    int found = 0;
    (void)unused;

    struct trainer_options options = make_options(1, 1);
    finish(&options);
    memcpy(unscaled, weights->state, model->state_count * sizeof *unscaled);
    for (int again = 0; again < 2; again++) {
        run_lowered(check_scratch(directory), again > 0);
        assert_true(snapshot.lr == lr);
        assert_int_equal(snapshot.history.lr_change_count, 1);
        assert_int_equal(snapshot.history.lr_changes[0].step, 3);
        assert_true(snapshot.history.lr_changes[0].lr == lr);
        snprintf(path, sizeof path, "%s/metrics.jsonl", directory);
        FILE *log = fopen(path, "r");
        assert_non_null(log);
        while (fgets(line, sizeof line, log) != NULL)
            found += strcmp(line, "{\"event\":\"lr\",\"epoch\":0,\"batch\":3,"
                                  "\"lr\":0.006999999999999999}\n") == 0;
        fclose(log);
        check_scratch_remove(directory);
        assert_int_equal(found, again + 1); /* one in each */
        if (again == 0)
            memcpy(expected, weights->state, model->state_count * sizeof *expected);
    }
    assert_memory_equal(weights->state, expected, model->state_count * sizeof *expected);
    assert_memory_not_equal(unscaled, expected, model->state_count * sizeof *expected);
}

static void a_checkpoint_asked_for_is_written_while_paused(void **unused)
{
    struct trainer_options options = make_options(2, 2);
    float loaded[STATE_MAX];
    char directory[PATH_MAX], path[PATH_MAX + 64];
    (void)unused;

    options.paused = true;
    options.checkpoint_every = 1e9;
    open_log(&options, check_scratch(directory));
    struct trainer *trainer = start(&options);
    send(trainer, TRAINER_STEP_BATCHES, 4);
    wait_for_step(trainer, 4);
    assert_int_equal(snapshot.checkpoint_step, 0);
    send(trainer, TRAINER_SAVE, 0);
    while (snapshot.checkpoint_step == 0 && usleep(1000) == 0)
        trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_PAUSED);
    assert_int_equal(snapshot.checkpoint_step, 4);
    assert_true(snapshot.checkpoint_seconds > 0.0);
    snprintf(path, sizeof path, "%s/last.safetensors", directory);
    assert_true(checkpoint_load(path, model, loaded, &error));
    assert_memory_equal(loaded, weights->state, model->state_count * sizeof(float));
    trainer_free(trainer);
    runlog_free(options.runlog);
    check_scratch_remove(directory);
}

/* A checkpoint after each batch: every command arrives near one. */
static void row_83_commands_during_a_save_wait_for_it(void **unused)
{
    static const enum trainer_verb verbs[] = {TRAINER_PAUSE, TRAINER_SAVE, TRAINER_TOGGLE,
                                              TRAINER_SAVE, TRAINER_RUN};
    struct trainer_options options = make_options(3, 2);
    char directory[PATH_MAX];
    (void)unused;

    finish(&options);
    struct weights *trained = weights_hold(weights);
    options = make_options(3, 2);
    open_log(&options, check_scratch(directory));
    struct trainer *trainer = start(&options);
    for (int i = 0; i < 100; i++) {
        send(trainer, verbs[i % CHECK_COUNT(verbs)], 0);
        usleep(500);
    }
    send(trainer, TRAINER_STOP, 0);
    do
        usleep(1000);
    while (trainer_read_weights(trainer, &snapshot, &weights, &(long){0}) &&
           !trainer_ended(snapshot.state));
    trainer_free(trainer);
    runlog_free(options.runlog);
    reopen_log(&options, directory);
    assert_int_equal(beginning.progress.step, snapshot.step);
    finish(&options);
    check_scratch_remove(directory);
    assert_memory_equal(weights->state, trained->state, model->state_count * sizeof(float));
    weights_drop(trained);
}

/* Runs one batch an epoch with such a learning rate that the test loss is NaN. */
static void row_87_a_test_loss_that_is_nan_is_never_best(void **unused)
{
    struct trainer_options options = make_options(3, 1);
    float loaded[STATE_MAX];
    char directory[PATH_MAX], path[PATH_MAX + 64];
    (void)unused;

    options.settings.lr = 1e30;
    options.settings.batch_size = TRAIN;
    options.checkpoint_every = 1e9;
    run_with_log(&options, check_scratch(directory), SNAPSHOT_FAILED, loaded);
    assert_int_equal(snapshot.error.kind, ERROR_DIVERGED);
    assert_non_null(strstr(snapshot.error.text, "test loss"));
    assert_int_equal(snapshot.epochs_done, 0);
    assert_memory_equal(loaded, beginning.trained.state, model->state_count * sizeof(float));
    snprintf(path, sizeof path, "%s/best.safetensors", directory);
    assert_int_equal(access(path, F_OK), -1);
    check_scratch_remove(directory);
}

static void row_87_an_epoch_without_a_loss_is_never_best(void **unused)
{
    static const struct {
        double loss, accuracy;
        bool best;
    } epochs[] = {{(double)NAN, 90.0, false},
                  {0.5, 20.0, true},
                  {(double)INFINITY, 95.0, false},
                  {0.4, 20.0, false},
                  {0.6, 30.0, true}};
    (void)unused;

    memset(&snapshot, 0, sizeof snapshot);
    history_init(&snapshot.history);
    for (int i = 0; i < CHECK_COUNT(epochs); i++) {
        const struct epoch_metrics metrics = {.epoch = i,
                                              .test_loss = epochs[i].loss,
                                              .test_accuracy = epochs[i].accuracy,
                                              .test_count = TEST};
        assert_int_equal(snapshot_add_epoch(&snapshot, &metrics), epochs[i].best);
    }
    assert_int_equal(snapshot.best.epoch, 4);
}

/* State that training does not read can be wrong, too. */
static void row_87_weights_that_are_not_finite_are_not_saved(void **unused)
{
    struct trainer_options options = make_options(2, 2);
    const struct tensor *mean = model->tensors;
    char directory[PATH_MAX];
    struct directory run;
    (void)unused;

    while (mean->trained)
        mean++;
    open_log(&options, check_scratch(directory));
    beginning.trained.state[mean->offset] = INFINITY;
    struct trainer *trainer = start(&options);
    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FAILED);
    trainer_free(trainer);
    runlog_free(options.runlog);
    assert_int_equal(snapshot.error.kind, ERROR_DIVERGED);
    assert_non_null(strstr(snapshot.error.text, "weights not finite"));
    check_open_directory(&run, directory);
    const struct config config = config_of(&options);
    start_fini(&beginning);
    assert_true(start_resume(&beginning, &run, model, &config, &data, &error));
    directory_close(&run);
    assert_int_equal(beginning.progress.step, 0);
    check_scratch_remove(directory);
}

#define TEST_OF(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST_OF(a_run_trains_and_tests_every_epoch),
    TEST_OF(row_89_any_number_of_threads_gives_the_same_bits),
    TEST_OF(pausing_and_stepping_change_no_bit),
    TEST_OF(weights_are_the_snapshots_and_outlive_the_trainer),
    TEST_OF(weights_are_copied_for_those_who_ask_alone),
    TEST_OF(a_paused_start_trains_nothing),
    TEST_OF(stepping_batches_pauses_after_exactly_that_many),
    TEST_OF(stepping_epochs_pauses_at_their_end),
    TEST_OF(row_85_commands_after_the_end_are_ignored),
    TEST_OF(many_commands_at_once_are_all_obeyed),
    TEST_OF(row_84_a_paused_trainer_stops_at_once),
    TEST_OF(row_86_divergence_stops_before_the_update_and_names_the_layer),
    TEST_OF(a_batch_larger_than_the_data_has_all_images),
    TEST_OF(training_starts_from_the_initial_weights),
    TEST_OF(the_front_end_is_notified_of_snapshots),
    TEST_OF(short_epochs_have_snapshots_between_batches),
    TEST_OF(a_second_read_of_a_snapshot_is_not_new),
    TEST_OF(the_last_checkpoint_has_the_last_weights),
    TEST_OF(a_stopped_run_saves_its_present_moment),
    TEST_OF(a_run_stopped_anywhere_resumes_to_the_same_bits),
    TEST_OF(a_scaled_learning_rate_is_remembered),
    TEST_OF(a_checkpoint_asked_for_is_written_while_paused),
    TEST_OF(row_83_commands_during_a_save_wait_for_it),
    TEST_OF(row_87_a_test_loss_that_is_nan_is_never_best),
    TEST_OF(row_87_an_epoch_without_a_loss_is_never_best),
    TEST_OF(row_87_weights_that_are_not_finite_are_not_saved),
};

CHECK_MAIN(tests)
