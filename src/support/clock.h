/*
 * clock.h -- the two clocks: one that only goes forward, for durations; the calendar, for logs. And
 * a stopwatch that leaves out the time in which the process was stopped.
 *
 * Any thread may call it; a stopwatch belongs to one thread, which blocks SIGCONT.
 */
#ifndef SUPPORT_CLOCK_H
#define SUPPORT_CLOCK_H

#include <stdbool.h>

enum { CLOCK_TEXT_SIZE = 32 };

/* Seconds since an arbitrary moment; never goes back, whatever is done to the system's time. */
double clock_seconds(void);

struct stopwatch {
    double clock, processor; /* seconds, at the last lap */
    unsigned stops;          /* that were known of then */
};

/* Starts the first lap. */
void stopwatch_start(struct stopwatch *stopwatch);

/* Seconds since the last lap, or the start. A system does not tell for how long a process was
 * stopped, so a lap within which that happened counts the processor time of this thread. */
double stopwatch_lap(struct stopwatch *stopwatch);

/* To be called by the handler of SIGCONT: the process was stopped, and goes on. */
void clock_note_stop(void);

/* The time of day in UTC, ISO 8601 with milliseconds: "2006-01-02T15:04:05.678Z". */
void clock_text(char text[CLOCK_TEXT_SIZE]);

#endif
