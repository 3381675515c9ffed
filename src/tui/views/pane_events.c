/*
 * pane_events.c -- the events of the run as text, the newest first.
 */
#include "tui/frame.h"

#include <string.h>

enum { TIME_WIDTH = 8 };

static int rows_in(int height)
{
    return height > 2 ? height - 2 : 0;
}

/* Writes the text from row y on, broken between words. Returns the row after it. */
static int draw_wrapped(struct canvas *canvas, int y, enum style style, const char *text)
{
    const int width = canvas->width - TIME_WIDTH;

    while (width > 0 && (int)strlen(text) > width) {
        int end = width;
        while (end > 0 && text[end] != ' ')
            end--;
        if (end == 0)
            break;
        canvas_text(canvas, TIME_WIDTH, y++, style, "%.*s", end, text);
        text += end + 1;
    }
    canvas_text(canvas, TIME_WIDTH, y, style, "%s", text);
    return y + 1;
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const int kept = events_kept(frame->events), rows = rows_in(canvas->height);
    char title[64], time[32];

    snprintf(title, sizeof title, "Events  %d", frame->events->count);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_EVENTS);
    for (int i = frame->panes[PANE_EVENTS].first, y = 0; y < rows && i < kept; i++) {
        const struct event *event = events_at(frame->events, i);
        frame_clock(time, event->seconds);
        canvas_text(&inside, 0, y, STYLE_DIM, "%*s", TIME_WIDTH - 1, time);
        y = draw_wrapped(&inside, y, i == 0 ? STYLE_BOLD : STYLE_PLAIN, event->text);
    }
}

static void move(struct frame *frame, enum key_action action, int height)
{
    pane_scroll(&frame->panes[PANE_EVENTS].first, action, rows_in(height),
                events_kept(frame->events));
}

const struct pane_class pane_events = {
    .name = "Events",
    .arrows = "scroll",
    .scrolls = true,
    .about = "What happened in this run, the newest first.",
    .draw = draw,
    .move = move,
};
