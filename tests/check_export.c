/* Networks converted for other programs: what an ONNX file says, read and run by the test itself,
 * is what the twin computes. */
#include "check.h"
#include "network.h"
#include "onnx_reader.h"
#include "sample_model.h"
#include "sample_networks.h"

#include "export/export.h"
#include "export/forms.h"
#include "nn/shelf.h"

#include <math.h>

enum { IMAGES = 3, PIXELS = MNIST_SIDE * MNIST_SIDE };

static const double CLOSE = 1e-5; /* of probabilities; weights are folded in float */
static struct onnx_model onnx;
static struct error error;

/* ---- networks with weights ---- */

/* Norms are given weights and statistics, since initial ones change nothing. */
static float *make_state(const struct model *model)
{
    float *state = malloc(model->state_count * sizeof *state);
    struct rng rng;

    assert_non_null(state);
    rng_init(&rng, 7, 0);
    model_initialize(model, state, &rng);
    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        for (size_t i = 0; i < tensor->count; i++)
            state[tensor->offset + i] += strstr(tensor->name, "running") != NULL
                                             ? rng_uniform(&rng, -0.5F, 0.5F)
                                             : rng_uniform(&rng, -0.01F, 0.01F);
    }
    return state;
}

static struct graph *make_graph(const struct model *model, const float *state, bool fold,
                                const struct classes *classes)
{
    struct graph *graph = graph_new(model, state, fold, &error);

    if (graph == NULL)
        fail_msg("%s", error.text);
    graph->classes = classes;
    graph->normalize = (struct normalization){0.1307, 0.3081};
    graph->normalizes = true;
    graph->checkpoint = "run/best.safetensors";
    graph->name = "sample";
    return graph;
}

/* Writes the graph as a form, then releases it. The text is to be released with free(). */
static char *write_form(struct graph *graph, bool (*form)(FILE *, const struct graph *),
                        size_t *size)
{
    char *text = NULL;
    FILE *file = open_memstream(&text, size);

    assert_non_null(file);
    assert_true(form(file, graph));
    assert_int_equal(fclose(file), 0);
    graph_free(graph);
    return text;
}

/* Reads the graph as ONNX into `onnx`, which onnx_fini releases. */
static void convert(struct graph *graph)
{
    size_t size;
    char *bytes = write_form(graph, onnx_write, &size);

    onnx_read(&onnx, (const uint8_t *)bytes, size);
    free(bytes);
}

/* The softmax of the twin's logits. */
static void find_probabilities(const struct twin *twin, int sample, double *probabilities)
{
    const struct grid *logits = twin_logits(twin);
    double sum = 0.0;

    for (int k = 0; k < logits->channels; k++)
        sum += probabilities[k] = exp(*grid_at(logits, sample, k, 0, 0));
    for (int k = 0; k < logits->channels; k++)
        probabilities[k] /= sum;
}

/* The file's network, with images of bytes or normalised ones, is the twin. */
static void compare(const struct twin *twin, const char *text, bool normalizes)
{
    double image[PIXELS], expected[MNIST_CLASSES];

    for (int sample = 0; sample < twin->value[0].samples; sample++) {
        find_probabilities(twin, sample, expected);
        for (int p = 0; p < PIXELS; p++)
            image[p] = normalizes ? network_data.test.images[sample * PIXELS + p]
                                  : *grid_at(&twin->value[0], sample, 0, 0, p);
        const double *got = onnx_run(&onnx, image, MNIST_SIDE, MNIST_SIDE);
        for (int k = 0; k < MNIST_CLASSES; k++)
            if (!(fabs(got[k] - expected[k]) < CLOSE))
                fail_msg("%s: image %d, class %d: expected %g, got %g", text, sample, k,
                         expected[k], got[k]);
    }
}

static void check_network(const char *text)
{
    struct model *model = sample_model(text);
    struct classes classes;
    struct twin twin;

    assert_non_null(model);
    assert_true(classes_number(&classes, MNIST_CLASSES, &error));
    float *state = make_state(model);
    twin_init(&twin, model, model_multiply_adds(model) > 1000000 ? 1 : IMAGES);
    twin.training = false;
    twin_load(&twin, state);
    twin_take_images(&twin, &network_data.test, 0, float_pixel);
    twin_forward(&twin);
    for (int fold = 0; fold < 2; fold++) {
        convert(make_graph(model, state, fold == 1, &classes));
        compare(&twin, text, true);
        assert_true(fold == 0 || onnx_count(&onnx, "BatchNormalization") == 0);
        onnx_fini(&onnx);
    }
    twin_fini(&twin);
    classes_fini(&classes);
    free(state);
    model_free(model);
}

static void every_network_of_the_shelf_converts(void **unused)
{
    (void)unused;
    for (int i = 0; shelf_name(i) != NULL; i++)
        check_network(shelf_text(i));
}

static void networks_that_reach_each_way_of_an_op_convert(void **unused)
{
    (void)unused;
    for (int i = 0; sample_branch(i) != NULL; i++)
        check_network(sample_branch(i));
}

static void random_networks_convert(void **unused)
{
    char text[SAMPLE_TEXT_SIZE];

    (void)unused;
    for (int i = 0; i < SAMPLE_RANDOM_COUNT; i++) {
        sample_random(i, text);
        check_network(text);
    }
}

static void norms_fold_wherever_they_stand(void **unused)
{
    (void)unused;
    check_network("BatchNorm2d BatchNorm2d Conv2d(4,3) BatchNorm2d Dropout2d BatchNorm2d ReLU "
                  "BatchNorm2d M BatchNorm2d(eps=0.1) Linear(CLASSES)");
}

/* ---- what the file says ---- */

static struct model *basic;
static float *basic_state;

static int make_basic(void **state)
{
    basic = sample_model("basic");
    assert_non_null(basic);
    basic_state = make_state(basic);
    return network_load(state);
}

static int free_basic(void **state)
{
    free(basic_state);
    model_free(basic);
    return network_free(state);
}

static void a_file_says_its_versions_input_and_classes(void **unused)
{
    struct classes classes;

    (void)unused;
    assert_true(classes_name(&classes, "a\nb \"c\"\nd\\e\nf\n?\?/\n*/\n{}\nß\n7\nx\n", &error));
    convert(make_graph(basic, basic_state, true, &classes));
    assert_in_range(onnx.opset, 13, 17);
    assert_in_range(onnx.ir_version, 1, 8);
    assert_string_equal(onnx.input, "image");
    assert_string_equal(onnx.output, "probabilities");
    assert_non_null(strstr(onnx.words, "[N, 1, 28, 28]"));
    assert_non_null(strstr(onnx.words, "from 0 (black) to 255 (white)"));
    assert_string_equal(onnx_text(&onnx, "classes"), "[\"a\", \"b \\\"c\\\"\", \"d\\\\e\", \"f\", "
                                                     "\"?\?/\", \"*/\", \"{}\", \"ß\", \"7\", "
                                                     "\"x\"]");
    assert_string_equal(onnx_text(&onnx, "mean"), "0.1307");
    assert_string_equal(onnx_text(&onnx, "deviation"), "0.3081");
    assert_string_equal(onnx_text(&onnx, "model"), "basic");
    onnx_fini(&onnx);
    classes_fini(&classes);
}

static void without_normalization_the_input_is_normalized(void **unused)
{
    struct classes classes;
    struct twin twin;

    (void)unused;
    assert_true(classes_number(&classes, MNIST_CLASSES, &error));
    struct graph *graph = make_graph(basic, basic_state, true, &classes);
    graph->normalizes = false;
    convert(graph);
    twin_init(&twin, basic, IMAGES);
    twin.training = false;
    twin_load(&twin, basic_state);
    twin_take_images(&twin, &network_data.test, 0, float_pixel);
    twin_forward(&twin);
    compare(&twin, "basic", false);
    assert_int_equal(onnx_count(&onnx, "Div"), 0);
    assert_non_null(strstr(onnx.words, "minus the mean"));
    twin_fini(&twin);
    onnx_fini(&onnx);
    classes_fini(&classes);
}

static void norms_that_are_not_folded_stay_layers(void **unused)
{
    struct classes classes;

    (void)unused;
    assert_true(classes_number(&classes, MNIST_CLASSES, &error));
    convert(make_graph(basic, basic_state, false, &classes));
    assert_int_equal(onnx_count(&onnx, "BatchNormalization"), 4);
    onnx_fini(&onnx);
    classes_fini(&classes);
}

static void a_norm_that_cannot_be_folded_is_refused(void **unused)
{
    struct model *model = sample_model("Conv2d(2,3) BatchNorm2d(eps=0) Linear(CLASSES)");
    float *state = make_state(model);

    (void)unused;
    state[model_offset(model, &model->layers[1], "running_var")] = 0.0F;
    assert_null(graph_new(model, state, true, &error));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    assert_non_null(strstr(error.text, "--no-fold"));
    graph_free(graph_new(model, state, false, &error));
    free(state);
    model_free(model);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_network_of_the_shelf_converts),
        cmocka_unit_test(networks_that_reach_each_way_of_an_op_convert),
        cmocka_unit_test(random_networks_convert),
        cmocka_unit_test(norms_fold_wherever_they_stand),
        cmocka_unit_test(a_file_says_its_versions_input_and_classes),
        cmocka_unit_test(without_normalization_the_input_is_normalized),
        cmocka_unit_test(norms_that_are_not_folded_stay_layers),
        cmocka_unit_test(a_norm_that_cannot_be_folded_is_refused),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, make_basic, free_basic);
}
