/* What the network looks at: the drop of a class' probability when each patch of an image is
 * blanked, against the same done pixel by pixel, and against a network whose answer is known. */
#include "sample_data.h"
#include "sample_model.h"

#include "support/memory.h"
#include "train/occlusion.h"

#include <math.h>

static struct dataset data;
static struct model *model;
static float *state;
static struct team *team;
static struct evaluator *evaluator;
static struct error error;

static void make(const char *text, const struct sample_shape *shape)
{
    struct rng rng;

    sample_dataset_of(&data, shape, 4, 4);
    model =
        model_make(text, (struct shape){1, shape->height, shape->width}, shape->classes, &error);
    assert_non_null(model);
    assert_non_null(state = memory_new(model->state_count, sizeof *state, &error));
    rng_init(&rng, 1, 0);
    model_initialize(model, state, &rng);
    assert_non_null(team = team_new(1, &error));
    evaluator = evaluator_new(model, kernels_select("auto", &error), team, LANES, &error);
    assert_non_null(evaluator);
    evaluator_load(evaluator, state);
}

static int tear_down(void **unused)
{
    (void)unused;
    evaluator_free(evaluator);
    team_free(team);
    free(state);
    model_free(model);
    dataset_fini(&data);
    evaluator = NULL;
    team = NULL;
    state = NULL;
    model = NULL;
    return 0;
}

static struct occlusion *occlude(const uint8_t *image, int class)
{
    struct occlusion *occlusion = occlusion_new(&data.test, image, class, &error);

    assert_non_null(occlusion);
    while (occlusion_continue(occlusion, evaluator))
        ;
    return occlusion;
}

/* The probability of a class for one image. */
static float probability_of(const uint8_t *image, int class)
{
    struct split one = data.test;
    double losses[1];
    uint8_t predicted[1], pixels[DATASET_PIXELS_MAX];
    float probabilities[CLASSES_MAX];
    const struct evaluation evaluation = {losses, predicted, probabilities};

    memcpy(pixels, image, split_pixels(&one));
    one.images = pixels;
    evaluate_listed(evaluator, &one, (uint32_t[]){0}, 1, &evaluation);
    return probabilities[class];
}

/* The drop for a patch centred at (x, y), the plain way. */
static float drop_at(const uint8_t *image, int class, int patch, int y, int x)
{
    uint8_t blanked[DATASET_PIXELS_MAX];
    const int height = data.test.height, width = data.test.width;

    memcpy(blanked, image, split_pixels(&data.test));
    for (int row = 0; row < height; row++)
        for (int column = 0; column < width; column++)
            if (abs(row - y) <= patch / 2 && abs(column - x) <= patch / 2)
                blanked[row * width + column] = 0;
    return probability_of(image, class) - probability_of(blanked, class);
}

static void check_centres(const struct occlusion *occlusion, const uint8_t *image)
{
    const int stride = occlusion->stride;

    for (int y = stride / 2; y < occlusion->height; y += stride)
        for (int x = stride / 2; x < occlusion->width; x += stride) {
            const float drop = drop_at(image, occlusion->class, occlusion->patch, y, x);
            assert_true(fabsf(occlusion->heat[y * occlusion->width + x] - drop) <= 1e-6F);
        }
}

/* An image with background around some ink. */
static uint8_t *inked(uint8_t *image)
{
    const int width = data.test.width;

    for (int i = 0; i < (int)split_pixels(&data.test); i++)
        if (i / width < data.test.height / 3 || i % width > width / 2)
            image[i] = 0;
    return image;
}

static void the_heat_is_the_drop_for_each_patch(void **unused)
{
    (void)unused;
    make("basic", &sample_mnist);
    uint8_t *image = inked(data.test.images);
    struct occlusion *occlusion = occlude(image, 7);
    assert_int_equal(occlusion->patch, 5);
    assert_int_equal(occlusion->stride, 1);
    assert_int_equal(occlusion->class, 7);
    assert_true(occlusion->probability == probability_of(image, 7));
    check_centres(occlusion, image);
    occlusion_free(occlusion);
}

static void other_sizes_and_classes_have_patches_in_proportion(void **unused)
{
    static const struct sample_shape shape = {20, 32, 47, NULL};
    (void)unused;

    make("8 M 12 AdaptiveAvgPool2d(1) Linear(CLASSES)", &shape);
    uint8_t *image = inked(data.test.images);
    struct occlusion *occlusion = occlude(image, 46);
    assert_int_equal(occlusion->patch, 3);
    check_centres(occlusion, image);
    occlusion_free(occlusion);
}

/* Between four centres the heat lies between theirs. */
static void large_images_have_few_patches_and_heat_in_between(void **unused)
{
    static const struct sample_shape shape = {100, 130, 3, NULL};
    (void)unused;

    make("Flatten Linear(CLASSES)", &shape);
    uint8_t *image = data.test.images;
    struct occlusion *occlusion = occlude(image, 1);
    assert_int_equal(occlusion->patch, 17);
    assert_int_equal(occlusion->stride, 4);
    check_centres(occlusion, image);
    for (int y = 2; y + 4 < 100; y++)
        for (int x = 2; x + 4 < 130; x++) {
            const float *corner =
                occlusion->heat + ((y - 2) / 4 * 4 + 2) * 130 + (x - 2) / 4 * 4 + 2;
            const float heat = occlusion->heat[y * 130 + x];
            const float ends[] = {corner[0], corner[4], corner[520], corner[524]};
            float low = ends[0], high = ends[0];
            for (int i = 1; i < 4; i++) {
                low = fminf(low, ends[i]);
                high = fmaxf(high, ends[i]);
            }
            assert_true(heat >= low - 1e-6F && heat <= high + 1e-6F);
        }
    occlusion_free(occlusion);
}

/* One pixel alone speaks for class 2, and against class 3. */
static void a_network_of_one_pixel_looks_at_that_pixel(void **unused)
{
    const int pixel = 10 * MNIST_SIDE + 12;
    (void)unused;

    make("Flatten Linear(CLASSES)", &sample_mnist);
    memset(state, 0, model->state_count * sizeof *state);
    state[2 * MNIST_SIDE * MNIST_SIDE + pixel] = 1.0F;
    state[3 * MNIST_SIDE * MNIST_SIDE + pixel] = -1.0F;
    evaluator_load(evaluator, state);
    uint8_t *image = data.test.images;
    memset(image, 255, split_pixels(&data.test));
    const double white = (double)dataset_normalize(&data.test, 255);
    const double black = (double)dataset_normalize(&data.test, 0);
    const double drop = exp(white) / (exp(white) + exp(-white) + 8.0) -
                        exp(black) / (exp(black) + exp(-black) + 8.0);
    struct occlusion *two = occlude(image, OCCLUSION_CLASS_READ), *three = occlude(image, 3);
    assert_int_equal(two->predicted, 2);
    assert_int_equal(two->class, 2);
    for (int i = 0; i < MNIST_SIDE * MNIST_SIDE; i++) {
        const bool near = abs(i / MNIST_SIDE - 10) <= 2 && abs(i % MNIST_SIDE - 12) <= 2;
        assert_true(fabs((double)two->heat[i] - (near ? drop : 0.0)) <= 1e-6);
        assert_true(near ? three->heat[i] < 0.0F : three->heat[i] == 0.0F);
    }
    occlusion_free(two);
    occlusion_free(three);
}

static void an_empty_image_has_no_heat(void **unused)
{
    static const uint8_t empty[MNIST_SIDE * MNIST_SIDE];
    (void)unused;

    make("basic", &sample_mnist);
    struct occlusion *occlusion = occlude(empty, 1);
    for (int i = 0; i < MNIST_SIDE * MNIST_SIDE; i++)
        assert_true(occlusion->heat[i] == 0.0F);
    occlusion_free(occlusion);
}

static void weights_that_are_not_finite_give_finite_heat(void **unused)
{
    (void)unused;
    make("Flatten Linear(CLASSES)", &sample_mnist);
    state[5] = NAN;
    evaluator_load(evaluator, state);
    struct occlusion *occlusion = occlude(data.test.images, 0);
    for (int i = 0; i < MNIST_SIDE * MNIST_SIDE; i++)
        assert_true(isfinite(occlusion->heat[i]));
    occlusion_free(occlusion);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(the_heat_is_the_drop_for_each_patch),
    TEST(other_sizes_and_classes_have_patches_in_proportion),
    TEST(large_images_have_few_patches_and_heat_in_between),
    TEST(a_network_of_one_pixel_looks_at_that_pixel),
    TEST(an_empty_image_has_no_heat),
    TEST(weights_that_are_not_finite_give_finite_heat),
};

CHECK_MAIN(tests)
