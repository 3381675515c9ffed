#include "support/json_memory.h"

#include <jansson.h>
#include <stdlib.h>

static _Thread_local bool failed;

static void *watched_malloc(size_t size)
{
    void *memory = malloc(size);

    failed = failed || memory == NULL;
    return memory;
}

void json_memory_watch(void)
{
    json_set_alloc_funcs(watched_malloc, free);
}

bool json_memory_failed(void)
{
    bool has_failed = failed;

    failed = false;
    return has_failed;
}
