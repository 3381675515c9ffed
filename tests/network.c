#include "network.h"
#include "sample_data.h"

#include "check.h"

#include "nn/infer.h"
#include "support/memory.h"

#include <math.h>

struct dataset network_data;

const struct net_rule REFERENCE_RULE = {.optimizer = {.lr = 0.01F, .momentum = 0.9F}};

int network_load(void **state)
{
    char path[PATH_MAX];
    struct error error = {0};

    (void)state;
    if (!sample_load(&network_data, check_source(path, "data"), &error))
        fail_msg("%s", error.text);
    return 0;
}

int network_free(void **state)
{
    (void)state;
    dataset_fini(&network_data);
    return 0;
}

const struct kernels *next_table(const struct kernels *last)
{
    const struct kernels *built;
    bool runs, behind = last == NULL;

    for (int i = 0; (built = kernels_built(i, &runs)) != NULL; i++) {
        if (behind && runs)
            return built;
        behind = behind || built == last;
    }
    return NULL;
}

/* ---- nets and batches ---- */

struct trainee trainee_make_as(const struct model *model, const struct kernels *kernels,
                               int threads, const float *state, const struct net_options *options)
{
    struct error error = {0};
    struct trainee t = {.team = team_new(threads, &error)};

    assert_non_null(t.team);
    assert_int_equal(team_size(t.team), threads);
    t.net = net_new(model, kernels, t.team, options, &error);
    assert_non_null(t.net);
    memcpy(net_state(t.net), state, model->state_count * sizeof *state);
    return t;
}

struct trainee trainee_make(const struct model *model, const struct kernels *kernels, int threads,
                            const float *state)
{
    return trainee_make_as(model, kernels, threads, state,
                           &(struct net_options){.batch_size = BATCH});
}

void trainee_fini(struct trainee *t)
{
    net_free(t->net);
    team_free(t->team);
}

static void pack_batch(void *argument, int block, int padding, float *input, uint8_t *labels)
{
    const struct batch *batch = argument;
    const int left = batch->count - block * LANES, count = left < LANES ? left : LANES;
    const int pitch = MNIST_SIDE + 2 * padding;
    uint32_t indices[LANES];

    for (int lane = 0; lane < count; lane++)
        indices[lane] = (uint32_t)(batch->first + block * LANES + lane);
    dataset_pack(&network_data.train, indices, count, padding, input, labels);
    for (int lane = count; batch->padding != 0.0F && lane < LANES; lane++) {
        labels[lane] = (uint8_t)(lane % MNIST_CLASSES);
        for (int y = 0; y < MNIST_SIDE; y++)
            for (int x = 0; x < MNIST_SIDE; x++)
                input[((y + padding) * pitch + x + padding) * LANES + lane] =
                    batch->padding * (float)((y * 31 + x * 17 + lane * 7) % 23 - 11);
    }
}

struct net_result train_batch(struct trainee *t, struct batch batch, const struct net_rule *rule)
{
    struct net_source source = {pack_batch, &batch};

    return net_train(t->net, &source, batch.count, rule);
}

struct outcome train_outcome(const struct model *model, const struct kernels *kernels, int threads,
                             const float *state, const struct net_rule *rule,
                             const struct batch *batches, int count)
{
    const size_t parameters = model->parameter_count;
    struct trainee t = trainee_make(model, kernels, threads, state);
    struct outcome outcome = {.count = model->state_count + 2 * parameters};

    for (int i = 0; i < count; i++)
        outcome.results[i] = train_batch(&t, batches[i], rule);
    outcome.floats = malloc(outcome.count * sizeof *outcome.floats);
    assert_non_null(outcome.floats);
    float *velocity = outcome.floats + model->state_count, *gradient = velocity + parameters;
    memcpy(outcome.floats, net_state(t.net), model->state_count * sizeof *velocity);
    memcpy(velocity, net_buffer(t.net, 0), parameters * sizeof *velocity);
    memcpy(gradient, net_gradient(t.net), parameters * sizeof *velocity);
    trainee_fini(&t);
    return outcome;
}

void outcome_fini(struct outcome *outcome)
{
    free(outcome->floats);
    outcome->floats = NULL;
}

bool outcome_is(const struct outcome *a, const struct outcome *b)
{
    for (int i = 0; i < CHECK_COUNT(a->results); i++)
        if (memcmp(&a->results[i].loss, &b->results[i].loss, sizeof a->results[i].loss) != 0 ||
            a->results[i].correct != b->results[i].correct ||
            a->results[i].fault.kind != b->results[i].fault.kind ||
            a->results[i].fault.layer != b->results[i].fault.layer)
            return false;
    return a->count == b->count && memcmp(a->floats, b->floats, a->count * sizeof *a->floats) == 0;
}

/* ---- the twin's images ---- */

double exact_pixel(uint8_t pixel)
{
    return (pixel / 255.0 - 0.1307) / 0.3081;
}

double float_pixel(uint8_t pixel)
{
    return (double)dataset_normalize(&network_data.train, pixel);
}

void twin_take_images(struct twin *twin, const struct split *split, int first,
                      double (*value)(uint8_t))
{
    for (int n = 0; n < twin->value[0].samples; n++) {
        const uint8_t *image = split->images + (size_t)(first + n) * (MNIST_SIDE * MNIST_SIDE);
        for (int i = 0; i < (MNIST_SIDE * MNIST_SIDE); i++)
            grid_at(&twin->value[0], n, 0, 0, 0)[i] = value(image[i]);
        twin->labels[n] = split->labels[first + n];
    }
}

/* ---- differences ---- */

double relative_error(const float *a, const double *b, size_t count)
{
    double difference = 0.0, norm = 0.0;

    for (size_t i = 0; i < count; i++) {
        difference += pow((double)a[i] - b[i], 2.0);
        norm += b[i] * b[i];
    }
    return sqrt(difference / norm);
}

static bool is_delicate(const struct tensor *tensor)
{
    return strncmp(tensor->name, "layer1.", 7) == 0 && tensor->dimensions == 4;
}

struct gradient_error gradient_error(const struct model *model, const float *gradient,
                                     const double *expected)
{
    struct gradient_error worst = {0.0, 0.0};

    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        if (!tensor->trained)
            continue;
        double error =
            relative_error(gradient + tensor->offset, expected + tensor->offset, tensor->count);
        double *place = is_delicate(tensor) ? &worst.delicate : &worst.others;
        *place = fmax(*place, isnan(error) ? INFINITY : error);
    }
    return worst;
}

const struct layer *first_linear(const struct model *model)
{
    const struct layer *layer = model->layers;

    while (layer->kind != LAYER_LINEAR)
        layer++;
    return layer;
}

/* ---- checks of a model with a state ---- */

static void check_derivative(struct twin *twin, const struct tensor *tensor, size_t i,
                             double largest)
{
    const double step = 1e-6;
    double *at = &twin->state[tensor->offset + i], before = *at;

    *at = before + step;
    double above = twin_forward(twin);
    *at = before - step;
    double below = twin_forward(twin);
    *at = before;
    double slope = (above - below) / (2.0 * step), gradient = twin->gradient[tensor->offset + i];
    if (!(fabs(slope - gradient) <= 1e-5 * largest + 1e-8))
        fail_msg("%s: %s[%zu]: gradient %.9g, by differences %.9g", twin->model->name, tensor->name,
                 i, gradient, slope);
}

void check_twin_gradients(const struct model *model, const float *state, bool training,
                          const struct net_rule *rule)
{
    enum { SAMPLES = 2, PARAMETERS = 3 };
    struct twin twin;
    struct rng rng;

    rng_init(&rng, 1, training);
    twin_init(&twin, model, SAMPLES);
    twin_load(&twin, state);
    twin.training = training;
    twin.label_smoothing = rule->label_smoothing;
    twin_drop(&twin, rule->dropout, rule->noise);
    for (size_t i = 0; i < grid_count(&twin.value[0]); i++)
        twin.value[0].values[i] = (double)rng_uniform(&rng, -0.5F, 2.0F);
    for (int n = 0; n < SAMPLES; n++)
        twin.labels[n] = (uint8_t)(3 * n + 1);
    twin_forward(&twin);
    twin_backward(&twin);
    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        double largest = 0.0;
        for (size_t i = 0; tensor->trained && i < tensor->count; i++)
            largest = fmax(largest, fabs(twin.gradient[tensor->offset + i]));
        for (int p = 0; tensor->trained && p < PARAMETERS; p++)
            check_derivative(&twin, tensor, rng_below(&rng, (uint32_t)tensor->count), largest);
    }
    twin_fini(&twin);
}

void check_batch(const struct model *model, const float *state, const struct net_rule *rule,
                 const double *mask, int first, int count)
{
    const size_t parameters = model->parameter_count;
    struct twin twin;
    int correct = 0;

    twin_init(&twin, model, count);
    twin_load(&twin, state);
    twin.label_smoothing = rule->label_smoothing;
    twin.mask = mask;
    twin_take_images(&twin, &network_data.train, first, float_pixel);
    double loss = twin_forward(&twin);
    twin_backward(&twin);
    twin_update_statistics(&twin);
    for (int n = 0; n < count; n++)
        correct += twin_prediction(&twin, n) == twin.labels[n];
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        struct trainee t = trainee_make(model, k, 2, state);
        struct net_result result = train_batch(&t, (struct batch){first, count, 0.0F}, rule);
        struct gradient_error error = gradient_error(model, net_gradient(t.net), twin.gradient);
        double statistics = relative_error(net_state(t.net) + parameters, twin.state + parameters,
                                           model->state_count - parameters);

        printf("# %s, %s, %d samples: relative error of the loss %.1e, gradients %.1e and %.1e, "
               "statistics %.1e\n",
               model->name, k->name, count, fabs(result.loss / loss - 1.0), error.delicate,
               error.others, statistics);
        assert_int_equal(result.fault.kind, FAULT_NONE);
        assert_int_equal(result.correct, correct);
        assert_true(fabs(result.loss / loss - 1.0) <= 1e-6);
        assert_true(error.delicate <= 1e-3);
        assert_true(error.others <= 3e-5);
        assert_true(statistics <= 1e-6);
        trainee_fini(&t);
    }
    twin_fini(&twin);
}

static void run_inference(const struct model *model, const struct kernels *kernels,
                          const float *state, float *logits)
{
    struct error error = {0};
    uint32_t indices[LANES];
    uint8_t labels[LANES];
    int padding;

    struct infer *infer = infer_new(model, kernels, &error);
    assert_non_null(infer);
    struct workspace *workspace = infer_workspace_new(infer, &error);
    assert_non_null(workspace);
    for (int lane = 0; lane < LANES; lane++)
        indices[lane] = (uint32_t)lane;
    float *input = infer_input(infer, workspace, &padding);
    dataset_pack(&network_data.test, indices, LANES, padding, input, labels);
    infer_load(infer, state);
    memcpy(logits, infer_run(infer, workspace), sizeof(float) * MNIST_CLASSES * LANES);
    infer_workspace_free(workspace);
    infer_free(infer);
}

void check_inference(const struct model *model, const float *state)
{
    float logits[MNIST_CLASSES * LANES] __attribute__((aligned(MEMORY_ALIGNMENT)));
    struct twin twin;

    twin_init(&twin, model, LANES);
    twin_load(&twin, state);
    twin.training = false;
    twin_take_images(&twin, &network_data.test, 0, float_pixel);
    twin_forward(&twin);
    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        run_inference(model, k, state, logits);
        for (int c = 0; c < MNIST_CLASSES; c++)
            for (int lane = 0; lane < LANES; lane++)
                assert_true(fabs((double)logits[c * LANES + lane] -
                                 *grid_at(&twin.value[model->layer_count], lane, c, 0, 0)) <= 1e-5);
    }
    twin_fini(&twin);
}

void check_threads(const struct model *model, const float *state, const struct net_rule *rule,
                   const int *threads, int count)
{
    static const struct batch batches[] = {
        {0, 64, 0.0F}, {64, 37, 0.0F}, {101, 3, 0.0F}, {104, 64, 0.0F}};

    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        struct outcome alone =
            train_outcome(model, k, 1, state, rule, batches, CHECK_COUNT(batches));
        for (int i = 0; i < count; i++) {
            struct outcome together =
                train_outcome(model, k, threads[i], state, rule, batches, CHECK_COUNT(batches));
            if (!outcome_is(&alone, &together))
                fail_msg("%s, %s: %d threads give other bits than 1", model->name, k->name,
                         threads[i]);
            outcome_fini(&together);
        }
        outcome_fini(&alone);
    }
}

void check_padding_lanes(const struct model *model, const float *state, const struct net_rule *rule)
{
    static const int counts[] = {20, 37, 1};

    for (const struct kernels *k = next_table(NULL); k != NULL; k = next_table(k)) {
        for (int i = 0; i < CHECK_COUNT(counts); i++) {
            struct outcome zeros =
                train_outcome(model, k, 2, state, rule, &(struct batch){0, counts[i], 0.0F}, 1);
            struct outcome numbers =
                train_outcome(model, k, 2, state, rule, &(struct batch){0, counts[i], 0.37F}, 1);
            if (!outcome_is(&zeros, &numbers))
                fail_msg("%s, %s: padding lanes show in a batch of %d", model->name, k->name,
                         counts[i]);
            outcome_fini(&zeros);
            outcome_fini(&numbers);
        }
    }
}
