/* Signals as events: what wakes the loop, what is noticed once, and what ends the process. Those
 * that end it are raised in a child. */
#include "check.h"

#include "support/clock.h"
#include "support/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static struct error error;
static int restored[2]; /* a pipe: the restore function writes to it, r for at once, else a */

static void restore(bool at_once)
{
    assert_int_equal(write(restored[1], at_once ? "r" : "a", 1), 1);
}

/* The first of all tests: later ones have the pipe. */
static void row_74_without_descriptors_signals_cannot_be_taken(void **unused)
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
    assert_true(signals_init(&error)); /* again does no harm */
}

static void a_pipe_full_of_wakes_wakes_and_is_emptied(void **unused)
{
    (void)unused;
    errno = ENOENT;
    for (int i = 0; i < 1 << 17; i++) /* more than a pipe holds */
        signals_wake(NULL);
    assert_int_equal(errno, ENOENT);
    double begin = clock_seconds();
    assert_false(signals_wait(-1, 60000));
    assert_true(clock_seconds() - begin < 60.0);
    begin = clock_seconds();
    assert_false(signals_wait(-1, 50));
    assert_true(clock_seconds() - begin >= 0.049);
}

static void input_is_told_from_a_wake(void **unused)
{
    int ends[2];
    (void)unused;

    assert_int_equal(pipe(ends), 0);
    signals_wake(NULL);
    assert_false(signals_wait(ends[0], -1));
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_true(signals_wait(ends[0], -1));
    close(ends[1]);
    close(ends[0]);
}

static void a_signal_is_noticed_once_and_only_while_there_is_a_screen(void **unused)
{
    (void)unused;
    signals_set_restore(restore);
    raise(SIGWINCH);
    assert_false(signals_wait(-1, -1)); /* woken by it */
    assert_true(signals_take(SIGWINCH));
    assert_false(signals_take(SIGWINCH));
    assert_false(signals_take(SIGCONT));
    signals_set_restore(NULL);
    raise(SIGWINCH);
    assert_false(signals_take(SIGWINCH));
}

static void terminals_hang_up_more_than_once(void **unused)
{
    (void)unused;
    assert_int_equal(signals_ending(), 0);
    raise(SIGHUP);
    raise(SIGHUP);
    assert_false(signals_wait(-1, -1));
    assert_int_equal(signals_ending(), SIGHUP);
    signals_end(0);
}

/* How a child ends that does this; what it restores goes to the pipe. */
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
    signals_set_restore(restore);
    raise(SIGTERM);
    if (signals_ending() == SIGTERM) /* the first one leaves the loop to end the run */
        raise(SIGINT);
}

static void ask_twice_without_a_screen(void)
{
    raise(SIGINT);
    raise(SIGINT);
}

static void be_told_by_another(void)
{
    signals_set_restore(restore);
    raise(SIGUSR1);
}

static void row_65_a_second_signal_restores_and_ends_at_once(void **unused)
{
    (void)unused;
    assert_ended_by(SIGINT, ask_twice, "ar");
    assert_ended_by(SIGINT, ask_twice_without_a_screen, "");
}

static void row_68_what_else_would_end_the_process_restores_first(void **unused)
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

static void what_was_ignored_stays_ignored(void **unused)
{
    (void)unused;
    assert_int_equal(status_of(hang_up_under_nohup), 0);
    close(restored[0]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(row_74_without_descriptors_signals_cannot_be_taken),
    cmocka_unit_test(a_pipe_full_of_wakes_wakes_and_is_emptied),
    cmocka_unit_test(input_is_told_from_a_wake),
    cmocka_unit_test(a_signal_is_noticed_once_and_only_while_there_is_a_screen),
    cmocka_unit_test(terminals_hang_up_more_than_once),
    cmocka_unit_test(row_65_a_second_signal_restores_and_ends_at_once),
    cmocka_unit_test(row_68_what_else_would_end_the_process_restores_first),
    cmocka_unit_test(what_was_ignored_stays_ignored),
};

int main(void)
{
    /* A shell in the background ignores them, and what is ignored stays so. */
    signal(SIGINT, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
