/*
 * clock.h -- the two clocks: one that only goes forward, for durations; the calendar, for logs.
 *
 * Any thread may call it.
 */
#ifndef SUPPORT_CLOCK_H
#define SUPPORT_CLOCK_H

enum { CLOCK_TEXT_SIZE = 32 };

/* Seconds since an arbitrary moment; never goes back, whatever is done to the system's time. */
double clock_seconds(void);

/* The time of day in UTC, ISO 8601 with milliseconds: "2006-01-02T15:04:05.678Z". */
void clock_text(char text[CLOCK_TEXT_SIZE]);

#endif
