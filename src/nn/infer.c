#include "nn/infer.h"

#include "nn/op.h"
#include "support/memory.h"

#include <stdlib.h>
#include <string.h>

struct infer {
    const struct kernels *kernels;
    struct plan *plan;
    const float *state; /* owned by the caller */
    float *shared;      /* derived from the state */
};

/* One block's memory. */
struct workspace {
    float *memory;
};

static struct infer *make(const struct model *model, const struct kernels *kernels,
                          enum plan_mode mode, struct error *error)
{
    struct infer *infer = memory_new(1, sizeof *infer, error);

    if (infer == NULL)
        return NULL;
    infer->kernels = kernels;
    infer->plan = plan_new(model, mode, mode == PLAN_INFER, 1, error);
    if (infer->plan != NULL &&
        (infer->shared = memory_new(infer->plan->shared_size, sizeof(float), error)) != NULL)
        return infer;
    infer_free(infer);
    return NULL;
}

struct infer *infer_new(const struct model *model, const struct kernels *kernels,
                        struct error *error)
{
    return make(model, kernels, PLAN_INFER, error);
}

struct infer *infer_new_to_inspect(const struct model *model, const struct kernels *kernels,
                                   struct error *error)
{
    return make(model, kernels, PLAN_INSPECT, error);
}

void infer_free(struct infer *infer)
{
    if (infer == NULL)
        return;
    plan_free(infer->plan);
    free(infer->shared);
    free(infer);
}

/* In inference the ops write only their own memory; they read the state. */
static struct exec exec_of(const struct infer *infer, float *memory)
{
    return (struct exec){
        .plan = infer->plan,
        .kernels = infer->kernels,
        .memory = memory,
        .shared = infer->shared,
        .state = (float *)(uintptr_t)infer->state,
        .count = LANES,
        .blocks = 1,
    };
}

void infer_load(struct infer *infer, const float *state)
{
    infer->state = state;
    struct exec exec = exec_of(infer, NULL);
    for (int s = 0; s < infer->plan->step_count; s++)
        if (infer->plan->steps[s].op->load != NULL)
            infer->plan->steps[s].op->load(&exec, &infer->plan->steps[s]);
}

struct workspace *infer_workspace_new(const struct infer *infer, struct error *error)
{
    struct workspace *workspace = memory_new(1, sizeof *workspace, error);

    if (workspace != NULL &&
        (workspace->memory = memory_new(infer->plan->block_size, sizeof(float), error)) == NULL) {
        infer_workspace_free(workspace);
        return NULL;
    }
    return workspace;
}

void infer_workspace_free(struct workspace *workspace)
{
    if (workspace == NULL)
        return;
    free(workspace->memory);
    free(workspace);
}

float *infer_input(const struct infer *infer, struct workspace *workspace, int *padding)
{
    const struct edge *edge = &infer->plan->edges[0];

    *padding = edge->border;
    return workspace->memory + edge->value;
}

static void run(const struct infer *infer, struct workspace *workspace)
{
    const struct plan *plan = infer->plan;
    struct exec exec = exec_of(infer, workspace->memory);

    for (int s = 0; s < plan->step_count; s++) {
        const struct op *op = plan->steps[s].op;
        if (op->infer != NULL && (!op->identity || plan->mode == PLAN_INSPECT))
            op->infer(&exec, &plan->steps[s], 0);
    }
}

const float *infer_run(const struct infer *infer, struct workspace *workspace)
{
    run(infer, workspace);
    return workspace->memory + infer->plan->edges[infer->plan->step_count].value;
}

struct map infer_layer_input(const struct infer *infer, struct workspace *workspace, int layer)
{
    const struct edge *edge = plan_step_of(infer->plan, layer)->in;

    return map_inside(workspace->memory + edge->value, edge->shape, edge->border);
}

struct map infer_layer(const struct infer *infer, struct workspace *workspace, int layer)
{
    const struct edge *edge = plan_step_of(infer->plan, layer)->out;

    return map_inside(workspace->memory + edge->value, edge->shape, edge->border);
}
