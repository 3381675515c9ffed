#include "nn/dropout.h"

#include "support/rng.h"

void dropout_draw(float *mask, int features, double share, uint64_t noise, int block)
{
    const float kept = (float)(1.0 / (1.0 - share));
    struct rng rng;

    rng_init(&rng, noise, (uint64_t)block);
    for (int i = 0; i < features * LANES; i++)
        mask[i] = (double)rng_uniform(&rng, 0.0F, 1.0F) < share ? 0.0F : kept;
}

void dropout_apply(const float *mask, int features, float *values)
{
    for (int i = 0; i < features * LANES; i++)
        values[i] *= mask[i];
}
