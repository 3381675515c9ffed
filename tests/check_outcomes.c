/* What a test pass keeps of every image, from the trainer and from given weights, and the confusion
 * matrix of it. */
#include "sample_data.h"
#include "sample_model.h"
#include "sizes.h"
#include "trainer_wait.h"

#include "nn/team.h"
#include "train/outcomes.h"
#include "train/start.h"
#include "train/trainer.h"

#include <math.h>

enum { TRAIN = 150, TEST = 50, BATCH = 16, EPOCHS = 3 };

static struct start beginning;
static struct dataset data;
static struct model *model;
static const struct kernels *kernels;
static struct snapshot snapshot;
static struct weights *weights; /* the snapshot's */
static struct outcomes outcomes;
static struct error error;

static int set_up(void **unused)
{
    (void)unused;
    sample_dataset(&data, TRAIN, TEST);
    assert_non_null(model = sample_model_again(model, "basic"));
    kernels = kernels_select("auto", &error);
    assert_non_null(kernels);
    assert_true(outcomes_init(&outcomes, TEST, &error));
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    weights_drop(weights);
    weights = NULL;
    outcomes_fini(&outcomes);
    dataset_fini(&data);
    return 0;
}

static struct trainer *start(bool paused)
{
    struct trainer_options options = {
        .data = &data,
        .model = model,
        .kernels = kernels,
        .settings = {"basic", EPOCHS, BATCH, 0.01, 0.9, 3, true},
        .threads = 2,
        .paused = paused,
        .publishes_weights = true,
    };
    options.start = &beginning;
    assert_true(start_new(&beginning, model, &options.settings, &data, NULL, &error));
    struct trainer *trainer = trainer_new(&options, &error);
    start_fini(&beginning);

    assert_non_null(trainer);
    return trainer;
}

static void the_trainers_outcomes_are_those_of_its_last_test_pass(void **unused)
{
    struct trainer *trainer = start(false);
    long seen = 0;
    int correct = 0;
    double loss = 0.0;
    (void)unused;

    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    assert_true(trainer_read_outcomes(trainer, &outcomes, &seen));
    assert_false(trainer_read_outcomes(trainer, &outcomes, &seen));
    trainer_free(trainer);
    const struct epoch_metrics *last = &snapshot.history.epochs[EPOCHS - 1];
    for (int i = 0; i < TEST; i++) {
        correct += outcomes.predicted[i] == data.test.labels[i];
        loss += (double)outcomes.losses[i] / TEST;
    }
    assert_int_equal(outcomes.step, last->step);
    assert_int_equal(correct, last->test_correct);
    assert_true(fabs(loss - last->test_loss) <= 1e-6 * last->test_loss);
}

static void no_outcomes_exist_before_the_first_test_pass(void **unused)
{
    struct trainer *trainer = start(true);
    long seen = 0;
    (void)unused;

    assert_false(trainer_read_outcomes(trainer, &outcomes, &seen));
    trainer_free(trainer);
    assert_int_equal(outcomes.step, 0);
}

static void a_snapshot_that_counts_an_epoch_finds_its_outcomes(void **unused)
{
    struct trainer *trainer = start(false);
    long seen = 0, seen_outcomes = 0;
    (void)unused;

    do {
        if (!trainer_read(trainer, &snapshot, &seen))
            continue;
        trainer_read_outcomes(trainer, &outcomes, &seen_outcomes);
        if (snapshot.epochs_done > 0)
            assert_true(outcomes.step >=
                        snapshot.history.epochs[snapshot.history.epoch_count - 1].step);
    } while (snapshot.state != SNAPSHOT_FINISHED);
    trainer_free(trainer);
}

static void outcomes_computed_from_the_weights_are_the_trainers(void **unused)
{
    struct trainer *trainer = start(false);
    struct outcomes computed;
    long seen = 0;
    (void)unused;

    trainer_wait_weights(trainer, &snapshot, &weights, SNAPSHOT_FINISHED);
    assert_true(trainer_read_outcomes(trainer, &outcomes, &seen));
    trainer_free(trainer);
    struct team *team = team_new(1, &error);
    assert_non_null(team);
    struct evaluator *evaluator = evaluator_new(model, kernels, team, DATASET_SPLIT_MAX, &error);
    assert_non_null(evaluator);
    assert_true(outcomes_init(&computed, TEST, &error));
    assert_true(
        outcomes_compute(&computed, evaluator, weights->state, &data.test, snapshot.step, &error));
    assert_int_equal(computed.step, outcomes.step);
    assert_memory_equal(computed.predicted, outcomes.predicted, TEST);
    assert_memory_equal(computed.seconds, outcomes.seconds, TEST);
    assert_memory_equal(computed.losses, outcomes.losses, TEST * sizeof *computed.losses);
    outcomes_fini(&computed);
    evaluator_free(evaluator);
    team_free(team);
}

static void confusion_counts_every_image_once(void **unused)
{
    struct confusion confusion;
    (void)unused;

    for (int i = 0; i < TEST; i++)
        outcomes.predicted[i] = (uint8_t)(i % 5 == 0 ? 3 : data.test.labels[i]);
    outcomes.step = 7;
    outcomes_confusion(&outcomes, &data.test, &confusion);
    assert_int_equal(confusion.step, 7);
    for (int i = 0; i < TEST; i++)
        confusion.counts[data.test.labels[i]][outcomes.predicted[i]]--;
    for (int i = 0; i < MNIST_CLASSES * MNIST_CLASSES; i++)
        assert_int_equal(confusion.counts[i / MNIST_CLASSES][i % MNIST_CLASSES], 0);
}

static void confusion_is_empty_before_the_first_pass(void **unused)
{
    struct confusion confusion;
    (void)unused;

    outcomes_confusion(&outcomes, &data.test, &confusion);
    for (int i = 0; i < MNIST_CLASSES * MNIST_CLASSES; i++)
        assert_int_equal(confusion.counts[i / MNIST_CLASSES][i % MNIST_CLASSES], 0);
}

static void the_class_that_came_second_is_the_likeliest_of_the_others(void **unused)
{
    static uint8_t predictions[TEST], seconds[TEST];
    static double losses[TEST];
    static float probabilities[TEST * MNIST_CLASSES];
    struct evaluation evaluation = {losses, predictions, probabilities, seconds};
    static float state[MODEL_STATE_MAX];
    struct rng rng;
    (void)unused;

    rng_init(&rng, 3, 0);
    model_initialize(model, state, &rng);
    struct team *team = team_new(1, &error);
    assert_non_null(team);
    struct evaluator *evaluator = evaluator_new(model, kernels, team, TEST, &error);
    assert_non_null(evaluator);
    evaluator_load(evaluator, state);
    evaluate_images(evaluator, &data.test, 0, TEST, &evaluation);
    for (int i = 0; i < TEST; i++) {
        const float *of = probabilities + (size_t)i * MNIST_CLASSES;
        assert_int_not_equal(seconds[i], predictions[i]);
        for (int k = 0; k < MNIST_CLASSES; k++)
            assert_true(k == predictions[i] || of[k] <= of[seconds[i]]);
    }
    evaluator_free(evaluator);
    team_free(team);
}

/* Images of class 6: 0 and 1 are read as 0, 2 and 3 nearly so, 4 is read as 3, 5 as itself with 3
 * second; image 6 is of class 0. */
static void near_misses_follow_the_images_of_a_cell(void **unused)
{
    static const uint8_t labels[] = {6, 6, 6, 6, 6, 6, 0}, predicted[] = {0, 0, 6, 6, 3, 6, 0},
                         seconds[] = {6, 6, 0, 0, 0, 3, 6};
    static const float losses[] = {2.0F, NAN, 0.1F, 0.3F, 9.0F, 0.6F, 8.0F};
    uint32_t images[8];
    int inside;
    (void)unused;

    memcpy(data.test.labels, labels, sizeof labels);
    memset(data.test.labels + sizeof labels, 9, TEST - sizeof labels);
    memcpy(outcomes.predicted, predicted, sizeof predicted);
    memcpy(outcomes.seconds, seconds, sizeof seconds);
    memcpy(outcomes.losses, losses, sizeof losses);
    assert_int_equal(outcomes_of_cell(&outcomes, &data.test, 6, 0, 8, images, &inside), 0);
    outcomes.step = 7;
    assert_int_equal(outcomes_of_cell(&outcomes, &data.test, 6, 0, 8, images, &inside), 4);
    assert_int_equal(inside, 2);
    assert_memory_equal(images, ((uint32_t[]){1, 0, 3, 2}), 4 * sizeof *images);
    assert_int_equal(outcomes_of_cell(&outcomes, &data.test, 6, 0, 3, images, &inside), 3);
    assert_memory_equal(images, ((uint32_t[]){1, 0, 3}), 3 * sizeof *images);
    assert_int_equal(outcomes_of_cell(&outcomes, &data.test, 6, 0, 1, images, &inside), 1);
    assert_int_equal(images[0], 1);
    assert_int_equal(outcomes_of_cell(&outcomes, &data.test, 6, 6, 8, images, &inside), 3);
    assert_int_equal(inside, 3);
    assert_memory_equal(images, ((uint32_t[]){5, 3, 2}), 3 * sizeof *images);
    assert_int_equal(outcomes_of_cell(&outcomes, &data.test, 1, 0, 8, images, &inside), 0);
    assert_int_equal(inside, 0);
}

#define TEST_OF(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST_OF(the_trainers_outcomes_are_those_of_its_last_test_pass),
    TEST_OF(no_outcomes_exist_before_the_first_test_pass),
    TEST_OF(a_snapshot_that_counts_an_epoch_finds_its_outcomes),
    TEST_OF(outcomes_computed_from_the_weights_are_the_trainers),
    TEST_OF(confusion_counts_every_image_once),
    TEST_OF(confusion_is_empty_before_the_first_pass),
    TEST_OF(the_class_that_came_second_is_the_likeliest_of_the_others),
    TEST_OF(near_misses_follow_the_images_of_a_cell),
};

CHECK_MAIN(tests)
