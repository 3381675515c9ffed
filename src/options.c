#include "options.h"

#include "support/number.h"
#include "support/words.h"
#include "train/recipe.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_ONLY = 256, OPTIONS_MAX = 64 };

static const double ONECYCLE_WARMUP = 0.3; /* as torch.optim.lr_scheduler.OneCycleLR has it */

enum { THREADS_MAX = 1024, SNAPSHOT_MAX = 1000 };

/* Reads one option's argument into *options. */
typedef bool reader(struct options *options, const char *argument, struct error *error);

struct entry {
    const char *group; /* begins a group in --help; then nothing else is set */
    char letter;       /* 0: none */
    const char *name, *argument, *help;
    reader *read; /* NULL: it is one of the settings */
};

/* ---- arguments ---- */

static bool read_int(const char *name, const char *text, int low, int high, int *number,
                     struct error *error)
{
    uint64_t wide;

    if (!number_read_whole(text, (uint64_t)low, (uint64_t)high, &wide))
        return error_set(error, ERROR_USAGE,
                         "--%s: not a usable number (expected %d to %d, got '%s')", name, low, high,
                         text);
    *number = (int)wide;
    return true;
}

/* *chosen gets which of the words it is. */
static bool read_word(const char *name, const char *text, words_function *word, int *chosen,
                      struct error *error)
{
    char all[256];

    *chosen = words_find(word, text);
    if (*chosen >= 0)
        return true;
    words_list(word, all, sizeof all);
    return error_set(error, ERROR_USAGE, "--%s: unknown word (expected %s, got '%s')", name, all,
                     text);
}

/* *chosen gets the word itself. */
static bool read_name(const char *name, const char *text, words_function *word, const char **chosen,
                      struct error *error)
{
    int i;

    if (!read_word(name, text, word, &i, error))
        return false;
    *chosen = word(i);
    return true;
}

static bool read_setting(struct options *options, const char *name, const char *text,
                         struct error *error)
{
    const int index = settings_find(name);
    char where[SETTING_TEXT_SIZE];

    snprintf(where, sizeof where, "--%s", name);
    options->given |= 1U << index;
    return setting_read(settings_at(index), &options->settings, text, ERROR_USAGE, where, error);
}

static bool read_path(const char *name, const char *text, const char **path, struct error *error)
{
    if (*text == '\0')
        return error_set(error, ERROR_USAGE, "--%s: the path is empty", name);
    *path = text;
    return true;
}

/* ---- one reader an option ---- */

static bool set_action(struct options *options, enum action action, struct error *error)
{
    if (options->action != ACTION_TRAIN && options->action != action)
        return error_set(error, ERROR_USAGE,
                         "only one of --summary, --stats, --eval, --report, --snapshot and "
                         "--model=list can be asked for at once");
    options->action = action;
    return true;
}

static bool read_data(struct options *options, const char *argument, struct error *error)
{
    return read_path("data", argument, &options->data, error);
}

static bool read_model(struct options *options, const char *argument, struct error *error)
{
    return strcmp(argument, "list") == 0 ? set_action(options, ACTION_MODELS, error)
                                         : read_setting(options, "model", argument, error);
}

static bool read_init(struct options *options, const char *argument, struct error *error)
{
    return read_path("init", argument, &options->init, error);
}

static bool read_nesterov(struct options *options, const char *argument, struct error *error)
{
    (void)argument;
    return read_setting(options, "nesterov", "true", error);
}

/* The recipe has been taken before all other options: see take_recipe. */
static bool read_recipe(struct options *options, const char *argument, struct error *error)
{
    return read_setting(options, "recipe", argument, error);
}

/* A..B: both are numbers as --seed takes them. */
static bool read_seeds(struct options *options, const char *argument, struct error *error)
{
    const char *dots = strstr(argument, "..");
    uint64_t first, last;
    char low[24] = "";

    if (dots != NULL && dots - argument < (int)sizeof low)
        memcpy(low, argument, (size_t)(dots - argument));
    if (dots == NULL || !number_read_whole(low, 0, LLONG_MAX, &first) ||
        !number_read_whole(dots + 2, first, LLONG_MAX, &last) || last - first >= OPTIONS_SEEDS_MAX)
        return error_set(error, ERROR_USAGE,
                         "--seeds: not a range of seeds (expected A..B, A at most B, at most %d "
                         "seeds, got '%s')",
                         OPTIONS_SEEDS_MAX, argument);
    options->settings.seed = first;
    options->last_seed = last;
    options->series = options->headless = true;
    return true;
}

static bool read_no_shuffle(struct options *options, const char *argument, struct error *error)
{
    (void)argument;
    return read_setting(options, "shuffle", "false", error);
}

static bool read_threads(struct options *options, const char *argument, struct error *error)
{
    return read_int("threads", argument, 1, THREADS_MAX, &options->threads, error);
}

static bool read_kernels(struct options *options, const char *argument, struct error *error)
{
    (void)error;
    options->kernels = argument; /* which there are, the machine tells later */
    return true;
}

static bool read_paused(struct options *options, const char *argument, struct error *error)
{
    (void)argument, (void)error;
    options->paused = true;
    return true;
}

static bool read_run_dir(struct options *options, const char *argument, struct error *error)
{
    return read_path("run-dir", argument, &options->run_dir, error);
}

static bool read_resume(struct options *options, const char *argument, struct error *error)
{
    return read_path("resume", argument, &options->resume, error);
}

static bool read_checkpoint_every(struct options *options, const char *argument,
                                  struct error *error)
{
    options->checkpoint_every_given = true;
    if (!number_read(argument, &options->checkpoint_every))
        return error_set(error, ERROR_USAGE, "--checkpoint-every: not a finite number (got '%s')",
                         argument);
    if (options->checkpoint_every < 0.0)
        return error_set(error, ERROR_USAGE,
                         "--checkpoint-every: out of range (expected 0 or more seconds, got '%s')",
                         argument);
    return true;
}

static bool read_compare(struct options *options, const char *argument, struct error *error)
{
    if (options->compare_count == OPTIONS_COMPARE_MAX)
        return error_set(error, ERROR_USAGE, "--compare: too many runs (expected at most %d)",
                         OPTIONS_COMPARE_MAX);
    return read_path("compare", argument, &options->compare[options->compare_count++], error);
}

static bool read_headless(struct options *options, const char *argument, struct error *error)
{
    (void)argument, (void)error;
    options->headless = true;
    return true;
}

static const char *glyphs_word(int i)
{
    static const char *const words[] = {"auto", "braille", "block", "ascii", NULL};

    return words[i];
}

static bool read_glyphs(struct options *options, const char *argument, struct error *error)
{
    return read_name("glyphs", argument, glyphs_word, &options->glyphs, error);
}

static const char *color_word(int i)
{
    static const char *const words[] = {"auto", "always", "never", NULL};

    return words[i];
}

static bool read_color(struct options *options, const char *argument, struct error *error)
{
    return read_name("color", argument, color_word, &options->color, error);
}

static bool read_no_mouse(struct options *options, const char *argument, struct error *error)
{
    (void)argument, (void)error;
    options->no_mouse = true;
    return true;
}

static bool read_view(struct options *options, const char *argument, struct error *error)
{
    int chosen;

    if (!read_word("view", argument, layout_view_name, &chosen, error))
        return false;
    options->view = (enum view)chosen;
    return true;
}

static bool read_snapshot(struct options *options, const char *argument, struct error *error)
{
    char columns[8] = "";
    const char *cross = strchr(argument, 'x');
    struct error ignored;

    if (cross != NULL && cross - argument < (int)sizeof columns)
        memcpy(columns, argument, (size_t)(cross - argument));
    if (cross == NULL ||
        !read_int("snapshot", columns, 1, SNAPSHOT_MAX, &options->columns, &ignored) ||
        !read_int("snapshot", cross + 1, 1, SNAPSHOT_MAX, &options->rows, &ignored))
        return error_set(error, ERROR_USAGE,
                         "--snapshot: not a size (expected COLSxROWS of 1 to %d each, got '%s')",
                         SNAPSHOT_MAX, argument);
    return set_action(options, ACTION_SNAPSHOT, error);
}

static bool read_summary(struct options *options, const char *argument, struct error *error)
{
    (void)argument;
    return set_action(options, ACTION_SUMMARY, error);
}

static bool read_stats(struct options *options, const char *argument, struct error *error)
{
    (void)argument;
    return set_action(options, ACTION_STATS, error);
}

static bool read_eval(struct options *options, const char *argument, struct error *error)
{
    return read_path("eval", argument, &options->eval, error) &&
           set_action(options, ACTION_EVAL, error);
}

static bool read_export(struct options *options, const char *argument, struct error *error)
{
    return read_path("export", argument, &options->export, error);
}

static bool read_report(struct options *options, const char *argument, struct error *error)
{
    (void)argument;
    return set_action(options, ACTION_REPORT, error);
}

static const char *format_word(int i)
{
    static const char *const words[] = {"text", "csv", "jsonl", NULL};

    return words[i];
}

static bool read_format(struct options *options, const char *argument, struct error *error)
{
    return read_name("format", argument, format_word, &options->format, error);
}

/* --help and --version win over everything that follows: options_parse stops at them. */
static bool read_help(struct options *options, const char *argument, struct error *error)
{
    (void)argument, (void)error;
    options->action = ACTION_HELP;
    return true;
}

static bool read_version(struct options *options, const char *argument, struct error *error)
{
    (void)argument, (void)error;
    options->action = ACTION_VERSION;
    return true;
}

/* ---- the table ---- */

static const struct entry entries[] = {
    {.group = "Data and model"},
    {NULL, 'd', "data", "DIR",
     "the four .gz files (default: $MNIST_TUI_DATA, ./data, then the "
     "installed copy)",
     read_data},
    {NULL, 'm', "model", "NAME", "basic (default), nofc, slim, deep or tiny; list tells of them",
     read_model},
    {NULL, 'i', "init", "FILE", "start from the weights in a checkpoint", read_init},
    {.group = "Training"},
    {NULL, 0, "recipe", "NAME", "reference (default), best or tiny: a model and all of the below",
     read_recipe},
    {NULL, 'e', "epochs", "N", "epochs to train (default 20)", NULL},
    {NULL, 'b', "batch-size", "N", "images a batch (default 64)", NULL},
    {NULL, 0, "lr", "F", "learning rate, the highest of a schedule (default 0.01)", NULL},
    {NULL, 0, "momentum", "F", "momentum of gradient descent (default 0.9)", NULL},
    {NULL, 0, "nesterov", NULL, "Nesterov's momentum", read_nesterov},
    {NULL, 0, "weight-decay", "F", "L2 regularisation of all parameters (default 0)", NULL},
    {NULL, 0, "schedule", "NAME", "of the learning rate: none (default), step, cosine or onecycle",
     NULL},
    {NULL, 0, "warmup", "F",
     "share of the run over which the learning rate rises (default 0; onecycle 0.3)", NULL},
    {NULL, 0, "dropout", "F", "share of the last features to drop (default 0)", NULL},
    {NULL, 0, "label-smoothing", "F", "weight of a label that all classes share (default 0)", NULL},
    {NULL, 0, "augment", "NAME", "of the training images: none (default) or affine", NULL},
    {NULL, 0, "rotate", "F", "affine: at most so many degrees (default 9)", NULL},
    {NULL, 0, "shift", "F", "affine: at most so many pixels (default 2)", NULL},
    {NULL, 0, "scale", "F", "affine: at most so much larger or smaller (default 0.08)", NULL},
    {NULL, 0, "validate", "N", "test on the last N training images, held out (default 0)", NULL},
    {NULL, 's', "seed", "N", "seed of all that is drawn at random (default 1)", NULL},
    {NULL, 0, "seeds", "A..B", "train headless with one seed after the other, then statistics",
     read_seeds},
    {NULL, 0, "no-shuffle", NULL, "keep the images in file order", read_no_shuffle},
    {NULL, 'j', "threads", "N", "threads that train (default: the processors this process may use)",
     read_threads},
    {NULL, 0, "kernels", "NAME", "auto (default), or one of those --version lists", read_kernels},
    {NULL, 'p', "paused", NULL, "start paused", read_paused},
    {.group = "Runs"},
    {NULL, 'o', "run-dir", "DIR",
     "write checkpoints and metrics here (created; must not hold a run)", read_run_dir},
    {NULL, 'r', "resume", "DIR", "go on with the run in DIR", read_resume},
    {NULL, 0, "checkpoint-every", "S",
     "also save each S seconds within an epoch (default 30; 0: each batch)", read_checkpoint_every},
    {NULL, 0, "compare", "DIR", "show the run in DIR beside this one (several: up to 8 times)",
     read_compare},
    {.group = "Front end"},
    {NULL, 0, "headless", NULL, "plain text (automatic when the output is no terminal)",
     read_headless},
    {NULL, 0, "glyphs", "SET", "auto (default), braille, block or ascii", read_glyphs},
    {NULL, 0, "color", "WHEN", "auto (default), always or never; NO_COLOR is honoured", read_color},
    {NULL, 0, "snapshot", "COLSxROWS", "train headless, then print the last frame as plain text",
     read_snapshot},
    {NULL, 0, "view", "NAME", "overview (default), plots, model, samples, confusion or draw",
     read_view},
    {NULL, 0, "no-mouse", NULL, "leave the mouse to the terminal", read_no_mouse},
    {.group = "Without training"},
    {NULL, 0, "summary", NULL, "the layer table", read_summary},
    {NULL, 0, "stats", NULL, "the data set's statistics", read_stats},
    {NULL, 0, "eval", "FILE", "loss and accuracy of a checkpoint on the test set", read_eval},
    {NULL, 0, "export", "FILE",
     "with --eval: predictions as CSV (index,label,prediction,loss,p0..p9)", read_export},
    {NULL, 0, "report", NULL, "a table of the runs in the directories that follow", read_report},
    {NULL, 0, "format", "NAME", "with --report: text (default), csv or jsonl", read_format},
    {NULL, 'h', "help", NULL, "this text", read_help},
    {NULL, 'V', "version", NULL, "the version, and the kernels that were built", read_version},
};

enum { ENTRY_COUNT = sizeof entries / sizeof entries[0] };

void options_help(FILE *file)
{
    fputs("Usage: mnist-tui [OPTION]...\n"
          "       mnist-tui --report [--format=NAME] DIR...\n"
          "Trains a small convolutional network on MNIST while you watch and steer it.\n",
          file);
    for (int i = 0; i < ENTRY_COUNT; i++) {
        const struct entry *entry = &entries[i];
        char name[48], letter[8] = "    ";
        if (entry->group != NULL) {
            fprintf(file, "\n%s\n", entry->group);
            continue;
        }
        if (entry->letter != 0)
            snprintf(letter, sizeof letter, "-%c, ", entry->letter);
        snprintf(name, sizeof name, "--%s%s%s", entry->name, entry->argument != NULL ? "=" : "",
                 entry->argument != NULL ? entry->argument : "");
        fprintf(file, "  %s%-22s %s\n", letter, name, entry->help);
    }
    fputs("\nKeys: ? lists them while the program runs. The manual: man mnist-tui.\n", file);
}

/* ---- parsing ---- */

/* getopt_long's view of the table: the value of a long option is its index behind LONG_ONLY. */
static void make_getopt(struct option long_options[OPTIONS_MAX],
                        char short_options[OPTIONS_MAX * 2])
{
    *short_options++ = ':'; /* tell a missing argument from an unknown option */
    for (int i = 0; i < ENTRY_COUNT; i++) {
        const struct entry *entry = &entries[i];
        if (entry->group != NULL)
            continue;
        *long_options++ =
            (struct option){entry->name, entry->argument != NULL ? required_argument : no_argument,
                            NULL, LONG_ONLY + i};
        if (entry->letter == 0)
            continue;
        *short_options++ = entry->letter;
        if (entry->argument != NULL)
            *short_options++ = ':';
    }
    *long_options = (struct option){0};
    *short_options = '\0';
}

static const struct entry *find_entry(int found)
{
    if (found >= LONG_ONLY)
        return &entries[found - LONG_ONLY];
    for (int i = 0; i < ENTRY_COUNT; i++)
        if (entries[i].letter == found && found != 0)
            return &entries[i];
    return NULL;
}

/* Says what getopt_long did not like: ':' a missing argument, '?' the rest. It leaves a bad letter
 * in optopt, in a word that it may not be done with, and has put a bad long option behind it. */
static bool refuse(int found, int argc, char *argv[], struct error *error)
{
    const char *word = argv[optind - 1];
    char letter[3] = {'-', (char)optopt, '\0'};

    if (optopt > 0 && optopt < 0x80)
        word = letter;
    else if (optopt != 0 && optopt < LONG_ONLY && optind < argc &&
             strchr(argv[optind], (char)optopt) != NULL)
        word = argv[optind];
    return error_set(error, ERROR_USAGE, "%s: %s (see --help)", word,
                     found == ':'          ? "its argument is missing"
                     : optopt >= LONG_ONLY ? "takes no argument"
                                           : "unknown option");
}

bool options_given(const struct options *options, const char *key)
{
    return (options->given >> settings_find(key) & 1U) != 0;
}

static bool check_settings(const struct options *options, struct error *error)
{
    static const char *const affine[] = {"rotate", "shift", "scale"};
    const struct settings *settings = &options->settings;

    for (size_t i = 0; i < sizeof affine / sizeof affine[0]; i++)
        if (settings->augment != AUGMENT_AFFINE && options_given(options, affine[i]))
            return error_set(error, ERROR_USAGE,
                             "--%s needs --augment=affine: the images are left as they are",
                             affine[i]);
    if (settings->nesterov && settings->momentum == 0.0)
        return error_set(error, ERROR_USAGE, "--nesterov needs --momentum above 0");
    return true;
}

static bool check_series(const struct options *options, struct error *error)
{
    const char *other = options->action != ACTION_TRAIN  ? "another thing to do"
                        : options_given(options, "seed") ? "--seed"
                        : options->resume != NULL        ? "--resume"
                        : options->compare_count > 0     ? "--compare"
                                                         : NULL;

    return !options->series || other == NULL ||
           error_set(error, ERROR_USAGE,
                     "--seeds trains one new run after the other: it cannot be given with %s",
                     other);
}

static bool check_report(const struct options *options, struct error *error)
{
    if (options->action != ACTION_REPORT && options->format != NULL)
        return error_set(error, ERROR_USAGE, "--format needs --report: there is no other table");
    if (options->action == ACTION_REPORT && options->report_count == 0)
        return error_set(error, ERROR_USAGE,
                         "--report needs the directories of runs (such as: --report run-1 run-2)");
    if (options->action != ACTION_REPORT && options->report_count > 0)
        return error_set(error, ERROR_USAGE,
                         "%s: not expected here (every argument is an option; see --help)",
                         options->report[0]);
    return true;
}

static bool check_together(const struct options *options, struct error *error)
{
    bool trains = options->action == ACTION_TRAIN || options->action == ACTION_SNAPSHOT;

    if (options->export != NULL && options->action != ACTION_EVAL)
        return error_set(error, ERROR_USAGE, "--export needs --eval=FILE: whose predictions?");
    if (options->paused && (options->headless || options->action == ACTION_SNAPSHOT))
        return error_set(error, ERROR_USAGE,
                         "--paused needs the dashboard: without it nothing could resume the run");
    if (!trains && options->run_dir != NULL)
        return error_set(error, ERROR_USAGE, "--run-dir needs training: nothing would be written");
    if (!trains && options->resume != NULL)
        return error_set(error, ERROR_USAGE, "--resume needs training: there is no run to go on");
    if (options->resume != NULL && (options->run_dir != NULL || options->init != NULL))
        return error_set(error, ERROR_USAGE,
                         "--resume goes on in its directory, with its weights: %s cannot be given",
                         options->run_dir != NULL ? "--run-dir" : "--init");
    if (options->checkpoint_every_given && options->run_dir == NULL && options->resume == NULL)
        return error_set(error, ERROR_USAGE,
                         "--checkpoint-every needs --run-dir or --resume: where to?");
    if (!trains && options->init != NULL)
        return error_set(error, ERROR_USAGE, "--init needs training (did you mean --eval?)");
    if (!trains && options->compare_count > 0)
        return error_set(error, ERROR_USAGE, "--compare needs training (did you mean --report?)");
    return check_series(options, error) && check_report(options, error);
}

/* Begins with the settings of the last --recipe, so that whatever else is given wins. A recipe that
 * there is not is refused later, in its turn. */
static void take_recipe(struct options *options, int argc, char *argv[],
                        const struct option *long_options, const char *short_options)
{
    struct settings *settings = &options->settings;
    const uint64_t seed = settings->seed;
    int found;

    while ((found = getopt_long(argc, argv, short_options, long_options, NULL)) != -1)
        for (int i = 0; optarg != NULL && recipe_name(i) != NULL; i++)
            if (found >= LONG_ONLY && find_entry(found)->read == read_recipe &&
                strcmp(recipe_name(i), optarg) == 0)
                *settings = *recipe_settings(i);
    settings->seed = seed;
    optind = 1; /* the same command line, once more */
}

static bool take(struct options *options, const struct entry *entry, struct error *error)
{
    return entry->read != NULL ? entry->read(options, optarg, error)
                               : read_setting(options, entry->name, optarg, error);
}

/* What is left to the program where neither the command line nor a recipe says it. */
static void complete(struct options *options)
{
    struct settings *settings = &options->settings;

    if (settings->schedule == SCHEDULE_ONECYCLE && options_given(options, "schedule") &&
        !options_given(options, "warmup") && settings->warmup == 0.0)
        settings->warmup = ONECYCLE_WARMUP;
}

bool options_parse(struct options *options, const struct settings *run, int argc, char *argv[],
                   struct error *error)
{
    struct option long_options[OPTIONS_MAX];
    char short_options[OPTIONS_MAX * 2];
    int found;

    *options = (struct options){
        .settings = run != NULL ? *run : *recipe_settings(0),
        .checkpoint_every = 30.0,
        .kernels = "auto",
        .glyphs = "auto",
        .color = "auto",
    };
    if (argc < 1)
        return error_set(error, ERROR_USAGE, "started without a program name");
    make_getopt(long_options, short_options);
    opterr = 0;
    if (run != NULL)
        optind = 1;
    take_recipe(options, argc, argv, long_options, short_options);
    while ((found = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
        if (found == ':' || found == '?')
            return refuse(found, argc, argv, error);
        if (!take(options, find_entry(found), error))
            return false;
        if (options->action == ACTION_HELP || options->action == ACTION_VERSION)
            return true;
    }
    if (run == NULL || options_given(options, "recipe"))
        complete(options);
    options->report = argv + optind;
    options->report_count = argc - optind;
    const bool settled = run != NULL || options->resume == NULL; /* else the run adds its own */
    if ((settled && !check_settings(options, error)) || !check_together(options, error))
        return false;
    if (options->format == NULL)
        options->format = "text";
    return true;
}
