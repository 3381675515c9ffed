#include "tui/axis.h"

#include <math.h>

enum {
    UNITS_LEAST = 32,  /* the axis' end is a multiple of a unit; so many of them have passed */
    STEPS_LEAST = 100, /* of an axis */
    EPOCH_GAP = 6,     /* columns between lines at the ends of epochs */
};

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

/* The end of the axis in steps: a little after the present, as long as the run has not ended. */
static double end_step(const struct snapshot *snapshot)
{
    const double now = (double)snapshot->step, all = (double)axis_steps(snapshot);
    double unit = 1.0;

    while (unit * 2.0 * UNITS_LEAST <= now)
        unit *= 2.0;
    return fmax(fmin(fmax(ceil(now / unit) * unit, STEPS_LEAST), all), now);
}

void axis_find(const struct frame *frame, double *from, double *to)
{
    const struct snapshot *snapshot = frame->snapshot;
    const double now = axis_x(frame, (double)snapshot->step);
    const bool whole = frame->zoomed && frame->focus == PANE_RATE;

    *from = frame->recent ? now * (1.0 - RECENT) : 0.0;
    *to = frame->recent ? now
                        : axis_x(frame, whole ? (double)axis_steps(snapshot) : end_step(snapshot));
    if (!(*to > *from))
        *to = *from + 1.0;
}

const char *axis_label(const struct frame *frame, enum pane pane)
{
    const struct layout *layout = frame->layout;
    const struct place *own = layout != NULL ? layout_find(layout, pane) : NULL;

    for (int i = 0; own != NULL && frame->view == VIEW_PLOTS && i < layout->count; i++)
        if (layout->places[i].y == own->y + own->height && layout->places[i].x == own->x)
            return NULL;
    return axis_unit(frame);
}

double axis_crosshair(const struct frame *frame)
{
    double from, to;

    axis_find(frame, &from, &to);
    return frame->crosshair >= 0.0 ? from + frame->crosshair * (to - from) : (double)NAN;
}

/* At every epoch's end, or at every second, fifth, ... if they are many. */
static void draw_epochs(const struct frame *frame, struct plot *plot)
{
    const double epoch = axis_x(frame, (double)frame->snapshot->batches);
    const double range = plot->x_max - plot->x_min;

    if (!(epoch > 0.0))
        return;
    const double every = plot_round_step(fmax(range / epoch * EPOCH_GAP / plot->area.width, 1.0));
    for (double e = every; e * epoch <= plot->x_max; e += every)
        plot_faint_rule(plot, e * epoch);
}

void axis_draw(const struct frame *frame, struct plot *plot)
{
    const struct history *history = &frame->snapshot->history;
    const double crosshair = axis_crosshair(frame), range = plot->x_max - plot->x_min;

    for (int i = 0; i < history->lr_change_count; i++)
        plot_rule(plot, axis_x(frame, (double)history->lr_changes[i].step), STYLE_DIM);
    if (frame->past != NULL)
        plot_rule(plot, axis_x(frame, (double)frame->past->step), STYLE_REPLAY);
    draw_epochs(frame, plot);
    plot_grid(plot);
    if (isfinite(crosshair))
        plot_crosshair(plot, (int)fmin((crosshair - plot->x_min) / range * plot_columns(plot),
                                       plot_columns(plot) - 1));
}

void axis_text(const struct frame *frame, double x, char text[AXIS_TEXT])
{
    snprintf(text, AXIS_TEXT, "%.*f", frame->x_unit == X_EPOCHS ? 2 : 0, x);
}
