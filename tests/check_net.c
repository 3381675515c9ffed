/*
 * The network as a whole: training and inference against the twin and against PyTorch's numbers in
 * tests/reference, which see for how far rounding alone leads away from them.
 */
#include "check.h"
#include "network.h"
#include "sample_model.h"

#include "train/checkpoint.h"
#include "train/evaluate.h"

#include <jansson.h>
#include <math.h>

enum { BATCHES = 100 };

/* ---- what the tests share ---- */

static struct model *model;
static float initial[MODEL_STATE_MAX], trained[MODEL_STATE_MAX]; /* the reference run's states */
static double reference_losses[BATCHES];
static float reference_gradient[MODEL_STATE_MAX]; /* of the first batch, in state order */

static void load_state(const char *name, float *state)
{
    char path[PATH_MAX];
    struct error error = {0};

    if (!checkpoint_load(check_source(path, name), model, state, &error))
        fail_msg("%s", error.text);
}

static void load_losses(void)
{
    char path[PATH_MAX], line[128];
    FILE *file = fopen(check_source(path, "tests/reference/losses.csv"), "r");
    int batch;

    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file)); /* the heading */
    for (int i = 0; i < BATCHES; i++) {
        assert_non_null(fgets(line, sizeof line, file));
        assert_int_equal(sscanf(line, "%d,%lf", &batch, &reference_losses[i]), 2);
        assert_int_equal(batch, i);
    }
    fclose(file);
}

/* A safetensors file: 8 bytes of length, that much JSON, then little-endian floats. */
static void load_gradient(void)
{
    static unsigned char file_bytes[1 << 20];
    char path[PATH_MAX];
    FILE *file = fopen(check_source(path, "tests/reference/gradients.safetensors"), "rb");
    json_error_t error;

    assert_non_null(file);
    assert_true(fread(file_bytes, 1, sizeof file_bytes, file) > 8);
    fclose(file);
    size_t length = (size_t)file_bytes[0] | (size_t)file_bytes[1] << 8;
    json_t *header = json_loadb((const char *)file_bytes + 8, length, 0, &error);
    assert_non_null(header);
    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        if (!tensor->trained)
            continue;
        json_t *offsets = json_object_get(json_object_get(header, tensor->name), "data_offsets");
        assert_non_null(offsets);
        size_t from = 8 + length + (size_t)json_integer_value(json_array_get(offsets, 0));
        for (size_t i = 0; i < tensor->count; i++) {
            const unsigned char *at = file_bytes + from + i * sizeof(float);
            uint32_t bits = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                            (uint32_t)at[3] << 24;
            memcpy(&reference_gradient[tensor->offset + i], &bits, sizeof bits);
        }
    }
    json_decref(header);
}

static int load_all(void **state)
{
    struct error error = {0};

    if ((model = sample_model("basic")) == NULL)
        fail_msg("%s", error.text);
    load_state("tests/reference/init.safetensors", initial);
    load_state("tests/reference/trained.safetensors", trained);
    load_losses();
    load_gradient();
    return network_load(state);
}

static void to_double(double *to, const float *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (double)from[i];
}

/* ---- the twin itself ---- */

static void twin_computes_what_pytorch_computes(void **state)
{
    enum { STEPS = 3 };
    double velocity[MODEL_STATE_MAX] = {0};
    struct twin twin;

    (void)state;
    twin_init(&twin, model, BATCH);
    twin_load(&twin, initial);
    for (int step = 0; step < STEPS; step++) {
        twin_take_images(&twin, &network_data.train, step * BATCH, exact_pixel);
        assert_true(fabs(twin_forward(&twin) / reference_losses[step] - 1.0) <= 1e-12);
        twin_backward(&twin);
        if (step == 0) {
            struct gradient_error error = gradient_error(model, reference_gradient, twin.gradient);
            assert_true(error.delicate <= 1e-7 && error.others <= 1e-7);
        }
        for (size_t i = 0; i < model->parameter_count; i++) {
            velocity[i] = 0.9 * velocity[i] + twin.gradient[i];
            twin.state[i] -= 0.01 * velocity[i];
        }
    }
    twin_fini(&twin);
}

static void twin_gradients_are_finite_differences_in_training(void **state)
{
    (void)state;
    check_twin_gradients(model, trained, true, &REFERENCE_RULE);
}

static void twin_gradients_are_finite_differences_in_evaluation(void **state)
{
    (void)state;
    check_twin_gradients(model, trained, false, &REFERENCE_RULE);
}

/* ---- one batch ---- */

static void batch_is_the_twins(void **state)
{
    (void)state;
    check_batch(model, initial, &REFERENCE_RULE, NULL, 0, BATCH);
}

static void batch_with_a_short_block_is_the_twins(void **state)
{
    (void)state;
    check_batch(model, initial, &REFERENCE_RULE, NULL, 0, 37);
}

static void batch_of_one_is_the_twins(void **state)
{
    (void)state;
    check_batch(model, initial, &REFERENCE_RULE, NULL, 5, 1);
}

static void gradient_is_pytorchs(void **state)
{
    static double expected[MODEL_STATE_MAX];

    (void)state;
    to_double(expected, reference_gradient, model->parameter_count);
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        struct trainee t = trainee_make(model, k, 1, initial);
        train_batch(&t, (struct batch){0, BATCH, 0.0F}, &REFERENCE_RULE);
        struct gradient_error error = gradient_error(model, net_gradient(t.net), expected);
        printf("# %s: relative error of gradients %.1e and %.1e\n", k->name, error.delicate,
               error.others);
        assert_true(error.delicate <= 1e-3);
        assert_true(error.others <= 3e-5);
        trainee_fini(&t);
    }
}

/* torch.optim.SGD: velocity = momentum * velocity + gradient, parameter -= lr * velocity. */
static void step_is_sgd_with_momentum(void **state)
{
    static float before[MODEL_STATE_MAX], velocity[MODEL_STATE_MAX];
    const struct net_rule rule = {.optimizer = {.lr = 0.25F, .momentum = 0.5F}};

    (void)state;
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        struct trainee t = trainee_make(model, k, 2, initial);
        for (int step = 0; step < 2; step++) {
            memcpy(before, net_state(t.net), sizeof *before * model->state_count);
            memcpy(velocity, net_buffer(t.net, 0), sizeof *velocity * model->parameter_count);
            train_batch(&t, (struct batch){step * BATCH, BATCH, 0.0F}, &rule);
            for (size_t i = 0; i < model->parameter_count; i++) {
                double v = 0.5 * (double)velocity[i] + (double)net_gradient(t.net)[i];
                double p = (double)before[i] - 0.25 * (double)net_buffer(t.net, 0)[i];
                assert_true(fabs((double)net_buffer(t.net, 0)[i] - v) <=
                            1e-7 * (fabs(v) + fabs((double)velocity[i])));
                assert_true(fabs((double)net_state(t.net)[i] - p) <= 1e-7 * (fabs(p) + 1.0));
            }
        }
        trainee_fini(&t);
    }
}

/* ---- many batches ---- */

/* The largest relative error among the first `count` losses. */
static double loss_error(const double *losses, int count)
{
    double worst = 0.0;

    for (int i = 0; i < count; i++)
        worst = fmax(worst, fabs(losses[i] / reference_losses[i] - 1.0));
    return worst;
}

static void losses_follow_pytorch_for_100_batches(void **state)
{
    static double expected[MODEL_STATE_MAX];
    double losses[BATCHES];

    (void)state;
    to_double(expected, trained, model->parameter_count);
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        struct trainee t = trainee_make(model, k, 2, initial);
        for (int i = 0; i < BATCHES; i++) {
            struct net_result result =
                train_batch(&t, (struct batch){i * BATCH, BATCH, 0.0F}, &REFERENCE_RULE);
            assert_int_equal(result.fault.kind, FAULT_NONE);
            losses[i] = result.loss;
        }
        double weights = relative_error(net_state(t.net), expected, model->parameter_count);
        printf("# %s: relative error of the losses %.1e (5 batches), %.1e (20), %.1e (100), of the "
               "weights %.1e\n",
               k->name, loss_error(losses, 5), loss_error(losses, 20), loss_error(losses, 100),
               weights);
        assert_true(loss_error(losses, 5) <= 3e-6);
        assert_true(loss_error(losses, 20) <= 1.5e-4);
        assert_true(loss_error(losses, 100) <= 4.2e-2);
        assert_true(weights <= 2.4e-3);
        trainee_fini(&t);
    }
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    static const int threads[] = {2, 3, 4, 5, 7, 8, 16};

    (void)state;
    check_threads(model, initial, &REFERENCE_RULE, threads, CHECK_COUNT(threads));
}

static void padding_lanes_count_for_nothing(void **state)
{
    (void)state;
    check_padding_lanes(model, initial, &REFERENCE_RULE);
}

/* The same bits as from a net that has seen nothing before. */
static void check_as_fresh(struct trainee *used, const struct kernels *k, struct batch batch)
{
    static float start[MODEL_STATE_MAX];

    memcpy(start, net_state(used->net), sizeof *start * model->state_count);
    struct trainee fresh = trainee_make(model, k, 2, start);
    struct net_result a = train_batch(used, batch, &REFERENCE_RULE),
                      b = train_batch(&fresh, batch, &REFERENCE_RULE);

    assert_true(a.loss == b.loss);
    assert_memory_equal(net_gradient(used->net), net_gradient(fresh.net),
                        sizeof(float) * model->parameter_count);
    assert_memory_equal(net_state(used->net) + model->parameter_count,
                        net_state(fresh.net) + model->parameter_count,
                        sizeof(float) * (model->state_count - model->parameter_count));
    trainee_fini(&fresh);
}

/* Nothing of one batch is left for the next, whichever is larger. */
static void batches_leave_nothing_behind(void **state)
{
    (void)state;
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        struct trainee used = trainee_make(model, k, 2, initial);
        train_batch(&used, (struct batch){0, BATCH, 0.0F}, &REFERENCE_RULE);
        check_as_fresh(&used, k, (struct batch){BATCH, 21, 0.0F});
        check_as_fresh(&used, k, (struct batch){2 * BATCH, BATCH, 0.0F});
        trainee_fini(&used);
    }
}

/* ---- inference ---- */

static void inference_is_the_twin_in_evaluation(void **state)
{
    (void)state;
    check_inference(model, trained);
}

static void load_evaluation(double *loss, int *correct)
{
    char path[PATH_MAX], line[128];
    FILE *file = fopen(check_source(path, "tests/reference/eval.csv"), "r");

    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file)); /* the heading */
    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(sscanf(line, "%lf,%d", loss, correct), 2);
    fclose(file);
}

static void evaluation_is_pytorchs(void **state)
{
    static double losses[10000];
    static uint8_t predictions[10000];
    struct evaluation evaluation = {losses, predictions, NULL};
    struct error error = {0};
    double expected;
    int expected_correct, correct;

    (void)state;
    assert_int_equal(network_data.test.count, CHECK_COUNT(losses));
    load_evaluation(&expected, &expected_correct);
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        struct team *team = team_new(2, &error);
        assert_non_null(team);
        struct evaluator *evaluator = evaluator_new(model, k, team, DATASET_SPLIT_MAX, &error);
        assert_non_null(evaluator);
        evaluator_load(evaluator, trained);
        evaluate_images(evaluator, &network_data.test, 0, network_data.test.count, &evaluation);
        double loss = evaluation_total(&evaluation, &network_data.test, &correct);
        printf("# %s: %d correct (PyTorch %d), relative error of the loss %.1e\n", k->name, correct,
               expected_correct, fabs(loss / expected - 1.0));
        assert_true(fabs(loss / expected - 1.0) <= 1e-6);
        assert_int_equal(correct, expected_correct);
        evaluator_free(evaluator);
        team_free(team);
    }
}

/* ---- divergence ---- */

/* A batch that must be reported and must change nothing but running statistics. */
static bool is_reported(struct trainee *t, struct batch batch, const struct net_rule *rule)
{
    static float before[MODEL_STATE_MAX], velocity[MODEL_STATE_MAX];

    memcpy(before, net_state(t->net), sizeof *before * model->state_count);
    memcpy(velocity, net_buffer(t->net, 0), sizeof *velocity * model->parameter_count);
    if (train_batch(t, batch, rule).fault.kind == FAULT_NONE)
        return false;
    assert_memory_equal(before, net_state(t->net), sizeof *before * model->parameter_count);
    assert_memory_equal(velocity, net_buffer(t->net, 0), sizeof *velocity * model->parameter_count);
    return true;
}

static void huge_learning_rates_are_reported(void **state)
{
    static const float rates[] = {1e20F, 1e30F, 3e38F};
    enum { PATIENCE = 10 };

    (void)state;
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        for (int i = 0; i < CHECK_COUNT(rates); i++) {
            struct trainee t = trainee_make(model, k, 2, initial);
            struct net_rule rule = {.optimizer = {.lr = rates[i], .momentum = 0.9F}};
            int step = 0;
            while (step < PATIENCE && !is_reported(&t, (struct batch){step * 20, 20, 0.0F}, &rule))
                step++;
            if (step == PATIENCE)
                fail_msg("%s: with learning rate %g, %d batches were found finite", k->name,
                         (double)rates[i], PATIENCE);
            trainee_fini(&t);
        }
    }
}

/* One value of one tensor is not a number, or infinite. */
static void parameters_that_are_not_finite_are_reported(void **state)
{
    static const float bad[] = {NAN, INFINITY};
    int missed = 0;

    (void)state;
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        for (int n = 0; n < model->tensor_count * CHECK_COUNT(bad); n++) {
            const struct tensor *tensor = &model->tensors[n / CHECK_COUNT(bad)];
            if (!tensor->trained)
                continue;
            struct trainee t = trainee_make(model, k, 1, initial);
            net_state(t.net)[tensor->offset + tensor->count / 2] = bad[n % CHECK_COUNT(bad)];
            if (!is_reported(&t, (struct batch){0, 20, 0.0F}, &REFERENCE_RULE)) {
                printf("# %s: %g in %s is not reported\n", k->name,
                       (double)bad[n % CHECK_COUNT(bad)], tensor->name);
                missed++;
            }
            trainee_fini(&t);
        }
    }
    assert_int_equal(missed, 0);
}

static void scale_tensor(float *state, const char *name, double factor)
{
    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        for (size_t i = 0; strcmp(tensor->name, name) == 0 && i < tensor->count; i++)
            state[tensor->offset + i] *= (float)factor;
    }
}

/* The last convolution's outputs are tiny and the weights behind it huge, so that the loss is
 * finite but not the gradient of that convolution's weights. */
static void gradients_that_overflow_are_reported(void **state)
{
    static float steep[MODEL_STATE_MAX];

    (void)state;
    memcpy(steep, initial, sizeof steep);
    scale_tensor(steep, "layer2.6.weight", 1e-10);
    scale_tensor(steep, "classifier.0.weight", 1e20);
    scale_tensor(steep, "classifier.1.weight", 1e20);
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        struct trainee t = trainee_make(model, k, 2, steep);
        assert_true(is_reported(&t, (struct batch){0, 20, 0.0F}, &REFERENCE_RULE));
        assert_true(isfinite(train_batch(&t, (struct batch){0, 20, 0.0F}, &REFERENCE_RULE).loss) !=
                    0);
        trainee_fini(&t);
    }
}

/* A convolution's weights may be any size, since batch norm divides it away again: as long as
 * nothing overflows the loss is right, and where something does the batch is reported. */
static void weights_of_any_size_are_right_or_reported(void **state)
{
    enum { SAMPLES = 20 };
    static float scaled[MODEL_STATE_MAX];
    int wrong = 0;
    struct twin twin;

    (void)state;
    twin_init(&twin, model, SAMPLES);
    twin_take_images(&twin, &network_data.train, 0, float_pixel);
    for (int exponent = -18; exponent <= 36; exponent += 3) {
        memcpy(scaled, initial, sizeof scaled);
        scale_tensor(scaled, "layer1.0.weight", pow(10.0, exponent));
        twin_load(&twin, scaled);
        double loss = twin_forward(&twin);
        for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
            struct trainee t = trainee_make(model, k, 1, scaled);
            struct net_result result =
                train_batch(&t, (struct batch){0, SAMPLES, 0.0F}, &REFERENCE_RULE);
            if (result.fault.kind == FAULT_NONE && !(fabs(result.loss / loss - 1.0) <= 1e-4)) {
                printf("# %s: layer1.0.weight times 1e%d gives loss %.6f, should be %.6f, and is "
                       "not reported\n",
                       k->name, exponent, result.loss, loss);
                wrong++;
            }
            trainee_fini(&t);
        }
    }
    twin_fini(&twin);
    assert_int_equal(wrong, 0);
}

/* ---- memory ---- */

static size_t memory_with(const struct net_options *options, int threads)
{
    struct error error = {0};
    size_t bytes = 0;

    assert_true(net_memory(model, options, threads, &bytes, &error));
    return bytes;
}

static void memory_counts_what_threads_and_optimizers_keep(void **state)
{
    const struct net_options sgd = {.batch_size = BATCH};
    const struct net_options adam = {.batch_size = BATCH, .optimizer = OPTIMIZER_ADAM};
    const size_t buffer = model->parameter_count * sizeof(float);
    const size_t changes = (size_t)model->tensor_count * sizeof(double);

    (void)state;
    assert_int_equal(memory_with(&sgd, 3) - memory_with(&sgd, 1), 2 * changes);
    assert_int_equal(memory_with(&adam, 1) - memory_with(&sgd, 1), buffer);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(twin_computes_what_pytorch_computes),
    cmocka_unit_test(twin_gradients_are_finite_differences_in_training),
    cmocka_unit_test(twin_gradients_are_finite_differences_in_evaluation),
    cmocka_unit_test(batch_is_the_twins),
    cmocka_unit_test(batch_with_a_short_block_is_the_twins),
    cmocka_unit_test(batch_of_one_is_the_twins),
    cmocka_unit_test(gradient_is_pytorchs),
    cmocka_unit_test(step_is_sgd_with_momentum),
    cmocka_unit_test(losses_follow_pytorch_for_100_batches),
    cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
    cmocka_unit_test(padding_lanes_count_for_nothing),
    cmocka_unit_test(batches_leave_nothing_behind),
    cmocka_unit_test(inference_is_the_twin_in_evaluation),
    cmocka_unit_test(evaluation_is_pytorchs),
    cmocka_unit_test(huge_learning_rates_are_reported),
    cmocka_unit_test(parameters_that_are_not_finite_are_reported),
    cmocka_unit_test(gradients_that_overflow_are_reported),
    cmocka_unit_test(weights_of_any_size_are_right_or_reported),
    cmocka_unit_test(memory_counts_what_threads_and_optimizers_keep),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, load_all, network_free);
}
