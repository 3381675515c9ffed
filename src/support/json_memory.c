#include "support/json_memory.h"

#include <stdint.h>
#include <stdlib.h>

/* Memory that the parser may still need: bytes per byte of text, and in any case. No JSON needs
 * more. */
enum { SPARE_FACTOR = 64, SPARE_LEAST = 16 * 1024, ALIGNMENT = 16 };

static _Thread_local bool failed;
/* The parser's memory comes from here when malloc() fails. */
static _Thread_local unsigned char *spare;
static _Thread_local size_t spare_size, spare_used;

static void *take_spare(size_t size)
{
    size_t whole = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

    if (spare == NULL || whole < size || whole > spare_size - spare_used)
        return NULL;
    spare_used += whole;
    return spare + spare_used - whole;
}

static void *watched_malloc(size_t size)
{
    void *memory = malloc(size);

    if (memory != NULL)
        return memory;
    failed = true;
    return take_spare(size);
}

static void watched_free(void *memory)
{
    uintptr_t at = (uintptr_t)memory, start = (uintptr_t)spare;

    if (spare == NULL || at < start || at >= start + spare_size)
        free(memory);
}

void json_memory_watch(void)
{
    json_set_alloc_funcs(watched_malloc, watched_free);
}

bool json_memory_failed(void)
{
    bool has_failed = failed;

    failed = false;
    return has_failed;
}

json_t *json_memory_load(const char *text, size_t size, size_t flags, json_error_t *problem)
{
    json_t *loaded = NULL;

    spare_used = 0;
    spare_size = size * SPARE_FACTOR + SPARE_LEAST;
    spare = malloc(spare_size);
    if (spare != NULL)
        loaded = json_loadb(text, size, flags, problem);
    failed = failed || spare == NULL;
    if (failed) { /* parts of `loaded` may lie in the spare memory */
        json_decref(loaded);
        loaded = NULL;
    }
    free(spare);
    spare = NULL;
    return loaded;
}
