/*
 * json_memory.h -- notices when jansson gets no memory.
 *
 * Many of its functions hide that: what they were to add is then missing from the object, or from
 * the text that was read. So whoever builds, writes or reads JSON asks here afterwards whether what
 * came out is whole.
 *
 * Threads: json_memory_watch before there is a second one; each thread is told of its own failures.
 */
#ifndef SUPPORT_JSON_MEMORY_H
#define SUPPORT_JSON_MEMORY_H

#include <stdbool.h>

/* To be called once, before any use of jansson; without it no failure is noticed. */
void json_memory_watch(void);

/* Whether jansson has been refused memory on this thread since this was last asked. */
bool json_memory_failed(void);

#endif
