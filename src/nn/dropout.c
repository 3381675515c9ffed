#include "nn/dropout.h"

#include "support/rng.h"

void dropout_draw(float *mask, int count, double share, uint64_t noise, uint64_t stream)
{
    const float kept = share < 1.0 ? (float)(1.0 / (1.0 - share)) : 0.0F;
    struct rng rng;

    rng_init(&rng, noise, stream);
    for (int i = 0; i < count * LANES; i++)
        mask[i] = (double)rng_uniform(&rng, 0.0F, 1.0F) < share ? 0.0F : kept;
}

const float *dropout_multiply(const float *mask, const float *in, size_t count, float *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = in[i] * mask[i];
    return mask + count;
}
