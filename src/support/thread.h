/*
 * thread.h -- starts a thread that takes no signals.
 *
 * Signals are the main thread's affair; every other thread starts with all of them blocked but the
 * ones that a fault of its own raises, which no other thread could take for it.
 */
#ifndef SUPPORT_THREAD_H
#define SUPPORT_THREAD_H

#include "support/error.h"

#include <pthread.h>

/* Starts `function(argument)` with a stack of half a megabyte, whatever the system's default. False
 * with ERROR_SYSTEM when the system gives no thread. */
bool thread_start(pthread_t *thread, void *(*function)(void *), void *argument,
                  struct error *error);

#endif
