/*
 * cpu.h -- the features of this machine's processor that this process can use.
 */
#ifndef NN_CPU_H
#define NN_CPU_H

#include <stdbool.h>

/* Whether both the processor and the operating system support the vector instructions. Always false
 * on architectures other than x86. */
bool cpu_has_avx2(void);   /* AVX2 and FMA */
bool cpu_has_avx512(void); /* AVX-512 F, VL, BW and DQ */

/* Processors that this process may run on: those in its affinity mask if there is one. At least
 * 1. */
int cpu_count(void);

#endif
