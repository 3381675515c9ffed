#include "actions/past.h"

#include "support/memory.h"
#include "text/report_runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    run_summary_init(&runs[0], name, &options->settings, last);
    for (int i = 0; i < options->compare_count; i++) {
        const struct past_run *past = &setup->compared[i];
        run_summary_init(&runs[i + 1], past->directory, &past->config.settings, &past->now);
    }
    report_runs(stdout, runs, options->compare_count + 1, first);
}

static bool read_reported(const struct options *options, struct past_run *past,
                          struct run_summary runs[], struct error *error)
{
    for (int i = 0; i < options->report_count; i++) {
        if (!past_run_read(past, options->report[i], error))
            return false;
        run_summary_init(&runs[i], past->directory, &past->config.settings, &past->now);
    }
    return true;
}

bool past_print(const struct options *options, struct error *error)
{
    const int count = options->report_count;
    struct past_run *past = memory_new(1, sizeof *past, error);
    struct run_summary *runs = past != NULL ? memory_new((size_t)count, sizeof *runs, error) : NULL;

    bool done = runs != NULL && read_reported(options, past, runs, error);
    if (done && strcmp(options->format, "jsonl") == 0)
        done = report_runs_jsonl(stdout, runs, count, error);
    else if (done && strcmp(options->format, "csv") == 0)
        report_runs_csv(stdout, runs, count);
    else if (done)
        report_runs(stdout, runs, count, 0);
    free(runs);
    free(past);
    return done;
}
