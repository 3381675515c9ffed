/* The map of images: which values are projected for any network, what they are, and that the map is
 * that of these values. */
#include "sample_data.h"
#include "sample_model.h"

#include "nn/activations.h"
#include "support/memory.h"
#include "train/projection.h"

#include <math.h>

enum { TESTS = 70 };

static const struct sample_shape sample_wide = {20, 32, 47, NULL};

static struct dataset data;
static struct model *model;
static float *state;
static struct team *team;
static struct evaluator *evaluator;
static struct projection *projection;
static struct error error;

static void make_of(const char *text, const struct sample_shape *shape, int tests)
{
    const struct kernels *kernels = kernels_select("auto", &error);
    struct rng rng;

    sample_dataset_of(&data, shape, 4, tests);
    model =
        model_make(text, (struct shape){1, shape->height, shape->width}, shape->classes, &error);
    if (model == NULL)
        fail_msg("%s", error.text);
    assert_non_null(state = memory_new(model->state_count, sizeof *state, &error));
    rng_init(&rng, 1, 0);
    model_initialize(model, state, &rng);
    assert_non_null(team = team_new(1, &error));
    assert_non_null(evaluator = evaluator_new(model, kernels, team, LANES, &error));
    evaluator_load(evaluator, state);
    assert_non_null(projection = projection_new(model, &data.test, &error));
    while (projection_continue(projection, evaluator))
        ;
}

static int tear_down(void **unused)
{
    (void)unused;
    projection_free(projection);
    evaluator_free(evaluator);
    team_free(team);
    free(state);
    model_free(model);
    dataset_fini(&data);
    projection = NULL;
    evaluator = NULL;
    team = NULL;
    state = NULL;
    model = NULL;
    return 0;
}

/* The values of an image are the layer's output, apart from one mean of all images. */
static void compare_with_layer(void)
{
    struct activations activations;
    float image[DATASET_PIXELS_MAX];
    const int values = projection->values;
    double *expected = malloc(sizeof(double) * (size_t)(values * projection->count));

    assert_non_null(expected);
    assert_true(activations_init(&activations, model, kernels_select("auto", &error), &error));
    for (int i = 0; i < projection->count; i++) {
        for (size_t p = 0; p < split_pixels(&data.test); p++)
            image[p] = dataset_normalize(&data.test, split_image(&data.test, (uint32_t)i)[p]);
        activations_run(&activations, state, image);
        const float *from = projection->layer < 0 ? image : activations.values[projection->layer];
        for (int j = 0; j < values; j++)
            expected[i * values + j] = (double)from[j];
    }
    for (int j = 0; j < values; j++) {
        double mean = 0.0;
        for (int i = 0; i < projection->count; i++)
            mean += expected[i * values + j] / projection->count;
        for (int i = 0; i < projection->count; i++)
            assert_true(fabs(expected[i * values + j] - mean -
                             (double)projection->principal.values[i * values + j]) <= 2e-4);
    }
    free(expected);
    activations_fini(&activations);
}

static void compare_predictions(void)
{
    double losses[TESTS];
    uint8_t predicted[TESTS];
    struct evaluation evaluation = {losses, predicted, NULL};

    struct evaluator *whole =
        evaluator_new(model, kernels_select("auto", &error), team, TESTS, &error);
    assert_non_null(whole);
    evaluator_load(whole, state);
    evaluate_images(whole, &data.test, 0, projection->count, &evaluation);
    assert_memory_equal(projection->predicted, predicted, (size_t)projection->count);
    evaluator_free(whole);
}

static void check_shares(void)
{
    const double *share = projection->share;

    assert_true(share[0] >= share[1] && share[1] >= 0.0 && share[0] + share[1] <= 1.00001);
    assert_true(share[0] > 0.0);
    for (int i = 0; i < projection->count; i++)
        assert_true(isfinite(projection->points[i][0]) && isfinite(projection->points[i][1]));
}

static void the_values_are_those_of_the_last_hidden_layer(void **unused)
{
    static const struct {
        const char *text;
        enum layer_kind kind;
        int values;
    } networks[] = {
        {"basic", LAYER_LINEAR, 32},       {"nofc", LAYER_ADAPTIVE_AVG_POOL2D, 24},
        {"lenet5", LAYER_TANH, 84},        {"nielsen", LAYER_SIGMOID, 30},
        {"pytorch", LAYER_RELU, 128},      {"mlp", LAYER_RELU, 128},
        {"keras", LAYER_MAX_POOL2D, 1600},
    };
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(networks); i++) {
        make_of(networks[i].text, &sample_mnist, TESTS);
        assert_int_equal(projection->values, networks[i].values);
        assert_int_equal(model->layers[projection->layer].kind, networks[i].kind);
        compare_with_layer();
        compare_predictions();
        check_shares();
        tear_down(NULL);
    }
    make_of("basic", &sample_mnist, TESTS);
}

static void a_network_without_hidden_layers_maps_the_images(void **unused)
{
    (void)unused;
    make_of("softmax", &sample_mnist, TESTS);
    assert_int_equal(projection->layer, -1);
    assert_int_equal(projection->values, MNIST_SIDE * MNIST_SIDE);
    compare_with_layer();
    compare_predictions();
    check_shares();
}

static void images_of_other_sizes_with_many_classes_have_a_map(void **unused)
{
    (void)unused;
    make_of("8 M 12 AdaptiveAvgPool2d(1) Linear(CLASSES)", &sample_wide, TESTS);
    assert_int_equal(projection->values, 12);
    compare_with_layer();
    compare_predictions();
}

static void a_network_without_linear_layers_maps_what_its_last_convolution_reads(void **unused)
{
    (void)unused;
    make_of("4 Conv2d(10,3) AdaptiveAvgPool2d(1) Flatten", &sample_mnist, TESTS);
    assert_int_equal(model->layers[projection->layer].kind, LAYER_RELU);
    assert_true(projection->values <= PROJECTION_VALUES);
    compare_predictions();
    check_shares();
}

/* Cells of 3 x 3: the 26 x 26 values of a map become 9 x 9 means. */
static void large_maps_are_averaged_in_cells(void **unused)
{
    struct activations activations;
    float image[MNIST_SIDE * MNIST_SIDE];
    double means[2][2] = {{0.0}};
    (void)unused;

    make_of("20 Linear(CLASSES)", &sample_mnist, TESTS);
    assert_int_equal(projection->values, 20 * 9 * 9);
    assert_true(activations_init(&activations, model, kernels_select("auto", &error), &error));
    for (int n = 0; n < 2; n++) {
        for (int p = 0; p < MNIST_SIDE * MNIST_SIDE; p++)
            image[p] = dataset_normalize(&data.test, split_image(&data.test, (uint32_t)n)[p]);
        activations_run(&activations, state, image);
        const float *map = activations.values[projection->layer] + 7 * 26 * 26;
        for (int y = 3; y < 6; y++)
            for (int x = 24; x < 26; x++)
                means[n][0] += (double)map[y * 26 + x] / 6.0;
        for (int y = 24; y < 26; y++)
            for (int x = 0; x < 3; x++)
                means[n][1] += (double)map[y * 26 + x] / 6.0;
    }
    const float *first = projection->principal.values + 7 * 81, *second = first + 20 * 81;
    assert_true(fabs((double)(first[9 + 8] - second[9 + 8]) - (means[0][0] - means[1][0])) <= 1e-5);
    assert_true(fabs((double)(first[72] - second[72]) - (means[0][1] - means[1][1])) <= 1e-5);
    activations_fini(&activations);
}

static void only_the_first_images_are_on_the_map(void **unused)
{
    (void)unused;
    make_of("Flatten Linear(8) ReLU Linear(CLASSES)", &sample_mnist, PROJECTION_IMAGES + 33);
    assert_int_equal(projection->count, PROJECTION_IMAGES);
    check_shares();
}

static void one_image_is_a_map(void **unused)
{
    (void)unused;
    make_of("basic", &sample_mnist, 1);
    assert_int_equal(projection->count, 1);
    assert_true(projection->points[0][0] == 0.0F && projection->share[0] == 0.0);
}

static void values_that_are_not_finite_count_as_nothing(void **unused)
{
    (void)unused;
    make_of("basic", &sample_mnist, TESTS);
    projection_free(projection);
    state[3] = NAN;
    evaluator_load(evaluator, state);
    assert_non_null(projection = projection_new(model, &data.test, &error));
    while (projection_continue(projection, evaluator))
        ;
    for (int i = 0; i < TESTS; i++)
        assert_true(isfinite(projection->points[i][0]) && isfinite(projection->points[i][1]));
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(the_values_are_those_of_the_last_hidden_layer),
    TEST(a_network_without_hidden_layers_maps_the_images),
    TEST(images_of_other_sizes_with_many_classes_have_a_map),
    TEST(a_network_without_linear_layers_maps_what_its_last_convolution_reads),
    TEST(large_maps_are_averaged_in_cells),
    TEST(only_the_first_images_are_on_the_map),
    TEST(one_image_is_a_map),
    TEST(values_that_are_not_finite_count_as_nothing),
};

CHECK_MAIN(tests)
