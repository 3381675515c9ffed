/* A network as torchsummary's table. */
#include "check.h"
#include "sample_model.h"

#include "nn/summary.h"

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

/* As torchsummary writes them. */
static void every_kind_of_layer_has_its_row(void **unused)
{
    static const char text[] =
        "Conv2d(8, 5, 2) BatchNorm2d ReLU LeakyReLU Tanh Sigmoid GELU SiLU MaxPool2d(3, 1, 1) "
        "AvgPool2d((2, 3)) AdaptiveAvgPool2d((2, 4)) Dropout Dropout2d Flatten Linear(2000) "
        "Linear(10, bias=False) LogSoftmax";
    static const struct summary_row expected[] = {
        {"Conv2d-1", "[-1, 8, 12, 12]", "208"},
        {"BatchNorm2d-2", "[-1, 8, 12, 12]", "16"},
        {"ReLU-3", "[-1, 8, 12, 12]", "0"},
        {"LeakyReLU-4", "[-1, 8, 12, 12]", "0"},
        {"Tanh-5", "[-1, 8, 12, 12]", "0"},
        {"Sigmoid-6", "[-1, 8, 12, 12]", "0"},
        {"GELU-7", "[-1, 8, 12, 12]", "0"},
        {"SiLU-8", "[-1, 8, 12, 12]", "0"},
        {"MaxPool2d-9", "[-1, 8, 12, 12]", "0"},
        {"AvgPool2d-10", "[-1, 8, 6, 4]", "0"},
        {"AdaptiveAvgPool2d-11", "[-1, 8, 2, 4]", "0"},
        {"Dropout-12", "[-1, 8, 2, 4]", "0"},
        {"Dropout2d-13", "[-1, 8, 2, 4]", "0"},
        {"Flatten-14", "[-1, 64]", "0"},
        {"Linear-15", "[-1, 2000]", "130,000"},
        {"Linear-16", "[-1, 10]", "20,000"},
        {"LogSoftmax-17", "[-1, 10]", "0"},
    };
    struct model *model = sample_model(text);
    struct summary_row row;
    (void)unused;

    assert_non_null(model);
    assert_int_equal(model->layer_count, CHECK_COUNT(expected));
    for (int l = 0; l < model->layer_count; l++) {
        summary_row(model, l, &row);
        assert_string_equal(row.type, expected[l].type);
        assert_string_equal(row.shape, expected[l].shape);
        assert_string_equal(row.parameters, expected[l].parameters);
    }
    model_free(model);
}

/* Of softmax: 784 values in, 784 and 10 out, forward and backward, and 7,850 parameters. */
static void sizes_are_in_mebibytes(void **unused)
{
    const double float_size = 4.0 / 1048576.0;
    struct model *model = sample_model("softmax");
    struct summary_sizes sizes;
    (void)unused;

    assert_non_null(model);
    summary_sizes(model, &sizes);
    assert_true(sizes.input == 784 * float_size);
    assert_true(sizes.activations == 2 * 794 * float_size);
    assert_true(sizes.parameters == 7850 * float_size);
    assert_true(sizes.total == sizes.input + sizes.activations + sizes.parameters);
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
    cmocka_unit_test(every_kind_of_layer_has_its_row),
    cmocka_unit_test(sizes_are_in_mebibytes),
    cmocka_unit_test(thousands_are_separated),
};

CHECK_MAIN(tests)
