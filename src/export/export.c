#include "export/export.h"

#include "export/forms.h"
#include "support/file.h"
#include "support/safetensors.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NAME_SIZE = 64 };

/* ---- the forms ---- */

static const struct form {
    const char *suffix;
    bool (*write)(FILE *file, const struct graph *graph); /* NULL: safetensors */
    bool folds;                                           /* --no-fold is a choice */
    bool normalizes;                                      /* --no-normalize is a choice */
} forms[] = {
    {".onnx", onnx_write, .folds = true, .normalizes = true},
    {".py", pytorch_write},
    {".c", c_write},
    {".safetensors"},
    {".json", json_write, .folds = true},
};

enum { FORMS = sizeof forms / sizeof forms[0] };

/* The part of the path after the last slash. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static const struct form *find_form(const char *path)
{
    const char *name = base_name(path), *suffix = strrchr(name, '.');

    for (int i = 0; suffix != NULL && suffix != name && i < FORMS; i++)
        if (strcmp(forms[i].suffix, suffix) == 0)
            return &forms[i];
    return NULL;
}

void export_list(char *text, size_t size)
{
    size_t length = 0;

    for (int i = 0; i < FORMS && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%s",
                                   i == 0           ? ""
                                   : i + 1 == FORMS ? " or "
                                                    : ", ",
                                   forms[i].suffix);
}

bool export_check(const struct export *export, struct error *error)
{
    const struct form *form = find_form(export->output);
    char all[128];

    if (form == NULL) {
        export_list(all, sizeof all);
        return error_set(error, ERROR_USAGE,
                         "--output: %s does not say a form (expected a name that ends in %s)",
                         export->output, all);
    }
    if (export->no_fold && !form->folds)
        return error_set(error, ERROR_USAGE, "--no-fold needs --output=FILE.onnx or FILE.json: %s",
                         form->write == c_write ? "C files have no batch norm"
                                                : "this form keeps batch norm anyway");
    if (export->no_normalize && !form->normalizes)
        return error_set(error, ERROR_USAGE, "--no-normalize needs --output=FILE.onnx");
    return true;
}

/* The file's name without its suffix, as an identifier. */
static void make_name(char name[NAME_SIZE], const char *path)
{
    const char *base = base_name(path);
    const int length = (int)(strrchr(base, '.') - base);

    snprintf(name, NAME_SIZE, "%s%.*s", isdigit((unsigned char)*base) ? "net_" : "", length, base);
    for (char *letter = name; *letter != '\0'; letter++) {
        *letter = (char)tolower((unsigned char)*letter);
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789", *letter) == NULL)
            *letter = '_';
    }
}

/* ---- writing ---- */

struct sink {
    const struct form *form;
    const struct graph *graph;
};

/* The file_writer. */
static bool write_form(void *argument, int descriptor)
{
    const struct sink *sink = argument;
    const int copy = dup(descriptor); /* fclose closes it */
    FILE *file = copy >= 0 ? fdopen(copy, "w") : NULL;

    if (file == NULL) {
        if (copy >= 0)
            close(copy);
        return false;
    }
    bool written = sink->form->write(file, sink->graph);
    int problem = errno;
    if (written && (fflush(file) != 0 || ferror(file))) {
        problem = errno;
        written = false;
    }
    if (fclose(file) != 0 && written)
        return false;
    errno = problem;
    return written;
}

static bool write_graph(const struct export *export, const struct form *form, struct error *error)
{
    struct graph *graph = graph_new(export->model, export->state, !export->no_fold, error);
    struct sink sink = {form, graph};
    char name[NAME_SIZE];

    if (graph == NULL)
        return false;
    make_name(name, export->output);
    graph->classes = export->classes;
    graph->normalize = export->normalize;
    graph->normalizes = !export->no_normalize;
    graph->checkpoint = export->checkpoint;
    graph->name = name;
    bool written = file_replace_with(&FILE_HERE, export->output, write_form, &sink, error);
    graph_free(graph);
    return written;
}

/* Writes the weights alone, under their state-dict names. */
static bool write_state(const struct export *export, struct error *error)
{
    struct safetensors_writer writer;
    json_t *metadata = json_object();

    json_object_set_new(metadata, "format", json_string("pt")); /* as PyTorch's tools expect */
    safetensors_begin(&writer, metadata);
    for (int t = 0; t < export->model->tensor_count; t++) {
        const struct tensor *tensor = &export->model->tensors[t];
        safetensors_add_floats(&writer, tensor->name, tensor->size, tensor->dimensions,
                               export->state + tensor->offset);
    }
    bool written = safetensors_write(&writer, &FILE_HERE, export->output, error);
    safetensors_end(&writer);
    return written;
}

bool export_write(const struct export *export, struct error *error)
{
    const struct form *form = find_form(export->output);

    return form->write == NULL ? write_state(export, error) : write_graph(export, form, error);
}
