#include "actions/series_plan.h"

#include "nn/cpu.h"
#include "support/checksum.h"
#include "support/memory.h"
#include "train/needs.h"
#include "train/network.h"
#include "train/start.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VALUE_MAX = 32,                       /* bytes of a value in a name */
    NAME_MAX_SIZE = SWEEP_NAME_SIZE - 32, /* of a name without the seed */
};

/* ---- names ---- */

/* Adds a text to a name; bytes that could mean something to a shell or a file system become '_'. A
 * text that was changed or cut gets 8 digits of its checksum, so that names stay different. */
static void add_value(char name[SWEEP_NAME_SIZE], const char *text)
{
    const size_t size = strlen(text), used = size < VALUE_MAX ? size : VALUE_MAX;
    char value[VALUE_MAX + 1] = "";
    size_t length = strlen(name);

    for (size_t i = 0; i < used; i++) {
        const char c = text[i];
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '+' || c == '_';
        value[i] = plain ? c : '_';
    }
    length += (size_t)snprintf(name + length, SWEEP_NAME_SIZE - length, "%s", value);
    if (strcmp(value, text) != 0 && length < SWEEP_NAME_SIZE)
        snprintf(name + length, SWEEP_NAME_SIZE - length, "-%08" PRIx32,
                 (uint32_t)checksum_add(0, text, size));
}

/* The keys stand in the order of the settings: another order on the command line finds the same
 * directories. */
static bool make_name(const struct series_plan *plan, const struct settings *settings,
                      char name[SWEEP_NAME_SIZE], struct error *error)
{
    char text[SETTING_TEXT_SIZE];

    name[0] = '\0';
    for (int k = 0; settings_at(k) != NULL; k++)
        for (int i = 0; i < plan->grid.axis_count; i++) {
            const char *key = plan->grid.axes[i].key;
            const size_t length = strlen(name);
            if (settings_find(key) != k)
                continue;
            snprintf(name + length, SWEEP_NAME_SIZE - length, "%s%s=", length > 0 ? "," : "", key);
            add_value(name, setting_write(settings_at(k), settings, text));
        }
    return strlen(name) < NAME_MAX_SIZE ||
           error_set(error, ERROR_USAGE,
                     "--sweep: the names of the runs would be too long: %s (expected fewer keys)",
                     name);
}

static void add_seed(char name[SWEEP_NAME_SIZE], uint64_t seed)
{
    const size_t length = strlen(name);

    snprintf(name + length, SWEEP_NAME_SIZE - length, "%s%" PRIu64, length > 0 ? ",seed=" : "seed-",
             seed);
}

/* ---- combinations ---- */

/* Completes the error with the combination that it is about. */
static bool blame(const struct series_plan *plan, int combination, struct error *error)
{
    const struct error own = *error;
    char text[256];

    if (plan->grid.axis_count == 0)
        return false;
    grid_describe(&plan->grid, combination, text, sizeof text);
    return error_set(error, own.kind, "--sweep: with %s: %s", text, own.text);
}

/* The network of a combination: an earlier one's if its text is the same. */
static const struct model *make_model(struct series_plan *plan, const struct setup *setup,
                                      int combination, const struct settings *settings,
                                      struct error *error)
{
    struct start *start;
    const int seeds = plan->count / plan->combinations;

    for (int c = 0; c < combination; c++) {
        const struct sweep_run *run = &plan->runs[c * seeds];
        if (strcmp(run->settings.model, settings->model) == 0)
            return run->model;
    }
    struct model *model = network_make(settings->model, network_of_data(&setup->data.train), error);
    plan->models[combination] = model;
    if (model == NULL || setup->options.init == NULL)
        return model;
    /* Whether the weights of --init suit it. */
    if ((start = memory_new(1, sizeof *start, error)) == NULL)
        return NULL;
    const bool suits = start_new(start, model, settings, &setup->data, setup->options.init, error);
    start_fini(start);
    free(start);
    return suits ? model : NULL;
}

/* Makes the runs of a combination, as yet with the model's text as it was given. */
static bool choose(struct series_plan *plan, const struct setup *setup, int combination,
                   struct error *error)
{
    const int seeds = plan->count / plan->combinations, images = setup->data.train.count;
    struct sweep_run *run = &plan->runs[combination * seeds];
    struct options options;

    if (!options_choose(&options, &setup->options, &plan->grid, combination, error))
        return false;
    run->settings = options.settings;
    if (!options_given(&options, "normalize"))
        run->settings.normalize = setup->options.settings.normalize;
    if (options_given(&options, "batch-size") && run->settings.batch_size > images)
        return error_set(error, ERROR_USAGE,
                         "--batch-size: larger than the data (expected at most %d, got %d)", images,
                         run->settings.batch_size);
    plan->data[combination] = setup->data;
    dataset_set_normalization(&plan->data[combination], run->settings.normalize.mean,
                              run->settings.normalize.deviation);
    run->data = &plan->data[combination];
    run->model = make_model(plan, setup, combination, &run->settings, error);
    return run->model != NULL &&
           needs_check(run->model, &run->settings, images, plan->threads, error);
}

/* Names the runs of a combination and gives each its seed. */
static bool spread(struct series_plan *plan, const struct setup *setup, int combination,
                   struct error *error)
{
    const int seeds = plan->count / plan->combinations;
    struct sweep_run *runs = &plan->runs[combination * seeds];

    runs->settings.model = runs->model->name;
    if (!make_name(plan, &runs->settings, runs->name, error))
        return false;
    for (int c = 0; c < combination; c++) {
        const struct sweep_run *other = &plan->runs[c * seeds];
        const size_t length = strlen(runs->name);
        if (strncmp(other->name, runs->name, length) == 0 && other->name[length] == ',')
            return error_set(error, ERROR_USAGE, "--sweep: two runs would be the same, %s",
                             runs->name);
    }
    for (int i = seeds - 1; i >= 0; i--) {
        runs[i] = runs[0];
        runs[i].settings.seed = setup->options.settings.seed + (uint64_t)i;
        add_seed(runs[i].name, runs[i].settings.seed);
    }
    return true;
}

/* ---- all of it ---- */

/* Sets how many threads a run has, and how many runs are at work at once. */
static void share_processors(struct series_plan *plan, const struct setup *setup)
{
    const struct options *options = &setup->options;
    const int processors = cpu_count();
    int jobs = options->jobs;

    if (jobs == 0 && options->threads == 0 && options->sweep_count > 0)
        jobs = processors;
    if (jobs > plan->count)
        jobs = plan->count;
    plan->threads = options->threads > 0 ? options->threads
                    : jobs > 0           ? processors / jobs
                                         : processors;
    if (plan->threads < 1)
        plan->threads = 1;
    if (jobs == 0)
        jobs = processors / plan->threads;
    plan->jobs = jobs < 1 ? 1 : jobs > plan->count ? plan->count : jobs;
}

/* Whether there is memory for as many of the largest run as can be at work at once. */
static bool check_memory(const struct series_plan *plan, const struct setup *setup,
                         struct error *error)
{
    const size_t limit = memory_limit();
    size_t most = 0, bytes;

    for (int c = 0; c < plan->combinations; c++) {
        const struct sweep_run *run = &plan->runs[c * (plan->count / plan->combinations)];
        if (!needs_memory(run->model, &run->settings, setup->data.train.count, plan->threads,
                          &bytes, error))
            return false;
        most = bytes > most ? bytes : most;
    }
    return most <= limit / (size_t)plan->jobs ||
           error_set(error, ERROR_SYSTEM,
                     "--jobs: %d runs at once take more memory than there is (expected at most "
                     "%zu bytes each, got %zu)",
                     plan->jobs, limit / (size_t)plan->jobs, most);
}

static bool allocate(struct series_plan *plan, struct error *error)
{
    const size_t combinations = (size_t)plan->combinations;

    return (plan->data = memory_new(combinations, sizeof *plan->data, error)) != NULL &&
           (plan->models = memory_new(combinations, sizeof(struct model *), error)) != NULL &&
           (plan->runs = memory_new((size_t)plan->count, sizeof *plan->runs, error)) != NULL;
}

static bool make(struct series_plan *plan, const struct setup *setup, struct error *error)
{
    const struct options *options = &setup->options;
    const uint64_t more = options->last_seed - options->settings.seed;

    if (!options_grid(options, &plan->grid, error))
        return false;
    plan->combinations = grid_count(&plan->grid);
    if ((uint64_t)plan->combinations > GRID_COUNT_MAX / (more + 1))
        return error_set(error, ERROR_USAGE, "--sweep: too many runs (expected at most %d)",
                         GRID_COUNT_MAX);
    plan->count = plan->combinations * (int)(more + 1);
    share_processors(plan, setup);
    if (!allocate(plan, error))
        return false;
    for (int c = 0; c < plan->combinations; c++)
        if (!choose(plan, setup, c, error))
            return blame(plan, c, error);
    for (int c = 0; c < plan->combinations; c++)
        if (!spread(plan, setup, c, error))
            return false;
    return check_memory(plan, setup, error);
}

bool series_plan_init(struct series_plan *plan, const struct setup *setup, struct error *error)
{
    *plan = (struct series_plan){0};
    if (make(plan, setup, error))
        return true;
    series_plan_fini(plan);
    return false;
}

void series_plan_fini(struct series_plan *plan)
{
    for (int c = 0; plan->models != NULL && c < plan->combinations; c++)
        model_free(plan->models[c]);
    free(plan->models);
    free(plan->data);
    free(plan->runs);
    grid_fini(&plan->grid);
    *plan = (struct series_plan){0};
}
