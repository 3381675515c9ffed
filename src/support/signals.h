/*
 * signals.h -- turns signals into events for the main thread's loop.
 *
 * Handlers do only what is async-signal-safe: they set a flag and write to a pipe that the loop
 * polls. Other threads use the same pipe to wake the loop. Two kinds of signals act at once
 * instead: a second request to end while the first (SIGINT, SIGTERM, SIGQUIT, SIGHUP or SIGXCPU)
 * is being served, and every other signal that would end the process, above all faults (SIGSEGV,
 * SIGBUS, SIGFPE, SIGILL, SIGABRT). Their handler calls the restore function and raises the signal
 * again with its default action.
 *
 * Threads: the main thread, except for signals_wake.
 */
#ifndef SUPPORT_SIGNALS_H
#define SUPPORT_SIGNALS_H

#include "support/error.h"

/* Ignores SIGPIPE and SIGXFSZ; write() then fails with an errno instead. */
void signals_report_failed_writes(void);

/* Installs the handlers. A signal that asks the program to end, or SIGTSTP, stays ignored if the
 * parent process ignored it. ERROR_SYSTEM if there are no descriptors. */
bool signals_init(struct error *error);

/* `restore` gives the terminal back when the process ends inside a handler. `hide` is called when
 * the process continues after a stop: the terminal may now belong to another process, so nothing
 * may be drawn until signals_take() has reported SIGCONT. Both must be async-signal-safe at any
 * moment. While there is a screen, SIGWINCH and SIGTSTP are events for signals_take(); NULL means
 * that there is none, and they have their default action. */
void signals_set_screen(void (*restore)(void), void (*hide)(void));

/* Says whether the main thread is printing to stdout or stderr; signals_init() sets this to true.
 * Once the program has been told to end, a print has 300 ms. If nobody has read the output by then,
 * it is dropped with all that follows, because it would keep the process from ending. */
void signals_set_printing(bool prints);

/* Wakes the loop. Any thread and any handler may call it. The argument is not used. */
void signals_wake(void *argument);

/* Sleeps until there is a signal, a wake, input on `input` or room on `output`, or until `timeout`
 * milliseconds have passed; -1 for any of the three means not to wait for it. Returns whether
 * `input` has input or has been hung up. */
bool signals_wait(int input, int output, int timeout);

/* The signal that asked the program to end, or 0. */
int signals_ending(void);

/* Whether the signal (SIGWINCH, SIGTSTP, SIGCONT) has come since the last call for it. */
bool signals_take(int signal_number);

/* Makes the program end as if the signal had come: for a terminal that vanished without SIGHUP. */
void signals_end(int signal_number);

/* Ends the process by the signal's default action. */
_Noreturn void signals_raise(int signal_number);

#endif
