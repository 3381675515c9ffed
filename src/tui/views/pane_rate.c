/*
 * pane_rate.c -- the learning rate, and where there is room what it does to the weights: how much a
 * batch changes them, and the norm of its gradient. Each has a strip of its own with a y axis; they
 * share the x axis of all plots.
 */
#include "train/schedule.h"
#include "tui/axis.h"
#include "tui/figures.h"
#include "tui/legend.h"
#include "tui/plot_keys.h"

#include <math.h>

enum { STRIPS = 3, STRIP_ROWS = 3 /* at least */ };

/* The parts of a title, the least important one last. */
enum { RANK_NAME, RANK_VALUES, RANK_CROSSHAIR, RANK_SCHEDULE };

/* Values near 0, as at the end of a schedule, would take up most of a logarithmic axis. */
static const double LEAST = 1e-2; /* of the highest value */

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

/* The last pulse at or before a step; NULL before the first. */
static const struct pulse *pulse_at(const struct frame *frame, double step)
{
    const struct history *history = &frame->snapshot->history;
    const struct pulse *found = NULL;

    for (int i = 0; i < history->pulse_count && (double)history->pulses[i].step <= step; i++)
        found = &history->pulses[i];
    return found;
}

static double update_at(const struct frame *frame, double step)
{
    const struct pulse *pulse = pulse_at(frame, step);

    return pulse != NULL ? (double)pulse->update_ratio : (double)NAN;
}

static double gradient_at(const struct frame *frame, double step)
{
    const struct pulse *pulse = pulse_at(frame, step);

    return pulse != NULL ? (double)pulse->gradient_norm : (double)NAN;
}

/* The strips, the most important one first. */
static const struct strip {
    const char *name, *note;
    enum style style;
    bool foreseen; /* known for the rest of the run */
    double (*at)(const struct frame *frame, double step);
} strips[STRIPS] = {
    {"Learning rate", "", STYLE_SMOOTH, true, rate_at},
    {"|dw/w|", " a step", STYLE_SECOND, false, update_at},
    {"|gradient|", "", STYLE_SECOND, false, gradient_at},
};

static double value_at(const struct frame *frame, const struct strip *strip, double x)
{
    const double step = axis_step(frame, x);

    return step >= 0.0 && (strip->foreseen || step <= (double)frame->snapshot->step)
               ? strip->at(frame, step)
               : (double)NAN;
}

/* How many strips there is room for; those that have no values yet leave theirs to the others. */
static int strip_count(const struct frame *frame, int rows)
{
    const int most = frame->snapshot->history.pulse_count > 0 ? STRIPS : 1;
    const int count = rows / STRIP_ROWS;

    return count < 1 ? 1 : count < most ? count : most;
}

/* Where dots are wanted: one value a column. */
static void find_range(const struct frame *frame, const struct strip *strip, int columns,
                       double from, double to, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < columns; i++)
        plot_widen(low, high,
                   value_at(frame, strip, from + (to - from) * ((double)i + 0.5) / columns));
    if (*low > *high)
        *low = *high = 0.0;
    *low = frame->log_scale ? fmax(*low, *high * LEAST) : 0.0;
}

/* The future is dotted. */
static void draw_curve(const struct frame *frame, const struct strip *strip, struct plot *plot,
                       double least)
{
    const double now = axis_x(frame, (double)frame->snapshot->step);
    double before = NAN;

    for (int column = 0; column < plot_columns(plot); column++) {
        const double x = plot_x(plot, column + 0.5), value = value_at(frame, strip, x);
        const double drawn = isfinite(value) ? fmax(value, least) : (double)NAN;
        if (x < now)
            plot_line(plot, column, before, drawn, strip->style);
        else if (column % 3 == 0)
            plot_dot(plot, column, drawn, STYLE_DIM);
        before = drawn;
    }
}

static void draw_strip(const struct frame *frame, const struct strip *strip,
                       const struct canvas *canvas, const char *unit)
{
    double low, high, from, to;
    struct plot plot;

    axis_find(frame, &from, &to);
    find_range(frame, strip, 2 * canvas->width, from, to, &low, &high);
    plot_init(&plot, *canvas, frame->log_scale ? PLOT_LOG : PLOT_LINEAR, low, high, from, to, unit);
    if (plot.area.width == 0 || plot.area.height == 0)
        return;
    draw_curve(frame, strip, &plot, low);
    axis_draw(frame, &plot);
}

/* ---- the title ---- */

static void add_value(struct legend *legend, int rank, const struct strip *strip,
                      enum glyphs glyphs, double value)
{
    char text[FIGURES_TEXT];

    if (!isfinite(value))
        return;
    figures_number(text, value);
    legend_add(legend, rank, STYLE_PLAIN, 0, "  ");
    legend_add(legend, rank, strip->style, plot_line_glyph(glyphs), " %s", text);
}

/* The schedule and when its highest rate comes: ", highest .1 at epoch 3.8". */
static void add_schedule(struct legend *legend, const struct frame *frame)
{
    const struct settings *settings = frame->settings;
    const long steps = axis_steps(frame->snapshot);
    char name[SETTING_TEXT_SIZE], rate[FIGURES_TEXT];
    double highest = 0.0;
    long at = 0;

    if (settings->schedule == SCHEDULE_NONE && settings->warmup <= 0.0)
        return;
    setting_write(settings_at(settings_find("schedule")), settings, name);
    enum { PLACES = 1000 };
    for (int i = 0; i < PLACES; i++) {
        const long step = steps * i / PLACES;
        const double factor = schedule_factor(settings, step, steps);
        if (factor > highest + 1e-9) {
            highest = factor;
            at = step;
        }
    }
    figures_number(rate, highest * frame->snapshot->base_lr);
    legend_add(legend, RANK_SCHEDULE, STYLE_DIM, 0, "  %s, highest %s at epoch %.1f", name, rate,
               (double)at / frame->snapshot->batches);
}

static void draw_title(const struct frame *frame, struct canvas *canvas, int count)
{
    const double now = axis_x(frame, (double)frame_step(frame)), at = axis_crosshair(frame);
    struct legend legend = {0};
    char text[AXIS_TEXT];

    for (int i = 0; i < count; i++) {
        const int rank = i == 0 ? RANK_NAME : RANK_VALUES;
        legend.right = i > 0;
        legend_add(&legend, rank, i == 0 && frame->focus == PANE_RATE ? STYLE_TITLE : STYLE_BOLD, 0,
                   "%s%s", i > 1 ? "   " : "", strips[i].name);
        legend_add(&legend, RANK_SCHEDULE, STYLE_DIM, 0, "%s", strips[i].note);
        add_value(&legend, rank, &strips[i], canvas->glyphs, value_at(frame, &strips[i], now));
        if (i == 0)
            add_schedule(&legend, frame);
    }
    legend.right = true;
    if (isfinite(at)) {
        axis_text(frame, at, text);
        legend_add(&legend, RANK_NAME, STYLE_DIM, 0, "%sat ", count > 1 ? "   " : "");
        legend_add(&legend, RANK_NAME, STYLE_BOLD, 0, "%s", text);
        for (int i = 0; i < count; i++)
            add_value(&legend, i == 0 ? RANK_NAME : RANK_CROSSHAIR, &strips[i], canvas->glyphs,
                      value_at(frame, &strips[i], at));
    }
    legend_draw(&legend, canvas);
}

static void draw(const struct frame *frame, struct canvas *canvas)
{
    const char *unit = axis_label(frame, PANE_RATE);
    struct canvas inside = canvas_box(canvas, "", frame->focus == PANE_RATE);
    const int rows = inside.height - (unit != NULL ? 1 : 0);
    const int count = strip_count(frame, rows);

    draw_title(frame, canvas, count);
    for (int i = 0, y = 0; i < count; i++) {
        const bool last = i == count - 1;
        const int end = rows * (i + 1) / count;
        const struct canvas part =
            canvas_inside(&inside, 0, y, inside.width, last ? inside.height - y : end - y);
        draw_strip(frame, &strips[i], &part, last ? unit : NULL);
        y = end;
    }
}

const struct pane_class pane_rate = {
    .name = "Learning rate",
    .topic = "Plots",
    .arrows = "read",
    .about =
        "The learning rate: how far each batch moves the weights along the negative gradient. Too "
        "high and the loss jumps or grows, too low and nothing happens. A schedule changes it over "
        "the run; + and - change it by hand. Where there is room: how much a batch changes all "
        "weights as a share of their length (about .001 is healthy), and the length of its "
        "gradient.",
    .draw = draw,
    .keys = plot_keys,
    .move = plot_move,
    .back = plot_back,
    .point = plot_point,
};
