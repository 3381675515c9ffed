#include "train/settings.h"

#include "support/number.h"
#include "train/recipe.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { REQUIRED = 7 }; /* the first seven settings are mandatory in a file */

static const double NORMALIZE_MAX = 1e6; /* of --normalize: what floats can still tell apart */

enum kind {
    WHOLE,     /* int, from low to high */
    SEED,      /* uint64_t, up to LLONG_MAX, which every JSON reader takes */
    REAL,      /* double, from low to below high */
    SWITCH,    /* bool */
    CHOICE,    /* an enum: the index of the word */
    NAME,      /* one of the words itself */
    TEXT,      /* any, itself */
    NORMALIZE, /* struct normalization: none, or MEAN,DEVIATION */
};

struct setting {
    const char *key;
    enum kind kind;
    size_t offset; /* in struct settings */
    double low, high;
    bool above;           /* REAL: low itself is out */
    bool single;          /* REAL: the network trains with it as a float */
    words_function *word; /* CHOICE, NAME */
    bool later;           /* files of format 1 have it not: the reference's value is meant */
};

WORDS_FUNCTION(schedule_word, "none", "step", "cosine", "onecycle")
WORDS_FUNCTION(augment_word, "none", "affine")

#define FIELD(member) offsetof(struct settings, member)

static const struct setting table[] = {
    {"model", TEXT, FIELD(model)},
    {"epochs", WHOLE, FIELD(epochs), 1, 1000000},
    {"batch_size", WHOLE, FIELD(batch_size), 1, 65536},
    {"lr", REAL, FIELD(lr), 0, INFINITY, .above = true, .single = true},
    {"momentum", REAL, FIELD(momentum), 0, 1, .single = true},
    {"seed", SEED, FIELD(seed)},
    {"shuffle", SWITCH, FIELD(shuffle)},
    {"schedule", CHOICE, FIELD(schedule), .word = schedule_word},
    {"warmup", REAL, FIELD(warmup), 0, 1},
    {"weight_decay", REAL, FIELD(weight_decay), 0, INFINITY, .single = true},
    {"nesterov", SWITCH, FIELD(nesterov)},
    {"dropout", REAL, FIELD(dropout), 0, 1},
    {"label_smoothing", REAL, FIELD(label_smoothing), 0, 1},
    {"augment", CHOICE, FIELD(augment), .word = augment_word},
    {"rotate", REAL, FIELD(rotate), 0, 180},
    {"shift", REAL, FIELD(shift), 0, 256},
    {"scale", REAL, FIELD(scale), 0, 0.9},
    {"validate", WHOLE, FIELD(validate), 0, INT_MAX},
    {"recipe", NAME, FIELD(recipe), .word = recipe_name},
    {"optimizer", CHOICE, FIELD(optimizer), .word = optimizer_name, .later = true},
    {"beta1", REAL, FIELD(beta1), 0, 1, .single = true, .later = true},
    {"beta2", REAL, FIELD(beta2), 0, 1, .single = true, .later = true},
    {"eps", REAL, FIELD(eps), 0, INFINITY, .above = true, .single = true, .later = true},
    {"alpha", REAL, FIELD(alpha), 0, 1, .single = true, .later = true},
    {"rho", REAL, FIELD(rho), 0, 1, .single = true, .later = true},
    {"ema", REAL, FIELD(ema), 0, 1, .single = true, .later = true},
    {"normalize", NORMALIZE, FIELD(normalize), .later = true},
};

enum { COUNT = sizeof table / sizeof table[0] };

const struct setting *settings_at(int i)
{
    return i < COUNT ? &table[i] : NULL;
}

/* The name of an option has '-' where the key has '_'. */
static bool is_called(const struct setting *setting, const char *name)
{
    const char *key = setting->key;

    while (*key != '\0' && (*key == *name || (*key == '_' && *name == '-'))) {
        key++;
        name++;
    }
    return *key == *name;
}

int settings_find(const char *name)
{
    int i = 0;

    while (!is_called(&table[i], name))
        i++;
    return i;
}

const char *setting_key(const struct setting *setting)
{
    return setting->key;
}

bool setting_is_text(const struct setting *setting)
{
    return setting->kind == CHOICE || setting->kind == NAME || setting->kind == TEXT ||
           setting->kind == NORMALIZE;
}

words_function *setting_words(const struct setting *setting)
{
    return setting->word;
}

int setting_format(const struct setting *setting)
{
    return setting->later ? 2 : 1;
}

bool settings_optimizer_has(enum optimizer_kind optimizer, const char *name)
{
    static const struct {
        const char *name;
        unsigned int optimizers; /* a set */
    } owners[] = {
        {"momentum", 1 << OPTIMIZER_SGD | 1 << OPTIMIZER_RMSPROP},
        {"nesterov", 1 << OPTIMIZER_SGD},
        {"beta1", 1 << OPTIMIZER_ADAM | 1 << OPTIMIZER_ADAMW},
        {"beta2", 1 << OPTIMIZER_ADAM | 1 << OPTIMIZER_ADAMW},
        {"eps", 1 << OPTIMIZER_ADAM | 1 << OPTIMIZER_ADAMW | 1 << OPTIMIZER_RMSPROP |
                    1 << OPTIMIZER_ADADELTA},
        {"alpha", 1 << OPTIMIZER_RMSPROP},
        {"rho", 1 << OPTIMIZER_ADADELTA},
    };

    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++)
        if (strcmp(owners[i].name, name) == 0)
            return (owners[i].optimizers >> optimizer & 1U) != 0;
    return true;
}

/* ---- writing ---- */

static void write_normalization(const struct normalization *value, char text[SETTING_TEXT_SIZE])
{
    char mean[NUMBER_TEXT_SIZE], deviation[NUMBER_TEXT_SIZE];

    number_text(mean, value->mean);
    number_text(deviation, value->deviation);
    if (value->mean == 0.0 && value->deviation == 1.0)
        snprintf(text, SETTING_TEXT_SIZE, "none");
    else
        snprintf(text, SETTING_TEXT_SIZE, "%s,%s", mean, deviation);
}

const char *setting_write(const struct setting *setting, const struct settings *settings,
                          char text[SETTING_TEXT_SIZE])
{
    const void *value = (const char *)settings + setting->offset;
    const char *name;

    switch (setting->kind) {
    case WHOLE: snprintf(text, SETTING_TEXT_SIZE, "%d", *(const int *)value); break;
    case SEED: snprintf(text, SETTING_TEXT_SIZE, "%" PRIu64, *(const uint64_t *)value); break;
    case REAL: number_text(text, *(const double *)value); break;
    case SWITCH:
        snprintf(text, SETTING_TEXT_SIZE, "%s", *(const bool *)value ? "true" : "false");
        break;
    case CHOICE: snprintf(text, SETTING_TEXT_SIZE, "%s", setting->word(*(const int *)value)); break;
    case NAME:
        name = *(const char *const *)value;
        snprintf(text, SETTING_TEXT_SIZE, "%s", name != NULL ? name : setting->word(0));
        break;
    case TEXT: return *(const char *const *)value;
    case NORMALIZE: write_normalization(value, text); break;
    }
    return text;
}

int settings_format(const struct settings *settings)
{
    char own[SETTING_TEXT_SIZE], reference[SETTING_TEXT_SIZE];

    for (int i = 0; i < COUNT; i++)
        if (table[i].later && strcmp(setting_write(&table[i], settings, own),
                                     setting_write(&table[i], recipe_settings(0), reference)) != 0)
            return 2;
    return 1;
}

/* ---- reading ---- */

static bool in_range(const struct setting *setting, double value)
{
    return value >= setting->low && value < setting->high &&
           !(setting->above && value == setting->low);
}

/* A float must hold what is trained with as one: 1e-50 would be 0, 1e50 infinite. */
static bool read_real(const struct setting *setting, const char *text, double *value)
{
    if (!number_read(text, value) || !in_range(setting, *value))
        return false;
    const float rounded = (float)*value;
    return !setting->single ||
           (in_range(setting, (double)rounded) && (*value == 0.0 || isnormal(rounded)));
}

static bool read_normalization(const char *text, struct normalization *value)
{
    char mean[SETTING_TEXT_SIZE];
    const char *comma = strchr(text, ',');
    struct normalization read = {0.0, 1.0};

    if (strcmp(text, "none") != 0) {
        if (comma == NULL || comma - text >= (long)sizeof mean)
            return false;
        snprintf(mean, sizeof mean, "%.*s", (int)(comma - text), text);
        if (!number_read(mean, &read.mean) || !number_read(comma + 1, &read.deviation) ||
            fabs(read.mean) > NORMALIZE_MAX || read.deviation < 1.0 / NORMALIZE_MAX ||
            read.deviation > NORMALIZE_MAX)
            return false;
    }
    *value = read;
    return true;
}

static bool read_value(const struct setting *setting, const char *text, void *value)
{
    uint64_t digits;
    double real;
    int word;

    switch (setting->kind) {
    case WHOLE:
        if (!number_read_whole(text, (uint64_t)setting->low, (uint64_t)setting->high, &digits))
            return false;
        *(int *)value = (int)digits;
        return true;
    case SEED:
        if (!number_read_whole(text, 0, LLONG_MAX, &digits))
            return false;
        *(uint64_t *)value = digits;
        return true;
    case REAL:
        if (!read_real(setting, text, &real))
            return false;
        *(double *)value = real;
        return true;
    case SWITCH:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            return false;
        *(bool *)value = *text == 't';
        return true;
    case TEXT: *(const char **)value = text; return true;
    case NORMALIZE: return read_normalization(text, value);
    case CHOICE:
    case NAME: break;
    }
    if ((word = words_find(setting->word, text)) < 0)
        return false;
    if (setting->kind == CHOICE)
        *(int *)value = word;
    else
        *(const char **)value = setting->word(word);
    return true;
}

static void describe_real(const struct setting *setting, char *text, size_t size)
{
    const char *as = setting->single ? ", as a float" : "";

    if (setting->above)
        snprintf(text, size, "a finite number above %g%s", setting->low, as);
    else if (isinf(setting->high))
        snprintf(text, size, "a finite number, at least %g%s", setting->low, as);
    else
        snprintf(text, size, "%g to below %g%s", setting->low, setting->high, as);
}

/* What a value must be. */
static void describe(const struct setting *setting, char *text, size_t size)
{
    switch (setting->kind) {
    case WHOLE: snprintf(text, size, "%.0f to %.0f", setting->low, setting->high); break;
    case SEED: snprintf(text, size, "0 to %lld", LLONG_MAX); break;
    case REAL: describe_real(setting, text, size); break;
    case SWITCH: snprintf(text, size, "true or false"); break;
    case TEXT: snprintf(text, size, "a text"); break;
    case NORMALIZE:
        snprintf(text, size, "none or MEAN,STD, at most %g, STD at least %g", NORMALIZE_MAX,
                 1.0 / NORMALIZE_MAX);
        break;
    case CHOICE:
    case NAME: words_list(setting->word, text, size); break;
    }
}

bool setting_read(const struct setting *setting, struct settings *settings, const char *text,
                  enum error_kind kind, const char *where, struct error *error)
{
    char expected[256];

    if (read_value(setting, text, (char *)settings + setting->offset))
        return true;
    describe(setting, expected, sizeof expected);
    return error_set(error, kind, "%s: %s (expected %s, got '%s')", where,
                     setting->word != NULL ? "unknown word" : "not usable", expected, text);
}

bool settings_read(struct settings *settings, settings_source *source, const void *argument,
                   const char *where, struct error *error)
{
    *settings = *recipe_settings(0);
    for (int i = 0; i < COUNT; i++) {
        char key[PATH_MAX + SETTING_TEXT_SIZE], buffer[SETTING_TEXT_SIZE];
        const char *text = source(argument, table[i].key, buffer);
        if (text == NULL && i >= REQUIRED)
            continue;
        snprintf(key, sizeof key, "%s: its %s", where, table[i].key);
        if (text == NULL || (table[i].kind == TEXT && text == buffer)) /* or is a number */
            return error_set(error, ERROR_CHECKPOINT, "%s is %s", key,
                             text == NULL ? "missing" : "no text");
        if (!setting_read(&table[i], settings, text, ERROR_CHECKPOINT, key, error))
            return false;
    }
    return true;
}

/* ---- comparing ---- */

/* The option that sets it: --batch-size. A switch has the name of what it switches: shuffle. */
static void option_name(const struct setting *setting, char name[SETTING_TEXT_SIZE])
{
    snprintf(name, SETTING_TEXT_SIZE, "%s%s", setting->kind == SWITCH ? "" : "--", setting->key);
    for (char *letter = name; *letter != '\0'; letter++)
        if (*letter == '_')
            *letter = '-';
}

bool settings_same(const struct settings *run, const struct settings *other, const char *where,
                   struct error *error)
{
    const bool any_length = run->schedule == SCHEDULE_NONE && run->warmup == 0.0;

    for (int i = 0; i < COUNT; i++) {
        const struct setting *setting = &table[i];
        char name[SETTING_TEXT_SIZE], texts[2][SETTING_TEXT_SIZE];
        if (any_length && setting->offset == FIELD(epochs))
            continue;
        const char *expected = setting_write(setting, run, texts[0]);
        const char *got = setting_write(setting, other, texts[1]);
        if (strcmp(expected, got) == 0)
            continue;
        option_name(setting, name);
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: %s differs from the run's (expected %s, got %s)", where, name,
                         expected, got);
    }
    return true;
}
