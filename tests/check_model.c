/* Models: what follows from their layers. */
#include "check.h"
#include "sample_model.h"
#include "sizes.h"

#include "nn/layers.h"
#include "nn/shelf.h"

#include <math.h>

enum { OLDEST = 5 }; /* the shelf's first networks: those of files of format 1 */

/* A tensor as PyTorch's state dict lists it, without the counts of batches. */
struct listed {
    const char *name;
    int size[4];
};

/* A convolution without bias, followed by batch norm. */
#define UNIT(conv, norm, out, in)                                                                  \
    {conv ".weight", {out, in, 3, 3}}, {norm ".weight", {out}}, {norm ".bias", {out}},             \
        {norm ".running_mean", {out}},                                                             \
    {                                                                                              \
        norm ".running_var",                                                                       \
        {                                                                                          \
            out                                                                                    \
        }                                                                                          \
    }

#define LINEAR(name, out, in)                                                                      \
    {name ".weight", {out, in}},                                                                   \
    {                                                                                              \
        name ".bias",                                                                              \
        {                                                                                          \
            out                                                                                    \
        }                                                                                          \
    }

static void check_state_dict(const char *name, const struct listed *listed, int count)
{
    struct model *model;

    assert_non_null(model = sample_model(name));
    assert_int_equal(model->tensor_count, count);
    for (int t = 0; t < count; t++) {
        assert_string_equal(model->tensors[t].name, listed[t].name);
        for (int d = 0; d < 4; d++)
            assert_int_equal(d < model->tensors[t].dimensions ? model->tensors[t].size[d] : 0,
                             listed[t].size[d]);
    }
    model_free(model);
}

static void the_state_dicts_have_pytorchs_names_and_shapes(void **unused)
{
    static const struct listed basic[] = {
        UNIT("layer1.0", "layer1.1", 4, 1),  UNIT("layer1.3", "layer1.4", 8, 4),
        UNIT("layer2.0", "layer2.1", 16, 8), UNIT("layer2.3", "layer2.4", 20, 16),
        {"layer2.6.weight", {24, 20, 3, 3}}, LINEAR("classifier.0", 32, 24),
        LINEAR("classifier.1", 10, 32),
    };
    static const struct listed nofc[] = {
        UNIT("layer1.0", "layer1.1", 4, 1),   UNIT("layer1.3", "layer1.4", 8, 4),
        UNIT("layer2.0", "layer2.1", 16, 8),  UNIT("layer2.3", "layer2.4", 20, 16),
        UNIT("layer2.6", "layer2.7", 24, 20), LINEAR("classifier", 10, 24),
    };
    static const struct listed slim[] = {
        UNIT("layer1.0", "layer1.1", 8, 1),   UNIT("layer1.3", "layer1.4", 16, 8),
        UNIT("layer2.0", "layer2.1", 16, 16), UNIT("layer2.3", "layer2.4", 16, 16),
        UNIT("layer2.6", "layer2.7", 16, 16), LINEAR("classifier", 10, 16),
    };
    (void)unused;

    check_state_dict("basic", basic, CHECK_COUNT(basic));
    check_state_dict("nofc", nofc, CHECK_COUNT(nofc));
    check_state_dict("slim", slim, CHECK_COUNT(slim));
}

static void the_models_have_the_documented_numbers_of_parameters(void **unused)
{
    static const struct {
        const char *name;
        size_t parameters;
    } expected[] = {{"basic", 9902}, {"nofc", 9070}, {"slim", 8450}};
    struct model *model;
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(expected); i++) {
        assert_non_null(model = sample_model(expected[i].name));
        assert_int_equal(model->parameter_count, expected[i].parameters);
        model_free(model);
    }
    for (int i = 0; i < OLDEST; i++) {
        assert_non_null(model = sample_model(shelf_name(i)));
        assert_true(model->parameter_count < 10000);
        model_free(model);
    }
    assert_non_null(model = sample_model("tiny"));
    assert_true(model->parameter_count < 5000);
    model_free(model);
}

static void every_model_fills_its_state_without_gaps(void **unused)
{
    struct model *model;
    (void)unused;

    for (int i = 0; i < OLDEST; i++) {
        size_t parameters = 0, all = 0;
        assert_non_null(model = sample_model(shelf_name(i)));
        for (int t = 0; t < model->tensor_count; t++) {
            const struct tensor *tensor = &model->tensors[t];
            all += tensor->count;
            parameters += tensor->trained ? tensor->count : 0;
            assert_true(tensor->offset + tensor->count <=
                        (tensor->trained ? model->parameter_count : model->state_count));
        }
        assert_int_equal(all, model->state_count);
        assert_int_equal(parameters, model->parameter_count);
        model_free(model);
    }
}

static void an_unknown_model_is_refused_with_the_known_names(void **unused)
{
    struct error error;
    (void)unused;

    assert_null(model_make("nonesuch", (struct shape){1, 28, 28}, 10, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.text, "basic"));
    assert_non_null(strstr(error.text, "nonesuch"));
}

/* Bounds of U(-1/sqrt(fan_in), 1/sqrt(fan_in)), and its variance bound^2 / 3. */
static void initial_weights_are_pytorchs_uniform(void **unused)
{
    static const struct {
        const char *name;
        double fan_in;
    } expected[] = {{"layer1.0.weight", 9},    {"layer2.3.weight", 144},
                    {"layer2.6.weight", 180},  {"classifier.0.weight", 24},
                    {"classifier.0.bias", 24}, {"classifier.1.bias", 32}};
    float state[MODEL_STATE_MAX];
    struct model *model;
    struct rng rng;
    (void)unused;

    assert_non_null(model = sample_model("basic"));
    rng_init(&rng, 7, 0);
    model_initialize(model, state, &rng);
    for (int e = 0; e < CHECK_COUNT(expected); e++) {
        for (int t = 0; t < model->tensor_count; t++) {
            const struct tensor *tensor = &model->tensors[t];
            double bound = 1.0 / sqrt(expected[e].fan_in), squares = 0.0;
            if (strcmp(tensor->name, expected[e].name) != 0)
                continue;
            for (size_t i = 0; i < tensor->count; i++) {
                double value = (double)state[tensor->offset + i];
                assert_true(fabs(value) <= bound);
                squares += value * value;
            }
            if (tensor->count > 500)
                assert_true(fabs(squares / (double)tensor->count / (bound * bound / 3.0) - 1.0) <
                            0.15);
        }
    }
    model_free(model);
}

static void batch_norm_starts_as_identity(void **unused)
{
    float state[MODEL_STATE_MAX];
    struct model *model;
    struct rng rng;
    (void)unused;

    assert_non_null(model = sample_model("basic"));
    rng_init(&rng, 7, 0);
    model_initialize(model, state, &rng);
    const struct layer *norm = &model->layers[1];
    for (size_t k = 0; k < 4; k++) {
        assert_true(state[model_offset(model, norm, "weight") + k] == 1.0F);
        assert_true(state[model_offset(model, norm, "bias") + k] == 0.0F);
        assert_true(state[model_offset(model, norm, "running_mean") + k] == 0.0F);
        assert_true(state[model_offset(model, norm, "running_var") + k] == 1.0F);
    }
    model_free(model);
}

static void the_draws_are_in_the_order_of_the_state_dict(void **unused)
{
    struct model *model = sample_model("lenet5");
    struct rng rng, again;
    (void)unused;

    assert_non_null(model);
    float *state = calloc(model->state_count, sizeof *state);
    assert_non_null(state);
    rng_init(&rng, 7, 0);
    rng_init(&again, 7, 0);
    model_initialize(model, state, &rng);
    for (int t = 0; t < model->tensor_count; t++) { /* weight, bias, weight, ... */
        const struct tensor *weight = &model->tensors[t - t % 2], *tensor = &model->tensors[t];
        const size_t fan_in = weight->count / (size_t)weight->size[0];
        const float bound = (float)(1.0 / sqrt((double)fan_in));
        for (size_t i = 0; i < tensor->count; i++)
            assert_true(state[tensor->offset + i] == rng_uniform(&again, -bound, bound));
    }
    free(state);
    model_free(model);
}

static void an_output_sees_the_inputs_of_its_group(void **unused)
{
    static const struct {
        const char *text;
        int fan_in;
        size_t multiply_adds; /* of the second layer */
    } cases[] = {
        {"Conv2d(6, 1) Conv2d(4, (5, 3))", 6 * 15, 4 * 24 * 26 * 6 * 15},
        {"Conv2d(6, 1) Conv2d(12, 3, groups=2)", 3 * 9, 12 * 26 * 26 * 3 * 9},
        {"Conv2d(6, 1) Conv2d(6, 3, 2, 1, groups=6)", 9, 6 * 14 * 14 * 9},
        {"Conv2d(6, 7, 7) Linear(10)", 6 * 16, 10 * 6 * 16},
        {"Flatten Linear(20)  Linear(10)", 784, 20 * 784},
        {"ReLU BatchNorm2d", 784, 0},
    };
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        struct model *model = sample_model(cases[i].text);
        assert_non_null(model);
        const struct layer *layer = &model->layers[1];
        const size_t first = model->layers[0].kind == LAYER_CONV2D
                                 ? model_shape_count(model->layers[0].output) *
                                       (size_t)model_fan_in(&model->layers[0])
                                 : 0;
        size_t rest = 0;
        for (int l = 2; l < model->layer_count; l++)
            if (model->layers[l].kind == LAYER_LINEAR)
                rest += model_shape_count(model->layers[l].input) *
                        (size_t)model->layers[l].output.channels;
        assert_int_equal(model_fan_in(layer), cases[i].fan_in);
        assert_int_equal(model_multiply_adds(model) - first - rest, cases[i].multiply_adds);
        model_free(model);
    }
}

static void assert_no_model(const struct layer *layers, int count, const char *sentence)
{
    struct error error = {0};

    assert_null(model_new("x", (struct shape){1, 28, 28}, 10, layers, count, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    if (strstr(error.text, sentence) == NULL)
        fail_msg("%s", error.text);
}

static void layers_that_do_not_fit_together_are_refused(void **unused)
{
    static struct layer layers[MODEL_LAYERS_MAX + 1];
    (void)unused;

    for (int l = 0; l <= MODEL_LAYERS_MAX; l++) {
        layers[l] = layer_of_kind(LAYER_TANH);
        snprintf(layers[l].name, sizeof layers[l].name, "%d", l);
    }
    assert_no_model(layers, 0, "0 layers (expected 1 to 256)");
    assert_no_model(layers, MODEL_LAYERS_MAX + 1, "257 layers (expected 1 to 256)");
    assert_no_model(layers, 3, "the last layer, 2 (Tanh), does not give the classes");
    layers[0].kind = LAYER_FLATTEN;
    assert_no_model(layers, 3, "(expected 10 features, got 784)");
    layers[1].kind = LAYER_LOG_SOFTMAX;
    assert_no_model(layers, 3, "the layer 1 (LogSoftmax) must be the last");
    layers[1].kind = LAYER_BATCH_NORM2D;
    assert_no_model(layers, 3, "the layer 1 (BatchNorm2d) works on maps");
    layers[1] = layer_of_kind(LAYER_LINEAR);
    layers[1].out = 1 << 26;
    assert_no_model(layers, 2, "the last layer");
    layers[0] = layer_of_kind(LAYER_ADAPTIVE_AVG_POOL2D);
    layers[0].output_size[0] = 2;
    layers[0].output_size[1] = 5;
    layers[1] = layer_of_kind(LAYER_FLATTEN);
    assert_no_model(layers, 2, "nothing to train");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_state_dicts_have_pytorchs_names_and_shapes),
    cmocka_unit_test(the_models_have_the_documented_numbers_of_parameters),
    cmocka_unit_test(every_model_fills_its_state_without_gaps),
    cmocka_unit_test(an_unknown_model_is_refused_with_the_known_names),
    cmocka_unit_test(initial_weights_are_pytorchs_uniform),
    cmocka_unit_test(batch_norm_starts_as_identity),
    cmocka_unit_test(the_draws_are_in_the_order_of_the_state_dict),
    cmocka_unit_test(an_output_sees_the_inputs_of_its_group),
    cmocka_unit_test(layers_that_do_not_fit_together_are_refused),
};

CHECK_MAIN(tests)
