/* Every optimizer step by step, against the formulas in torch.optim's documentation, in double. */
#include "check.h"

#include "nn/optimizer.h"
#include "support/rng.h"

#include <math.h>

enum { COUNT = 37, STEPS = 5 };

/* One parameter and the optimizer's state for it. */
struct descent {
    double p, a, b;
};

static void plain_sgd(const struct optimizer *o, struct descent *at, double g)
{
    at->a = (double)o->momentum * at->a + g;
    at->p -= (double)o->lr * (o->nesterov ? g + (double)o->momentum * at->a : at->a);
}

static void plain_adam(const struct optimizer *o, struct descent *at, double g)
{
    const double t = (double)o->step + 1.0;

    at->a = o->beta1 * at->a + (1.0 - o->beta1) * g;
    at->b = o->beta2 * at->b + (1.0 - o->beta2) * g * g;
    const double mean = at->a / (1.0 - pow(o->beta1, t)), square = at->b / (1.0 - pow(o->beta2, t));
    at->p -= (double)o->lr * mean / (sqrt(square) + (double)o->eps);
}

static void plain_rmsprop(const struct optimizer *o, struct descent *at, double g)
{
    at->a = (double)o->alpha * at->a + (1.0 - (double)o->alpha) * g * g;
    at->b = (double)o->momentum * at->b + g / (sqrt(at->a) + (double)o->eps);
    at->p -= (double)o->lr * at->b;
}

static void plain_adadelta(const struct optimizer *o, struct descent *at, double g)
{
    at->a = (double)o->rho * at->a + (1.0 - (double)o->rho) * g * g;
    const double d = sqrt(at->b + (double)o->eps) / sqrt(at->a + (double)o->eps) * g;
    at->b = (double)o->rho * at->b + (1.0 - (double)o->rho) * d * d;
    at->p -= (double)o->lr * d;
}

static void plain_step(const struct optimizer *o, struct descent *at, double gradient)
{
    const double decay = (double)o->weight_decay;
    const double g = o->kind == OPTIMIZER_ADAMW ? gradient : gradient + decay * at->p;

    switch (o->kind) {
    case OPTIMIZER_SGD: plain_sgd(o, at, g); break;
    case OPTIMIZER_ADAMW:
        at->p -= (double)o->lr * decay * at->p;
        plain_adam(o, at, g);
        break;
    case OPTIMIZER_ADAM: plain_adam(o, at, g); break;
    case OPTIMIZER_RMSPROP: plain_rmsprop(o, at, g); break;
    case OPTIMIZER_ADADELTA: plain_adadelta(o, at, g); break;
    }
}

static void fill(float *values, struct rng *rng)
{
    for (int i = 0; i < COUNT; i++)
        values[i] = rng_uniform(rng, -1.0F, 1.0F);
}

static bool near(double a, double b)
{
    return fabs(a - b) <= 2e-6 * (fabs(b) + 1.0);
}

/* Some steps from random parameters and zero buffers. */
static void check_steps(struct optimizer optimizer)
{
    float parameters[COUNT], a[COUNT] = {0}, b[COUNT] = {0}, gradient[COUNT];
    const bool two = optimizer_buffer(optimizer.kind, 1) != NULL;
    float *const buffers[OPTIMIZER_BUFFERS_MAX] = {a, two ? b : NULL};
    struct descent expected[COUNT] = {{0}};
    struct rng rng;

    rng_init(&rng, 1, 0);
    fill(parameters, &rng);
    for (int i = 0; i < COUNT; i++)
        expected[i].p = (double)parameters[i];
    for (optimizer.step = 0; optimizer.step < STEPS; optimizer.step++) {
        double squares = 0.0;
        fill(gradient, &rng);
        const double change = optimizer_update(&optimizer, parameters, buffers, gradient, 0, COUNT);
        for (int i = 0; i < COUNT; i++) {
            const double before = expected[i].p;
            plain_step(&optimizer, &expected[i], (double)gradient[i]);
            squares += (expected[i].p - before) * (expected[i].p - before);
            assert_true(near((double)parameters[i], expected[i].p));
            assert_true(near((double)a[i], expected[i].a));
            assert_true(!two || near((double)b[i], expected[i].b));
        }
        assert_true(fabs(change / squares - 1.0) < 1e-3);
    }
}

static void momentum_is_pytorchs(void **state)
{
    (void)state;
    check_steps((struct optimizer){.lr = 0.1F, .momentum = 0.0F});
    check_steps((struct optimizer){.lr = 0.1F, .momentum = 0.9F});
}

static void nesterovs_momentum_is_pytorchs(void **state)
{
    (void)state;
    check_steps((struct optimizer){.lr = 0.1F, .momentum = 0.9F, .nesterov = true});
}

static void weight_decay_is_pytorchs(void **state)
{
    (void)state;
    check_steps((struct optimizer){.lr = 0.1F, .momentum = 0.9F, .weight_decay = 0.25F});
    check_steps((struct optimizer){.lr = 0.1F, .momentum = 0.0F, .weight_decay = 0.25F});
    check_steps(
        (struct optimizer){.lr = 0.1F, .momentum = 0.9F, .weight_decay = 0.25F, .nesterov = true});
}

/* With and without weight decay. */
static void check_kind(struct optimizer optimizer)
{
    check_steps(optimizer);
    optimizer.weight_decay = 0.25F;
    check_steps(optimizer);
}

static void adam_is_pytorchs(void **state)
{
    (void)state;
    check_kind((struct optimizer){
        .kind = OPTIMIZER_ADAM, .lr = 1e-3F, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8F});
    check_kind((struct optimizer){
        .kind = OPTIMIZER_ADAM, .lr = 0.1F, .beta1 = 0.5, .beta2 = 0.7, .eps = 0.1F});
}

static void adamw_is_pytorchs(void **state)
{
    (void)state;
    check_kind((struct optimizer){
        .kind = OPTIMIZER_ADAMW, .lr = 0.01F, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8F});
}

static void rmsprop_is_pytorchs(void **state)
{
    (void)state;
    check_kind(
        (struct optimizer){.kind = OPTIMIZER_RMSPROP, .lr = 0.01F, .alpha = 0.99F, .eps = 1e-8F});
    check_kind((struct optimizer){
        .kind = OPTIMIZER_RMSPROP, .lr = 0.01F, .alpha = 0.9F, .eps = 1e-4F, .momentum = 0.8F});
}

static void adadelta_is_pytorchs(void **state)
{
    (void)state;
    check_kind(
        (struct optimizer){.kind = OPTIMIZER_ADADELTA, .lr = 1.0F, .rho = 0.9F, .eps = 1e-6F});
}

/* Members of a team update disjoint parts: only the elements of the part may change. */
static void an_update_changes_only_its_part(void **state)
{
    (void)state;
    for (int kind = 0; optimizer_name(kind) != NULL; kind++) {
        const struct optimizer optimizer = {.kind = (enum optimizer_kind)kind,
                                            .lr = 0.1F,
                                            .momentum = 0.9F,
                                            .weight_decay = 0.25F,
                                            .beta1 = 0.9,
                                            .beta2 = 0.99,
                                            .eps = 1e-6F,
                                            .alpha = 0.9F,
                                            .rho = 0.9F,
                                            .step = 3};
        float parameters[2][COUNT], a[2][COUNT], b[2][COUNT], gradient[COUNT];
        struct rng rng;
        rng_init(&rng, 2, 0);
        fill(parameters[0], &rng);
        fill(gradient, &rng);
        memcpy(parameters[1], parameters[0], sizeof parameters[0]);
        memset(a, 0, sizeof a);
        memset(b, 0, sizeof b);
        const bool two = optimizer_buffer(optimizer.kind, 1) != NULL;
        float *const whole[] = {a[0], two ? b[0] : NULL}, *const parts[] = {a[1],
                                                                            two ? b[1] : NULL};
        optimizer_update(&optimizer, parameters[1], parts, gradient, 11, 23);
        for (int i = 0; i < COUNT; i++) {
            assert_int_equal(parameters[0][i] != parameters[1][i], i >= 11 && i < 23);
            assert_int_equal(a[0][i] != a[1][i], i >= 11 && i < 23);
        }
        optimizer_update(&optimizer, parameters[0], whole, gradient, 0, COUNT);
        optimizer_update(&optimizer, parameters[1], parts, gradient, 0, 11);
        optimizer_update(&optimizer, parameters[1], parts, gradient, 23, COUNT);
        assert_memory_equal(parameters[0], parameters[1], sizeof parameters[0]);
        assert_memory_equal(a[0], a[1], sizeof a[0]);
        assert_memory_equal(b[0], b[1], sizeof b[0]);
    }
}

/* The first average is the weights; then the decay is min(decay, n / (n + 10)). */
static void the_average_of_weights_begins_with_the_weights(void **state)
{
    float average[COUNT] = {0}, values[COUNT];
    double expected[COUNT] = {0};
    struct rng rng;

    (void)state;
    rng_init(&rng, 3, 0);
    for (int n = 0; n < 200; n++) {
        const double decay = fmin(0.9, n / (n + 10.0));
        fill(values, &rng);
        assert_true(fabs(optimizer_average_decay(0.9, n) - decay) < 1e-15);
        optimizer_average(average, values, optimizer_average_decay(0.9, n), 0, COUNT);
        for (int i = 0; i < COUNT; i++) {
            expected[i] = decay * expected[i] + (1.0 - decay) * (double)values[i];
            assert_true(fabs((double)average[i] - expected[i]) < 1e-6);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(momentum_is_pytorchs),
    cmocka_unit_test(nesterovs_momentum_is_pytorchs),
    cmocka_unit_test(weight_decay_is_pytorchs),
    cmocka_unit_test(adam_is_pytorchs),
    cmocka_unit_test(adamw_is_pytorchs),
    cmocka_unit_test(rmsprop_is_pytorchs),
    cmocka_unit_test(adadelta_is_pytorchs),
    cmocka_unit_test(an_update_changes_only_its_part),
    cmocka_unit_test(the_average_of_weights_begins_with_the_weights),
};

CHECK_MAIN(tests)
