#include "nn/layer_reader.h"

#include "support/number.h"
#include "support/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USAGE_SIZE = 256, SHOWN_SIZE = 64 };

enum value_kind { VALUE_WHOLE, VALUE_PAIR, VALUE_REAL, VALUE_WORD };

struct value {
    enum value_kind kind;
    struct token at; /* a pair: the parenthesis */
    long whole[2];   /* one number: twice the same; beyond a long: its largest or least */
    double real;     /* of a whole number, too */
};

/* What a text gives for an argument. */
struct given {
    bool there;
    bool named;
    struct value value;
};

struct reader {
    struct tokens *tokens;
    struct error *error;
    enum layer_kind kind;
    int classes;
    struct given given[LAYER_ARGUMENTS_MAX];      /* as the table lists the arguments */
    struct value positional[LAYER_ARGUMENTS_MAX]; /* those without names, in their order */
    int positional_count;
    bool prints_form;
};

/* ---- sentences ---- */

static void append(char *text, const char *more)
{
    const size_t length = strlen(text);

    snprintf(text + length, USAGE_SIZE - length, "%s", more);
}

/* How an argument's default is written; "" when it has none. */
static void write_default(const struct argument *argument, char text[NUMBER_TEXT_SIZE])
{
    *text = '\0';
    if (argument->kind == ARGUMENT_ONLY)
        snprintf(text, NUMBER_TEXT_SIZE, "%.*s", (int)strcspn(argument->only, "|"), argument->only);
    else if (argument->kind == ARGUMENT_BOOL || argument->kind == ARGUMENT_EITHER)
        snprintf(text, NUMBER_TEXT_SIZE, "%s", argument->standard > 0.0 ? "True" : "False");
    else if (argument->standard_kernel)
        snprintf(text, NUMBER_TEXT_SIZE, "None");
    else if (argument->kind != ARGUMENT_INPUT && !argument->required)
        number_text(text, argument->standard);
}

/* "Linear(out_features, bias=True)": what the kind takes, but for what has no meaning here. */
static const char *usage(const struct reader *reader, char text[USAGE_SIZE])
{
    char value[NUMBER_TEXT_SIZE];
    const char *separator = "(";

    snprintf(text, USAGE_SIZE, "%s", layer_kind_name((int)reader->kind));
    for (const struct argument *a = layer_arguments(reader->kind); a->name != NULL; a++) {
        write_default(a, value);
        if ((a->left_out && !reader->prints_form) ||
            (a->kind == ARGUMENT_ONLY && strcmp(a->only, "None") == 0))
            continue;
        append(text, separator);
        append(text, a->name);
        append(text, *value != '\0' ? "=" : "");
        append(text, value);
        separator = ", ";
    }
    append(text, *separator == '(' ? "()" : ")");
    return text;
}

/* The value as a message shows it. */
static const char *show(const struct value *value, char text[SHOWN_SIZE])
{
    if (value->kind == VALUE_PAIR)
        snprintf(text, SHOWN_SIZE, "(%ld, %ld)", value->whole[0], value->whole[1]);
    else
        token_show(&value->at, text);
    return text;
}

/* Says that the value does not suit the argument. */
static bool refuse_value(const struct reader *reader, const struct argument *argument,
                         const char *expected)
{
    const struct given *given = &reader->given[argument - layer_arguments(reader->kind)];
    char got[SHOWN_SIZE], text[USAGE_SIZE], hint[USAGE_SIZE + 64] = "";

    if (argument->kind == ARGUMENT_BOOL && !given->named && !reader->prints_form)
        snprintf(hint, sizeof hint, " (the size of the input is left out: %s)",
                 usage(reader, text));
    return tokens_refuse(reader->tokens, &given->value.at, reader->error,
                         "%s's %s: expected %s, got %s%s", layer_kind_name((int)reader->kind),
                         argument->name, expected, show(&given->value, got), hint);
}

/* ---- values ---- */

static bool is_number(const struct token *token)
{
    const char *text = token->text + (*token->text == '-' || *token->text == '+');

    return (*text >= '0' && *text <= '9') || (*text == '.' && text[1] >= '0' && text[1] <= '9');
}

/* Reads a word as a number, if it is one as Python writes it. */
static bool read_number(const struct token *token, struct value *value)
{
    char text[64];

    if (token->kind != TOKEN_WORD || !is_number(token) || token->length >= (int)sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", token->length, token->text);
    if (strspn(text, "+-.0123456789eE") != strlen(text) || !number_read(text, &value->real))
        return false;
    value->kind = VALUE_REAL;
    if (text[strcspn(text, ".eE")] == '\0') {
        value->kind = VALUE_WHOLE;
        value->whole[0] = value->whole[1] = strtol(text, NULL, 10);
    }
    return true;
}

/* (3, 3), from the parenthesis on. */
static bool read_pair(struct reader *reader, struct value *value)
{
    struct tokens *tokens = reader->tokens;
    char got[TOKEN_TEXT_SIZE];

    for (int i = 0; i < 2; i++) {
        struct value number;
        tokens_next(tokens);
        if (!read_number(&tokens->now, &number) || number.kind != VALUE_WHOLE)
            return tokens_refuse(tokens, &tokens->now, reader->error,
                                 "expected two whole numbers in parentheses, (rows, columns), got "
                                 "%s",
                                 token_show(&tokens->now, got));
        value->whole[i] = number.whole[0];
        tokens_next(tokens);
        if (!token_is_sign(&tokens->now, ",)"[i]))
            return tokens_refuse(tokens, &tokens->now, reader->error,
                                 "expected %c in a pair of numbers, (rows, columns), got %s",
                                 ",)"[i], token_show(&tokens->now, got));
    }
    value->kind = VALUE_PAIR;
    return true;
}

/* `what` says what is expected. */
static bool read_value(struct reader *reader, const char *what, struct value *value)
{
    struct tokens *tokens = reader->tokens;
    char got[TOKEN_TEXT_SIZE];

    *value = (struct value){.kind = VALUE_WORD, .at = tokens->now};
    if (token_is_sign(&tokens->now, '(')) {
        if (!read_pair(reader, value))
            return false;
    } else if (tokens->now.kind == TOKEN_SIGN || tokens->now.kind == TOKEN_END) {
        return tokens_refuse(tokens, &tokens->now, reader->error, "%s: expected %s, got %s",
                             layer_kind_name((int)reader->kind), what,
                             token_show(&tokens->now, got));
    } else {
        read_number(&tokens->now, value);
    }
    tokens_next(tokens);
    return true;
}

/* ---- the list of arguments ---- */

/* The kind's argument of that name; NULL with the error. */
static const struct argument *find_argument(const struct reader *reader, const struct token *name)
{
    const struct argument *nearest = NULL;
    char got[TOKEN_TEXT_SIZE], text[USAGE_SIZE], hint[96] = "";
    int least = WORDS_FAR;

    token_show(name, got);
    for (const struct argument *a = layer_arguments(reader->kind); a->name != NULL; a++) {
        if (token_is_word(name, a->name))
            return a;
        int distance = words_distance(got, a->name);
        if (distance < least) {
            least = distance;
            nearest = a;
        }
    }
    if (nearest != NULL)
        snprintf(hint, sizeof hint, "did you mean %s? ", nearest->name);
    tokens_refuse(reader->tokens, name, reader->error, "%s has no argument %s (%sexpected %s)",
                  layer_kind_name((int)reader->kind), got, hint, usage(reader, text));
    return NULL;
}

static bool give(struct reader *reader, const struct argument *argument, const struct token *at,
                 const struct value *value, bool named)
{
    struct given *given = &reader->given[argument - layer_arguments(reader->kind)];

    if (given->there)
        return tokens_refuse(reader->tokens, at, reader->error, "%s's %s is given twice",
                             layer_kind_name((int)reader->kind), argument->name);
    *given = (struct given){true, named, *value};
    return true;
}

static bool read_named(struct reader *reader, const struct token *name)
{
    const struct argument *argument = find_argument(reader, name);
    struct value value;

    if (argument == NULL)
        return false;
    tokens_next(reader->tokens); /* the = */
    tokens_next(reader->tokens);
    if (!read_value(reader, "a value after =", &value) ||
        !give(reader, argument, name, &value, true))
        return false;
    reader->prints_form = reader->prints_form || argument->prints_form;
    return true;
}

static bool read_positional(struct reader *reader, bool after_named)
{
    struct token at = reader->tokens->now;
    char text[USAGE_SIZE];
    struct value value;

    if (!read_value(reader, "an argument or )", &value))
        return false;
    if (after_named)
        return tokens_refuse(reader->tokens, &at, reader->error,
                             "%s: an argument without a name follows one with a name (expected "
                             "NAME=VALUE)",
                             layer_kind_name((int)reader->kind));
    if (reader->positional_count == LAYER_ARGUMENTS_MAX)
        return tokens_refuse(reader->tokens, &at, reader->error,
                             "%s has too many arguments (expected %s)",
                             layer_kind_name((int)reader->kind), usage(reader, text));
    reader->positional[reader->positional_count++] = value;
    return true;
}

/* From the opening parenthesis to after the closing one. */
static bool read_list(struct reader *reader)
{
    struct tokens *tokens = reader->tokens;
    char got[TOKEN_TEXT_SIZE];
    bool named = false;

    tokens_next(tokens);
    while (!token_is_sign(&tokens->now, ')')) {
        struct tokens ahead = *tokens;
        struct token name = tokens->now;
        tokens_next(&ahead);
        bool has_name = name.kind == TOKEN_WORD && token_is_sign(&ahead.now, '=');
        if (!(has_name ? read_named(reader, &name) : read_positional(reader, named)))
            return false;
        named = named || has_name;
        if (token_is_sign(&tokens->now, ','))
            tokens_next(tokens);
        else if (!token_is_sign(&tokens->now, ')'))
            return tokens_refuse(tokens, &tokens->now, reader->error,
                                 "expected , or ) in the arguments of %s, got %s",
                                 layer_kind_name((int)reader->kind), token_show(&tokens->now, got));
    }
    tokens_next(tokens);
    return true;
}

/* Hands the values without names to the arguments that they are of. */
static bool give_positional(struct reader *reader)
{
    const struct argument *argument = layer_arguments(reader->kind);
    char text[USAGE_SIZE];

    for (int i = 0; i < reader->positional_count; i++, argument++) {
        const struct value *value = &reader->positional[i];
        if (argument->name != NULL && argument->left_out && !reader->prints_form)
            argument++;
        if (argument->name == NULL)
            return tokens_refuse(reader->tokens, &value->at, reader->error,
                                 "%s has too many arguments (expected %s)",
                                 layer_kind_name((int)reader->kind), usage(reader, text));
        if (!give(reader, argument, &value->at, value, false))
            return false;
    }
    return true;
}

static bool check_complete(const struct reader *reader, const struct token *kind)
{
    const struct given *given = reader->given;
    char text[USAGE_SIZE];

    for (const struct argument *a = layer_arguments(reader->kind); a->name != NULL; a++, given++) {
        if (given->there || !(a->required || (a->left_out && reader->prints_form)))
            continue;
        return tokens_refuse(reader->tokens, kind, reader->error, "%s lacks its %s (expected %s%s)",
                             layer_kind_name((int)reader->kind), a->name, usage(reader, text),
                             reader->prints_form
                                 ? ": with a size of the output by name, that of the input comes "
                                   "first, as PyTorch prints it"
                                 : "");
    }
    return true;
}

/* ---- what the values mean ---- */

static bool check_whole(const struct reader *reader, const struct argument *argument, long whole)
{
    char expected[96];

    if (whole >= (long)argument->low && whole <= (long)argument->high)
        return true;
    if (whole < (long)argument->low)
        snprintf(expected, sizeof expected, "at least %ld", (long)argument->low);
    else
        snprintf(expected, sizeof expected, "at most %ld", (long)argument->high);
    return refuse_value(reader, argument, expected);
}

static bool set_whole(const struct reader *reader, const struct argument *argument,
                      const struct value *value, int *place)
{
    if (argument->classes && token_is_word(&value->at, "CLASSES")) {
        *place = reader->classes;
        return true;
    }
    if (value->kind != VALUE_WHOLE)
        return refuse_value(reader, argument,
                            argument->classes ? "a whole number or CLASSES" : "a whole number");
    *place = (int)value->whole[0];
    return check_whole(reader, argument, value->whole[0]);
}

/* Whether the token is that text, in quotes or, as PyTorch prints it, without. */
static bool is_text(const struct token *token, const char *text)
{
    struct token word = *token;

    word.kind = word.kind == TOKEN_STRING ? TOKEN_WORD : word.kind;
    return token_is_word(&word, text);
}

/* The padding that 'same' stands for. */
static bool set_same(const struct reader *reader, const struct argument *argument,
                     struct layer *layer)
{
    for (int axis = 0; axis < 2; axis++) {
        if (layer->stride[axis] != 1)
            return refuse_value(reader, argument, "numbers, because 'same' wants a stride of 1");
        if (layer->kernel_size[axis] % 2 == 0)
            return refuse_value(reader, argument,
                                "numbers, because 'same' wants odd kernels: even ones would pad "
                                "one side more than the other");
        layer->padding[axis] = layer->kernel_size[axis] / 2;
    }
    return true;
}

static bool set_pair(const struct reader *reader, const struct argument *argument,
                     const struct value *value, struct layer *layer, int place[2])
{
    if (argument->same_or_valid && is_text(&value->at, "same"))
        return set_same(reader, argument, layer);
    if ((argument->same_or_valid && is_text(&value->at, "valid")) ||
        (argument->standard_kernel && token_is_word(&value->at, "None")))
        return true; /* the default */
    if (value->kind != VALUE_WHOLE && value->kind != VALUE_PAIR)
        return refuse_value(reader, argument, "a whole number or two in parentheses");
    for (int axis = 0; axis < 2; axis++) {
        if (!check_whole(reader, argument, value->whole[axis]))
            return false;
        place[axis] = (int)value->whole[axis];
    }
    return true;
}

static bool set_real(const struct reader *reader, const struct argument *argument,
                     const struct value *value, double *place)
{
    char expected[96];

    *place = value->real;
    if ((value->kind == VALUE_REAL || value->kind == VALUE_WHOLE) && value->real >= argument->low &&
        value->real <= argument->high)
        return true;
    snprintf(expected, sizeof expected, "a number from %g to %g", argument->low, argument->high);
    return refuse_value(reader, argument, expected);
}

static bool read_bool(const struct reader *reader, const struct argument *argument,
                      const struct value *value, bool *place)
{
    *place = token_is_word(&value->at, "True");
    return *place || token_is_word(&value->at, "False") ||
           refuse_value(reader, argument, "True or False");
}

/* Whether the value is one of those that there are. */
static bool check_only(const struct reader *reader, const struct argument *argument,
                       const struct value *value)
{
    char text[SHOWN_SIZE];

    if (value->kind == VALUE_PAIR && value->whole[0] == value->whole[1])
        snprintf(text, sizeof text, "%ld", value->whole[0]);
    else
        snprintf(text, sizeof text, "%.*s", value->at.length, value->at.text);
    for (const char *only = argument->only; only != NULL;) {
        int length = (int)strcspn(only, "|"), quote = *only == '\'';
        if ((int)strlen(text) == length - 2 * quote &&
            memcmp(text, only + quote, strlen(text)) == 0)
            return true;
        only = only[length] == '|' ? only + length + 1 : NULL;
    }
    return tokens_refuse(reader->tokens, &value->at, reader->error,
                         "%s's %s: %s is not supported here (expected %.*s)",
                         layer_kind_name((int)reader->kind), argument->name, show(value, text),
                         (int)strcspn(argument->only, "|"), argument->only);
}

static bool set(const struct reader *reader, const struct argument *argument,
                const struct value *value, struct layer *layer, struct input_said *said)
{
    void *place = (char *)layer + argument->offset;
    bool ignored;

    switch (argument->kind) {
    case ARGUMENT_WHOLE: return set_whole(reader, argument, value, place);
    case ARGUMENT_PAIR: return set_pair(reader, argument, value, layer, place);
    case ARGUMENT_REAL: return set_real(reader, argument, value, place);
    case ARGUMENT_BOOL: return read_bool(reader, argument, value, place);
    case ARGUMENT_EITHER: return read_bool(reader, argument, value, &ignored);
    case ARGUMENT_ONLY: return check_only(reader, argument, value);
    case ARGUMENT_INPUT: break;
    }
    *said = (struct input_said){argument, value->whole[0], value->at};
    return value->kind == VALUE_WHOLE || refuse_value(reader, argument, "a whole number");
}

bool layer_read(struct tokens *tokens, enum layer_kind kind, int classes, struct layer *layer,
                struct input_said *said, struct error *error)
{
    struct reader reader = {.tokens = tokens, .error = error, .kind = kind, .classes = classes};
    const struct token name = tokens->now;

    *layer = layer_of_kind(kind);
    *said = (struct input_said){0};
    tokens_next(tokens);
    if ((token_is_sign(&tokens->now, '(') && !read_list(&reader)) || !give_positional(&reader) ||
        !check_complete(&reader, &name))
        return false;
    const struct given *given = reader.given;
    for (const struct argument *a = layer_arguments(kind); a->name != NULL; a++, given++) {
        int *place = (void *)((char *)layer + a->offset);
        if (a->standard_kernel)
            memcpy(place, layer->kernel_size, sizeof layer->kernel_size);
        if (given->there && !set(&reader, a, &given->value, layer, said))
            return false;
    }
    return true;
}

bool layer_check_input(const struct tokens *tokens, const struct layer *layer,
                       const struct input_said *said, struct error *error)
{
    char got[TOKEN_TEXT_SIZE];

    if (said->argument == NULL || said->size == layer_input_size(layer))
        return true;
    return tokens_refuse(tokens, &said->at, error,
                         "%s's %s: expected %d, as many as arrive, got %s",
                         layer_kind_name((int)layer->kind), said->argument->name,
                         layer_input_size(layer), token_show(&said->at, got));
}
