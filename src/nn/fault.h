/*
 * fault.h -- where in a batch a number was first not finite.
 *
 * One such number makes all that follows from it not finite, so of all that is reported the first
 * in the order of the computation is kept: layers forward, the loss, layers backward.
 *
 * Threads: any number may report at once, and what is kept does not depend on who comes first;
 * clearing is for one thread alone.
 */
#ifndef NN_FAULT_H
#define NN_FAULT_H

#include <stdatomic.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_OUTPUT,   /* in what a layer puts out */
    FAULT_LOSS,     /* in the loss, though not before */
    FAULT_GRADIENT, /* in the gradient of a layer's parameters */
};

struct fault {
    enum fault_kind kind;
    int layer; /* of the model; FAULT_LOSS: the last */
};

struct fault_watch {
    atomic_int first; /* the place of the first, see fault.c */
};

void fault_clear(struct fault_watch *watch);
void fault_report(struct fault_watch *watch, enum fault_kind kind, int layer);
struct fault fault_first(struct fault_watch *watch);

#endif
