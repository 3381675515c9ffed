/*
 * checksum.h -- CRC-64/XZ (ECMA-182 polynomial, reflected): finds every burst of up to 64 bits, and
 * thus every flipped bit, in files that we write ourselves. Not a defence against forgery.
 *
 * Any thread may call it.
 */
#ifndef SUPPORT_CHECKSUM_H
#define SUPPORT_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Extends the checksum `so_far` by `size` bytes at `data`; start with 0. The check value of
 * "123456789" is 0x995DC9BBDF1939FA. */
uint64_t checksum_add(uint64_t so_far, const void *data, size_t size);

#endif
