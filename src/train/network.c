#include "train/network.h"

#include "nn/model_text.h"
#include "nn/model_write.h"
#include "support/memory.h"

#include <stdlib.h>
#include <string.h>

/* The networks of files of format 1. */
static const char *const old_names[] = {"basic", "nofc", "slim", "deep", "tiny"};

/* ---- numbers ---- */

static const struct {
    const char *key;
    int least, most, usual;
} rows[NETWORK_NUMBERS] = {
    {"height", DATASET_SIDE_MIN, DATASET_SIDE_MAX, MNIST_SIDE},
    {"width", DATASET_SIDE_MIN, DATASET_SIDE_MAX, MNIST_SIDE},
    {"classes", CLASSES_MIN, CLASSES_MAX, MNIST_CLASSES},
};

const char *network_key(int i)
{
    return rows[i].key;
}

int network_least(int i)
{
    return rows[i].least;
}

int network_most(int i)
{
    return rows[i].most;
}

struct network_numbers network_usual(void)
{
    struct network_numbers numbers;

    for (int i = 0; i < NETWORK_NUMBERS; i++)
        numbers.number[i] = rows[i].usual;
    return numbers;
}

struct network_numbers network_of_data(const struct split *split)
{
    return (struct network_numbers){{split->height, split->width, split->classes}};
}

struct network_numbers network_own(const struct model *model)
{
    return (struct network_numbers){{model->input.height, model->input.width, model->classes}};
}

bool network_is_usual(const struct model *model)
{
    const struct network_numbers own = network_own(model), usual = network_usual();

    return memcmp(&own, &usual, sizeof own) == 0;
}

/* ---- networks ---- */

static struct shape input_of(struct network_numbers numbers)
{
    return (struct shape){1, numbers.number[0], numbers.number[1]};
}

struct model *network_make(const char *argument, struct network_numbers numbers,
                           struct error *error)
{
    return model_make(argument, input_of(numbers), numbers.number[2], error);
}

struct model *network_read(const char *text, struct network_numbers numbers, const char *where,
                           struct error *error)
{
    struct model *model =
        model_read(text, where, ERROR_CHECKPOINT, input_of(numbers), numbers.number[2], error);

    if (model == NULL && error->kind == ERROR_USAGE) /* the layers do not fit together */
        error_set(error, ERROR_CHECKPOINT, "%s: its model cannot be used: %s", where, error->text);
    return model;
}

int network_format(const struct model *model, const struct settings *settings)
{
    for (size_t i = 0; i < sizeof old_names / sizeof old_names[0]; i++)
        if (strcmp(model->name, old_names[i]) == 0 && network_is_usual(model))
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

bool network_fits(const struct model *model, struct dataset *data, const char *where,
                  struct error *error)
{
    const struct split *train = &data->train;

    if (model->input.height != train->height || model->input.width != train->width)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: its network is for other images than --data has (expected %dx%d, got "
                         "%dx%d)",
                         where, model->input.height, model->input.width, train->height,
                         train->width);
    return dataset_set_classes(data, model->classes) ||
           error_set(error, ERROR_CHECKPOINT,
                     "%s: its network is for other classes than --data has (expected %d, got %d)",
                     where, model->classes, data->classes.count);
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

bool network_asked(const struct model *own, const char *argument, const char *where,
                   struct error *error)
{
    struct model *asked = network_make(argument, network_own(own), error);
    const bool same = asked != NULL && network_check(own, asked, where, error);

    model_free(asked);
    return same;
}
