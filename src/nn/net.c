#include "nn/net.h"

#include "nn/loss.h"
#include "nn/op.h"
#include "support/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUM_CHUNK = 1024 }; /* parameters summed at a time, while their gradients are cached */

/* A phase of a step, or one of the executor itself, without a step. */
struct task {
    const struct step *step;
    struct phase phase;
};

struct net {
    const struct model *model;
    struct team *team;
    struct plan *plan;
    struct exec exec;
    int task_count;
    struct task *tasks; /* of a batch, in their order */
    bool begins;        /* some op has a begin function */
    uint8_t *labels;    /* [blocks][LANES] */
    double *losses;     /* [blocks] sums */
    int *correct;       /* [blocks] */
    struct net_options options;
    float *buffers[OPTIMIZER_BUFFERS_MAX]; /* the optimizer's state */
    float *average;                        /* of the state, or NULL */
    double *changes; /* [team size][tensor_count]: sums of squares of the last change */

    /* The current batch. */
    const struct net_source *source;
    const struct net_rule *rule;
    struct fault_watch faults;
};

/* ---- the executor's own phases ---- */

static struct net *net_of(struct exec *exec)
{
    return (struct net *)((char *)exec - offsetof(struct net, exec));
}

static void pack(struct exec *exec, const struct step *step, int block, int from, int to)
{
    const struct net *net = net_of(exec);
    const struct edge *edge = &exec->plan->edges[0];

    (void)step, (void)from, (void)to;
    net->source->pack(net->source->argument, block, edge->border, exec_at(exec, block, edge->value),
                      net->labels + block * LANES);
}

static void lose(struct exec *exec, const struct step *step, int block, int from, int to)
{
    struct net *net = net_of(exec);
    const struct edge *edge = &exec->plan->edges[exec->plan->step_count];
    const float *logits = exec_at(exec, block, edge->value);
    const int classes = net->model->classes, count = exec_block_count(exec, block);
    const uint8_t *labels = net->labels + block * LANES;
    double losses[LANES];
    uint8_t predictions[LANES];

    (void)step, (void)from, (void)to;
    loss_forward(logits, classes, labels, count, net->rule->label_smoothing, losses, predictions);
    net->losses[block] = 0.0;
    net->correct[block] = 0;
    for (int lane = 0; lane < count; lane++) {
        net->losses[block] += losses[lane];
        net->correct[block] += predictions[lane] == labels[lane];
    }
    if (!isfinite(net->losses[block]))
        fault_report(&net->faults, FAULT_LOSS, net->model->layer_count - 1);
    loss_backward(logits, classes, labels, count, net->rule->label_smoothing, 1.0 / exec->count,
                  exec_at(exec, block, edge->gradient));
}

/* ---- making ---- */

static void add_task(struct net *net, const struct step *step, struct phase phase)
{
    if (phase.wanted == NULL || phase.wanted(step))
        net->tasks[net->task_count++] = (struct task){step, phase};
}

static void list_tasks(struct net *net)
{
    const struct plan *plan = net->plan;

    add_task(net, NULL, (struct phase){.run = pack});
    for (int s = 0; s < plan->step_count; s++)
        for (const struct phase *phase = plan->steps[s].op->forward; phase->run != NULL; phase++)
            add_task(net, &plan->steps[s], *phase);
    add_task(net, NULL, (struct phase){.run = lose});
    for (int s = plan->step_count - 1; s >= 0 && plan->steps[s].out->wanted; s--)
        for (const struct phase *phase = plan->steps[s].op->backward; phase->run != NULL; phase++)
            add_task(net, &plan->steps[s], *phase);
    for (int s = 0; s < plan->step_count; s++)
        net->begins = net->begins || plan->steps[s].op->begin != NULL;
}

static bool allocate_floats(float **memory, size_t count, struct error *error)
{
    return (*memory = memory_new(count, sizeof(float), error)) != NULL;
}

static bool allocate_parameters(struct net *net, struct error *error)
{
    const struct model *model = net->model;

    for (int i = 0; optimizer_buffer(net->options.optimizer, i) != NULL; i++)
        if (!allocate_floats(&net->buffers[i], model->parameter_count, error))
            return false;
    return (!net->options.average || allocate_floats(&net->average, model->state_count, error)) &&
           allocate_floats(&net->exec.state, model->state_count, error) &&
           allocate_floats(&net->exec.gradient, model->parameter_count, error) &&
           (net->changes = memory_new((size_t)team_size(net->team) * (size_t)model->tensor_count,
                                      sizeof *net->changes, error)) != NULL;
}

/* The tasks that a plan can have. */
static size_t task_limit(const struct plan *plan)
{
    return 2 + (size_t)plan->step_count * 2 * OP_PHASES_MAX;
}

static bool allocate_batch(struct net *net, struct error *error)
{
    const size_t blocks = (size_t)lanes_blocks(net->options.batch_size);
    const struct plan *plan = net->plan;

    return allocate_floats(&net->exec.memory, blocks * plan->block_size, error) &&
           allocate_floats(&net->exec.shared, plan->shared_size, error) &&
           allocate_floats(&net->exec.partial, blocks * plan->partial_size, error) &&
           (net->tasks = memory_new(task_limit(plan), sizeof *net->tasks, error)) != NULL &&
           (net->labels = memory_new(blocks, LANES, error)) != NULL &&
           (net->losses = memory_new(blocks, sizeof *net->losses, error)) != NULL &&
           (net->correct = memory_new(blocks, sizeof *net->correct, error)) != NULL;
}

static struct plan *make_plan(const struct model *model, const struct net_options *options,
                              struct error *error)
{
    return plan_new(model, PLAN_TRAIN, !options->unfused, lanes_blocks(options->batch_size), error);
}

struct net *net_new(const struct model *model, const struct kernels *kernels, struct team *team,
                    const struct net_options *options, struct error *error)
{
    struct net *net = memory_new(1, sizeof *net, error);

    if (net == NULL)
        return NULL;
    net->model = model;
    net->team = team;
    net->options = *options;
    net->exec.kernels = kernels;
    net->exec.faults = &net->faults;
    net->exec.plan = net->plan = make_plan(model, options, error);
    if (net->plan == NULL || !allocate_batch(net, error) || !allocate_parameters(net, error)) {
        net_free(net);
        return NULL;
    }
    list_tasks(net);
    return net;
}

void net_free(struct net *net)
{
    if (net == NULL)
        return;
    free(net->exec.memory);
    free(net->exec.shared);
    free(net->exec.partial);
    free(net->exec.state);
    free(net->exec.gradient);
    for (int i = 0; i < OPTIMIZER_BUFFERS_MAX; i++)
        free(net->buffers[i]);
    free(net->average);
    free(net->changes);
    free(net->tasks);
    free(net->labels);
    free(net->losses);
    free(net->correct);
    plan_free(net->plan);
    free(net);
}

bool net_memory(const struct model *model, const struct net_options *options, int threads,
                size_t *bytes, struct error *error)
{
    const size_t blocks = (size_t)lanes_blocks(options->batch_size);
    const size_t changes = (size_t)threads * (size_t)model->tensor_count;
    const struct net *net = NULL;
    struct plan *plan = make_plan(model, options, error);
    size_t floats = model->state_count * (options->average ? 2 : 1) + model->parameter_count;

    if (plan == NULL)
        return false;
    for (int i = 0; optimizer_buffer(options->optimizer, i) != NULL; i++)
        floats += model->parameter_count;
    *bytes = sizeof *net + plan_memory(plan) + floats * sizeof(float) +
             task_limit(plan) * sizeof *net->tasks + changes * sizeof *net->changes +
             blocks * (LANES + sizeof *net->losses + sizeof *net->correct);
    plan_free(plan);
    return true;
}

int net_useful_threads(const struct model *model, int batch_size)
{
    int channels = 1;

    for (int l = 0; l < model->layer_count; l++)
        if (model->layers[l].output.channels > channels)
            channels = model->layers[l].output.channels;
    return lanes_blocks(batch_size) * channels;
}

float *net_state(struct net *net)
{
    return net->exec.state;
}

float *net_average(struct net *net)
{
    return net->average;
}

float *net_buffer(struct net *net, int i)
{
    return net->buffers[i];
}

const float *net_gradient(const struct net *net)
{
    return net->exec.gradient;
}

double net_change_norm(const struct net *net, int layer)
{
    const struct model *model = net->model;
    const int first = model->layers[layer].first_tensor;
    double sum = 0.0;

    for (int member = 0; member < team_size(net->team); member++)
        for (int t = first; t < first + model->layers[layer].tensor_count; t++)
            sum += net->changes[member * model->tensor_count + t];
    return sqrt(sum);
}

/* ---- dead outputs ---- */

/* Whether this output of the step's ReLU is positive for any sample of the last batch. */
static bool is_alive(const struct exec *exec, const struct step *step, int channel, int pixel)
{
    for (int block = 0; block < exec->blocks; block++)
        for (int lane = 0; lane < exec_block_count(exec, block); lane++)
            if (step->op->alive(exec, step, block, channel, pixel, lane))
                return true;
    return false;
}

float net_dead_share(const struct net *net, int layer)
{
    const struct step *step = plan_step_of(net->plan, layer);
    const struct shape shape = plan_part(net->plan, layer);
    /* A vector is a row of pixels; see map.h. */
    const int channels = shape.height > 0 ? shape.channels : 1;
    const int pixels = shape.height > 0 ? shape.height * shape.width : shape.channels;
    int dead = 0;

    if (step->op->alive == NULL || net->exec.count == 0)
        return NAN;
    for (int channel = 0; channel < channels; channel++)
        for (int pixel = 0; pixel < pixels; pixel++)
            dead += !is_alive(&net->exec, step, channel, pixel);
    return (float)dead / (float)(channels * pixels);
}

/* ---- a batch ---- */

static int items_of(const struct task *task)
{
    return task->phase.items != NULL ? task->phase.items(task->step) : 1;
}

/* Runs one of `parts` parts of a task, for one block or the batch. */
static void run_part(struct net *net, const struct task *task, int block, int part, int parts)
{
    const int items = items_of(task);
    int group = task->phase.group > 0 ? task->phase.group : items;
    int from, to;

    while (group > 1 && task->phase.group > 0 && group * parts > items)
        group /= 2; /* slower, but better than members without work */
    team_share((items + group - 1) / group, part, parts, &from, &to);
    from *= group;
    to = to * group < items ? to * group : items;
    if (from < to)
        task->phase.run(&net->exec, task->step, block, from, to);
}

static int common_divisor(int a, int b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

/*
 * Runs this member's share of tasks, each of which reads what the tasks before it wrote for the
 * same block. If all members get the same number of whole blocks, a block goes through all tasks
 * while it is in the processor's cache. Otherwise blocks are split by items, and a task begins when
 * all members have finished the one before.
 */
static void run_blocks(struct net *net, int member, const struct task *tasks, int count)
{
    const int size = team_size(net->team), blocks = net->exec.blocks;
    const int parts = size / common_divisor(size, blocks);
    const int together = parts == 1 ? count : 1;
    int item, item_to;

    team_share(blocks * parts, member, size, &item, &item_to);
    for (const struct task *end = tasks + count; tasks < end; tasks += together) {
        for (int i = item; i < item_to; i++)
            for (int task = 0; task < together; task++)
                run_part(net, &tasks[task], i / parts, i % parts, parts);
        team_barrier(net->team);
    }
}

static void run_tasks(struct net *net, int member)
{
    const struct task *task = net->tasks, *end = task + net->task_count;

    while (task < end) {
        if (task->phase.batch) {
            run_part(net, task++, 0, member, team_size(net->team));
            team_barrier(net->team);
            continue;
        }
        const struct task *first = task;
        while (task < end && !task->phase.batch)
            task++;
        run_blocks(net, member, first, (int)(task - first));
    }
}

/* Calls the ops' begin functions, once a batch. */
static void run_begin(struct net *net, int member)
{
    const struct plan *plan = net->plan;

    if (!net->begins)
        return;
    for (int s = member; s < plan->step_count; s += team_size(net->team))
        if (plan->steps[s].op->begin != NULL)
            plan->steps[s].op->begin(&net->exec, &plan->steps[s]);
    team_barrier(net->team);
}

/* Sums the blocks' gradients of the parameters [from, to), in the order of the blocks. */
static void sum_partials(struct net *net, const struct partial *partial, size_t from, size_t to)
{
    float *gradient = net->exec.gradient;

    for (size_t chunk = from; chunk < to; chunk += SUM_CHUNK) {
        const size_t end = chunk + SUM_CHUNK < to ? chunk + SUM_CHUNK : to;
        memset(gradient + chunk, 0, (end - chunk) * sizeof *gradient);
        for (int block = 0; block < net->exec.blocks; block++) {
            const float *part =
                exec_partial(&net->exec, block, partial->place) + chunk - partial->parameter;
            for (size_t i = chunk; i < end; i++)
                gradient[i] += part[i - chunk];
        }
    }
}

static void sum_gradients(struct net *net, size_t from, size_t to)
{
    const struct plan *plan = net->plan;

    for (int p = 0; p < plan->partial_count; p++) {
        const struct partial *partial = &plan->partials[p];
        const size_t end = partial->parameter + partial->count;
        const size_t first = partial->parameter > from ? partial->parameter : from;
        const size_t last = end < to ? end : to;
        if (first < last)
            sum_partials(net, partial, first, last);
    }
}

static void check_gradients(struct net *net, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (!isfinite(net->exec.gradient[i]))
            fault_report(&net->faults, FAULT_GRADIENT, model_layer_of(net->model, i));
}

/* Updates parameters [from, to), tensor by tensor. */
static void update_tensors(struct net *net, int member, size_t from, size_t to)
{
    const struct model *model = net->model;
    double *changes = net->changes + (size_t)member * (size_t)model->tensor_count;

    for (int t = 0; t < model->tensor_count; t++) {
        const struct tensor *tensor = &model->tensors[t];
        const size_t end = tensor->offset + tensor->count;
        const size_t first = tensor->offset > from ? tensor->offset : from;
        const size_t last = end < to ? end : to;
        changes[t] = 0.0;
        if (tensor->trained && first < last)
            changes[t] = optimizer_update(&net->rule->optimizer, net->exec.state, net->buffers,
                                          net->exec.gradient, first, last);
    }
}

/* After all members have found their gradients finite: updates the parameters, and the average of
 * the state. */
static void run_update(struct net *net, int member)
{
    const int size = team_size(net->team);
    const long parameters = (long)net->model->parameter_count;
    const size_t from = (size_t)(parameters * member / size);
    const size_t to = (size_t)(parameters * (member + 1) / size);

    sum_gradients(net, from, to);
    check_gradients(net, from, to);
    team_barrier(net->team);
    if (fault_first(&net->faults).kind != FAULT_NONE)
        return;
    update_tensors(net, member, from, to);
    if (net->average == NULL)
        return;
    const double decay =
        optimizer_average_decay(net->rule->average_decay, net->rule->optimizer.step);
    optimizer_average(net->average, net->exec.state, decay, from, to);
    if (member == 0)
        optimizer_average(net->average, net->exec.state, decay, net->model->parameter_count,
                          net->model->state_count);
}

static void train_member(void *argument, int member)
{
    struct net *net = argument;

    run_begin(net, member);
    run_tasks(net, member);
    run_update(net, member);
}

struct net_result net_train(struct net *net, const struct net_source *source, int count,
                            const struct net_rule *rule)
{
    struct net_result result = {0};

    assert(count >= 1 && count <= net->options.batch_size);
    net->source = source;
    net->rule = rule;
    net->exec.count = count;
    net->exec.blocks = lanes_blocks(count);
    net->exec.dropout = rule->dropout;
    net->exec.noise = rule->noise;
    fault_clear(&net->faults);
    team_run(net->team, train_member, net);
    for (int block = 0; block < net->exec.blocks; block++) {
        result.loss += net->losses[block] / count;
        result.correct += net->correct[block];
    }
    result.fault = fault_first(&net->faults);
    return result;
}
