#include "actions/series.h"

#include "actions/outputs.h"
#include "actions/series_plan.h"
#include "support/memory.h"
#include "support/signals.h"
#include "text/report.h"
#include "text/report_groups.h"
#include "text/report_runs.h"
#include "text/report_sweep.h"
#include "train/runlog.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is printed of the runs. */
struct series {
    const struct series_plan *plan;
    struct sweep *sweep;
    bool *told;                /* [plan->count]: the run's line is printed */
    int ended;                 /* runs */
    bool whole;                /* each run's own lines are printed, as if it were alone */
    int current;               /* with `whole`: the run that they are of; -1: none */
    struct progress_text text; /* of it */
};

/* The directory may not be a run's, and no file of a run may be one that the command reads. */
static bool check_outputs(const struct series_plan *plan, const struct setup *setup,
                          struct error *error)
{
    char directory[PATH_MAX];

    if (setup->options.run_dir != NULL && !runlog_none_in(setup->options.run_dir, error))
        return false;
    for (int i = 0; setup->options.run_dir != NULL && i < plan->count; i++) {
        if (snprintf(directory, sizeof directory, "%s/%s", setup->options.run_dir,
                     plan->runs[i].name) >= PATH_MAX)
            return error_set(error, ERROR_SYSTEM, "%s: the path is too long",
                             setup->options.run_dir);
        if (!outputs_check_run(setup, directory, error))
            return false;
    }
    return true;
}

/* ---- lines ---- */

static bool has_ended(const struct sweep_run *run)
{
    return run->state == SWEEP_FINISHED || run->state == SWEEP_STOPPED ||
           run->state == SWEEP_FAILED;
}

/* Shows the lines of the run at work, as if it were alone; its results when it has ended. */
static bool show_whole(struct series *series, int i, struct error *error)
{
    const struct sweep_run *run = &series->plan->runs[i];
    const struct snapshot *now = sweep_snapshot(series->sweep, i);

    if (now == NULL)
        return true;
    if (series->current != i) {
        printf("SEED: %" PRIu64 "\n", run->settings.seed);
        report_begin(&series->text, true);
        series->current = i;
    }
    if (!report_show(&series->text, now, error))
        return false;
    if (has_ended(run) && signals_ending() == 0)
        report_results(stdout, run->model, now, 0);
    return true;
}

/* Whether the run's own lines tell of its end. */
static bool tells_itself(const struct series *series, const struct sweep_run *run)
{
    return series->whole && !run->earlier && run->state != SWEEP_FAILED;
}

/* Warns of a log that is missing. */
static void warn_lost(const struct sweep_run *run)
{
    fprintf(stderr,
            "mnist-tui: %s/metrics.jsonl: is missing; the run continues, but its plots and its "
            "best epoch start over\n",
            run->name);
}

/* Prints a line for each run that has ended since the last call; with `last` also for those that
 * are left to other processes. */
static bool show(struct series *series, bool last, struct error *error)
{
    const struct series_plan *plan = series->plan;

    signals_set_printing(true);
    for (int i = 0; i < plan->count; i++) {
        struct sweep_run *run = &plan->runs[i];
        if (series->whole && !series->told[i] && !show_whole(series, i, error))
            return false;
        if (run->lost)
            warn_lost(run);
        run->lost = false;
        if (series->told[i] || !(has_ended(run) || (last && run->state == SWEEP_ELSEWHERE)))
            continue;
        series->told[i] = true;
        series->ended += has_ended(run);
        if (!tells_itself(series, run)) {
            report_sweep_clear();
            report_sweep_run(stdout, run, series->ended, plan->count);
        }
    }
    const bool printed = fflush(stdout) == 0;
    if (!printed)
        error_set(error, ERROR_SYSTEM, "standard output: cannot be written: %s", strerror(errno));
    else if (!series->whole)
        report_sweep_progress(series->sweep, plan->runs, plan->count, series->ended);
    signals_set_printing(false);
    return printed;
}

/* ---- the end ---- */

/* Those of runs[] that have finished; returns how many. */
static int list_finished(const struct series_plan *plan, struct run_summary finished[])
{
    int count = 0;

    for (int i = 0; i < plan->count; i++)
        if (plan->runs[i].state == SWEEP_FINISHED)
            finished[count++] = plan->runs[i].summary;
    return count;
}

static bool print_seeds(const struct series_plan *plan, struct error *error)
{
    struct run_summary *finished = memory_new((size_t)plan->count, sizeof *finished, error);

    if (finished == NULL)
        return false;
    report_seeds(stdout, finished, list_finished(plan, finished));
    free(finished);
    return true;
}

static bool print_groups(const struct series_plan *plan, struct error *error)
{
    const size_t count = (size_t)plan->count;
    struct run_summary *runs = memory_new(count, sizeof *runs, error);
    const struct settings **settings = memory_new(count, sizeof(const struct settings *), error);
    struct run_groups groups;

    bool printed = runs != NULL && settings != NULL;
    for (int i = 0; printed && i < plan->count; i++) {
        runs[i] = plan->runs[i].summary;
        settings[i] = &plan->runs[i].settings;
    }
    if (printed && (printed = run_groups_init(&groups, runs, settings, plan->count, error))) {
        printed = report_groups(stdout, &groups, "text", error);
        run_groups_fini(&groups);
    }
    free(settings);
    free(runs);
    return printed;
}

/* Whether no run has failed here; if one has, the error is the first one's. */
static bool check_failed(const struct series_plan *plan, struct error *error)
{
    const struct sweep_run *first = NULL;
    int failed = 0;

    for (int i = 0; i < plan->count; i++) {
        const struct sweep_run *run = &plan->runs[i];
        if (run->state != SWEEP_FAILED || run->earlier)
            continue;
        first = failed++ == 0 ? run : first;
    }
    if (first == NULL)
        return true;
    const char *text = first->problem_text != NULL ? first->problem_text : "not enough memory";
    return error_set(error, first->problem, "%d of %d runs failed; the first, %s: %s", failed,
                     plan->count, first->name, text);
}

/* ---- all of it ---- */

/* Trains until no run is left; stops all at a signal, or when nothing can be printed. */
static bool follow(struct series *series, struct error *error)
{
    struct error ignored;
    bool good = true, stopping = false;

    signals_set_printing(false);
    while (!sweep_over(series->sweep)) {
        if (!sweep_advance(series->sweep, good ? error : &ignored))
            good = false;
        if (good && !show(series, sweep_over(series->sweep), error)) {
            good = false;
            sweep_stop(series->sweep);
        }
        if (signals_ending() != 0 && !stopping) {
            sweep_stop(series->sweep);
            stopping = true;
        } else if (!sweep_over(series->sweep)) {
            signals_wait(-1, -1, -1);
        }
    }
    signals_set_printing(true);
    report_sweep_clear();
    return good;
}

static bool train(struct series *series, const struct setup *setup, struct error *error)
{
    const struct series_plan *plan = series->plan;
    const struct options *options = &setup->options;
    const struct sweep_options sweep = {
        .kernels = setup->kernels,
        .data = setup->data_name,
        .threads = plan->threads,
        .jobs = plan->jobs,
        .place = options->run_dir,
        .init = options->init,
        .checkpoint_every = options->checkpoint_every,
        .notify = signals_wake,
    };

    series->told = memory_new((size_t)plan->count, sizeof *series->told, error);
    series->sweep = series->told != NULL ? sweep_new(&sweep, plan->runs, plan->count, error) : NULL;
    if (series->sweep == NULL)
        return false;
    const bool followed = follow(series, error);
    struct error ignored;
    const bool printed = options->sweep_count > 0 ? print_groups(plan, followed ? error : &ignored)
                                                  : print_seeds(plan, followed ? error : &ignored);
    return followed && printed && check_failed(plan, error);
}

bool series_train(struct setup *setup, struct error *error)
{
    struct series_plan plan;

    if (!series_plan_init(&plan, setup, error))
        return false;
    struct series series = {
        .plan = &plan,
        .whole = plan.jobs == 1 && setup->options.sweep_count == 0,
        .current = -1,
    };
    const bool trained = check_outputs(&plan, setup, error) && train(&series, setup, error);
    sweep_free(series.sweep);
    free(series.told);
    series_plan_fini(&plan);
    return trained;
}
