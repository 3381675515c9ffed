#include "support/memory.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

void *memory_new(size_t count, size_t size, struct error *error)
{
    size_t bytes;
    void *memory = NULL;

    assert(size > 0);
    if (!__builtin_mul_overflow(count, size, &bytes) && bytes <= SIZE_MAX - MEMORY_ALIGNMENT) {
        bytes = (bytes + MEMORY_ALIGNMENT - 1) / MEMORY_ALIGNMENT * MEMORY_ALIGNMENT;
        memory = aligned_alloc(MEMORY_ALIGNMENT, bytes > 0 ? bytes : MEMORY_ALIGNMENT);
    }
    if (memory == NULL) {
        error_set(error, ERROR_SYSTEM, "not enough memory for %zu elements of %zu bytes", count,
                  size);
        return NULL;
    }
    return memset(memory, 0, bytes);
}

size_t memory_of_machine(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    size_t bytes;

    if (pages <= 0 || size <= 0 || __builtin_mul_overflow((size_t)pages, (size_t)size, &bytes))
        return SIZE_MAX;
    return bytes;
}

size_t memory_limit(void)
{
    const size_t machine = memory_of_machine();
    struct rlimit limit;

    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur > machine)
        return machine;
    return (size_t)limit.rlim_cur;
}
