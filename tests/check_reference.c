/*
 * Many networks against PyTorch: the losses of 20 batches and the first batch's gradients are those
 * in tests/reference/networks.json, see the README there.
 */
#include "check.h"
#include "network.h"
#include "sample_model.h"
#include "sample_networks.h"

#include <jansson.h>
#include <math.h>

static json_t *entries;

static int load_all(void **state)
{
    char path[PATH_MAX];
    json_error_t error;

    entries = json_load_file(check_source(path, "tests/reference/networks.json"), 0, &error);
    if (entries == NULL)
        fail_msg("%s: %s", path, error.text);
    return network_load(state);
}

static int free_all(void **state)
{
    json_decref(entries);
    return network_free(state);
}

/* ---- what an entry says ---- */

static const char *string_of(const json_t *entry, const char *key)
{
    return json_string_value(json_object_get(entry, key));
}

static double number_of(const json_t *entry, const char *key)
{
    return json_number_value(json_object_get(entry, key));
}

static struct optimizer optimizer_of(const json_t *entry)
{
    static const struct optimizer optimizers[] = {
        {.kind = OPTIMIZER_SGD, .lr = 0.01F, .momentum = 0.9F},
        {.kind = OPTIMIZER_ADAM, .lr = 0.001F, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8F},
        {.kind = OPTIMIZER_ADAMW,
         .lr = 0.001F,
         .beta1 = 0.9,
         .beta2 = 0.999,
         .eps = 1e-8F,
         .weight_decay = 0.01F},
        {.kind = OPTIMIZER_RMSPROP, .lr = 0.001F, .alpha = 0.99F, .eps = 1e-8F, .momentum = 0.5F},
        {.kind = OPTIMIZER_ADADELTA, .lr = 1.0F, .rho = 0.9F, .eps = 1e-6F},
    };
    const char *name = string_of(entry, "optimizer");

    for (int i = 0; i < CHECK_COUNT(optimizers); i++)
        if (strcmp(name, optimizer_name((int)optimizers[i].kind)) == 0)
            return optimizers[i];
    fail_msg("no optimizer is called %s", name);
    return optimizers[0];
}

/* The network, without dropout, and its initial weights, which PyTorch has been given. */
static struct model *network_of(const json_t *entry, float **state)
{
    struct model *model = sample_model(string_of(entry, "text"));
    struct rng rng;

    if (model == NULL)
        fail_msg("not a network: %s", string_of(entry, "text"));
    for (int l = 0; l < model->layer_count; l++)
        model->layers[l].p = 0.0;
    *state = malloc(model->state_count * sizeof **state);
    assert_non_null(*state);
    rng_init(&rng, SAMPLE_SEED, 0);
    model_initialize(model, *state, &rng);
    return model;
}

/* ---- gradients ---- */

enum { PROJECTIONS = 3 };

/* The sign of element i in a projection; reference/make_networks.py has the same. */
static double sign_of(size_t i, int projection)
{
    uint32_t x = ((uint32_t)i * PROJECTIONS + (uint32_t)projection + 1) * UINT32_C(2654435761);

    x ^= x >> 15;
    x *= UINT32_C(2246822519);
    x ^= x >> 13;
    return x & 1 ? -1.0 : 1.0;
}

/* The error of a tensor's gradient by the one that is allowed. */
static double error_of_tensor(const json_t *expected, const float *gradient, size_t count,
                              double share)
{
    double squares = 0.0, projections[PROJECTIONS] = {0.0};

    for (size_t i = 0; i < count; i++) {
        squares += pow((double)gradient[i], 2.0);
        for (int p = 0; p < PROJECTIONS; p++)
            projections[p] += sign_of(i, p) * (double)gradient[i];
    }
    double worst = fabs(sqrt(squares) - number_of(expected, "norm"));
    for (int p = 0; p < PROJECTIONS; p++) {
        const json_t *array = json_object_get(expected, "projections");
        const double projection = json_number_value(json_array_get(array, (size_t)p));
        worst = fmax(worst, fabs(projections[p] - projection));
    }
    return worst / fmax(number_of(expected, "allowed"), share * number_of(expected, "norm"));
}

static double error_of_gradients(const json_t *entry, const struct model *model,
                                 const float *gradient, double share)
{
    const json_t *gradients = json_object_get(entry, "gradients");
    double worst = 0.0;
    size_t next = 0;

    for (int t = 0; gradients != NULL && t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        if (!tensor->trained)
            continue;
        const json_t *expected = json_array_get(gradients, next++);
        assert_string_equal(string_of(expected, "tensor"), tensor->name);
        worst =
            fmax(worst, error_of_tensor(expected, gradient + tensor->offset, tensor->count, share));
    }
    return worst;
}

/* ---- training ---- */

/* A tensor's gradient may be off by this share of its norm in any case. PyTorch's float32 is but
 * one sample of what rounding does: the largest that is seen here is 1.3e-3. */
static const double GRADIENT_ERROR = 3e-3;

/* Where two values in a window of a maximum differ by the last bit of a float, rounding decides
 * which of them gets the gradient. In keras it is one window: training image 45, channel 27 of the
 * second convolution. */
static const struct tie {
    const char *name;
    double losses, gradients; /* that is allowed */
} ties[] = {{"keras", 1e-4, 2e-2}};

static const struct tie *tie_of(const json_t *entry)
{
    for (int i = 0; i < CHECK_COUNT(ties); i++)
        if (strcmp(ties[i].name, string_of(entry, "name")) == 0)
            return &ties[i];
    return NULL;
}

/* Whether the network is PyTorch's. */
static bool check_entry(const json_t *entry, const struct kernels *k)
{
    const json_t *losses = json_object_get(entry, "losses");
    const struct tie *tie = tie_of(entry);
    const double allowed = fmax(number_of(entry, "allowed"), tie != NULL ? tie->losses : 0.0);
    struct net_rule rule = {.optimizer = optimizer_of(entry)};
    double worst = 0.0, gradients = 0.0;
    float *state;

    struct model *model = network_of(entry, &state);
    const struct net_options options = {.batch_size = BATCH, .optimizer = rule.optimizer.kind};
    struct trainee t = trainee_make_as(model, k, 2, state, &options);
    for (int i = 0; i < (int)json_array_size(losses); i++) {
        const double loss = json_number_value(json_array_get(losses, (size_t)i));
        rule.optimizer.step = i;
        const struct net_result result =
            train_batch(&t, (struct batch){i * BATCH, BATCH, 0.0F}, &rule);
        assert_int_equal(result.fault.kind, FAULT_NONE);
        worst = fmax(worst, fabs(result.loss / loss - 1.0));
        if (i == 0)
            gradients = error_of_gradients(entry, model, net_gradient(t.net),
                                           tie != NULL ? tie->gradients : GRADIENT_ERROR);
    }
    printf("# %s, %s, %s: error of the losses %.1e, PyTorch's float32 %.1e; gradients %.2f of what "
           "is allowed\n",
           string_of(entry, "name"), string_of(entry, "optimizer"), k->name, worst,
           number_of(entry, "single"), gradients);
    trainee_fini(&t);
    free(state);
    model_free(model);
    if (!(worst <= allowed && gradients <= 1.0))
        printf("# ... is too far from PyTorch: %s; of the losses %.1e is allowed\n",
               string_of(entry, "text"), allowed);
    return worst <= allowed && gradients <= 1.0;
}

static void losses_and_gradients_are_pytorchs(void **state)
{
    int missed = 0;

    (void)state;
    assert_true(json_array_size(entries) > SAMPLE_RANDOM_COUNT);
    for (size_t i = 0; i < json_array_size(entries); i++)
        for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k))
            missed += !check_entry(json_array_get(entries, i), k);
    assert_int_equal(missed, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(losses_and_gradients_are_pytorchs),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, load_all, free_all);
}
