/*
 * pane_rate.c -- the learning rate over the whole run: the future is dotted, and a mark separates
 * it from the past.
 */
#include "train/schedule.h"
#include "tui/axis.h"
#include "tui/plot_keys.h"

#include <math.h>

/* A schedule may end near 0, which would take up most of a logarithmic axis. */
static const double LEAST = 1e-2; /* of the highest rate */

/* The learning rate that was set at a step, without the schedule. */
static double base_rate(const struct frame *frame, long step)
{
    const struct snapshot *now = frame->snapshot;
    const struct history *history = &now->history;
    double rate = frame->settings->lr;

    if (step >= now->step)
        return now->base_lr;
    for (int i = 0; i < history->lr_change_count && history->lr_changes[i].step <= step; i++)
        rate = history->lr_changes[i].lr;
    return rate;
}

/* The learning rate of the batch after a step. */
static double rate_at(const struct frame *frame, double step)
{
    const long batch = (long)step;

    return base_rate(frame, batch) *
           schedule_factor(frame->settings, batch, axis_steps(frame->snapshot));
}

static double column_rate(const struct frame *frame, const struct plot *plot, int column)
{
    return rate_at(frame, axis_step(frame, fmax(plot_x(plot, column + 0.5), 0.0)));
}

/* The range of values between from and to on the x axis, sampled at the largest number of dots. */
static void find_range(const struct frame *frame, double from, double to, double *low, double *high)
{
    enum { PLACES = 1000 };

    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i <= PLACES; i++)
        plot_widen(low, high, rate_at(frame, axis_step(frame, from + (to - from) * i / PLACES)));
    *low = frame->log_scale ? fmax(*low, *high * LEAST) : 0.0;
}

/* The future is dotted. */
static void draw_rate(struct plot *plot, const struct frame *frame, double least)
{
    const double now = axis_x(frame, (double)frame->snapshot->step);
    double before = NAN;

    for (int column = 0; column < plot_columns(plot); column++) {
        const bool past = plot_x(plot, column + 0.5) < now;
        const double rate = fmax(column_rate(frame, plot, column), least);
        if (past || column % 2 == 0)
            plot_line(plot, column, past ? before : rate, rate, past ? STYLE_SMOOTH : STYLE_DIM);
        before = rate;
    }
    plot_mark(plot, now, fmax(rate_at(frame, (double)frame->snapshot->step), least), STYLE_BOLD);
}

static void make_title(char title[96], const struct frame *frame)
{
    const struct setting *schedule = settings_at(settings_find("schedule"));
    char name[SETTING_TEXT_SIZE];

    setting_write(schedule, frame->settings, name);
    snprintf(title, 96, "Learning rate %.3g%s%s", rate_at(frame, (double)frame_step(frame)),
             frame->settings->schedule != SCHEDULE_NONE ? "  " : "",
             frame->settings->schedule != SCHEDULE_NONE ? name : "");
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    double low, high, from, to;
    struct plot plot;
    char title[96];

    axis_find_whole(frame, &from, &to);
    find_range(frame, from, to, &low, &high);
    make_title(title, frame);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_RATE);
    plot_init(&plot, inside, frame->log_scale ? PLOT_LOG : PLOT_LINEAR, low, high, from, to,
              axis_unit(frame));
    if (plot.area.width == 0 || plot.area.height == 0)
        return;
    draw_rate(&plot, frame, low);
    if (frame->past != NULL)
        plot_rule(&plot, axis_x(frame, (double)frame->past->step), STYLE_WARNING);
    const int column = axis_crosshair(frame, &plot);
    if (column < 0)
        return;
    struct canvas box = axis_reading(frame, &plot, column, 0, 2);
    canvas_text(&box, 0, 1, STYLE_SMOOTH, "rate  %.3g", column_rate(frame, &plot, column));
}

const struct pane_class pane_rate = {
    .name = "Learning rate",
    .topic = "Plots",
    .arrows = "read",
    .about =
        "The learning rate: how far each batch moves the weights along the negative gradient. Too "
        "high and the loss jumps or grows, too low and nothing happens. A schedule changes it over "
        "the run; + and - change it by hand.",
    .draw = draw,
    .keys = plot_keys,
    .move = plot_move,
    .back = plot_back,
    .point = plot_point,
};
