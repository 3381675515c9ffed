#include "nn/optimizer.h"

void sgd_step(const struct sgd *sgd, float *parameters, float *velocity, const float *gradient,
              int from, int to)
{
    for (int i = from; i < to; i++) {
        float g = gradient[i];
        if (sgd->weight_decay > 0.0F)
            g += sgd->weight_decay * parameters[i];
        velocity[i] = sgd->momentum * velocity[i] + g;
        parameters[i] -= sgd->lr * (sgd->nesterov ? g + sgd->momentum * velocity[i] : velocity[i]);
    }
}
