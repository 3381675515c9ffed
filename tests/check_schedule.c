/*
 * The learning rate over a run, against PyTorch's schedulers if there is one and the formulas in
 * schedule.h otherwise; and a recipe's run against PyTorch's (see tests/reference/slim).
 */
#include "check.h"
#include "network.h"
#include "sample_model.h"

#include "train/checkpoint.h"
#include "train/rule.h"
#include "train/schedule.h"

#include <math.h>

static const char *const names[] = {"none", "step", "cosine", "onecycle"};

static struct settings scheduled(enum schedule schedule, double warmup)
{
    return (struct settings){.schedule = schedule, .warmup = warmup};
}

static bool close_to(double a, double b)
{
    return fabs(a / b - 1.0) <= 1e-12;
}

static FILE *open_reference(const char *name)
{
    char path[PATH_MAX], line[128];
    FILE *file = fopen(check_source(path, name), "r");

    if (file == NULL)
        fail_msg("%s is missing", path);
    assert_non_null(fgets(line, sizeof line, file)); /* the heading */
    return file;
}

/* ---- factors ---- */

static void schedules_are_pytorchs(void **state)
{
    enum { STEPS = 40 };
    const struct settings step = scheduled(SCHEDULE_STEP, 0.0);
    const struct settings cosine = scheduled(SCHEDULE_COSINE, 0.0);
    const struct settings onecycle = scheduled(SCHEDULE_ONECYCLE, 0.2);
    FILE *file = open_reference("tests/reference/slim/schedules.csv");
    double expected[3];
    int batch;

    (void)state;
    for (int i = 0; i < STEPS; i++) {
        assert_int_equal(
            fscanf(file, "%d,%lf,%lf,%lf", &batch, &expected[0], &expected[1], &expected[2]), 4);
        assert_int_equal(batch, i);
        assert_true(close_to(schedule_factor(&step, i, STEPS), expected[0]));
        assert_true(close_to(schedule_factor(&cosine, i, STEPS), expected[1]));
        assert_true(close_to(schedule_factor(&onecycle, i, STEPS), expected[2]));
    }
    assert_int_equal(fscanf(file, "%d", &batch), EOF);
    fclose(file);
}

/* The formula in schedule.h for a batch after the warm-up, for every schedule except onecycle. */
static double formula(enum schedule schedule, double warmup, long step, long steps)
{
    const double p = (double)step / (double)steps, q = (p - warmup) / (1.0 - warmup);

    if (schedule == SCHEDULE_COSINE)
        return 0.5 * (1.0 + cos(acos(-1.0) * q));
    if (schedule == SCHEDULE_STEP)
        return q < 0.5 ? 1.0 : q < 0.75 ? 0.1 : 0.01;
    return 1.0;
}

static void schedules_follow_their_formulas_after_the_warm_up(void **state)
{
    static const double warmups[] = {0.0, 0.0625, 0.25, 0.5};
    enum { STEPS = 512 }; /* all shares are exact */

    (void)state;
    for (int w = 0; w < CHECK_COUNT(warmups); w++) {
        for (int s = SCHEDULE_NONE; s <= SCHEDULE_COSINE; s++) {
            const struct settings settings = scheduled((enum schedule)s, warmups[w]);
            for (long i = (long)(warmups[w] * STEPS); i < STEPS; i++)
                if (!close_to(schedule_factor(&settings, i, STEPS),
                              formula((enum schedule)s, warmups[w], i, STEPS)))
                    fail_msg("%s, warm-up %g: batch %ld of %d gives %.17g", names[s], warmups[w], i,
                             STEPS, schedule_factor(&settings, i, STEPS));
        }
    }
}

static void rates_rise_during_the_warm_up_and_fall_after_it(void **state)
{
    static const double warmups[] = {0.0, 0.001, 0.1, 0.2, 0.33, 0.5, 0.9, 0.999};
    static const long lengths[] = {3, 10, 97, 938};

    (void)state;
    for (int s = 0; s < CHECK_COUNT(names); s++) {
        for (int n = 0; n < CHECK_COUNT(warmups) * CHECK_COUNT(lengths); n++) {
            const long steps = lengths[n % CHECK_COUNT(lengths)];
            const double warmup = warmups[n / CHECK_COUNT(lengths)];
            const struct settings settings = scheduled((enum schedule)s, warmup);
            double last = schedule_factor(&settings, 0, steps);
            bool falling = false;
            for (long i = 1; i < steps; i++) {
                double factor = schedule_factor(&settings, i, steps);
                falling = falling || factor < last;
                /* PyTorch's cycle has its maximum one batch before the end of the warm-up. */
                if (falling ? factor > last || (double)(i + 1) < warmup * (double)steps
                            : (double)i < warmup * (double)steps - 1.0 && !(factor > last))
                    fail_msg("%s, warm-up %g: batch %ld of %ld gives %g after %g", names[s], warmup,
                             i, steps, factor, last);
                last = factor;
            }
        }
    }
}

static void every_batch_of_a_run_has_a_learning_rate(void **state)
{
    static const double warmups[] = {0.0, 1e-9, 0.2, 0.3, 0.5, 0.99, 0.9999999999999999};
    static const long lengths[] = {1, 2, 3, 4, 7, 938, 18760};

    (void)state;
    for (int s = 0; s < CHECK_COUNT(names); s++) {
        for (int w = 0; w < CHECK_COUNT(warmups); w++) {
            const struct settings settings = scheduled((enum schedule)s, warmups[w]);
            for (int n = 0; n < CHECK_COUNT(lengths); n++) {
                for (long i = 0; i < lengths[n]; i++) {
                    double factor = schedule_factor(&settings, i, lengths[n]);
                    if (!(factor > 0.0 && factor <= 1.0 + 1e-15))
                        fail_msg("%s, warm-up %g: batch %ld of %ld gives %g", names[s], warmups[w],
                                 i, lengths[n], factor);
                }
            }
        }
    }
}

static void schedule_none_keeps_the_learning_rate(void **state)
{
    const struct settings settings = scheduled(SCHEDULE_NONE, 0.0);

    (void)state;
    for (long i = 0; i < 20; i++)
        assert_true(schedule_factor(&settings, i, 20) == 1.0);
}

/* ---- a run ---- */

enum { BATCHES = 32 };

static struct model *slim;
static float initial[MODEL_STATE_MAX];

static int load_all(void **state)
{
    char path[PATH_MAX];
    struct error error = {0};

    if ((slim = sample_model("slim")) == NULL ||
        !checkpoint_load(check_source(path, "tests/reference/slim/init.safetensors"), slim, initial,
                         &error))
        fail_msg("%s", error.text);
    return network_load(state);
}

static void load_run(double *rates, double *losses)
{
    FILE *file = open_reference("tests/reference/slim/losses.csv");
    int batch;

    for (int i = 0; i < BATCHES; i++) {
        assert_int_equal(fscanf(file, "%d,%lf,%lf", &batch, &rates[i], &losses[i]), 3);
        assert_int_equal(batch, i);
    }
    assert_int_equal(fscanf(file, "%d", &batch), EOF);
    fclose(file);
}

/* The largest relative error among the first `count` losses. */
static double loss_error(const double *losses, const double *expected, int count)
{
    double worst = 0.0;

    for (int i = 0; i < count; i++)
        worst = fmax(worst, fabs(losses[i] / expected[i] - 1.0));
    return worst;
}

static void a_run_of_a_recipe_follows_pytorch(void **state)
{
    const struct settings settings = {
        .lr = 0.1,
        .momentum = 0.9,
        .nesterov = true,
        .weight_decay = 5e-4,
        .label_smoothing = 0.1,
        .schedule = SCHEDULE_ONECYCLE,
        .warmup = 0.2,
    };
    double rates[BATCHES], expected[BATCHES], losses[BATCHES];

    (void)state;
    load_run(rates, expected);
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        struct trainee t = trainee_make(slim, k, 2, initial);
        for (int i = 0; i < BATCHES; i++) {
            double lr = settings.lr * schedule_factor(&settings, i, BATCHES);
            const struct net_rule rule = rule_of_batch(&settings, lr, i);
            assert_true(close_to(lr, rates[i]));
            struct net_result result =
                train_batch(&t, (struct batch){i * BATCH, BATCH, 0.0F}, &rule);
            assert_int_equal(result.fault.kind, FAULT_NONE);
            losses[i] = result.loss;
        }
        printf("# %s: relative error of the losses %.1e (5 batches), %.1e (15), %.1e (32)\n",
               k->name, loss_error(losses, expected, 5), loss_error(losses, expected, 15),
               loss_error(losses, expected, BATCHES));
        assert_true(loss_error(losses, expected, 5) <= 1e-5);
        assert_true(loss_error(losses, expected, 15) <= 1e-2);
        assert_true(loss_error(losses, expected, BATCHES) <= 5e-2);
        trainee_fini(&t);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(schedules_are_pytorchs),
    cmocka_unit_test(schedules_follow_their_formulas_after_the_warm_up),
    cmocka_unit_test(rates_rise_during_the_warm_up_and_fall_after_it),
    cmocka_unit_test(every_batch_of_a_run_has_a_learning_rate),
    cmocka_unit_test(schedule_none_keeps_the_learning_rate),
    cmocka_unit_test(a_run_of_a_recipe_follows_pytorch),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, load_all, network_free);
}
