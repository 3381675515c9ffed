/*
 * The multiply-add peak that the kernels are compared with: only independent multiply-adds, enough
 * per round to fill the pipelines. Compiled once for each instruction set, as the kernels are.
 */
#include "peak.h"

#include "nn/kernels/vector.h"

enum { MULTIPLY_ADDS = 12 };

#define JOIN(a, b) a##b
#define PEAK_OF(isa) JOIN(peak_, isa)

double PEAK_OF(KERNELS_ISA)(long rounds)
{
    vec sum[MULTIPLY_ADDS], factor = splat(0.999F);

    UNROLLED (int i = 0; i < MULTIPLY_ADDS; i++)
        sum[i] = splat((float)i);
    for (long round = 0; round < rounds; round++) {
        UNROLLED (int i = 0; i < MULTIPLY_ADDS; i++)
            sum[i] = sum[i] * factor + factor;
        __asm__ volatile("" ::: "memory"); /* every round counts */
    }
    UNROLLED (int i = 1; i < MULTIPLY_ADDS; i++)
        sum[0] += sum[i];
    volatile float used = sum_vector(sum[0]);
    (void)used;
    return 2.0 * VECTOR * MULTIPLY_ADDS * (double)rounds;
}
