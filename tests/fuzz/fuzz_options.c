/*
 * fuzz_options.c -- any bytes as a command line, one word a line.
 */
#include "fuzz.h"

#include "options.h"

#include <getopt.h>
#include <math.h>

enum { WORDS_MAX = 64 };

/* Each setting is in its range, and reads back the same from the text in a file. */
static void check_settings(const struct settings *settings)
{
    struct settings again = {0};
    const struct setting *setting;
    struct error error;

    for (int i = 0; (setting = settings_at(i)) != NULL; i++) {
        char own[SETTING_TEXT_SIZE];
        const char *text = setting_write(setting, settings, own);
        fuzz_require(setting_read(setting, &again, text, ERROR_USAGE, "again", &error));
    }
    fuzz_require(settings_same(settings, &again, "again", &error));
    fuzz_require(settings->epochs == again.epochs);
}

static void check_options(const struct options *options)
{
    check_settings(&options->settings);
    fuzz_require(options->threads >= 0);
    fuzz_require(options->kernels != NULL && options->glyphs != NULL && options->color != NULL &&
                 options->view < VIEW_COUNT);
    fuzz_require(isfinite(options->checkpoint_every) && options->checkpoint_every >= 0.0);
    if (options->action == ACTION_SNAPSHOT)
        fuzz_require(options->columns >= 1 && options->rows >= 1);
    if (options->action == ACTION_EVAL)
        fuzz_require(options->checkpoint != NULL);
    fuzz_require(options->compare_count >= 0 && options->compare_count <= OPTIONS_COMPARE_MAX);
    for (int i = 0; i < options->compare_count; i++)
        fuzz_require(options->compare[i] != NULL && *options->compare[i] != '\0');
}

/* After --help or --version the rest of the line is not checked. */
static void check_together(const struct options *options)
{
    if (options->action == ACTION_HELP || options->action == ACTION_VERSION)
        return;
    if (options->series)
        fuzz_require(options->action == ACTION_TRAIN && options->headless &&
                     options->settings.seed <= options->last_seed &&
                     options->last_seed - options->settings.seed < OPTIONS_SEEDS_MAX);
    fuzz_require(options->format != NULL);
    fuzz_require((options->action == ACTION_REPORT || options->action == ACTION_PREDICT) ==
                 (options->argument_count > 0));
    for (int i = 0; i < options->argument_count; i++)
        fuzz_require(options->arguments[i] != NULL);
}

/* Parses the words for a new run and, with --resume, once more for a run with such settings. */
static void parse(int count, char *words[])
{
    struct options options, again;
    struct error error = {0};

    optind = 0; /* getopt starts again */
    if (!options_parse(&options, NULL, count, words, &error)) {
        fuzz_require_error(&error);
        fuzz_require(error.kind == ERROR_USAGE);
        return;
    }
    check_options(&options);
    check_together(&options);
    if (options.resume == NULL || options.action == ACTION_HELP || options.action == ACTION_VERSION)
        return;
    optind = 0;
    if (!options_parse(&again, &options.settings, count, words, &error)) {
        fuzz_require_error(&error);
        fuzz_require(error.kind == ERROR_USAGE);
        return;
    }
    check_options(&again);
    fuzz_require(settings_same(&options.settings, &again.settings, "again", &error));
}

void fuzz_one(const uint8_t *data, size_t size)
{
    char *line = malloc(size + 1), *rest = line;
    char *words[WORDS_MAX + 1] = {0};
    int count = 0;

    fuzz_require(line != NULL);
    memcpy(line, data, size);
    line[size] = '\0';
    while (count < WORDS_MAX && rest != NULL)
        words[count++] = strsep(&rest, "\n");
    parse(count, words);
    free(line);
}
