/*
 * peak.h -- the machine's multiply-add peak, for each instruction set; see peak_isa.c.
 *
 * Each function runs `rounds` rounds and returns the number of floating-point operations.
 */
#ifndef PEAK_H
#define PEAK_H

double peak_baseline(long rounds);
double peak_avx2(long rounds);
double peak_avx512(long rounds);

#endif
