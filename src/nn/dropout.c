#include "nn/dropout.h"

#include "support/rng.h"

#include <math.h>

void dropout_draw(float *mask, int count, double share, uint64_t noise, uint64_t stream)
{
    const float kept = share < 1.0 ? (float)(1.0 / (1.0 - share)) : 0.0F;
    /* A uniform number of 24 bits is below the share if and only if its bits are below this. */
    const uint64_t below = (uint64_t)ceil(share * 0x1p24);
    struct rng rng;

    rng_init(&rng, noise, stream);
    for (int i = 0; i < count * LANES; i++)
        mask[i] = rng_next(&rng) >> 40 < below ? 0.0F : kept;
}

const float *dropout_multiply(const float *mask, const float *in, size_t count, float *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = in[i] * mask[i];
    return mask + count;
}
