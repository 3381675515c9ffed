/*
 * view_events.c -- what has happened: the run in words, the newest first.
 */
#include "tui/events.h"
#include "tui/view.h"

enum { TIME_WIDTH = 8 };

int view_events_rows(int height)
{
    return height > 2 ? height - 2 : 0;
}

void view_events(const struct frame *frame, struct canvas *canvas)
{
    const int kept = events_kept(frame->events), rows = view_events_rows(canvas->height);
    char title[64], time[32];

    snprintf(title, sizeof title, "Events  %d", frame->events->count);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_EVENTS);
    for (int i = 0; i < rows && frame->events_row + i < kept; i++) {
        const struct event *event = events_at(frame->events, frame->events_row + i);
        view_clock(time, event->seconds);
        canvas_text(&inside, 0, i, STYLE_DIM, "%*s", TIME_WIDTH - 1, time);
        canvas_text(&inside, TIME_WIDTH, i,
                    i == 0 && frame->events_row == 0 ? STYLE_BOLD : STYLE_PLAIN, "%s", event->text);
    }
}
