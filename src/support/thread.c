#include "support/thread.h"

#include <signal.h>
#include <string.h>

/* Bytes: several times what the deepest call takes, even in a build with sanitizers (a compiler
 * warning limits each function's frame). The system's default may be too small, or so large that a
 * thousand threads take all the address space. */
enum { STACK_SIZE = 512 * 1024 };

bool thread_start(pthread_t *thread, void *(*function)(void *), void *argument, struct error *error)
{
    static const int own_faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t blocked, before;
    pthread_attr_t attributes;

    int failure = pthread_attr_init(&attributes);
    if (failure != 0)
        return error_set(error, ERROR_SYSTEM, "a thread could not be started: %s",
                         strerror(failure));
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof own_faults / sizeof own_faults[0]; i++)
        sigdelset(&blocked, own_faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    failure = pthread_create(thread, &attributes, function, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (failure != 0)
        return error_set(error, ERROR_SYSTEM, "a thread could not be started: %s",
                         strerror(failure));
    return true;
}
