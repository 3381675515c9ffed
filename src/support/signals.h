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
 * Threads: the main thread, except for signals_wake.
 */
#ifndef SUPPORT_SIGNALS_H
#define SUPPORT_SIGNALS_H

#include "support/error.h"

/* Ignores SIGPIPE and SIGXFSZ: write() reports what they are raised for. */
void signals_report_failed_writes(void);

/* Installs the handlers. A signal that asks for the end, or SIGTSTP, stays ignored if the parent
 * has it ignored. ERROR_SYSTEM without descriptors. */
bool signals_init(struct error *error);

/* `restore` puts the terminal back when there is no time to return. `hide` is called when the
 * process goes on after it was stopped: the terminal may be another's, so nothing may be drawn
 * until signals_take() has reported SIGCONT. Both must be async-signal-safe, at any moment. While
 * there is a screen, SIGWINCH and SIGTSTP are there to be taken; with NULL, without one, they
 * have their default action. */
void signals_set_screen(void (*restore)(void), void (*hide)(void));

/* Whether the main thread prints to stdout or stderr. Once the program has been told to end, a
 * print has 300 ms; what nobody has read by then is dropped with all that follows, as it would
 * hold the process. From signals_init() on it prints. */
void signals_set_printing(bool prints);

/* Wakes the loop; from any thread, and from handlers. The argument is not used. */
void signals_wake(void *argument);

/* Sleeps until a signal, a wake, input on `input` or room on `output` (if not -1), or `timeout`
 * milliseconds (if not -1). Returns whether `input` has input, or has been hung up. */
bool signals_wait(int input, int output, int timeout);

/* The signal that asked the program to end, or 0. */
int signals_ending(void);

/* Whether the signal (SIGWINCH, SIGTSTP, SIGCONT) has come since the last call for it. */
bool signals_take(int signal_number);

/* Makes the program end as if by the signal: for a terminal that vanished without SIGHUP. */
void signals_end(int signal_number);

/* Ends the process by the signal's default action. */
_Noreturn void signals_raise(int signal_number);

#endif
