#include "train/sweep.h"

#include "support/memory.h"
#include "train/network.h"
#include "train/past_run.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run at work. */
struct job {
    struct sweep_run *run;
    struct start start;
    struct config config;
    struct model *own; /* the network of a continued run, as its directory has it */
    struct runlog *runlog;
    struct trainer *trainer;
    struct snapshot now;
    long seen;
    bool ended; /* its results are taken; it is shown until the next sweep_advance() */
};

struct sweep {
    struct sweep_options options;
    struct sweep_run *runs; /* [count], the caller's */
    int count;
    struct job **jobs; /* [options.jobs]; NULL: a free place */
    bool looking;      /* a run may be free to take */
    bool stopping;
    struct past_run past; /* the run that was read last */
};

/* ---- the directories ---- */

static bool make_path(const struct sweep *sweep, const struct sweep_run *run, char path[PATH_MAX],
                      struct error *error)
{
    return snprintf(path, PATH_MAX, "%s/%s", sweep->options.place, run->name) < PATH_MAX ||
           error_set(error, ERROR_SYSTEM, "%s: the path is too long", sweep->options.place);
}

/* Whether the run in a directory is the sweep's. */
static bool check_config(const struct config *config, const struct sweep_run *run, const char *path,
                         struct error *error)
{
    struct settings settings = run->settings;

    if (!network_check(config->model, run->model, path, error))
        return false;
    settings.model = config->settings.model; /* the same network */
    if (!settings_same(&config->settings, &settings, path, error))
        return false;
    if (settings.epochs < config->settings.epochs)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: --epochs can only be raised (expected at least %d, got %d)", path,
                         config->settings.epochs, settings.epochs);
    return config->data_checksum == run->data->checksum ||
           error_set(error, ERROR_CHECKPOINT,
                     "%s: --data differs from the run's (expected checksum %016" PRIx64
                     ", got %016" PRIx64 ")",
                     path, config->data_checksum, run->data->checksum);
}

static void keep_epochs(struct sweep_run *run, const struct snapshot *now)
{
    const struct history *history = &now->history;
    const size_t size = (size_t)history->epoch_count * sizeof *run->epochs;

    run_summary_init(&run->summary, run->name, run->model, &run->settings, now);
    free(run->epochs);
    run->epochs = malloc(size + 1); /* without memory there is no curve */
    run->epoch_count = run->epochs != NULL ? history->epoch_count : 0;
    if (run->epochs != NULL)
        memcpy(run->epochs, history->epochs, size);
}

static void set_problem(struct sweep_run *run, const struct error *error)
{
    run->state = SWEEP_FAILED;
    run->problem = error->kind;
    free(run->problem_text);
    run->problem_text = strdup(error->text);
}

/* Reads what the directory holds of the run, if anything; *done: there is nothing left to train. */
static bool read_past(struct sweep *sweep, struct sweep_run *run, const char *path, bool *done,
                      struct error *error)
{
    struct past_run *past = &sweep->past;
    struct error diverged;

    *done = false;
    if (!past_run_is_in(path))
        return true;
    if (!past_run_read(past, path, error))
        return false;
    const bool same = check_config(&past->config, run, path, error);
    if (same) {
        keep_epochs(run, &past->now);
        *done = past->end != PAST_OPEN && past->config.settings.epochs == run->settings.epochs;
    }
    if (*done) {
        run->earlier = true;
        run->state = SWEEP_FINISHED;
    }
    if (*done && past->end == PAST_DIVERGED) {
        error_set(&diverged, ERROR_DIVERGED, "%s: training diverged before", path);
        set_problem(run, &diverged);
    }
    past_run_fini(past);
    return same;
}

/* ---- beginning a run ---- */

static void describe(const struct sweep *sweep, struct job *job)
{
    const struct sweep_options *options = &sweep->options;
    struct config *config = &job->config;

    config->settings = job->run->settings;
    config->model = (struct model *)(uintptr_t)job->run->model; /* it is only read */
    snprintf(config->kernels, sizeof config->kernels, "%s", options->kernels->name);
    snprintf(config->data, sizeof config->data, "%s", options->data);
    config->data_checksum = job->run->data->checksum;
    config->threads = options->threads;
}

static bool start(const struct sweep *sweep, struct job *job, struct error *error)
{
    const struct sweep_run *run = job->run;

    if (!start_new(&job->start, run->model, &run->settings, run->data, sweep->options.init, error))
        return false;
    if (job->runlog == NULL)
        return true;
    describe(sweep, job);
    return config_check(&job->config, error) &&
           runlog_start(job->runlog, &job->config, run->model, &job->start, error);
}

/* Continues the run in the locked directory. *kernels are those that it began with. */
static bool resume(struct job *job, const struct kernels **kernels, struct error *error)
{
    const struct directory *directory = runlog_directory(job->runlog);
    struct sweep_run *run = job->run;
    struct config *config = &job->config;

    if (!config_read(directory, config, error))
        return false;
    job->own = config->model;
    if (!check_config(config, run, directory->path, error))
        return false;
    if ((*kernels = kernels_select(config->kernels, error)) == NULL)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: this machine cannot run the run's kernels, and others would give "
                         "other bits (expected %s)",
                         directory->path, config->kernels);
    const bool longer = run->settings.epochs > config->settings.epochs;
    config->settings.epochs = run->settings.epochs;
    return start_resume(&job->start, directory, run->model, config, run->data, error) &&
           runlog_resume(job->runlog, config, run->data, &job->start, &run->lost, error) &&
           (!longer || config_write(directory, config, error));
}

static bool train(const struct sweep *sweep, struct job *job, const struct kernels *kernels,
                  struct error *error)
{
    const struct sweep_options *options = &sweep->options;
    const struct trainer_options training = {
        .data = job->run->data,
        .model = job->run->model,
        .kernels = kernels,
        .settings = job->run->settings,
        .threads = options->threads,
        .start = &job->start,
        .runlog = job->runlog,
        .checkpoint_every = options->checkpoint_every,
        .publishes_weights = options->publishes_weights,
        .notify = options->notify,
        .notify_argument = options->notify_argument,
    };

    return (job->trainer = trainer_new(&training, error)) != NULL;
}

static void free_job(struct job *job)
{
    if (job == NULL)
        return;
    trainer_free(job->trainer);
    runlog_free(job->runlog);
    start_fini(&job->start);
    model_free(job->own);
    free(job);
}

/* Locks the run's directory. *mine: the job has something to train. */
static bool take(struct sweep *sweep, struct job *job, bool *holds_run, bool *mine,
                 struct error *error)
{
    struct sweep_run *run = job->run;
    char path[PATH_MAX];
    bool done, busy;

    *mine = false;
    if (!make_path(sweep, run, path, error) || !read_past(sweep, run, path, &done, error))
        return false;
    if (done)
        return true;
    job->runlog = runlog_take(path, holds_run, &busy, error);
    if (busy)
        run->state = SWEEP_ELSEWHERE;
    if (job->runlog == NULL)
        return busy;
    /* Another process may have finished it between the two. */
    if (*holds_run && !read_past(sweep, run, path, &done, error))
        return false;
    *mine = !done;
    return true;
}

/* Begins the run, or finds that it is done or belongs to another process. */
static bool begin(struct sweep *sweep, int place, struct sweep_run *run, struct error *error)
{
    struct job *job = memory_new(1, sizeof *job, error);
    const struct kernels *kernels = sweep->options.kernels;
    bool holds_run = false, mine = true;

    if (job == NULL)
        return false;
    job->run = run;
    if ((sweep->options.place == NULL || take(sweep, job, &holds_run, &mine, error)) && mine &&
        (holds_run ? resume(job, &kernels, error) : start(sweep, job, error)) &&
        train(sweep, job, kernels, error)) {
        run->state = SWEEP_TRAINING;
        sweep->jobs[place] = job;
        return true;
    }
    free_job(job);
    if (!mine && run->state != SWEEP_WAITING)
        return true;
    return false;
}

/* ---- the runs at work ---- */

/* Takes the results of a run that has ended. */
static void end(struct job *job)
{
    struct sweep_run *run = job->run;

    keep_epochs(run, &job->now);
    run->state = job->now.state == SNAPSHOT_FINISHED ? SWEEP_FINISHED : SWEEP_STOPPED;
    if (job->now.state == SNAPSHOT_FAILED)
        set_problem(run, &job->now.error);
    job->ended = true;
}

/* Gives back the places of runs that have ended. */
static void clear(struct sweep *sweep)
{
    for (int i = 0; i < sweep->options.jobs; i++)
        if (sweep->jobs[i] != NULL && sweep->jobs[i]->ended) {
            free_job(sweep->jobs[i]);
            sweep->jobs[i] = NULL;
        }
}

/* Reads the snapshots; ends what has ended. False if a run has failed for want of the system. */
static bool look(struct sweep *sweep, struct error *error)
{
    bool good = true;

    for (int i = 0; i < sweep->options.jobs; i++) {
        struct job *job = sweep->jobs[i];
        if (job == NULL || !trainer_read(job->trainer, &job->now, &job->seen) ||
            !trainer_ended(job->now.state))
            continue;
        if (good && job->now.error.kind == ERROR_SYSTEM) {
            *error = job->now.error;
            good = false;
        }
        end(job);
        sweep->looking = true;
        if (sweep->options.notify != NULL) /* sweep_advance() has more to do */
            sweep->options.notify(sweep->options.notify_argument);
    }
    return good;
}

static int free_place(const struct sweep *sweep)
{
    for (int i = 0; i < sweep->options.jobs; i++)
        if (sweep->jobs[i] == NULL)
            return i;
    return -1;
}

/* Begins runs as long as there are places and runs for them. */
static bool begin_more(struct sweep *sweep, struct error *error)
{
    for (int i = 0; i < sweep->count && sweep->looking; i++) {
        struct sweep_run *run = &sweep->runs[i];
        const int place = free_place(sweep);
        if (place < 0)
            return true;
        if (run->state != SWEEP_WAITING && run->state != SWEEP_ELSEWHERE)
            continue;
        run->state = SWEEP_WAITING;
        if (begin(sweep, place, run, error))
            continue;
        if (error->kind == ERROR_SYSTEM)
            return false;
        set_problem(run, error);
    }
    sweep->looking = false; /* until a run ends */
    return true;
}

bool sweep_advance(struct sweep *sweep, struct error *error)
{
    clear(sweep);
    bool good = look(sweep, error);
    if (good && !sweep->stopping)
        good = (sweep->options.place == NULL || !sweep->looking ||
                runlog_make_place(sweep->options.place, error)) &&
               begin_more(sweep, error);
    if (!good)
        sweep_stop(sweep);
    return good;
}

void sweep_stop(struct sweep *sweep)
{
    sweep->stopping = true;
    for (int i = 0; i < sweep->options.jobs; i++)
        if (sweep->jobs[i] != NULL)
            trainer_send(sweep->jobs[i]->trainer, (struct trainer_command){.verb = TRAINER_STOP});
}

bool sweep_over(const struct sweep *sweep)
{
    for (int i = 0; i < sweep->options.jobs; i++)
        if (sweep->jobs[i] != NULL)
            return false;
    return sweep->stopping || !sweep->looking;
}

static const struct job *find_job(const struct sweep *sweep, int run)
{
    for (int i = 0; i < sweep->options.jobs; i++)
        if (sweep->jobs[i] != NULL && sweep->jobs[i]->run == &sweep->runs[run])
            return sweep->jobs[i];
    return NULL;
}

struct trainer *sweep_trainer(const struct sweep *sweep, int run)
{
    const struct job *job = find_job(sweep, run);

    return job != NULL ? job->trainer : NULL;
}

const struct snapshot *sweep_snapshot(const struct sweep *sweep, int run)
{
    const struct job *job = find_job(sweep, run);

    return job != NULL && job->seen > 0 ? &job->now : NULL;
}

/* ---- making and releasing ---- */

static bool read_all(struct sweep *sweep, struct error *error)
{
    for (int i = 0; i < sweep->count; i++) {
        struct sweep_run *run = &sweep->runs[i];
        char path[PATH_MAX];
        bool done;
        memset(&sweep->past, 0, sizeof sweep->past);
        run_summary_init(&run->summary, run->name, run->model, &run->settings, &sweep->past.now);
        if (sweep->options.place != NULL &&
            (!make_path(sweep, run, path, error) || !read_past(sweep, run, path, &done, error)))
            return false;
    }
    return true;
}

struct sweep *sweep_new(const struct sweep_options *options, struct sweep_run runs[], int count,
                        struct error *error)
{
    struct sweep *sweep = memory_new(1, sizeof *sweep, error);

    assert(options->threads >= 1 && options->jobs >= 1);
    if (sweep == NULL)
        return NULL;
    sweep->options = *options;
    sweep->runs = runs;
    sweep->count = count;
    sweep->looking = true;
    sweep->jobs = memory_new((size_t)options->jobs, sizeof(struct job *), error);
    if (sweep->jobs != NULL && read_all(sweep, error))
        return sweep;
    sweep_free(sweep);
    return NULL;
}

void sweep_free(struct sweep *sweep)
{
    if (sweep == NULL)
        return;
    for (int i = 0; sweep->jobs != NULL && i < sweep->options.jobs; i++)
        free_job(sweep->jobs[i]);
    for (int i = 0; i < sweep->count; i++) {
        free(sweep->runs[i].epochs);
        free(sweep->runs[i].problem_text);
        sweep->runs[i].epochs = NULL;
        sweep->runs[i].problem_text = NULL;
    }
    free(sweep->jobs);
    free(sweep);
}
