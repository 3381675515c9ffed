/*
 * fault.h -- where in a batch the first number that is not finite occurred.
 *
 * One such number makes all results that depend on it not finite. So of all reports the first in
 * the order of the computation is kept: layers forward, the loss, layers backward.
 *
 * Threads: any number may report at once, and the kept report does not depend on their order. Only
 * one thread may clear it.
 */
#ifndef NN_FAULT_H
#define NN_FAULT_H

#include <stdatomic.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_OUTPUT,   /* in a layer's output */
    FAULT_LOSS,     /* in the loss, but not before */
    FAULT_GRADIENT, /* in the gradient of a layer's parameters */
};

struct fault {
    enum fault_kind kind;
    int layer; /* of the model; FAULT_LOSS: the last one */
};

struct fault_watch {
    atomic_int first; /* the first place, see fault.c */
};

void fault_clear(struct fault_watch *watch);
void fault_report(struct fault_watch *watch, enum fault_kind kind, int layer);
struct fault fault_first(struct fault_watch *watch);

#endif
