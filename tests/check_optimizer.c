/* Gradient descent step by step, against torch.optim.SGD's formulas in double. */
#include "check.h"

#include "nn/optimizer.h"
#include "support/rng.h"

#include <math.h>
#include <stdbool.h>

enum { COUNT = 37, STEPS = 5 };

struct descent {
    double parameters[COUNT], velocity[COUNT];
};

/* torch.optim.SGD, as its documentation lists it. */
static void plain_step(const struct sgd *sgd, struct descent *at, const float *gradient)
{
    const double lr = (double)sgd->lr, momentum = (double)sgd->momentum;

    for (int i = 0; i < COUNT; i++) {
        double g = (double)gradient[i] + (double)sgd->weight_decay * at->parameters[i];
        at->velocity[i] = momentum * at->velocity[i] + g;
        at->parameters[i] -=
            lr * (sgd->nesterov ? g + momentum * at->velocity[i] : at->velocity[i]);
    }
}

static void fill(float *values, struct rng *rng)
{
    for (int i = 0; i < COUNT; i++)
        values[i] = rng_uniform(rng, -1.0F, 1.0F);
}

/* Some steps from random parameters and no velocity. */
static void check_steps(struct sgd sgd)
{
    float parameters[COUNT], velocity[COUNT] = {0}, gradient[COUNT];
    struct descent expected = {0};
    struct rng rng;

    rng_init(&rng, 1, 0);
    fill(parameters, &rng);
    for (int i = 0; i < COUNT; i++)
        expected.parameters[i] = (double)parameters[i];
    for (int step = 0; step < STEPS; step++) {
        fill(gradient, &rng);
        sgd_step(&sgd, parameters, velocity, gradient, 0, COUNT);
        plain_step(&sgd, &expected, gradient);
        for (int i = 0; i < COUNT; i++) {
            assert_true(fabs((double)velocity[i] - expected.velocity[i]) <= 1e-6);
            assert_true(fabs((double)parameters[i] - expected.parameters[i]) <= 1e-6);
        }
    }
}

static void momentum_is_pytorchs(void **state)
{
    (void)state;
    check_steps((struct sgd){.lr = 0.1F, .momentum = 0.0F});
    check_steps((struct sgd){.lr = 0.1F, .momentum = 0.9F});
}

static void nesterovs_momentum_is_pytorchs(void **state)
{
    (void)state;
    check_steps((struct sgd){.lr = 0.1F, .momentum = 0.9F, .nesterov = true});
}

static void weight_decay_is_pytorchs(void **state)
{
    (void)state;
    check_steps((struct sgd){.lr = 0.1F, .momentum = 0.9F, .weight_decay = 0.25F});
    check_steps((struct sgd){.lr = 0.1F, .momentum = 0.0F, .weight_decay = 0.25F});
}

static void both_together_are_pytorchs(void **state)
{
    (void)state;
    check_steps((struct sgd){0.1F, 0.9F, .weight_decay = 0.25F, .nesterov = true});
}

/* Members of a team step disjoint parts: no element but those of the part may move. */
static void a_step_keeps_to_its_part(void **state)
{
    const struct sgd sgd = {0.1F, 0.9F, .weight_decay = 0.25F, .nesterov = true};
    float parameters[2][COUNT], velocity[2][COUNT], gradient[COUNT];
    struct rng rng;

    (void)state;
    rng_init(&rng, 2, 0);
    fill(parameters[0], &rng);
    fill(velocity[0], &rng);
    fill(gradient, &rng);
    memcpy(parameters[1], parameters[0], sizeof parameters[0]);
    memcpy(velocity[1], velocity[0], sizeof velocity[0]);
    sgd_step(&sgd, parameters[1], velocity[1], gradient, 11, 23);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(parameters[0][i] != parameters[1][i], i >= 11 && i < 23);
        assert_int_equal(velocity[0][i] != velocity[1][i], i >= 11 && i < 23);
    }
    sgd_step(&sgd, parameters[0], velocity[0], gradient, 0, COUNT);
    sgd_step(&sgd, parameters[1], velocity[1], gradient, 0, 11);
    sgd_step(&sgd, parameters[1], velocity[1], gradient, 23, COUNT);
    assert_memory_equal(parameters[0], parameters[1], sizeof parameters[0]);
    assert_memory_equal(velocity[0], velocity[1], sizeof velocity[0]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(momentum_is_pytorchs),     cmocka_unit_test(nesterovs_momentum_is_pytorchs),
    cmocka_unit_test(weight_decay_is_pytorchs), cmocka_unit_test(both_together_are_pytorchs),
    cmocka_unit_test(a_step_keeps_to_its_part),
};

CHECK_MAIN(tests)
