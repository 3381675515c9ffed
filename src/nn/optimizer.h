/*
 * optimizer.h -- how a batch's gradient changes the parameters, as torch.optim computes it.
 *
 * With g the gradient, plus weight_decay times the parameter except with AdamW, and t the number of
 * the update from 1:
 *   SGD       v = momentum v + g; change = lr v, or with Nesterov's momentum lr (g + momentum v)
 *   Adam      m = beta1 m + (1 - beta1) g; s = beta2 s + (1 - beta2) g^2;
 *             change = lr / (1 - beta1^t) m / (sqrt(s) / sqrt(1 - beta2^t) + eps)
 *   AdamW     first parameter = parameter (1 - lr weight_decay), then as Adam
 *   RMSprop   s = alpha s + (1 - alpha) g^2; d = g / (sqrt(s) + eps);
 *             change = lr d, or with momentum v = momentum v + d, change = lr v
 *   Adadelta  s = rho s + (1 - rho) g^2; d = sqrt(a + eps) / sqrt(s + eps) g;
 *             a = rho a + (1 - rho) d^2; change = lr d
 * and parameter = parameter - change.
 *
 * Sources: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum
 * in deep learning", 2013 (PyTorch's variant applies the rate outside the velocity); Kingma and Ba,
 * "Adam", 2015; Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019; Tieleman and
 * Hinton, "RMSprop", 2012; Zeiler, "ADADELTA", 2012.
 *
 * Threads: calls on parts that do not overlap may run at once.
 */
#ifndef NN_OPTIMIZER_H
#define NN_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>

enum optimizer_kind {
    OPTIMIZER_SGD,
    OPTIMIZER_ADAM,
    OPTIMIZER_ADAMW,
    OPTIMIZER_RMSPROP,
    OPTIMIZER_ADADELTA,
};

enum { OPTIMIZER_BUFFERS_MAX = 2 };

/* The parameters of one update. Members that a kind does not use have no meaning. */
struct optimizer {
    enum optimizer_kind kind;
    float lr, momentum;
    float weight_decay;
    bool nesterov;
    double beta1, beta2; /* in [0, 1) */
    float eps, alpha, rho;
    long step; /* updates before this one */
};

/* The i-th kind's name, "sgd"; NULL past the last. */
const char *optimizer_name(int i);

/* The i-th buffer of a kind, which has a value for each parameter, by PyTorch's name; NULL past the
 * last. Buffers start at zero. */
const char *optimizer_buffer(enum optimizer_kind kind, int i);

/* Updates the elements [from, to) of the parameters and of the kind's buffers. Returns the sum of
 * the squares of the changes, with little precision, for display. */
double optimizer_update(const struct optimizer *optimizer, float *parameters,
                        float *const buffers[OPTIMIZER_BUFFERS_MAX], const float *gradient,
                        size_t from, size_t to);

/* An exponential moving average of the weights (as in torch.optim.swa_utils.AveragedModel): average
 * = average + (1 - decay) (value - average) for the elements [from, to). */
void optimizer_average(float *average, const float *values, double decay, size_t from, size_t to);

/* The decay of the average at an update; it rises to `most`, so that early weights are forgotten
 * sooner. `step`: updates before this one. */
double optimizer_average_decay(double most, long step);

#endif
