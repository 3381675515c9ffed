/* Signals as events: what wakes the loop, what is noticed once, and what ends the process. Signals
 * that end it are raised in a child. */
#include "check.h"

#include "support/clock.h"
#include "support/signals.h"
#include "support/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>

static struct error error;
static int restored[2]; /* a pipe: the restore function writes r to it, the hide function h */

static void restore(void)
{
    assert_int_equal(write(restored[1], "r", 1), 1);
}

static void hide(void)
{
    assert_int_equal(write(restored[1], "h", 1), 1);
}

/* This test is the first: later ones have the pipe. */
static void row_74_without_descriptors_the_set_up_of_signals_fails(void **unused)
{
    struct rlimit before, none;
    (void)unused;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    bool made = signals_init(&error);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(made);
    assert_int_equal(error.kind, ERROR_SYSTEM);
    assert_non_null(strstr(error.text, strerror(EMFILE)));
    assert_true(signals_init(&error));
    assert_true(signals_init(&error)); /* a second call does no harm */
    signals_set_printing(false);       /* these tests print, and may be told to end */
}

static void a_full_wake_pipe_wakes_and_is_emptied(void **unused)
{
    (void)unused;
    errno = ENOENT;
    for (int i = 0; i < 1 << 17; i++) /* more than a pipe holds */
        signals_wake(NULL);
    assert_int_equal(errno, ENOENT);
    double begin = clock_seconds();
    assert_false(signals_wait(-1, -1, 60000));
    assert_true(clock_seconds() - begin < 60.0);
    begin = clock_seconds();
    assert_false(signals_wait(-1, -1, 50));
    assert_true(clock_seconds() - begin >= 0.049);
}

static void input_and_wakes_are_distinguished(void **unused)
{
    int ends[2];
    (void)unused;

    assert_int_equal(pipe(ends), 0);
    signals_wake(NULL);
    assert_false(signals_wait(ends[0], -1, -1));
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_true(signals_wait(ends[0], -1, -1));
    close(ends[1]);
    close(ends[0]);
}

static void a_signal_is_noticed_once_and_only_while_there_is_a_screen(void **unused)
{
    (void)unused;
    signals_set_screen(restore, hide);
    raise(SIGWINCH);
    assert_false(signals_wait(-1, -1, -1)); /* woken by the signal */
    assert_true(signals_take(SIGWINCH));
    assert_false(signals_take(SIGWINCH));
    assert_false(signals_take(SIGCONT));
    signals_set_screen(NULL, NULL);
    raise(SIGWINCH);
    assert_false(signals_take(SIGWINCH));
}

static void a_second_hangup_is_no_second_signal(void **unused)
{
    (void)unused;
    assert_int_equal(signals_ending(), 0);
    raise(SIGHUP);
    raise(SIGHUP);
    assert_false(signals_wait(-1, -1, -1));
    assert_int_equal(signals_ending(), SIGHUP);
    signals_end(0);
}

/* The exit status of a child that runs this function. What it restores is written to the pipe. */
static int status_of(void child(void))
{
    int status;

    assert_int_equal(pipe(restored), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        child();
        _exit(EXIT_SUCCESS);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(restored[1]);
    return status;
}

static void assert_ended_by(int signal_number, void child(void), const char *restores)
{
    char bytes[8] = "";

    int status = status_of(child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signal_number);
    assert_int_equal(read(restored[0], bytes, sizeof bytes - 1), strlen(restores));
    assert_string_equal(bytes, restores);
    close(restored[0]);
}

static void ask_twice(void)
{
    signals_set_screen(restore, hide);
    raise(SIGTERM);
    if (signals_ending() == SIGTERM) /* the first signal leaves it to the loop to end the run */
        raise(SIGINT);
}

static void ask_twice_without_a_screen(void)
{
    raise(SIGINT);
    raise(SIGINT);
}

static void be_told_by_another(void)
{
    signals_set_screen(restore, hide);
    raise(SIGUSR1);
}

static void row_65_a_second_signal_restores_and_ends_at_once(void **unused)
{
    (void)unused;
    assert_ended_by(SIGINT, ask_twice, "r");
    assert_ended_by(SIGINT, ask_twice_without_a_screen, "");
}

static void row_68_every_fatal_signal_restores_the_terminal_first(void **unused)
{
    (void)unused;
    assert_ended_by(SIGUSR1, be_told_by_another, "r");
}

static void hang_up_under_nohup(void)
{
    signal(SIGHUP, SIG_IGN);
    if (!signals_init(&error))
        _exit(EXIT_FAILURE);
    raise(SIGHUP);
    if (signals_ending() != 0)
        _exit(EXIT_FAILURE);
}

static void ignored_signals_stay_ignored(void **unused)
{
    (void)unused;
    assert_int_equal(status_of(hang_up_under_nohup), 0);
    close(restored[0]);
}

static void stop_although_that_is_ignored(void)
{
    signal(SIGTSTP, SIG_IGN);
    if (!signals_init(&error))
        _exit(EXIT_FAILURE);
    signals_set_screen(restore, hide);
    raise(SIGTSTP);
    signals_set_screen(NULL, NULL);
    raise(SIGTSTP);
    if (signals_take(SIGTSTP))
        _exit(EXIT_FAILURE);
}

static void row_97_sigtstp_that_the_parent_ignores_stays_ignored(void **unused)
{
    (void)unused;
    assert_int_equal(status_of(stop_although_that_is_ignored), 0);
    close(restored[0]);
}

static void go_on(void)
{
    signals_set_screen(restore, hide);
    raise(SIGCONT);
    if (!signals_take(SIGCONT))
        _exit(EXIT_FAILURE);
}

static void row_96_a_continued_process_hides_first(void **unused)
{
    char bytes[8] = "";
    (void)unused;

    assert_int_equal(status_of(go_on), 0);
    assert_int_equal(read(restored[0], bytes, sizeof bytes - 1), 1);
    assert_string_equal(bytes, "h");
    close(restored[0]);
}

/* ---- row 100 ---- */

enum { SIGNALS_SENT = 20000 };

static const double PATIENCE = 60.0; /* seconds */

static atomic_int taken;
static pthread_t taker;

/* Each signal is sent when the one before has been read. */
static void *send_signals(void *argument)
{
    atomic_int *sent = argument;

    while (atomic_load(sent) < SIGNALS_SENT) {
        const double begin = clock_seconds();
        atomic_fetch_add(sent, 1);
        pthread_kill(taker, SIGWINCH);
        while (atomic_load(&taken) < atomic_load(sent))
            if (clock_seconds() - begin > PATIENCE)
                return NULL;
    }
    return NULL;
}

static void row_100_no_signal_is_lost_between_being_read_and_being_cleared(void **unused)
{
    atomic_int sent = 0;
    pthread_t sender;
    (void)unused;

    taker = pthread_self();
    atomic_store(&taken, 0);
    signals_set_screen(restore, hide);
    assert_true(thread_start(&sender, send_signals, &sent, &error));
    const double begin = clock_seconds();
    double latest = begin;
    while (atomic_load(&taken) < SIGNALS_SENT && clock_seconds() - latest < PATIENCE) {
        if (!signals_take(SIGWINCH))
            continue;
        latest = clock_seconds();
        atomic_fetch_add(&taken, 1);
    }
    pthread_join(sender, NULL);
    signals_set_screen(NULL, NULL);
    assert_int_equal(atomic_load(&taken), SIGNALS_SENT);
}

/* ---- row 94 ---- */

static int blocked[2]; /* a pipe that nobody reads */

/* Prints more than any pipe holds. The program is told to end while it prints. */
static void print_what_nobody_reads(void)
{
    static char text[4 * 1024 * 1024];
    const pid_t printer = getpid();

    signals_set_printing(true);
    dup2(blocked[1], STDOUT_FILENO);
    if (fork() == 0) {
        usleep(100 * 1000);
        kill(printer, SIGTERM);
        _exit(EXIT_SUCCESS);
    }
    for (size_t done = 0; done < sizeof text;) {
        ssize_t written = write(STDOUT_FILENO, text + done, sizeof text - done);
        if (written > 0)
            done += (size_t)written;
    }
    if (signals_ending() != SIGTERM)
        _exit(EXIT_FAILURE);
}

static void row_94_output_that_nobody_reads_does_not_keep_the_process(void **unused)
{
    (void)unused;
    assert_int_equal(pipe(blocked), 0);
    assert_int_equal(status_of(print_what_nobody_reads), 0);
    close(restored[0]);
    close(blocked[0]);
    close(blocked[1]);
}

/* ---- row 98 ---- */

static atomic_bool measured;

/* By how much the stopwatch is behind the clock. */
static void *measure(void *argument)
{
    double *left_out = argument, counted = 0.0;
    const double begin = clock_seconds();
    struct stopwatch stopwatch;

    stopwatch_start(&stopwatch);
    if (write(restored[1], "m", 1) != 1)
        return NULL;
    while (!atomic_load(&measured))
        counted += stopwatch_lap(&stopwatch);
    counted += stopwatch_lap(&stopwatch); /* after the stop is known */
    *left_out = clock_seconds() - begin - counted;
    return NULL;
}

static int measuring_process(void)
{
    double left_out = 0.0;
    pthread_t thread;

    if (!thread_start(&thread, measure, &left_out, &error))
        return EXIT_FAILURE;
    while (!signals_take(SIGCONT))
        signals_wait(-1, -1, -1);
    atomic_store(&measured, true);
    pthread_join(thread, NULL);
    return left_out >= 1.0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void row_98_a_stopwatch_excludes_time_while_stopped(void **unused)
{
    char byte;
    int status;
    (void)unused;

    assert_int_equal(pipe(restored), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(measuring_process());
    assert_int_equal(read(restored[0], &byte, 1), 1);
    kill(pid, SIGSTOP);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    usleep(1100 * 1000);
    kill(pid, SIGCONT);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    close(restored[0]);
    close(restored[1]);
}

/* The lap ends before the handler of SIGCONT has run. */
static void row_98_a_stop_that_is_known_late_is_taken_back(void **unused)
{
    struct stopwatch stopwatch;
    (void)unused;

    stopwatch_start(&stopwatch);
    usleep(300 * 1000); /* as if stopped */
    const double first = stopwatch_lap(&stopwatch);
    clock_note_stop();
    const double second = stopwatch_lap(&stopwatch);
    assert_true(first >= 0.3 && first + second <= first - 0.25);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(row_74_without_descriptors_the_set_up_of_signals_fails),
    cmocka_unit_test(a_full_wake_pipe_wakes_and_is_emptied),
    cmocka_unit_test(input_and_wakes_are_distinguished),
    cmocka_unit_test(a_signal_is_noticed_once_and_only_while_there_is_a_screen),
    cmocka_unit_test(a_second_hangup_is_no_second_signal),
    cmocka_unit_test(row_65_a_second_signal_restores_and_ends_at_once),
    cmocka_unit_test(row_68_every_fatal_signal_restores_the_terminal_first),
    cmocka_unit_test(ignored_signals_stay_ignored),
    cmocka_unit_test(row_94_output_that_nobody_reads_does_not_keep_the_process),
    cmocka_unit_test(row_96_a_continued_process_hides_first),
    cmocka_unit_test(row_97_sigtstp_that_the_parent_ignores_stays_ignored),
    cmocka_unit_test(row_98_a_stopwatch_excludes_time_while_stopped),
    cmocka_unit_test(row_98_a_stop_that_is_known_late_is_taken_back),
    cmocka_unit_test(row_100_no_signal_is_lost_between_being_read_and_being_cleared),
};

int main(void)
{
    /* A background shell ignores them, and ignored signals stay ignored. */
    signal(SIGINT, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
