/* The command line: what is parsed from it, and what is refused. */
#include "check.h"

#include "options.h"
#include "train/recipe.h"

#include <getopt.h>

enum { ARGUMENTS_MAX = 32 };

/* Parses a line of words as the options of a new run, or of a resumed run with the settings
 * `run`. */
static bool parse_words(struct options *options, const struct settings *run, const char *line,
                        struct error *error)
{
    static char words[1024];
    char *arguments[ARGUMENTS_MAX] = {"mnist-tui"}, *rest = NULL;
    int count = 1;

    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        arguments[count++] = word;
    arguments[count] = NULL;
    optind = 0; /* getopt starts again */
    return options_parse(options, run, count, arguments, error);
}

static bool parse(struct options *options, const char *line, struct error *error)
{
    return parse_words(options, NULL, line, error);
}

static void no_arguments_mean_the_reference_run(void **unused)
{
    struct options options;
    struct error error;
    (void)unused;

    assert_true(parse(&options, "", &error));
    assert_int_equal(options.action, ACTION_TRAIN);
    assert_string_equal(options.settings.model, "basic");
    assert_int_equal(options.settings.epochs, 20);
    assert_int_equal(options.settings.batch_size, 64);
    assert_true(options.settings.lr == 0.01);
    assert_true(options.settings.momentum == 0.9);
    assert_int_equal(options.settings.seed, 1);
    assert_true(options.settings.shuffle);
}

static void every_option_is_read(void **unused)
{
    struct options options;
    struct error error;
    (void)unused;

    assert_true(parse(
        &options,
        "-d dir -m basic -i init -e 3 -b 32 --lr=0.5 --momentum 0 -s 9 --no-shuffle "
        "-j 4 --kernels=baseline -o out --headless --glyphs=ascii --color=never --theme=light",
        &error));
    assert_string_equal(options.data, "dir");
    assert_string_equal(options.init, "init");
    assert_int_equal(options.settings.epochs, 3);
    assert_int_equal(options.settings.batch_size, 32);
    assert_true(options.settings.lr == 0.5);
    assert_true(options.settings.momentum == 0.0);
    assert_int_equal(options.settings.seed, 9);
    assert_false(options.settings.shuffle);
    assert_int_equal(options.threads, 4);
    assert_string_equal(options.kernels, "baseline");
    assert_string_equal(options.run_dir, "out");
    assert_true(options.headless);
    assert_string_equal(options.glyphs, "ascii");
    assert_string_equal(options.color, "never");
    assert_string_equal(options.theme, "light");
}

static void every_setting_of_a_recipe_is_read(void **unused)
{
    const struct settings *read;
    struct options options;
    struct error error;
    (void)unused;

    assert_true(parse(&options,
                      "--model=slim --nesterov --weight-decay=5e-4 --schedule=cosine --warmup=0.1 "
                      "--dropout 0.2 --label-smoothing=0.1 --augment=affine --rotate=15 --shift 3 "
                      "--scale=0.2 --validate=5000",
                      &error));
    read = &options.settings;
    assert_string_equal(read->model, "slim");
    assert_true(read->nesterov && read->weight_decay == 5e-4);
    assert_int_equal(read->schedule, SCHEDULE_COSINE);
    assert_true(read->warmup == 0.1 && read->dropout == 0.2 && read->label_smoothing == 0.1);
    assert_int_equal(read->augment, AUGMENT_AFFINE);
    assert_true(read->rotate == 15.0 && read->shift == 3.0 && read->scale == 0.2);
    assert_int_equal(read->validate, 5000);
}

static const struct settings *recipe_called(const char *name)
{
    int i = 0;

    while (strcmp(recipe_name(i), name) != 0)
        i++;
    return recipe_settings(i);
}

static void a_recipe_sets_everything_except_the_options_given_with_it(void **unused)
{
    static const char *const lines[] = {
        "--recipe=best --epochs=3 --model=tiny --lr=0.3 --seed=9 --no-shuffle --schedule=step",
        "--epochs=3 --model=tiny --lr=0.3 --seed=9 --no-shuffle --schedule=step --recipe=best",
        "-e 3 --model=tiny --recipe=tiny --lr=0.3 --recipe=best -s 9 --no-shuffle --sched step",
    };
    struct settings expected = *recipe_called("best");
    struct options options;
    struct error error = {0};
    (void)unused;

    assert_true(parse(&options, "--recipe=best", &error));
    assert_true(settings_same(&expected, &options.settings, "", &error));
    expected.epochs = 3;
    expected.model = "tiny";
    expected.lr = 0.3;
    expected.seed = 9;
    expected.shuffle = false;
    expected.schedule = SCHEDULE_STEP;
    for (int i = 0; i < CHECK_COUNT(lines); i++) {
        assert_true(parse(&options, lines[i], &error));
        if (!settings_same(&expected, &options.settings, lines[i], &error))
            fail_msg("%s", error.text);
        assert_string_equal(options.settings.recipe, "best");
    }
}

/* --recipe=reference changes none of the defaults. */
static void every_recipe_is_accepted(void **unused)
{
    (void)unused;
    for (int i = 0; recipe_name(i) != NULL; i++) {
        char line[64];
        struct options options;
        struct error error = {0};
        snprintf(line, sizeof line, "--recipe=%s", recipe_name(i));
        assert_true(parse(&options, line, &error));
        assert_true(settings_same(recipe_settings(i), &options.settings, "", &error));
        assert_string_equal(options.settings.recipe, recipe_name(i));
    }
}

static void onecycle_warms_up_by_default(void **unused)
{
    static const struct {
        const char *line;
        double warmup;
    } cases[] = {
        {"", 0.0},
        {"--schedule=cosine", 0.0},
        {"--schedule=onecycle", 0.3},
        {"--schedule=onecycle --warmup=0", 0.0},
        {"--warmup=0.1 --schedule=onecycle", 0.1},
        {"--schedule=onecycle --schedule=step", 0.0},
        {"--warmup=0.2", 0.2},
        {"--recipe=reference --schedule=onecycle", 0.3},
        {"--schedule=onecycle --recipe=best --warmup=0.25", 0.25},
    };
    struct options options;
    struct error error;
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        assert_true(parse(&options, cases[i].line, &error));
        if (options.settings.warmup != cases[i].warmup)
            fail_msg("'%s' warms up for %g", cases[i].line, options.settings.warmup);
    }
}

/* The options that a run was started with may be given again with --resume, all or some: they are
 * read before the run's settings are known, and once more after that. */
static void a_resumed_run_accepts_the_options_it_was_started_with(void **unused)
{
    static const char *const lines[][3] = {
        {"--recipe=best --seed=5", "-r a", "-r a --schedule=onecycle"},
        {"--recipe=best --schedule=onecycle", "-r a --recipe=best", "-r a --schedule=onecycle"},
        {"--recipe=reference --schedule=onecycle", "-r a --schedule=onecycle",
         "-r a --recipe=reference --schedule=onecycle"},
        {"--augment=affine --rotate=15", "-r a --rotate=15", "-r a --augment=affine"},
    };
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(lines) * 2; i++) {
        const char *again = lines[i / 2][1 + i % 2];
        struct options run, options;
        struct error error = {0};
        assert_true(parse(&run, lines[i / 2][0], &error));
        if (!parse(&options, again, &error) ||
            !parse_words(&options, &run.settings, again, &error) ||
            !settings_same(&run.settings, &options.settings, again, &error))
            fail_msg("%s", error.text);
    }
}

static void a_resumed_runs_settings_replace_the_defaults(void **unused)
{
    const struct settings run = {"basic", 7, 16, 0.5, 0.1, 3, false};
    char *arguments[] = {"mnist-tui", "-r", "a", "--checkpoint-every=0.5", "-e9", NULL};
    struct options options;
    struct error error;
    (void)unused;

    optind = 0;
    assert_true(options_parse(&options, &run, 5, arguments, &error));
    assert_string_equal(options.resume, "a");
    assert_true(options.checkpoint_every == 0.5);
    assert_int_equal(options.settings.epochs, 9);
    assert_true(settings_same(&run, &options.settings, "", &error));
    assert_true(parse(&options, "--run-dir=a --checkpoint-every=0", &error));
    assert_true(options.checkpoint_every == 0.0);
    assert_true(parse(&options, "", &error));
    assert_true(options.checkpoint_every == 30.0);
}

static void row_102_a_resumed_runs_recipe_changes_nothing(void **unused)
{
    static const char *const lines[][2] = {
        {"--recipe=reference -e 5", "-r a --recipe=reference"},
        {"--recipe=best -e 3 --lr=0.05 --model=slim --no-shuffle", "-r a --recipe=best"},
        {"--recipe=best --schedule=onecycle --warmup=0", "-r a --recipe=best --schedule=onecycle"},
        {"-e 5 -b 32", "--recipe=reference -r a -b 32"},
    };
    struct options run, options;
    struct error error = {0};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(lines); i++) {
        assert_true(parse(&run, lines[i][0], &error));
        if (!parse_words(&options, &run.settings, lines[i][1], &error) ||
            !settings_same(&run.settings, &options.settings, lines[i][1], &error))
            fail_msg("%s", error.text);
        assert_int_equal(options.settings.epochs, run.settings.epochs);
    }
    assert_true(parse_words(&options, &run.settings, "-r a --recipe=reference -e 9", &error));
    assert_int_equal(options.settings.epochs, 9);
    assert_true(parse_words(&options, &run.settings, "-r a --recipe=tiny", &error));
    assert_int_equal(options.settings.batch_size, 32);
    assert_false(settings_same(&run.settings, &options.settings, "", &error));
    assert_non_null(strstr(error.text, "--recipe differs from the run's (expected reference, got "
                                       "tiny)"));
}

static void a_series_of_seeds_is_headless(void **unused)
{
    struct options options;
    struct error error;
    (void)unused;

    assert_true(parse(&options, "--seeds=3..1002 -o a", &error));
    assert_true(options.series && options.headless);
    assert_int_equal(options.settings.seed, 3);
    assert_int_equal(options.last_seed, 1002);
    assert_true(parse(&options, "--seeds 5..5", &error));
    assert_int_equal(options.last_seed, 5);
    assert_true(parse(&options, "--seed=5", &error));
    assert_false(options.series);
}

static void directories_follow_report(void **unused)
{
    struct options options;
    struct error error;
    (void)unused;

    assert_true(parse(&options, "a --report b --format=csv -- --c", &error));
    assert_int_equal(options.action, ACTION_REPORT);
    assert_int_equal(options.argument_count, 3);
    assert_string_equal(options.arguments[0], "a");
    assert_string_equal(options.arguments[1], "b");
    assert_string_equal(options.arguments[2], "--c");
    assert_string_equal(options.format, "csv");
    assert_true(parse(&options, "--report a", &error));
    assert_string_equal(options.format, "text");
}

static void runs_to_compare_with_are_kept_in_order(void **unused)
{
    struct options options;
    struct error error;
    (void)unused;

    assert_true(parse(&options, "--compare=a --compare b --resume=c", &error));
    assert_int_equal(options.compare_count, 2);
    assert_string_equal(options.compare[0], "a");
    assert_string_equal(options.compare[1], "b");
    assert_true(parse(&options, "", &error));
    assert_int_equal(options.compare_count, 0);
}

static void a_snapshots_size_is_columns_x_rows(void **unused)
{
    struct options options;
    struct error error;
    (void)unused;

    assert_true(parse(&options, "--snapshot=160x50", &error));
    assert_int_equal(options.action, ACTION_SNAPSHOT);
    assert_int_equal(options.columns, 160);
    assert_int_equal(options.rows, 50);
}

static void help_and_version_win_over_what_follows(void **unused)
{
    struct options options;
    struct error error;
    (void)unused;

    assert_true(parse(&options, "--help --nonsense", &error));
    assert_int_equal(options.action, ACTION_HELP);
    assert_true(parse(&options, "-V --epochs=x", &error));
    assert_int_equal(options.action, ACTION_VERSION);
}

/* Each line must be refused with a message that contains the text. */
static void assert_all_refused(const char *const cases[][2], int count)
{
    for (int i = 0; i < count; i++) {
        struct options options;
        struct error error = {0};
        if (parse(&options, cases[i][0], &error))
            fail_msg("'%s' was accepted", cases[i][0]);
        assert_int_equal(error.kind, ERROR_USAGE);
        if (strstr(error.text, cases[i][1]) == NULL)
            fail_msg("'%s' gives '%s', which lacks '%s'", cases[i][0], error.text, cases[i][1]);
    }
}

static void row_50_unknown_missing_and_extra_arguments_are_refused(void **unused)
{
    static const char *const cases[][2] = {
        {"--nonsense", "--nonsense: unknown option"},
        {"-x", "-x: unknown option"},
        {"--epochs", "--epochs: its argument is missing"},
        {"-e", "-e: its argument is missing"},
        {"extra", "extra: not expected"},
        {"--recipe", "--recipe: its argument is missing"},
        {"--schedule", "--schedule: its argument is missing"},
        {"--nesterov=yes", "takes no argument"},
        {"--paused=yes", "takes no argument"},
        {"--report", "--report needs"},
        {"--seeds", "--seeds: its argument is missing"},
        {"--compare", "--compare: its argument is missing"},
    };
    (void)unused;

    assert_all_refused(cases, CHECK_COUNT(cases));
}

static void row_51_malformed_numbers_are_refused(void **unused)
{
    static const char *const cases[][2] = {
        {"--epochs=", "''"},
        {"--epochs=1x", "'1x'"},
        {"--epochs=99999999999999999999", "99"},
        {"--epochs=-1", "'-1'"},
        {"--epochs=0", "'0'"},
        {"--epochs=+1", "'+1'"},
        {"--seed=-1", "'-1'"},
        {"--seed=1.5", "'1.5'"},
        {"--batch-size=0", "'0'"},
        {"--batch-size=1e3", "1e3"},
        {"--validate=", "''"},
        {"--validate=1x", "'1x'"},
        {"--validate=-1", "'-1'"},
        {"--validate=2147483648", "2147483648"},
        {"--seeds=", "''"},
        {"--seeds=1", "A..B"},
        {"--seeds=2..1", "'2..1'"},
        {"--seeds=1..x", "'1..x'"},
        {"--seeds=..2", "'..2'"},
        {"--seeds=-1..2", "'-1..2'"},
        {"--seeds=0..1000", "at most 1000"},
        {"--seeds=1..99999999999999999999", "at most 1000"},
        {"--run-dir=a --checkpoint-every=", "''"},
        {"--run-dir=a --checkpoint-every=1x", "'1x'"},
        {"--run-dir=a --checkpoint-every=-1", "'-1'"},
        {"--run-dir=a --checkpoint-every=nan", "'nan'"},
        {"--run-dir=a --checkpoint-every=1e999", "'1e999'"},
    };
    (void)unused;

    assert_all_refused(cases, CHECK_COUNT(cases));
}

static void row_52_invalid_learning_rates_are_refused(void **unused)
{
    static const char *const cases[][2] = {
        {"--lr=nan", "--lr"},
        {"--lr=inf", "--lr"},
        {"--lr=0", "above 0"},
        {"--lr=-1", "above 0"},
        {"--lr=", "--lr"},
        {"--lr=0.1x", "--lr"},
        {"--lr=1e999", "--lr"},
        {"--momentum=1", "--momentum"},
        {"--momentum=nan", "--momentum"},
        {"--weight-decay=nan", "--weight-decay"},
        {"--weight-decay=-0.1", "at least 0"},
        {"--warmup=1", "0 to below 1"},
        {"--warmup=inf", "--warmup"},
        {"--dropout=1", "0 to below 1"},
        {"--dropout=", "--dropout"},
        {"--label-smoothing=1", "0 to below 1"},
        {"--augment=affine --rotate=180", "0 to below 180"},
        {"--augment=affine --shift=256", "0 to below 256"},
        {"--augment=affine --scale=0.9", "0 to below 0.9"},
        {"--augment=affine --scale=nan", "--scale"},
    };
    (void)unused;

    assert_all_refused(cases, CHECK_COUNT(cases));
}

static void row_54_invalid_thread_counts_are_refused(void **unused)
{
    static const char *const cases[][2] = {{"--threads=0", "--threads"},
                                           {"--threads=100000", "--threads"}};
    (void)unused;

    assert_all_refused(cases, CHECK_COUNT(cases));
}

static void row_55_options_that_contradict_each_other_are_refused(void **unused)
{
    static const char *const cases[][2] = {
        {"--summary --stats", "only one"},
        {"--eval=a --summary", "only one"},
        {"--export=a", "--eval"},
        {"--paused --headless", "--paused"},
        {"--paused --snapshot=80x24", "--paused"},
        {"--stats --run-dir=a", "--run-dir"},
        {"--eval=a --init=b", "--init"},
        {"--resume=a --run-dir=b", "--run-dir"},
        {"--resume=a --init=b", "--init"},
        {"--resume=a --summary", "--resume"},
        {"--resume=a --eval=b", "--resume"},
        {"--checkpoint-every=1", "--run-dir"},
        {"--seeds=1..2 --seed=1", "with --seed"},
        {"--seeds=1..2 --resume=a", "with --resume"},
        {"--seeds=1..2 --compare=a", "with --compare"},
        {"--seeds=1..2 --snapshot=80x24", "another thing to do"},
        {"--seeds=1..2 --eval=a", "another thing to do"},
        {"--seeds=1..2 --summary", "another thing to do"},
        {"--seeds=1..2 --paused", "--paused"},
        {"--report a --run-dir=b", "--run-dir"},
        {"--report a --summary", "only one"},
        {"--report a --compare=b", "--compare"},
        {"--eval=a --compare=b", "--compare"},
        {"--compare=1 --compare=2 --compare=3 --compare=4 --compare=5 --compare=6 --compare=7 "
         "--compare=8 --compare=9",
         "at most 8"},
        {"--format=csv", "--report"},
        {"--rotate=5", "--augment=affine"},
        {"--shift=1", "--augment=affine"},
        {"--scale=0.1", "--augment=affine"},
        {"--recipe=best --augment=none --rotate=5", "--augment=affine"},
        {"--nesterov --momentum=0", "--nesterov needs"},
        {"--recipe=best --nesterov --momentum=0", "--nesterov needs"},
    };
    (void)unused;

    assert_all_refused(cases, CHECK_COUNT(cases));
}

static void row_107_rates_that_a_float_cannot_hold_are_refused(void **unused)
{
    static const char *const cases[][2] = {
        {"--lr=1e-50", "above 0, as a float, got '1e-50'"},
        {"--lr=1e39", "above 0, as a float"},
        {"--momentum=0.99999999999", "0 to below 1, as a float"},
        {"--weight-decay=1e-50", "at least 0, as a float"},
        {"--weight-decay=1e39", "at least 0, as a float"},
    };
    (void)unused;

    assert_all_refused(cases, CHECK_COUNT(cases));
}

static void row_110_empty_directory_names_are_refused(void **unused)
{
    static const char *const before[] = {"--report", "one", "--stats"};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(before); i++) {
        char *arguments[] = {"mnist-tui", "--report", "", "two", NULL};
        struct options options;
        struct error error = {0};
        arguments[1] = (char *)before[i];
        optind = 0;
        assert_false(options_parse(&options, NULL, 4, arguments, &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_non_null(
            strstr(error.text, i == 0 ? "--report: the path is empty" : ": not expected"));
        assert_true(error.text[0] != ':');
    }
}

static void row_56_an_empty_argv_is_survived(void **unused)
{
    char *arguments[] = {NULL};
    struct options options;
    struct error error;
    (void)unused;

    assert_false(options_parse(&options, NULL, 0, arguments, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
}

static void words_are_checked_against_their_list(void **unused)
{
    static const char *const cases[][2] = {
        {"--glyphs=emoji", "braille"},
        {"--color=maybe", "always"},
        {"--theme=pink", "light"},
        {"--view=nonesuch", "overview"},
        {"--snapshot=80", "COLSxROWS"},
        {"--snapshot=0x5", "COLSxROWS"},
        {"--snapshot=80x24x", "COLSxROWS"},
        {"--optimizer=adagrad", "adamw"},
        {"--recipe=cake", "reference, best, tiny"},
        {"--recipe=", "reference"},
        {"--schedule=poly", "none, step, cosine, onecycle"},
        {"--augment=flip", "affine"},
        {"--snapshot=x", "COLSxROWS"},
        {"--report a --format=xml", "jsonl"},
    };
    (void)unused;

    assert_all_refused(cases, CHECK_COUNT(cases));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_arguments_mean_the_reference_run),
    cmocka_unit_test(every_option_is_read),
    cmocka_unit_test(every_setting_of_a_recipe_is_read),
    cmocka_unit_test(a_recipe_sets_everything_except_the_options_given_with_it),
    cmocka_unit_test(every_recipe_is_accepted),
    cmocka_unit_test(onecycle_warms_up_by_default),
    cmocka_unit_test(a_resumed_run_accepts_the_options_it_was_started_with),
    cmocka_unit_test(a_resumed_runs_settings_replace_the_defaults),
    cmocka_unit_test(row_102_a_resumed_runs_recipe_changes_nothing),
    cmocka_unit_test(a_series_of_seeds_is_headless),
    cmocka_unit_test(directories_follow_report),
    cmocka_unit_test(runs_to_compare_with_are_kept_in_order),
    cmocka_unit_test(a_snapshots_size_is_columns_x_rows),
    cmocka_unit_test(help_and_version_win_over_what_follows),
    cmocka_unit_test(row_50_unknown_missing_and_extra_arguments_are_refused),
    cmocka_unit_test(row_51_malformed_numbers_are_refused),
    cmocka_unit_test(row_52_invalid_learning_rates_are_refused),
    cmocka_unit_test(row_54_invalid_thread_counts_are_refused),
    cmocka_unit_test(row_55_options_that_contradict_each_other_are_refused),
    cmocka_unit_test(row_107_rates_that_a_float_cannot_hold_are_refused),
    cmocka_unit_test(row_110_empty_directory_names_are_refused),
    cmocka_unit_test(row_56_an_empty_argv_is_survived),
    cmocka_unit_test(words_are_checked_against_their_list),
};

CHECK_MAIN(tests)
