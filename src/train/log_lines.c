#include "train/log_lines.h"

#include "support/json_memory.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *log_line_event(const json_t *line)
{
    return json_string_value(json_object_get(line, "event"));
}

bool log_line_complete(const json_t *line)
{
    static const struct {
        const char *event, *keys[7];
    } kinds[] = {
        {"start", {"epoch", "batch"}},
        {"resume", {"epoch", "batch"}},
        {"end", {"epoch", "batch"}},
        {"batch", {"epoch", "batch", "loss", "accuracy"}},
        {"lr", {"epoch", "batch", "lr"}},
        {"epoch",
         {"epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds",
          "images_per_second"}},
    };
    const size_t kind_count = sizeof kinds / sizeof kinds[0];
    const char *event = log_line_event(line);
    size_t kind = 0;

    while (kind < kind_count && (event == NULL || strcmp(event, kinds[kind].event) != 0))
        kind++;
    for (size_t i = 0; kind < kind_count && i < 7 && kinds[kind].keys[i] != NULL; i++) {
        const json_t *value = json_object_get(line, kinds[kind].keys[i]);
        if (!json_is_number(value) && !json_is_null(value))
            return false;
    }
    return true;
}

double log_line_real(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);

    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

bool log_line_in_range(const json_t *line, const char *key, double low, double high)
{
    double value = log_line_real(line, key);

    return value >= low && value <= high;
}

bool log_line_below(const json_t *line, const char *key, int limit)
{
    const json_t *value = json_object_get(line, key);

    return json_is_integer(value) && json_integer_value(value) >= 0 &&
           json_integer_value(value) < limit;
}

int log_line_integer(const json_t *line, const char *key)
{
    return (int)json_integer_value(json_object_get(line, key));
}

bool log_line_is(const json_t *line, const char *key, int expected)
{
    const json_t *value = json_object_get(line, key);

    return json_is_integer(value) && json_integer_value(value) == expected;
}

/* A line without a newline is torn. */
static bool visit_text(const char *text, size_t size, log_visitor *visit, void *argument)
{
    json_t *line = text[size - 1] == '\n' ? json_memory_load(text, size, 0, NULL) : NULL;
    bool more = visit(argument, line, size);

    json_decref(line);
    return more;
}

static bool visit_all(FILE *file, const char *path, log_visitor *visit, void *argument,
                      struct error *error)
{
    bool more = true;
    char *text = NULL;
    size_t room = 0;
    ssize_t size;

    errno = 0;
    while (more && (size = getline(&text, &room, file)) > 0)
        more = visit_text(text, (size_t)size, visit, argument);
    free(text);
    if (json_memory_failed())
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it", path);
    return !more || feof(file) ||
           error_set(error, ERROR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
}

bool log_lines_visit(const struct directory *directory, log_visitor *visit, void *argument,
                     struct error *error)
{
    int descriptor = file_open_in(directory, LOG_NAME, NULL, ERROR_CHECKPOINT, error);
    char path[FILE_PATH_SIZE];

    if (descriptor < 0)
        return false;
    file_path(path, directory, LOG_NAME);
    FILE *file = fdopen(descriptor, "r");
    if (file == NULL) {
        close(descriptor);
        return error_set(error, ERROR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
    }
    bool visited = visit_all(file, path, visit, argument, error);
    fclose(file);
    return visited;
}
