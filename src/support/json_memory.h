/*
 * json_memory.h -- detects when jansson runs out of memory.
 *
 * Many jansson functions hide a failed allocation: the value to be added is then missing from the
 * object. So code that builds or writes JSON must call json_memory_failed() afterwards. jansson's
 * parser may even end the process; json_memory_load() replaces it.
 *
 * Threads: call json_memory_watch before there is a second one. Each thread sees its own failures.
 */
#ifndef SUPPORT_JSON_MEMORY_H
#define SUPPORT_JSON_MEMORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* To be called once, before any use of jansson; without it no failure is detected. */
void json_memory_watch(void);

/* Whether an allocation by jansson has failed on this thread since the last call. */
bool json_memory_failed(void);

/* Like json_loadb, except that it returns NULL when memory is short; json_memory_failed() is then
 * true. */
json_t *json_memory_load(const char *text, size_t size, size_t flags, json_error_t *problem);

#endif
