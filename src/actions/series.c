#include "actions/series.h"

#include "actions/outputs.h"
#include "support/memory.h"
#include "support/signals.h"
#include "text/report_runs.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* Makes the next run the one with this seed; with --run-dir it gets a directory of its own. */
static bool choose_seed(struct run *run, uint64_t seed, char directory[PATH_MAX],
                        struct error *error)
{
    struct options *options = &run->setup->options;

    options->settings.seed = seed;
    if (run->place == NULL)
        return true;
    options->run_dir = directory;
    if (snprintf(directory, PATH_MAX, "%s/seed-%" PRIu64, run->place, seed) >= PATH_MAX)
        return error_set(error, ERROR_SYSTEM, "%s: the path is too long", run->place);
    return true;
}

/* Checks the directories of all seeds: none may hold a run. */
static bool check_seeds(struct run *run, uint64_t first, uint64_t last, struct error *error)
{
    char directory[PATH_MAX];
    bool good = true;

    for (uint64_t seed = first; good && seed <= last; seed++)
        good = choose_seed(run, seed, directory, error) &&
               (run->place == NULL || (outputs_check_run(run->setup, directory, error) &&
                                       runlog_none_in(directory, error)));
    return good;
}

bool series_train(struct run *run, struct error *error)
{
    struct options *options = &run->setup->options;
    const uint64_t first = options->settings.seed, last = options->last_seed;
    struct run_summary *runs = memory_new((size_t)(last - first) + 1, sizeof *runs, error);
    char directory[PATH_MAX];
    int finished = 0;

    run->place = options->run_dir;
    bool good = runs != NULL && check_seeds(run, first, last, error);
    for (uint64_t seed = first; good && seed <= last && signals_ending() == 0; seed++) {
        good = choose_seed(run, seed, directory, error) && run_train(run, false, error);
        run_close(run);
        if (good && run->last.state == SNAPSHOT_FINISHED)
            run_summary_init(&runs[finished++], "", run->setup->model, &options->settings,
                             &run->last);
    }
    options->run_dir = run->place;
    report_seeds(stdout, runs, finished);
    free(runs);
    return good;
}
