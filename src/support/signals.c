#include "support/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { SIGNALS_MAX = 65, ALTERNATE_STACK = 64 * 1024 };

static const int ending[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGXCPU};
static const int noticed[] = {SIGWINCH, SIGTSTP, SIGCONT};
static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
/* Beside those noticed, the ones whose default action does not end the process. */
static const int harmless[] = {SIGCHLD, SIGURG, SIGTTIN, SIGTTOU};

#define COUNT(array) (int)(sizeof(array) / sizeof(array)[0])

static volatile sig_atomic_t pending[SIGNALS_MAX];
static volatile sig_atomic_t ending_signal;
static void (*volatile restore_function)(bool at_once);
static int wake_pipe[2] = {-1, -1};

void signals_wake(void *argument)
{
    int saved = errno;

    (void)argument;
    /* A full pipe wakes as well as one byte more would. */
    if (write(wake_pipe[1], "", 1) < 0)
        errno = saved;
}

_Noreturn void signals_raise(int signal_number)
{
    sigset_t set;

    signal(signal_number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(signal_number);
    _exit(128 + signal_number); /* where the default action is not to end */
}

static void leave_at_once(int signal_number)
{
    if (restore_function != NULL)
        restore_function(true);
    signals_raise(signal_number);
}

static void on_ending(int signal_number)
{
    int saved = errno;

    if (ending_signal != 0 && signal_number != SIGHUP) /* terminals hang up more than once */
        leave_at_once(signal_number);
    if (ending_signal == 0) {
        ending_signal = signal_number;
        if (restore_function != NULL)
            restore_function(false);
    }
    signals_wake(NULL);
    errno = saved;
}

static void on_noticed(int signal_number)
{
    pending[signal_number] = 1;
    signals_wake(NULL);
}

static void install(int signal_number, void (*handler)(int), int flags)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigfillset(&action.sa_mask);
    sigaction(signal_number, &action, NULL);
}

static bool is_in(const int numbers[], int count, int signal_number)
{
    for (int i = 0; i < count; i++)
        if (numbers[i] == signal_number)
            return true;
    return false;
}

static bool would_end(int signal_number)
{
    struct sigaction before;

    return sigaction(signal_number, NULL, &before) == 0 && before.sa_handler == SIG_DFL &&
           !is_in(noticed, COUNT(noticed), signal_number) &&
           !is_in(harmless, COUNT(harmless), signal_number);
}

static bool open_pipe(struct error *error)
{
    if (pipe(wake_pipe) != 0)
        return error_set(error, ERROR_SYSTEM, "a pipe could not be made: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
        fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

bool signals_init(struct error *error)
{
    /* An overflown stack leaves no room for a handler on it. */
    static unsigned char memory[ALTERNATE_STACK];
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};

    if (wake_pipe[0] < 0 && !open_pipe(error))
        return false;
    sigaltstack(&stack, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < COUNT(ending); i++) {
        struct sigaction before;
        sigaction(ending[i], NULL, &before);
        if (before.sa_handler != SIG_IGN) /* nohup and background shells mean it */
            install(ending[i], on_ending, SA_RESTART);
    }
    for (int i = 1; i < SIGNALS_MAX; i++)
        if (is_in(faults, COUNT(faults), i) || would_end(i))
            install(i, leave_at_once, SA_ONSTACK | (int)SA_RESETHAND);
    return true;
}

void signals_set_restore(void (*restore)(bool at_once))
{
    restore_function = restore;
    for (int i = 0; i < COUNT(noticed); i++)
        install(noticed[i], restore != NULL ? on_noticed : SIG_DFL, SA_RESTART);
}

bool signals_wait(int descriptor, int timeout)
{
    struct pollfd polled[2] = {{.fd = wake_pipe[0], .events = POLLIN},
                               {.fd = descriptor, .events = POLLIN}};
    char drained[256];

    if (poll(polled, 2, timeout) < 0)
        return false;
    if (polled[0].revents != 0)
        while (read(wake_pipe[0], drained, sizeof drained) == (ssize_t)sizeof drained)
            continue;
    return polled[1].revents != 0;
}

int signals_ending(void)
{
    return ending_signal;
}

bool signals_take(int signal_number)
{
    bool came = pending[signal_number] != 0;

    pending[signal_number] = 0;
    return came;
}

void signals_end(int signal_number)
{
    ending_signal = signal_number;
}
