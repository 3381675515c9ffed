/*
 * optimizer.h -- stochastic gradient descent with momentum, as torch.optim.SGD computes it:
 *   velocity = momentum * velocity + gradient;  parameter = parameter - lr * velocity
 * (Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep
 * learning", 2013, in PyTorch's variant that applies the learning rate outside the velocity.)
 *
 * Threads: calls on parts that do not overlap may run at once.
 */
#ifndef NN_OPTIMIZER_H
#define NN_OPTIMIZER_H

#include <stddef.h>

struct sgd {
    float lr, momentum;
};

/* Updates elements [from, to) of the parameters and of their velocities, which start at zero. */
void sgd_step(const struct sgd *sgd, float *parameters, float *velocity, const float *gradient,
              int from, int to);

#endif
