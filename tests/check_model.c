/* Models: what derives from their tables. */
#include "check.h"
#include "sample_model.h"

#include "nn/limits.h"
#include "nn/shelf.h"
#include "nn/summary.h"

#include <math.h>

enum { OLDEST = 5 }; /* the shelf's first networks, which need no limit but the old ones */

static void the_reference_network_has_the_published_shapes(void **unused)
{
    static const struct summary_row expected[] = {
        {"Conv2d-1", "[-1, 4, 28, 28]", "36"},
        {"BatchNorm2d-2", "[-1, 4, 28, 28]", "8"},
        {"ReLU-3", "[-1, 4, 28, 28]", "0"},
        {"Conv2d-4", "[-1, 8, 28, 28]", "288"},
        {"BatchNorm2d-5", "[-1, 8, 28, 28]", "16"},
        {"ReLU-6", "[-1, 8, 28, 28]", "0"},
        {"MaxPool2d-7", "[-1, 8, 14, 14]", "0"},
        {"Conv2d-8", "[-1, 16, 12, 12]", "1,152"},
        {"BatchNorm2d-9", "[-1, 16, 12, 12]", "32"},
        {"ReLU-10", "[-1, 16, 12, 12]", "0"},
        {"Conv2d-11", "[-1, 20, 10, 10]", "2,880"},
        {"BatchNorm2d-12", "[-1, 20, 10, 10]", "40"},
        {"ReLU-13", "[-1, 20, 10, 10]", "0"},
        {"Conv2d-14", "[-1, 24, 8, 8]", "4,320"},
        {"AdaptiveAvgPool2d-15", "[-1, 24, 1, 1]", "0"},
        {"Linear-16", "[-1, 32]", "800"},
        {"Linear-17", "[-1, 10]", "330"},
    };
    struct summary_row row;
    struct model *model;
    (void)unused;

    assert_non_null(model = sample_model("basic"));
    assert_int_equal(model->layer_count, CHECK_COUNT(expected));
    assert_int_equal(model->parameter_count, 9902);
    assert_int_equal(model->classes, 10);
    for (int l = 0; l < model->layer_count; l++) {
        summary_row(model, l, &row);
        assert_string_equal(row.type, expected[l].type);
        assert_string_equal(row.shape, expected[l].shape);
        assert_string_equal(row.parameters, expected[l].parameters);
    }
    model_free(model);
}

/* A tensor as PyTorch's state dict lists it, the counts of batches left out. */
struct listed {
    const char *name;
    int size[4];
};

/* A convolution without bias, with the batch norm behind it. */
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

static void the_models_have_as_many_parameters_as_they_are_said_to(void **unused)
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

static void an_unknown_model_is_refused_with_the_names_there_are(void **unused)
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

static void thousands_are_separated(void **unused)
{
    static const struct {
        size_t number;
        const char *text;
    } cases[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {9902, "9,902"}, {1234567, "1,234,567"}};
    char text[16];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        summary_thousands(text, sizeof text, cases[i].number);
        assert_string_equal(text, cases[i].text);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_reference_network_has_the_published_shapes),
    cmocka_unit_test(the_state_dicts_have_pytorchs_names_and_shapes),
    cmocka_unit_test(the_models_have_as_many_parameters_as_they_are_said_to),
    cmocka_unit_test(every_model_fills_its_state_without_gaps),
    cmocka_unit_test(an_unknown_model_is_refused_with_the_names_there_are),
    cmocka_unit_test(initial_weights_are_pytorchs_uniform),
    cmocka_unit_test(batch_norm_starts_as_identity),
    cmocka_unit_test(thousands_are_separated),
};

CHECK_MAIN(tests)
