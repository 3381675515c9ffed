/*
 * guarded.h -- the operands of kernels in guarded memory, and the tables and cases under test.
 *
 * All operands lie in memory of their own, once directly before and once directly after a page that
 * must not be touched; inputs are read-only, and everything except the inputs' values is poison: a
 * NaN that would show in a result, and whose bits must still be there wherever a kernel has no
 * business. A test runs over every table that this machine has and both places of the page:
 *
 *   for (bool more = first_run(); more; more = next_run()) {
 *       the inputs; seal(); the outputs; the kernel; the checks, which put poison back
 *   }
 *
 * Errors: a test fails. One thread alone.
 */
#ifndef GUARDED_H
#define GUARDED_H

#include "check.h"
#include "twin.h"

#include "nn/kernels.h"
#include "support/rng.h"

/* Relative to the sum of absolute products, for a handful of roundings and for long sums. */
static const double FEW_ROUNDINGS = 4e-7, LONG_SUM = 1e-5;

extern const struct kernels *kernels; /* the table under test */
extern char what[160];                /* the case under test */
#define CASE(...) snprintf(what, sizeof what, __VA_ARGS__)

/* The next table or the other place of the page; false after the last. next_run() first checks that
 * outputs are poison again, and both release all memory. */
bool first_run(void);
bool next_run(void);

/* `count` floats of poison beside a page that faults. seal() makes everything so far read-only;
 * forget_buffers() releases everything unchecked. */
float *guarded(size_t count);
void seal(void);
void forget_buffers(void);

/* ---- numbers ---- */

extern struct rng rng;

/* A number that is exact in float; one of 17, so that equals are frequent and small products and
 * sums of them are exact; one of some choices. */
double random_value(void);
double coarse_value(void);
int random_of(const int *choices, int count);

/* Arrays for free(), and a grid of LANES samples. */
double *values_new(int count);
double *random_values(int count);
double *absolute_values(const double *values, int count);
struct grid filled_grid(int channels, int height, int width, double (*value)(void));

/* ---- operands ---- */

float *pixel(const struct map *map, int c, int y, int x);

/* A view of maps at `data`, with `border` more pixels on every side in memory; the same maps with
 * `grow` of their border made part of the view. */
struct map map_at(float *data, int channels, int height, int width, int border);
struct map map_grown(struct map map, int grow);

/* Maps of poison with a border of it, and filled from a grid. bordered_map() has `zeros` around the
 * grid, all in the view, and `beyond` pixels of poison around that. */
struct map poison_map(int channels, int height, int width, int border);
struct map filled_map(const struct grid *grid, int border);
struct map bordered_map(const struct grid *grid, int zeros, int beyond);
void fill_map(const struct map *map, const struct grid *grid);

float *filled_array(const double *values, int count);

/* ---- results: each check puts poison back ---- */

void check_value(float *got, double expected, double allowed, const char *name, int c, int y, int x,
                 int lane);

/* Channels [from, to), or elements. `size` has the sums of absolute products; without it the
 * numbers must be exact. */
void check_map(const struct map *map, const struct grid *expected, const struct grid *size,
               double tolerance, int from, int to);
void check_array(float *got, const double *expected, const double *size, double tolerance, int from,
                 int to);

/* Lane by lane: sums[0] is the sum of first(pixel), sums[1] that of first * second; `second` is
 * `first` itself for squares. */
void check_lane_sums(float sums[2][LANES], const struct map *first, int first_channel,
                     const struct map *second, int second_channel);

/* ---- derivatives by central differences, in double ---- */

enum { DERIVATIVES = 24 }; /* checked of each operand */

typedef double scalar_function(void *context);

double derivative(scalar_function *function, void *context, double *x, double step);

/* sum(a * b) */
double grid_product(const struct grid *a, const struct grid *b);

#endif
