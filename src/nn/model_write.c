#include "nn/model_write.h"

#include "nn/layer_names.h"
#include "nn/layers.h"
#include "support/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- arguments ---- */

static const void *place_of(const struct layer *layer, const struct argument *argument)
{
    return (const char *)layer + argument->offset;
}

static bool has_default(const struct layer *layer, const struct argument *argument)
{
    const void *place = place_of(layer, argument);
    const int *pair = place;

    switch (argument->kind) {
    case ARGUMENT_WHOLE: return *(const int *)place == (int)argument->standard;
    case ARGUMENT_PAIR:
        if (argument->standard_kernel)
            return memcmp(pair, layer->kernel_size, sizeof layer->kernel_size) == 0;
        return pair[0] == (int)argument->standard && pair[1] == (int)argument->standard;
    case ARGUMENT_REAL: return fabs(*(const double *)place - argument->standard) <= 0.0;
    case ARGUMENT_BOOL: return *(const bool *)place == (argument->standard > 0.0);
    case ARGUMENT_INPUT:
    case ARGUMENT_ONLY:
    case ARGUMENT_EITHER: break;
    }
    return true;
}

static void write_value(FILE *file, const struct layer *layer, const struct argument *argument,
                        bool tuple, const char *comma)
{
    const void *place = place_of(layer, argument);
    const int *pair = place;
    char text[NUMBER_TEXT_SIZE];

    switch (argument->kind) {
    case ARGUMENT_INPUT: fprintf(file, "%d", layer_input_size(layer)); break;
    case ARGUMENT_WHOLE: fprintf(file, "%d", *(const int *)place); break;
    case ARGUMENT_PAIR:
        if (tuple || pair[0] != pair[1])
            fprintf(file, "(%d%s%d)", pair[0], comma, pair[1]);
        else
            fprintf(file, "%d", pair[0]);
        break;
    case ARGUMENT_REAL:
        number_python(text, *(const double *)place);
        fputs(text, file);
        break;
    case ARGUMENT_BOOL: fputs(*(const bool *)place ? "True" : "False", file); break;
    case ARGUMENT_ONLY:
        fprintf(file, "%.*s", (int)strcspn(argument->only, "|"), argument->only);
        break;
    case ARGUMENT_EITHER: fputs("False", file); break;
    }
}

static void write_printed(FILE *file, const struct layer *layer)
{
    const char *separator = "";

    fprintf(file, "%s(", layer_kind_name((int)layer->kind));
    for (const struct argument *a = layer_arguments(layer->kind); a->name != NULL; a++) {
        if (a->shown == SHOWN_NOT || (a->shown == SHOWN_IF_CHANGED && has_default(layer, a)))
            continue;
        fputs(separator, file);
        if (a->shown != SHOWN_VALUE)
            fprintf(file, "%s=", a->name);
        write_value(file, layer, a, a->tuple, ", ");
        separator = ", ";
    }
    fputc(')', file);
}

/* The layer's own words with as little as possible: positions where PyTorch asks for a value, and
 * of the first argument; names for the rest. */
static void write_words(FILE *file, const struct layer *layer)
{
    const struct argument *first = layer_arguments(layer->kind);
    const char *separator = "(";

    fputs(layer_kind_name((int)layer->kind), file);
    for (const struct argument *a = first; a->name != NULL; a++) {
        if (a->kind == ARGUMENT_INPUT || (has_default(layer, a) && !a->required))
            continue;
        fputs(separator, file);
        if (!a->required && a != first)
            fprintf(file, "%s=", a->name);
        write_value(file, layer, a, false, ",");
        separator = ",";
    }
    if (*separator == ',')
        fputc(')', file);
}

void model_write_call(FILE *file, const struct layer *layer)
{
    const struct argument *first = layer_arguments(layer->kind);
    const char *separator = "";

    fprintf(file, "%s(", layer_kind_name((int)layer->kind));
    for (const struct argument *a = first; a->name != NULL; a++) {
        const bool asked = layer->kind == LAYER_LOG_SOFTMAX; /* PyTorch warns without dim */
        if (a->kind != ARGUMENT_INPUT && has_default(layer, a) && !a->required && !asked)
            continue;
        fputs(separator, file);
        if (a->kind != ARGUMENT_INPUT && !a->required && (a != first || asked))
            fprintf(file, "%s=", a->name);
        write_value(file, layer, a, false, ", ");
        separator = ", ";
    }
    fputc(')', file);
}

/* ---- as PyTorch prints ---- */

static void indent(FILE *file, int depth)
{
    fprintf(file, "%*s", 2 * depth, "");
}

/* How many letters of the name are its container's, with the dot after it. */
static int container_length(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot == NULL ? 0 : (int)(dot - name) + 1;
}

static int count_dots(const char *name, int length)
{
    int count = 0;

    for (int i = 0; i < length; i++)
        count += name[i] == '.';
    return count;
}

/* How many letters two containers have in common, whole parts with their dots. */
static int common_length(const char *a, int a_length, const char *b, int b_length)
{
    int common = 0;

    for (int i = 0; i < a_length && i < b_length && a[i] == b[i]; i++)
        if (a[i] == '.')
            common = i + 1;
    return common;
}

static void close_containers(FILE *file, int from, int to)
{
    for (int depth = from; depth > to; depth--) {
        indent(file, depth);
        fputs(")\n", file);
    }
}

/* The line of a layer, after those that end and begin containers. */
static void write_line(FILE *file, const struct layer *layer, const char *before)
{
    const char *name = layer->name;
    const int length = container_length(name), open = container_length(before);
    const int common = common_length(name, length, before, open);
    int depth = count_dots(name, common);

    close_containers(file, count_dots(before, open), depth);
    for (int at = common; at < length; depth++) {
        int part = (int)strcspn(name + at, ".");
        indent(file, depth + 1);
        fprintf(file, "(%.*s): Sequential(\n", part, name + at);
        at += part + 1;
    }
    indent(file, depth + 1);
    fprintf(file, "(%s): ", name + length);
    write_printed(file, layer);
    fputc('\n', file);
}

static void write_torch(FILE *file, const struct layer *layers, int count)
{
    const char *before = "";

    fputs("Sequential(\n", file);
    for (int l = 0; l < count; l++) {
        write_line(file, &layers[l], before);
        before = layers[l].name;
    }
    close_containers(file, count_dots(before, container_length(before)), 0);
    fputc(')', file);
}

/* ---- in short ---- */

struct brief {
    FILE *file;
    const struct layer *layers;
    int count;
    char container[MODEL_PREFIX_SIZE]; /* that layers without a name go to */
};

/* Whether a layer has the name that it would be given; those before it have their own. */
static bool has_next_name(const struct brief *brief, int l, const char *container)
{
    char name[MODEL_PREFIX_SIZE];

    return l < brief->count && layer_name_next(brief->layers, l, container, name) &&
           strcmp(name, brief->layers[l].name) == 0;
}

static bool has_defaults(const struct layer *layer, enum layer_kind kind)
{
    if (layer->kind != kind)
        return false;
    for (const struct argument *a = layer_arguments(kind); a->name != NULL; a++)
        if (!has_default(layer, a))
            return false;
    return true;
}

/* Whether the layer is the convolution of a block. */
static bool is_block(const struct layer *layer)
{
    const int kernel = layer->kernel_size[0], padding = layer->padding[0];

    return layer->kind == LAYER_CONV2D && !layer->bias && layer->groups == 1 &&
           layer->kernel_size[1] == kernel && layer->stride[1] == layer->stride[0] &&
           layer->padding[1] == padding &&
           (padding == 0 || (kernel % 2 == 1 && padding == kernel / 2));
}

static bool is_half_pool(const struct layer *layer)
{
    return layer->kind == LAYER_MAX_POOL2D && layer->kernel_size[0] == 2 &&
           layer->kernel_size[1] == 2 && has_default(layer, &layer_arguments(layer->kind)[1]) &&
           layer->padding[0] == 0 && layer->padding[1] == 0;
}

static void write_block(FILE *file, const struct layer *layer)
{
    fprintf(file, "%d", layer->out);
    if (layer->kernel_size[0] != 3)
        fprintf(file, "k%d", layer->kernel_size[0]);
    if (layer->stride[0] != 1)
        fprintf(file, "s%d", layer->stride[0]);
    if (layer->padding[0] > 0)
        fputc('p', file);
}

/* Writes the layer, or the block that begins with it; returns how many layers that are. */
static int write_item(const struct brief *brief, int l, bool named)
{
    const struct layer *layer = &brief->layers[l];

    if (is_half_pool(layer)) {
        fputc('M', brief->file);
    } else if (is_block(layer)) {
        write_block(brief->file, layer);
        if (!named && has_next_name(brief, l + 1, brief->container) &&
            has_next_name(brief, l + 2, brief->container) &&
            has_defaults(layer + 1, LAYER_BATCH_NORM2D) && has_defaults(layer + 2, LAYER_RELU))
            return 3;
        fputc('c', brief->file);
    } else {
        write_words(brief->file, layer);
    }
    return 1;
}

/* Whether the layers from l on are those that a text gets that ends in maps. */
static bool is_tail(const struct brief *brief, int l, int classes)
{
    const struct layer *layer = &brief->layers[l];

    return l > 0 && l + 3 == brief->count && layer->kind == LAYER_ADAPTIVE_AVG_POOL2D &&
           layer->output_size[0] == 1 && layer->output_size[1] == 1 &&
           layer[1].kind == LAYER_FLATTEN && layer[2].kind == LAYER_LINEAR && layer[2].bias &&
           layer[2].out == classes && has_next_name(brief, l, brief->container) &&
           has_next_name(brief, l + 1, brief->container) &&
           has_next_name(brief, l + 2, brief->container);
}

/* Begins the container of the layer if that gives it its name, or else writes the name. Returns
 * whether it is a name. */
static bool write_name(struct brief *brief, int l)
{
    const char *name = brief->layers[l].name;
    char container[MODEL_PREFIX_SIZE];

    snprintf(container, sizeof container, "%.*s", container_length(name), name);
    container[strlen(container) - (*container != '\0')] = '\0'; /* its dot */
    const bool begins = *container != '\0' && strcmp(strrchr(name, '.'), ".0") == 0 &&
                        has_next_name(brief, l, container);
    fprintf(brief->file, begins ? "[%s] " : "%s: ", begins ? container : name);
    snprintf(brief->container, sizeof brief->container, "%s", begins ? container : "");
    return !begins;
}

static void write_short(struct brief *brief, int classes)
{
    for (int l = 0; l < brief->count && !is_tail(brief, l, classes);) {
        fputs(l > 0 ? " " : "", brief->file);
        bool named = !has_next_name(brief, l, brief->container) && write_name(brief, l);
        l += write_item(brief, l, named);
    }
}

/* ---- texts ---- */

static char *finish(FILE *file, char **text, struct error *error)
{
    bool written = ferror(file) == 0;

    /* Without memory for the last of it glibc closes the file as if all were well. */
    written = fclose(file) == 0 && written && *text != NULL;
    if (written)
        return *text;
    free(*text);
    error_set(error, ERROR_SYSTEM, "not enough memory to write the network down");
    return NULL;
}

static FILE *begin(char **text, size_t *size, struct error *error)
{
    FILE *file = open_memstream(text, size);

    if (file == NULL)
        error_set(error, ERROR_SYSTEM, "not enough memory to write the network down");
    return file;
}

char *model_write_torch(const struct layer *layers, int count, struct error *error)
{
    size_t size;
    char *text = NULL;
    FILE *file = begin(&text, &size, error);

    if (file == NULL)
        return NULL;
    write_torch(file, layers, count);
    return finish(file, &text, error);
}

char *model_write_short(const struct layer *layers, int count, int classes, struct error *error)
{
    size_t size;
    char *text = NULL;
    FILE *file = begin(&text, &size, error);
    struct brief brief = {.file = file, .layers = layers, .count = count};

    if (file == NULL)
        return NULL;
    write_short(&brief, classes);
    return finish(file, &text, error);
}
