/*
 * main.c -- wires the parts together; the only place that ends the process.
 */
#include "data/dataset.h"
#include "nn/cpu.h"
#include "options.h"
#include "support/json_memory.h"
#include "support/memory.h"
#include "support/signals.h"
#include "text/report.h"
#include "text/report_runs.h"
#include "train/evaluate.h"
#include "train/past_run.h"
#include "train/trainer.h"
#include "tui/dashboard.h"
#include "tui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What every action but the shortest ones needs, made in this order and released in the other. */
struct program {
    struct options options;
    struct model model;
    const struct kernels *kernels;
    int threads;
    const char *data_directory;
    struct dataset data;
    struct config config;  /* of the run directory, if there is one */
    struct runlog *runlog; /* NULL: nothing is written */
    struct start start;
    struct snapshot last;
    struct past_run *compared; /* [options.compare_count] */
    const char *series;        /* the directory above those of the seeds; NULL: none */
    char seed_directory[PATH_MAX];
};

/* A file opened later must not take the place of a closed standard stream. */
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
    return access("data/train-images-idx3-ubyte.gz", F_OK) == 0 ? "data" : INSTALLED_DATA;
}

static void print_version(void)
{
    bool runs;

    printf("mnist-tui %s\nKernels:", PACKAGE_VERSION);
    for (int i = 0; kernels_built(i, &runs) != NULL; i++)
        printf(" %s%s", kernels_built(i, &runs)->name, runs ? "" : " (not on this machine)");
    putchar('\n');
}

static void print_models(void)
{
    struct error ignored;
    struct model model;
    char parameters[16], multiply_adds[16];

    for (int i = 0; model_name(i) != NULL; i++) {
        model_init(&model, model_name(i), &ignored);
        model_thousands(parameters, sizeof parameters, model.parameter_count);
        model_thousands(multiply_adds, sizeof multiply_adds, model_multiply_adds(&model));
        printf("%-6s %6s parameters %10s multiply-adds  %s\n", model.name, parameters,
               multiply_adds, model.purpose);
    }
}

/* ---- evaluation ---- */

static bool write_predictions(FILE *file, const struct split *split,
                              const struct evaluation *evaluation)
{
    fputs("index,label,prediction,loss", file);
    for (int k = 0; k < DATASET_CLASSES; k++)
        fprintf(file, ",p%d", k);
    fputc('\n', file);
    for (int i = 0; i < split->count; i++) {
        fprintf(file, "%d,%d,%d,%.9g", i, split->labels[i], evaluation->predictions[i],
                evaluation->losses[i]);
        for (int k = 0; k < DATASET_CLASSES; k++)
            fprintf(file, ",%.9g",
                    (double)evaluation->probabilities[(size_t)i * DATASET_CLASSES + (size_t)k]);
        fputc('\n', file);
    }
    return fflush(file) == 0 && !ferror(file);
}

static bool export_predictions(const char *path, const struct split *split,
                               const struct evaluation *evaluation, struct error *error)
{
    FILE *file = fopen(path, "we");

    if (file == NULL)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", path, strerror(errno));
    bool written = write_predictions(file, split, evaluation);
    if (!written)
        error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", path, strerror(errno));
    if (fclose(file) != 0 && written)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", path, strerror(errno));
    return written;
}

static bool evaluate_with(struct program *program, struct evaluator *evaluator,
                          struct evaluation *evaluation, struct error *error)
{
    const struct split *test = &program->data.test;
    float state[MODEL_STATE_MAX];
    int correct;

    if (!checkpoint_load(program->options.eval, &program->model, state, error))
        return false;
    evaluator_load(evaluator, state);
    evaluate_images(evaluator, test, 0, test->count, evaluation);
    double loss = evaluation_total(evaluation, test, &correct);
    if (program->options.export != NULL &&
        !export_predictions(program->options.export, test, evaluation, error))
        return false;
    report_test(stdout, program->options.settings.validate > 0, loss, correct, test->count);
    return true;
}

static bool evaluate(struct program *program, struct error *error)
{
    size_t count = (size_t)program->data.test.count;
    struct evaluation evaluation = {0};
    struct evaluator *evaluator = NULL;
    struct team *team = NULL;

    bool done =
        (evaluation.losses = memory_new(count, sizeof(double), error)) &&
        (evaluation.predictions = memory_new(count, 1, error)) &&
        (evaluation.probabilities = memory_new(count, DATASET_CLASSES * sizeof(float), error)) &&
        (team = team_new(program->threads, error)) &&
        (evaluator = evaluator_new(&program->model, program->kernels, team, error)) &&
        evaluate_with(program, evaluator, &evaluation, error);
    evaluator_free(evaluator);
    team_free(team);
    free(evaluation.probabilities);
    free(evaluation.predictions);
    free(evaluation.losses);
    return done;
}

/* ---- run directories ---- */

/* Takes hold of the run to go on with: settings, data and kernels are its own. */
static bool open_run(struct program *program, int argc, char *argv[], struct error *error)
{
    struct options *options = &program->options;
    struct config *config = &program->config;
    const char *directory = options->resume;

    program->runlog = runlog_open(directory, error);
    if (program->runlog == NULL || !config_read(directory, config, error) ||
        !options_parse(options, &config->settings, argc, argv, error) ||
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
                         "%s: this machine does not run its kernels, and others would give other "
                         "bits (expected %s)",
                         directory, config->kernels);
    options->kernels = config->kernels;
    if (options->data == NULL)
        options->data = config->data;
    return true;
}

static void describe_run(struct program *program)
{
    struct config *config = &program->config;

    config->settings = program->options.settings;
    snprintf(config->kernels, sizeof config->kernels, "%s", program->kernels->name);
    snprintf(config->data, sizeof config->data, "%s", program->data_directory);
    config->data_checksum = program->data.checksum;
    config->threads = program->threads;
}

static bool start_run(struct program *program, struct error *error)
{
    const struct options *options = &program->options;

    start_new(&program->start, &program->model, &options->settings, &program->data);
    if (options->init != NULL &&
        !checkpoint_load(options->init, &program->model, program->start.now.weights, error))
        return false;
    if (options->run_dir == NULL)
        return true;
    describe_run(program);
    return (program->series == NULL || runlog_make_place(program->series, error)) &&
           (program->runlog = runlog_new(options->run_dir, error)) != NULL &&
           runlog_start(program->runlog, &program->config, &program->model, &program->start, error);
}

/* Said as errors are, but the program goes on; the dashboard has not yet taken the screen. */
static void warn_lost(const char *directory)
{
    struct error error;

    error_set(&error, ERROR_NONE,
              "%s/metrics.jsonl: it is gone; the run goes on, but its plots and its best epoch "
              "begin anew",
              directory);
    fprintf(stderr, "mnist-tui: %s\n", error.text);
}

static bool resume_run(struct program *program, struct error *error)
{
    const struct options *options = &program->options;
    bool longer = options->settings.epochs > program->config.settings.epochs, lost;

    program->config.settings = options->settings;
    if (!start_resume(&program->start, options->resume, &program->model, &options->settings,
                      &program->data, error) ||
        (longer && !config_write(options->resume, &program->config, error)) ||
        !runlog_resume(program->runlog, &program->config, &program->data, &program->start, &lost,
                       error))
        return false;
    if (lost)
        warn_lost(options->resume);
    return true;
}

/* ---- runs of the past ---- */

static bool read_compared(struct program *program, struct error *error)
{
    const struct options *options = &program->options;

    if (options->compare_count == 0)
        return true;
    program->compared =
        memory_new((size_t)options->compare_count, sizeof *program->compared, error);
    bool read = program->compared != NULL;
    for (int i = 0; read && i < options->compare_count; i++)
        read = past_run_read(&program->compared[i], options->compare[i], error);
    return read;
}

/* The run of this process, then those it is compared with. */
static void report_compared(const struct program *program, int first)
{
    const struct options *options = &program->options;
    struct run_summary runs[OPTIONS_COMPARE_MAX + 1];
    const char *name = options->resume != NULL    ? options->resume
                       : options->run_dir != NULL ? options->run_dir
                                                  : "this run";

    if (options->compare_count == 0 || program->last.epochs_done == 0)
        return;
    run_summary_init(&runs[0], name, &options->settings, &program->last);
    for (int i = 0; i < options->compare_count; i++) {
        const struct past_run *past = &program->compared[i];
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

static bool report(const struct options *options, struct error *error)
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

/* ---- training ---- */

/* Runs the trainer under the front end asked for; the last snapshot stays behind. */
static bool watch(struct program *program, bool terminal, struct error *error)
{
    const struct trainer_options options = {
        .data = &program->data,
        .model = &program->model,
        .kernels = program->kernels,
        .settings = program->options.settings,
        .threads = program->threads,
        .start = &program->start,
        .paused = program->options.paused,
        .runlog = program->runlog,
        .checkpoint_every = program->options.checkpoint_every,
        .notify = signals_wake,
    };
    const struct dashboard_options look = {
        .glyphs = program->options.glyphs,
        .color = program->options.color,
        .view = program->options.view,
        .mouse = !program->options.no_mouse,
        .saves = program->runlog != NULL,
        .compared = program->compared,
        .compared_count = program->options.compare_count,
        .settings = &program->options.settings,
        .data = &program->data,
        .model = &program->model,
        .kernels = program->kernels,
    };
    struct trainer *trainer = trainer_new(&options, error);

    if (trainer == NULL)
        return false;
    bool shown = terminal ? dashboard_run(&look, trainer, &program->last, error)
                          : report_run(trainer, program->options.action == ACTION_TRAIN,
                                       &program->last, error);
    trainer_free(trainer);
    if (shown && program->options.action == ACTION_SNAPSHOT)
        shown = dashboard_print(stdout, &look, &program->last, program->options.columns,
                                program->options.rows, error);
    return shown;
}

/* One run from its start to its results. */
static bool train_one(struct program *program, bool terminal, struct error *error)
{
    const struct options *options = &program->options;
    const int first = terminal ? 1 : 0;

    memset(&program->last, 0, sizeof program->last); /* another seed's */
    if (!(options->resume != NULL ? resume_run(program, error) : start_run(program, error)))
        return false;
    if (options->series)
        printf("SEED: %" PRIu64 "\n", options->settings.seed);
    bool trained = watch(program, terminal, error);
    if (trained && program->last.error.kind != ERROR_NONE) {
        *error = program->last.error;
        trained = false;
    }
    if (options->action == ACTION_TRAIN && signals_ending() == 0) {
        report_results(stdout, &program->model, &program->last, first);
        report_compared(program, first);
    }
    return trained;
}

/* ---- a series of seeds ---- */

/* Lets the next run be the one with that seed, in a directory of its own. */
static bool choose_seed(struct program *program, uint64_t seed, struct error *error)
{
    struct options *options = &program->options;
    char *path = program->seed_directory;

    options->settings.seed = seed;
    if (program->series == NULL)
        return true;
    options->run_dir = path;
    return snprintf(path, PATH_MAX, "%s/seed-%" PRIu64, program->series, seed) < PATH_MAX ||
           error_set(error, ERROR_SYSTEM, "%s: the path is too long", program->series);
}

/* Whether there is room for all: none of the directories may hold a run. */
static bool check_seeds(struct program *program, uint64_t first, struct error *error)
{
    bool good = true;

    for (uint64_t seed = first; good && seed <= program->options.last_seed; seed++)
        good = choose_seed(program, seed, error) &&
               (program->series == NULL || runlog_none_in(program->seed_directory, error));
    return good;
}

/* Ends with the first run that fails or is stopped; those finished count. */
static bool train_seeds(struct program *program, struct error *error)
{
    const struct options *options = &program->options;
    const uint64_t first = options->settings.seed, last = options->last_seed;
    struct run_summary *runs = memory_new((size_t)(last - first) + 1, sizeof *runs, error);
    int finished = 0;

    program->series = options->run_dir;
    bool good = runs != NULL && check_seeds(program, first, error);
    for (uint64_t seed = first; good && seed <= last && signals_ending() == 0; seed++) {
        good = choose_seed(program, seed, error) && train_one(program, false, error);
        runlog_free(program->runlog);
        program->runlog = NULL;
        if (good && program->last.state == SNAPSHOT_FINISHED)
            run_summary_init(&runs[finished++], "", &options->settings, &program->last);
    }
    report_seeds(stdout, runs, finished);
    free(runs);
    return good;
}

static bool train(struct program *program, struct error *error)
{
    struct options *options = &program->options;
    bool terminal = options->action == ACTION_TRAIN && !options->headless && term_wanted();

    if (options_given(options, "batch_size") &&
        options->settings.batch_size > program->data.train.count)
        return error_set(error, ERROR_USAGE,
                         "--batch-size: larger than the data (expected at most %d, got %d)",
                         program->data.train.count, options->settings.batch_size);
    if (options->paused && !terminal)
        return error_set(error, ERROR_USAGE,
                         "--paused needs the dashboard: without it nothing could resume the run");
    if (terminal && !term_check(error))
        return false;
    if (!read_compared(program, error))
        return false;
    return options->series ? train_seeds(program, error) : train_one(program, terminal, error);
}

/* ---- the whole ---- */

static bool run_action(struct program *program, struct error *error)
{
    switch (program->options.action) {
    case ACTION_HELP: options_help(stdout); return true;
    case ACTION_VERSION: print_version(); return true;
    case ACTION_MODELS: print_models(); return true;
    case ACTION_SUMMARY: report_summary(stdout, &program->model); return true;
    case ACTION_STATS:
        report_statistics(stdout, &program->data, program->options.settings.validate > 0);
        return true;
    case ACTION_EVAL: return evaluate(program, error);
    case ACTION_REPORT: return report(&program->options, error);
    case ACTION_TRAIN:
    case ACTION_SNAPSHOT: break;
    }
    return train(program, error);
}

static bool load_data(struct program *program, struct error *error)
{
    const int held_out = program->options.settings.validate;

    return dataset_load(&program->data, program->data_directory, error) &&
           (held_out == 0 || dataset_hold_out(&program->data, held_out, error));
}

static bool run(struct program *program, int argc, char *argv[], struct error *error)
{
    struct options *options = &program->options;

    if (!options_parse(options, NULL, argc, argv, error))
        return false;
    bool talk_only = options->action == ACTION_HELP || options->action == ACTION_VERSION ||
                     options->action == ACTION_MODELS || options->action == ACTION_REPORT;
    if (!talk_only && options->resume != NULL && !open_run(program, argc, argv, error))
        return false;
    bool needs_data = !talk_only && options->action != ACTION_SUMMARY;
    if (!talk_only && (!model_init(&program->model, options->settings.model, error) ||
                       (program->kernels = kernels_select(options->kernels, error)) == NULL))
        return false;
    program->threads = options->threads > 0 ? options->threads : cpu_count();
    program->data_directory = find_data(options->data);
    if (needs_data && !load_data(program, error))
        return false;
    return signals_init(error) && run_action(program, error);
}

int main(int argc, char *argv[])
{
    static struct program program; /* large: two snapshots of some 200 kB */
    struct error error = {0};

    keep_standard_streams();
    json_memory_watch();
    setlocale(LC_CTYPE, ""); /* only this: numbers keep their decimal point */
    bool done = run(&program, argc, argv, &error);
    free(program.compared);
    dataset_fini(&program.data);
    runlog_free(program.runlog);
    if ((fflush(stdout) != 0 || ferror(stdout)) && done)
        done = error_set(&error, ERROR_SYSTEM, "standard output: cannot be written: %s",
                         strerror(errno));
    if (!done)
        fprintf(stderr, "mnist-tui: %s\n", error.text);
    if (signals_ending() != 0)
        signals_raise(signals_ending());
    return done ? EXIT_SUCCESS : (int)error.kind;
}
