#include "train/network.h"

#include "data/dataset.h"
#include "nn/model_text.h"
#include "nn/model_write.h"
#include "support/memory.h"

#include <stdlib.h>
#include <string.h>

static const struct shape INPUT = {1, DATASET_SIDE, DATASET_SIDE};

/* The networks of files of format 1. */
static const char *const old_names[] = {"basic", "nofc", "slim", "deep", "tiny"};

struct model *network_make(const char *argument, struct error *error)
{
    return model_make(argument, INPUT, DATASET_CLASSES, error);
}

struct model *network_read(const char *text, const char *where, struct error *error)
{
    struct model *model = model_read(text, where, ERROR_CHECKPOINT, INPUT, DATASET_CLASSES, error);

    if (model == NULL && error->kind == ERROR_USAGE) /* the layers do not fit together */
        error_set(error, ERROR_CHECKPOINT, "%s: its model cannot be used: %s", where, error->text);
    return model;
}

int network_format(const struct model *model, const struct settings *settings)
{
    for (size_t i = 0; i < sizeof old_names / sizeof old_names[0]; i++)
        if (strcmp(model->name, old_names[i]) == 0 && model->classes == 10)
            return settings_format(settings);
    return NETWORK_FORMAT_MAX;
}

char *network_text(const struct model *model, int format, struct error *error)
{
    const size_t size = strlen(model->name) + 1;

    if (format > 1)
        return model_write_torch(model->layers, model->layer_count, error);
    char *text = memory_new(size, 1, error);
    return text != NULL ? memcpy(text, model->name, size) : NULL;
}

bool network_same(const struct model *a, const struct model *b, bool *same, struct error *error)
{
    char *first = network_text(a, NETWORK_FORMAT_MAX, error);
    char *second = first != NULL ? network_text(b, NETWORK_FORMAT_MAX, error) : NULL;
    const bool written = second != NULL;

    *same = written && strcmp(first, second) == 0;
    free(first);
    free(second);
    return written;
}

bool network_check(const struct model *run, const struct model *other, const char *where,
                   struct error *error)
{
    bool same;

    return network_same(run, other, &same, error) &&
           (same || error_set(error, ERROR_CHECKPOINT,
                              "%s: --model differs from the run's (expected %s, got %s)", where,
                              run->name, other->name));
}
