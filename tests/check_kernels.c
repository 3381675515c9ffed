/*
 * Every kernel of every table that this machine runs, against the twin's textbook loops.
 *
 * All operands lie in memory of their own, once directly before and once directly behind a page
 * that must not be touched; inputs are read-only, and everything but the inputs' values is poison:
 * a NaN that would show in a result, and whose bits must still be there wherever a kernel has no
 * business.
 */
#include "check.h"
#include "twin.h"

#include "nn/kernels.h"
#include "nn/limits.h"
#include "nn/map.h"
#include "support/rng.h"

#include <math.h>
#include <sys/mman.h>

/* Relative to the sum of absolute products, for a handful of roundings and for long sums. */
static const double FEW_ROUNDINGS = 4e-7, LONG_SUM = 1e-5;

/* ---- guarded memory ---- */

enum guard { GUARD_BEHIND, GUARD_BEFORE, GUARDS };
enum { BUFFERS_MAX = 16, POISON = 0x7fc5a5a5 };

struct buffer {
    char *pages; /* the first and the last are out of bounds */
    size_t size; /* of all pages, in bytes */
    bool sealed; /* an input: read-only */
};

static struct buffer buffers[BUFFERS_MAX];
static int buffer_count;
static enum guard guard;
static const struct kernels *kernels; /* the table under test */
static char what[160];                /* the case under test */

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

/* `count` floats of poison beside a page that faults. */
static float *guarded(size_t count)
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
    return guard == GUARD_BEHIND ? values + (inside - bytes) / sizeof(float) : values;
}

/* Makes everything allocated so far read-only. */
static void seal(void)
{
    for (int i = 0; i < buffer_count; i++) {
        buffers[i].sealed = true;
        assert_int_equal(mprotect(buffers[i].pages, buffers[i].size - page_size(), PROT_READ), 0);
        assert_int_equal(mprotect(buffers[i].pages, page_size(), PROT_NONE), 0);
    }
}

static void forget_buffers(void)
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

static bool first_run(void)
{
    return start_run(0);
}

static bool next_run(void)
{
    check_nothing_else_was_written();
    return start_run(run + 1);
}

#define CASE(...) snprintf(what, sizeof what, __VA_ARGS__)

/* ---- operands ---- */

static struct rng rng;

/* A number that is exact in float. */
static double random_value(void)
{
    return (double)rng_uniform(&rng, -1.0F, 1.0F);
}

/* One of 17 numbers, so that equals are frequent and small products and sums of them are exact. */
static double coarse_value(void)
{
    return ((double)rng_below(&rng, 17) - 8.0) / 8.0;
}

static int random_of(const int *choices, int count)
{
    return choices[rng_below(&rng, (uint32_t)count)];
}

static struct grid filled_grid(int channels, int height, int width, double (*value)(void))
{
    struct grid grid = grid_make(LANES, channels, height, width);

    for (size_t i = 0; i < grid_count(&grid); i++)
        grid.values[i] = value();
    return grid;
}

static double *values_new(int count)
{
    double *values = calloc((size_t)count, sizeof *values);

    assert_non_null(values);
    return values;
}

static double *random_values(int count)
{
    double *values = values_new(count);

    for (int i = 0; i < count; i++)
        values[i] = random_value();
    return values;
}

static double *absolute_values(const double *values, int count)
{
    double *copy = values_new(count);

    for (int i = 0; i < count; i++)
        copy[i] = fabs(values[i]);
    return copy;
}

static float *pixel(const struct map *map, int c, int y, int x)
{
    return map->data + (c * map->plane + y * map->pitch + x) * LANES;
}

static struct map poison_map(int channels, int height, int width, int border)
{
    struct shape shape = {channels, height, width};

    return map_inside(guarded(map_size(shape, border)), shape, border);
}

static void fill_map(const struct map *map, const struct grid *grid)
{
    for (int c = 0; c < map->channels; c++)
        for (int y = 0; y < map->height; y++)
            for (int x = 0; x < map->width; x++)
                for (int lane = 0; lane < LANES; lane++)
                    pixel(map, c, y, x)[lane] = (float)*grid_at(grid, lane, c, y, x);
}

static struct map filled_map(const struct grid *grid, int border)
{
    struct map map = poison_map(grid->channels, grid->height, grid->width, border);

    fill_map(&map, grid);
    return map;
}

/* The grid with `zeros` around it, all in the view, and `beyond` pixels of poison around that. */
static struct map bordered_map(const struct grid *grid, int zeros, int beyond)
{
    struct map inside = poison_map(grid->channels, grid->height, grid->width, zeros + beyond);
    struct map map = map_grown(inside, zeros, zeros);

    for (int c = 0; c < map.channels; c++)
        for (int y = 0; y < map.height; y++)
            memset(pixel(&map, c, y, 0), 0, (size_t)(map.width * LANES) * sizeof(float));
    fill_map(&inside, grid);
    return map;
}

static float *filled_array(const double *values, int count)
{
    float *array = guarded((size_t)count);

    for (int i = 0; i < count; i++)
        array[i] = (float)values[i];
    return array;
}

/* One number a lane. */
static float *filled_lanes(const double *values)
{
    return filled_array(values, LANES);
}

/* ---- results ---- */

/* Checks one number and puts poison back. */
static void check_value(float *got, double expected, double allowed, const char *name, int c, int y,
                        int x, int lane)
{
    if (!(fabs((double)*got - expected) <= allowed))
        fail_msg("%s, %s: %s[%d][%d][%d], lane %d: got %.9g, expected %.9g +- %.1e", kernels->name,
                 what, name, c, y, x, lane, (double)*got, expected, allowed);
    poison(got);
}

/* Checks channels [from, to). Without `size`, the sums of absolute products, the numbers must be
 * exact. */
static void check_map(const struct map *map, const struct grid *expected, const struct grid *size,
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

static void check_array(float *got, const double *expected, const double *size, double tolerance,
                        int from, int to)
{
    for (int i = from; i < to; i++)
        check_value(&got[i], expected[i], tolerance * size[i], "array", i, 0, 0, 0);
}

/* Lane by lane: sums[0] is the sum of first(pixel), sums[1] that of first * second; `second` is
 * `first` itself for squares. */
static void check_lane_sums(float sums[2][LANES], const struct map *first, int first_channel,
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

/* ---- shapes ---- */

static const int channel_choices[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 17, 20, 24};

struct size {
    int height, width;
};

enum { BASIC_SIZES = 4, SIZES = BASIC_SIZES + 30 };

/* The basic model's sizes, then every height and width from 3 to 17, odd with even. */
static struct size size_at(int i)
{
    static const struct size basic[BASIC_SIZES] = {{28, 28}, {12, 12}, {10, 10}, {14, 14}};

    if (i < BASIC_SIZES)
        return basic[i];
    i -= BASIC_SIZES;
    return (struct size){3 + i % 15, 3 + (i * 7 + i / 15) % 15};
}

/* ---- convolution ---- */

static const struct window plain = {.size = {3, 3}, .stride = {1, 1}};

/* height, width: of the input inside its border of zeros. */
struct conv_case {
    int inputs, outputs, height, width, border, from, to;
};

/* The basic model's convolutions, forward and for the gradient of their input, at full range. */
static const struct conv_case basic_convs[] = {
    {1, 4, 28, 28, 1, 0, 4},    {4, 8, 28, 28, 1, 0, 8},    {8, 16, 14, 14, 0, 0, 16},
    {16, 20, 12, 12, 0, 0, 20}, {20, 24, 10, 10, 0, 0, 24}, {8, 4, 28, 28, 1, 0, 4},
    {16, 8, 12, 12, 2, 0, 8},   {20, 16, 10, 10, 2, 0, 16}, {24, 20, 8, 8, 2, 0, 20},
    {16, 20, 12, 12, 0, 8, 16}, {20, 16, 10, 10, 2, 4, 12}, {4, 8, 28, 28, 1, 4, 8},
};

enum { SWEPT_CONVS = 140 };

static struct conv_case random_conv(int i)
{
    struct conv_case at = {
        .inputs = random_of(channel_choices, CHECK_COUNT(channel_choices)),
        .outputs = random_of(channel_choices, CHECK_COUNT(channel_choices)),
        .height = 3 + i % 15,
        .width = 3 + (i / 3 + 4 * i) % 15,
        .border = i % 3,
    };

    /* With a border, one row of values inside it is enough. */
    if (at.border > 0 && rng_below(&rng, 4) == 0)
        at.height = 1 + (int)rng_below(&rng, 2);
    if (at.border > 0 && rng_below(&rng, 4) == 0)
        at.width = 1 + (int)rng_below(&rng, 2);
    at.from = (int)rng_below(&rng, (uint32_t)at.outputs);
    at.to = at.from + 1 + (int)rng_below(&rng, (uint32_t)(at.outputs - at.from));
    if (i % 2 == 0)
        at.from = 0, at.to = at.outputs;
    return at;
}

static void for_each_conv(void (*check)(const struct conv_case *))
{
    rng_init(&rng, 1, 0);
    for (int i = 0; i < CHECK_COUNT(basic_convs) + SWEPT_CONVS; i++) {
        int swept = i - CHECK_COUNT(basic_convs);
        struct conv_case at = swept < 0 ? basic_convs[i] : random_conv(swept);
        CASE("%d->%d channels, %dx%d, border %d, outputs [%d, %d)", at.inputs, at.outputs,
             at.height, at.width, at.border, at.from, at.to);
        check(&at);
    }
}

/* What a convolution works on, and what should come out. */
struct conv_operands {
    struct grid in, out, out_size;
    double *weight, *bias;
};

static struct grid conv_output(const struct conv_case *at)
{
    return grid_make(LANES, at->outputs, at->height + 2 * at->border - 2,
                     at->width + 2 * at->border - 2);
}

static struct conv_operands conv_operands_make(const struct conv_case *at, bool bias)
{
    const int weights = at->outputs * at->inputs * 9;
    struct conv_operands o = {
        .in = filled_grid(at->inputs, at->height, at->width, random_value),
        .out = conv_output(at),
        .out_size = conv_output(at),
        .weight = random_values(weights),
        .bias = bias ? random_values(at->outputs) : NULL,
    };
    struct grid in_size = grid_absolute(&o.in);
    double *weight_size = absolute_values(o.weight, weights);
    double *bias_size = bias ? absolute_values(o.bias, at->outputs) : NULL;

    twin_conv(&o.in, at->border, o.weight, o.bias, &o.out);
    twin_conv(&in_size, at->border, weight_size, bias_size, &o.out_size);
    grid_fini(&in_size);
    free(weight_size);
    free(bias_size);
    return o;
}

static void conv_operands_fini(struct conv_operands *o)
{
    grid_fini(&o->in);
    grid_fini(&o->out);
    grid_fini(&o->out_size);
    free(o->weight);
    free(o->bias);
}

static void check_conv(const struct conv_case *at)
{
    const bool bias = rng_below(&rng, 2) == 0, sums = rng_below(&rng, 2) == 0;
    const int beyond = (int)rng_below(&rng, 3), out_border = (int)rng_below(&rng, 3);
    struct conv_operands o = conv_operands_make(at, bias);

    for (bool more = first_run(); more; more = next_run()) {
        struct map in = bordered_map(&o.in, at->border, beyond);
        float *weight = filled_array(o.weight, at->outputs * at->inputs * 9);
        float *biases = bias ? filled_array(o.bias, at->outputs) : NULL;
        seal();
        struct map out = poison_map(at->outputs, o.out.height, o.out.width, out_border);
        float(*lane_sums)[2][LANES] =
            sums ? (void *)guarded((size_t)(at->outputs * 2 * LANES)) : NULL;

        kernels->conv(&plain, &in, at->border, weight, biases, false, &out, lane_sums, at->from,
                      at->to);
        for (int k = at->from; sums && k < at->to; k++)
            check_lane_sums(lane_sums[k], &out, k, &out, k);
        check_map(&out, &o.out, &o.out_size, LONG_SUM, at->from, at->to);
    }
    conv_operands_fini(&o);
}

static void conv_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_conv(check_conv);
}

static void check_conv_weights(const struct conv_case *at)
{
    const int weights = at->outputs * at->inputs * 9, channel = at->inputs * 9;
    const int beyond = (int)rng_below(&rng, 3), out_border = (int)rng_below(&rng, 3);
    struct grid in = filled_grid(at->inputs, at->height, at->width, random_value);
    struct grid shape = conv_output(at);
    struct grid out = filled_grid(at->outputs, shape.height, shape.width, random_value);
    struct grid in_size = grid_absolute(&in), out_size = grid_absolute(&out);
    double *gradient = values_new(weights), *size = values_new(weights);

    twin_conv_weight_gradient(&in, at->border, &out, gradient);
    twin_conv_weight_gradient(&in_size, at->border, &out_size, size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = bordered_map(&in, at->border, beyond);
        struct map out_map = filled_map(&out, out_border);
        seal();
        float *got = guarded((size_t)weights);

        kernels->conv_weights(&plain, &in_map, at->border, &out_map, got, at->from, at->to);
        check_array(got, gradient, size, LONG_SUM, at->from * channel, at->to * channel);
    }
    grid_fini(&in);
    grid_fini(&shape);
    grid_fini(&out);
    grid_fini(&in_size);
    grid_fini(&out_size);
    free(gradient);
    free(size);
}

static void conv_weights_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_conv(check_conv_weights);
}

/* More input channels than any tile holds at once. */
static void conv_takes_as_many_channels_as_a_model_may_have(void **state)
{
    static const struct conv_case cases[] = {
        {MODEL_CHANNELS_MAX, 5, 5, 6, 1, 0, 5},
        {33, 3, 4, 7, 0, 1, 3},
        {3, MODEL_CHANNELS_MAX, 6, 4, 2, 0, MODEL_CHANNELS_MAX},
    };

    (void)state;
    rng_init(&rng, 2, 0);
    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        CASE("%d->%d channels", cases[i].inputs, cases[i].outputs);
        check_conv(&cases[i]);
        check_conv_weights(&cases[i]);
    }
}

/* The gradient of the input is the same kernel on the gradient of the output with its border of
 * zeros and the flipped weights. */
static void check_conv_input_gradient(const struct conv_case *forward)
{
    const int weights = forward->outputs * forward->inputs * 9, border = 2 - forward->border;
    double *weight = random_values(weights), *weight_size = absolute_values(weight, weights);
    struct grid shape = conv_output(forward);
    struct grid out = filled_grid(forward->outputs, shape.height, shape.width, random_value);
    struct grid out_size = grid_absolute(&out);
    struct grid in = grid_make(LANES, forward->inputs, forward->height, forward->width);
    struct grid in_size = grid_make(LANES, forward->inputs, forward->height, forward->width);

    twin_conv_input_gradient(&out, forward->border, weight, &in);
    twin_conv_input_gradient(&out_size, forward->border, weight_size, &in_size);
    for (bool more = first_run(); more; more = next_run()) {
        float *unflipped = filled_array(weight, weights), *flipped = guarded((size_t)weights);
        struct map out_map = bordered_map(&out, border, 0);
        kernels_flip(&plain, unflipped, flipped, forward->outputs, forward->inputs);
        seal();
        struct map in_map = poison_map(in.channels, in.height, in.width, 0);

        kernels->conv(&plain, &out_map, border, flipped, NULL, false, &in_map, NULL, 0,
                      in.channels);
        check_map(&in_map, &in, &in_size, LONG_SUM, 0, in.channels);
    }
    free(weight);
    free(weight_size);
    grid_fini(&shape);
    grid_fini(&out);
    grid_fini(&out_size);
    grid_fini(&in);
    grid_fini(&in_size);
}

static void conv_of_flipped_weights_is_the_input_gradient(void **state)
{
    static const struct conv_case cases[] = {
        {4, 8, 28, 28, 1, 0, 8}, {8, 16, 14, 14, 0, 0, 16}, {16, 20, 12, 12, 0, 0, 20},
        {3, 5, 7, 4, 0, 0, 5},   {3, 5, 4, 7, 1, 0, 5},     {5, 3, 3, 9, 2, 0, 3},
        {2, 7, 1, 5, 1, 0, 7},   {1, 1, 3, 3, 0, 0, 1},
    };

    (void)state;
    rng_init(&rng, 3, 0);
    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        CASE("input gradient of %d->%d channels, %dx%d, padding %d", cases[i].inputs,
             cases[i].outputs, cases[i].height, cases[i].width, cases[i].border);
        check_conv_input_gradient(&cases[i]);
    }
}

/* Runs conv and conv_weights for the outputs [from, to) and keeps their results. */
static void run_split(const struct conv_operands *o, const struct grid *out_gradient, int border,
                      int from, int to, float *result, size_t *count)
{
    const int outputs = o->out.channels, inputs = o->in.channels;
    struct map in = bordered_map(&o->in, border, 0);
    struct map gradient = filled_map(out_gradient, 0);
    float *weight = filled_array(o->weight, outputs * inputs * 9);
    struct map out = poison_map(outputs, o->out.height, o->out.width, 0);
    size_t pixels = (size_t)(out.plane * LANES), sums = 2 * LANES, taps = (size_t)inputs * 9;
    float *lane_sums = guarded((size_t)outputs * sums), *weights = guarded((size_t)outputs * taps);

    kernels->conv(&plain, &in, border, weight, NULL, false, &out, (float(*)[2][LANES])lane_sums,
                  from, to);
    kernels->conv_weights(&plain, &in, border, &gradient, weights, from, to);
    for (size_t k = (size_t)from; k < (size_t)to; k++) {
        float *at = result + k * (pixels + sums + taps);
        memcpy(at, out.data + k * pixels, pixels * sizeof(float));
        memcpy(at + pixels, lane_sums + k * sums, sums * sizeof(float));
        memcpy(at + pixels + sums, weights + k * taps, taps * sizeof(float));
    }
    *count = (size_t)outputs * (pixels + sums + taps);
    forget_buffers();
}

static void conv_gives_the_same_bits_however_outputs_are_split(void **state)
{
    static const struct conv_case at = {6, 23, 9, 13, 1, 0, 23};
    static const int cuts[][4] = {{4, 8, 12, 23}, {1, 2, 3, 23}, {5, 11, 22, 23}, {20, 21, 22, 23}};
    enum { RESULTS_MAX = 23 * (9 * 13 * LANES + 2 * LANES + 6 * 9) };
    static float whole[RESULTS_MAX], parts[RESULTS_MAX];

    (void)state;
    rng_init(&rng, 4, 0);
    struct conv_operands o = conv_operands_make(&at, false);
    struct grid gradient = filled_grid(o.out.channels, o.out.height, o.out.width, random_value);
    CASE("split outputs");
    for (bool more = first_run(); more; more = next_run()) {
        size_t count;
        run_split(&o, &gradient, at.border, 0, at.outputs, whole, &count);
        assert_true(count <= RESULTS_MAX);
        for (int i = 0; i < CHECK_COUNT(cuts); i++) {
            for (int part = 0; part < 4; part++)
                run_split(&o, &gradient, at.border, part > 0 ? cuts[i][part - 1] : 0, cuts[i][part],
                          parts, &count);
            assert_memory_equal(whole, parts, count * sizeof(float));
        }
    }
    conv_operands_fini(&o);
    grid_fini(&gradient);
}

/* A value that is not finite shows in every output whose window holds it, and nowhere else. */
static void conv_shows_nan_and_infinity_in_their_windows_alone(void **state)
{
    static const struct conv_case at = {3, 6, 7, 9, 1, 0, 6};
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    enum { CHANNEL = 1, Y = 3, X = 6, LANE = 5 };

    (void)state;
    rng_init(&rng, 5, 0);
    struct conv_operands o = conv_operands_make(&at, false);
    for (int i = 0; i < CHECK_COUNT(bad); i++) {
        CASE("conv with %g", (double)bad[i]);
        for (bool more = first_run(); more; more = next_run()) {
            struct map in = bordered_map(&o.in, at.border, 0);
            float *weight = filled_array(o.weight, at.outputs * at.inputs * 9);
            pixel(&in, CHANNEL, Y + at.border, X + at.border)[LANE] = bad[i];
            seal();
            struct map out = poison_map(at.outputs, at.height, at.width, 0);

            kernels->conv(&plain, &in, at.border, weight, NULL, false, &out, NULL, 0, at.outputs);
            for (int k = 0; k < at.outputs; k++)
                for (int dy = -1; dy <= 1; dy++)
                    for (int dx = -1; dx <= 1; dx++) {
                        float *value = &pixel(&out, k, Y + dy, X + dx)[LANE];
                        assert_true(!isfinite(*value));
                        *value = (float)*grid_at(&o.out, LANE, k, Y + dy, X + dx);
                    }
            check_map(&out, &o.out, &o.out_size, LONG_SUM, 0, at.outputs);
        }
    }
    conv_operands_fini(&o);
}

/* ---- derivatives by central differences, in double ---- */

typedef double scalar_function(void *context);

static double derivative(scalar_function *function, void *context, double *x, double step)
{
    const double at = *x;

    *x = at + step;
    double above = function(context);
    *x = at - step;
    double below = function(context);
    *x = at;
    return (above - below) / (2.0 * step);
}

/* sum(a * b) */
static double grid_product(const struct grid *a, const struct grid *b)
{
    double sum = 0.0;

    for (size_t i = 0; i < grid_count(a); i++)
        sum += a->values[i] * b->values[i];
    return sum;
}

struct conv_scalar {
    struct conv_operands o;
    struct grid factor;
    int padding;
};

/* A scalar that depends on every output. */
static double conv_scalar(void *context)
{
    struct conv_scalar *s = context;

    twin_conv(&s->o.in, s->padding, s->o.weight, NULL, &s->o.out);
    return grid_product(&s->o.out, &s->factor);
}

enum { DERIVATIVES = 24 }; /* checked of each operand */

static void check_conv_derivatives(const struct conv_case *at)
{
    struct conv_scalar s = {.o = conv_operands_make(at, false), .padding = at->border};
    const int weights = at->outputs * at->inputs * 9, border = 2 - at->border;

    s.factor = filled_grid(s.o.out.channels, s.o.out.height, s.o.out.width, random_value);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in = bordered_map(&s.o.in, at->border, 0);
        struct map out_gradient = bordered_map(&s.factor, border, 0);
        struct map inside = map_grown(out_gradient, -border, -border);
        float *weight = filled_array(s.o.weight, weights), *flipped = guarded((size_t)weights);
        float *weight_gradient = guarded((size_t)weights);
        struct map in_gradient = poison_map(at->inputs, at->height, at->width, 0);

        kernels_flip(&plain, weight, flipped, at->outputs, at->inputs);
        kernels->conv(&plain, &out_gradient, border, flipped, NULL, false, &in_gradient, NULL, 0,
                      at->inputs);
        kernels->conv_weights(&plain, &in, at->border, &inside, weight_gradient, 0, at->outputs);
        for (int i = 0; i < DERIVATIVES; i++) {
            int w = (int)rng_below(&rng, (uint32_t)weights), lane = (int)rng_below(&rng, LANES);
            int c = (int)rng_below(&rng, (uint32_t)at->inputs);
            int y = (int)rng_below(&rng, (uint32_t)at->height);
            int x = (int)rng_below(&rng, (uint32_t)at->width);
            double slope = derivative(conv_scalar, &s, &s.o.weight[w], 1e-2);
            assert_true(fabs((double)weight_gradient[w] - slope) <= 1e-4);
            slope = derivative(conv_scalar, &s, grid_at(&s.o.in, lane, c, y, x), 1e-2);
            assert_true(fabs((double)pixel(&in_gradient, c, y, x)[lane] - slope) <= 1e-5);
        }
        forget_buffers();
    }
    conv_operands_fini(&s.o);
    grid_fini(&s.factor);
}

static void conv_gradients_are_finite_differences(void **state)
{
    static const struct conv_case cases[] = {
        {3, 5, 6, 5, 0, 0, 5}, {3, 5, 6, 5, 1, 0, 5}, {2, 3, 4, 7, 2, 0, 3}};

    (void)state;
    rng_init(&rng, 6, 0);
    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        CASE("derivatives with padding %d", cases[i].border);
        check_conv_derivatives(&cases[i]);
    }
}

static void flip_turns_kernels_around_and_swaps_channels(void **state)
{
    enum { OUTPUTS = 3, INPUTS = 2 };
    float weight[OUTPUTS][INPUTS][3][3], flipped[INPUTS][OUTPUTS][3][3];
    float again[OUTPUTS][INPUTS][3][3];

    (void)state;
    for (int i = 0; i < OUTPUTS * INPUTS * 9; i++)
        (&weight[0][0][0][0])[i] = (float)i;
    kernels_flip(&plain, &weight[0][0][0][0], &flipped[0][0][0][0], OUTPUTS, INPUTS);
    for (int k = 0; k < OUTPUTS; k++)
        for (int c = 0; c < INPUTS; c++)
            for (int i = 0; i < 3; i++)
                for (int j = 0; j < 3; j++)
                    assert_true(flipped[c][k][2 - i][2 - j] == weight[k][c][i][j]);
    kernels_flip(&plain, &flipped[0][0][0][0], &again[0][0][0][0], INPUTS, OUTPUTS);
    assert_memory_equal(weight, again, sizeof weight);
}

/* ---- batch norm, ReLU, pooling ---- */

enum { CHANNELS = 3 }; /* of the maps whose kernels take one channel */

/* Scale and shift of case i: exact in float, both signs, zero among them. */
static double scale_of(int i)
{
    static const double scales[] = {0.5, -2.0, 1.0, -0.25, 0.0};

    return scales[i % CHECK_COUNT(scales)];
}

static double shift_of(int i)
{
    static const double shifts[] = {0.25, 0.0, -0.125, 0.5};

    return shifts[i % CHECK_COUNT(shifts)];
}

static struct grid pooled_grid(const struct grid *in)
{
    return grid_make(in->samples, in->channels, in->height / 2, in->width / 2);
}

/* norm_relu or norm_relu_pool of one channel against the twin. */
static void check_norm_relu(struct size size, int i, bool pool)
{
    const double scale = scale_of(i) * 1.1, shift = shift_of(i) * 0.9;
    const float a = (float)scale, b = (float)shift;
    const int channel = i % CHANNELS, in_border = i % 2, out_border = i % 3;
    struct grid in = filled_grid(CHANNELS, size.height, size.width, random_value);
    struct grid norm = grid_absolute(&in), relu = grid_absolute(&in);
    struct grid out = pool ? pooled_grid(&in) : grid_absolute(&in), bound = grid_absolute(&out);

    twin_affine(&in, (double)a, (double)b, &norm);
    twin_relu(&norm, &relu);
    if (pool)
        twin_max_pool(&relu, &out);
    else
        twin_relu(&norm, &out);
    for (size_t n = 0; n < grid_count(&bound); n++)
        bound.values[n] = fabs(scale) + fabs(shift);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, in_border);
        seal();
        struct map out_map = poison_map(CHANNELS, out.height, out.width, out_border);

        (pool ? kernels->norm_relu_pool : kernels->norm_relu)(&in_map, channel, a, b, &out_map);
        check_map(&out_map, &out, &bound, FEW_ROUNDINGS, channel, channel + 1);
    }
    grid_fini(&in);
    grid_fini(&norm);
    grid_fini(&relu);
    grid_fini(&out);
    grid_fini(&bound);
}

static void for_each_size(void (*check)(struct size, int, bool), bool pool)
{
    rng_init(&rng, 7, pool);
    for (int i = 0; i < SIZES; i++) {
        struct size size = size_at(i);
        CASE("%dx%d, scale %g, shift %g", size.height, size.width, scale_of(i), shift_of(i));
        check(size, i, pool);
    }
}

static void norm_relu_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_norm_relu, false);
}

static void norm_relu_pool_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_norm_relu, true);
}

/* relu_backward or relu_pool_backward of one channel. Coarse inputs have exact norms, so the
 * gradient is exact as well, and equal maxima and norms of exactly zero are frequent. */
static void check_relu_backward(struct size size, int i, bool pool)
{
    const double scale = scale_of(i), shift = shift_of(i);
    const int channel = i % CHANNELS, border = i % 3;
    struct grid in = filled_grid(CHANNELS, size.height, size.width, coarse_value);
    struct grid norm = grid_absolute(&in), relu = grid_absolute(&in), gradient = grid_absolute(&in);
    struct grid spread = grid_absolute(&in);
    struct grid out = filled_grid(CHANNELS, pool ? size.height / 2 : size.height,
                                  pool ? size.width / 2 : size.width, random_value);

    twin_affine(&in, scale, shift, &norm);
    twin_relu(&norm, &relu);
    if (pool)
        twin_max_pool_gradient(&relu, &out, &spread);
    twin_relu_gradient(&norm, pool ? &spread : &out, &gradient);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, i % 2), out_map = filled_map(&out, (i + 1) % 2);
        seal();
        struct map got = poison_map(CHANNELS, size.height, size.width, border);
        float(*sums)[LANES] = (void *)guarded(2 * LANES);

        (pool ? kernels->relu_pool_backward : kernels->relu_backward)(
            &in_map, channel, (float)scale, (float)shift, &out_map, &got, sums);
        check_lane_sums(sums, &got, channel, &in_map, channel);
        check_map(&got, &gradient, NULL, 0.0, channel, channel + 1);
    }
    grid_fini(&in);
    grid_fini(&norm);
    grid_fini(&relu);
    grid_fini(&gradient);
    grid_fini(&spread);
    grid_fini(&out);
}

static void relu_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_relu_backward, false);
}

static void relu_pool_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_relu_backward, true);
}

/* One 2x2 window in every lane: which of its four values gets the gradient, -1 for none. */
static void check_pool_winner(const double values[4], float scale, float shift, int winner)
{
    struct grid in = grid_make(LANES, 1, 2, 2), out = grid_make(LANES, 1, 1, 1);
    struct grid expected = grid_make(LANES, 1, 2, 2);

    for (int lane = 0; lane < LANES; lane++) {
        memcpy(grid_at(&in, lane, 0, 0, 0), values, 4 * sizeof *values);
        *grid_at(&out, lane, 0, 0, 0) = lane + 1.0;
        if (winner >= 0)
            grid_at(&expected, lane, 0, 0, 0)[winner] = lane + 1.0;
    }
    CASE("window %g %g %g %g", values[0], values[1], values[2], values[3]);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, 0), out_map = filled_map(&out, 0);
        seal();
        struct map got = poison_map(1, 2, 2, 0);
        float(*sums)[LANES] = (void *)guarded(2 * LANES);

        kernels->relu_pool_backward(&in_map, 0, scale, shift, &out_map, &got, sums);
        check_lane_sums(sums, &got, 0, &in_map, 0);
        check_map(&got, &expected, NULL, 0.0, 0, 1);
    }
    grid_fini(&in);
    grid_fini(&out);
    grid_fini(&expected);
}

static void pool_gives_the_gradient_to_the_first_of_equals(void **state)
{
    (void)state;
    check_pool_winner((const double[]){2, 2, 2, 2}, 1.0F, 0.0F, 0);
    check_pool_winner((const double[]){1, 2, 2, 2}, 1.0F, 0.0F, 1);
    check_pool_winner((const double[]){1, 1, 2, 2}, 1.0F, 0.0F, 2);
    check_pool_winner((const double[]){2, 1, 1, 2}, 1.0F, 0.0F, 0);
    check_pool_winner((const double[]){1, 1, 1, 2}, 1.0F, 0.0F, 3);
    check_pool_winner((const double[]){2, 1, 1, 2}, -1.0F, 3.0F, 1);
    check_pool_winner((const double[]){2, 1, 1, 2}, 0.0F, 1.0F, 0);
    check_pool_winner((const double[]){2, 1, 1, 2}, 1.0F, -2.0F, -1); /* the norm is 0, not above */
    check_pool_winner((const double[]){-0.0, 0.0, -0.0, 0.0}, 1.0F, 0.0F, -1);
    check_pool_winner((const double[]){-1, -2, -3, -4}, 1.0F, 0.0F, -1);
}

/* What is not above zero becomes +0, never -0, whose sign a later division could show. */
static void norm_relu_never_gives_negative_zero(void **state)
{
    static const double values[] = {-0.0, 0.0, -1.0, -1e-30};

    (void)state;
    for (int i = 0; i < CHECK_COUNT(values); i++) {
        struct grid in = grid_make(LANES, 1, 2, 2), out = grid_make(LANES, 1, 2, 2);
        struct grid pooled = grid_make(LANES, 1, 1, 1);
        for (size_t n = 0; n < grid_count(&in); n++)
            in.values[n] = values[i];
        CASE("ReLU of %g", values[i]);
        for (bool more = first_run(); more; more = next_run()) {
            struct map in_map = filled_map(&in, 0), out_map = poison_map(1, 2, 2, 0);
            struct map pooled_map = poison_map(1, 1, 1, 0);
            kernels->norm_relu(&in_map, 0, 1.0F, -0.0F, &out_map);
            kernels->norm_relu_pool(&in_map, 0, 1.0F, -0.0F, &pooled_map);
            for (int lane = 0; lane < LANES; lane++) {
                assert_false(signbit(out_map.data[lane]));
                assert_false(signbit(pooled_map.data[lane]));
            }
            check_map(&out_map, &out, NULL, 0.0, 0, 1);
            check_map(&pooled_map, &pooled, NULL, 0.0, 0, 1);
            forget_buffers();
        }
        grid_fini(&in);
        grid_fini(&out);
        grid_fini(&pooled);
    }
}

static void check_norm_backward(struct size size, int i, bool unused)
{
    const double scale = (double)(float)(scale_of(i) * 1.3);
    const int channel = i % CHANNELS, border = i % 3;
    struct grid in = filled_grid(CHANNELS, size.height, size.width, random_value);
    struct grid before = filled_grid(CHANNELS, size.height, size.width, random_value);
    struct grid after = grid_absolute(&in), bound = grid_absolute(&in);
    double *slope = random_values(LANES), *offset = random_values(LANES);

    (void)unused;
    for (int lane = 0; lane < LANES; lane++) {
        for (int y = 0; y < size.height; y++) {
            for (int x = 0; x < size.width; x++) {
                double g = *grid_at(&before, lane, channel, y, x);
                double z = *grid_at(&in, lane, channel, y, x);
                *grid_at(&after, lane, channel, y, x) = scale * g + slope[lane] * z + offset[lane];
                *grid_at(&bound, lane, channel, y, x) =
                    fabs(scale * g) + fabs(slope[lane] * z) + fabs(offset[lane]);
            }
        }
    }
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, i % 2);
        float *slopes = filled_lanes(slope), *offsets = filled_lanes(offset);
        seal();
        struct map gradient = poison_map(CHANNELS, size.height, size.width, border);
        for (int y = 0; y < size.height; y++)
            for (int x = 0; x < size.width; x++)
                for (int lane = 0; lane < LANES; lane++)
                    pixel(&gradient, channel, y, x)[lane] =
                        (float)*grid_at(&before, lane, channel, y, x);

        kernels->norm_backward(&in_map, channel, (float)scale, slopes, offsets, &gradient,
                               &gradient);
        check_map(&gradient, &after, &bound, FEW_ROUNDINGS, channel, channel + 1);
    }
    grid_fini(&in);
    grid_fini(&before);
    grid_fini(&after);
    grid_fini(&bound);
    free(slope);
    free(offset);
}

static void norm_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_size(check_norm_backward, false);
}

/* Batch norm with its batch's moments, ReLU and perhaps the pool, weighed to a scalar. */
struct norm_scalar {
    struct grid in, norm, relu, out, factor;
    double weight, bias, mean, variance;
    bool pool;
};

static double norm_scalar(void *context)
{
    struct norm_scalar *s = context;

    twin_moments(&s->in, 0, &s->mean, &s->variance);
    twin_norm(&s->in, &s->mean, &s->variance, BATCH_NORM_EPSILON, &s->weight, &s->bias, &s->norm);
    twin_relu(&s->norm, s->pool ? &s->relu : &s->out);
    if (s->pool)
        twin_max_pool(&s->relu, &s->out);
    return grid_product(&s->out, &s->factor);
}

/* The gradient by the kernels: sums, then slope and offset of batch norm's backward, as net.c has
 * it from "Batch Normalization", section 3. */
static void norm_backward_chain(const struct norm_scalar *s, const struct map *in,
                                const struct map *out_gradient, const struct map *gradient,
                                double *weight_gradient, double *bias_gradient)
{
    const double deviation = sqrt(s->variance + BATCH_NORM_EPSILON), scale = s->weight / deviation;
    const double count = LANES * in->height * in->width;
    float(*sums)[LANES] = (void *)guarded(2 * LANES);
    float *slope = guarded(LANES), *offset = guarded(LANES);
    double total[2] = {0.0, 0.0};

    (s->pool ? kernels->relu_pool_backward : kernels->relu_backward)(
        in, 0, (float)scale, (float)(s->bias - s->mean * scale), out_gradient, gradient, sums);
    for (int lane = 0; lane < LANES; lane++) {
        total[0] += (double)sums[0][lane];
        total[1] += (double)sums[1][lane];
    }
    *bias_gradient = total[0];
    *weight_gradient = (total[1] - s->mean * total[0]) / deviation;
    for (int lane = 0; lane < LANES; lane++) {
        double k = -scale * *weight_gradient / (deviation * count);
        slope[lane] = (float)k;
        offset[lane] = (float)(-scale * total[0] / count - k * s->mean);
    }
    kernels->norm_backward(in, 0, (float)scale, slope, offset, gradient, gradient);
}

static void check_norm_derivatives(bool pool, int height, int width)
{
    struct norm_scalar s = {
        .in = filled_grid(1, height, width, random_value),
        .norm = grid_make(LANES, 1, height, width),
        .relu = grid_make(LANES, 1, height, width),
        .weight = 0.75,
        .bias = 0.125,
        .pool = pool,
    };

    s.out = pool ? pooled_grid(&s.in) : grid_make(LANES, 1, height, width);
    s.factor = filled_grid(1, s.out.height, s.out.width, random_value);
    CASE("derivatives of norm, ReLU%s on %dx%d", pool ? ", pool" : "", height, width);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in = filled_map(&s.in, 0), out = filled_map(&s.factor, 0);
        struct map gradient = poison_map(1, height, width, 1);
        double weight_gradient, bias_gradient;

        norm_scalar(&s);
        norm_backward_chain(&s, &in, &out, &gradient, &weight_gradient, &bias_gradient);
        double slope = derivative(norm_scalar, &s, &s.weight, 1e-6);
        assert_true(fabs(weight_gradient - slope) <= 1e-4);
        slope = derivative(norm_scalar, &s, &s.bias, 1e-6);
        assert_true(fabs(bias_gradient - slope) <= 1e-4);
        for (int i = 0; i < DERIVATIVES; i++) {
            int lane = (int)rng_below(&rng, LANES), y = (int)rng_below(&rng, (uint32_t)height);
            int x = (int)rng_below(&rng, (uint32_t)width);
            slope = derivative(norm_scalar, &s, grid_at(&s.in, lane, 0, y, x), 1e-6);
            assert_true(fabs((double)pixel(&gradient, 0, y, x)[lane] - slope) <= 2e-6);
        }
        forget_buffers();
    }
    grid_fini(&s.in);
    grid_fini(&s.norm);
    grid_fini(&s.relu);
    grid_fini(&s.out);
    grid_fini(&s.factor);
}

static void norm_gradients_are_finite_differences(void **state)
{
    (void)state;
    rng_init(&rng, 8, 0);
    check_norm_derivatives(false, 6, 5);
    check_norm_derivatives(true, 6, 8);
    check_norm_derivatives(true, 7, 5);
}

/* ---- linear, one block at a time ---- */

static void run_linear(const float *in, const float *weight, const float *bias, float *out,
                       int inputs, int outputs)
{
    struct features from = {.data = (float *)(uintptr_t)in}, to = {.data = out};

    kernels->linear(&from, weight, bias, &to, 1, inputs, outputs, 0, outputs);
}

static void run_linear_backward(const float *in, const float *weight, const float *out_gradient,
                                float *in_gradient, float *weight_gradient, float *bias_gradient,
                                int inputs, int outputs)
{
    struct features from = {.data = (float *)(uintptr_t)in}, to = {.data = in_gradient};
    struct features gradient = {.data = (float *)(uintptr_t)out_gradient};

    if (in_gradient != NULL)
        kernels->linear_inputs(&gradient, weight, &to, 1, inputs, outputs, 0, inputs);
    kernels->linear_weights(&from, &gradient, weight_gradient, 1, inputs, outputs, 0, inputs);
    if (bias_gradient != NULL)
        kernels->linear_bias(&gradient, bias_gradient, 1, 0, outputs);
}

/* ---- window means ---- */

static struct grid means_grid(const struct grid *in)
{
    return grid_make(in->samples, in->channels, 3, 3);
}

static struct map means_map(void)
{
    return poison_map(CHANNELS, 3, 3, 0);
}

static void check_window_means(int height, int width, int border)
{
    struct grid in = filled_grid(CHANNELS, height, width, random_value), size = grid_absolute(&in);
    struct grid means = means_grid(&in), means_size = means_grid(&in);

    CASE("window means of %dx%d", height, width);
    twin_window_means(&in, &means);
    twin_window_means(&size, &means_size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, border);
        seal();
        struct map got = means_map();
        kernels->window_means(&in_map, got.data);
        check_map(&got, &means, &means_size, LONG_SUM, 0, CHANNELS);
    }
    grid_fini(&in);
    grid_fini(&size);
    grid_fini(&means);
    grid_fini(&means_size);
}

static void check_window_means_backward(int height, int width, int border)
{
    struct grid means = filled_grid(CHANNELS, 3, 3, random_value), size = grid_absolute(&means);
    struct grid in = grid_make(LANES, CHANNELS, height, width), in_size = grid_absolute(&in);

    CASE("gradient of the window means of %dx%d", height, width);
    twin_window_means_gradient(&means, &in);
    twin_window_means_gradient(&size, &in_size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map gradient = filled_map(&means, 0);
        seal();
        struct map got = poison_map(CHANNELS, height, width, border);
        kernels->window_means_backward(gradient.data, &got);
        check_map(&got, &in, &in_size, LONG_SUM, 0, CHANNELS);
    }
    grid_fini(&means);
    grid_fini(&size);
    grid_fini(&in);
    grid_fini(&in_size);
}

static void for_each_window_size(void (*check)(int, int, int))
{
    rng_init(&rng, 9, 0);
    check(10, 10, 0);
    for (int height = 3; height <= 17; height++)
        for (int width = 4; width <= 17; width += 1 + height % 3)
            check(height, width, (height + width) % 3);
}

static void window_means_are_the_textbook_loop(void **state)
{
    (void)state;
    for_each_window_size(check_window_means);
}

static void window_means_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_window_size(check_window_means_backward);
}

/* As narrow as a 3x3 convolution takes: one column of output. */
static void window_means_take_the_narrowest_maps(void **state)
{
    (void)state;
    rng_init(&rng, 10, 0);
    for (int height = 3; height <= 6; height++)
        check_window_means(height, 3, 0);
}

static void window_means_backward_takes_the_narrowest_maps(void **state)
{
    (void)state;
    rng_init(&rng, 10, 1);
    for (int height = 3; height <= 6; height++)
        check_window_means_backward(height, 3, 0);
}

struct means_scalar {
    struct grid in, means, factor;
};

static double means_scalar(void *context)
{
    struct means_scalar *s = context;

    twin_window_means(&s->in, &s->means);
    return grid_product(&s->means, &s->factor);
}

static void window_means_gradient_is_finite_differences(void **state)
{
    struct means_scalar s;

    (void)state;
    rng_init(&rng, 11, 0);
    s.in = filled_grid(CHANNELS, 6, 7, random_value);
    s.means = means_grid(&s.in);
    s.factor = filled_grid(CHANNELS, 3, 3, random_value);
    CASE("derivatives of window means");
    for (bool more = first_run(); more; more = next_run()) {
        struct map gradient = filled_map(&s.factor, 0), got = poison_map(CHANNELS, 6, 7, 0);
        kernels->window_means_backward(gradient.data, &got);
        for (int i = 0; i < DERIVATIVES; i++) {
            int lane = (int)rng_below(&rng, LANES), c = (int)rng_below(&rng, CHANNELS);
            int y = (int)rng_below(&rng, 6), x = (int)rng_below(&rng, 7);
            double slope = derivative(means_scalar, &s, grid_at(&s.in, lane, c, y, x), 1e-2);
            assert_true(fabs((double)pixel(&got, c, y, x)[lane] - slope) <= 1e-6);
        }
        forget_buffers();
    }
    grid_fini(&s.in);
    grid_fini(&s.means);
    grid_fini(&s.factor);
}

/* The identity that merges a convolution with the global average behind it. */
static void linear_of_window_means_is_the_averaged_convolution(void **state)
{
    enum { INPUTS = 20, OUTPUTS = 24, SIDE = 10 };
    struct conv_case at = {INPUTS, OUTPUTS, SIDE, SIDE, 0, 0, OUTPUTS};

    (void)state;
    rng_init(&rng, 12, 0);
    struct conv_operands o = conv_operands_make(&at, false);
    struct grid average = grid_make(LANES, OUTPUTS, 1, 1), size = grid_make(LANES, OUTPUTS, 1, 1);
    twin_average(&o.out, &average);
    twin_average(&o.out_size, &size);
    CASE("averaged convolution");
    for (bool more = first_run(); more; more = next_run()) {
        struct map in = filled_map(&o.in, 0);
        float *weight = filled_array(o.weight, OUTPUTS * INPUTS * 9);
        struct map means = poison_map(INPUTS * 9, 1, 1, 0), out = poison_map(OUTPUTS, 1, 1, 0);

        kernels->window_means(&in, means.data);
        run_linear(means.data, weight, NULL, out.data, INPUTS * 9, OUTPUTS);
        check_map(&out, &average, &size, LONG_SUM, 0, OUTPUTS);
        forget_buffers();
    }
    conv_operands_fini(&o);
    grid_fini(&average);
    grid_fini(&size);
}

/* ---- global average ---- */

static void check_average(int height, int width, int border)
{
    struct grid in = filled_grid(CHANNELS, height, width, random_value), size = grid_absolute(&in);
    struct grid average = grid_make(LANES, CHANNELS, 1, 1), average_size = grid_absolute(&average);

    CASE("average of %dx%d", height, width);
    twin_average(&in, &average);
    twin_average(&size, &average_size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, border);
        seal();
        struct map got = poison_map(CHANNELS, 1, 1, 0);
        kernels->average(&in_map, got.data);
        check_map(&got, &average, &average_size, LONG_SUM, 0, CHANNELS);
    }
    grid_fini(&in);
    grid_fini(&size);
    grid_fini(&average);
    grid_fini(&average_size);
}

static void check_average_backward(int height, int width, int border)
{
    struct grid average = filled_grid(CHANNELS, 1, 1, random_value), size = grid_absolute(&average);
    struct grid in = grid_make(LANES, CHANNELS, height, width), in_size = grid_absolute(&in);

    CASE("gradient of the average of %dx%d", height, width);
    twin_average_gradient(&average, &in);
    twin_average_gradient(&size, &in_size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map gradient = filled_map(&average, 0);
        seal();
        struct map got = poison_map(CHANNELS, height, width, border);
        kernels->average_backward(gradient.data, &got);
        check_map(&got, &in, &in_size, FEW_ROUNDINGS, 0, CHANNELS);
    }
    grid_fini(&average);
    grid_fini(&size);
    grid_fini(&in);
    grid_fini(&in_size);
}

/* From a single pixel to more than any model has, with and without a border. */
static void for_each_average_size(void (*check)(int, int, int))
{
    rng_init(&rng, 23, 0);
    for (int height = 1; height <= 14; height++)
        for (int width = 1; width <= 14; width += 1 + height % 3)
            check(height, width, (height + width) % 3);
}

static void average_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_average_size(check_average);
}

static void average_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_average_size(check_average_backward);
}

struct average_scalar {
    struct grid in, average, factor;
};

static double average_scalar(void *context)
{
    struct average_scalar *s = context;

    twin_average(&s->in, &s->average);
    return grid_product(&s->average, &s->factor);
}

static void average_gradient_is_finite_differences(void **state)
{
    enum { HEIGHT = 6, WIDTH = 5 };
    struct average_scalar s;

    (void)state;
    rng_init(&rng, 24, 0);
    s.in = filled_grid(CHANNELS, HEIGHT, WIDTH, random_value);
    s.average = grid_make(LANES, CHANNELS, 1, 1);
    s.factor = filled_grid(CHANNELS, 1, 1, random_value);
    CASE("derivatives of the average");
    for (bool more = first_run(); more; more = next_run()) {
        struct map gradient = filled_map(&s.factor, 0);
        struct map got = poison_map(CHANNELS, HEIGHT, WIDTH, 0);
        kernels->average_backward(gradient.data, &got);
        for (int i = 0; i < DERIVATIVES; i++) {
            int lane = (int)rng_below(&rng, LANES), c = (int)rng_below(&rng, CHANNELS);
            int y = (int)rng_below(&rng, HEIGHT), x = (int)rng_below(&rng, WIDTH);
            double slope = derivative(average_scalar, &s, grid_at(&s.in, lane, c, y, x), 1e-2);
            assert_true(fabs((double)pixel(&got, c, y, x)[lane] - slope) <= 1e-8);
        }
        forget_buffers();
    }
    grid_fini(&s.in);
    grid_fini(&s.average);
    grid_fini(&s.factor);
}

/* ---- linear ---- */

/* The basic model's, with the one that the merged convolution becomes, and odd ones. */
static const struct linear_case {
    int inputs, outputs;
} linear_cases[] = {
    {180, 24}, {24, 32}, {32, 10}, {1, 1},  {1, 7},  {7, 1},   {2, 3},    {3, 2},
    {5, 6},    {6, 5},   {10, 12}, {12, 7}, {20, 3}, {33, 17}, {576, 64},
};

static void check_linear(const struct linear_case *at, bool bias)
{
    const int weights = at->inputs * at->outputs;
    struct grid in = filled_grid(at->inputs, 1, 1, random_value), in_size = grid_absolute(&in);
    struct grid out = grid_make(LANES, at->outputs, 1, 1), out_size = grid_absolute(&out);
    double *weight = random_values(weights), *biases = bias ? random_values(at->outputs) : NULL;
    double *weight_size = absolute_values(weight, weights);
    double *bias_size = bias ? absolute_values(biases, at->outputs) : NULL;

    CASE("linear %d->%d%s", at->inputs, at->outputs, bias ? " with bias" : "");
    twin_linear(&in, weight, biases, &out);
    twin_linear(&in_size, weight_size, bias_size, &out_size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, 0);
        float *weight_array = filled_array(weight, weights);
        float *bias_array = bias ? filled_array(biases, at->outputs) : NULL;
        seal();
        struct map got = poison_map(at->outputs, 1, 1, 0);
        run_linear(in_map.data, weight_array, bias_array, got.data, at->inputs, at->outputs);
        check_map(&got, &out, &out_size, LONG_SUM, 0, at->outputs);
    }
    grid_fini(&in);
    grid_fini(&in_size);
    grid_fini(&out);
    grid_fini(&out_size);
    free(weight);
    free(biases);
    free(weight_size);
    free(bias_size);
}

static void linear_is_the_textbook_loop(void **state)
{
    (void)state;
    rng_init(&rng, 13, 0);
    for (int i = 0; i < CHECK_COUNT(linear_cases); i++) {
        check_linear(&linear_cases[i], false);
        check_linear(&linear_cases[i], true);
    }
}

/* The three gradients of a linear layer and the sums of absolute products behind them. */
struct linear_gradients {
    struct grid in;
    double *weight, *bias;
};

static struct linear_gradients linear_gradients_of(const struct grid *in, const double *weight,
                                                   const struct grid *out)
{
    struct linear_gradients g = {
        grid_make(LANES, in->channels, 1, 1),
        values_new(in->channels * out->channels),
        values_new(out->channels),
    };

    twin_linear_gradient(in, weight, out, &g.in, g.weight, g.bias);
    return g;
}

static void linear_gradients_fini(struct linear_gradients *g)
{
    grid_fini(&g->in);
    free(g->weight);
    free(g->bias);
}

static void check_linear_backward(const struct linear_case *at, bool to_input, bool bias)
{
    const int weights = at->inputs * at->outputs;
    struct grid in = filled_grid(at->inputs, 1, 1, random_value), in_size = grid_absolute(&in);
    struct grid out = filled_grid(at->outputs, 1, 1, random_value), out_size = grid_absolute(&out);
    double *weight = random_values(weights), *weight_size = absolute_values(weight, weights);
    struct linear_gradients expected = linear_gradients_of(&in, weight, &out);
    struct linear_gradients size = linear_gradients_of(&in_size, weight_size, &out_size);

    CASE("linear_backward %d->%d", at->inputs, at->outputs);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, 0), out_map = filled_map(&out, 0);
        float *weight_array = filled_array(weight, weights);
        seal();
        struct map got = poison_map(at->inputs, 1, 1, 0);
        float *weight_got = guarded((size_t)weights), *bias_got = guarded((size_t)at->outputs);

        run_linear_backward(in_map.data, weight_array, out_map.data,
                                 to_input ? got.data : NULL, weight_got, bias ? bias_got : NULL,
                                 at->inputs, at->outputs);
        check_map(&got, &expected.in, &size.in, LONG_SUM, 0, to_input ? at->inputs : 0);
        check_array(weight_got, expected.weight, size.weight, LONG_SUM, 0, weights);
        check_array(bias_got, expected.bias, size.bias, LONG_SUM, 0, bias ? at->outputs : 0);
    }
    grid_fini(&in);
    grid_fini(&in_size);
    grid_fini(&out);
    grid_fini(&out_size);
    free(weight);
    free(weight_size);
    linear_gradients_fini(&expected);
    linear_gradients_fini(&size);
}

static void linear_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    rng_init(&rng, 14, 0);
    for (int i = 0; i < CHECK_COUNT(linear_cases); i++)
        check_linear_backward(&linear_cases[i], i % 3 != 1, i % 3 != 2);
}

struct linear_scalar {
    struct grid in, out, factor;
    double *weight, *bias;
};

static double linear_scalar(void *context)
{
    struct linear_scalar *s = context;

    twin_linear(&s->in, s->weight, s->bias, &s->out);
    return grid_product(&s->out, &s->factor);
}

static void linear_gradients_are_finite_differences(void **state)
{
    enum { INPUTS = 7, OUTPUTS = 5 };
    struct linear_scalar s;

    (void)state;
    rng_init(&rng, 15, 0);
    s.in = filled_grid(INPUTS, 1, 1, random_value);
    s.factor = filled_grid(OUTPUTS, 1, 1, random_value);
    s.out = grid_make(LANES, OUTPUTS, 1, 1);
    s.weight = random_values(INPUTS * OUTPUTS);
    s.bias = random_values(OUTPUTS);
    CASE("derivatives of linear");
    for (bool more = first_run(); more; more = next_run()) {
        struct map in = filled_map(&s.in, 0), out = filled_map(&s.factor, 0);
        struct map got = poison_map(INPUTS, 1, 1, 0);
        float *weight = filled_array(s.weight, INPUTS * OUTPUTS);
        float *weight_got = guarded(INPUTS * OUTPUTS), *bias_got = guarded(OUTPUTS);

        run_linear_backward(in.data, weight, out.data, got.data, weight_got, bias_got, INPUTS,
                                 OUTPUTS);
        for (int i = 0; i < INPUTS * OUTPUTS; i++) {
            double slope = derivative(linear_scalar, &s, &s.weight[i], 1e-2);
            assert_true(fabs((double)weight_got[i] - slope) <= 1e-5);
        }
        for (int o = 0; o < OUTPUTS; o++) {
            double slope = derivative(linear_scalar, &s, &s.bias[o], 1e-2);
            assert_true(fabs((double)bias_got[o] - slope) <= 1e-5);
        }
        for (int n = 0; n < INPUTS * LANES; n++) {
            double *x = grid_at(&s.in, n % LANES, n / LANES, 0, 0);
            double slope = derivative(linear_scalar, &s, x, 1e-2);
            assert_true(fabs((double)got.data[n] - slope) <= 1e-5);
        }
        forget_buffers();
    }
    grid_fini(&s.in);
    grid_fini(&s.factor);
    grid_fini(&s.out);
    free(s.weight);
    free(s.bias);
}

/* ---- lanes are samples: what is in one lane never reaches another ---- */

/* Each runs one kernel from pixels in[..][LANES] to out[..][LANES]; unused ends stay as they
 * are. */
typedef void lanes_operation(const float *in, float *out);

enum { SIDE = 6, PIXELS = SIDE * SIDE, LANES_IN = 2 * PIXELS, LANES_OUT = 4 * PIXELS };

static float lanes_weight[36 * 9]; /* random, the same for all */

static struct map lanes_map(const float *data, int channels, int side)
{
    return map_inside((float *)(uintptr_t)data, (struct shape){channels, side, side}, 0);
}

static void apply_conv(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE), to = lanes_map(out, 5, SIDE - 2);

    kernels->conv(&plain, &from, 0, lanes_weight, NULL, false, &to, (void *)(out + 100 * LANES), 0,
                  5);
}

static void apply_norm_relu(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE), to = lanes_map(out, 2, SIDE);

    kernels->norm_relu(&from, 0, 0.5F, 0.25F, &to);
    kernels->norm_relu(&from, 1, -0.5F, 0.25F, &to);
}

static void apply_norm_relu_pool(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE), to = lanes_map(out, 2, SIDE / 2);

    kernels->norm_relu_pool(&from, 0, 0.5F, 0.25F, &to);
    kernels->norm_relu_pool(&from, 1, -0.5F, 0.25F, &to);
}

/* The maps' second channel is the gradient of the output. */
static void apply_relu_backward(const float *in, float *out)
{
    struct map value = lanes_map(in, 1, SIDE), gradient = lanes_map(in + PIXELS * LANES, 1, SIDE);
    struct map to = lanes_map(out, 1, SIDE);

    kernels->relu_backward(&value, 0, 0.5F, 0.25F, &gradient, &to,
                           (float(*)[LANES])(out + PIXELS * LANES));
}

static void apply_relu_pool_backward(const float *in, float *out)
{
    struct map value = lanes_map(in, 1, SIDE);
    struct map gradient = lanes_map(in + PIXELS * LANES, 1, SIDE / 2);
    struct map to = lanes_map(out, 1, SIDE);

    kernels->relu_pool_backward(&value, 0, 0.5F, 0.25F, &gradient, &to,
                                (float(*)[LANES])(out + PIXELS * LANES));
}

static void apply_norm_backward(const float *in, float *out)
{
    struct map value = lanes_map(in, 1, SIDE), to = lanes_map(out, 1, SIDE);

    memcpy(out, in + PIXELS * LANES, PIXELS * LANES * sizeof(float));
    kernels->norm_backward(&value, 0, 0.5F, in + PIXELS * LANES, in + (PIXELS + 1) * LANES, &to,
                           &to);
}

static void apply_window_means(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE);

    kernels->window_means(&from, out);
}

static void apply_window_means_backward(const float *in, float *out)
{
    struct map to = lanes_map(out, 2, SIDE);

    kernels->window_means_backward(in, &to);
}

static void apply_average(const float *in, float *out)
{
    struct map from = lanes_map(in, 2, SIDE);

    kernels->average(&from, out);
}

static void apply_average_backward(const float *in, float *out)
{
    struct map to = lanes_map(out, 2, SIDE);

    kernels->average_backward(in, &to);
}

static void apply_linear(const float *in, float *out)
{
    run_linear(in, lanes_weight, lanes_weight, out, 20, 15);
}

static void apply_linear_backward(const float *in, float *out)
{
    float weight_gradient[20 * 15], bias_gradient[15];

    run_linear_backward(in, lanes_weight, in + PIXELS * LANES, out, weight_gradient,
                             bias_gradient, 20, 15);
}

/* The first place outside the lane where the two differ, -1 for none. */
static int other_lanes_differ(const float *a, const float *b, int lane)
{
    for (int i = 0; i < LANES_OUT * LANES; i++)
        if (i % LANES != lane && memcmp(&a[i], &b[i], sizeof *a) != 0)
            return i;
    return -1;
}

static void check_lanes_apart(lanes_operation *operation)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY, 3e38F, -0.0F};

    rng_init(&rng, 16, 0);
    for (int i = 0; i < CHECK_COUNT(lanes_weight); i++)
        lanes_weight[i] = (float)random_value();
    for (bool more = first_run(); more; more = next_run()) {
        float *in = guarded(LANES_IN * LANES), *clean = guarded(LANES_OUT * LANES);
        float *out = guarded(LANES_OUT * LANES);
        for (int i = 0; i < LANES_IN * LANES; i++)
            in[i] = (float)random_value();
        memset(clean, 0, LANES_OUT * LANES * sizeof(float));
        operation(in, clean);
        for (int i = 0; i < CHECK_COUNT(bad) * LANES; i++) {
            int lane = i % LANES, at = (int)rng_below(&rng, LANES_IN) * LANES + lane;
            float good = in[at];
            memset(out, 0, LANES_OUT * LANES * sizeof(float));
            in[at] = bad[i / LANES];
            operation(in, out);
            in[at] = good;
            int place = other_lanes_differ(clean, out, lane);
            if (place >= 0)
                fail_msg("%s: %g in lane %d changed lane %d of vector %d", kernels->name,
                         (double)bad[i / LANES], lane, place % LANES, place / LANES);
        }
        forget_buffers();
    }
}

#define LANES_TEST(kernel)                                                                         \
    static void kernel##_keeps_lanes_apart(void **state)                                           \
    {                                                                                              \
        (void)state;                                                                               \
        check_lanes_apart(apply_##kernel);                                                         \
    }

LANES_TEST(conv)
LANES_TEST(norm_relu)
LANES_TEST(norm_relu_pool)
LANES_TEST(relu_backward)
LANES_TEST(relu_pool_backward)
LANES_TEST(norm_backward)
LANES_TEST(window_means)
LANES_TEST(window_means_backward)
LANES_TEST(average)
LANES_TEST(average_backward)
LANES_TEST(linear)
LANES_TEST(linear_backward)

/* Every output of a linear layer depends on every input of its lane. */
static void linear_shows_nan_and_infinity(void **state)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    enum { INPUTS = 9, OUTPUTS = 7 };

    (void)state;
    rng_init(&rng, 17, 0);
    CASE("linear");
    for (int i = 0; i < CHECK_COUNT(bad) * LANES; i++) {
        for (bool more = first_run(); more; more = next_run()) {
            float *in = guarded(INPUTS * LANES), *weight = guarded(INPUTS * OUTPUTS);
            float *out = guarded(OUTPUTS * LANES);
            for (int n = 0; n < INPUTS * LANES; n++)
                in[n] = (float)random_value();
            for (int n = 0; n < INPUTS * OUTPUTS; n++)
                weight[n] = (float)random_value();
            in[i % INPUTS * LANES + i % LANES] = bad[i / LANES];
            run_linear(in, weight, NULL, out, INPUTS, OUTPUTS);
            for (int n = 0; n < OUTPUTS * LANES; n++)
                assert_int_equal(!isfinite(out[n]), n % LANES == i % LANES);
            forget_buffers();
        }
    }
}

/* ---- tables ---- */

static void every_table_that_runs_here_can_be_selected(void **state)
{
    const struct kernels *built, *fastest = NULL;
    struct error error;
    bool runs;

    (void)state;
    for (int i = 0; (built = kernels_built(i, &runs)) != NULL; i++) {
        error.kind = ERROR_NONE;
        assert_ptr_equal(kernels_select(built->name, &error), runs ? built : NULL);
        assert_int_equal(error.kind, runs ? ERROR_NONE : ERROR_USAGE);
        if (runs)
            fastest = built;
        else
            printf("# %s: this machine cannot run these kernels, so nothing here checks them\n",
                   built->name);
    }
    assert_non_null(fastest);
    assert_ptr_equal(kernels_select("auto", &error), fastest);
    assert_null(kernels_select("abacus", &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_non_null(strstr(error.text, "abacus"));
    assert_non_null(strstr(error.text, fastest->name));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_table_that_runs_here_can_be_selected),
    cmocka_unit_test(conv_is_the_textbook_loop),
    cmocka_unit_test(conv_weights_is_the_textbook_loop),
    cmocka_unit_test(conv_takes_as_many_channels_as_a_model_may_have),
    cmocka_unit_test(conv_of_flipped_weights_is_the_input_gradient),
    cmocka_unit_test(conv_gives_the_same_bits_however_outputs_are_split),
    cmocka_unit_test(conv_shows_nan_and_infinity_in_their_windows_alone),
    cmocka_unit_test(conv_gradients_are_finite_differences),
    cmocka_unit_test(flip_turns_kernels_around_and_swaps_channels),
    cmocka_unit_test(norm_relu_is_the_textbook_loop),
    cmocka_unit_test(norm_relu_pool_is_the_textbook_loop),
    cmocka_unit_test(norm_relu_never_gives_negative_zero),
    cmocka_unit_test(relu_backward_is_the_textbook_loop),
    cmocka_unit_test(relu_pool_backward_is_the_textbook_loop),
    cmocka_unit_test(pool_gives_the_gradient_to_the_first_of_equals),
    cmocka_unit_test(norm_backward_is_the_textbook_loop),
    cmocka_unit_test(norm_gradients_are_finite_differences),
    cmocka_unit_test(window_means_are_the_textbook_loop),
    cmocka_unit_test(window_means_backward_is_the_textbook_loop),
    cmocka_unit_test(window_means_take_the_narrowest_maps),
    cmocka_unit_test(window_means_backward_takes_the_narrowest_maps),
    cmocka_unit_test(window_means_gradient_is_finite_differences),
    cmocka_unit_test(linear_of_window_means_is_the_averaged_convolution),
    cmocka_unit_test(average_is_the_textbook_loop),
    cmocka_unit_test(average_backward_is_the_textbook_loop),
    cmocka_unit_test(average_gradient_is_finite_differences),
    cmocka_unit_test(linear_is_the_textbook_loop),
    cmocka_unit_test(linear_backward_is_the_textbook_loop),
    cmocka_unit_test(linear_gradients_are_finite_differences),
    cmocka_unit_test(linear_shows_nan_and_infinity),
    cmocka_unit_test(conv_keeps_lanes_apart),
    cmocka_unit_test(norm_relu_keeps_lanes_apart),
    cmocka_unit_test(norm_relu_pool_keeps_lanes_apart),
    cmocka_unit_test(relu_backward_keeps_lanes_apart),
    cmocka_unit_test(relu_pool_backward_keeps_lanes_apart),
    cmocka_unit_test(norm_backward_keeps_lanes_apart),
    cmocka_unit_test(window_means_keeps_lanes_apart),
    cmocka_unit_test(window_means_backward_keeps_lanes_apart),
    cmocka_unit_test(average_keeps_lanes_apart),
    cmocka_unit_test(average_backward_keeps_lanes_apart),
    cmocka_unit_test(linear_keeps_lanes_apart),
    cmocka_unit_test(linear_backward_keeps_lanes_apart),
};

CHECK_MAIN(tests)
