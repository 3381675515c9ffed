#include "tui/axis.h"

#include <math.h>

static const double RECENT = 0.2; /* of the run so far */

const char *axis_unit(const struct frame *frame)
{
    static const char *const units[X_UNIT_COUNT] = {"epoch", "batch", "sec"};

    return units[frame->x_unit];
}

long axis_steps(const struct snapshot *snapshot)
{
    return (long)snapshot->batches * snapshot->epochs;
}

double axis_x(const struct frame *frame, double step)
{
    const struct snapshot *now = frame->snapshot;

    switch (frame->x_unit) {
    case X_EPOCHS: return step / now->batches;
    case X_SECONDS: return now->step > 0 ? step * now->run_seconds / (double)now->step : 0.0;
    default: return step;
    }
}

double axis_step(const struct frame *frame, double x)
{
    double unit = axis_x(frame, 1.0);

    return unit > 0.0 ? x / unit : 0.0;
}

/* The end of the axis: round, with some room for what is to come, but at most `most`. */
static double round_end(double now, double most)
{
    static const double ends[] = {1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 80};
    double scale = 1.0;

    for (;; scale *= 100.0)
        for (int i = 0; i < 11; i++)
            if (ends[i] * scale >= now)
                return fmin(ends[i] * scale, fmax(most, now));
}

void axis_find(const struct frame *frame, double *from, double *to)
{
    const struct snapshot *snapshot = frame->snapshot;
    const double now = axis_x(frame, (double)snapshot->step);
    const double all = axis_x(frame, (double)axis_steps(snapshot));

    *from = frame->recent ? now * (1.0 - RECENT) : 0.0;
    *to = frame->recent && now > 0.0 ? now
                                     : round_end(now, frame->x_unit == X_SECONDS ? INFINITY : all);
}

void axis_find_whole(const struct frame *frame, double *from, double *to)
{
    const double all = axis_x(frame, (double)axis_steps(frame->snapshot));

    axis_find(frame, from, to);
    if (!frame->recent && all > 0.0)
        *to = all;
}

int axis_crosshair(const struct frame *frame, const struct plot *plot)
{
    double from, to;

    (frame->focus == PANE_RATE ? axis_find_whole : axis_find)(frame, &from, &to);
    const double x = from + frame->crosshair * (to - from);
    const double share = (x - plot->x_min) / (plot->x_max - plot->x_min);
    if (frame->crosshair < 0.0 || share < 0.0 || share > 1.0 + 1e-9)
        return -1;
    return (int)(fmin(share, 1.0 - 1e-9) * plot_columns(plot));
}

struct canvas axis_reading(const struct frame *frame, struct plot *plot, int column, int y,
                           int rows)
{
    const double x = plot_x(plot, column);
    struct canvas box = canvas_inside(&plot->area, plot->area.width - AXIS_READING_WIDTH, y,
                                      AXIS_READING_WIDTH, rows);

    plot_rule(plot, x, STYLE_PLAIN);
    canvas_clear(&box);
    canvas_text(&box, 0, 0, STYLE_REVERSE, " at %.*f ", frame->x_unit == X_EPOCHS ? 2 : 0, x);
    return box;
}
