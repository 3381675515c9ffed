#include "support/clock.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static atomic_uint stops;

static double seconds_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double clock_seconds(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

void clock_note_stop(void)
{
    atomic_fetch_add(&stops, 1);
}

/* Whether a SIGCONT is still pending: this thread may run again before the main thread has handled
 * the signal. */
static bool continuing(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1;
}

/* Reads `stops` before the clocks: a stop in between then counts for this lap and for the next. */
void stopwatch_start(struct stopwatch *stopwatch)
{
    stopwatch->stops = atomic_load(&stops);
    stopwatch->clock = clock_seconds();
    stopwatch->processor = seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

double stopwatch_lap(struct stopwatch *stopwatch)
{
    const struct stopwatch before = *stopwatch;

    stopwatch_start(stopwatch);
    const bool stopped = continuing() || atomic_load(&stops) != before.stops;
    return stopped ? stopwatch->processor - before.processor : stopwatch->clock - before.clock;
}

void clock_text(char text[CLOCK_TEXT_SIZE])
{
    struct timespec now;
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t length = strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + length, CLOCK_TEXT_SIZE - length, ".%03dZ", (int)(now.tv_nsec / 1000000));
}
