/* The gradient of the mean loss of training images, against the twin's. */
#include "sample_data.h"
#include "sample_model.h"
#include "twin_network.h"

#include "support/memory.h"
#include "train/gradients.h"

#include <math.h>

static struct dataset data;
static struct model *model;
static float *state;
static struct gradients *gradients;
static struct error error;

static void make_of(const char *text, const struct sample_shape *shape, int images)
{
    struct rng rng;

    sample_dataset_of(&data, shape, images, 1);
    model =
        model_make(text, (struct shape){1, shape->height, shape->width}, shape->classes, &error);
    if (model == NULL)
        fail_msg("%s", error.text);
    assert_non_null(state = memory_new(model->state_count, sizeof *state, &error));
    rng_init(&rng, 1, 0);
    model_initialize(model, state, &rng);
    gradients = gradients_new(model, kernels_select("auto", &error), &data.train, &error);
    assert_non_null(gradients);
}

static void compute(void)
{
    gradients_begin(gradients, state);
    while (gradients_continue(gradients))
        ;
}

static int tear_down(void **unused)
{
    (void)unused;
    gradients_free(gradients);
    free(state);
    model_free(model);
    dataset_fini(&data);
    gradients = NULL;
    state = NULL;
    model = NULL;
    return 0;
}

/* The twin's gradient on training images [first, first + count), times their share of all. */
static void add_twin(double *sum, int first, int count, int all)
{
    const int pixels = (int)split_pixels(&data.train);
    struct twin twin;

    twin_init(&twin, model, count);
    twin_load(&twin, state);
    for (int n = 0; n < count; n++) {
        const uint8_t *image = split_image(&data.train, (uint32_t)(first + n));
        for (int p = 0; p < pixels; p++)
            grid_at(&twin.value[0], n, 0, 0, 0)[p] =
                (double)dataset_normalize(&data.train, image[p]);
        twin.labels[n] = data.train.labels[first + n];
    }
    twin_forward(&twin);
    twin_backward(&twin);
    for (size_t i = 0; i < model->parameter_count; i++)
        sum[i] += twin.gradient[i] * count / all;
    twin_fini(&twin);
}

static void compare(const double *expected)
{
    double difference = 0.0, norm = 0.0;

    for (size_t i = 0; i < model->parameter_count; i++) {
        difference += pow((double)gradients->gradient[i] - expected[i], 2.0);
        norm += expected[i] * expected[i];
    }
    if (!(norm > 0.0) || !(difference <= 1e-6 * norm))
        fail_msg("%s: difference %g of %g", model->name, sqrt(difference), sqrt(norm));
}

static void the_gradient_is_the_twins(void **unused)
{
    static const char *const texts[] = {"basic", "softmax", "lenet5",
                                        "8 M 12 AdaptiveAvgPool2d(1) Linear(10)"};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(texts); i++) {
        make_of(texts[i], &sample_mnist, 37);
        assert_int_equal(gradients->images, 37);
        compute();
        double *expected = calloc(model->parameter_count, sizeof *expected);
        assert_non_null(expected);
        add_twin(expected, 0, 37, 37);
        compare(expected);
        free(expected);
        tear_down(NULL);
    }
    make_of("softmax", &sample_mnist, 10);
}

static void batches_have_the_share_of_their_images(void **unused)
{
    (void)unused;
    make_of("4 M 8 AdaptiveAvgPool2d(1) Linear(10)", &sample_mnist, GRADIENTS_BATCH + 23);
    compute();
    double *expected = calloc(model->parameter_count, sizeof *expected);
    assert_non_null(expected);
    add_twin(expected, 0, GRADIENTS_BATCH, GRADIENTS_BATCH + 23);
    add_twin(expected, GRADIENTS_BATCH, 23, GRADIENTS_BATCH + 23);
    compare(expected);
    free(expected);
}

static void other_sizes_and_classes_have_gradients(void **unused)
{
    static const struct sample_shape shape = {20, 32, 47, NULL};
    (void)unused;

    make_of("8 M 12 AdaptiveAvgPool2d(1) Linear(47)", &shape, 30);
    compute();
    double *expected = calloc(model->parameter_count, sizeof *expected);
    assert_non_null(expected);
    add_twin(expected, 0, 30, 30);
    compare(expected);
    free(expected);
}

/* A second time the same bits, although batch norm's running statistics have moved. */
static void gradients_do_not_depend_on_those_before(void **unused)
{
    (void)unused;
    make_of("basic", &sample_mnist, 80);
    compute();
    const size_t size = model->parameter_count * sizeof(float);
    float *first = malloc(size);
    assert_non_null(first);
    memcpy(first, gradients->gradient, size);
    const float before = state[2];
    state[2] += 1.0F;
    compute();
    assert_memory_not_equal(first, gradients->gradient, size);
    state[2] = before;
    gradients_begin(gradients, state);
    gradients_continue(gradients); /* half of it; then anew */
    compute();
    assert_memory_equal(first, gradients->gradient, size);
    free(first);
}

static void many_images_are_spread_over_the_split(void **unused)
{
    (void)unused;
    make_of("softmax", &sample_mnist, 3 * GRADIENTS_IMAGES);
    assert_int_equal(gradients->images, GRADIENTS_IMAGES);
    compute();
    float *sparse = malloc(model->parameter_count * sizeof(float));
    assert_non_null(sparse);
    memcpy(sparse, gradients->gradient, model->parameter_count * sizeof(float));
    const size_t pixels = split_pixels(&data.train);
    for (int i = 0; i < 3 * GRADIENTS_IMAGES; i++)
        if (i % 3 != 0)
            memset(data.train.images + (size_t)i * pixels, 77, pixels);
    compute();
    assert_memory_equal(sparse, gradients->gradient, model->parameter_count * sizeof(float));
    free(sparse);
}

static void weights_that_are_not_finite_give_a_finite_gradient(void **unused)
{
    (void)unused;
    make_of("basic", &sample_mnist, 40);
    state[0] = INFINITY;
    compute();
    for (size_t i = 0; i < model->parameter_count; i++)
        assert_true(isfinite(gradients->gradient[i]));
    state[0] = 0.1F;
    compute();
    double sum = 0.0;
    for (size_t i = 0; i < model->parameter_count; i++)
        sum += fabs((double)gradients->gradient[i]);
    assert_true(sum > 0.0);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(the_gradient_is_the_twins),
    TEST(batches_have_the_share_of_their_images),
    TEST(other_sizes_and_classes_have_gradients),
    TEST(gradients_do_not_depend_on_those_before),
    TEST(many_images_are_spread_over_the_split),
    TEST(weights_that_are_not_finite_give_a_finite_gradient),
};

CHECK_MAIN(tests)
