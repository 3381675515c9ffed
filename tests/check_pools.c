/*
 * The pools of every table that this machine runs, against the twin's textbook loops and against
 * finite differences.
 */
#include "guarded.h"

#include <math.h>

enum { CHANNELS = 3 };

#define WINDOW(rows, columns, down, across, above, beside)                                         \
    {                                                                                              \
        {rows, columns}, {down, across},                                                           \
        {                                                                                          \
            above, beside                                                                          \
        }                                                                                          \
    }

/* The common ones, windows that overlap, leave gaps or reach over the edges, and odd ones. */
static const struct window windows[] = {
    WINDOW(2, 2, 2, 2, 0, 0), WINDOW(3, 3, 3, 3, 0, 0), WINDOW(3, 3, 2, 2, 1, 1),
    WINDOW(3, 3, 1, 1, 1, 1), WINDOW(2, 2, 1, 1, 0, 0), WINDOW(2, 2, 2, 2, 1, 1),
    WINDOW(4, 4, 4, 4, 0, 0), WINDOW(2, 3, 1, 2, 1, 0), WINDOW(3, 2, 2, 3, 0, 1),
    WINDOW(1, 1, 2, 2, 0, 0), WINDOW(2, 2, 3, 3, 0, 0), WINDOW(5, 4, 3, 2, 2, 2),
    WINDOW(3, 3, 3, 2, 0, 0), WINDOW(3, 3, 3, 3, 1, 1), WINDOW(1, 1, 1, 1, 0, 0),
};

enum { CASES = CHECK_COUNT(windows) * 6 };

/* Every window on maps of several sizes, the smallest that it fits among them. */
struct pool_case {
    struct window window;
    int height, width, out_height, out_width, channel, border, out_border;
};

static struct pool_case pool_case(int i)
{
    const struct window *w = &windows[i % CHECK_COUNT(windows)];
    const int round = i / CHECK_COUNT(windows);
    struct pool_case at = {
        .window = *w,
        .height = w->size[0] - w->padding[0] + (round * 5) % 13,
        .width = w->size[1] - w->padding[1] + (round * 7) % 11,
        .channel = i % CHANNELS,
        .border = i % 2,
        .out_border = (i + 1) % 3,
    };

    at.out_height = (at.height + 2 * w->padding[0] - w->size[0]) / w->stride[0] + 1;
    at.out_width = (at.width + 2 * w->padding[1] - w->size[1]) / w->stride[1] + 1;
    return at;
}

static void for_each_pool(void (*check)(const struct pool_case *))
{
    rng_init(&rng, 31, 0);
    for (int i = 0; i < CASES; i++) {
        struct pool_case at = pool_case(i);
        CASE("%dx%d windows, strides %d, %d, padding %d, %d, of %dx%d", at.window.size[0],
             at.window.size[1], at.window.stride[0], at.window.stride[1], at.window.padding[0],
             at.window.padding[1], at.height, at.width);
        check(&at);
    }
}

static struct grid out_grid(const struct pool_case *at)
{
    return grid_make(LANES, CHANNELS, at->out_height, at->out_width);
}

/* Coarse inputs have equal maxima. */
static void check_max_pool(const struct pool_case *at)
{
    struct grid in = filled_grid(CHANNELS, at->height, at->width, coarse_value);
    struct grid out = out_grid(at);

    for (size_t i = 0; i < grid_count(&in); i++)
        in.values[i] -= 0.5; /* negative ones, which padding with zeros would hide */
    twin_max_pool(&in, &at->window, &out);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, at->border);
        seal();
        struct map got = poison_map(CHANNELS, at->out_height, at->out_width, at->out_border);
        kernels->max_pool(&at->window, &in_map, at->channel, &got);
        check_map(&got, &out, NULL, 0.0, at->channel, at->channel + 1);
    }
    grid_fini(&in);
    grid_fini(&out);
}

static void check_max_pool_backward(const struct pool_case *at)
{
    struct grid in = filled_grid(CHANNELS, at->height, at->width, coarse_value);
    struct grid out = filled_grid(CHANNELS, at->out_height, at->out_width, coarse_value);
    struct grid gradient = grid_absolute(&in);

    twin_max_pool_gradient(&in, &at->window, &out, &gradient);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, at->border), out_map = filled_map(&out, at->out_border);
        seal();
        struct map got = poison_map(CHANNELS, at->height, at->width, at->out_border);
        kernels->max_pool_backward(&at->window, &in_map, at->channel, &out_map, &got);
        check_map(&got, &gradient, NULL, 0.0, at->channel, at->channel + 1);
    }
    grid_fini(&in);
    grid_fini(&out);
    grid_fini(&gradient);
}

static void max_pool_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_pool(check_max_pool);
}

static void max_pool_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_pool(check_max_pool_backward);
}

static void check_average_pool_of(const struct pool_case *at, bool whole)
{
    struct grid in = filled_grid(CHANNELS, at->height, at->width, random_value);
    struct grid out = out_grid(at), size = grid_absolute(&in), out_size = out_grid(at);

    twin_average_pool(&in, &at->window, whole, &out);
    twin_average_pool(&size, &at->window, whole, &out_size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in_map = filled_map(&in, at->border);
        seal();
        struct map got = poison_map(CHANNELS, at->out_height, at->out_width, at->out_border);
        kernels->average_pool(&at->window, whole, &in_map, at->channel, &got);
        check_map(&got, &out, &out_size, LONG_SUM, at->channel, at->channel + 1);
    }
    grid_fini(&in);
    grid_fini(&out);
    grid_fini(&size);
    grid_fini(&out_size);
}

static void check_average_pool(const struct pool_case *at)
{
    check_average_pool_of(at, false);
    check_average_pool_of(at, true);
}

static void check_average_pool_backward_of(const struct pool_case *at, bool whole)
{
    struct grid out = filled_grid(CHANNELS, at->out_height, at->out_width, random_value);
    struct grid size = grid_absolute(&out);
    struct grid in = grid_make(LANES, CHANNELS, at->height, at->width);
    struct grid in_size = grid_absolute(&in);

    twin_average_pool_gradient(&out, &at->window, whole, &in);
    twin_average_pool_gradient(&size, &at->window, whole, &in_size);
    for (bool more = first_run(); more; more = next_run()) {
        struct map out_map = filled_map(&out, at->out_border);
        seal();
        struct map got = poison_map(CHANNELS, at->height, at->width, at->border);
        kernels->average_pool_backward(&at->window, whole, at->channel, &out_map, &got);
        check_map(&got, &in, &in_size, LONG_SUM, at->channel, at->channel + 1);
    }
    grid_fini(&out);
    grid_fini(&size);
    grid_fini(&in);
    grid_fini(&in_size);
}

static void check_average_pool_backward(const struct pool_case *at)
{
    check_average_pool_backward_of(at, false);
    check_average_pool_backward_of(at, true);
}

static void average_pool_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_pool(check_average_pool);
}

static void average_pool_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    for_each_pool(check_average_pool_backward);
}

/* Sizes that divide, that do not, one pixel, and more windows than pixels. */
static const int adaptive_cases[][4] = {{6, 6, 1, 1},  {6, 6, 3, 2}, {7, 5, 3, 2},
                                        {7, 10, 5, 7}, {5, 4, 5, 4}, {3, 4, 5, 6},
                                        {1, 1, 1, 1},  {1, 9, 2, 4}, {12, 13, 5, 6}};

static void adaptive_pool_is_the_textbook_loop(void **state)
{
    (void)state;
    rng_init(&rng, 32, 0);
    for (int i = 0; i < CHECK_COUNT(adaptive_cases); i++) {
        const int *at = adaptive_cases[i], channel = i % CHANNELS;
        struct grid in = filled_grid(CHANNELS, at[0], at[1], random_value);
        struct grid size = grid_absolute(&in), out = grid_make(LANES, CHANNELS, at[2], at[3]);
        struct grid out_size = grid_absolute(&out);
        twin_adaptive_pool(&in, &out);
        twin_adaptive_pool(&size, &out_size);
        CASE("adaptive pool of %dx%d to %dx%d", at[0], at[1], at[2], at[3]);
        for (bool more = first_run(); more; more = next_run()) {
            struct map in_map = filled_map(&in, i % 2);
            seal();
            struct map got = poison_map(CHANNELS, at[2], at[3], i % 3);
            kernels->adaptive_pool(&in_map, channel, &got);
            check_map(&got, &out, &out_size, LONG_SUM, channel, channel + 1);
        }
        grid_fini(&in);
        grid_fini(&size);
        grid_fini(&out);
        grid_fini(&out_size);
    }
}

static void adaptive_pool_backward_is_the_textbook_loop(void **state)
{
    (void)state;
    rng_init(&rng, 33, 0);
    for (int i = 0; i < CHECK_COUNT(adaptive_cases); i++) {
        const int *at = adaptive_cases[i], channel = i % CHANNELS;
        struct grid out = filled_grid(CHANNELS, at[2], at[3], random_value);
        struct grid size = grid_absolute(&out), in = grid_make(LANES, CHANNELS, at[0], at[1]);
        struct grid in_size = grid_absolute(&in);
        twin_adaptive_pool_gradient(&out, &in);
        twin_adaptive_pool_gradient(&size, &in_size);
        CASE("gradient of the adaptive pool of %dx%d to %dx%d", at[0], at[1], at[2], at[3]);
        for (bool more = first_run(); more; more = next_run()) {
            struct map out_map = filled_map(&out, i % 2);
            seal();
            struct map got = poison_map(CHANNELS, at[0], at[1], i % 3);
            kernels->adaptive_pool_backward(channel, &out_map, &got);
            check_map(&got, &in, &in_size, LONG_SUM, channel, channel + 1);
        }
        grid_fini(&out);
        grid_fini(&size);
        grid_fini(&in);
        grid_fini(&in_size);
    }
}

/* ---- finite differences ---- */

enum pool { POOL_MAX, POOL_AVERAGE, POOL_WHOLE_AVERAGE, POOL_ADAPTIVE, POOLS };

struct pool_scalar {
    enum pool pool;
    struct window window;
    struct grid in, out, factor;
};

static double pool_scalar(void *context)
{
    struct pool_scalar *s = context;

    switch (s->pool) {
    case POOL_MAX: twin_max_pool(&s->in, &s->window, &s->out); break;
    case POOL_ADAPTIVE: twin_adaptive_pool(&s->in, &s->out); break;
    default: twin_average_pool(&s->in, &s->window, s->pool == POOL_WHOLE_AVERAGE, &s->out); break;
    }
    return grid_product(&s->out, &s->factor);
}

static void backward(const struct pool_scalar *s, const struct map *in, const struct map *out,
                     const struct map *got)
{
    switch (s->pool) {
    case POOL_MAX: kernels->max_pool_backward(&s->window, in, 0, out, got); break;
    case POOL_ADAPTIVE: kernels->adaptive_pool_backward(0, out, got); break;
    default:
        kernels->average_pool_backward(&s->window, s->pool == POOL_WHOLE_AVERAGE, 0, out, got);
        break;
    }
}

static void pool_gradients_are_finite_differences(void **state)
{
    static const int used[] = {0, 1, 2, 3, 5, 7, 12};
    enum { HEIGHT = 7, WIDTH = 6 };

    (void)state;
    rng_init(&rng, 34, 0);
    for (int i = 0; i < POOLS * CHECK_COUNT(used); i++) {
        const struct window *w = &windows[used[i / POOLS]];
        struct pool_scalar s = {
            .pool = (enum pool)(i % POOLS),
            .window = *w,
            .in = filled_grid(1, HEIGHT, WIDTH, random_value),
            .out = grid_make(LANES, 1, (HEIGHT + 2 * w->padding[0] - w->size[0]) / w->stride[0] + 1,
                             (WIDTH + 2 * w->padding[1] - w->size[1]) / w->stride[1] + 1),
        };
        s.factor = filled_grid(1, s.out.height, s.out.width, random_value);
        CASE("derivatives of pool %d with window %d", i % POOLS, used[i / POOLS]);
        for (bool more = first_run(); more; more = next_run()) {
            struct map in = filled_map(&s.in, 0), out = filled_map(&s.factor, 0);
            struct map got = poison_map(1, HEIGHT, WIDTH, 0);
            backward(&s, &in, &out, &got);
            for (int n = 0; n < DERIVATIVES; n++) {
                int lane = (int)rng_below(&rng, LANES), y = (int)rng_below(&rng, HEIGHT);
                int x = (int)rng_below(&rng, WIDTH);
                double slope = derivative(pool_scalar, &s, grid_at(&s.in, lane, 0, y, x), 1e-7);
                assert_true(fabs((double)pixel(&got, 0, y, x)[lane] - slope) <= 1e-6);
            }
            forget_buffers();
        }
        grid_fini(&s.in);
        grid_fini(&s.out);
        grid_fini(&s.factor);
    }
}

/* ---- NaN ---- */

/* NaN wins wherever it is in the window, and gets the gradient; of several the last, as in
 * PyTorch. */
static void check_nan(const struct window *window, int first, int last)
{
    const int rows = window->size[0], columns = window->size[1], taps = rows * columns;

    CASE("NaN at %d and %d of a %dx%d window", first, last, rows, columns);
    for (bool more = first_run(); more; more = next_run()) {
        struct map in = poison_map(1, rows, columns, 0), out = poison_map(1, 1, 1, 0);
        struct map gradient = poison_map(1, 1, 1, 0), got = poison_map(1, rows, columns, 0);
        for (int i = 0; i < taps * LANES; i++)
            in.data[i] = i / LANES == first || i / LANES == last ? NAN : (float)random_value();
        for (int lane = 0; lane < LANES; lane++)
            gradient.data[lane] = (float)(lane + 1);
        kernels->max_pool(window, &in, 0, &out);
        kernels->max_pool_backward(window, &in, 0, &gradient, &got);
        for (int lane = 0; lane < LANES; lane++) {
            assert_true(isnan(out.data[lane]));
            for (int tap = 0; tap < taps; tap++)
                assert_true(got.data[tap * LANES + lane] ==
                            (tap == last ? (float)(lane + 1) : 0.0F));
        }
        forget_buffers();
    }
}

static void nan_wins_the_maximum_and_gets_the_gradient(void **state)
{
    static const struct window shapes[] = {WINDOW(2, 2, 2, 2, 0, 0), WINDOW(3, 3, 3, 3, 0, 0),
                                           WINDOW(3, 2, 1, 1, 0, 0)};

    (void)state;
    rng_init(&rng, 35, 0);
    for (int i = 0; i < CHECK_COUNT(shapes); i++) {
        struct window window = shapes[i];
        const int taps = window.size[0] * window.size[1];
        for (int last = 0; last < taps; last++) {
            check_nan(&window, last, last);
            check_nan(&window, 0, last);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(max_pool_is_the_textbook_loop),
    cmocka_unit_test(max_pool_backward_is_the_textbook_loop),
    cmocka_unit_test(average_pool_is_the_textbook_loop),
    cmocka_unit_test(average_pool_backward_is_the_textbook_loop),
    cmocka_unit_test(adaptive_pool_is_the_textbook_loop),
    cmocka_unit_test(adaptive_pool_backward_is_the_textbook_loop),
    cmocka_unit_test(pool_gradients_are_finite_differences),
    cmocka_unit_test(nan_wins_the_maximum_and_gets_the_gradient),
};

CHECK_MAIN(tests)
