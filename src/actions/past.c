#include "actions/past.h"

#include "support/memory.h"
#include "text/report_runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void past_free_compared(struct setup *setup)
{
    for (int i = 0; setup->compared != NULL && i < setup->options.compare_count; i++)
        past_run_fini(&setup->compared[i]);
    free(setup->compared);
    setup->compared = NULL;
}

bool past_read_compared(struct setup *setup, struct error *error)
{
    const struct options *options = &setup->options;

    if (options->compare_count == 0)
        return true;
    setup->compared = memory_new((size_t)options->compare_count, sizeof *setup->compared, error);
    bool read = setup->compared != NULL;
    for (int i = 0; read && i < options->compare_count; i++)
        read = past_run_read(&setup->compared[i], options->compare[i], error);
    return read;
}

void past_print_compared(const struct setup *setup, const struct snapshot *last, int first)
{
    const struct options *options = &setup->options;
    struct run_summary runs[OPTIONS_COMPARE_MAX + 1];
    const char *name = options->resume != NULL    ? options->resume
                       : options->run_dir != NULL ? options->run_dir
                                                  : "this run";

    if (options->compare_count == 0 || last->epochs_done == 0)
        return;
    run_summary_init(&runs[0], name, setup->model, &options->settings, last);
    for (int i = 0; i < options->compare_count; i++) {
        const struct past_run *past = &setup->compared[i];
        run_summary_init(&runs[i + 1], past->directory, past->config.model, &past->config.settings,
                         &past->now);
    }
    report_runs(stdout, runs, options->compare_count + 1, first);
}

/* Reads the runs one after the other; their networks stay for the summaries. */
static bool read_reported(const struct options *options, struct past_run *past,
                          struct run_summary runs[], struct model *models[], struct error *error)
{
    for (int i = 0; i < options->argument_count; i++) {
        if (!past_run_read(past, options->arguments[i], error))
            return false;
        models[i] = past->config.model;
        run_summary_init(&runs[i], past->directory, models[i], &past->config.settings, &past->now);
    }
    return true;
}

static bool print_reported(const struct options *options, const struct run_summary runs[],
                           struct error *error)
{
    const int count = options->argument_count;

    if (strcmp(options->format, "jsonl") == 0)
        return report_runs_jsonl(stdout, runs, count, error);
    if (strcmp(options->format, "csv") == 0)
        report_runs_csv(stdout, runs, count);
    else
        report_runs(stdout, runs, count, 0);
    return true;
}

bool past_print(const struct options *options, struct error *error)
{
    const size_t count = (size_t)options->argument_count;
    struct past_run *past = memory_new(1, sizeof *past, error);
    struct run_summary *runs = past != NULL ? memory_new(count, sizeof *runs, error) : NULL;
    struct model **models = runs != NULL ? memory_new(count, sizeof(struct model *), error) : NULL;

    bool done = models != NULL && read_reported(options, past, runs, models, error) &&
                print_reported(options, runs, error);
    for (size_t i = 0; models != NULL && i < count; i++)
        model_free(models[i]);
    free(models);
    free(runs);
    free(past);
    return done;
}
