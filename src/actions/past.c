#include "actions/past.h"

#include "support/memory.h"
#include "text/report_groups.h"
#include "text/report_runs.h"

#include <dirent.h>
#include <limits.h>
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

/* ---- --report ---- */

/* A run that is reported. */
struct reported {
    char *path;
    struct model *model;
    struct settings settings;
    struct run_summary summary;
    char started[CLOCK_TEXT_SIZE];
};

struct reports {
    struct reported *runs; /* [room] */
    size_t count, room;
    bool grouped; /* a directory of several runs is among the arguments */
};

static void free_reports(struct reports *reports)
{
    for (size_t i = 0; i < reports->count; i++) {
        free(reports->runs[i].path);
        model_free(reports->runs[i].model);
    }
    free(reports->runs);
}

static bool add_path(struct reports *reports, const char *path, struct error *error)
{
    if (reports->count == reports->room) {
        const size_t room = reports->room > 0 ? 2 * reports->room : 16;
        struct reported *runs = realloc(reports->runs, room * sizeof *runs);
        if (runs == NULL)
            return error_set(error, ERROR_SYSTEM, "not enough memory for a report");
        reports->runs = runs;
        reports->room = room;
    }
    struct reported *run = &reports->runs[reports->count];
    *run = (struct reported){.path = strdup(path)};
    reports->count += run->path != NULL;
    return run->path != NULL || error_set(error, ERROR_SYSTEM, "not enough memory for a report");
}

/* Adds the run in the directory; or, if it holds none itself, the runs in its directories. A
 * directory without any is added, too, so that reading it says what is wrong. */
static bool add_argument(struct reports *reports, const char *argument, struct error *error)
{
    DIR *directory = past_run_is_in(argument) ? NULL : opendir(argument);
    const size_t before = reports->count;
    const struct dirent *entry;
    char path[PATH_MAX];
    bool added = true;

    while (added && directory != NULL && (entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.' &&
            snprintf(path, sizeof path, "%s/%s", argument, entry->d_name) < PATH_MAX &&
            past_run_is_in(path))
            added = add_path(reports, path, error);
    if (directory != NULL)
        closedir(directory);
    if (!added || reports->count > before) {
        reports->grouped = true;
        return added;
    }
    return add_path(reports, argument, error);
}

/* Reads the runs one after the other; their networks stay for the summaries. */
static bool read_reported(struct reports *reports, struct error *error)
{
    struct past_run *past = memory_new(1, sizeof *past, error);
    bool read = past != NULL;

    for (size_t i = 0; read && i < reports->count; i++) {
        struct reported *run = &reports->runs[i];
        if (!(read = past_run_read(past, run->path, error)))
            break;
        run->model = past->config.model;
        run->settings = past->config.settings;
        memcpy(run->started, past->started, sizeof run->started);
        run_summary_init(&run->summary, run->path, run->model, &run->settings, &past->now);
    }
    free(past);
    return read;
}

/* In the order in which they began; those without a log last. */
static int compare_starts(const void *a, const void *b)
{
    const struct reported *first = a, *second = b;
    const bool lacks_first = first->started[0] == '\0', lacks_second = second->started[0] == '\0';
    const int order = strcmp(first->started, second->started);

    return lacks_first != lacks_second ? lacks_first - lacks_second
           : order != 0                ? order
                                       : strcmp(first->path, second->path);
}

static bool print_runs(const struct run_summary runs[], int count, const char *format,
                       struct error *error)
{
    if (strcmp(format, "jsonl") == 0)
        return report_runs_jsonl(stdout, runs, count, error);
    if (strcmp(format, "markdown") == 0)
        return report_runs_markdown(stdout, runs, count, error);
    if (strcmp(format, "csv") == 0)
        report_runs_csv(stdout, runs, count);
    else
        report_runs(stdout, runs, count, 0);
    return true;
}

static bool print_groups(const struct reports *reports, const struct run_summary runs[],
                         const char *format, struct error *error)
{
    const struct settings **settings =
        memory_new(reports->count, sizeof(const struct settings *), error);
    struct run_groups groups;

    if (settings == NULL)
        return false;
    for (size_t i = 0; i < reports->count; i++)
        settings[i] = &reports->runs[i].settings;
    bool printed = run_groups_init(&groups, runs, settings, (int)reports->count, error);
    if (printed) {
        printed = report_groups(stdout, &groups, format, error);
        run_groups_fini(&groups);
    }
    free(settings);
    return printed;
}

static bool print_reported(struct reports *reports, const char *format, struct error *error)
{
    struct run_summary *runs = memory_new(reports->count, sizeof *runs, error);

    if (runs == NULL)
        return false;
    if (reports->grouped)
        qsort(reports->runs, reports->count, sizeof *reports->runs, compare_starts);
    for (size_t i = 0; i < reports->count; i++)
        runs[i] = reports->runs[i].summary;
    const bool printed = reports->grouped ? print_groups(reports, runs, format, error)
                                          : print_runs(runs, (int)reports->count, format, error);
    free(runs);
    return printed;
}

bool past_print(const struct options *options, struct error *error)
{
    struct reports reports = {0};
    bool good = true;

    for (int i = 0; good && i < options->argument_count; i++)
        good = add_argument(&reports, options->arguments[i], error);
    good =
        good && read_reported(&reports, error) && print_reported(&reports, options->format, error);
    free_reports(&reports);
    return good;
}
