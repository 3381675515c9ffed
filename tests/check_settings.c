/* The table of settings: what is written is read back, what is out of range is refused, and which
 * settings of a run may be changed. Also the recipes, which are made from the table. */
#include "check.h"
#include "sample_model.h"

#include "train/recipe.h"
#include "train/settings.h"

#include <math.h>
#include <stdbool.h>

/* Every setting, with a value that differs from the reference's. */
static const struct settings unlike_reference = {
    .model = "slim",
    .epochs = 7,
    .batch_size = 33,
    .lr = 0.1 + 0.2, /* 17 digits */
    .momentum = 0.0,
    .seed = INT64_MAX,
    .shuffle = false,
    .schedule = SCHEDULE_ONECYCLE,
    .warmup = 1.0 / 3.0,
    .weight_decay = 1.1754943508222875e-38,
    .nesterov = true,
    .dropout = 0.1,
    .label_smoothing = 0.9999999999999999,
    .augment = AUGMENT_AFFINE,
    .rotate = 1e-7,
    .shift = 255.99999999999997,
    .scale = 0.01,
    .validate = 5000,
    .recipe = "tiny",
    .optimizer = OPTIMIZER_ADADELTA,
    .beta1 = 0.5,
    .beta2 = 0.99,
    .eps = 1e-6,
    .alpha = 0.0,
    .rho = 0.1 + 0.2,
    .ema = 0.999,
    .normalize = {-0.5, 1.0 / 3.0},
};

static const struct setting *setting_called(const char *key)
{
    return settings_at(settings_find(key));
}

static bool take(const char *key, const char *text, struct settings *settings, struct error *error)
{
    return setting_read(setting_called(key), settings, text, ERROR_USAGE, key, error);
}

/* ---- writing and reading ---- */

static void every_setting_reads_back_as_written(void **state)
{
    const struct setting *setting;
    struct settings back = *recipe_settings(0);
    struct error error = {0};

    (void)state;
    for (int i = 0; (setting = settings_at(i)) != NULL; i++) {
        char texts[3][SETTING_TEXT_SIZE];
        const char *text = setting_write(setting, &unlike_reference, texts[0]);
        if (strcmp(text, setting_write(setting, &back, texts[1])) == 0)
            fail_msg("%s: %s is the reference's: nothing is tested", setting_key(setting), text);
        if (!setting_read(setting, &back, text, ERROR_USAGE, "there", &error))
            fail_msg("%s", error.text);
        assert_string_equal(text, setting_write(setting, &back, texts[2]));
    }
    assert_true(settings_same(&unlike_reference, &back, "there", &error));
    assert_string_equal(back.model, "slim");
    assert_string_equal(back.recipe, "tiny");
    assert_int_equal(back.epochs, 7);
    assert_int_equal(back.batch_size, 33);
    assert_true(back.lr == unlike_reference.lr && back.warmup == unlike_reference.warmup);
    assert_true(back.weight_decay == 1.1754943508222875e-38 &&
                back.shift == unlike_reference.shift);
    assert_true(back.seed == INT64_MAX && !back.shuffle && back.nesterov);
    assert_int_equal(back.schedule, SCHEDULE_ONECYCLE);
    assert_int_equal(back.augment, AUGMENT_AFFINE);
    assert_int_equal(back.validate, 5000);
    assert_int_equal(back.optimizer, OPTIMIZER_ADADELTA);
    assert_true(back.rho == 0.1 + 0.2 && back.ema == 0.999 && back.alpha == 0.0);
    assert_true(back.normalize.mean == -0.5 && back.normalize.deviation == 1.0 / 3.0);
}

static void settings_without_a_recipe_are_written_as_the_reference(void **state)
{
    const struct settings none = {.model = "basic"};
    char text[SETTING_TEXT_SIZE];

    (void)state;
    setting_write(setting_called("recipe"), &none, text);
    assert_string_equal(text, "reference");
}

static void texts_and_numbers_are_distinguished(void **state)
{
    const struct setting *setting;
    int texts = 0;

    (void)state;
    for (int i = 0; (setting = settings_at(i)) != NULL; i++)
        texts += setting_is_text(setting);
    assert_int_equal(texts, 6);
    assert_true(setting_is_text(setting_called("optimizer")));
    assert_true(setting_is_text(setting_called("normalize")));
    assert_true(setting_is_text(setting_called("model")));
    assert_true(setting_is_text(setting_called("schedule")));
    assert_true(setting_is_text(setting_called("augment")));
    assert_true(setting_is_text(setting_called("recipe")));
}

/* ---- ranges ---- */

static void check_texts(bool taken, const char *const texts[][2], int count)
{
    for (int i = 0; i < count; i++) {
        struct settings settings = *recipe_settings(0), before = settings;
        struct error error = {0};
        if (take(texts[i][0], texts[i][1], &settings, &error) != taken)
            fail_msg("%s '%s' was %s", texts[i][0], texts[i][1], taken ? "refused" : "taken");
        if (taken)
            continue;
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_non_null(strstr(error.text, texts[i][0]));
        assert_non_null(strstr(error.text, "expected"));
        if (strchr(texts[i][1], '\n') == NULL)
            assert_non_null(strstr(error.text, texts[i][1]));
        assert_true(settings_same(&before, &settings, "", &error));
    }
}

static void the_ends_of_the_ranges_are_accepted(void **state)
{
    static const char *const texts[][2] = {
        {"epochs", "1"},
        {"epochs", "1000000"},
        {"batch_size", "1"},
        {"batch_size", "65536"},
        {"seed", "0"},
        {"seed", "9223372036854775807"},
        {"lr", "1.1754944e-38"},
        {"lr", "3.4028234e38"},
        {"momentum", "0"},
        {"momentum", "0.9999999"},
        {"warmup", "0"},
        {"warmup", "0.9999999999999999"},
        {"weight_decay", "0"},
        {"weight_decay", "3.4e38"},
        {"dropout", "0"},
        {"dropout", "0.9999999999999999"},
        {"label_smoothing", "0"},
        {"label_smoothing", "0.9999999999999999"},
        {"rotate", "0"},
        {"rotate", "179.99999999999997"},
        {"shift", "0"},
        {"shift", "255.99999999999997"},
        {"scale", "0"},
        {"scale", "0.8999999999999999"},
        {"validate", "0"},
        {"validate", "2147483647"},
        {"shuffle", "true"},
        {"shuffle", "false"},
        {"nesterov", "true"},
        {"nesterov", "false"},
        {"schedule", "none"},
        {"schedule", "step"},
        {"schedule", "cosine"},
        {"schedule", "onecycle"},
        {"augment", "none"},
        {"augment", "affine"},
        {"model", "no network is read here"},
        {"optimizer", "sgd"},
        {"optimizer", "adadelta"},
        {"beta1", "0"},
        {"beta2", "0.9999999"},
        {"eps", "1.1754944e-38"},
        {"alpha", "0"},
        {"rho", "0.9999999"},
        {"ema", "0"},
        {"ema", "0.9999999"},
        {"normalize", "none"},
        {"normalize", "0,1"},
        {"normalize", "-0.5,0.5"},
        {"normalize", "1e6,1e6"},
        {"normalize", "-1e6,1e-6"},
    };
    (void)state;

    check_texts(true, texts, CHECK_COUNT(texts));
}

static void values_out_of_range_are_refused(void **state)
{
    static const char *const texts[][2] = {
        {"epochs", "0"},
        {"epochs", "1000001"},
        {"batch_size", "0"},
        {"batch_size", "65537"},
        {"seed", "9223372036854775808"},
        {"lr", "0"},
        {"lr", "-0"},
        {"lr", "1e309"},
        {"lr", "-0.1"},
        {"momentum", "1"},
        {"momentum", "-1e-9"},
        {"warmup", "1"},
        {"warmup", "-1e-9"},
        {"weight_decay", "-1e-9"},
        {"dropout", "1"},
        {"dropout", "-1e-9"},
        {"label_smoothing", "1"},
        {"label_smoothing", "-1e-9"},
        {"rotate", "180"},
        {"rotate", "-1e-9"},
        {"shift", "256"},
        {"shift", "-1e-9"},
        {"scale", "0.9"},
        {"scale", "-1e-9"},
        {"validate", "2147483648"},
        {"validate", "-1"},
        {"beta1", "1"},
        {"beta2", "-1e-9"},
        {"eps", "0"},
        {"alpha", "1"},
        {"rho", "1"},
        {"ema", "1"},
        {"ema", "0.99999999999"},
        {"normalize", "0.5"},
        {"normalize", "0.5,"},
        {"normalize", ",0.5"},
        {"normalize", "0.5,0"},
        {"normalize", "0.5,-1"},
        {"normalize", "0.5,1e-7"},
        {"normalize", "1.1e6,1"},
        {"normalize", "nan,1"},
        {"normalize", "0,inf"},
        {"normalize", "0.5,0.5,0.5"},
        {"normalize", "0.5 0.5"},
        {"normalize", "None"},
        {"optimizer", "Adam"},
        {"optimizer", ""},
    };
    (void)state;

    check_texts(false, texts, CHECK_COUNT(texts));
}

/* As a float each of these would be 0, subnormal, infinite or, for momentum, 1. */
static void row_107_values_that_a_float_cannot_hold_are_refused(void **state)
{
    static const char *const texts[][2] = {
        {"lr", "1e-50"},          {"lr", "5e-324"},
        {"lr", "1e-39"},          {"lr", "3.5e38"},
        {"lr", "1e300"},          {"momentum", "0.9999999999999999"},
        {"momentum", "1e-50"},    {"weight_decay", "1e-50"},
        {"weight_decay", "1e39"}, {"weight_decay", "1.7976931348623157e308"},
    };
    (void)state;

    check_texts(false, texts, CHECK_COUNT(texts));
}

static void every_setting_refuses_malformed_values(void **state)
{
    static const char *const junk[] = {"",    " ",    "x",       "1x",   "0.5.5", "nan",
                                       "inf", "-inf", " 0.5",    "0.5 ", "0,5",   "--",
                                       "\n",  "True", "onecycl", "nonee"};
    const struct setting *setting;

    (void)state;
    for (int i = 0; (setting = settings_at(i)) != NULL; i++) {
        const char *texts[CHECK_COUNT(junk)][2];
        const char *key = setting_key(setting);
        if (strcmp(key, "model") == 0 || strcmp(key, "normalize") == 0)
            continue; /* any text may be a network, 0,5 is two numbers */
        for (int j = 0; j < CHECK_COUNT(junk); j++) {
            texts[j][0] = key;
            texts[j][1] = junk[j];
        }
        check_texts(false, (const char *const(*)[2])texts, CHECK_COUNT(junk));
    }
}

/* ---- files ---- */

/* The texts of a file: the first `count` ones of `settings`. */
struct file {
    const struct settings *settings;
    int count;
    int missing; /* except this one */
};

static const char *find_text(const void *argument, const char *key, char text[SETTING_TEXT_SIZE])
{
    const struct file *file = argument;
    const int i = settings_find(key);

    if (i >= file->count || i == file->missing)
        return NULL;
    return setting_write(settings_at(i), file->settings, text);
}

static void files_without_the_newer_settings_mean_the_references(void **state)
{
    const struct file old = {&unlike_reference, 7, -1}, whole = {&unlike_reference, INT_MAX, -1};
    struct settings settings, expected = *recipe_settings(0);
    struct error error = {0};

    (void)state;
    expected.model = "slim";
    expected.epochs = 7;
    expected.batch_size = 33;
    expected.lr = unlike_reference.lr;
    expected.momentum = 0.0;
    expected.seed = INT64_MAX;
    expected.shuffle = false;
    assert_true(settings_read(&settings, find_text, &old, "file", &error));
    assert_true(settings_same(&expected, &settings, "file", &error));
    assert_string_equal(settings.recipe, "reference");
    assert_true(settings_read(&settings, find_text, &whole, "file", &error));
    assert_true(settings_same(&unlike_reference, &settings, "file", &error));
    assert_string_equal(settings.recipe, "tiny");
}

static void the_first_seven_settings_are_mandatory(void **state)
{
    (void)state;
    for (int i = 0; i < 7; i++) {
        const struct file file = {&unlike_reference, INT_MAX, i};
        struct settings settings;
        struct error error = {0};
        assert_false(settings_read(&settings, find_text, &file, "file", &error));
        assert_int_equal(error.kind, ERROR_CHECKPOINT);
        assert_non_null(strstr(error.text, "file: "));
        assert_non_null(strstr(error.text, setting_key(settings_at(i))));
        assert_non_null(strstr(error.text, "missing"));
    }
}

/* A source for which every text is a number, as JSON's are. */
static const char *find_number(const void *argument, const char *key, char text[SETTING_TEXT_SIZE])
{
    (void)argument, (void)key;
    snprintf(text, SETTING_TEXT_SIZE, "1");
    return text;
}

static void a_model_that_is_a_number_is_refused(void **state)
{
    struct settings settings;
    struct error error = {0};

    (void)state;
    assert_false(settings_read(&settings, find_number, NULL, "file", &error));
    assert_int_equal(error.kind, ERROR_CHECKPOINT);
    assert_string_equal(error.text, "file: its model is no text");
}

static void the_first_format_can_say_what_the_first_versions_trained(void **state)
{
    static const char *const later[][2] = {
        {"optimizer", "adam"}, {"beta1", "0.5"},      {"beta2", "0.5"},
        {"eps", "1e-6"},       {"alpha", "0.5"},      {"rho", "0.5"},
        {"ema", "0.9"},        {"normalize", "none"}, {"normalize", "0.5,0.5"},
    };
    struct settings settings = unlike_reference;
    const struct settings *reference = recipe_settings(0);
    struct error error = {0};

    (void)state;
    assert_int_equal(settings_format(&settings), 2);
    settings.optimizer = reference->optimizer;
    settings.beta1 = reference->beta1;
    settings.beta2 = reference->beta2;
    settings.eps = reference->eps;
    settings.alpha = reference->alpha;
    settings.rho = reference->rho;
    settings.ema = reference->ema;
    settings.normalize = reference->normalize;
    assert_int_equal(settings_format(&settings), 1);
    for (int i = 0; i < CHECK_COUNT(later); i++) {
        struct settings other = settings;
        assert_true(take(later[i][0], later[i][1], &other, &error));
        assert_int_equal(settings_format(&other), 2);
        assert_int_equal(setting_format(setting_called(later[i][0])), 2);
    }
    assert_int_equal(setting_format(setting_called("model")), 1);
}

/* ---- comparing ---- */

/* As the command line calls it. */
static void option_text(const char *key, char text[SETTING_TEXT_SIZE])
{
    snprintf(text, SETTING_TEXT_SIZE, "%s", key);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '_')
            *at = '-';
}

static void each_difference_is_named(void **state)
{
    const struct setting *setting;

    (void)state;
    for (int i = 0; (setting = settings_at(i)) != NULL; i++) {
        struct settings run = *recipe_settings(0), other;
        struct error error = {0};
        char own[SETTING_TEXT_SIZE], option[SETTING_TEXT_SIZE];
        run.schedule = SCHEDULE_STEP; /* so that the epochs matter */
        other = run;
        const char *text = setting_write(setting, &unlike_reference, own);
        assert_true(setting_read(setting, &other, text, ERROR_USAGE, "", &error));
        if (settings_same(&run, &other, "here", &error))
            fail_msg("%s may differ", setting_key(setting));
        option_text(setting_key(setting), option);
        assert_int_equal(error.kind, ERROR_CHECKPOINT);
        assert_non_null(strstr(error.text, "here: "));
        assert_non_null(strstr(error.text, option));
        assert_non_null(strstr(error.text, text));
    }
}

static void epochs_may_differ_if_no_learning_rate_depends_on_them(void **state)
{
    struct settings run = *recipe_settings(0), longer;
    struct error error = {0};

    (void)state;
    for (int schedule = SCHEDULE_NONE; schedule <= SCHEDULE_ONECYCLE; schedule++) {
        for (int warmup = 0; warmup <= 1; warmup++) {
            run.schedule = (enum schedule)schedule;
            run.warmup = warmup * 0.5;
            longer = run;
            longer.epochs++;
            assert_int_equal(settings_same(&run, &longer, "here", &error),
                             schedule == SCHEDULE_NONE && warmup == 0);
        }
    }
    assert_non_null(strstr(error.text, "--epochs"));
}

/* ---- recipes ---- */

static const struct settings *recipe_called(const char *name)
{
    for (int i = 0; recipe_name(i) != NULL; i++)
        if (strcmp(recipe_name(i), name) == 0)
            return recipe_settings(i);
    fail_msg("there is no recipe %s", name);
    return NULL;
}

static void every_recipe_is_within_the_ranges_and_has_a_small_model(void **state)
{
    const struct setting *setting;
    struct error error = {0};

    (void)state;
    for (int r = 0; recipe_name(r) != NULL; r++) {
        const struct settings *settings = recipe_settings(r);
        struct settings back = {0};
        for (int i = 0; (setting = settings_at(i)) != NULL; i++) {
            char own[SETTING_TEXT_SIZE];
            const char *text = setting_write(setting, settings, own);
            if (!setting_read(setting, &back, text, ERROR_USAGE, recipe_name(r), &error))
                fail_msg("%s", error.text);
        }
        assert_true(settings_same(settings, &back, "", &error));
        assert_string_equal(settings->recipe, recipe_name(r));
        assert_int_equal(settings->seed, 1);
        assert_int_equal(settings->validate, 0);
        struct model *model = sample_model(settings->model);
        assert_non_null(model);
        assert_true(model->parameter_count < 10000);
        model_free(model);
    }
}

static void the_first_recipe_is_the_published_run(void **state)
{
    const struct settings *reference = recipe_settings(0);

    (void)state;
    assert_ptr_equal(reference, recipe_called("reference"));
    assert_string_equal(reference->model, "basic");
    assert_int_equal(reference->epochs, 20);
    assert_int_equal(reference->batch_size, 64);
    assert_true(reference->lr == 0.01 && reference->momentum == 0.9 && reference->shuffle);
    assert_true(reference->schedule == SCHEDULE_NONE && reference->warmup == 0.0);
    assert_true(reference->weight_decay == 0.0 && !reference->nesterov);
    assert_true(reference->dropout == 0.0 && reference->label_smoothing == 0.0);
    assert_true(reference->augment == AUGMENT_NONE);
}

static void the_recipes_best_and_tiny_have_their_settings(void **state)
{
    struct model *best = sample_model(recipe_called("best")->model);
    struct model *tiny = sample_model(recipe_called("tiny")->model);

    (void)state;
    assert_true(recipe_called("best")->epochs < 20);
    assert_non_null(best);
    assert_non_null(tiny);
    assert_true(tiny->parameter_count < best->parameter_count);
    model_free(tiny);
    model_free(best);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_setting_reads_back_as_written),
    cmocka_unit_test(settings_without_a_recipe_are_written_as_the_reference),
    cmocka_unit_test(texts_and_numbers_are_distinguished),
    cmocka_unit_test(the_ends_of_the_ranges_are_accepted),
    cmocka_unit_test(values_out_of_range_are_refused),
    cmocka_unit_test(row_107_values_that_a_float_cannot_hold_are_refused),
    cmocka_unit_test(every_setting_refuses_malformed_values),
    cmocka_unit_test(files_without_the_newer_settings_mean_the_references),
    cmocka_unit_test(the_first_seven_settings_are_mandatory),
    cmocka_unit_test(a_model_that_is_a_number_is_refused),
    cmocka_unit_test(the_first_format_can_say_what_the_first_versions_trained),
    cmocka_unit_test(each_difference_is_named),
    cmocka_unit_test(epochs_may_differ_if_no_learning_rate_depends_on_them),
    cmocka_unit_test(every_recipe_is_within_the_ranges_and_has_a_small_model),
    cmocka_unit_test(the_first_recipe_is_the_published_run),
    cmocka_unit_test(the_recipes_best_and_tiny_have_their_settings),
};

CHECK_MAIN(tests)
