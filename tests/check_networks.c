/*
 * Every network on the shelf, networks that reach each way that an op has, and random ones: all
 * that they compute is the twin's.
 */
#include "check.h"
#include "network.h"
#include "sample_model.h"
#include "sample_networks.h"

#include "nn/activations.h"
#include "nn/infer.h"
#include "nn/layers.h"
#include "nn/ops/conv.h"
#include "nn/ops/ops.h"
#include "nn/shelf.h"
#include "support/memory.h"

#include <math.h>

/* How the tests train. */
static const struct net_rule RULE = {
    .optimizer = {.lr = 0.01F, .momentum = 0.9F},
    .label_smoothing = 0.1,
    .dropout = 0.25,
    .noise = 5,
};

/* ---- networks with weights ---- */

static struct subject {
    struct model *model;
    float *state;
    bool large; /* takes the twin long */
} subjects[128];
static int subject_count, branch_from, branch_to; /* the texts of sample_branch */

/* Norms are given weights and statistics, since initial ones change nothing. */
static void fill_state(const struct subject *s)
{
    const struct model *model = s->model;
    struct rng rng;

    rng_init(&rng, 7, 0);
    model_initialize(model, s->state, &rng);
    for (int l = 0; l < model->layer_count; l++)
        for (int t = 0; model->layers[l].kind == LAYER_BATCH_NORM2D && t < 4; t++) {
            const struct tensor *tensor = &model->tensors[model->layers[l].first_tensor + t];
            for (size_t i = 0; i < tensor->count; i++)
                s->state[tensor->offset + i] += rng_uniform(&rng, -0.5F, 0.5F);
        }
}

static void add_subject(const char *text)
{
    struct subject *s = &subjects[subject_count++];

    assert_true(subject_count <= CHECK_COUNT(subjects));
    if ((s->model = sample_model(text)) == NULL)
        fail_msg("not a network: %s", text);
    s->state = malloc(s->model->state_count * sizeof *s->state);
    assert_non_null(s->state);
    s->large = model_multiply_adds(s->model) > 1000000;
    fill_state(s);
}

static int load_all(void **state)
{
    char text[SAMPLE_TEXT_SIZE];

    for (int i = 0; shelf_name(i) != NULL; i++)
        add_subject(shelf_text(i));
    branch_from = subject_count;
    for (int i = 0; sample_branch(i) != NULL; i++)
        add_subject(sample_branch(i));
    branch_to = subject_count;
    for (int i = 0; i < SAMPLE_RANDOM_COUNT; i++) {
        sample_random(i, text);
        add_subject(text);
    }
    return network_load(state);
}

static int free_all(void **state)
{
    for (int i = 0; i < subject_count; i++) {
        model_free(subjects[i].model);
        free(subjects[i].state);
    }
    return network_free(state);
}

static struct twin make_twin(const struct subject *s, const struct split *split, int count)
{
    struct twin twin;

    twin_init(&twin, s->model, count);
    twin_load(&twin, s->state);
    twin.label_smoothing = RULE.label_smoothing;
    twin_take_images(&twin, split, 0, float_pixel);
    return twin;
}

/* ---- the samples themselves ---- */

static void the_samples_have_every_kind_of_layer(void **state)
{
    bool found[LAYER_LOG_SOFTMAX + 1] = {false};

    (void)state;
    for (int i = branch_from; i < branch_to; i++)
        for (int l = 0; l < subjects[i].model->layer_count; l++)
            found[subjects[i].model->layers[l].kind] = true;
    for (int kind = 0; layer_kind_name(kind) != NULL; kind++)
        if (!found[kind])
            fail_msg("no network has %s", layer_kind_name(kind));
}

enum { OPS = 17 };

/* What the plans of the texts of sample_branch have. */
struct reached {
    bool op[OPS], by_block, by_batch, strided, framed, cut;
    bool framed_part, cut_part; /* frames around a part of the output */
};

static const struct op *const ops[OPS] = {
    &op_conv_norm_relu, &op_conv_relu_pool, &op_conv_relu,  &op_conv_mean, &op_conv,
    &op_norm,           &op_relu,           &op_activation, &op_max_pool,  &op_average_pool,
    &op_adaptive_pool,  &op_dropout,        &op_dropout2d,  &op_flatten,   &op_linear,
    &op_log_softmax,    &op_extra_dropout,
};

static void reach(const struct step *step, struct reached *reached)
{
    const bool is_conv = step->op == &op_conv_norm_relu || step->op == &op_conv_relu_pool ||
                         step->op == &op_conv_relu || step->op == &op_conv;

    for (int i = 0; i < CHECK_COUNT(ops); i++)
        reached->op[i] = reached->op[i] || step->op == ops[i];
    if (!is_conv)
        return;
    const struct conv *conv = step->own;
    reached->by_block = reached->by_block || conv->by_block;
    reached->by_batch = reached->by_batch || !conv->by_block;
    reached->strided = reached->strided || conv->strided;
    const bool part = conv->output.width < conv->layer->output.width;
    for (int d = 0; d < 2; d++) {
        reached->framed = reached->framed || conv->frame[d] > 0;
        reached->cut = reached->cut || conv->frame[d] < 0;
        reached->framed_part = reached->framed_part || (part && conv->frame[d] > 0);
        reached->cut_part = reached->cut_part || (part && conv->frame[d] < 0);
    }
}

static void the_texts_reach_every_op(void **state)
{
    struct reached reached = {0};
    struct error error = {0};

    (void)state;
    for (int i = branch_from; i < branch_to; i++) {
        printf("# %s: %s\n", subjects[i].model->name, sample_branch_purpose(i - branch_from));
        struct plan *plan = plan_new(subjects[i].model, PLAN_TRAIN, true, 2, &error);
        assert_non_null(plan);
        for (int s = 0; s < plan->step_count; s++)
            reach(&plan->steps[s], &reached);
        plan_free(plan);
    }
    for (int i = 0; i < CHECK_COUNT(ops); i++)
        if (!reached.op[i])
            fail_msg("no text reaches the op `%s`", ops[i]->name);
    assert_true(reached.by_block && reached.by_batch);
    assert_true(reached.strided && reached.framed && reached.cut);
    assert_true(reached.framed_part && reached.cut_part);
}

/* ---- parts of outputs ---- */

static const struct {
    const char *text;
    struct {
        int height, width;
    } parts[7];
} parted[] = {
    {"Conv2d(2,3) M Conv2d(2,3) ReLU M Linear(CLASSES)",
     {{24, 24}, {12, 12}, {10, 10}, {10, 10}, {5, 5}}},
    {"Conv2d(2,(1,2)) AvgPool2d((9,5)) Conv2d(2,2,stride=2,padding=1) Conv2d(1,1,stride=2) "
     "Linear(CLASSES)",
     {{9, 25}, {1, 5}, {1, 3}, {1, 2}}},
    {"Tanh Conv2d(2,2) GELU MaxPool2d(3,stride=2,padding=1) ELU MaxPool2d(3) Tanh "
     "Linear(CLASSES)",
     {{28, 28}, {24, 24}, {24, 24}, {12, 12}, {12, 12}, {4, 4}, {4, 4}}},
    {"Conv2d(2,2) BatchNorm2d SiLU Conv2d(2,2) Dropout M Linear(CLASSES)",
     {{27, 27}, {27, 27}, {27, 27}, {26, 26}, {26, 26}, {13, 13}}},
    {"Conv2d(2,1) Tanh AdaptiveAvgPool2d(5) MaxPool2d(2) Flatten Linear(CLASSES)",
     {{28, 28}, {28, 28}, {5, 5}, {2, 2}}},
    {"Conv2d(2,3) Conv2d(2,1,padding=4) MaxPool2d(1,stride=40) Linear(CLASSES)",
     {{1, 1}, {1, 1}, {1, 1}}},
};

static void check_parts(const struct model *model, bool fused, int i)
{
    struct error error = {0};
    struct plan *plan = plan_new(model, PLAN_TRAIN, fused, 1, &error);

    assert_non_null(plan);
    for (int l = 0; l < model->layer_count && model->layers[l].output.height > 0; l++) {
        const struct shape all = model->layers[l].output, part = plan_part(plan, l);
        const int height = fused ? parted[i].parts[l].height : all.height;
        const int width = fused ? parted[i].parts[l].width : all.width;
        if (part.channels != all.channels || part.height != height || part.width != width)
            fail_msg("%s, layer %d: %dx%d outputs are computed, expected %dx%d", parted[i].text, l,
                     part.height, part.width, height, width);
    }
    plan_free(plan);
}

static void only_what_later_layers_read_is_computed(void **state)
{
    (void)state;
    for (int i = 0; i < CHECK_COUNT(parted); i++) {
        struct model *model = sample_model(parted[i].text);
        assert_non_null(model);
        for (int fused = 0; fused < 2; fused++)
            check_parts(model, fused == 1, i);
        model_free(model);
    }
}

static void twin_gradients_are_finite_differences(void **state)
{
    (void)state;
    for (int i = branch_from; i < subject_count; i++)
        for (int training = 0; training < 2 && !subjects[i].large; training++)
            check_twin_gradients(subjects[i].model, subjects[i].state, training == 1, &RULE);
}

/* ---- one batch ---- */

/* Gradients lose the most: where values nearly cancel before a norm, and where rounding puts one on
 * the other side of a ReLU. An output too many or too few would be ten times as much. */
static const double GRADIENT_ERROR = 1e-3;

static double norm_of(const double *values, size_t count)
{
    double squares = 0.0;

    for (size_t i = 0; i < count; i++)
        squares += values[i] * values[i];
    return sqrt(squares);
}

/* The largest error of a tensor's gradient, by its norm; of one that is next to nothing, such as
 * that of a bias before a norm, by a share of the norm of all. */
static double error_of_gradient(const struct model *model, const float *gradient,
                                const double *expected)
{
    const double all = norm_of(expected, model->parameter_count);
    double worst = 0.0;

    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        const double *twins = expected + tensor->offset;
        double squares = 0.0;
        if (!tensor->trained)
            continue;
        for (size_t i = 0; i < tensor->count; i++)
            squares += pow((double)gradient[tensor->offset + i] - twins[i], 2.0);
        const double norm = fmax(norm_of(twins, tensor->count), 1e-2 * all);
        worst = fmax(worst, squares > 0.0 ? sqrt(squares) / norm : 0.0);
    }
    return worst;
}

static double error_of_statistics(const struct model *model, const float *state,
                                  const double *expected)
{
    double worst = 0.0;

    for (size_t i = model->parameter_count; i < model->state_count; i++)
        worst = fmax(worst, fabs((double)state[i] - expected[i]) / (1.0 + fabs(expected[i])));
    return worst;
}

/* The share of a part of the inputs of a ReLU that no sample has positive. */
static double dead_share(const struct grid *in, int height, int width)
{
    int dead = 0;

    for (int c = 0; c < in->channels; c++)
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                bool alive = false;
                for (int n = 0; n < in->samples; n++)
                    alive = alive || *grid_at(in, n, c, y, x) > 0.0;
                dead += !alive;
            }
    return (double)dead / (in->channels * height * width);
}

static void check_dead_shares(const struct net *net, const struct model *model,
                              const struct twin *twin, bool unfused)
{
    struct error error = {0};
    struct plan *plan = plan_new(model, PLAN_TRAIN, !unfused, 1, &error);

    assert_non_null(plan);
    for (int l = 0; l < model->layer_count; l++) {
        const struct shape part = plan_part(plan, l);
        if (model->layers[l].kind != LAYER_RELU)
            continue;
        const double share = (double)net_dead_share(net, l);
        const double expected = part.height > 0
                                    ? dead_share(&twin->value[l], part.height, part.width)
                                    : dead_share(&twin->value[l], 1, 1);
        if (!(fabs(share - expected) <= 1e-6))
            fail_msg("%s, layer %d: a share of %g is dead, expected %g", model->name, l, share,
                     expected);
    }
    plan_free(plan);
}

static void check_against_twin(const struct subject *s, const struct twin *twin, double loss,
                               const struct kernels *k, bool unfused)
{
    const struct model *model = s->model;
    const int count = twin->value[0].samples;
    const struct net_options options = {.batch_size = BATCH, .unfused = unfused};
    struct trainee t = trainee_make_as(model, k, 2, s->state, &options);
    const struct net_result result = train_batch(&t, (struct batch){0, count, 0.0F}, &RULE);
    const double gradient = error_of_gradient(model, net_gradient(t.net), twin->gradient);
    const double statistics = error_of_statistics(model, net_state(t.net), twin->state);
    int correct = 0;

    for (int n = 0; n < count; n++)
        correct += twin_prediction(twin, n) == twin->labels[n];
    printf("# %s, %s%s, %d samples: error of the loss %.1e, gradient %.1e, statistics %.1e\n",
           model->name, k->name, unfused ? " unfused" : "", count, fabs(result.loss / loss - 1.0),
           gradient, statistics);
    assert_int_equal(result.fault.kind, FAULT_NONE);
    assert_int_equal(result.correct, correct);
    assert_true(fabs(result.loss / loss - 1.0) <= 1e-6);
    assert_true(gradient <= GRADIENT_ERROR);
    assert_true(statistics <= 1e-6);
    check_dead_shares(t.net, model, twin, unfused);
    trainee_fini(&t);
}

static void check_batch_of(const struct subject *s, int count)
{
    struct twin twin = make_twin(s, &network_data.train, count);

    twin_drop(&twin, RULE.dropout, RULE.noise);
    const double loss = twin_forward(&twin);
    twin_backward(&twin);
    twin_update_statistics(&twin);
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k))
        for (int unfused = 0; unfused < 2; unfused++)
            check_against_twin(s, &twin, loss, k, unfused == 1);
    twin_fini(&twin);
}

static void a_batch_is_the_twins_fused_or_not(void **state)
{
    (void)state;
    for (int i = 0; i < subject_count; i++)
        check_batch_of(&subjects[i], subjects[i].large ? 16 : 32);
}

static void a_batch_with_a_short_block_is_the_twins(void **state)
{
    (void)state;
    for (int i = 0; i < subject_count; i++)
        check_batch_of(&subjects[i], subjects[i].large ? 5 : 21);
}

/* With a learning rate of 0 an earlier batch may change running statistics alone. */
static void a_batch_leaves_nothing_for_the_next_gradient(void **state)
{
    struct net_rule still = RULE;

    (void)state;
    still.optimizer.lr = 0.0F;
    for (int i = 0; i < subject_count; i++) {
        const struct subject *s = &subjects[i];
        const size_t size = s->model->parameter_count * sizeof(float);
        for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
            struct trainee first = trainee_make(s->model, k, 1, s->state);
            struct trainee later = trainee_make(s->model, k, 1, s->state);
            train_batch(&first, (struct batch){64, 32, 0.0F}, &still);
            train_batch(&later, (struct batch){0, 32, 0.0F}, &still);
            train_batch(&later, (struct batch){64, 32, 0.0F}, &still);
            if (memcmp(net_gradient(first.net), net_gradient(later.net), size) != 0)
                fail_msg("%s, %s: the batch before shows in the gradient", s->model->name, k->name);
            trainee_fini(&first);
            trainee_fini(&later);
        }
    }
}

/* ---- inference ---- */

/* Values may be off by what rounding does to ones of their size. */
static void check_near(const struct model *model, const char *what, const float *values, int step,
                       const double *expected, int count, const struct kernels *k)
{
    double most = 1.0;

    for (int i = 0; i < count; i++)
        most = fmax(most, fabs(expected[i]));
    for (int i = 0; i < count; i++)
        if (!(fabs((double)values[i * step] - expected[i]) <= 1e-5 * most))
            fail_msg("%s, %s, %s: value %d is %.9g, expected %.9g", model->name, k->name, what, i,
                     (double)values[i * step], expected[i]);
}

static void check_logits(const struct subject *s, const struct twin *twin, const struct kernels *k)
{
    const struct grid *expected = twin_logits(twin);
    uint32_t indices[LANES];
    uint8_t labels[LANES];
    struct error error = {0};
    int padding;

    struct infer *infer = infer_new(s->model, k, &error);
    assert_non_null(infer);
    struct workspace *workspace = infer_workspace_new(infer, &error);
    assert_non_null(workspace);
    for (int lane = 0; lane < LANES; lane++)
        indices[lane] = (uint32_t)lane;
    infer_load(infer, s->state);
    float *input = infer_input(infer, workspace, &padding);
    dataset_pack(&network_data.test, indices, expected->samples, padding, input, labels);
    const float *logits = infer_run(infer, workspace);
    for (int n = 0; n < expected->samples; n++)
        check_near(s->model, "logits", logits + n, LANES, grid_at(expected, n, 0, 0, 0),
                   s->model->classes, k);
    infer_workspace_free(workspace);
    infer_free(infer);
}

static void check_activations(const struct subject *s, const struct twin *twin,
                              const struct kernels *k)
{
    struct activations activations;
    struct error error = {0};
    float image[(MNIST_SIDE * MNIST_SIDE)];

    assert_true(activations_init(&activations, s->model, k, &error));
    for (int p = 0; p < (MNIST_SIDE * MNIST_SIDE); p++)
        image[p] = dataset_normalize(&network_data.test, network_data.test.images[p]);
    activations_run(&activations, s->state, image);
    for (int l = 0; l < s->model->layer_count; l++) {
        const struct grid *expected = &twin->value[l + 1];
        check_near(s->model, s->model->layers[l].name, activations.values[l], 1, expected->values,
                   expected->channels * expected->height * expected->width, k);
    }
    activations_fini(&activations);
}

static void inference_and_each_layer_are_the_twins(void **state)
{
    (void)state;
    for (int i = 0; i < subject_count; i++) {
        const struct subject *s = &subjects[i];
        struct twin twin = make_twin(s, &network_data.test, s->large ? 2 : 5);
        twin.training = false;
        twin_forward(&twin);
        for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
            check_logits(s, &twin, k);
            check_activations(s, &twin, k);
        }
        twin_fini(&twin);
    }
}

/* ---- threads, padding ---- */

static void one_to_eight_threads_give_the_same_bits(void **state)
{
    static const struct batch batches[] = {{0, 37, 0.0F}, {37, 16, 0.0F}};

    (void)state;
    for (int i = 0; i < subject_count; i++) {
        const struct subject *s = &subjects[i];
        for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
            struct outcome alone = train_outcome(s->model, k, 1, s->state, &RULE, batches, 2);
            for (int threads = 2; threads <= 8; threads++) {
                struct outcome together =
                    train_outcome(s->model, k, threads, s->state, &RULE, batches, 2);
                if (!outcome_is(&alone, &together))
                    fail_msg("%s, %s: %d threads give other bits than 1", s->model->name, k->name,
                             threads);
                outcome_fini(&together);
            }
            outcome_fini(&alone);
        }
    }
}

static void padding_lanes_count_for_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < subject_count; i++) {
        const struct subject *s = &subjects[i];
        for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
            struct outcome zeros =
                train_outcome(s->model, k, 2, s->state, &RULE, &(struct batch){0, 19, 0.0F}, 1);
            struct outcome numbers =
                train_outcome(s->model, k, 2, s->state, &RULE, &(struct batch){0, 19, 0.37F}, 1);
            if (!outcome_is(&zeros, &numbers))
                fail_msg("%s, %s: padding lanes show", s->model->name, k->name);
            outcome_fini(&zeros);
            outcome_fini(&numbers);
        }
    }
}

/* ThreadSanitizer is asked about threads; under it the twin would take far longer than it may. */
#ifdef __SANITIZE_THREAD__
static const char *const filter = "one_to_eight_threads_give_the_same_bits";
#else
static const char *const filter = NULL;
#endif

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_samples_have_every_kind_of_layer),
    cmocka_unit_test(the_texts_reach_every_op),
    cmocka_unit_test(only_what_later_layers_read_is_computed),
    cmocka_unit_test(twin_gradients_are_finite_differences),
    cmocka_unit_test(a_batch_is_the_twins_fused_or_not),
    cmocka_unit_test(a_batch_with_a_short_block_is_the_twins),
    cmocka_unit_test(a_batch_leaves_nothing_for_the_next_gradient),
    cmocka_unit_test(inference_and_each_layer_are_the_twins),
    cmocka_unit_test(one_to_eight_threads_give_the_same_bits),
    cmocka_unit_test(padding_lanes_count_for_nothing),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    cmocka_set_test_filter(filter);
    return cmocka_run_group_tests(tests, load_all, free_all);
}
