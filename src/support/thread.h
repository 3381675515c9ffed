/*
 * thread.h -- starts a thread that handles no signals.
 *
 * The main thread handles all signals. Every other thread starts with all of them blocked, except
 * those that a fault of its own raises (SIGSEGV and the like): no other thread can handle these.
 */
#ifndef SUPPORT_THREAD_H
#define SUPPORT_THREAD_H

#include "support/error.h"

#include <pthread.h>

/* Starts `function(argument)` with a stack of half a megabyte, whatever the system's default is.
 * False with ERROR_SYSTEM if the system refuses a thread. */
bool thread_start(pthread_t *thread, void *(*function)(void *), void *argument,
                  struct error *error);

#endif
