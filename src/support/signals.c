#include "support/signals.h"

#include "support/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    SIGNALS_MAX = 65,
    ALTERNATE_STACK = 64 * 1024,
    PRINT_USEC = 300 * 1000, /* limit of a print after the program was told to end */
};

static const int ending[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGXCPU};
static const int noticed[] = {SIGWINCH, SIGTSTP, SIGCONT};
static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
/* These too do not end the process by default. */
static const int harmless[] = {SIGCHLD, SIGURG, SIGTTIN, SIGTTOU};

#define COUNT(array) (int)(sizeof(array) / sizeof(array)[0])

static atomic_bool pending[SIGNALS_MAX]; /* lock-free: handlers write it */
static volatile sig_atomic_t ending_signal;
static void (*volatile restore_function)(void);
static void (*volatile hide_function)(void);
static bool stop_ignored; /* the parent process ignored SIGTSTP */
static int wake_pipe[2] = {-1, -1};

/* For output that nobody reads. */
static int nowhere = -1; /* /dev/null */
static volatile sig_atomic_t printing, timed;

void signals_wake(void *argument)
{
    int saved = errno;

    (void)argument;
    /* If the pipe is full, the loop wakes up anyway. */
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
    _exit(128 + signal_number); /* if the default action does not end the process */
}

static void leave_at_once(int signal_number)
{
    if (restore_function != NULL)
        restore_function();
    signals_raise(signal_number);
}

/* Starts or cancels the SIGALRM that limits the current print. */
static void time_print(bool start)
{
    const struct itimerval timer = {.it_value.tv_usec = start ? PRINT_USEC : 0};

    timed = start;
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_ending(int signal_number)
{
    int saved = errno;

    if (ending_signal != 0 && signal_number != SIGHUP) /* terminals hang up more than once */
        leave_at_once(signal_number);
    if (ending_signal == 0) {
        ending_signal = signal_number;
        if (printing)
            time_print(true);
    }
    signals_wake(NULL);
    errno = saved;
}

/* Redirects the current write, and all later ones, to /dev/null. */
static void on_alarm(int signal_number)
{
    int saved = errno;

    if (!timed)
        leave_at_once(signal_number);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    errno = saved;
}

static void on_noticed(int signal_number)
{
    int saved = errno;

    if (signal_number == SIGCONT) {
        clock_note_stop();
        if (hide_function != NULL)
            hide_function();
    }
    atomic_store(&pending[signal_number], true);
    signals_wake(NULL);
    errno = saved;
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

static bool open_descriptors(struct error *error)
{
    if (nowhere < 0 && (nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)) < 0)
        return error_set(error, ERROR_SYSTEM, "/dev/null cannot be opened: %s", strerror(errno));
    if (wake_pipe[0] >= 0)
        return true;
    if (pipe(wake_pipe) != 0)
        return error_set(error, ERROR_SYSTEM, "a pipe could not be made: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
        fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

void signals_report_failed_writes(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

static bool is_ignored(int signal_number)
{
    struct sigaction before;

    return sigaction(signal_number, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
}

bool signals_init(struct error *error)
{
    /* After a stack overflow, a handler needs another stack. */
    static unsigned char memory[ALTERNATE_STACK];
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};

    if (!open_descriptors(error))
        return false;
    sigaltstack(&stack, NULL);
    for (int i = 0; i < COUNT(ending); i++)
        if (!is_ignored(ending[i])) /* by nohup or a shell's background job: keep that */
            install(ending[i], on_ending, SA_RESTART);
    stop_ignored = is_ignored(SIGTSTP);
    install(SIGCONT, on_noticed, SA_RESTART);
    install(SIGALRM, on_alarm, SA_RESTART | SA_ONSTACK);
    for (int i = 1; i < SIGNALS_MAX; i++)
        if (is_in(faults, COUNT(faults), i) || would_end(i))
            install(i, leave_at_once, SA_ONSTACK | (int)SA_RESETHAND);
    signals_set_printing(true);
    return true;
}

void signals_set_screen(void (*restore)(void), void (*hide)(void))
{
    restore_function = restore;
    hide_function = hide;
    install(SIGWINCH, restore != NULL ? on_noticed : SIG_DFL, SA_RESTART);
    if (!stop_ignored)
        install(SIGTSTP, restore != NULL ? on_noticed : SIG_DFL, SA_RESTART);
}

void signals_set_printing(bool prints)
{
    printing = prints;
    if (ending_signal != 0)
        time_print(prints);
}

bool signals_wait(int input, int output, int timeout)
{
    struct pollfd polled[] = {{.fd = wake_pipe[0], .events = POLLIN},
                              {.fd = input, .events = POLLIN},
                              {.fd = output, .events = POLLOUT}};
    char drained[256];

    if (poll(polled, COUNT(polled), timeout) < 0)
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
    return atomic_exchange(&pending[signal_number], false);
}

void signals_end(int signal_number)
{
    ending_signal = signal_number;
}
