#include "support/clock.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static const double KNOWN_AFTER = 1.0; /* seconds in which a stop becomes known */

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
static void read_clocks(struct stopwatch *stopwatch)
{
    stopwatch->stops = atomic_load(&stops);
    stopwatch->clock = clock_seconds();
    stopwatch->processor = seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

void stopwatch_start(struct stopwatch *stopwatch)
{
    read_clocks(stopwatch);
    stopwatch->surplus = 0.0;
    stopwatch->surplus_clock = stopwatch->clock;
}

double stopwatch_lap(struct stopwatch *stopwatch)
{
    const struct stopwatch before = *stopwatch;

    read_clocks(stopwatch);
    const double worked = stopwatch->processor - before.processor;
    const double passed = stopwatch->clock - before.clock;
    if (continuing() || atomic_load(&stops) != before.stops) {
        stopwatch->surplus = 0.0;
        return worked - before.surplus;
    }
    if (passed - worked >= before.surplus ||
        stopwatch->clock - before.surplus_clock > KNOWN_AFTER) {
        stopwatch->surplus = passed - worked;
        stopwatch->surplus_clock = stopwatch->clock;
    }
    return passed;
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
