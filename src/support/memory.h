/*
 * memory.h -- heap memory for arrays: zeroed, aligned for the widest vectors, with checked sizes.
 *
 * Release the memory with free(). Any thread may call these functions.
 */
#ifndef SUPPORT_MEMORY_H
#define SUPPORT_MEMORY_H

#include "support/error.h"

#include <stddef.h>

enum { MEMORY_ALIGNMENT = 64 }; /* bytes: one cache line, one 512-bit vector */

/* Allocates `count` elements of `size` bytes, all zero, aligned to MEMORY_ALIGNMENT. The count may
 * be 0, the size must be at least 1. NULL with ERROR_SYSTEM if the product overflows or memory is
 * short. */
void *memory_new(size_t count, size_t size, struct error *error);

/* The machine's memory in bytes; SIZE_MAX if the system does not tell. */
size_t memory_of_machine(void);

/* Bytes that this process can have at most: the machine's, or its own limit (RLIMIT_AS). */
size_t memory_limit(void);

#endif
