#include "options.h"

#include "options_row.h"
#include "options_settings.h"
#include "support/number.h"
#include "support/words.h"
#include "train/recipe.h"

#include <getopt.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_ONLY = 256 }; /* getopt_long returns LONG_ONLY + row for a long option */

enum { THREADS_MAX = 1024, SNAPSHOT_MAX = 1000, IMAGE_SIDE_MIN = 4, IMAGE_SIDE_MAX = 256 };

/* Sets of actions, for `needs`. */
enum {
    TRAINS = 1 << ACTION_TRAIN | 1 << ACTION_SNAPSHOT,
    WATCHES = 1 << ACTION_TRAIN,
    EVALUATES = 1 << ACTION_EVAL,
    REPORTS = 1 << ACTION_REPORT,
    IMPORTS = 1 << ACTION_IMPORT,
    CONVERTS = 1 << ACTION_CONVERT,
    WRITES = IMPORTS | CONVERTS | 1 << ACTION_SNAPSHOT,
    PREDICTS = 1 << ACTION_PREDICT,
};

/* The values of one run of a sweep. */
struct choice {
    const struct grid *grid;
    int combination;
};

/* ---- words, and the readers of CUSTOM options ---- */

WORDS_FUNCTION(glyphs_word, "auto", "braille", "block", "ascii")
WORDS_FUNCTION(color_word, "auto", "always", "never")
WORDS_FUNCTION(theme_word, "auto", "dark", "light", "mono")
WORDS_FUNCTION(summary_word, "table", "torch")
WORDS_FUNCTION(format_word, "text", "csv", "jsonl", "markdown")
WORDS_FUNCTION(normalize_word, "none") /* beside numbers */

/* Reads two numbers in [low, high], with the separator between them. */
static bool read_pair(const char *text, const char *separator, uint64_t low, uint64_t high,
                      uint64_t *first, uint64_t *second)
{
    const char *end = strstr(text, separator);
    char number[24] = "";

    if (end != NULL && end - text < (long)sizeof number)
        memcpy(number, text, (size_t)(end - text));
    return end != NULL && number_read_whole(number, low, high, first) &&
           number_read_whole(end + strlen(separator), low, high, second);
}

/* The seeds have the limits of --seed. */
static bool read_seeds(struct options *options, const char *text)
{
    options->series = options->headless = true;
    return read_pair(text, "..", 0, LLONG_MAX, &options->settings.seed, &options->last_seed) &&
           options->last_seed >= options->settings.seed &&
           options->last_seed - options->settings.seed < OPTIONS_SEEDS_MAX;
}

static bool read_sweep(struct options *options, const char *text)
{
    options->series = options->headless = true;
    if (options->sweep_count == GRID_AXES_MAX)
        return false;
    options->sweeps[options->sweep_count++] = text; /* read by options_grid() */
    return true;
}

static bool read_snapshot(struct options *options, const char *text)
{
    uint64_t columns = 0, rows = 0;
    const bool read = read_pair(text, "x", 1, SNAPSHOT_MAX, &columns, &rows);

    options->columns = (int)columns;
    options->rows = (int)rows;
    return read;
}

static bool read_size(struct options *options, const char *text)
{
    uint64_t rows = 0, columns = 0;
    const bool read = read_pair(text, "x", IMAGE_SIDE_MIN, IMAGE_SIDE_MAX, &rows, &columns);

    options->image_rows = (int)rows;
    options->image_columns = (int)columns;
    return read;
}

static bool read_test_share(struct options *options, const char *text)
{
    return number_read(text, &options->test_share) && options->test_share > 0.0 &&
           options->test_share < 1.0;
}

static bool read_compare(struct options *options, const char *text)
{
    if (options->compare_count == OPTIONS_COMPARE_MAX || *text == '\0')
        return false;
    options->compare[options->compare_count++] = text;
    return true;
}

/* ---- the table ---- */

#define STORED(kind_, member) .kind = kind_, .offset = offsetof(struct options, member)

/* clang-format off */
static const struct row rows[] = {
    {.help = "Data and model"},
    {'d', "data", "SET",
     "a directory (default $MNIST_TUI_DATA, ./data, the installed MNIST) or a name (or list)",
     STORED(PATH, data), .action = ACTION_DATA, .lists = true, .completes = ARGUMENT_DATA},
    {0, "classes", "FILE", "the names of the classes, a line each (default: those of the data)",
     STORED(PATH, classes)},
    {'m', "model", "NET", "a network's name (default basic; list: all), text, or FILE.net",
     SETTING, .action = ACTION_MODELS, .lists = true,
     .completes = ARGUMENT_NETWORK},
    {0, "normalize", "MEAN,STD", "of pixels from 0 to 1 (default: of the training images), or none",
     SETTING, .words = normalize_word},
    {'i', "init", "FILE", "start from the weights in a checkpoint",
     STORED(PATH, init), .needs = TRAINS, .because = "training (did you mean --eval?)",
     .completes = ARGUMENT_CHECKPOINT},

    {.help = "Training"},
    {0, "recipe", "NAME", "reference (default), best or tiny: a model and all settings below",
     SETTING},
    {'e', "epochs", "N", "epochs to train (default 20)", SETTING},
    {'b', "batch-size", "N", "images per batch (default 64)", SETTING},
    {0, "lr", "F", "learning rate, the highest of a schedule (default 0.01)", SETTING},
    {0, "optimizer", "NAME", "sgd (default), adam, adamw, rmsprop or adadelta", SETTING},
    {0, "momentum", "F", "of sgd (default 0.9) and rmsprop (default 0)", SETTING},
    {0, "beta1", "F", "of adam and adamw (default 0.9)", SETTING},
    {0, "beta2", "F", "of adam and adamw (default 0.999)", SETTING},
    {0, "eps", "F", "of all but sgd (default 1e-8; adadelta 1e-6)", SETTING},
    {0, "alpha", "F", "of rmsprop (default 0.99)", SETTING},
    {0, "rho", "F", "of adadelta (default 0.9)", SETTING},
    {0, "nesterov", NULL, "Nesterov's momentum", SETTING, .value = "true"},
    {0, "weight-decay", "F", "of all parameters (default 0; adamw 0.01, decoupled)", SETTING},
    {0, "schedule", "NAME", "learning rate schedule: none (default), step, cosine or onecycle",
     SETTING},
    {0, "warmup", "F",
     "share of the run over which the learning rate rises (default 0; onecycle 0.3)", SETTING},
    {0, "dropout", "F", "share of the last features to drop (default 0)", SETTING},
    {0, "label-smoothing", "F", "share of each label spread over all classes (default 0)", SETTING},
    {0, "ema", "F", "test, show and keep an average of the weights with this decay", SETTING},
    {0, "augment", "NAME", "change the training images: none (default) or affine", SETTING},
    {0, "rotate", "F", "affine: rotate by at most F degrees (default 9)", SETTING},
    {0, "shift", "F", "affine: shift by at most F pixels (default 2)", SETTING},
    {0, "scale", "F", "affine: scale by 1 - F to 1 + F (default 0.08)", SETTING},
    {0, "validate", "N", "test on the last N training images, held out (default 0)", SETTING},
    {'s', "seed", "N", "seed of everything that is random (default 1)", SETTING},
    {0, "seeds", "A..B", "train headless with each seed from A to B, then print statistics",
     CUSTOM, .read = read_seeds,
     .expects = "A..B, A at most B, at most 1000 seeds"},
    {0, "sweep", "KEY=V,...", "train headless with each value of a setting (may be given again)",
     CUSTOM, .read = read_sweep, .expects = "KEY=V1,V2,..., at most 8 times", .repeats = true},
    {0, "jobs", "N", "with --sweep or --seeds: runs at once (default: processors / threads each)",
     STORED(COUNT, jobs), .low = 1, .high = THREADS_MAX},
    {0, "no-shuffle", NULL, "keep the images in file order",
     SETTING, .setting = "shuffle", .value = "false"},
    {'j', "threads", "N", "threads that train (default: the processors this process may use)",
     STORED(COUNT, threads), .low = 1, .high = THREADS_MAX},
    {0, "kernels", "NAME", "auto (default), or one of those --version lists",
     STORED(TEXT, kernels), .completes = ARGUMENT_KERNELS},
    {'p', "paused", NULL, "start paused",
     STORED(FLAG, paused), .needs = WATCHES, .because = OPTIONS_PAUSED_NEEDS},

    {.help = "Runs"},
    {'o', "run-dir", "DIR", "write checkpoints and metrics here (created; must not hold a run)",
     STORED(PATH, run_dir), .needs = TRAINS, .because = "training: nothing would be written",
     .completes = ARGUMENT_DIRECTORY},
    {'r', "resume", "DIR", "continue the run in DIR",
     STORED(PATH, resume), .needs = TRAINS, .because = "training: there is no run to continue",
     .completes = ARGUMENT_DIRECTORY},
    {0, "checkpoint-every", "S",
     "also save every S seconds within an epoch (default 30; 0: every batch)",
     STORED(SECONDS, checkpoint_every), .expects = "0 or more seconds"},
    {0, "compare", "DIR", "show the run in DIR beside this one (may be given up to 8 times)",
     CUSTOM, .read = read_compare, .expects = "a directory, at most 8 times", .needs = TRAINS,
     .because = "training (did you mean --report?)",
     .completes = ARGUMENT_DIRECTORY, .repeats = true},

    {.help = "Front end"},
    {0, "headless", NULL, "plain text (automatic if stdout is not a terminal)",
     STORED(FLAG, headless)},
    {0, "glyphs", "SET", "auto (default), braille, block or ascii",
     STORED(NAME, glyphs), .words = glyphs_word},
    {0, "color", "WHEN", "auto (default), always or never; NO_COLOR is honoured",
     STORED(NAME, color), .words = color_word},
    {0, "theme", "NAME", "auto (default: as the terminal's background), dark, light or mono",
     STORED(NAME, theme), .words = theme_word},
    {0, "snapshot", "COLSxROWS", "train headless, then print the last frame as plain text",
     CUSTOM, .read = read_snapshot, .expects = "COLSxROWS, each 1 to 1000",
     .action = ACTION_SNAPSHOT},
    {0, "view", "NAME", "overview (default), plots, model, samples, confusion, draw or map",
     STORED(CHOICE, view), .words = layout_view_name},
    {0, "no-mouse", NULL, "leave the mouse to the terminal", STORED(FLAG, no_mouse)},

    {.help = "Without training"},
    {0, "summary", "[FORM]", "the layer table; torch: the network as PyTorch prints it",
     STORED(NAME, summary), .words = summary_word, .value = "table", .action = ACTION_SUMMARY},
    {0, "stats", NULL, "statistics of the pixels, the mean image, and images per class",
     .action = ACTION_STATS},
    {0, "eval", "FILE", "loss and accuracy of a checkpoint on the test set",
     STORED(PATH, checkpoint), .action = ACTION_EVAL, .completes = ARGUMENT_CHECKPOINT},
    {0, "export", "FILE", "with --eval: predictions as CSV (index,label,prediction,loss,p0,...)",
     STORED(PATH, export), .needs = EVALUATES, .because = "--eval=FILE: whose predictions?"},
    {0, "predict", "CHECKPOINT", "what the network says of the pictures that follow, PNG or PGM",
     STORED(PATH, checkpoint), .action = ACTION_PREDICT, .completes = ARGUMENT_CHECKPOINT,
     .rest = ARGUMENT_PICTURE},
    {0, "as-is", NULL, "with --predict: scale pictures only, do not look for the ink",
     STORED(FLAG, as_is), .needs = PREDICTS, .because = "--predict: there are no pictures"},
    {0, "convert", "CHECKPOINT", "write the network as --output for other programs",
     STORED(PATH, checkpoint), .action = ACTION_CONVERT, .completes = ARGUMENT_CHECKPOINT},
    {0, "no-fold", NULL, "with --convert: keep batch norm as layers of its own",
     STORED(FLAG, no_fold), .needs = CONVERTS, .because = "--convert=FILE: nothing is folded"},
    {0, "no-normalize", NULL, "with --convert: the input is normalised already",
     STORED(FLAG, no_normalize), .needs = CONVERTS,
     .because = "--convert=CHECKPOINT (did you mean --normalize=none?)"},
    {0, "report", NULL, "a table of the runs in the directories that follow",
     .action = ACTION_REPORT, .rest = ARGUMENT_DIRECTORY},
    {0, "format", "NAME", "of --report and --predict: text (default), csv, jsonl, markdown",
     STORED(NAME, format), .words = format_word, .needs = REPORTS | PREDICTS,
     .because = "--report or --predict: there is no other table"},
    {0, "import", "DIR",
     "make a data set of the pictures in DIR, which has a folder for each class",
     STORED(PATH, import), .action = ACTION_IMPORT, .completes = ARGUMENT_DIRECTORY},
    {0, "output", "PATH",
     "with --import: a directory to make; --snapshot: FILE.svg or .txt; --convert: see the manual",
     STORED(PATH, output), .needs = WRITES,
     .because = "--import=DIR, --convert=CHECKPOINT or --snapshot: there is nothing to write"},
    {0, "size", "HxW", "with --import: rows and columns of its images (default 28x28)",
     CUSTOM, .read = read_size, .expects = "HxW, each 4 to 256", .needs = IMPORTS,
     .because = "--import=DIR: other data have their own size"},
    {0, "test-share", "F", "with --import: share of each class to test with (default 0.2)",
     CUSTOM, .read = read_test_share, .expects = "a number above 0 and below 1", .needs = IMPORTS,
     .because = "--import=DIR: other data have their own test set"},
    {0, "force", NULL, "with --import or --convert: replace what the output is",
     STORED(FLAG, force), .needs = IMPORTS | CONVERTS,
     .because = "--import=DIR or --convert=CHECKPOINT: nothing would be replaced"},
    {'h', "help", NULL, "this text", .action = ACTION_HELP},
    {'V', "version", NULL, "the version, the kernels that were built, and the formats of pictures",
     .action = ACTION_VERSION},
};
/* clang-format on */

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

_Static_assert((int)ROW_COUNT <= (int)OPTIONS_MAX, "options->given has no room for each row");

const struct row *options_row(int i)
{
    return i < ROW_COUNT ? &rows[i] : NULL;
}

bool options_given(const struct options *options, const char *name)
{
    int i = 0;

    while (rows[i].name == NULL || strcmp(rows[i].name, name) != 0)
        i++;
    return options->given[i];
}

/* The row of a setting with this key; NULL: there is none. */
static const struct row *find_setting(const char *key)
{
    for (const struct row *row = rows; row < rows + ROW_COUNT; row++)
        if (row->kind == SETTING && row->name != NULL && strcmp(options_row_key(row), key) == 0)
            return row;
    return NULL;
}

const char *options_of_setting(const char *key)
{
    const struct row *row = find_setting(key);

    return row != NULL ? row->name : NULL;
}

/* ---- reading one option ---- */

/* What an argument must be. */
static void describe(const struct row *row, char *text, size_t size)
{
    if (row->expects != NULL)
        snprintf(text, size, "%s", row->expects);
    else if (row->kind == COUNT)
        snprintf(text, size, "%d to %d", row->low, row->high);
    else
        words_list(row->words, text, size);
}

static bool read_setting(struct options *options, const struct row *row, const char *text,
                         struct error *error)
{
    char where[SETTING_TEXT_SIZE];

    snprintf(where, sizeof where, "--%s", row->name);
    return setting_read(options_row_setting(row), &options->settings, text, ERROR_USAGE, where,
                        error);
}

/* Stores the argument. False if it is not a valid argument of the row. */
static bool store(struct options *options, const struct row *row, const char *text)
{
    void *value = (char *)options + row->offset;
    uint64_t count;
    int word;

    switch (row->kind) {
    case NOTHING:
    case SETTING: break;
    case FLAG: *(bool *)value = true; break;
    case PATH: *(const char **)value = text; return *text != '\0';
    case TEXT: *(const char **)value = text; break;
    case COUNT:
        if (!number_read_whole(text, (uint64_t)row->low, (uint64_t)row->high, &count))
            return false;
        *(int *)value = (int)count;
        break;
    case SECONDS: return number_read(text, value) && *(const double *)value >= 0.0;
    case NAME:
    case CHOICE:
        if ((word = words_find(row->words, text)) < 0)
            return false;
        if (row->kind == CHOICE)
            *(int *)value = word;
        else
            *(const char **)value = row->words(word);
        break;
    case CUSTOM: return row->read(options, text);
    }
    return true;
}

static bool refuse_empty(const char *name, struct error *error)
{
    return error_set(error, ERROR_USAGE, "--%s: the path is empty", name);
}

static bool read_value(struct options *options, const struct row *row, const char *text,
                       struct error *error)
{
    char expected[256];

    if (row->kind == SETTING)
        return read_setting(options, row, text, error);
    if (store(options, row, text))
        return true;
    if (row->kind == PATH)
        return refuse_empty(row->name, error);
    describe(row, expected, sizeof expected);
    return error_set(error, ERROR_USAGE, "--%s: %s (expected %s, got '%s')", row->name,
                     row->words != NULL ? "unknown word" : "not usable", expected, text);
}

/* ---- actions ---- */

static bool ends_parsing(enum action action)
{
    return action == ACTION_HELP || action == ACTION_VERSION;
}

/* Lists the options that ask for something other than training. */
static void list_actions(char *text, size_t size)
{
    size_t length = 0;

    for (const struct row *row = rows; row < rows + ROW_COUNT; row++)
        if (row->action != ACTION_TRAIN && !ends_parsing(row->action) && length < size)
            length +=
                (size_t)snprintf(text + length, size - length, "%s--%s%s", length > 0 ? ", " : "",
                                 row->name, row->lists ? "=list" : "");
}

static bool set_action(struct options *options, enum action action, struct error *error)
{
    char all[256];

    if (options->action != ACTION_TRAIN && options->action != action && !ends_parsing(action)) {
        list_actions(all, sizeof all);
        return error_set(error, ERROR_USAGE, "only one of %s can be asked for at once", all);
    }
    options->action = action;
    return true;
}

/* Handles an option; `argument` is NULL if it has none. */
static bool take(struct options *options, const struct row *row, const char *argument,
                 struct error *error)
{
    const char *text = argument != NULL ? argument : row->value;

    options->given[row - rows] = true;
    if (row->lists && strcmp(text, "list") == 0)
        return set_action(options, row->action, error);
    return read_value(options, row, text, error) &&
           (row->action == ACTION_TRAIN || row->lists || set_action(options, row->action, error));
}

/* ---- which options can be combined ---- */

static bool check_needs(const struct options *options, struct error *error)
{
    for (int i = 0; i < ROW_COUNT; i++)
        if (options->given[i] && rows[i].needs != 0 && (rows[i].needs >> options->action & 1U) == 0)
            return error_set(error, ERROR_USAGE, "--%s needs %s", rows[i].name, rows[i].because);
    return true;
}

/* Takes the values of a combination as if they were on the command line. */
static bool take_choice(struct options *options, const struct choice *choice, struct error *error)
{
    for (int i = 0; i < choice->grid->axis_count; i++) {
        const struct row *row = find_setting(choice->grid->axes[i].key);
        const char *value = grid_value(choice->grid, choice->combination, i);
        /* nesterov=false is as no option at all. */
        options->given[row - rows] = row->value == NULL || strcmp(row->value, value) == 0;
        if (!read_setting(options, row, value, error))
            return false;
    }
    return true;
}

/* Checks the arguments that are no options. */
static bool check_arguments(const struct options *options, struct error *error)
{
    const bool reports = options->action == ACTION_REPORT;

    if (!reports && options->action != ACTION_PREDICT)
        return options->argument_count == 0 ||
               error_set(error, ERROR_USAGE,
                         "%s: not expected here (every argument is an option; see --help)",
                         *options->arguments[0] != '\0' ? options->arguments[0] : "''");
    if (options->argument_count == 0)
        return error_set(error, ERROR_USAGE,
                         reports ? "--report needs the directories of runs (such as: --report "
                                   "run-1 run-2)"
                                 : "--predict needs pictures (such as: "
                                   "--predict=run/best.safetensors digit.png)");
    for (int i = 0; i < options->argument_count; i++)
        if (*options->arguments[i] == '\0')
            return refuse_empty(reports ? "report" : "predict", error);
    return true;
}

static bool check_together(const struct options *options, struct error *error)
{
    if (!check_needs(options, error))
        return false;
    if (options->paused && options->headless)
        return error_set(error, ERROR_USAGE, "--paused needs %s", OPTIONS_PAUSED_NEEDS);
    if (options->resume != NULL && (options->run_dir != NULL || options->init != NULL))
        return error_set(error, ERROR_USAGE,
                         "--resume uses the run's own directory and weights: %s cannot be given",
                         options->run_dir != NULL ? "--run-dir" : "--init");
    if (options_given(options, "checkpoint-every") && options->run_dir == NULL &&
        options->resume == NULL)
        return error_set(error, ERROR_USAGE,
                         "--checkpoint-every needs --run-dir or --resume: no directory is given");
    return options_check_output(options, error) && options_check_series(options, error) &&
           check_arguments(options, error);
}

/* ---- the command line ---- */

/* The table in getopt_long's form. */
struct parser {
    struct option long_options[OPTIONS_MAX + 1];
    char short_options[OPTIONS_MAX * 3 + 2];
};

static void parser_init(struct parser *parser)
{
    struct option *option = parser->long_options;
    char *letter = parser->short_options;

    *parser = (struct parser){0};
    *letter++ = ':'; /* tells a missing argument from an unknown option */
    for (int i = 0; i < ROW_COUNT; i++) {
        if (rows[i].name == NULL)
            continue;
        const int takes = rows[i].argument == NULL    ? no_argument
                          : options_row_optional(&rows[i]) ? optional_argument
                                                      : required_argument;
        *option++ = (struct option){rows[i].name, takes, NULL, LONG_ONLY + i};
        if (rows[i].letter != 0) /* "", ":" or "::" after the letter: no, required or optional */
            letter += sprintf(letter, "%c%.*s", rows[i].letter, takes, "::");
    }
}

/* The next option's row; its argument is in optarg. NULL at the end or at a problem; *problem is
 * then 0, ':' for a missing argument or '?' for an unknown option. */
static const struct row *next_option(const struct parser *parser, int argc, char *argv[],
                                     int *problem)
{
    const int found = getopt_long(argc, argv, parser->short_options, parser->long_options, NULL);

    *problem = found == ':' || found == '?' ? found : 0;
    if (found >= LONG_ONLY)
        return &rows[found - LONG_ONLY];
    for (const struct row *row = rows; row < rows + ROW_COUNT; row++)
        if (row->letter == found && found != 0)
            return row;
    return NULL;
}

/* Reports a bad option. `optopt` holds a bad short option; its word may still be argv[optind]. A
 * bad long option is argv[optind - 1]. */
static bool refuse(int problem, int argc, char *argv[], struct error *error)
{
    const char *word = argv[optind - 1];
    char letter[3] = {'-', (char)optopt, '\0'};

    if (optopt > 0 && optopt < 0x80)
        word = letter;
    else if (optopt != 0 && optopt < LONG_ONLY && optind < argc &&
             strchr(argv[optind], (char)optopt) != NULL)
        word = argv[optind];
    return error_set(error, ERROR_USAGE, "%s: %s (see --help)", word,
                     problem == ':'        ? "its argument is missing"
                     : optopt >= LONG_ONLY ? "takes no argument"
                                           : "unknown option");
}

/* Starts from the settings of the last --recipe, so that every other option overrides it, in any
 * order. An unknown recipe is refused later, when each option is read. */
static void take_recipe(struct options *options, const struct parser *parser,
                        const struct choice *choice, int argc, char *argv[])
{
    struct settings *settings = &options->settings;
    const uint64_t seed = settings->seed;
    const struct row *row;
    int problem;

    while ((row = next_option(parser, argc, argv, &problem)) != NULL || problem != 0) {
        const bool is_recipe = row != NULL && strcmp(row->name, "recipe") == 0;
        const int recipe = is_recipe ? words_find(recipe_name, optarg) : -1;
        if (recipe >= 0)
            *settings = *recipe_settings(recipe);
    }
    for (int i = 0; choice != NULL && i < choice->grid->axis_count; i++)
        if (strcmp(choice->grid->axes[i].key, "recipe") == 0) /* a known one */
            *settings = *recipe_settings(
                words_find(recipe_name, grid_value(choice->grid, choice->combination, i)));
    settings->seed = seed;
    optind = 1; /* the command line is read again */
}

/* Reads the command line for a new run, with a choice or NULL, or for the `run` that is resumed. */
static bool parse(struct options *options, const struct settings *run, const struct choice *choice,
                  int argc, char *argv[], struct error *error)
{
    struct parser parser;
    const struct row *row;
    int problem;

    *options = (struct options){
        .settings = run != NULL ? *run : *recipe_settings(0),
        .argc = argc,
        .argv = argv,
        .checkpoint_every = 30.0,
        .kernels = "auto",
        .glyphs = "auto",
        .color = "auto",
        .theme = "auto",
        .format = "text",
        .image_rows = 28,
        .image_columns = 28,
        .test_share = 0.2,
    };
    if (argc < 1)
        return error_set(error, ERROR_USAGE, "started without a program name");
    parser_init(&parser);
    opterr = 0;
    if (run != NULL || choice != NULL)
        optind = 1; /* the command line has been read before */
    if (run == NULL)
        take_recipe(options, &parser, choice, argc, argv);
    while ((row = next_option(&parser, argc, argv, &problem)) != NULL) {
        if (!take(options, row, optarg, error))
            return false;
        if (ends_parsing(options->action))
            return true;
    }
    if (problem != 0)
        return refuse(problem, argc, argv, error);
    if (choice != NULL ? !take_choice(options, choice, error)
                       : !options_check_sweep(options, error))
        return false;
    if (run == NULL)
        options_complete(options);
    if (!options_given(options, "seeds"))
        options->last_seed = options->settings.seed;
    options->arguments = argv + optind;
    options->argument_count = argc - optind;
    /* Else the run is read later, or each run of a sweep has settings of its own. */
    const bool settled =
        choice != NULL || (options->sweep_count == 0 && (run != NULL || options->resume == NULL));
    return (!settled || options_check_settings(options, error)) && check_together(options, error);
}

bool options_parse(struct options *options, const struct settings *run, int argc, char *argv[],
                   struct error *error)
{
    return parse(options, run, NULL, argc, argv, error);
}

bool options_choose(struct options *options, const struct options *given, const struct grid *grid,
                    int combination, struct error *error)
{
    const struct choice choice = {grid, combination};
    return parse(options, NULL, &choice, given->argc, given->argv, error);
}
