/*
 * Every model but the reference, which check_net.c has, against the twin; and what can be asked of
 * a batch beside a learning rate and momentum: dropout and label smoothing.
 */
#include "check.h"
#include "network.h"
#include "sample_model.h"

#include "nn/shelf.h"

#include <math.h>

/* How the tests train where dropout counts. */
enum { OLDEST = 5 }; /* the shelf's first networks: those of files of format 1 */

static const struct net_rule DROPPING = {
    .optimizer = {.lr = 0.01F, .momentum = 0.9F, .weight_decay = 5e-4F, .nesterov = true},
    .label_smoothing = 0.1,
    .dropout = 0.3,
    .noise = 5,
};

/* ---- models with weights ---- */

struct subject {
    struct model *model;
    float initial[MODEL_STATE_MAX];
    float trained[MODEL_STATE_MAX]; /* a little, so that batch norms differ from the identity */
};

enum { SUBJECTS_MAX = 8 };

static struct subject subjects[SUBJECTS_MAX];
static int subject_count;

static void init_subject(struct subject *subject, const char *name)
{
    const struct net_rule rule = {.optimizer = {.lr = 0.05F, .momentum = 0.9F}};
    struct rng rng;

    if ((subject->model = sample_model(name)) == NULL)
        fail_msg("%s", name);
    rng_init(&rng, 3, 0);
    model_initialize(subject->model, subject->initial, &rng);
    struct trainee t = trainee_make(subject->model, next_table(NULL), 2, subject->initial);
    for (int i = 0; i < 8; i++)
        train_batch(&t, (struct batch){i * BATCH, BATCH, 0.0F}, &rule);
    memcpy(subject->trained, net_state(t.net), sizeof(float) * subject->model->state_count);
    trainee_fini(&t);
}

static int load_all(void **state)
{
    network_load(state);
    for (int i = 0; i < OLDEST; i++) {
        assert_true(subject_count < SUBJECTS_MAX);
        init_subject(&subjects[subject_count++], shelf_name(i));
    }
    return 0;
}

/* The one behind `last`, the first but the reference for NULL; NULL past the last. */
static const struct subject *next_subject(const struct subject *last)
{
    const struct subject *next = last != NULL ? last + 1 : subjects + 1;

    return next < subjects + subject_count ? next : NULL;
}

#define FOR_EACH_SUBJECT(s)                                                                        \
    for (const struct subject *s = next_subject(NULL); s != NULL; s = next_subject(s))

static const struct subject *subject_called(const char *name)
{
    const struct subject *s = subjects;

    while (strcmp(s->model->name, name) != 0)
        s++;
    return s;
}

/* ---- against the twin ---- */

static void twin_gradients_are_finite_differences(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    check_twin_gradients(s->model, s->trained, true, &REFERENCE_RULE);
}

static void twin_gradients_are_finite_differences_with_dropout_and_smoothing(void **state)
{
    (void)state;
    check_twin_gradients(subject_called("slim")->model, subject_called("slim")->trained, true,
                         &DROPPING);
}

static void batch_is_the_twins(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    check_batch(s->model, s->trained, &REFERENCE_RULE, NULL, 0, 2 * LANES);
}

static void batch_with_a_short_block_is_the_twins(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    check_batch(s->model, s->trained, &REFERENCE_RULE, NULL, 64, 21);
}

static void batch_of_one_is_the_twins(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    check_batch(s->model, s->trained, &REFERENCE_RULE, NULL, 5, 1);
}

static void inference_is_the_twin_in_evaluation(void **state)
{
    (void)state;
    FOR_EACH_SUBJECT(s)
    check_inference(s->model, s->trained);
}

/* ---- the same bits ---- */

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    static const int threads[] = {2, 3, 4, 8, 16};

    (void)state;
    FOR_EACH_SUBJECT(s)
    check_threads(s->model, s->trained, &DROPPING, threads, CHECK_COUNT(threads));
    check_threads(subjects[0].model, subjects[0].trained, &DROPPING, threads, 2);
}

static void padding_lanes_count_for_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < subject_count; i++) {
        check_padding_lanes(subjects[i].model, subjects[i].trained, &DROPPING);
    }
}

/* ---- dropout ---- */

/* Some samples tell what their features are: those [first, first + TELLERS) of the batch are said
 * to be of the classes 1, 2, ..., all others of class 0. */
enum { TELLERS = 9 };

struct telling {
    int first, count;
};

static void pack_telling(void *argument, int block, int padding, float *input, uint8_t *labels)
{
    const struct telling *telling = argument;
    const int left = telling->count - block * LANES, count = left < LANES ? left : LANES;
    uint32_t indices[LANES] = {0};

    for (int lane = 0; lane < count; lane++)
        indices[lane] = (uint32_t)(block * LANES + lane);
    dataset_pack(&network_data.train, indices, count, padding, input, labels);
    for (int lane = 0; lane < count; lane++) {
        int place = block * LANES + lane - telling->first;
        labels[lane] = (uint8_t)(place >= 0 && place < TELLERS ? place + 1 : 0);
    }
}

/* With these weights the network is certain of class 0 whatever it sees, so that the gradient of
 * row k of the first linear layer is -1/count times the features of the sample of class k. */
static void make_telling_state(const struct model *model, const float *from, float *state)
{
    const struct layer *first = first_linear(model), *last = &model->layers[model->layer_count - 1];

    memcpy(state, from, sizeof *state * model->state_count);
    for (int t = 0; t < first->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[first->first_tensor + t];
        memset(state + tensor->offset, 0, sizeof *state * tensor->count);
    }
    float *bias = state + model_offset(model, last, "bias");
    memset(bias, 0, sizeof *bias * MNIST_CLASSES);
    bias[0] = 1000.0F;
    float *weight = state + model_offset(model, last, "weight");
    for (int k = 0; last != first && k < MNIST_CLASSES; k++)
        for (int i = 0; i < last->input.channels; i++)
            weight[k * last->input.channels + i] = i == k ? 1.0F : 0.0F;
}

/* features[count][inputs of the first linear layer] of the first training images, as the rule's
 * dropout leaves them. */
static void read_features(const struct model *model, const float *from, const struct net_rule *rule,
                          int count, double *features)
{
    static float telling_state[MODEL_STATE_MAX];
    const struct net_rule still = {.dropout = rule->dropout, .noise = rule->noise};
    const int inputs = first_linear(model)->input.channels;

    make_telling_state(model, from, telling_state);
    struct trainee t = trainee_make(model, next_table(NULL), 2, telling_state);
    const float *gradient =
        net_gradient(t.net) + model_offset(model, first_linear(model), "weight");
    for (int n = 0; n < count; n++) {
        struct telling telling = {n / TELLERS * TELLERS, count};
        struct net_source source = {pack_telling, &telling};
        if (n == telling.first)
            net_train(t.net, &source, count, &still);
        for (int i = 0; i < inputs; i++)
            features[n * inputs + i] = -count * (double)gradient[(n % TELLERS + 1) * inputs + i];
    }
    trainee_fini(&t);
}

/* What dropout multiplies the features by: mask[count][inputs]. A feature that is zero anyway
 * counts as kept. Returns the share of the others that is dropped. */
static double read_mask(const struct model *model, const float *state, const struct net_rule *rule,
                        int count, double *mask)
{
    static double whole[BATCH * MODEL_CHANNELS_MAX];
    const struct net_rule nothing_dropped = {0};
    const double kept = 1.0 / (1.0 - rule->dropout);
    const int features = count * first_linear(model)->input.channels;
    int seen = 0, dropped = 0;

    read_features(model, state, &nothing_dropped, count, whole);
    read_features(model, state, rule, count, mask);
    for (int i = 0; i < features; i++) {
        double ratio = whole[i] != 0.0 ? mask[i] / whole[i] : kept;
        assert_true(ratio == 0.0 || fabs(ratio / kept - 1.0) <= 1e-5);
        mask[i] = ratio == 0.0 ? 0.0 : kept;
        seen += whole[i] != 0.0;
        dropped += ratio == 0.0;
    }
    assert_true(seen > features / 2);
    return (double)dropped / seen;
}

/* Where the features go straight to the logits, and where another layer follows. */
static const char *const dropping_models[] = {"slim", "basic"};

static void dropout_drops_its_share_and_scales_the_rest(void **state)
{
    static const double shares[] = {0.1, 0.5, 0.9};
    static double mask[BATCH * MODEL_CHANNELS_MAX];

    (void)state;
    for (int m = 0; m < CHECK_COUNT(dropping_models); m++) {
        const struct subject *s = subject_called(dropping_models[m]);
        for (int i = 0; i < CHECK_COUNT(shares); i++) {
            const struct net_rule rule = {.dropout = shares[i], .noise = (uint64_t)(m * 10 + i)};
            double share = read_mask(s->model, s->trained, &rule, BATCH, mask);
            printf("# %s: dropout of %g drops %.3f\n", s->model->name, shares[i], share);
            assert_true(fabs(share - shares[i]) <= 0.08);
        }
    }
}

/* Each feature of each sample is dropped for itself, and anew with other noise: two masks of a half
 * agree by half, lane by lane and block by block. */
static void check_unlike(const double *a, const double *b, int count)
{
    int same = 0;

    for (int i = 0; i < count; i++)
        same += a[i] == b[i];
    assert_true(same > 3 * count / 10 && same < 7 * count / 10);
}

static void dropout_is_drawn_for_each_sample_and_noise(void **state)
{
    static double masks[2][BATCH * MODEL_CHANNELS_MAX];
    const struct subject *s = subject_called("slim");
    const int inputs = first_linear(s->model)->input.channels;

    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct net_rule rule = {.dropout = 0.5, .noise = (uint64_t)i};
        read_mask(s->model, s->trained, &rule, BATCH, masks[i]);
    }
    check_unlike(masks[0], masks[1], BATCH * inputs);
    check_unlike(masks[0], masks[0] + LANES * inputs, (BATCH - LANES) * inputs);
    check_unlike(masks[0], masks[0] + inputs, (BATCH - 1) * inputs);
    check_unlike(masks[0], masks[0] + 1, BATCH * inputs - 1);
}

static void batch_with_dropout_and_smoothing_is_the_twins(void **state)
{
    static const int counts[] = {37, 1};
    static double mask[BATCH * MODEL_CHANNELS_MAX];

    (void)state;
    for (int n = 0; n < CHECK_COUNT(dropping_models); n++) {
        const struct subject *s = subject_called(dropping_models[n]);
        for (int i = 0; i < CHECK_COUNT(counts); i++) {
            read_mask(s->model, s->trained, &DROPPING, counts[i], mask);
            check_batch(s->model, s->trained, &DROPPING, mask, 0, counts[i]);
        }
    }
}

/* Whether two batches come to the same bits with both rules. */
static bool same_bits(const struct subject *s, const struct kernels *k, const struct net_rule *a,
                      const struct net_rule *b)
{
    static const struct batch batches[] = {{0, BATCH, 0.0F}, {BATCH, 37, 0.0F}};
    struct outcome first =
        train_outcome(s->model, k, 2, s->trained, a, batches, CHECK_COUNT(batches));
    struct outcome second =
        train_outcome(s->model, k, 2, s->trained, b, batches, CHECK_COUNT(batches));
    const bool same = outcome_is(&first, &second);

    outcome_fini(&first);
    outcome_fini(&second);
    return same;
}

static void the_same_noise_gives_the_same_bits(void **state)
{
    struct net_rule same = DROPPING, other = DROPPING, none = REFERENCE_RULE;

    (void)state;
    other.noise++;
    none.noise = 77;
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        for (int m = 0; m < CHECK_COUNT(dropping_models); m++) {
            const struct subject *s = subject_called(dropping_models[m]);
            assert_true(same_bits(s, k, &DROPPING, &same));
            assert_false(same_bits(s, k, &DROPPING, &other));
            assert_true(same_bits(s, k, &REFERENCE_RULE, &none));
        }
    }
}

/* The share of the ReLU's outputs that a batch of one block finds dead. */
static float dead_share(const char *text, int relu)
{
    struct model *dropping = sample_model(text);
    struct rng rng;

    assert_non_null(dropping);
    float *start = malloc(dropping->state_count * sizeof *start);
    assert_non_null(start);
    rng_init(&rng, 3, 0);
    model_initialize(dropping, start, &rng);
    struct trainee t = trainee_make(dropping, next_table(NULL), 1, start);
    train_batch(&t, (struct batch){0, LANES, 0.0F}, &REFERENCE_RULE);
    const float share = net_dead_share(t.net, relu);
    trainee_fini(&t);
    free(start);
    model_free(dropping);
    return share;
}

static void what_dropout_leaves_out_is_not_dead(void **state)
{
    (void)state;
    assert_true(dead_share("Flatten Linear(64) ReLU Dropout(0.9) Linear(CLASSES)", 2) ==
                dead_share("Flatten Linear(64) ReLU Dropout(0.0) Linear(CLASSES)", 2));
    assert_true(dead_share("Conv2d(4,3) ReLU Dropout2d(0.9) Linear(CLASSES)", 1) ==
                dead_share("Conv2d(4,3) ReLU Dropout2d(0.0) Linear(CLASSES)", 1));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(twin_gradients_are_finite_differences),
    cmocka_unit_test(twin_gradients_are_finite_differences_with_dropout_and_smoothing),
    cmocka_unit_test(batch_is_the_twins),
    cmocka_unit_test(batch_with_a_short_block_is_the_twins),
    cmocka_unit_test(batch_of_one_is_the_twins),
    cmocka_unit_test(inference_is_the_twin_in_evaluation),
    cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
    cmocka_unit_test(padding_lanes_count_for_nothing),
    cmocka_unit_test(dropout_drops_its_share_and_scales_the_rest),
    cmocka_unit_test(dropout_is_drawn_for_each_sample_and_noise),
    cmocka_unit_test(batch_with_dropout_and_smoothing_is_the_twins),
    cmocka_unit_test(the_same_noise_gives_the_same_bits),
    cmocka_unit_test(what_dropout_leaves_out_is_not_dead),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, load_all, network_free);
}
