#include "nn/optimizer.h"

void sgd_step(const struct sgd *sgd, float *parameters, float *velocity, const float *gradient,
              int from, int to)
{
    for (int i = from; i < to; i++) {
        velocity[i] = sgd->momentum * velocity[i] + gradient[i];
        parameters[i] -= sgd->lr * velocity[i];
    }
}
