#include "nn/fault.h"

#include "nn/model.h"

/* A place combines kind and layer in the order of the computation. */
enum { KIND = MODEL_LAYERS_MAX, NOWHERE = (FAULT_GRADIENT + 1) * KIND };

void fault_clear(struct fault_watch *watch)
{
    atomic_store(&watch->first, NOWHERE);
}

/* Layers are numbered backward for gradients, which are computed in that order. */
static int turned(enum fault_kind kind, int layer)
{
    return kind == FAULT_GRADIENT ? KIND - 1 - layer : layer;
}

void fault_report(struct fault_watch *watch, enum fault_kind kind, int layer)
{
    const int place = (int)kind * KIND + turned(kind, layer);
    int first = atomic_load(&watch->first);

    while (place < first && !atomic_compare_exchange_weak(&watch->first, &first, place))
        ;
}

struct fault fault_first(struct fault_watch *watch)
{
    const int place = atomic_load(&watch->first);
    const enum fault_kind kind = (enum fault_kind)(place / KIND);

    return place == NOWHERE ? (struct fault){FAULT_NONE, 0}
                            : (struct fault){kind, turned(kind, place % KIND)};
}
