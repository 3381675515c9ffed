#include "guarded.h"

#include <math.h>
#include <sys/mman.h>

/* ---- guarded memory ---- */

enum guard { GUARD_AFTER, GUARD_BEFORE, GUARDS };
enum { BUFFERS_MAX = 16, POISON = 0x7fc5a5a5 };

struct buffer {
    char *pages; /* the first and the last are out of bounds */
    size_t size; /* of all pages, in bytes */
    bool sealed; /* an input: read-only */
};

static struct buffer buffers[BUFFERS_MAX];
static int buffer_count;
static enum guard guard;
const struct kernels *kernels;
char what[160];

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static void poison(float *value)
{
    *value = (union {
                 uint32_t bits;
                 float value;
             }){POISON}
                 .value;
}

static bool is_poison(const float *value)
{
    uint32_t bits;

    memcpy(&bits, value, sizeof bits);
    return bits == POISON;
}

float *guarded(size_t count)
{
    const size_t page = page_size(), bytes = count * sizeof(float);
    const size_t inside = (bytes + page - 1) / page * page;
    struct buffer *buffer = &buffers[buffer_count++];

    assert_true(buffer_count <= BUFFERS_MAX);
    *buffer = (struct buffer){.size = inside + 2 * page};
    buffer->pages = mmap(NULL, buffer->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(buffer->pages, MAP_FAILED);
    assert_int_equal(mprotect(buffer->pages + page, inside, PROT_READ | PROT_WRITE), 0);
    float *values = (float *)(void *)(buffer->pages + page);
    for (size_t i = 0; i < inside / sizeof(float); i++)
        poison(&values[i]);
    return guard == GUARD_AFTER ? values + (inside - bytes) / sizeof(float) : values;
}

void seal(void)
{
    for (int i = 0; i < buffer_count; i++) {
        buffers[i].sealed = true;
        assert_int_equal(mprotect(buffers[i].pages, buffers[i].size - page_size(), PROT_READ), 0);
        assert_int_equal(mprotect(buffers[i].pages, page_size(), PROT_NONE), 0);
    }
}

void forget_buffers(void)
{
    for (int i = 0; i < buffer_count; i++)
        munmap(buffers[i].pages, buffers[i].size);
    buffer_count = 0;
}

/* The outputs must be all poison again: the checks below put it back where a kernel had to
 * write. */
static void check_nothing_else_was_written(void)
{
    for (int i = 0; i < buffer_count; i++) {
        const float *values = (const float *)(void *)(buffers[i].pages + page_size());
        size_t count = (buffers[i].size - 2 * page_size()) / sizeof(float);
        for (size_t j = 0; !buffers[i].sealed && j < count; j++)
            if (!is_poison(&values[j]))
                fail_msg("%s, %s: wrote where it should not (buffer %d, %zu floats from its "
                         "first page's start)",
                         kernels->name, what, i, j);
    }
}

/* ---- every table with either guard ---- */

static const struct kernels *table(int n)
{
    const struct kernels *built;
    bool runs;

    for (int i = 0; (built = kernels_built(i, &runs)) != NULL; i++)
        if (runs && n-- == 0)
            return built;
    return NULL;
}

static int run; /* counts through tables and guards */

static bool start_run(int number)
{
    forget_buffers();
    run = number;
    guard = (enum guard)(run % GUARDS);
    kernels = table(run / GUARDS);
    return kernels != NULL;
}

bool first_run(void)
{
    return start_run(0);
}

bool next_run(void)
{
    check_nothing_else_was_written();
    return start_run(run + 1);
}

/* ---- operands ---- */

struct rng rng;

double random_value(void)
{
    return (double)rng_uniform(&rng, -1.0F, 1.0F);
}

double coarse_value(void)
{
    return ((double)rng_below(&rng, 17) - 8.0) / 8.0;
}

int random_of(const int *choices, int count)
{
    return choices[rng_below(&rng, (uint32_t)count)];
}

struct grid filled_grid(int channels, int height, int width, double (*value)(void))
{
    struct grid grid = grid_make(LANES, channels, height, width);

    for (size_t i = 0; i < grid_count(&grid); i++)
        grid.values[i] = value();
    return grid;
}

double *values_new(int count)
{
    double *values = calloc((size_t)count, sizeof *values);

    assert_non_null(values);
    return values;
}

double *random_values(int count)
{
    double *values = values_new(count);

    for (int i = 0; i < count; i++)
        values[i] = random_value();
    return values;
}

double *absolute_values(const double *values, int count)
{
    double *copy = values_new(count);

    for (int i = 0; i < count; i++)
        copy[i] = fabs(values[i]);
    return copy;
}

float *pixel(const struct map *map, int c, int y, int x)
{
    return map->data + (c * map->plane + y * map->pitch + x) * LANES;
}

struct map map_at(float *data, int channels, int height, int width, int border)
{
    const int pitch = width + 2 * border;

    return (struct map){
        .data = data + (border * pitch + border) * LANES,
        .channels = channels,
        .height = height,
        .width = width,
        .pitch = pitch,
        .plane = pitch * (height + 2 * border),
    };
}

struct map map_grown(struct map map, int grow)
{
    map.data -= (grow * map.pitch + grow) * LANES;
    map.height += 2 * grow;
    map.width += 2 * grow;
    return map;
}

struct map poison_map(int channels, int height, int width, int border)
{
    const int plane = (height + 2 * border) * (width + 2 * border);

    return map_at(guarded((size_t)channels * (size_t)plane * LANES), channels, height, width,
                  border);
}

void fill_map(const struct map *map, const struct grid *grid)
{
    for (int c = 0; c < map->channels; c++)
        for (int y = 0; y < map->height; y++)
            for (int x = 0; x < map->width; x++)
                for (int lane = 0; lane < LANES; lane++)
                    pixel(map, c, y, x)[lane] = (float)*grid_at(grid, lane, c, y, x);
}

struct map filled_map(const struct grid *grid, int border)
{
    struct map map = poison_map(grid->channels, grid->height, grid->width, border);

    fill_map(&map, grid);
    return map;
}

struct map bordered_map(const struct grid *grid, int zeros, int beyond)
{
    struct map inside = poison_map(grid->channels, grid->height, grid->width, zeros + beyond);
    struct map map = map_grown(inside, zeros);

    for (int c = 0; c < map.channels; c++)
        for (int y = 0; y < map.height; y++)
            memset(pixel(&map, c, y, 0), 0, (size_t)(map.width * LANES) * sizeof(float));
    fill_map(&inside, grid);
    return map;
}

float *filled_array(const double *values, int count)
{
    float *array = guarded((size_t)count);

    for (int i = 0; i < count; i++)
        array[i] = (float)values[i];
    return array;
}

/* ---- results ---- */

void check_value(float *got, double expected, double allowed, const char *name, int c, int y, int x,
                 int lane)
{
    if (!(fabs((double)*got - expected) <= allowed))
        fail_msg("%s, %s: %s[%d][%d][%d], lane %d: got %.9g, expected %.9g +- %.1e", kernels->name,
                 what, name, c, y, x, lane, (double)*got, expected, allowed);
    poison(got);
}

void check_map(const struct map *map, const struct grid *expected, const struct grid *size,
               double tolerance, int from, int to)
{
    for (int c = from; c < to; c++)
        for (int y = 0; y < map->height; y++)
            for (int x = 0; x < map->width; x++)
                for (int lane = 0; lane < LANES; lane++)
                    check_value(pixel(map, c, y, x) + lane, *grid_at(expected, lane, c, y, x),
                                size != NULL ? tolerance * *grid_at(size, lane, c, y, x) : 0.0,
                                "map", c, y, x, lane);
}

void check_array(float *got, const double *expected, const double *size, double tolerance, int from,
                 int to)
{
    for (int i = from; i < to; i++)
        check_value(&got[i], expected[i], tolerance * size[i], "array", i, 0, 0, 0);
}

void check_lane_sums(float sums[2][LANES], const struct map *first, int first_channel,
                     const struct map *second, int second_channel)
{
    for (int lane = 0; lane < LANES; lane++) {
        double sum[2] = {0.0, 0.0}, size[2] = {0.0, 0.0};
        for (int y = 0; y < first->height; y++) {
            for (int x = 0; x < first->width; x++) {
                double a = (double)pixel(first, first_channel, y, x)[lane];
                double b = (double)pixel(second, second_channel, y, x)[lane];
                sum[0] += a;
                size[0] += fabs(a);
                sum[1] += a * b;
                size[1] += fabs(a * b);
            }
        }
        for (int i = 0; i < 2; i++)
            check_value(&sums[i][lane], sum[i], LONG_SUM * size[i], "sums", first_channel, i, 0,
                        lane);
    }
}

/* ---- derivatives by central differences, in double ---- */

double derivative(scalar_function *function, void *context, double *x, double step)
{
    const double at = *x;

    *x = at + step;
    double above = function(context);
    *x = at - step;
    double below = function(context);
    *x = at;
    return (above - below) / (2.0 * step);
}

double grid_product(const struct grid *a, const struct grid *b)
{
    double sum = 0.0;

    for (size_t i = 0; i < grid_count(a); i++)
        sum += a->values[i] * b->values[i];
    return sum;
}
