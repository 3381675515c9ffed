#include "support/thread.h"

#include <signal.h>
#include <string.h>

bool thread_start(pthread_t *thread, void *(*function)(void *), void *argument, struct error *error)
{
    static const int own_faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t blocked, before;

    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof own_faults / sizeof own_faults[0]; i++)
        sigdelset(&blocked, own_faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int failure = pthread_create(thread, NULL, function, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure != 0)
        return error_set(error, ERROR_SYSTEM, "a thread could not be started: %s",
                         strerror(failure));
    return true;
}
