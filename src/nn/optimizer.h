/*
 * optimizer.h -- stochastic gradient descent with momentum, as torch.optim.SGD computes it:
 *   g = gradient + weight_decay * parameter
 *   velocity = momentum * velocity + g
 *   parameter = parameter - lr * velocity, or with Nesterov's momentum
 *   parameter = parameter - lr * (g + momentum * velocity)
 * (Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep
 * learning", 2013, in PyTorch's variant that applies the learning rate outside the velocity. The
 * weight decay is that of L2 regularisation, of all parameters.)
 *
 * Threads: calls on parts that do not overlap may run at once.
 */
#ifndef NN_OPTIMIZER_H
#define NN_OPTIMIZER_H

#include <stdbool.h>

struct sgd {
    float lr, momentum;
    float weight_decay;
    bool nesterov;
};

/* Updates elements [from, to) of the parameters and of their velocities, which start at zero. */
void sgd_step(const struct sgd *sgd, float *parameters, float *velocity, const float *gradient,
              int from, int to);

#endif
