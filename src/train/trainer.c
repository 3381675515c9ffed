#include "train/trainer.h"

#include "support/clock.h"
#include "support/lanes.h"
#include "support/memory.h"
#include "support/thread.h"
#include "train/board.h"
#include "train/evaluate.h"
#include "train/needs.h"
#include "train/rule.h"
#include "train/schedule.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUEUE_ROOM = 16, /* to begin with */
    BATCH_RATE =
        8, /* snapshots per second between batches: each wakes the front end on a busy core */
    TESTING_RATE = 30,       /* per second: a test pass sooner after a snapshot gets none */
    TEST_CHUNK = 64 * LANES, /* test images between two checks for commands */
    UNLIMITED = -1,
};

static const double RATE_SECONDS = 0.5; /* the period for measuring images per second */

struct trainer {
    struct trainer_options options;
    pthread_t thread;

    struct board *board; /* what the others see */

    pthread_mutex_t mutex; /* guards the next four */
    pthread_cond_t sent;
    struct trainer_command *queue; /* [queue_room] */
    int queued, queue_room;

    /* The rest belongs to the trainer's thread while it runs. */
    struct team *team;
    struct net *net;
    struct evaluator *evaluator;
    struct evaluation evaluation;          /* of the test set */
    uint32_t *order;                       /* [train.count] */
    struct snapshot now;                   /* what will be published next */
    struct layer_health *health;           /* [layer_count] that goes with it */
    struct stopwatch stopwatch;            /* since its seconds were last brought up to date */
    struct rng generator, epoch_generator; /* that shuffles: now, and before this epoch's shuffle */
    double loss_sum;                       /* over this epoch's images so far */
    long correct;
    double trained_lr;              /* base_lr of the last batch */
    bool paused, saving, stopping;  /* what has been asked for */
    long batches_left, epochs_left; /* until the next pause, or UNLIMITED */
    double published_at;            /* when the latest snapshot was published, for any reason */
    double batch_published_at;      /* when the latest one between two batches was published */
    double saved_at;                /* when the last checkpoint was written, or training began */
    int skipped;                    /* images of this epoch that an earlier process trained */
    double resumed_at;              /* when the seconds in `now` were last updated */
    double rate_seconds;            /* since images per second were last measured */
    long rate_images;
};

bool trainer_ended(enum snapshot_state state)
{
    return state >= SNAPSHOT_FINISHED;
}

/* ---- snapshots out ---- */

/* Measures what the last batch did to the weights, and records it. */
static void measure(struct trainer *trainer)
{
    struct pulse pulse = {.step = trainer->now.step};

    health_measure(trainer->health, trainer->options.model, trainer->net);
    health_whole(trainer->health, trainer->options.model, &pulse.update_ratio,
                 &pulse.gradient_norm);
    if (pulse.gradient_norm > 0.0F) /* otherwise this process has trained no batch yet */
        history_add_pulse(&trainer->now.history, &pulse);
}

/* Publishes with a copy of the weights if somebody looks at them. False when there is no memory for
 * a copy: then the earlier one stays in place. */
static bool try_publish(struct trainer *trainer, struct error *error)
{
    const struct trained trained = trained_of(trainer->net, &trainer->options.settings);
    const bool copies = trainer->options.publishes_weights;
    struct weights *weights = NULL;

    if (copies) {
        measure(trainer);
        weights = weights_new(trainer->options.model, trained_shown(&trained), trainer->health,
                              trainer->now.step, error);
    }
    board_publish(trainer->board, &trainer->now, weights);
    trainer->published_at = clock_seconds();
    if (trainer->options.notify != NULL)
        trainer->options.notify(trainer->options.notify_argument);
    const bool complete = weights != NULL || !copies;
    weights_drop(weights);
    return complete;
}

/* Training goes on without a copy. */
static void publish(struct trainer *trainer)
{
    struct error ignored;

    try_publish(trainer, &ignored);
}

static void publish_state(struct trainer *trainer, enum snapshot_state state)
{
    trainer->now.state = state;
    publish(trainer);
}

bool trainer_read_weights(struct trainer *trainer, struct snapshot *snapshot,
                          struct weights **weights, long *seen)
{
    return board_read(trainer->board, snapshot, weights, seen);
}

bool trainer_read(struct trainer *trainer, struct snapshot *snapshot, long *seen)
{
    return board_read(trainer->board, snapshot, NULL, seen);
}

bool trainer_read_outcomes(struct trainer *trainer, struct outcomes *outcomes, long *seen)
{
    return board_read_outcomes(trainer->board, outcomes, seen);
}

/* ---- commands in ---- */

static void grow_queue(struct trainer *trainer)
{
    const size_t room = 2 * (size_t)trainer->queue_room;
    struct trainer_command *queue = realloc(trainer->queue, room * sizeof *queue);

    if (queue != NULL) {
        trainer->queue = queue;
        trainer->queue_room = (int)room;
    }
}

void trainer_send(struct trainer *trainer, struct trainer_command command)
{
    assert(command.count >= 1 ||
           (command.verb != TRAINER_STEP_EPOCHS && command.verb != TRAINER_STEP_BATCHES));
    if (trainer_ended(board_state(trainer->board)))
        return;
    pthread_mutex_lock(&trainer->mutex);
    if (trainer->queued == trainer->queue_room)
        grow_queue(trainer);
    if (trainer->queued == trainer->queue_room) {
        trainer->queued--;
        memmove(trainer->queue, trainer->queue + 1, (size_t)trainer->queued * sizeof command);
    }
    trainer->queue[trainer->queued++] = command;
    pthread_cond_signal(&trainer->sent);
    pthread_mutex_unlock(&trainer->mutex);
}

/* Computes the next batch's learning rate. */
static void set_lr(struct trainer *trainer)
{
    struct snapshot *now = &trainer->now;

    now->lr = now->base_lr * schedule_factor(&trainer->options.settings, now->step,
                                             (long)now->epochs * now->batches);
}

/* Ignores a learning rate that is not a normal float: the kernels compute in floats. */
static void scale_lr(struct trainer *trainer, double factor)
{
    double lr = trainer->now.base_lr * factor;

    if (!isnormal((float)lr) || lr <= 0.0)
        return;
    trainer->now.base_lr = lr;
    set_lr(trainer);
}

/* A command that pauses, runs or steps replaces the previous one of these. */
static void obey_pace(struct trainer *trainer, struct trainer_command command)
{
    trainer->paused =
        command.verb == TRAINER_PAUSE || (command.verb == TRAINER_TOGGLE && !trainer->paused);
    trainer->batches_left = command.verb == TRAINER_STEP_BATCHES ? command.count : UNLIMITED;
    trainer->epochs_left = command.verb == TRAINER_STEP_EPOCHS ? command.count : UNLIMITED;
}

static void obey(struct trainer *trainer, struct trainer_command command)
{
    switch (command.verb) {
    case TRAINER_SAVE: trainer->saving = true; break;
    case TRAINER_SCALE_LR: scale_lr(trainer, command.factor); break;
    case TRAINER_STOP: trainer->stopping = true; break;
    case TRAINER_RUN:
    case TRAINER_PAUSE:
    case TRAINER_TOGGLE:
    case TRAINER_STEP_EPOCHS:
    case TRAINER_STEP_BATCHES: obey_pace(trainer, command); break;
    }
}

/* Obeys all queued commands; with `wait` it first sleeps until there is one. */
static void obey_all(struct trainer *trainer, bool wait)
{
    pthread_mutex_lock(&trainer->mutex);
    while (wait && trainer->queued == 0)
        pthread_cond_wait(&trainer->sent, &trainer->mutex);
    for (int i = 0; i < trainer->queued; i++)
        obey(trainer, trainer->queue[i]);
    trainer->queued = 0;
    pthread_mutex_unlock(&trainer->mutex);
}

/* Updates the seconds; `training`: the time since the last update was spent on batches. */
static void add_seconds(struct trainer *trainer, bool training)
{
    const double seconds = stopwatch_lap(&trainer->stopwatch);

    trainer->resumed_at = trainer->stopwatch.clock;
    trainer->now.run_seconds += seconds;
    if (training)
        trainer->now.epoch_seconds += seconds;
}

/* ---- checkpoints ---- */

static bool fail(struct trainer *trainer, const struct error *error)
{
    trainer->now.error = *error;
    return false;
}

/* Fails because `what` is not finite: the run cannot continue, its weights must not be saved. */
static bool fail_diverged(struct trainer *trainer, const char *what)
{
    struct error error;

    error_set(&error, ERROR_DIVERGED,
              "training diverged: %s not finite in epoch %d, batch %d; try a smaller --lr", what,
              trainer->now.epoch, trainer->now.batch);
    return fail(trainer, &error);
}

static bool fail_in_layer(struct trainer *trainer, struct fault fault)
{
    static const char *const kinds[] = {
        [FAULT_OUTPUT] = "output of ", [FAULT_LOSS] = "loss", [FAULT_GRADIENT] = "gradient of "};
    const struct layer *layer = &trainer->options.model->layers[fault.layer];
    char what[64];

    snprintf(what, sizeof what, "%s%s", kinds[fault.kind],
             fault.kind == FAULT_LOSS ? "" : layer->name);
    return fail_diverged(trainer, what);
}

/* A large update can make weights infinite; without this check only the next batch would notice. */
static bool check_weights(struct trainer *trainer)
{
    const struct trained trained = trained_of(trainer->net, &trainer->options.settings);
    const char *fault = trained_fault(&trained, trainer->options.model);

    return fault == NULL || fail_diverged(trainer, fault);
}

/* Writes a checkpoint of the batches done so far, or with `epoch_done` of the whole epoch. */
static bool save(struct trainer *trainer, const char *name, bool epoch_done)
{
    const struct trainer_options *options = &trainer->options;
    struct snapshot *now = &trainer->now;
    struct progress progress = {
        .epoch = epoch_done ? now->epoch + 1 : now->epoch,
        .batch = epoch_done ? 0 : now->batch,
        .step = now->step,
        .lr = now->base_lr,
        .generator = epoch_done ? trainer->generator : trainer->epoch_generator,
        .loss_sum = epoch_done ? 0.0 : trainer->loss_sum,
        .correct = epoch_done ? 0 : trainer->correct,
        .data_checksum = options->data->checksum,
    };
    const struct trained trained = trained_of(trainer->net, &options->settings);
    struct checkpoint_group groups[CHECKPOINT_GROUPS_MAX];
    const struct checkpoint checkpoint = {
        .model = options->model,
        .settings = &options->settings,
        .kernels = options->kernels->name,
        .state = trained_shown(&trained),
        .groups = groups,
        .group_count = checkpoint_list(&trained, &options->settings, groups)};
    struct error error;

    if (!check_weights(trainer))
        return false;
    if (!runlog_save(options->runlog, name, &checkpoint, &progress, &error))
        return fail(trainer, &error);
    now->checkpoint_step = now->step;
    now->checkpoint_seconds = now->run_seconds;
    trainer->saved_at = clock_seconds();
    trainer->saving = false;
    return true;
}

static bool save_if_asked(struct trainer *trainer)
{
    return !trainer->saving || trainer->options.runlog == NULL ||
           save(trainer, CHECKPOINT_LAST, false);
}

static bool save_if_due(struct trainer *trainer)
{
    if (clock_seconds() - trainer->saved_at >= trainer->options.checkpoint_every)
        trainer->saving = true;
    return save_if_asked(trainer);
}

/* Between two batches: obeys commands, saves, and sleeps while paused. False if saving fails. */
static bool wait_for_leave(struct trainer *trainer)
{
    obey_all(trainer, false);
    if (!save_if_asked(trainer))
        return false;
    while (trainer->paused && !trainer->stopping) {
        publish_state(trainer, SNAPSHOT_PAUSED);
        obey_all(trainer, true);
        trainer->resumed_at = clock_seconds();
        stopwatch_start(&trainer->stopwatch);
        if (!save_if_asked(trainer))
            return false;
    }
    if (!trainer->stopping && trainer->now.state != SNAPSHOT_TRAINING)
        publish_state(trainer, SNAPSHOT_TRAINING);
    return true;
}

/* ---- training ---- */

static int batch_start(const struct trainer *trainer)
{
    return trainer->now.batch * trainer->options.settings.batch_size;
}

static int batch_count(const struct trainer *trainer)
{
    int left = trainer->options.data->train.count - batch_start(trainer);

    return left < trainer->options.settings.batch_size ? left
                                                       : trainer->options.settings.batch_size;
}

/* The net_source of the current batch; see net.h. */
static void pack(void *argument, int block, int padding, float *input, uint8_t *labels)
{
    const struct trainer *trainer = argument;
    int first = block * LANES, left = batch_count(trainer) - first;

    const struct split *split = &trainer->options.data->train;
    const uint32_t *indices = trainer->order + batch_start(trainer) + first;
    const int count = left < LANES ? left : LANES;

    if (trainer->options.settings.augment == AUGMENT_NONE) {
        dataset_pack(split, indices, count, padding, input, labels);
        return;
    }
    const struct augmentation augmentation =
        rule_of_images(&trainer->options.settings, trainer->now.epoch);
    dataset_pack_augmented(split, indices, count, padding, &augmentation, input, labels);
}

static void measure_rate(struct trainer *trainer, double seconds, int images)
{
    trainer->rate_seconds += seconds;
    trainer->rate_images += images;
    if (trainer->rate_seconds < RATE_SECONDS && trainer->now.images_per_second > 0.0)
        return;
    trainer->now.images_per_second = (double)trainer->rate_images / trainer->rate_seconds;
    if (trainer->rate_seconds >= RATE_SECONDS) {
        trainer->rate_seconds = 0.0;
        trainer->rate_images = 0;
    }
}

static void set_epoch_means(struct trainer *trainer)
{
    int done = batch_start(trainer), count = trainer->options.data->train.count;
    int images = done < count ? done : count;

    trainer->now.epoch_loss = trainer->loss_sum / images;
    trainer->now.epoch_accuracy = 100.0 * (double)trainer->correct / images;
}

/* Records a changed learning rate, at the first batch that it trained. */
static bool record_lr(struct trainer *trainer)
{
    struct snapshot *now = &trainer->now;
    struct error error;

    if (trainer->trained_lr == now->base_lr)
        return true;
    trainer->trained_lr = now->base_lr;
    history_add_lr(&now->history, now->base_lr);
    return trainer->options.runlog == NULL ||
           runlog_lr(trainer->options.runlog, now->epoch, now->batch, now->base_lr, &error) ||
           fail(trainer, &error);
}

static bool record_batch(struct trainer *trainer, const struct net_result *result, int count)
{
    struct snapshot *now = &trainer->now;
    struct error error;

    if (!record_lr(trainer))
        return false;
    trainer->loss_sum += result->loss * count;
    trainer->correct += result->correct;
    now->loss = result->loss;
    history_add_batch(&now->history, result->loss, 100.0 * result->correct / count);
    now->step++;
    now->batch++;
    set_lr(trainer);
    set_epoch_means(trainer);
    return trainer->options.runlog == NULL ||
           runlog_batch(trainer->options.runlog, now->epoch, now->batch - 1, now->loss,
                        now->epoch_accuracy, &error) ||
           fail(trainer, &error);
}

static bool train_batch(struct trainer *trainer)
{
    struct snapshot *now = &trainer->now;
    const struct net_rule rule = rule_of_batch(&trainer->options.settings, now->lr, now->step);
    const struct net_source source = {pack, trainer};
    double before = now->epoch_seconds;
    int count = batch_count(trainer);

    struct net_result result = net_train(trainer->net, &source, count, &rule);
    if (result.fault.kind != FAULT_NONE)
        return fail_in_layer(trainer, result.fault);
    if (!record_batch(trainer, &result, count))
        return false;
    add_seconds(trainer, true);
    measure_rate(trainer, now->epoch_seconds - before, count);
    if (trainer->batches_left != UNLIMITED && --trainer->batches_left == 0)
        trainer->paused = true;
    if (trainer->resumed_at - trainer->batch_published_at >= 1.0 / BATCH_RATE) {
        publish(trainer);
        trainer->batch_published_at = trainer->published_at;
    }
    return save_if_due(trainer);
}

/* Publishes that a test pass runs, unless the latest snapshot is very recent (short epochs). */
static void publish_testing(struct trainer *trainer)
{
    if (trainer->now.state != SNAPSHOT_TESTING &&
        clock_seconds() - trainer->published_at >= 1.0 / TESTING_RATE)
        publish_state(trainer, SNAPSHOT_TESTING);
}

/* Runs a test pass; obeys commands in between, but pauses only after it. False if told to stop. */
static bool test(struct trainer *trainer, double *loss, int *correct)
{
    const struct split *split = &trainer->options.data->test;
    const struct trained trained = trained_of(trainer->net, &trainer->options.settings);

    evaluator_load(trainer->evaluator, trained_shown(&trained));
    for (int from = 0; from < split->count && !trainer->stopping; from += TEST_CHUNK) {
        int to = split->count - from < TEST_CHUNK ? split->count : from + TEST_CHUNK;
        publish_testing(trainer);
        evaluate_images(trainer->evaluator, split, from, to, &trainer->evaluation);
        obey_all(trainer, false);
    }
    *loss = evaluation_total(&trainer->evaluation, split, correct);
    add_seconds(trainer, false);
    if (!trainer->stopping)
        board_publish_outcomes(trainer->board, &trainer->evaluation, trainer->now.step);
    return !trainer->stopping;
}

static void begin_epoch(struct trainer *trainer, int epoch)
{
    const struct trainer_options *options = &trainer->options;

    trainer->now.epoch = epoch;
    trainer->now.batch = 0;
    trainer->now.epoch_seconds = 0.0;
    trainer->loss_sum = 0.0;
    trainer->correct = 0;
    trainer->skipped = 0;
    trainer->epoch_generator = trainer->generator;
    dataset_order(trainer->order, options->data->train.count,
                  options->settings.shuffle ? &trainer->generator : NULL);
}

/* Begins an epoch at the batch that the progress says. */
static void begin_midway(struct trainer *trainer, const struct progress *progress)
{
    begin_epoch(trainer, progress->epoch);
    trainer->now.batch = progress->batch;
    trainer->loss_sum = progress->loss_sum;
    trainer->correct = progress->correct;
    trainer->skipped = batch_start(trainer);
    if (progress->batch > 0)
        set_epoch_means(trainer);
}

static bool end_epoch(struct trainer *trainer)
{
    const struct trainer_options *options = &trainer->options;
    struct snapshot *now = &trainer->now;
    int images = options->data->train.count - trainer->skipped;
    struct epoch_metrics metrics = {
        .epoch = now->epoch,
        .step = now->step,
        .train_loss = now->epoch_loss,
        .train_accuracy = now->epoch_accuracy,
        .test_count = options->data->test.count,
        .last_loss = now->loss,
        .seconds = now->epoch_seconds,
        .images_per_second = images > 0 ? images / now->epoch_seconds : 0.0,
    };
    struct error error;

    if (!test(trainer, &metrics.test_loss, &metrics.test_correct))
        return true; /* stopped: the batches are done, but the epoch has no result yet */
    if (!isfinite(metrics.test_loss))
        return fail_diverged(trainer, "test loss");
    metrics.test_accuracy = 100.0 * metrics.test_correct / metrics.test_count;
    bool best = snapshot_add_epoch(now, &metrics);
    if (trainer->epochs_left != UNLIMITED && --trainer->epochs_left == 0)
        trainer->paused = true;
    if (options->runlog == NULL)
        return true;
    if (!runlog_epoch(options->runlog, &metrics, &error))
        return fail(trainer, &error);
    /* Save best before last: after a kill between the two, a resumed run tests the epoch again and
     * finds it best again. */
    return (!best || save(trainer, CHECKPOINT_BEST, true)) && save(trainer, CHECKPOINT_LAST, true);
}

static bool finish_epoch(struct trainer *trainer)
{
    while (trainer->now.batch < trainer->now.batches) {
        if (!wait_for_leave(trainer))
            return false;
        if (trainer->stopping)
            return true;
        if (!train_batch(trainer))
            return false;
    }
    return end_epoch(trainer);
}

static bool run_epochs(struct trainer *trainer)
{
    const struct progress *from = &trainer->options.start->progress;

    if (from->epoch == trainer->now.epochs)
        return true;
    begin_midway(trainer, from);
    while (finish_epoch(trainer)) {
        if (trainer->stopping)
            return trainer->options.runlog == NULL || save(trainer, CHECKPOINT_LAST, false);
        if (trainer->now.epoch + 1 == trainer->now.epochs)
            return true;
        publish_state(trainer, SNAPSHOT_TRAINING); /* the epoch's end, with its results */
        begin_epoch(trainer, trainer->now.epoch + 1);
    }
    return false;
}

static void *run(void *argument)
{
    struct trainer *trainer = argument;
    struct runlog *runlog = trainer->options.runlog;
    struct snapshot *now = &trainer->now;
    struct error error;

    trainer->resumed_at = clock_seconds();
    stopwatch_start(&trainer->stopwatch);
    trainer->saved_at = clock_seconds();
    bool good = run_epochs(trainer);
    const char *reason = !good ? "failed" : trainer->stopping ? "stopped" : "finished";
    if (runlog != NULL &&
        !runlog_end(runlog, reason, now->error.kind == ERROR_DIVERGED, now->epoch, now->batch,
                    &error) &&
        good)
        good = fail(trainer, &error);
    publish_state(trainer, !good               ? SNAPSHOT_FAILED
                           : trainer->stopping ? SNAPSHOT_STOPPED
                                               : SNAPSHOT_FINISHED);
    return NULL;
}

/* ---- making and releasing ---- */

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static bool allocate(struct trainer *trainer, struct error *error)
{
    const struct trainer_options *options = &trainer->options;
    size_t train = (size_t)options->data->train.count, tests = (size_t)options->data->test.count;
    struct evaluation *evaluation = &trainer->evaluation;

    const int chunk = smaller(TEST_CHUNK, options->data->test.count);
    const struct net_options net = needs_net(&options->settings, options->data->train.count);

    return (trainer->board = board_new(options->data->test.count, error)) &&
           (trainer->health =
                memory_new((size_t)options->model->layer_count, sizeof *trainer->health, error)) &&
           (trainer->queue = memory_new(QUEUE_ROOM, sizeof *trainer->queue, error)) &&
           (trainer->order = memory_new(train, sizeof *trainer->order, error)) &&
           (evaluation->losses = memory_new(tests, sizeof *evaluation->losses, error)) &&
           (evaluation->predictions = memory_new(tests, 1, error)) &&
           (evaluation->seconds = memory_new(tests, 1, error)) &&
           (trainer->team = team_new(needs_threads(options->model, &options->settings,
                                                   options->data->train.count, options->threads),
                                     error)) &&
           (trainer->net = net_new(options->model, options->kernels, trainer->team, &net, error)) &&
           (trainer->evaluator =
                evaluator_new(options->model, options->kernels, trainer->team, chunk, error));
}

static void release(struct trainer *trainer)
{
    evaluator_free(trainer->evaluator);
    net_free(trainer->net);
    team_free(trainer->team);
    free(trainer->evaluation.seconds);
    free(trainer->evaluation.predictions);
    free(trainer->evaluation.losses);
    free(trainer->order);
    free(trainer->queue);
    free(trainer->health);
    board_free(trainer->board);
    pthread_cond_destroy(&trainer->sent);
    pthread_mutex_destroy(&trainer->mutex);
    free(trainer);
}

static bool take_start(struct trainer *trainer, struct error *error)
{
    struct trained trained = trained_of(trainer->net, &trainer->options.settings);
    const struct trainer_options *options = &trainer->options;
    const struct start *start = options->start;
    const struct history *history = &start->now.history;

    trained_copy(&trained, &start->trained, options->model);
    trainer->generator = start->progress.generator;
    trainer->trained_lr = history->lr_change_count > 0
                              ? history->lr_changes[history->lr_change_count - 1].lr
                              : options->settings.lr;
    trainer->now = start->now;
    set_lr(trainer);
    trainer->now.state = options->paused ? SNAPSHOT_PAUSED : SNAPSHOT_TRAINING;
    trainer->now.threads = team_size(trainer->team);
    trainer->now.threads_wanted = needs_threads(options->model, &options->settings,
                                                options->data->train.count, options->threads);
    return try_publish(trainer, error);
}

struct trainer *trainer_new(const struct trainer_options *options, struct error *error)
{
    struct trainer *trainer = memory_new(1, sizeof *trainer, error);

    assert(options->threads >= 1 && options->start != NULL);
    if (trainer == NULL)
        return NULL;
    trainer->options = *options;
    trainer->queue_room = QUEUE_ROOM;
    trainer->paused = options->paused;
    trainer->batches_left = trainer->epochs_left = UNLIMITED;
    pthread_mutex_init(&trainer->mutex, NULL);
    pthread_cond_init(&trainer->sent, NULL);
    if (allocate(trainer, error) && take_start(trainer, error) &&
        thread_start(&trainer->thread, run, trainer, error))
        return trainer;
    release(trainer);
    return NULL;
}

void trainer_free(struct trainer *trainer)
{
    if (trainer == NULL)
        return;
    trainer_send(trainer, (struct trainer_command){.verb = TRAINER_STOP});
    pthread_join(trainer->thread, NULL);
    release(trainer);
}
