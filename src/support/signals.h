/*
 * signals.h -- signals as events for the main thread's loop.
 *
 * Handlers do only what is async-signal-safe: they set a flag and write to a pipe that the loop
 * polls. Other threads use the same pipe to wake the loop. Two kinds act at once instead: a second
 * request to end (the first was SIGINT, SIGTERM, SIGQUIT, SIGHUP or SIGXCPU and is still being
 * served), and whatever else would end the process, faults first of all (SIGSEGV, SIGBUS, SIGFPE,
 * SIGILL, SIGABRT); they call the restore function and raise the signal again with its default
 * action.
 *
 * Threads: the main thread, but for signals_wake.
 */
#ifndef SUPPORT_SIGNALS_H
#define SUPPORT_SIGNALS_H

#include "support/error.h"

/* Installs the handlers and ignores SIGPIPE and SIGXFSZ, whose causes write() reports. ERROR_SYSTEM
 * without descriptors. */
bool signals_init(struct error *error);

/* What puts the terminal back: async-signal-safe, and safe to call at any moment. It is called at
 * once when there is no time to return, and otherwise with the first request to end, to do so if
 * the terminal holds the main thread. While there is one, signals_take() has SIGWINCH, SIGTSTP and
 * SIGCONT to report; with NULL, nothing to put back, they have their default action. */
void signals_set_restore(void (*restore)(bool at_once));

/* Wakes the loop; from any thread, and from handlers. The argument is not used. */
void signals_wake(void *argument);

/* Sleeps until a signal, a wake, input on `descriptor` (if not -1), or `timeout` milliseconds (if
 * not -1). Returns whether `descriptor` has input, or has been hung up. */
bool signals_wait(int descriptor, int timeout);

/* The signal that asked the program to end, or 0. */
int signals_ending(void);

/* Whether the signal (SIGWINCH, SIGTSTP, SIGCONT) has come since the last call for it. */
bool signals_take(int signal_number);

/* Makes the program end as if by the signal: for a terminal that vanished without SIGHUP. */
void signals_end(int signal_number);

/* Ends the process by the signal's default action. */
_Noreturn void signals_raise(int signal_number);

#endif
