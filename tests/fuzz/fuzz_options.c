/*
 * fuzz_options.c -- any bytes as a command line, a word a line.
 */
#include "fuzz.h"

#include "options.h"

#include <getopt.h>
#include <math.h>

enum { WORDS_MAX = 64 };

static void check_options(const struct options *options)
{
    const struct settings *settings = &options->settings;

    fuzz_require(settings->epochs >= 1 && settings->batch_size >= 1 && options->threads >= 0);
    fuzz_require(isfinite(settings->lr) && settings->lr > 0.0);
    fuzz_require(settings->momentum >= 0.0 && settings->momentum < 1.0);
    fuzz_require(settings->model != NULL && options->kernels != NULL && options->glyphs != NULL &&
                 options->color != NULL && options->view < VIEW_COUNT);
    fuzz_require(isfinite(options->checkpoint_every) && options->checkpoint_every >= 0.0);
    if (options->action == ACTION_SNAPSHOT)
        fuzz_require(options->columns >= 1 && options->rows >= 1);
    if (options->action == ACTION_EVAL)
        fuzz_require(options->eval != NULL);
}

/* As a new run's and, where one is to be resumed, once more as that of a run with such settings. */
static void parse(int count, char *words[])
{
    struct options options, again;
    struct error error = {0};

    optind = 0; /* getopt starts anew */
    if (!options_parse(&options, NULL, count, words, &error)) {
        fuzz_require_error(&error);
        fuzz_require(error.kind == ERROR_USAGE);
        return;
    }
    check_options(&options);
    if (options.resume == NULL || options.action == ACTION_HELP || options.action == ACTION_VERSION)
        return;
    optind = 0;
    fuzz_require(options_parse(&again, &options.settings, count, words, &error));
    check_options(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
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
    return 0;
}
