/*
 * memory.h -- heap memory for arrays: zeroed, aligned for the widest vectors, sizes checked.
 *
 * Memory from here is released with free(). Any thread may call it.
 */
#ifndef SUPPORT_MEMORY_H
#define SUPPORT_MEMORY_H

#include "support/error.h"

#include <stddef.h>

enum { MEMORY_ALIGNMENT = 64 }; /* bytes: one cache line, one 512-bit vector */

/* `count` elements of `size` bytes, all zero, aligned to MEMORY_ALIGNMENT. A zero count gives a
 * valid pointer; the size is at least 1. NULL with ERROR_SYSTEM when the product overflows or
 * memory is short. */
void *memory_new(size_t count, size_t size, struct error *error);

/* Bytes of memory that the machine has; SIZE_MAX if the system does not say. */
size_t memory_of_machine(void);

/* Bytes that this process can have at most: the machine's, or its own limit (RLIMIT_AS). */
size_t memory_limit(void);

#endif
