/*
 * The products of linear layers of every table that this machine runs, for one block and for
 * several, against the twin's textbook loops and against finite differences.
 */
#include "guarded.h"

#include <math.h>

/* Those of well-known networks, with odd ones, and more of everything than any tile holds. `from`
 * and `to` are of the outputs forward; backward, `in_from` and `in_to` of the inputs. */
static const struct linear_case {
    int inputs, outputs, blocks, from, to, in_from, in_to;
} cases[] = {
    {180, 24, 1, 0, 24, 0, 180},  {24, 32, 1, 0, 32, 0, 24},    {32, 10, 4, 0, 10, 0, 32},
    {1, 1, 1, 0, 1, 0, 1},        {1, 7, 2, 0, 7, 0, 1},        {7, 1, 3, 0, 1, 0, 7},
    {2, 3, 1, 0, 3, 0, 2},        {3, 2, 5, 0, 2, 0, 3},        {5, 6, 1, 0, 6, 0, 5},
    {6, 5, 4, 0, 5, 0, 6},        {10, 12, 7, 3, 9, 0, 10},     {12, 7, 2, 2, 3, 0, 12},
    {20, 3, 6, 0, 3, 16, 20},     {33, 17, 4, 5, 17, 16, 33},   {576, 64, 1, 0, 64, 0, 576},
    {784, 10, 4, 0, 10, 32, 400}, {300, 140, 2, 7, 139, 0, 64}, {70, 270, 9, 0, 270, 64, 70},
    {1100, 6, 3, 0, 6, 0, 1100},  {50, 11, 18, 0, 11, 48, 50},  {130, 13, 8, 1, 12, 16, 128},
};

/* One grid for each block. */
struct blocks {
    struct grid grid[20];
    int count;
};

static struct blocks blocks_of(int count, int features, bool filled)
{
    struct blocks blocks = {.count = count};

    assert_true(count <= CHECK_COUNT(blocks.grid));
    for (int b = 0; b < count; b++)
        blocks.grid[b] =
            filled ? filled_grid(features, 1, 1, random_value) : grid_make(LANES, features, 1, 1);
    return blocks;
}

static struct blocks absolute_blocks(const struct blocks *from)
{
    struct blocks blocks = {.count = from->count};

    for (int b = 0; b < from->count; b++)
        blocks.grid[b] = grid_absolute(&from->grid[b]);
    return blocks;
}

static void blocks_fini(struct blocks *blocks)
{
    for (int b = 0; b < blocks->count; b++)
        grid_fini(&blocks->grid[b]);
}

enum { APART = 3 }; /* vectors of poison after each block's features */

static struct features poison_features(int blocks, int count)
{
    const size_t step = (size_t)(count + APART) * LANES;

    return (struct features){guarded((size_t)blocks * step - (size_t)APART * LANES), step};
}

/* The features of one block as maps of one pixel. */
static struct map block_map(const struct features *features, int block, int count)
{
    return map_at(features->data + (size_t)block * features->step, count, 1, 1, 0);
}

static struct features filled_features(const struct blocks *blocks)
{
    const int count = blocks->grid[0].channels;
    struct features features = poison_features(blocks->count, count);

    for (int b = 0; b < blocks->count; b++) {
        struct map map = block_map(&features, b, count);
        fill_map(&map, &blocks->grid[b]);
    }
    return features;
}

static void check_features(const struct features *got, const struct blocks *expected,
                           const struct blocks *size, int from, int to)
{
    for (int b = 0; b < expected->count; b++) {
        struct map map = block_map(got, b, expected->grid[b].channels);
        check_map(&map, &expected->grid[b], &size->grid[b], LONG_SUM, from, to);
    }
}

static void check_linear(const struct linear_case *at, bool bias)
{
    const int weights = at->inputs * at->outputs;
    struct blocks in = blocks_of(at->blocks, at->inputs, true), in_size = absolute_blocks(&in);
    struct blocks out = blocks_of(at->blocks, at->outputs, false), size = absolute_blocks(&out);
    double *weight = random_values(weights), *biases = bias ? random_values(at->outputs) : NULL;
    double *weight_size = absolute_values(weight, weights);
    double *bias_size = bias ? absolute_values(biases, at->outputs) : NULL;

    for (int b = 0; b < at->blocks; b++) {
        twin_linear(&in.grid[b], weight, biases, &out.grid[b]);
        twin_linear(&in_size.grid[b], weight_size, bias_size, &size.grid[b]);
    }
    CASE("linear %d->%d [%d, %d) of %d blocks%s", at->inputs, at->outputs, at->from, at->to,
         at->blocks, bias ? " with bias" : "");
    for (bool more = first_run(); more; more = next_run()) {
        struct features from = filled_features(&in);
        float *weight_array = filled_array(weight, weights);
        float *bias_array = bias ? filled_array(biases, at->outputs) : NULL;
        seal();
        struct features got = poison_features(at->blocks, at->outputs);
        kernels->linear(&from, weight_array, bias_array, &got, at->blocks, at->inputs, at->outputs,
                        at->from, at->to);
        check_features(&got, &out, &size, at->from, at->to);
    }
    blocks_fini(&in);
    blocks_fini(&in_size);
    blocks_fini(&out);
    blocks_fini(&size);
    free(weight);
    free(biases);
    free(weight_size);
    free(bias_size);
}

static void linear_is_the_textbook_loop(void **state)
{
    (void)state;
    rng_init(&rng, 13, 0);
    for (int i = 0; i < CHECK_COUNT(cases); i++) {
        check_linear(&cases[i], false);
        check_linear(&cases[i], true);
    }
}

/* The three gradients of a linear layer over all blocks. */
struct gradients {
    struct blocks in;
    double *weight, *bias;
};

static struct gradients gradients_of(const struct blocks *in, const double *weight,
                                     const struct blocks *out)
{
    const int inputs = in->grid[0].channels, outputs = out->grid[0].channels;
    struct gradients g = {blocks_of(in->count, inputs, false), values_new(inputs * outputs),
                          values_new(outputs)};
    double *one_weight = values_new(inputs * outputs), *one_bias = values_new(outputs);

    for (int b = 0; b < in->count; b++) {
        twin_linear_gradient(&in->grid[b], weight, &out->grid[b], &g.in.grid[b], one_weight,
                             one_bias);
        for (int i = 0; i < inputs * outputs; i++)
            g.weight[i] += one_weight[i];
        for (int o = 0; o < outputs; o++)
            g.bias[o] += one_bias[o];
    }
    free(one_weight);
    free(one_bias);
    return g;
}

static void gradients_fini(struct gradients *g)
{
    blocks_fini(&g->in);
    free(g->weight);
    free(g->bias);
}

static void check_backward(const struct linear_case *at)
{
    const int weights = at->inputs * at->outputs;
    struct blocks in = blocks_of(at->blocks, at->inputs, true), in_size = absolute_blocks(&in);
    struct blocks out = blocks_of(at->blocks, at->outputs, true), out_size = absolute_blocks(&out);
    double *weight = random_values(weights), *weight_size = absolute_values(weight, weights);
    struct gradients expected = gradients_of(&in, weight, &out);
    struct gradients size = gradients_of(&in_size, weight_size, &out_size);

    CASE("gradients of linear %d->%d, inputs [%d, %d) of %d blocks", at->inputs, at->outputs,
         at->in_from, at->in_to, at->blocks);
    for (bool more = first_run(); more; more = next_run()) {
        struct features from = filled_features(&in), gradient = filled_features(&out);
        float *weight_array = filled_array(weight, weights);
        seal();
        struct features got = poison_features(at->blocks, at->inputs);
        float *weight_got = guarded((size_t)weights), *bias_got = guarded((size_t)at->outputs);

        kernels->linear_inputs(&gradient, weight_array, &got, at->blocks, at->inputs, at->outputs,
                               at->in_from, at->in_to);
        check_features(&got, &expected.in, &size.in, at->in_from, at->in_to);
        kernels->linear_weights(&from, &gradient, weight_got, at->blocks, at->inputs, at->outputs,
                                at->in_from, at->in_to);
        for (int o = 0; o < at->outputs; o++)
            check_array(weight_got, expected.weight, size.weight, LONG_SUM,
                        o * at->inputs + at->in_from, o * at->inputs + at->in_to);
        kernels->linear_bias(&gradient, bias_got, at->blocks, at->from, at->to);
        check_array(bias_got, expected.bias, size.bias, LONG_SUM, at->from, at->to);
    }
    blocks_fini(&in);
    blocks_fini(&in_size);
    blocks_fini(&out);
    blocks_fini(&out_size);
    free(weight);
    free(weight_size);
    gradients_fini(&expected);
    gradients_fini(&size);
}

static void linear_gradients_are_the_textbook_loop(void **state)
{
    (void)state;
    rng_init(&rng, 14, 0);
    for (int i = 0; i < CHECK_COUNT(cases); i++)
        check_backward(&cases[i]);
}

/* All kernels on `blocks` blocks from `block` on, in parts of `step` outputs or, backward, of
 * `in_step` inputs. The gradients of weights and biases go to their first blocks' places. */
struct split {
    struct features in, out_gradient, out, in_gradient;
    float *weight, *bias, *weight_gradient, *bias_gradient;
    int inputs, outputs;
};

static void run_split(const struct split *s, int block, int blocks, int step, int in_step)
{
    const size_t skip = (size_t)block;
    struct features in = s->in, out_gradient = s->out_gradient, out = s->out;
    struct features in_gradient = s->in_gradient;

    in.data += skip * in.step;
    out_gradient.data += skip * out_gradient.step;
    out.data += skip * out.step;
    in_gradient.data += skip * in_gradient.step;
    for (int o = 0; o < s->outputs; o += step) {
        const int to = o + step < s->outputs ? o + step : s->outputs;
        kernels->linear(&in, s->weight, s->bias, &out, blocks, s->inputs, s->outputs, o, to);
        kernels->linear_bias(&out_gradient, s->bias_gradient, blocks, o, to);
    }
    for (int i = 0; i < s->inputs; i += in_step) {
        const int to = i + in_step < s->inputs ? i + in_step : s->inputs;
        kernels->linear_inputs(&out_gradient, s->weight, &in_gradient, blocks, s->inputs,
                               s->outputs, i, to);
        kernels->linear_weights(&in, &out_gradient, s->weight_gradient, blocks, s->inputs,
                                s->outputs, i, to);
    }
}

/* Blocks one at a time, their weights' gradients then added in order, give the bits of all at
 * once; so do parts. */
static void linear_gives_the_same_bits_however_it_is_split(void **state)
{
    enum { INPUTS = 107, OUTPUTS = 29, BLOCKS = 11, WEIGHTS = INPUTS * OUTPUTS };
    static const int steps[][2] = {{1, 16}, {2, 32}, {5, 48}, {13, 96}};
    static float out[BLOCKS * (OUTPUTS + APART) * LANES], in[BLOCKS * (INPUTS + APART) * LANES];
    static float weights[WEIGHTS + OUTPUTS], sums[WEIGHTS + OUTPUTS];

    (void)state;
    rng_init(&rng, 18, 0);
    CASE("split linear");
    for (bool more = first_run(); more; more = next_run()) {
        struct split s = {
            .in = poison_features(BLOCKS, INPUTS),
            .out_gradient = poison_features(BLOCKS, OUTPUTS),
            .out = poison_features(BLOCKS, OUTPUTS),
            .in_gradient = poison_features(BLOCKS, INPUTS),
            .weight = guarded(WEIGHTS),
            .bias = guarded(OUTPUTS),
            .weight_gradient = guarded(WEIGHTS),
            .bias_gradient = guarded(OUTPUTS),
            .inputs = INPUTS,
            .outputs = OUTPUTS,
        };
        const size_t out_count = BLOCKS * s.out.step - (size_t)APART * LANES;
        const size_t in_count = BLOCKS * s.in.step - (size_t)APART * LANES;
        for (size_t i = 0; i < in_count; i++)
            s.in.data[i] = (float)random_value();
        for (size_t i = 0; i < out_count; i++)
            s.out_gradient.data[i] = (float)random_value();
        for (int i = 0; i < WEIGHTS; i++)
            s.weight[i] = (float)random_value();
        for (int o = 0; o < OUTPUTS; o++)
            s.bias[o] = (float)random_value();
        run_split(&s, 0, BLOCKS, OUTPUTS, INPUTS);
        memcpy(out, s.out.data, out_count * sizeof(float));
        memcpy(in, s.in_gradient.data, in_count * sizeof(float));
        memcpy(weights, s.weight_gradient, WEIGHTS * sizeof(float));
        memcpy(weights + WEIGHTS, s.bias_gradient, OUTPUTS * sizeof(float));
        for (int i = 0; i < CHECK_COUNT(steps); i++) {
            run_split(&s, 0, BLOCKS, steps[i][0], steps[i][1]);
            assert_memory_equal(out, s.out.data, out_count * sizeof(float));
            assert_memory_equal(in, s.in_gradient.data, in_count * sizeof(float));
            assert_memory_equal(weights, s.weight_gradient, WEIGHTS * sizeof(float));
            assert_memory_equal(weights + WEIGHTS, s.bias_gradient, OUTPUTS * sizeof(float));
        }
        for (int b = 0; b < BLOCKS; b++) {
            run_split(&s, b, 1, OUTPUTS, INPUTS);
            for (int i = 0; i < WEIGHTS; i++)
                sums[i] = b > 0 ? sums[i] + s.weight_gradient[i] : s.weight_gradient[i];
            for (int o = 0; o < OUTPUTS; o++)
                sums[WEIGHTS + o] =
                    b > 0 ? sums[WEIGHTS + o] + s.bias_gradient[o] : s.bias_gradient[o];
        }
        assert_memory_equal(out, s.out.data, out_count * sizeof(float));
        assert_memory_equal(in, s.in_gradient.data, in_count * sizeof(float));
        assert_memory_equal(weights, sums, sizeof sums);
        forget_buffers();
    }
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
        struct features in = {.data = filled_map(&s.in, 0).data};
        struct features out = {.data = filled_map(&s.factor, 0).data};
        struct features got = {.data = guarded(INPUTS * LANES)};
        float *weight = filled_array(s.weight, INPUTS * OUTPUTS);
        float *weight_got = guarded(INPUTS * OUTPUTS), *bias_got = guarded(OUTPUTS);

        kernels->linear_inputs(&out, weight, &got, 1, INPUTS, OUTPUTS, 0, INPUTS);
        kernels->linear_weights(&in, &out, weight_got, 1, INPUTS, OUTPUTS, 0, INPUTS);
        kernels->linear_bias(&out, bias_got, 1, 0, OUTPUTS);
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
            struct features in = {.data = guarded(INPUTS * LANES)};
            struct features out = {.data = guarded(OUTPUTS * LANES)};
            float *weight = guarded(INPUTS * OUTPUTS);
            for (int n = 0; n < INPUTS * LANES; n++)
                in.data[n] = (float)random_value();
            for (int n = 0; n < INPUTS * OUTPUTS; n++)
                weight[n] = (float)random_value();
            in.data[i % INPUTS * LANES + i % LANES] = bad[i / LANES];
            kernels->linear(&in, weight, NULL, &out, 1, INPUTS, OUTPUTS, 0, OUTPUTS);
            for (int n = 0; n < OUTPUTS * LANES; n++)
                assert_int_equal(!isfinite(out.data[n]), n % LANES == i % LANES);
            forget_buffers();
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(linear_is_the_textbook_loop),
    cmocka_unit_test(linear_gradients_are_the_textbook_loop),
    cmocka_unit_test(linear_gives_the_same_bits_however_it_is_split),
    cmocka_unit_test(linear_gradients_are_finite_differences),
    cmocka_unit_test(linear_shows_nan_and_infinity),
};

CHECK_MAIN(tests)
