/*
 * json_memory.h -- notices when jansson gets no memory, and keeps it from harm.
 *
 * Many of its functions hide that: what they were to add is then missing from the object. So
 * whoever builds or writes JSON asks here afterwards whether what came out is whole. Its parser
 * does worse, it may end the process, and reads with json_memory_load instead.
 *
 * Threads: json_memory_watch before there is a second one; each thread is told of its own failures.
 */
#ifndef SUPPORT_JSON_MEMORY_H
#define SUPPORT_JSON_MEMORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* To be called once, before any use of jansson; without it no failure is noticed. */
void json_memory_watch(void);

/* Whether jansson has been refused memory on this thread since this was last asked. */
bool json_memory_failed(void);

/* As json_loadb, but NULL when memory is short, and json_memory_failed tells. */
json_t *json_memory_load(const char *text, size_t size, size_t flags, json_error_t *problem);

#endif
