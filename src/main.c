/*
 * main.c -- connects the modules, runs the action, and ends the process; nothing else ends it.
 */
#include "actions/convert.h"
#include "actions/evaluation.h"
#include "actions/import.h"
#include "actions/past.h"
#include "actions/predict.h"
#include "actions/run.h"
#include "actions/series.h"
#include "actions/statistics.h"
#include "data/known.h"
#include "data/picture.h"
#include "nn/cpu.h"
#include "support/json_memory.h"
#include "support/signals.h"
#include "text/report.h"
#include "train/checkpoint.h"
#include "train/needs.h"
#include "train/network.h"
#include "tui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct program {
    struct setup setup;
    struct run run; /* large: two snapshots of some 200 kB */
};

/* Opens closed standard streams on /dev/null; otherwise a file opened later would get their
 * descriptor. */
static void keep_standard_streams(void)
{
    for (int descriptor = 0; descriptor <= 2; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
            open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY);
}

static const char *find_data(const char *given)
{
    const char *variable = getenv("MNIST_TUI_DATA");

    if (given != NULL)
        return given;
    if (variable != NULL && *variable != '\0')
        return variable;
    return source_exists("data", NULL) ? "data" : INSTALLED_DATA;
}

static void print_version(void)
{
    bool runs;

    printf("mnist-tui %s\nKernels:", PACKAGE_VERSION);
    for (int i = 0; kernels_built(i, &runs) != NULL; i++)
        printf(" %s%s", kernels_built(i, &runs)->name, runs ? "" : " (not on this machine)");
    printf("\nPictures: %sPGM PPM PBM\n", picture_reads_png() ? "PNG " : "");
}

static bool print_summary(const struct setup *setup, struct error *error)
{
    const struct settings *settings = &setup->options.settings;
    size_t memory;

    if (strcmp(setup->options.summary, "torch") == 0)
        return report_network(stdout, setup->model, error);
    if (!needs_memory(setup->model, settings, settings->batch_size, setup->threads, &memory, error))
        return false;
    report_summary(stdout, setup->model, memory);
    return true;
}

static bool train(struct run *run, struct error *error)
{
    struct setup *setup = run->setup;
    const struct options *options = &setup->options;
    bool terminal = options->action == ACTION_TRAIN && !options->headless && term_wanted();

    if (options->series)
        return series_train(setup, error);
    if (options_given(options, "batch-size") &&
        options->settings.batch_size > setup->data.train.count)
        return error_set(error, ERROR_USAGE,
                         "--batch-size: larger than the data (expected at most %d, got %d)",
                         setup->data.train.count, options->settings.batch_size);
    if (options->paused && !terminal)
        return error_set(error, ERROR_USAGE, "--paused needs %s", OPTIONS_PAUSED_NEEDS);
    if (terminal && !term_check(error))
        return false;
    if (!past_read_compared(setup, error))
        return false;
    return run_train(run, terminal, error);
}

/* ---- the whole program ---- */

static bool act(struct program *program, struct error *error)
{
    struct setup *setup = &program->setup;
    const struct options *options = &setup->options;

    switch (options->action) {
    case ACTION_HELP: options_help(stdout); return true;
    case ACTION_VERSION: print_version(); return true;
    case ACTION_MODELS: return report_shelf(stdout, error);
    case ACTION_DATA: report_known(stdout); return true;
    case ACTION_SUMMARY: return print_summary(setup, error);
    case ACTION_STATS: return statistics_print(setup, error);
    case ACTION_EVAL: return evaluation_print(setup, error);
    case ACTION_CONVERT: return convert_write(setup, error);
    case ACTION_PREDICT: return predict_print(setup, error);
    case ACTION_REPORT: return past_print(options, error);
    case ACTION_IMPORT: return import_print(options, error);
    case ACTION_TRAIN:
    case ACTION_SNAPSHOT: break;
    }
    return train(&program->run, error);
}

static bool load_data(struct program *program, struct error *error)
{
    struct setup *setup = &program->setup;
    const struct options *options = &setup->options;
    const bool resumed = options->resume != NULL;
    const int held_out = options->settings.validate;

    setup->data_name = find_data(options->data);
    if (!known_resolve(&setup->source, setup->data_name, error) ||
        !dataset_load(&setup->data, &setup->source, options->classes, error) ||
        (resumed && !run_check_data(&program->run, error)))
        return false;
    if (held_out == 0 || dataset_hold_out(&setup->data, held_out, error))
        return true;
    if (resumed) /* the setting is from the run, not from the command line */
        error->kind = ERROR_CHECKPOINT;
    return false;
}

/* Normalises as --normalize or a file says, else as suits the data. */
static void normalize(struct setup *setup, bool said)
{
    struct normalization *own = &setup->options.settings.normalize;

    if (!said)
        *own = (struct normalization){setup->data.mean, setup->data.deviation};
    dataset_set_normalization(&setup->data, own->mean, own->deviation);
}

/* Makes the network that is asked for, unless a run or a checkpoint has brought its own, which the
 * data must suit. Texts are read once: from here on the settings have the network's own name. */
static bool make_network(struct setup *setup, struct error *error)
{
    struct options *options = &setup->options;
    const bool data = setup->data.train.count > 0;

    if (setup->model != NULL && data &&
        !network_fits(setup->model, &setup->data,
                      options->resume != NULL ? options->resume : options->checkpoint, error))
        return false;
    if (setup->model == NULL &&
        (setup->model = network_make(options->settings.model,
                                     data ? network_of_data(&setup->data.train) : network_usual(),
                                     error)) == NULL)
        return false;
    options->settings.model = setup->model->name;
    return true;
}

/* Takes from the checkpoint of the action or of --init how it normalises, if it tells and
 * --normalize does not; of the action's, its network, too: --model may only say the same. */
static bool take_checkpoint(struct setup *setup, bool *normalizes, struct error *error)
{
    struct options *options = &setup->options;
    const char *path = options->checkpoint != NULL ? options->checkpoint : options->init;
    struct model *model;
    struct settings own;

    if (path == NULL || (options->checkpoint == NULL && *normalizes))
        return true;
    if (!checkpoint_describe(path, &model, &own, error))
        return false;
    if (model == NULL)
        return true;
    if (!*normalizes)
        options->settings.normalize = own.normalize;
    *normalizes = true;
    if (options->checkpoint == NULL) {
        model_free(model);
        return true;
    }
    setup->model = model;
    return !options_given(options, "model") ||
           network_asked(model, options->settings.model, options->checkpoint, error);
}

/* Whether the action needs neither data nor a network. */
static bool is_talk(enum action action)
{
    return action == ACTION_HELP || action == ACTION_VERSION || action == ACTION_MODELS ||
           action == ACTION_DATA || action == ACTION_REPORT || action == ACTION_IMPORT;
}

/* Whether the action is about a network alone, which may come with the names of its classes. */
static bool is_about_network(enum action action)
{
    return action == ACTION_CONVERT || action == ACTION_PREDICT;
}

/* `normalizes`: how is known without the data. */
static bool needs_data(const struct options *options, bool normalizes)
{
    if (options_given(options, "data"))
        return true;
    if (is_about_network(options->action))
        return !normalizes;
    return options->action != ACTION_SUMMARY || options_given(options, "classes");
}

/* Reads the names of the network's classes, or takes their numbers, if no data have them. */
static bool name_classes(struct setup *setup, struct error *error)
{
    struct classes *classes = &setup->data.classes;
    const char *path = setup->options.classes;
    struct classes own;

    if (classes->names != NULL)
        return true;
    if (path == NULL ? !classes_number(&own, setup->model->classes, error)
                     : !classes_read(&own, path, error))
        return false;
    *classes = own;
    return own.count == setup->model->classes ||
           error_set(error, ERROR_DATA,
                     "%s: names other classes than the network has (expected %d, got %d)", path,
                     setup->model->classes, own.count);
}

/* Makes the members of setup, in their order. */
static bool set_up(struct program *program, int argc, char *argv[], struct error *error)
{
    struct setup *setup = &program->setup;
    struct options *options = &setup->options;
    bool normalizes = options_given(options, "normalize") || options->resume != NULL;

    if (options->resume != NULL && !run_open(&program->run, argc, argv, error))
        return false;
    if (!take_checkpoint(setup, &normalizes, error))
        return false;
    setup->kernels = kernels_select(options->kernels, error);
    setup->threads = options->threads > 0 ? options->threads : cpu_count();
    if (setup->kernels == NULL || (needs_data(options, normalizes) && !load_data(program, error)))
        return false;
    normalize(setup, normalizes);
    if (options->action == ACTION_STATS)
        return true;
    return make_network(setup, error) &&
           (!is_about_network(options->action) || name_classes(setup, error));
}

/* Makes what the action needs, then runs it. */
static bool run(struct program *program, int argc, char *argv[], struct error *error)
{
    const struct options *options = &program->setup.options;

    program->run.setup = &program->setup;
    if (!options_parse(&program->setup.options, NULL, argc, argv, error) ||
        (!is_talk(options->action) && !set_up(program, argc, argv, error)))
        return false;
    /* An action that only reads may end at once at the first signal; it needs no handlers. */
    bool cleans_up = options->action == ACTION_TRAIN || options->action == ACTION_SNAPSHOT ||
                     options->action == ACTION_IMPORT || options->action == ACTION_CONVERT;
    return (!cleans_up || signals_init(error)) && act(program, error);
}

int main(int argc, char *argv[])
{
    static struct program program;
    struct error error = {0};

    keep_standard_streams();
    signals_report_failed_writes();
    json_memory_watch();
    setlocale(LC_CTYPE, ""); /* no other category: numbers keep their decimal point */
    bool done = run(&program, argc, argv, &error);
    run_close(&program.run);
    past_free_compared(&program.setup);
    dataset_fini(&program.setup.data);
    model_free(program.setup.model);
    if ((fflush(stdout) != 0 || ferror(stdout)) && done)
        done = error_set(&error, ERROR_SYSTEM, "standard output: cannot be written: %s",
                         strerror(errno));
    if (!done)
        fprintf(stderr, "mnist-tui: %s\n", error.text);
    if (signals_ending() != 0)
        signals_raise(signals_ending());
    return done ? EXIT_SUCCESS : (int)error.kind;
}
