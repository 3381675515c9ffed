/* The outputs of every layer for one image equal the twin's, and the last ones are inference's
 * logits. */
#include "check.h"
#include "sample_data.h"
#include "sample_model.h"
#include "sizes.h"
#include "twin_network.h"

#include "data/dataset.h"
#include "nn/activations.h"
#include "nn/infer.h"
#include "support/memory.h"
#include "train/checkpoint.h"

#include <math.h>

enum { IMAGES = 4 };

static struct dataset data;
static struct model *model;
static struct activations activations;
static float trained[MODEL_STATE_MAX], image[(MNIST_SIDE * MNIST_SIDE)];
static struct error error;

static int set_up(void **unused)
{
    char path[PATH_MAX];
    (void)unused;

    if (!sample_load(&data, check_source(path, "data"), &error) ||
        (model = sample_model_again(model, "basic")) == NULL ||
        !checkpoint_load(check_source(path, "tests/reference/trained.safetensors"), model, trained,
                         &error) ||
        !activations_init(&activations, model, kernels_select("baseline", &error), &error))
        fail_msg("%s", error.text);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    activations_fini(&activations);
    dataset_fini(&data);
    return 0;
}

static void run(int index)
{
    for (int p = 0; p < (MNIST_SIDE * MNIST_SIDE); p++)
        image[p] = dataset_normalize(
            &data.test, data.test.images[(size_t)index * (MNIST_SIDE * MNIST_SIDE) + (size_t)p]);
    activations_run(&activations, trained, image);
}

static void every_layers_output_equals_the_twins(void **unused)
{
    struct twin twin;
    (void)unused;

    twin_init(&twin, model, 1);
    twin.training = false;
    twin_load(&twin, trained);
    for (int n = 0; n < IMAGES; n++) {
        run(n);
        for (int p = 0; p < (MNIST_SIDE * MNIST_SIDE); p++)
            twin.value[0].values[p] = (double)image[p];
        twin_forward(&twin);
        for (int l = 0; l < model->layer_count; l++) {
            const struct grid *expected = &twin.value[l + 1];
            assert_int_equal(grid_count(expected), model_shape_count(model->layers[l].output));
            for (size_t i = 0; i < grid_count(expected); i++)
                if (fabs((double)activations.values[l][i] - expected->values[i]) >
                    1e-5 * (1.0 + fabs(expected->values[i])))
                    fail_msg("image %d, %s, value %zu: %g, expected %g", n, model->layers[l].name,
                             i, (double)activations.values[l][i], expected->values[i]);
        }
    }
    twin_fini(&twin);
}

static void the_last_layers_output_is_the_logits_of_inference(void **unused)
{
    float logits[MNIST_CLASSES * LANES] __attribute__((aligned(MEMORY_ALIGNMENT)));
    const uint32_t indices[IMAGES] = {0, 1, 2, 3};
    uint8_t labels[LANES];
    int padding;
    const struct kernels *kernels = kernels_select("auto", &error);
    (void)unused;

    assert_non_null(kernels);
    struct infer *infer = infer_new(model, kernels, &error);
    assert_non_null(infer);
    struct workspace *workspace = infer_workspace_new(infer, &error);
    assert_non_null(workspace);
    infer_load(infer, trained);
    float *input = infer_input(infer, workspace, &padding);
    dataset_pack(&data.test, indices, IMAGES, padding, input, labels);
    memcpy(logits, infer_run(infer, workspace), sizeof(float) * MNIST_CLASSES * LANES);
    for (int n = 0; n < IMAGES; n++) {
        run(n);
        for (int k = 0; k < model->classes; k++)
            assert_true(fabsf(activations.values[model->layer_count - 1][k] -
                              logits[k * LANES + n]) <= 1e-4F);
    }
    infer_workspace_free(workspace);
    infer_free(infer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(every_layers_output_equals_the_twins),
    TEST(the_last_layers_output_is_the_logits_of_inference),
};

CHECK_MAIN(tests)
