/* Networks as text: what is read, what is refused with which words, and what is written back. */
#include "check.h"
#include "sample_model.h"
#include "wrong_models.h"

#include "nn/layer_names.h"
#include "nn/layers.h"
#include "nn/model_write.h"
#include "nn/shelf.h"
#include "support/rng.h"

#include <ctype.h>
#include <math.h>
#include <sys/stat.h>

static const struct shape IMAGE = {1, 28, 28};

enum { CLASSES = 10 };

/* ---- comparing ---- */

static struct model *must_make(const char *text)
{
    struct error error = {0};
    struct model *model = model_make(text, IMAGE, CLASSES, &error);

    if (model == NULL)
        fail_msg("%s\n%s", text, error.text);
    return model;
}

static void assert_same_layer(const struct layer *a, const struct layer *b, const char *text)
{
    const bool same = a->kind == b->kind && strcmp(a->name, b->name) == 0 && a->out == b->out &&
                      memcmp(a->kernel_size, b->kernel_size, sizeof a->kernel_size) == 0 &&
                      memcmp(a->stride, b->stride, sizeof a->stride) == 0 &&
                      memcmp(a->padding, b->padding, sizeof a->padding) == 0 &&
                      memcmp(a->output_size, b->output_size, sizeof a->output_size) == 0 &&
                      a->groups == b->groups && a->bias == b->bias &&
                      a->count_include_pad == b->count_include_pad &&
                      a->negative_slope == b->negative_slope && a->alpha == b->alpha &&
                      a->p == b->p && a->eps == b->eps && a->momentum == b->momentum &&
                      memcmp(&a->input, &b->input, sizeof a->input) == 0 &&
                      memcmp(&a->output, &b->output, sizeof a->output) == 0;

    if (!same)
        fail_msg("%s: the layer %s is another one as %s", text, a->name, b->name);
}

static void assert_same_model(const struct model *a, const struct model *b, const char *text)
{
    if (a->layer_count != b->layer_count)
        fail_msg("%s: %d layers and %d", text, a->layer_count, b->layer_count);
    for (int l = 0; l < a->layer_count; l++)
        assert_same_layer(&a->layers[l], &b->layers[l], text);
    assert_int_equal(a->tensor_count, b->tensor_count);
    assert_int_equal(a->state_count, b->state_count);
    assert_string_equal(a->name, b->name);
}

static char *written(const struct model *model, bool torch)
{
    struct error error = {0};
    char *text = torch ? model_write_torch(model->layers, model->layer_count, &error)
                       : model_write_short(model->layers, model->layer_count, CLASSES, &error);

    assert_non_null(text);
    return text;
}

/* Both forms read back as the same network. */
static void assert_round_trips(const struct model *model)
{
    for (int torch = 0; torch < 2; torch++) {
        char *text = written(model, torch);
        struct model *back = must_make(text);
        assert_same_model(model, back, text);
        model_free(back);
        free(text);
    }
}

/* ---- against PyTorch ---- */

struct golden {
    FILE *file;
    char line[4096];
};

static bool next_line(struct golden *golden)
{
    if (fgets(golden->line, sizeof golden->line, golden->file) == NULL)
        return false;
    golden->line[strcspn(golden->line, "\n")] = '\0';
    return true;
}

/* What follows the word on the line; NULL: another word is there. */
static const char *after(const struct golden *golden, const char *word)
{
    const size_t length = strlen(word);

    return strncmp(golden->line, word, length) == 0 ? golden->line + length : NULL;
}

/* The lines up to the word, as one text. */
static char *read_print(struct golden *golden, const char *word)
{
    char *text = calloc(1, 1 << 16);

    assert_non_null(text);
    while (next_line(golden) && after(golden, word) == NULL)
        sprintf(text + strlen(text), "%s%s", *text != '\0' ? "\n" : "", golden->line);
    return text;
}

/* The tensors of the file are the model's, in its order. */
static void check_tensors(struct golden *golden, const struct model *model)
{
    char text[256];

    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        int length = snprintf(text, sizeof text, "%s", tensor->name);
        for (int d = 0; d < tensor->dimensions; d++)
            length += snprintf(text + length, sizeof text - (size_t)length, " %d", tensor->size[d]);
        assert_true(next_line(golden));
        assert_string_equal(golden->line, text);
    }
    assert_true(next_line(golden));
    assert_string_equal(golden->line, "end");
}

/* One network of the file, whose text has been read. */
static void check_golden(struct golden *golden)
{
    struct model *model = must_make(after(golden, "text: "));

    assert_true(next_line(golden));
    if (after(golden, "name: ") != NULL) {
        assert_string_equal(model->name, after(golden, "name: "));
        assert_true(next_line(golden));
    }
    assert_int_equal(model->parameter_count, atol(after(golden, "parameters: ")));
    assert_true(next_line(golden));
    char *printed = read_print(golden, "tensors:"), *text = written(model, true);
    assert_string_equal(text, printed);
    assert_round_trips(model);
    check_tensors(golden, model);
    free(text);
    free(printed);
    model_free(model);
}

static void networks_are_what_pytorch_prints_letter_for_letter(void **unused)
{
    static struct golden golden;
    char path[PATH_MAX];
    int count = 0;
    (void)unused;

    golden.file = fopen(check_source(path, "tests/reference/models/networks.txt"), "r");
    assert_non_null(golden.file);
    for (; next_line(&golden); count++)
        check_golden(&golden);
    fclose(golden.file);
    assert_true(count >= 75);
}

/* ---- what is the same ---- */

static void the_same_network_is_written_in_many_ways(void **unused)
{
    static const struct {
        const char *a, *b;
    } pairs[] = {
        {"16", "Conv2d(16, 3, bias=False) BatchNorm2d ReLU"},
        {"16p", "Conv2d(16, 3, padding=1, bias=False) BatchNorm2d ReLU"},
        {"16k1", "Conv2d(16, 1, bias=False) BatchNorm2d ReLU"},
        {"16k5p", "Conv2d(16, 5, padding=2, bias=False) BatchNorm2d ReLU"},
        {"16s2", "Conv2d(16, 3, stride=2, bias=False) BatchNorm2d ReLU"},
        {"16c", "Conv2d(16, 3, bias=False)"},
        {"16k5s2pc", "Conv2d(16, 5, 2, 2, bias=False)"},
        {"16cps2k5", "16k5s2pc"},
        {"16k3", "16"},
        {"16k1p", "16k1"},
        {"16k2", "Conv2d(16, 2, bias=False) BatchNorm2d ReLU"},
        {"M", "MaxPool2d(2)"},
        {"MaxPool2d(3)", "MaxPool2d(kernel_size=3, stride=3, padding=0, dilation=1, "
                         "return_indices=False, ceil_mode=False)"},
        {"MaxPool2d(3, None)", "MaxPool2d((3, 3), stride=(3, 3))"},
        {"AvgPool2d((2, 3))", "AvgPool2d((2, 3), stride=(2, 3), padding=(0, 0))"},
        {"AvgPool2d(2, count_include_pad=False)", "AvgPool2d(2)"},
        {"Conv2d(8, 3)", "Conv2d(8, (3, 3), 1, 0, 1, 1, True, 'zeros', None, None)"},
        {"Conv2d(8, 3)", "Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))"},
        {"Conv2d(8, 3)", "Conv2d(in_channels=1, out_channels=8, kernel_size=3)"},
        {"Conv2d(8, 3)", "Conv2d(1, kernel_size=3, out_channels=8)"},
        {"Conv2d(8, 3)", "Conv2d(8, 3, padding='valid')"},
        {"Conv2d(8, 3)", "Conv2d(8, 3, padding_mode=zeros, dilation=(1, 1))"},
        {"Conv2d(8, (5, 3), padding=(2, 1))", "Conv2d(8, (5, 3), padding=\"same\")"},
        {"Conv2d(8, (5, 3), padding=(2, 1))", "Conv2d(1, 8, kernel_size=(5, 3), padding=same)"},
        {"BatchNorm2d", "BatchNorm2d()"},
        {"BatchNorm2d", "BatchNorm2d(1, 1e-5, .1, True, True)"},
        {"BatchNorm2d(eps=1e-3)", "BatchNorm2d(1, 0.001)"},
        {"ReLU", "ReLU(inplace=True)"},
        {"LeakyReLU", "LeakyReLU(negative_slope=0.01, inplace=False)"},
        {"LeakyReLU(1)", "LeakyReLU(1.0)"},
        {"LeakyReLU(-0.0)", "LeakyReLU(0)"},
        {"ELU", "ELU(alpha=1.0)"},
        {"ELU(0.5)", "ELU(alpha=0.5, inplace=True)"},
        {"GELU", "GELU(approximate='none')"},
        {"SiLU", "SiLU(True)"},
        {"Dropout", "Dropout(0.5, False)"},
        {"Dropout2d(.25)", "Dropout2d(p=2.5e-1, inplace=True)"},
        {"Flatten Linear(10)", "Flatten(1, -1) Linear(CLASSES, True)"},
        {"Flatten Linear(10)", "Flatten(start_dim=1, end_dim=-1) "
                               "Linear(in_features=784, out_features=CLASSES, bias=True)"},
        {"Flatten Linear(10) LogSoftmax", "Flatten Linear(10) LogSoftmax(dim=-1)"},
        {"8 M", "8 M AdaptiveAvgPool2d(1) Flatten Linear(CLASSES)"},
        {"[x] 8 M", "[x] 8 M AdaptiveAvgPool2d(1) Flatten Linear(CLASSES)"},
        {"AdaptiveAvgPool2d(7)", "AdaptiveAvgPool2d(output_size=(7, 7))"},
        {"8,12,M,16", "8 12\n\tM  # half the size\n,,16 # the end"},
        {"8 12", "#8\r\n8 # 9\r\n12"},
        {"[ x ] 8c gap : ReLU", "[x] 8c gap:ReLU"},
        {"0: ReLU 1: ReLU", "ReLU ReLU"},
        {"Tanh ()", "Tanh"},
        {"Conv2d (8, 3,)", "Conv2d(8,3)"},
        {"# the first\nbasic  # of all", "basic"},
        {"Conv2d(8, # channels\n 3)", "Conv2d(8,3)"},
    };
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(pairs); i++) {
        struct model *a = must_make(pairs[i].a), *b = must_make(pairs[i].b);
        assert_same_model(a, b, pairs[i].b);
        assert_round_trips(a);
        model_free(b);
        model_free(a);
    }
}

static void layers_are_named_by_containers_names_and_places(void **unused)
{
    static const struct {
        const char *text, *names;
    } cases[] = {
        {"ReLU Tanh Linear(10)", "0 1 2"},
        {"[layer1] 8 M gap: AdaptiveAvgPool2d(1) [classifier] Linear(32) Linear(10)",
         "layer1.0 layer1.1 layer1.2 layer1.3 gap classifier.0 classifier.1"},
        {"ReLU gap: ReLU ReLU Linear(10)", "0 gap 2 3"},
        {"ReLU [a] ReLU ReLU b: ReLU Linear(10)", "0 a.0 a.1 b 3"},
        {"[a] ReLU [a.b] ReLU a.c: ReLU a.d.e: ReLU Linear(10)", "a.0 a.b.0 a.c a.d.e 1"},
        {"[0] ReLU [1] ReLU [fc] Linear(10)", "0.0 1.0 fc.0"},
        {"8", "0 1 2 3 4 5"},
        {"[features] 8c", "features.0 features.1 features.2 features.3"},
        {"last: 8c", "last 1 2 3"},
        {"half: M", "half 1 2 3"},
        {"Net((body): Sequential((0): Conv2d(8, 3)))", "body.0 1 2 3"},
        {"Net((conv1): Conv2d(1, 8, kernel_size=3) (x): Sequential() (fc): Linear(10))",
         "conv1 fc"},
        {"Net((a): Sequential((b): Sequential((c): ReLU()) (d): ReLU()) (fc): Linear(10))",
         "a.b.c a.d fc"},
    };
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        struct model *model = must_make(cases[i].text);
        char names[512] = "";
        for (int l = 0; l < model->layer_count; l++)
            snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", l > 0 ? " " : "",
                     model->layers[l].name);
        assert_string_equal(names, cases[i].names);
        assert_round_trips(model);
        model_free(model);
    }
}

static void the_short_form_is_the_shortest(void **unused)
{
    static const struct {
        const char *text, *brief;
    } cases[] = {
        {"Conv2d(16, 3, bias=False), BatchNorm2d, ReLU", "16"},
        {"Conv2d(16, 3, padding=1, bias=False) BatchNorm2d ReLU", "16p"},
        {"Conv2d(16, 5, 2, 2, bias=False)", "16k5s2pc"},
        {"Conv2d(16, 3, bias=False) BatchNorm2d Tanh", "16c BatchNorm2d Tanh"},
        {"Conv2d(16, 3, bias=False) BatchNorm2d(eps=1e-3) ReLU", "16c BatchNorm2d(eps=0.001) ReLU"},
        {"Conv2d(16, 3, padding=2, bias=False)", "Conv2d(16,3,padding=2,bias=False)"},
        {"Conv2d(16, (3, 1), bias=False)", "Conv2d(16,(3,1),bias=False)"},
        {"Conv2d(16, 4, padding=2, bias=False)", "Conv2d(16,4,padding=2,bias=False)"},
        {"MaxPool2d(2, 2)", "M"},
        {"MaxPool2d(2, 1)", "MaxPool2d(2,stride=1)"},
        {"Dropout(0.25)", "Dropout(0.25)"},
        {"Dropout(0.5)", "Dropout"},
        {"Dropout(1)", "Dropout(1.0)"},
        {"LeakyReLU(1e-5)", "LeakyReLU(1e-05)"},
        {"BatchNorm2d(momentum=0.2)", "BatchNorm2d(momentum=0.2)"},
        {"AvgPool2d(3, padding=1, count_include_pad=False)",
         "AvgPool2d(3,padding=1,count_include_pad=False)"},
        {"Flatten(1) Linear(10, bias=False)", "Flatten Linear(10,bias=False)"},
        {"Flatten Linear(CLASSES) LogSoftmax(dim=1)", "Flatten Linear(10) LogSoftmax"},
        {"8 gap: AdaptiveAvgPool2d(1) Flatten Linear(10)",
         "8 gap: AdaptiveAvgPool2d(1) Flatten Linear(10)"},
        {"Conv2d(8, 3) AdaptiveAvgPool2d(1) Flatten Linear(10)", "Conv2d(8,3)"},
        {"[a] 8 b.0: ReLU b.1: Linear(10)", "[a] 8 [b] ReLU Linear(10)"},
        {"Net((c): Conv2d(1, 8, kernel_size=3, bias=False))", "c: 8c"},
    };
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        struct model *model = must_make(cases[i].text);
        assert_string_equal(model->name, cases[i].brief);
        model_free(model);
    }
}

static void what_pytorch_does_not_print_comes_with_the_canonical_text(void **unused)
{
    struct model *model = must_make("AvgPool2d(3, padding=1, count_include_pad=False) Linear(10)");
    char *text = written(model, true);
    (void)unused;

    assert_non_null(strstr(text, "(0): AvgPool2d(kernel_size=3, stride=3, padding=1, "
                                 "count_include_pad=False)\n"));
    assert_round_trips(model);
    free(text);
    model_free(model);
}

/* ---- the shelf ---- */

static void the_shelf_is_written_in_short(void **unused)
{
    (void)unused;

    for (int i = 0; shelf_name(i) != NULL; i++) {
        struct model *model = must_make(shelf_name(i));
        char *text = written(model, false);
        assert_string_equal(model->name, shelf_name(i));
        assert_int_equal(shelf_find(text, CLASSES), i);
        assert_true(*shelf_purpose(i) != '\0');
        assert_round_trips(model);
        free(text);
        model_free(model);
    }
    assert_int_equal(shelf_find("Flatten Linear(11)", CLASSES), -1);
    assert_int_equal(shelf_find("Flatten Linear(CLASSES)", CLASSES), -1);
}

static void the_shelf_takes_other_data(void **unused)
{
    struct error error;
    (void)unused;

    for (int i = 0; shelf_name(i) != NULL; i++) {
        struct model *model = model_make(shelf_name(i), (struct shape){1, 32, 32}, 26, &error);
        assert_non_null(model);
        assert_string_equal(model->name, shelf_name(i));
        assert_int_equal(model->layers[model->layer_count - 1].output.channels, 26);
        assert_int_equal(model->classes, 26);
        model_free(model);
    }
}

static void plain_texts_are_the_shelfs_networks_under_other_names(void **unused)
{
    static const struct {
        const char *name, *text;
    } pairs[] = {
        {"deep", "8 12 M 16 16 16 14"},
        {"basic", "4p 8p M 16 20 24c AdaptiveAvgPool2d(1) Linear(32) Linear(10)"},
        {"lenet5", "Conv2d(6,5,padding=2) Tanh AvgPool2d(2) Conv2d(16,5) Tanh AvgPool2d(2) Flatten "
                   "Linear(120) Tanh Linear(84) Tanh Linear(10)"},
        {"pytorch", "Conv2d(32,3) ReLU Conv2d(64,3) ReLU MaxPool2d(2) Dropout(0.25) Flatten "
                    "Linear(128) ReLU Dropout(0.5) Linear(10)"},
    };
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(pairs); i++) {
        struct model *a = must_make(pairs[i].name), *b = must_make(pairs[i].text);
        int flatten = 0; /* deep leaves it to its Linear */
        for (int l = 0; l < a->layer_count; l++) {
            flatten +=
                b->layers[l + flatten].kind == LAYER_FLATTEN && a->layers[l].kind != LAYER_FLATTEN;
            assert_int_equal(a->layers[l].kind, b->layers[l + flatten].kind);
            assert_int_equal(a->layers[l].parameter_count, b->layers[l + flatten].parameter_count);
        }
        assert_int_equal(a->layer_count + flatten, b->layer_count);
        model_free(b);
        model_free(a);
    }
}

/* ---- random networks ---- */

static int draw(struct rng *rng, int low, int high)
{
    return low + (int)rng_below(rng, (uint32_t)(high - low + 1));
}

/* Gives every argument of the kind a value, of few. */
static struct layer random_layer(struct rng *rng, enum layer_kind kind)
{
    static const double reals[] = {0.0, 1.0, 0.1, 0.5, 1e-5, 1e-3, 1.0 / 3.0, 0.7};
    struct layer layer = layer_of_kind(kind);

    for (const struct argument *a = layer_arguments(kind); a->name != NULL; a++) {
        void *place = (char *)&layer + a->offset;
        bool standard = !a->required && draw(rng, 0, 1) == 0;
        int low = (int)fmax(a->low, 0.0);
        if (a->kind == ARGUMENT_WHOLE && !standard)
            *(int *)place = draw(rng, 1, a->required ? 24 : 3);
        else if (a->kind == ARGUMENT_PAIR && standard && a->standard_kernel)
            memcpy(place, layer.kernel_size, sizeof layer.kernel_size);
        else if (a->kind == ARGUMENT_PAIR && !standard)
            for (int axis = 0; axis < 2; axis++)
                ((int *)place)[axis] =
                    axis == 1 && draw(rng, 0, 3) > 0 ? ((int *)place)[0] : draw(rng, low, low + 4);
        else if (a->kind == ARGUMENT_REAL && !standard)
            *(double *)place = reals[draw(rng, 0, CHECK_COUNT(reals) - 1)];
        else if (a->kind == ARGUMENT_BOOL && !standard)
            *(bool *)place = draw(rng, 0, 1) == 1;
    }
    return layer;
}

/* A name for the next layer, by which it may be in a container. */
static void random_name(struct rng *rng, const struct layer *layers, int count,
                        char name[MODEL_PREFIX_SIZE])
{
    static const char *const names[] = {"a", "b", "conv1", "fc", "0", "7"};
    char container[MODEL_PREFIX_SIZE] = "", reason[NAME_REASON_SIZE];

    do {
        const char *before = count > 0 ? layers[count - 1].name : "";
        const char *dot = strrchr(before, '.');
        *container = '\0';
        if (dot != NULL && draw(rng, 0, 5) > 0)
            snprintf(container, sizeof container, "%.*s", (int)(dot - before), before);
        if (draw(rng, 0, 7) == 0 && strlen(container) < 30)
            snprintf(container + strlen(container), sizeof container - strlen(container), "%s%s%d",
                     *container != '\0' ? "." : "", names[draw(rng, 0, 5)], count);
        if (draw(rng, 0, 7) == 0)
            snprintf(name, MODEL_PREFIX_SIZE, "%.40s%s%s%d", container,
                     *container != '\0' ? "." : "", names[draw(rng, 0, 5)], count);
        else
            layer_name_next(layers, count, container, name);
    } while (!layer_name_check(layers, count, name, reason));
}

/* Appends a layer if it fits. */
static bool append(struct rng *rng, struct layer *layers, int *count, struct layer layer)
{
    const struct shape shape = *count > 0 ? layers[*count - 1].output : IMAGE;
    char reason[LAYER_REASON_SIZE];

    if (layer.kind == LAYER_CONV2D && draw(rng, 0, 3) == 0) /* depthwise */
        layer.out = layer.groups = shape.channels;
    random_name(rng, layers, *count, layer.name);
    if (!layer_derive(&layer, shape, reason) || model_shape_count(layer.output) > 1 << 20)
        return false;
    layers[(*count)++] = layer;
    return true;
}

static int random_layers(struct rng *rng, struct layer layers[MODEL_LAYERS_MAX])
{
    int kinds = 0, count = 0;

    while (layer_kind_name(kinds) != NULL)
        kinds++;
    for (int i = draw(rng, 0, 24); i > 0; i--) {
        enum layer_kind kind = (enum layer_kind)draw(rng, 0, kinds - 1);
        if (kind == LAYER_LOG_SOFTMAX || (kind == LAYER_FLATTEN && draw(rng, 0, 3) > 0))
            continue;
        append(rng, layers, &count, random_layer(rng, kind));
        if (kind == LAYER_CONV2D && draw(rng, 0, 1) == 0) { /* often the rest of a block */
            append(rng, layers, &count, layer_of_kind(LAYER_BATCH_NORM2D));
            append(rng, layers, &count, layer_of_kind(LAYER_RELU));
        }
    }
    if (draw(rng, 0, 1) == 0) { /* often what a text gets that ends in maps */
        struct layer average = layer_of_kind(LAYER_ADAPTIVE_AVG_POOL2D);
        average.output_size[0] = average.output_size[1] = 1;
        append(rng, layers, &count, average);
        append(rng, layers, &count, layer_of_kind(LAYER_FLATTEN));
    }
    struct layer last = random_layer(rng, LAYER_LINEAR);
    last.out = CLASSES;
    append(rng, layers, &count, last);
    if (draw(rng, 0, 3) == 0)
        append(rng, layers, &count, layer_of_kind(LAYER_LOG_SOFTMAX));
    return count;
}

static void five_thousand_random_networks_read_back_as_they_were(void **unused)
{
    static struct layer layers[MODEL_LAYERS_MAX];
    struct error error = {0};
    struct rng rng;
    (void)unused;

    rng_init(&rng, 12, 0);
    for (int i = 0; i < 5000; i++) {
        int count = random_layers(&rng, layers);
        char *brief = model_write_short(layers, count, CLASSES, &error);
        struct model *model = must_make(brief);
        assert_int_equal(model->layer_count, count);
        for (int l = 0; l < count; l++)
            assert_same_layer(&layers[l], &model->layers[l], brief);
        assert_round_trips(model);
        model_free(model);
        free(brief);
    }
}

/* ---- what is refused ---- */

static void assert_refused(const char *text, int line, int column, const char *sentence)
{
    struct error error = {0};
    char expected[ERROR_TEXT_SIZE];
    struct model *model = model_make(text, IMAGE, CLASSES, &error);

    snprintf(expected, sizeof expected, "--model: line %d, column %d: %s", line, column, sentence);
    if (model != NULL)
        fail_msg("%s: was taken", text);
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_string_equal(error.text, expected);
}

static void every_wrong_text_is_refused_with_its_sentence(void **unused)
{
    (void)unused;

    assert_true(CHECK_COUNT(wrong_models) >= 100);
    for (int i = 0; i < CHECK_COUNT(wrong_models); i++)
        assert_refused(wrong_models[i].text, wrong_models[i].line, wrong_models[i].column,
                       wrong_models[i].sentence);
}

/* A text again and again, with a beginning and an end. */
static char *repeated(const char *begin, const char *text, int times, const char *end)
{
    const size_t size = strlen(begin) + strlen(text) * (size_t)times + strlen(end) + 1;
    char *whole = malloc(size), *at = whole;

    assert_non_null(whole);
    at = stpcpy(at, begin);
    for (int i = 0; i < times; i++)
        at = stpcpy(at, text);
    strcpy(at, end);
    return whole;
}

static void there_are_at_most_256_layers(void **unused)
{
    char *most = repeated("", "Tanh ", 255, "Linear(10)"), *more = repeated("", "Tanh ", 257, "");
    char *with_tail = repeated("", "Tanh ", 254, "");
    struct model *model = must_make(most);
    (void)unused;

    assert_int_equal(model->layer_count, MODEL_LAYERS_MAX);
    assert_round_trips(model);
    assert_refused(more, 1, 1281, "the network has too many layers (expected at most 256)");
    assert_refused(with_tail, 1, 1266, "the network has too many layers (expected at most 256)");
    model_free(model);
    free(with_tail);
    free(more);
    free(most);
}

static void containers_are_nested_as_deep_as_names_are_long(void **unused)
{
    char *deepest = repeated("Net(", "(a): Sequential(", 31, "(b): Linear(10)");
    char *whole = repeated(deepest, ")", 32, "");
    char *deeper = repeated("Net(", "(a): Sequential(", 100000, "");
    struct model *model = must_make(whole);
    (void)unused;

    assert_int_equal(strlen(model->layers[0].name), MODEL_PREFIX_SIZE - 1);
    assert_round_trips(model);
    assert_refused(deeper, 1, 518,
                   "the name a is too long (expected at most 63 letters with those of its "
                   "containers)");
    model_free(model);
    free(deeper);
    free(whole);
    free(deepest);
}

static void what_does_not_suit_the_data_is_refused(void **unused)
{
    struct error error;
    (void)unused;

    assert_null(model_make("Flatten Linear(10)", IMAGE, 26, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.text, "10 features, and the data have 26 classes"));
    assert_null(model_make("lenet5", (struct shape){1, 8, 8}, CLASSES, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.text, "a kernel of 5x5 does not fit into 4x4"));
}

static void texts_from_elsewhere_are_refused_in_their_place(void **unused)
{
    struct error error;
    (void)unused;

    assert_null(
        model_read("16\n8x", "runs/a/config.json", ERROR_CHECKPOINT, IMAGE, CLASSES, &error));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    assert_non_null(strstr(error.text, "runs/a/config.json: line 2, column 1: expected a block"));
    struct model *model = model_read("basic", "x", ERROR_CHECKPOINT, IMAGE, CLASSES, &error);
    assert_non_null(model);
    assert_string_equal(model->name, "basic");
    model_free(model);
    assert_null(model_read("my/own.net", "x", ERROR_CHECKPOINT, IMAGE, CLASSES, &error));
    assert_non_null(strstr(error.text, "x: line 1, column 1: there is no layer my"));
}

/* ---- files ---- */

static void write_file(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void assert_no_network(const char *path, const char *sentence)
{
    struct error error = {0};

    assert_null(model_make(path, IMAGE, CLASSES, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    if (strstr(error.text, sentence) == NULL)
        fail_msg("%s", error.text);
}

static void a_word_with_a_slash_or_net_at_the_end_is_a_file(void **unused)
{
    static const char text[] = "# my network\n8 12 M\n16 # the last\n";
    char directory[PATH_MAX], path[PATH_MAX + 16], home[PATH_MAX];
    (void)unused;

    check_scratch(directory);
    snprintf(path, sizeof path, "%s/mine", directory);
    write_file(path, text, strlen(text));
    struct model *model = must_make(path);
    assert_string_equal(model->name, "8 12 M 16");
    model_free(model);
    assert_non_null(getcwd(home, sizeof home));
    assert_int_equal(chdir(directory), 0);
    write_file("mine.net", text, strlen(text));
    model = must_make("mine.net");
    model_free(model);
    write_file("wrong.net", "8\n12\n  M16\n", 11);
    assert_no_network("wrong.net", "wrong.net: line 3, column 3: there is no layer M16");
    assert_no_network("missing.net", "missing.net: ");
    assert_no_network("./missing", "./missing: ");
    assert_no_network("8 ./missing", "--model: line 1, column 3: ");
    write_file("zero.net", "8\0 12", 5);
    assert_no_network("zero.net", "zero.net: is no text");
    assert_no_network("./", "./: ");
    assert_int_equal(chdir(home), 0);
    check_scratch_remove(directory);
}

static void a_file_has_at_most_a_megabyte(void **unused)
{
    char directory[PATH_MAX], path[PATH_MAX + 16];
    char *text = repeated("8", " ", MODEL_FILE_MAX - 1, "");
    (void)unused;

    check_scratch(directory);
    snprintf(path, sizeof path, "%s/large", directory);
    write_file(path, text, MODEL_FILE_MAX);
    model_free(must_make(path));
    char *more = repeated(text, " ", 1, "");
    write_file(path, more, MODEL_FILE_MAX + 1);
    assert_no_network(path, "large: ");
    free(more);
    free(text);
    check_scratch_remove(directory);
}

/* The canonical text of the most layers with the longest names must fit into a file. */
static void every_canonical_text_fits_into_a_file(void **unused)
{
    static struct layer layers[MODEL_LAYERS_MAX];
    struct error error;
    (void)unused;

    for (int l = 0; l < MODEL_LAYERS_MAX; l++) {
        layers[l] = layer_of_kind(LAYER_CONV2D);
        layers[l].input.channels = 1 << 26;
        layers[l].out = layers[l].groups = 1 << 26;
        for (int axis = 0; axis < 2; axis++)
            layers[l].kernel_size[axis] = layers[l].stride[axis] = layers[l].padding[axis] = 1
                                                                                             << 26;
        layers[l].bias = false;
        snprintf(layers[l].name, sizeof layers[l].name, "%c", 'a' + l % 26);
        for (int i = 1; i < 31; i++)
            strcat(layers[l].name, l % 2 == 0 ? ".0" : ".1");
    }
    char *text = model_write_torch(layers, MODEL_LAYERS_MAX, &error);
    assert_non_null(text);
    assert_true(strlen(text) < MODEL_FILE_MAX);
    free(text);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(networks_are_what_pytorch_prints_letter_for_letter),
    cmocka_unit_test(the_same_network_is_written_in_many_ways),
    cmocka_unit_test(layers_are_named_by_containers_names_and_places),
    cmocka_unit_test(the_short_form_is_the_shortest),
    cmocka_unit_test(what_pytorch_does_not_print_comes_with_the_canonical_text),
    cmocka_unit_test(the_shelf_is_written_in_short),
    cmocka_unit_test(the_shelf_takes_other_data),
    cmocka_unit_test(plain_texts_are_the_shelfs_networks_under_other_names),
    cmocka_unit_test(five_thousand_random_networks_read_back_as_they_were),
    cmocka_unit_test(every_wrong_text_is_refused_with_its_sentence),
    cmocka_unit_test(there_are_at_most_256_layers),
    cmocka_unit_test(containers_are_nested_as_deep_as_names_are_long),
    cmocka_unit_test(what_does_not_suit_the_data_is_refused),
    cmocka_unit_test(texts_from_elsewhere_are_refused_in_their_place),
    cmocka_unit_test(a_word_with_a_slash_or_net_at_the_end_is_a_file),
    cmocka_unit_test(a_file_has_at_most_a_megabyte),
    cmocka_unit_test(every_canonical_text_fits_into_a_file),
};

CHECK_MAIN(tests)
