/*
 * clock.h -- two clocks: a monotonic one for durations, the calendar for logs. Also a stopwatch
 * that leaves out the time during which the process was stopped (SIGSTOP, SIGTSTP).
 *
 * Any thread may call it; a stopwatch belongs to one thread, which blocks SIGCONT.
 */
#ifndef SUPPORT_CLOCK_H
#define SUPPORT_CLOCK_H

#include <stdbool.h>

enum { CLOCK_TEXT_SIZE = 32 };

/* Seconds since an arbitrary moment; never goes back, even if the system's time is changed. */
double clock_seconds(void);

struct stopwatch {
    double clock, processor; /* seconds, at the last lap */
    unsigned stops;          /* of the process, up to the last lap */
    double surplus;          /* seconds that a recent lap counted beyond processor time, at most */
    double surplus_clock;    /* when that lap ended */
};

/* Starts the first lap. */
void stopwatch_start(struct stopwatch *stopwatch);

/* Seconds since the last lap, or the start. The system does not tell how long a process was
 * stopped; so a lap with a stop in it counts the processor time of this thread instead. A lap may
 * end before the stop in it is known. Then the lap in which it becomes known takes back what was
 * too much: it can be below 0, and the sum of the laps is right. */
double stopwatch_lap(struct stopwatch *stopwatch);

/* To be called by the handler of SIGCONT: the process was stopped and now continues. */
void clock_note_stop(void);

/* The time of day in UTC, ISO 8601 with milliseconds: "2006-01-02T15:04:05.678Z". */
void clock_text(char text[CLOCK_TEXT_SIZE]);

#endif
