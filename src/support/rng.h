/*
 * rng.h -- a seeded generator of uniform random numbers: xoshiro256**.
 *
 * Source: Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS 47
 * (2021); the state is filled by splitmix64 as they recommend. The same seed gives the same numbers
 * on every machine. The state is plain data: copy it to save it, copy it back to continue.
 *
 * Threads: a generator belongs to one thread at a time.
 */
#ifndef SUPPORT_RNG_H
#define SUPPORT_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state[4]; /* never all zero */
};

/* Starts stream number `stream` of `seed`; different streams are independent. */
void rng_init(struct rng *rng, uint64_t seed, uint64_t stream);

/* The next 64 random bits. */
uint64_t rng_next(struct rng *rng);

/* A uniform integer in [0, bound), without bias (Lemire, "Fast Random Integer Generation in an
 * Interval", 2019). bound > 0. */
uint32_t rng_below(struct rng *rng, uint32_t bound);

/* A uniform float in [low, high), one of 2^24 equally likely values. low < high. */
float rng_uniform(struct rng *rng, float low, float high);

#endif
