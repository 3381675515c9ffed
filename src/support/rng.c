#include "support/rng.h"

#include <assert.h>
#include <math.h>

static uint64_t rotate_left(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static uint64_t splitmix64(uint64_t *x)
{
    uint64_t z = *x += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

void rng_init(struct rng *rng, uint64_t seed, uint64_t stream)
{
    uint64_t x = seed;

    x = splitmix64(&x) ^ stream;
    for (int i = 0; i < 4; i++)
        rng->state[i] = splitmix64(&x);
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint32_t rng_below(struct rng *rng, uint32_t bound)
{
    assert(bound > 0);
    uint64_t product = (rng_next(rng) >> 32) * bound;

    if ((uint32_t)product < bound) {
        uint32_t threshold = -bound % bound; /* 2^32 mod bound: that many low values are biased */
        while ((uint32_t)product < threshold)
            product = (rng_next(rng) >> 32) * bound;
    }
    return (uint32_t)(product >> 32);
}

float rng_uniform(struct rng *rng, float low, float high)
{
    assert(low < high);
    /* In double the product is exact, so every compiler rounds to the same float. */
    double unit = (double)(rng_next(rng) >> 40) * 0x1p-24;
    float value = (float)((double)low + ((double)high - (double)low) * unit);

    return value < high ? value : nextafterf(high, low);
}
