#include "actions/run.h"

#include "actions/outputs.h"
#include "actions/past.h"
#include "support/signals.h"
#include "text/report.h"
#include "train/checkpoint.h"
#include "train/needs.h"
#include "train/network.h"
#include "train/trainer.h"
#include "tui/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The run's network is the one to train: --model may only say the same in other words. */
static bool take_network(struct run *run, struct error *error)
{
    struct options *options = &run->setup->options;
    struct model *own = run->config.model;

    run->setup->model = own;
    if (options_given(options, "model") &&
        !network_asked(own, options->settings.model, options->resume, error))
        return false;
    options->settings.model = own->name;
    return true;
}

bool run_open(struct run *run, int argc, char *argv[], struct error *error)
{
    struct options *options = &run->setup->options;
    struct config *config = &run->config;
    const char *directory = options->resume;

    run->runlog = runlog_open(directory, error);
    if (run->runlog == NULL || !config_read(runlog_directory(run->runlog), config, error) ||
        !options_parse(options, &config->settings, argc, argv, error) ||
        !take_network(run, error) ||
        !settings_same(&config->settings, &options->settings, directory, error))
        return false;
    if (options->settings.epochs < config->settings.epochs)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: --epochs can only be raised (expected at least %d, got %d)",
                         directory, config->settings.epochs, options->settings.epochs);
    if (strcmp(options->kernels, "auto") != 0 && strcmp(options->kernels, config->kernels) != 0)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: --kernels differs from the run's (expected %s, got %s)", directory,
                         config->kernels, options->kernels);
    if (kernels_select(config->kernels, error) == NULL)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: this machine cannot run the run's kernels, and others would give "
                         "other bits (expected %s)",
                         directory, config->kernels);
    options->kernels = config->kernels;
    if (options->data == NULL)
        options->data = config->data;
    return true;
}

bool run_check_data(const struct run *run, struct error *error)
{
    const uint64_t expected = run->config.data_checksum, got = run->setup->data.checksum;

    if (expected == got)
        return true;
    return error_set(error, ERROR_CHECKPOINT,
                     "%s: --data differs from the run's (expected checksum %016" PRIx64
                     ", got %016" PRIx64 ")",
                     run->setup->options.resume, expected, got);
}

static void describe_run(struct run *run)
{
    struct config *config = &run->config;

    config->settings = run->setup->options.settings;
    config->model = run->setup->model;
    snprintf(config->kernels, sizeof config->kernels, "%s", run->setup->kernels->name);
    snprintf(config->data, sizeof config->data, "%s", run->setup->data_name);
    config->data_checksum = run->setup->data.checksum;
    config->threads = run->setup->threads;
}

static bool start_run(struct run *run, struct error *error)
{
    const struct options *options = &run->setup->options;

    if (!start_new(&run->start, run->setup->model, &options->settings, &run->setup->data,
                   options->init, error))
        return false;
    if (options->run_dir == NULL)
        return true;
    describe_run(run);
    return config_check(&run->config, error) &&
           outputs_check_run(run->setup, options->run_dir, error) &&
           (run->runlog = runlog_new(options->run_dir, error)) != NULL &&
           runlog_start(run->runlog, &run->config, run->setup->model, &run->start, error);
}

/* Prints a warning in the form of an error. The dashboard has not taken the screen yet. */
static void warn_lost(const char *directory)
{
    struct error error;

    error_set(&error, ERROR_NONE,
              "%s/metrics.jsonl: is missing; the run continues, but its plots and its best epoch "
              "start over",
              directory);
    fprintf(stderr, "mnist-tui: %s\n", error.text);
}

static bool resume_run(struct run *run, struct error *error)
{
    const struct options *options = &run->setup->options;
    bool longer = options->settings.epochs > run->config.settings.epochs, lost;

    run->config.settings = options->settings;
    if (!outputs_check_run(run->setup, options->resume, error) ||
        !start_resume(&run->start, runlog_directory(run->runlog), run->setup->model, &run->config,
                      &run->setup->data, error) ||
        !runlog_resume(run->runlog, &run->config, &run->setup->data, &run->start, &lost, error) ||
        (longer && !config_write(runlog_directory(run->runlog), &run->config, error)))
        return false;
    if (lost)
        warn_lost(options->resume);
    return true;
}

/* ---- the snapshot ---- */

/* The frame to print. */
struct print {
    const struct dashboard_options *look;
    struct run *run;
    struct weights *weights;
    bool picture;
};

static bool write_frame(void *argument, FILE *file, struct error *error)
{
    const struct print *print = argument;
    const struct options *options = &print->run->setup->options;

    return print_screen(file, print->picture, print->look, &print->run->last, print->weights,
                        options->columns, options->rows, error);
}

/* Prints the last frame, or writes it to the file of --output. */
static bool print_frame(struct run *run, const struct dashboard_options *look,
                        struct weights *weights, struct error *error)
{
    const char *output = run->setup->options.output;
    struct print print = {look, run, weights, output != NULL && options_is_picture(output)};

    return output != NULL ? outputs_write(output, write_frame, &print, error)
                          : write_frame(&print, stdout, error);
}

/* ---- training ---- */

/* Runs the trainer with the chosen front end; the last snapshot stays in run->last. */
static bool watch(struct run *run, bool terminal, struct error *error)
{
    const struct setup *setup = run->setup;
    const struct options *options = &setup->options;
    const struct trainer_options training = {
        .data = &setup->data,
        .model = setup->model,
        .kernels = setup->kernels,
        .settings = options->settings,
        .threads = setup->threads,
        .start = &run->start,
        .paused = options->paused,
        .runlog = run->runlog,
        .checkpoint_every = options->checkpoint_every,
        .publishes_weights = terminal || options->action == ACTION_SNAPSHOT,
        .notify = signals_wake,
    };
    const struct dashboard_options look = {
        .glyphs = options->glyphs,
        .color = options->color,
        .theme = options->theme,
        .view = options->view,
        .mouse = !options->no_mouse,
        .saves = run->runlog != NULL,
        .compared = setup->compared,
        .compared_count = options->compare_count,
        .settings = &options->settings,
        .data = &setup->data,
        .model = setup->model,
        .kernels = setup->kernels,
    };
    struct trainer *trainer = trainer_new(&training, error);

    if (trainer == NULL)
        return false;
    signals_set_printing(false);
    bool shown = terminal ? dashboard_run(&look, trainer, &run->last, error)
                          : report_run(trainer, options->action == ACTION_TRAIN, &run->last, error);
    struct weights *weights = NULL;
    if (shown && options->action == ACTION_SNAPSHOT)
        trainer_read_weights(trainer, &run->last, &weights, &(long){0});
    trainer_free(trainer);
    signals_set_printing(true);
    if (weights != NULL)
        shown = print_frame(run, &look, weights, error);
    weights_drop(weights);
    return shown;
}

bool run_train(struct run *run, bool terminal, struct error *error)
{
    const struct options *options = &run->setup->options;
    const int first = terminal ? 1 : 0;

    if (!outputs_check_file(run->setup, "--output", options->output, error) ||
        !needs_check(run->setup->model, &options->settings, run->setup->data.train.count,
                     run->setup->threads, error) ||
        !(options->resume != NULL ? resume_run(run, error) : start_run(run, error)))
        return false;
    bool trained = watch(run, terminal, error);
    if (trained && run->last.error.kind != ERROR_NONE) {
        *error = run->last.error;
        trained = false;
    }
    if (options->action == ACTION_TRAIN && signals_ending() == 0) {
        report_results(stdout, run->setup->model, &run->last, first);
        past_print_compared(run->setup, &run->last, first);
    }
    return trained;
}

void run_close(struct run *run)
{
    runlog_free(run->runlog);
    run->runlog = NULL;
    start_fini(&run->start);
}
