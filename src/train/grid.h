/*
 * grid.h -- the combinations of a sweep: each value of each key with each value of the others.
 *
 * A text KEY=V1,V2,... gives a key and its values. Commas within parentheses or brackets do not
 * separate values, so that Conv2d(6,5) is one; \, is a comma that does not, \\ a backslash. Spaces
 * around a value do not belong to it. The first key's values change slowest.
 *
 * Ownership: grid_fini releases what grid_add made. Threads: no shared state.
 */
#ifndef TRAIN_GRID_H
#define TRAIN_GRID_H

#include "support/error.h"

enum { GRID_AXES_MAX = 8, GRID_COUNT_MAX = 10000 };

struct grid_axis {
    char *key;
    char **values; /* [count] */
    int count;     /* at least 1 */
};

struct grid {
    int axis_count;
    struct grid_axis axes[GRID_AXES_MAX];
};

/* Adds the key and values of a text to a grid, at first all zero. ERROR_USAGE with a sentence about
 * --sweep if the text has another form, a value is empty, the key is there already, or there are
 * more than GRID_AXES_MAX keys or GRID_COUNT_MAX combinations; ERROR_SYSTEM if memory is short. */
bool grid_add(struct grid *grid, const char *text, struct error *error);
void grid_fini(struct grid *grid);

/* How many combinations there are; 1 without a key. */
int grid_count(const struct grid *grid);

/* The value that an axis has in a combination, from 0. */
const char *grid_value(const struct grid *grid, int combination, int axis);

/* Writes a combination as KEY=VALUE,KEY=VALUE, for messages; cuts it to `size` bytes. */
void grid_describe(const struct grid *grid, int combination, char *text, size_t size);

#endif
