#include "train/grid.h"

#include "support/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int grid_count(const struct grid *grid)
{
    int count = 1;

    for (int i = 0; i < grid->axis_count; i++)
        count *= grid->axes[i].count;
    return count;
}

const char *grid_value(const struct grid *grid, int combination, int axis)
{
    for (int i = grid->axis_count - 1; i > axis; i--)
        combination /= grid->axes[i].count;
    return grid->axes[axis].values[combination % grid->axes[axis].count];
}

void grid_describe(const struct grid *grid, int combination, char *text, size_t size)
{
    size_t length = 0;

    text[0] = '\0';
    for (int i = 0; i < grid->axis_count && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%s=%s", i > 0 ? "," : "",
                                   grid->axes[i].key, grid_value(grid, combination, i));
}

static void free_axis(struct grid_axis *axis)
{
    for (int i = 0; i < axis->count; i++)
        free(axis->values[i]);
    free(axis->values);
    free(axis->key);
    *axis = (struct grid_axis){0};
}

void grid_fini(struct grid *grid)
{
    for (int i = 0; i < grid->axis_count; i++)
        free_axis(&grid->axes[i]);
    grid->axis_count = 0;
}

/* ---- reading ---- */

/* The end of the value that begins here: a comma outside of brackets, or the text's end. */
static const char *value_end(const char *at)
{
    int depth = 0;

    for (; *at != '\0' && (*at != ',' || depth > 0); at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        else if (*at == '(' || *at == '[')
            depth++;
        else if (*at == ')' || *at == ']')
            depth--;
    }
    return at;
}

/* Copies a value without the spaces around it, and without the backslashes before commas and
 * backslashes. */
static char *copy_value(const char *from, const char *end, struct error *error)
{
    char *value = memory_new((size_t)(end - from) + 1, 1, error), *to = value;

    if (value == NULL)
        return NULL;
    while (from < end && isspace((unsigned char)*from))
        from++;
    while (end > from && isspace((unsigned char)end[-1]))
        end--;
    while (from < end) {
        if (*from == '\\' && from + 1 < end && (from[1] == ',' || from[1] == '\\'))
            from++;
        *to++ = *from++;
    }
    return value;
}

static int count_values(const char *text)
{
    int count = 1;

    for (const char *end = value_end(text); *end != '\0'; end = value_end(end + 1))
        count++;
    return count;
}

static bool read_values(struct grid_axis *axis, const char *text, struct error *error)
{
    const int count = count_values(text);

    axis->values = memory_new((size_t)count, sizeof *axis->values, error);
    if (axis->values == NULL)
        return false;
    for (; axis->count < count; axis->count++) {
        const char *end = value_end(text);
        char *value = copy_value(text, end, error);
        if (value == NULL)
            return false;
        axis->values[axis->count] = value;
        if (*value == '\0') {
            axis->count++;
            return error_set(error, ERROR_USAGE,
                             "--sweep=%s: a value is empty (expected KEY=V1,V2,...)", axis->key);
        }
        text = end + 1;
    }
    return true;
}

/* Whether the grid with the axis is what it may be. */
static bool check_axis(const struct grid *grid, const struct grid_axis *axis, struct error *error)
{
    for (int i = 0; i < grid->axis_count; i++)
        if (strcmp(grid->axes[i].key, axis->key) == 0)
            return error_set(error, ERROR_USAGE, "--sweep=%s is given twice", axis->key);
    return axis->count <= GRID_COUNT_MAX / grid_count(grid) ||
           error_set(error, ERROR_USAGE, "--sweep: too many combinations (expected at most %d)",
                     GRID_COUNT_MAX);
}

bool grid_add(struct grid *grid, const char *text, struct error *error)
{
    const char *equals = strchr(text, '=');
    struct grid_axis axis = {0};

    if (equals == NULL || equals == text)
        return error_set(error, ERROR_USAGE,
                         "--sweep: not usable (expected KEY=V1,V2,..., got '%s')", text);
    if (grid->axis_count == GRID_AXES_MAX)
        return error_set(error, ERROR_USAGE, "--sweep: too many keys (expected at most %d)",
                         GRID_AXES_MAX);
    axis.key = copy_value(text, equals, error);
    if (axis.key == NULL || !read_values(&axis, equals + 1, error) ||
        !check_axis(grid, &axis, error)) {
        free_axis(&axis);
        return false;
    }
    grid->axes[grid->axis_count++] = axis;
    return true;
}
