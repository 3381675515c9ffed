#include "options_settings.h"

#include <string.h>

static const double ONECYCLE_WARMUP = 0.3; /* as in torch.optim.lr_scheduler.OneCycleLR */

/* Sets what an --optimizer brings: PyTorch's defaults where the command line says nothing. SGD
 * keeps the recipe's. */
static void complete_optimizer(struct options *options)
{
    static const struct {
        double lr, weight_decay, eps;
    } defaults[] = {
        [OPTIMIZER_ADAM] = {1e-3, 0.0, 1e-8},
        [OPTIMIZER_ADAMW] = {1e-3, 0.01, 1e-8},
        [OPTIMIZER_RMSPROP] = {1e-2, 0.0, 1e-8},
        [OPTIMIZER_ADADELTA] = {1.0, 0.0, 1e-6},
    };
    struct settings *settings = &options->settings;
    const enum optimizer_kind kind = settings->optimizer;

    if (kind == OPTIMIZER_SGD)
        return;
    if (!options_given(options, "lr"))
        settings->lr = defaults[kind].lr;
    if (!options_given(options, "weight-decay"))
        settings->weight_decay = defaults[kind].weight_decay;
    if (!options_given(options, "eps"))
        settings->eps = defaults[kind].eps;
    if (!options_given(options, "momentum"))
        settings->momentum = 0.0;
    if (!options_given(options, "nesterov"))
        settings->nesterov = false;
}

void options_complete(struct options *options)
{
    struct settings *settings = &options->settings;

    if (settings->schedule == SCHEDULE_ONECYCLE && options_given(options, "schedule") &&
        !options_given(options, "warmup") && settings->warmup == 0.0)
        settings->warmup = ONECYCLE_WARMUP;
    complete_optimizer(options);
}

/* ---- checks ---- */

/* The name that the option of setting i has; that of a switch may have more in it. */
static void option_name(int i, char name[SETTING_TEXT_SIZE])
{
    snprintf(name, SETTING_TEXT_SIZE, "%s", setting_key(settings_at(i)));
    for (char *letter = name; *letter != '\0'; letter++)
        if (*letter == '_')
            *letter = '-';
}

bool options_check_settings(const struct options *options, struct error *error)
{
    static const char *const affine[] = {"rotate", "shift", "scale"};
    const struct settings *settings = &options->settings;
    char name[SETTING_TEXT_SIZE];

    for (size_t i = 0; i < sizeof affine / sizeof affine[0]; i++)
        if (settings->augment != AUGMENT_AFFINE && options_given(options, affine[i]))
            return error_set(error, ERROR_USAGE,
                             "--%s needs --augment=affine: without it the images are unchanged",
                             affine[i]);
    for (int i = 0; settings_at(i) != NULL; i++) {
        option_name(i, name);
        if (!settings_optimizer_has(settings->optimizer, name) && options_given(options, name))
            return error_set(error, ERROR_USAGE, "--%s means nothing to --optimizer=%s", name,
                             optimizer_name((int)settings->optimizer));
    }
    if (options_given(options, "ema") && settings->ema <= 0.0)
        return error_set(error, ERROR_USAGE,
                         "--ema: not usable (expected a number above 0 and below 1, got 0)");
    if (settings->nesterov && settings->momentum == 0.0)
        return error_set(error, ERROR_USAGE, "--nesterov needs --momentum above 0");
    return true;
}

/* ---- sweeps ---- */

/* Whether no sweep can be over the setting. */
static bool is_fixed(const char *key)
{
    return strcmp(key, "seed") == 0 || strcmp(key, "validate") == 0;
}

static bool refuse_key(const char *key, struct error *error)
{
    char all[512], name[SETTING_TEXT_SIZE];
    size_t length = 0;

    for (int i = 0; settings_at(i) != NULL && length < sizeof all; i++) {
        option_name(i, name);
        if (!is_fixed(name))
            length += (size_t)snprintf(all + length, sizeof all - length, "%s%s",
                                       length > 0 ? ", " : "", name);
    }
    return error_set(error, ERROR_USAGE, "--sweep: unknown key (expected one of %s, got '%s')", all,
                     key);
}

static bool check_axis(const struct options *options, const struct grid_axis *axis,
                       struct error *error)
{
    const char *option = options_of_setting(axis->key);
    char where[SETTING_TEXT_SIZE];
    struct settings settings;

    if (option == NULL)
        return refuse_key(axis->key, error);
    if (strcmp(axis->key, "seed") == 0)
        return error_set(error, ERROR_USAGE, "--sweep=seed: seeds are given by --seeds=A..B");
    if (strcmp(axis->key, "validate") == 0)
        return error_set(error, ERROR_USAGE,
                         "--sweep=validate: all runs of a sweep are tested on the same images");
    if (options_given(options, option))
        return error_set(error, ERROR_USAGE, "--%s cannot be given with --sweep=%s", option,
                         axis->key);
    snprintf(where, sizeof where, "--sweep=%s", axis->key);
    for (int i = 0; i < axis->count; i++)
        if (!setting_read(settings_at(settings_find(axis->key)), &settings, axis->values[i],
                          ERROR_USAGE, where, error))
            return false;
    return true;
}

bool options_check_sweep(const struct options *options, struct error *error)
{
    struct grid grid;

    if (!options_grid(options, &grid, error))
        return false;
    bool good = true;
    for (int i = 0; good && i < grid.axis_count; i++)
        good = check_axis(options, &grid.axes[i], error);
    grid_fini(&grid);
    return good;
}

bool options_grid(const struct options *options, struct grid *grid, struct error *error)
{
    *grid = (struct grid){0};
    for (int i = 0; i < options->sweep_count; i++)
        if (!grid_add(grid, options->sweeps[i], error)) {
            grid_fini(grid);
            return false;
        }
    return true;
}

bool options_check_series(const struct options *options, struct error *error)
{
    const bool seeds = options_given(options, "seeds");
    const char *other = options->action != ACTION_TRAIN           ? "another thing to do"
                        : seeds && options_given(options, "seed") ? "--seed"
                        : options->resume != NULL                 ? "--resume"
                        : options->compare_count > 0              ? "--compare"
                                                                  : NULL;

    if (options->series && other != NULL)
        return error_set(error, ERROR_USAGE, "--%s trains several runs: it cannot be given with %s",
                         seeds ? "seeds" : "sweep", other);
    return options->series || !options_given(options, "jobs") ||
           error_set(error, ERROR_USAGE, "--jobs needs --sweep or --seeds: there is one run alone");
}

/* ---- outputs ---- */

/* Whether the text ends like this, and is longer. */
static bool has_suffix(const char *text, const char *suffix)
{
    const size_t length = strlen(text), end = strlen(suffix);

    return length > end && strcmp(text + length - end, suffix) == 0;
}

bool options_is_picture(const char *output)
{
    return has_suffix(output, ".svg");
}

bool options_check_output(const struct options *options, struct error *error)
{
    if (strcmp(options->format, "markdown") == 0 && options->action != ACTION_REPORT)
        return error_set(error, ERROR_USAGE, "--format=markdown needs --report");
    if (options->action == ACTION_IMPORT && options->output == NULL)
        return error_set(error, ERROR_USAGE, "--import needs --output=DIR: where to write it?");
    if (options->action == ACTION_SNAPSHOT && options->output != NULL &&
        !options_is_picture(options->output) && !has_suffix(options->output, ".txt"))
        return error_set(error, ERROR_USAGE,
                         "--output: %s is neither a picture nor a text (expected .svg or .txt)",
                         options->output);
    if (options->action == ACTION_CONVERT && options->output == NULL)
        return error_set(error, ERROR_USAGE, "--convert needs --output=FILE: where to write it?");
    return true;
}
