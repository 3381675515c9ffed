/*
 * cpu.h -- what this machine's processor offers to this process.
 */
#ifndef NN_CPU_H
#define NN_CPU_H

#include <stdbool.h>

/* Whether the processor and the operating system both support the vector instructions. Always false
 * on other architectures than x86. */
bool cpu_has_avx2(void);   /* AVX2 and FMA */
bool cpu_has_avx512(void); /* AVX-512 F, VL, BW and DQ */

/* Processors that this process may run on: its affinity mask where there is one. At least 1. */
int cpu_count(void);

#endif
