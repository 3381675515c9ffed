#include "nn/model_text.h"

#include "nn/layer_names.h"
#include "nn/layer_reader.h"
#include "nn/model_write.h"
#include "nn/shelf.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/words.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_SIZE = 512 };

struct reader {
    struct tokens tokens;
    struct error *error;
    int classes;
    struct shape shape;   /* that the next layer gets */
    struct layer *layers; /* [MODEL_LAYERS_MAX] */
    int count;
    size_t parameters;
    struct token last;                 /* where the last layer stands */
    char container[MODEL_PREFIX_SIZE]; /* that layers without a name go to */
    struct token opened;               /* where that container begins */
    int before;                        /* layers before it */
};

/* ---- sentences ---- */

static const char *list_layers(char text[LIST_SIZE])
{
    words_list(layer_kind_name, text, LIST_SIZE);
    size_t length = strlen(text);
    snprintf(text + length, LIST_SIZE - length, ", M, or a block such as 16, 16p or 16k5s2c");
    return text;
}

/* The word that somebody who wrote the text may have meant; NULL: none. */
static const char *nearest(const char *text, bool networks)
{
    const char *best = NULL, *word;
    int least = WORDS_FAR;

    for (int i = 0; (word = layer_kind_name(i)) != NULL; i++) {
        int distance = words_distance(text, word);
        if (distance < least) {
            least = distance;
            best = word;
        }
    }
    if (words_distance(text, "M") < least)
        return "M";
    for (int i = 0; networks && (word = shelf_name(i)) != NULL; i++) {
        int distance = words_distance(text, word);
        if (distance < least) {
            least = distance;
            best = word;
        }
    }
    return best;
}

/* Says that there is no such layer; nor such a network, when it is the whole text. */
static bool refuse_unknown(struct reader *reader, const struct token *token, bool whole)
{
    char got[TOKEN_TEXT_SIZE], layers[LIST_SIZE], networks[LIST_SIZE], hint[80] = "";
    const struct tokens *tokens = &reader->tokens;

    token_show(token, got);
    const char *dot = strrchr(got, '.');
    const char *meant = nearest(dot != NULL ? dot + 1 : got, whole);
    if (meant != NULL)
        snprintf(hint, sizeof hint, "did you mean %s? ", meant);
    list_layers(layers);
    words_list(shelf_name, networks, sizeof networks);
    if (whole)
        return tokens_refuse(tokens, token, reader->error,
                             "there is no network and no layer %s (%sexpected one of the networks "
                             "%s; a file's name with a / or .net; or layers: %s)",
                             got, hint, networks, layers);
    if (words_find(shelf_name, got) >= 0)
        return tokens_refuse(tokens, token, reader->error,
                             "%s is a network, not a layer (expected it alone, or layers: %s)", got,
                             layers);
    return tokens_refuse(tokens, token, reader->error, "there is no layer %s (%sexpected %s)", got,
                         hint, layers);
}

/* The kind of layer that the word names; -1: none. */
static int find_kind(const struct token *token)
{
    const char *name;

    for (int kind = 0; (name = layer_kind_name(kind)) != NULL; kind++)
        if (token_is_word(token, name))
            return kind;
    return -1;
}

/* ---- adding layers ---- */

static bool check_place(struct reader *reader, const struct token *at)
{
    if (reader->count == MODEL_LAYERS_MAX)
        return tokens_refuse(&reader->tokens, at, reader->error,
                             "the network has too many layers (expected at most %d)",
                             MODEL_LAYERS_MAX);
    if (reader->count > 0 && reader->layers[reader->count - 1].kind == LAYER_LOG_SOFTMAX)
        return tokens_refuse(&reader->tokens, at, reader->error,
                             "LogSoftmax must be the last layer (expected nothing after it)");
    return true;
}

/* Counts what the layer has to learn, and what it keeps. */
static bool check_size(struct reader *reader, const struct layer *layer, const struct token *at)
{
    struct layer_tensor tensors[LAYER_TENSORS_MAX];

    for (int t = layer_tensors(layer, tensors) - 1; t >= 0; t--)
        reader->parameters += tensors[t].count;
    return reader->parameters <= INT_MAX ||
           tokens_refuse(&reader->tokens, at, reader->error,
                         "the network is too large: with the layer %s, %s, it has %zu parameters "
                         "(expected at most %d)",
                         layer->name, layer_kind_name((int)layer->kind), reader->parameters,
                         INT_MAX);
}

/* What helps if the channels that come in were given first, as in PyTorch's code. */
static const char *hint_at_input(const struct layer *layer, const struct input_said *said)
{
    const bool first = said != NULL && said->argument == NULL && layer->kind == LAYER_CONV2D;

    return first && layer->kernel_size[0] > layer->input.height && layer->input.height > 0
               ? " (the channels of the input are left out: Conv2d(out_channels, kernel_size))"
               : "";
}

/* Appends a layer with the name, or without one with the next of its container. */
static bool add(struct reader *reader, struct layer *layer, const char *name,
                const struct input_said *said, const struct token *at)
{
    char reason[LAYER_REASON_SIZE], next[MODEL_PREFIX_SIZE], why[NAME_REASON_SIZE];

    if (!check_place(reader, at))
        return false;
    if (name == NULL && !layer_name_next(reader->layers, reader->count, reader->container, next))
        return tokens_refuse(&reader->tokens, at, reader->error,
                             "the container %s has too long a name for its layers",
                             reader->container);
    name = name != NULL ? name : next;
    if (!layer_name_check(reader->layers, reader->count, name, why))
        return tokens_refuse(&reader->tokens, at, reader->error, "the name %s %s", name, why);
    snprintf(layer->name, sizeof layer->name, "%s", name);
    if (!layer_derive(layer, reader->shape, reason))
        return tokens_refuse(&reader->tokens, at, reader->error, "the layer %s, %s, %s%s", name,
                             layer_kind_name((int)layer->kind), reason, hint_at_input(layer, said));
    if ((said != NULL && !layer_check_input(&reader->tokens, layer, said, reader->error)) ||
        !check_size(reader, layer, at))
        return false;
    reader->layers[reader->count++] = *layer;
    reader->shape = layer->output;
    reader->last = *at;
    return true;
}

/* Reads a layer in PyTorch's words, from its kind on. */
static bool read_layer(struct reader *reader, enum layer_kind kind, const char *name)
{
    const struct token at = reader->tokens.now;
    struct input_said said;
    struct layer layer;

    return layer_read(&reader->tokens, kind, reader->classes, &layer, &said, reader->error) &&
           add(reader, &layer, name, &said, &at);
}

static bool add_half_pool(struct reader *reader, const char *name, const struct token *at)
{
    struct layer pool = layer_of_kind(LAYER_MAX_POOL2D);

    for (int axis = 0; axis < 2; axis++)
        pool.kernel_size[axis] = pool.stride[axis] = 2;
    return add(reader, &pool, name, NULL, at);
}

/* ---- blocks: 16k3s2pc ---- */

struct block {
    long out, kernel, stride;
    bool padded, alone;
};

/* Reads digits as a size, and goes on to after them. */
static bool read_size(const char **text, const char *end, long *size)
{
    const char *begin = *text;

    for (*size = 0; *text < end && **text >= '0' && **text <= '9'; ++*text)
        *size = *size < INT_MAX / 10 - 1 ? 10 * *size + (**text - '0') : INT_MAX;
    return *text > begin;
}

/* Whether the word is a block. */
static bool parse_block(const struct token *token, struct block *block)
{
    const char *at = token->text, *end = token->text + token->length;
    bool kernel = false, stride = false;

    *block = (struct block){.kernel = 3, .stride = 1};
    if (!read_size(&at, end, &block->out))
        return false;
    while (at < end) {
        const char letter = *at++;
        bool *flag = letter == 'k'   ? &kernel
                     : letter == 's' ? &stride
                     : letter == 'p' ? &block->padded
                     : letter == 'c' ? &block->alone
                                     : NULL;
        if (flag == NULL || *flag || (letter == 'k' && !read_size(&at, end, &block->kernel)) ||
            (letter == 's' && !read_size(&at, end, &block->stride)))
            return false;
        *flag = true;
    }
    return true;
}

static bool check_block(struct reader *reader, const struct token *at, const struct block *block,
                        bool named)
{
    const struct argument *size = &layer_arguments(LAYER_CONV2D)[1];
    const long least = (long)size->low, most = (long)size->high;
    char got[TOKEN_TEXT_SIZE];
    const long sizes[] = {block->out, block->kernel, block->stride};

    token_show(at, got);
    for (int i = 0; i < 3; i++)
        if (sizes[i] < least || sizes[i] > most)
            return tokens_refuse(&reader->tokens, at, reader->error,
                                 "the block %s has a size that cannot be (expected %ld to %ld)",
                                 got, least, most);
    if (block->padded && block->kernel % 2 == 0)
        return tokens_refuse(&reader->tokens, at, reader->error,
                             "the block %s cannot keep the size of its maps with an even kernel "
                             "(expected an odd one, or Conv2d(..., padding=...))",
                             got);
    if (named && !block->alone)
        return tokens_refuse(&reader->tokens, at, reader->error,
                             "one name cannot be that of the three layers of the block %s "
                             "(expected [NAME] before it, or a single layer such as %sc)",
                             got, got);
    return true;
}

static bool read_block(struct reader *reader, const char *name)
{
    const struct token at = reader->tokens.now;
    struct layer conv = layer_of_kind(LAYER_CONV2D), norm = layer_of_kind(LAYER_BATCH_NORM2D),
                 relu = layer_of_kind(LAYER_RELU);
    char got[TOKEN_TEXT_SIZE];
    struct block block;

    if (!parse_block(&at, &block))
        return tokens_refuse(&reader->tokens, &at, reader->error,
                             "expected a block such as 16, 16p or 16k5s2c: channels, then k and a "
                             "kernel, s and a stride, p for padding, c for the convolution alone; "
                             "got %s",
                             token_show(&at, got));
    if (!check_block(reader, &at, &block, name != NULL))
        return false;
    conv.out = (int)block.out;
    conv.bias = false;
    for (int axis = 0; axis < 2; axis++) {
        conv.kernel_size[axis] = (int)block.kernel;
        conv.stride[axis] = (int)block.stride;
        conv.padding[axis] = block.padded ? (int)block.kernel / 2 : 0;
    }
    tokens_next(&reader->tokens);
    return add(reader, &conv, name, NULL, &at) &&
           (block.alone ||
            (add(reader, &norm, NULL, NULL, &at) && add(reader, &relu, NULL, NULL, &at)));
}

/* ---- items ---- */

static bool expect_sign(struct reader *reader, char sign, const char *where)
{
    char got[TOKEN_TEXT_SIZE];

    if (token_is_sign(&reader->tokens.now, sign)) {
        tokens_next(&reader->tokens);
        return true;
    }
    return tokens_refuse(&reader->tokens, &reader->tokens.now, reader->error,
                         "expected %c %s, got %s", sign, where,
                         token_show(&reader->tokens.now, got));
}

/* Copies a name, with `suffix`, and goes on to after it. */
static bool read_name(struct reader *reader, const char *prefix, const char *suffix,
                      char name[MODEL_PREFIX_SIZE])
{
    const struct token at = reader->tokens.now;
    char reason[NAME_REASON_SIZE], got[TOKEN_TEXT_SIZE];

    if (at.kind != TOKEN_WORD)
        return tokens_refuse(&reader->tokens, &at, reader->error, "expected a name, got %s",
                             token_show(&at, got));
    if (snprintf(name, MODEL_PREFIX_SIZE, "%s%.*s%s", prefix, at.length, at.text, suffix) >=
        MODEL_PREFIX_SIZE)
        return tokens_refuse(&reader->tokens, &at, reader->error,
                             "the name %s is too long (expected at most %d letters with those of "
                             "its containers)",
                             token_show(&at, got), MODEL_PREFIX_SIZE - 1);
    if (!layer_name_check(reader->layers, reader->count, name, reason))
        return tokens_refuse(&reader->tokens, &at, reader->error, "the name %s %s",
                             token_show(&at, got), reason);
    tokens_next(&reader->tokens);
    return true;
}

static bool end_container(struct reader *reader)
{
    bool empty = *reader->container != '\0' && reader->before == reader->count;

    return !empty ||
           tokens_refuse(&reader->tokens, &reader->opened, reader->error,
                         "the container %s is empty (expected layers after it)", reader->container);
}

/* [layer1] */
static bool read_container(struct reader *reader)
{
    const struct token opened = reader->tokens.now;
    char first[MODEL_PREFIX_SIZE];

    if (!end_container(reader))
        return false;
    tokens_next(&reader->tokens);
    if (!read_name(reader, "", ".0", first) ||
        !expect_sign(reader, ']', "after the name of a container"))
        return false;
    first[strlen(first) - strlen(".0")] = '\0';
    snprintf(reader->container, sizeof reader->container, "%s", first);
    reader->opened = opened;
    reader->before = reader->count;
    return true;
}

/* A layer, M or a block, at the name if there is one. */
static bool read_one(struct reader *reader, const char *name, bool whole)
{
    const struct token at = reader->tokens.now;
    const int kind = find_kind(&at);
    char got[TOKEN_TEXT_SIZE], layers[LIST_SIZE];

    if (kind >= 0)
        return read_layer(reader, (enum layer_kind)kind, name);
    if (token_is_word(&at, "M")) {
        tokens_next(&reader->tokens);
        return add_half_pool(reader, name, &at);
    }
    if (at.kind == TOKEN_WORD && *at.text >= '0' && *at.text <= '9')
        return read_block(reader, name);
    if (at.kind == TOKEN_WORD && *at.text != '-' && *at.text != '+')
        return refuse_unknown(reader, &at, whole);
    return tokens_refuse(&reader->tokens, &at, reader->error,
                         "expected a layer, got %s (layers: %s)", token_show(&at, got),
                         list_layers(layers));
}

/* gap: AdaptiveAvgPool2d(1) */
static bool read_named(struct reader *reader)
{
    char name[MODEL_PREFIX_SIZE];

    if (!end_container(reader) || !read_name(reader, "", "", name))
        return false;
    *reader->container = '\0';
    tokens_next(&reader->tokens); /* the : */
    return read_one(reader, name, false);
}

static bool read_item(struct reader *reader)
{
    const struct tokens *tokens = &reader->tokens;
    struct tokens ahead = *tokens;

    tokens_next(&ahead);
    if (token_is_sign(&tokens->now, '['))
        return read_container(reader);
    if (tokens->now.kind == TOKEN_WORD && token_is_sign(&ahead.now, ':'))
        return read_named(reader);
    return read_one(reader, NULL,
                    reader->count == 0 && *reader->container == '\0' &&
                        ahead.now.kind == TOKEN_END);
}

static bool read_items(struct reader *reader)
{
    struct tokens *tokens = &reader->tokens;
    char got[TOKEN_TEXT_SIZE];
    bool apart = true; /* the item before is over */

    for (; tokens->now.kind != TOKEN_END; apart = false) {
        for (; token_is_sign(&tokens->now, ','); apart = true)
            tokens_next(tokens);
        if (tokens->now.kind == TOKEN_END)
            break;
        if (!apart && !tokens->now.apart && tokens->now.kind == TOKEN_WORD)
            return tokens_refuse(tokens, &tokens->now, reader->error,
                                 "expected white space or a comma between two items, got %s",
                                 token_show(&tokens->now, got));
        if (!read_item(reader))
            return false;
    }
    return end_container(reader);
}

/* ---- what PyTorch prints ---- */

/* Whether a module with others in it is next: CLASS((NAME): or Sequential(). */
static bool at_module(const struct tokens *tokens)
{
    struct tokens ahead = *tokens;

    if (ahead.now.kind != TOKEN_WORD)
        return false;
    tokens_next(&ahead);
    if (!token_is_sign(&ahead.now, '('))
        return false;
    tokens_next(&ahead);
    if (token_is_sign(&ahead.now, ')'))
        return token_is_word(&tokens->now, "Sequential");
    if (!token_is_sign(&ahead.now, '('))
        return false;
    tokens_next(&ahead);
    tokens_next(&ahead);
    if (!token_is_sign(&ahead.now, ')'))
        return false;
    tokens_next(&ahead);
    return token_is_sign(&ahead.now, ':');
}

static bool read_module(struct reader *reader, const char *path);

/* What stands after (NAME): in a module. */
static bool read_child(struct reader *reader, const char *name)
{
    const struct token at = reader->tokens.now;
    const int kind = find_kind(&at);
    char path[MODEL_PREFIX_SIZE + 1], got[TOKEN_TEXT_SIZE];

    if (at_module(&reader->tokens)) {
        if (!token_is_word(&at, "Sequential"))
            return tokens_refuse(&reader->tokens, &at, reader->error,
                                 "what %s does with its layers is not written here (expected a "
                                 "layer or Sequential)",
                                 token_show(&at, got));
        snprintf(path, sizeof path, "%s.", name);
        return read_module(reader, path);
    }
    if (kind >= 0)
        return read_layer(reader, (enum layer_kind)kind, name);
    return at.kind == TOKEN_WORD ? refuse_unknown(reader, &at, false)
                                 : tokens_refuse(&reader->tokens, &at, reader->error,
                                                 "expected a layer, got %s", token_show(&at, got));
}

/* A module with others in it, from its class on; its own names begin with the path. They are at
 * least two letters longer in each, so a name that is too long ends the recursion. */
static bool read_module(struct reader *reader, const char *path)
{
    struct tokens *tokens = &reader->tokens;
    char name[MODEL_PREFIX_SIZE], got[TOKEN_TEXT_SIZE];

    tokens_next(tokens); /* the class */
    tokens_next(tokens); /* the ( */
    while (!token_is_sign(&tokens->now, ')')) {
        if (!expect_sign(reader, '(', "before the name of the next layer, or ) at the end"))
            return false;
        if (tokens->now.kind == TOKEN_WORD &&
            memchr(tokens->now.text, '.', (size_t)tokens->now.length) != NULL)
            return tokens_refuse(tokens, &tokens->now, reader->error,
                                 "the name %s has a . in it (expected one inside of the other)",
                                 token_show(&tokens->now, got));
        if (!read_name(reader, path, "", name) ||
            !expect_sign(reader, ')', "after the name of a layer") ||
            !expect_sign(reader, ':', "after the name of a layer") || !read_child(reader, name))
            return false;
    }
    tokens_next(tokens);
    return true;
}

static bool read_printed(struct reader *reader)
{
    char got[TOKEN_TEXT_SIZE];

    if (!read_module(reader, ""))
        return false;
    return reader->tokens.now.kind == TOKEN_END ||
           tokens_refuse(&reader->tokens, &reader->tokens.now, reader->error,
                         "the printed network has ended (expected nothing after it, got %s)",
                         token_show(&reader->tokens.now, got));
}

/* ---- the whole ---- */

/* The network of the shelf whose name is all that there is; -1: none. */
static int find_network(const struct tokens *tokens)
{
    struct tokens ahead = *tokens;
    char name[TOKEN_TEXT_SIZE];

    tokens_next(&ahead);
    return ahead.now.kind == TOKEN_END ? words_find(shelf_name, token_show(&tokens->now, name))
                                       : -1;
}

/* Appends what a text that ends in maps gets. */
static bool add_tail(struct reader *reader)
{
    struct layer average = layer_of_kind(LAYER_ADAPTIVE_AVG_POOL2D),
                 flatten = layer_of_kind(LAYER_FLATTEN), linear = layer_of_kind(LAYER_LINEAR);
    const struct token at = reader->last;

    average.output_size[0] = average.output_size[1] = 1;
    linear.out = reader->classes;
    return add(reader, &average, NULL, NULL, &at) && add(reader, &flatten, NULL, NULL, &at) &&
           add(reader, &linear, NULL, NULL, &at);
}

static bool check_end(struct reader *reader)
{
    const struct layer *last = &reader->layers[reader->count - 1];

    if (reader->shape.channels != reader->classes)
        return tokens_refuse(&reader->tokens, &reader->last, reader->error,
                             "the last layer, %s, gives %d features, and the data have %d classes "
                             "(expected the network to end in Linear(CLASSES))",
                             last->name, reader->shape.channels, reader->classes);
    return reader->parameters > 0 ||
           tokens_refuse(&reader->tokens, &reader->last, reader->error,
                         "the network has nothing to train (expected a Conv2d, BatchNorm2d or "
                         "Linear)");
}

static bool read_all(struct reader *reader)
{
    struct tokens *tokens = &reader->tokens;
    char layers[LIST_SIZE];

    if (tokens->now.kind != TOKEN_END &&
        !(at_module(tokens) ? read_printed(reader) : read_items(reader)))
        return false;
    if (reader->count == 0)
        return tokens_refuse(tokens, &tokens->now, reader->error,
                             "the network has no layers (expected %s)", list_layers(layers));
    if (reader->shape.height > 0 && !add_tail(reader))
        return false;
    return check_end(reader);
}

/* The network's name: the shelf's if it is there, or else its shortest text. */
static struct model *make_model(const struct reader *reader, struct shape input)
{
    char *text = model_write_short(reader->layers, reader->count, reader->classes, reader->error);

    if (text == NULL)
        return NULL;
    const int known = shelf_find(text, reader->classes);
    struct model *model = model_new(known >= 0 ? shelf_name(known) : text, input, reader->classes,
                                    reader->layers, reader->count, reader->error);
    free(text);
    return model;
}

struct model *model_read(const char *text, const char *origin, enum error_kind fault,
                         struct shape input, int classes, struct error *error)
{
    struct reader reader = {.error = error, .classes = classes, .shape = input};
    struct model *model = NULL;

    reader.layers = memory_new(MODEL_LAYERS_MAX, sizeof *reader.layers, error);
    if (reader.layers == NULL)
        return NULL;
    tokens_init(&reader.tokens, text, origin, fault);
    const int known = find_network(&reader.tokens);
    if (known >= 0)
        tokens_init(&reader.tokens, shelf_text(known), origin, fault);
    if (read_all(&reader))
        model = make_model(&reader, input);
    free(reader.layers);
    return model;
}

static bool is_file(const char *argument)
{
    const size_t length = strlen(argument), end = strlen(".net");

    return argument[strcspn(argument, " \t\n\v\f\r")] == '\0' &&
           (strchr(argument, '/') != NULL ||
            (length >= end && strcmp(argument + length - end, ".net") == 0));
}

static struct model *read_file(const char *path, struct shape input, int classes,
                               struct error *error)
{
    size_t size;
    unsigned char *bytes = file_read(path, MODEL_FILE_MAX, &size, ERROR_USAGE, error);
    struct model *model = NULL;

    if (bytes == NULL)
        return NULL;
    char *text = memory_new(size + 1, 1, error);
    if (text != NULL) {
        memcpy(text, bytes, size);
        if (strlen(text) == size)
            model = model_read(text, path, ERROR_USAGE, input, classes, error);
        else
            error_set(error, ERROR_USAGE, "%s: is no text (expected a network's layers)", path);
    }
    free(text);
    free(bytes);
    return model;
}

struct model *model_make(const char *argument, struct shape input, int classes, struct error *error)
{
    return is_file(argument) ? read_file(argument, input, classes, error)
                             : model_read(argument, "--model", ERROR_USAGE, input, classes, error);
}
