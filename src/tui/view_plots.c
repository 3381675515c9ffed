/*
 * view_plots.c -- is it learning: loss and accuracy over the epochs, and the learning rate.
 *
 * Training is drawn as a shaded band from the smallest to the largest batch, and as a smoothed
 * line; the test set as marks at the batch behind which it was measured. Both stand on one x axis,
 * on which a vertical line is a change of the learning rate. Below all that are the runs that this
 * one is compared with, see ghosts.h. The learning rate has an axis of its own, as long as the run:
 * what is to come is dotted, a mark stands between it and the past.
 */
#include "train/schedule.h"
#include "tui/ghosts.h"
#include "tui/plot.h"
#include "tui/view.h"

#include <math.h>

enum { READING_WIDTH = 20, READING_ROWS = 5, LEGEND_ROWS = 3 };

static const double RECENT = 0.2; /* of the run so far */

/* A schedule ends next to nothing, at a height that would take most of a logarithmic axis. */
static const double RATE_LEAST = 1e-2; /* of the highest */

/* What tells the two plots apart. */
struct metric {
    const char *name;
    enum pane pane;
    enum plot_scale log_scale;
    bool legend_below; /* where the curves leave room for it */
    const struct band *(*band)(const struct history_cell *cell);
    ghost_metric *train, *test;
    int digits;       /* of a value in the title */
    double low, high; /* the axis when there are no values */
};

static const struct band *loss_band(const struct history_cell *cell)
{
    return &cell->loss;
}

static double loss_train(const struct epoch_metrics *metrics)
{
    return metrics->train_loss;
}

static double loss_test(const struct epoch_metrics *metrics)
{
    return metrics->test_loss;
}

static const struct band *accuracy_band(const struct history_cell *cell)
{
    return &cell->accuracy;
}

static double accuracy_train(const struct epoch_metrics *metrics)
{
    return metrics->train_accuracy;
}

static double accuracy_test(const struct epoch_metrics *metrics)
{
    return metrics->test_accuracy;
}

static const struct metric loss_metric = {
    .name = "Loss",
    .pane = PANE_LOSS,
    .log_scale = PLOT_LOG,
    .band = loss_band,
    .train = loss_train,
    .test = loss_test,
    .digits = 4,
    .low = 0.1,
    .high = 2.5,
};
static const struct metric accuracy_metric = {
    .name = "Accuracy %",
    .pane = PANE_ACCURACY,
    .log_scale = PLOT_LOG_ERROR,
    .legend_below = true,
    .band = accuracy_band,
    .train = accuracy_train,
    .test = accuracy_test,
    .digits = 2,
    .low = 0.0,
    .high = 100.0,
};

/* The smoothed mean of every cell: an exponential moving average, with Kingma and Ba's correction
 * for its start at nothing ("Adam", 2015). */
static void smooth(const struct history *history, const struct metric *metric, double smoothing,
                   double smoothed[HISTORY_CELLS])
{
    double average = 0.0, weight = 0.0;

    for (int i = 0; i < history->cell_count; i++) {
        double mean = history_mean(metric->band(&history->cells[i]));
        if (isfinite(mean)) {
            average = smoothing * average + (1.0 - smoothing) * mean;
            weight = smoothing * weight + (1.0 - smoothing);
        }
        smoothed[i] = weight > 0.0 ? average / weight : (double)NAN;
    }
}

/* ---- the x axis ---- */

/* Steps are the run's batches; x is what the axis counts. Seconds are taken to pass evenly. */
static double x_of_step(const struct frame *frame, double step)
{
    const struct snapshot *now = frame->snapshot;

    switch (frame->x_unit) {
    case X_EPOCHS: return step / now->batches;
    case X_SECONDS: return now->step > 0 ? step * now->run_seconds / (double)now->step : 0.0;
    default: return step;
    }
}

static double step_of_x(const struct frame *frame, double x)
{
    double unit = x_of_step(frame, 1.0);

    return unit > 0.0 ? x / unit : 0.0;
}

/* Where the axis ends: round, and with some room for what is to come, but not behind `most`. */
static double round_end(double now, double most)
{
    static const double ends[] = {1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 80};
    double scale = 1.0;

    for (;; scale *= 100.0)
        for (int i = 0; i < 11; i++)
            if (ends[i] * scale >= now)
                return fmin(ends[i] * scale, fmax(most, now));
}

static void find_axis(const struct frame *frame, double *from, double *to)
{
    const struct snapshot *snapshot = frame->snapshot;
    const double now = x_of_step(frame, (double)snapshot->step);
    const double all = x_of_step(frame, (double)snapshot->batches * snapshot->epochs);

    *from = frame->recent ? now * (1.0 - RECENT) : 0.0;
    *to = frame->recent && now > 0.0 ? now
                                     : round_end(now, frame->x_unit == X_SECONDS ? INFINITY : all);
}

static long run_steps(const struct snapshot *snapshot)
{
    return (long)snapshot->batches * snapshot->epochs;
}

/* The learning rate's axis: to the end of the run. */
static void find_rate_axis(const struct frame *frame, double *from, double *to)
{
    const double all = x_of_step(frame, (double)run_steps(frame->snapshot));

    find_axis(frame, from, to);
    if (!frame->recent && all > 0.0)
        *to = all;
}

/* The column of dots under the crosshair, which stands at one moment in all plots: at its share of
 * the axis in the pane that has the keys. -1 where that is off the plot's axis, or nowhere. */
static int crosshair_column(const struct frame *frame, const struct plot *plot)
{
    double from, to;

    (frame->focus == PANE_RATE ? find_rate_axis : find_axis)(frame, &from, &to);
    const double x = from + frame->crosshair * (to - from);
    const double share = (x - plot->x_min) / (plot->x_max - plot->x_min);
    if (frame->crosshair < 0.0 || share < 0.0 || share > 1.0 + 1e-9)
        return -1;
    return (int)(fmin(share, 1.0 - 1e-9) * plot_columns(plot));
}

/* The cell that a step fell into. */
static int cell_of_step(const struct history *history, double step)
{
    return step < 0.0 ? 0 : (int)fmin(step / (double)history->width, HISTORY_CELLS);
}

/* ---- values ---- */

static void widen(double *low, double *high, double value)
{
    if (isfinite(value)) {
        *low = fmin(*low, value);
        *high = fmax(*high, value);
    }
}

/* Of what is drawn from x = from to x = to. */
static void find_range(const struct frame *frame, const struct metric *metric,
                       const double smoothed[], double from, double to, double *low, double *high)
{
    const struct history *history = &frame->snapshot->history;
    const struct ghosts ghosts = {frame, metric->train, metric->test};
    const double step = step_of_x(frame, from);

    *low = INFINITY;
    *high = -INFINITY;
    ghosts_widen(&ghosts, from, to, low, high);
    for (int i = cell_of_step(history, step); i < history->cell_count; i++)
        widen(low, high, smoothed[i]);
    for (int i = 0; i < history->epoch_count; i++)
        if ((double)history->epochs[i].step >= step)
            widen(low, high, metric->test(&history->epochs[i]));
    if (*low > *high) {
        *low = metric->low;
        *high = metric->high;
    }
}

/* The values of the cells that a column of dots covers, one at least. */
static struct band column_band(const struct frame *frame, const struct plot *plot,
                               const struct metric *metric, int column)
{
    const struct history *history = &frame->snapshot->history;
    int from = cell_of_step(history, step_of_x(frame, plot_x(plot, column)));
    int to = cell_of_step(history, step_of_x(frame, plot_x(plot, column + 1)));
    struct band band = {0};

    for (int i = from; (i < to || i == from) && i < history->cell_count; i++)
        history_merge(&band, metric->band(&history->cells[i]));
    return band;
}

/* The smoothed value in the middle of a column; NaN where the run has not come to yet. */
static double column_smoothed(const struct frame *frame, const struct plot *plot,
                              const double smoothed[], int column)
{
    const struct history *history = &frame->snapshot->history;
    int cell = cell_of_step(history, step_of_x(frame, plot_x(plot, column + 0.5)));

    return column >= 0 && cell < history->cell_count ? smoothed[cell] : (double)NAN;
}

static void draw_training(struct plot *plot, const struct frame *frame, const struct metric *metric,
                          const double smoothed[])
{
    for (int column = 0; column < plot_columns(plot); column++) {
        struct band band = column_band(frame, plot, metric, column);
        if (band.count > 0)
            plot_band(plot, column, (double)band.min, (double)band.max, STYLE_RAW);
    }
    for (int column = 0; column < plot_columns(plot); column++)
        plot_line(plot, column, column_smoothed(frame, plot, smoothed, column - 1),
                  column_smoothed(frame, plot, smoothed, column), STYLE_SMOOTH);
}

static const uint32_t legend_glyphs[][2] = {
    [GLYPHS_ASCII] = {'.', '#'},
    [GLYPHS_BLOCK] = {0x2588, 0x2580},
    [GLYPHS_BRAILLE] = {0x2895, 0x2836},
};

/* The runs of the past that there is no room for are counted. */
static void draw_ghosts_legend(struct plot *plot, const struct frame *frame, int x, int y, int rows)
{
    const int count = frame->compared_count, shown = count > rows ? rows - 1 : count;

    for (int i = 0; i < shown; i++)
        ghosts_legend(frame, i, &plot->area, x, y + i);
    if (shown < count && rows > 0)
        canvas_text(&plot->area, x, y + shown, STYLE_PLAIN, "and %d more", count - shown);
}

static void draw_legend(struct plot *plot, const struct frame *frame, bool below)
{
    const uint32_t *own = legend_glyphs[plot->area.glyphs];
    const int room = plot->area.height - LEGEND_ROWS - 1;
    const int ghosts = frame->compared_count < room ? frame->compared_count : room;
    const int x = plot->area.width - 10, y = below ? plot->area.height - LEGEND_ROWS - ghosts : 0;

    if (plot->area.width < 28 || plot->area.height < 6)
        return;
    canvas_put(&plot->area, x, y, own[0], STYLE_RAW);
    canvas_text(&plot->area, x + 1, y, STYLE_PLAIN, " batch");
    canvas_put(&plot->area, x, y + 1, own[1], STYLE_SMOOTH);
    canvas_text(&plot->area, x + 1, y + 1, STYLE_PLAIN, " smoothed");
    canvas_put(&plot->area, x, y + 2, plot_mark_glyph(plot->area.glyphs), STYLE_TEST);
    canvas_text(&plot->area, x + 1, y + 2, STYLE_PLAIN, " %s", view_test_name(frame));
    draw_ghosts_legend(plot, frame, x, y + LEGEND_ROWS, ghosts);
}

/* The last test result at or before a step; NULL before the first. */
static const struct epoch_metrics *test_at(const struct history *history, double step)
{
    const struct epoch_metrics *found = NULL;

    for (int i = 0; i < history->epoch_count && (double)history->epochs[i].step <= step; i++)
        found = &history->epochs[i];
    return found;
}

/* Where the crosshair stands. */
static void draw_place(struct canvas *box, const struct frame *frame, double x)
{
    canvas_text(box, 0, 0, STYLE_REVERSE, " at %.*f ", frame->x_unit == X_EPOCHS ? 2 : 0, x);
}

/* A line through the plot, and in the legend's place the values under it. */
static void draw_crosshair(struct plot *plot, const struct frame *frame,
                           const struct metric *metric, const double smoothed[], int column)
{
    const int digits = metric->digits;
    const double x = plot_x(plot, column);
    const struct band band = column_band(frame, plot, metric, column);
    const struct epoch_metrics *test =
        test_at(&frame->snapshot->history, step_of_x(frame, plot_x(plot, column + 1)));
    const struct ghosts ghosts = {frame, metric->train, metric->test};
    const int all = READING_ROWS + frame->compared_count;
    const int rows = all < plot->area.height ? all : plot->area.height;
    struct canvas box =
        canvas_inside(&plot->area, plot->area.width - READING_WIDTH,
                      metric->legend_below ? plot->area.height - rows : 0, READING_WIDTH, rows);

    plot_rule(plot, x, STYLE_PLAIN);
    canvas_clear(&box);
    draw_place(&box, frame, x);
    if (band.count > 0) {
        canvas_text(&box, 0, 1, STYLE_RAW, "batch %.*f-%.*f", digits, (double)band.min, digits,
                    (double)band.max);
        canvas_text(&box, 0, 2, STYLE_RAW, "mean  %.*f", digits, history_mean(&band));
        canvas_text(&box, 0, 3, STYLE_SMOOTH, "smoothed %.*f", digits,
                    column_smoothed(frame, plot, smoothed, column));
    }
    if (test != NULL)
        canvas_text(&box, 0, 4, STYLE_TEST, "%-5s %.*f", view_test_name(frame), digits,
                    metric->test(test));
    for (int i = 0; i < frame->compared_count; i++) {
        const double value = ghosts_test_at(&ghosts, i, plot_x(plot, column + 1));
        ghosts_legend(frame, i, &box, 0, READING_ROWS + i);
        if (isfinite(value))
            canvas_text(&box, READING_WIDTH / 2 + 1, READING_ROWS + i, STYLE_GHOST, "%.*f", digits,
                        value);
    }
}

/* What the numbers were at the moment shown. */
static void make_title(char title[96], const struct frame *frame, const struct metric *metric,
                       const double smoothed[])
{
    const struct history *history = &frame->snapshot->history;
    const long step = view_step(frame);
    const struct epoch_metrics *tested = test_at(history, (double)step);
    const int last = history->cell_count - 1, at = cell_of_step(history, (double)step - 1.0);
    const int cell = frame->past != NULL && at < last ? at : last;
    char train[16] = "-", test[16] = "-";

    if (step > 0 && cell >= 0)
        snprintf(train, sizeof train, "%.*f", metric->digits, smoothed[cell]);
    if (tested != NULL)
        snprintf(test, sizeof test, "%.*f", metric->digits, metric->test(tested));
    snprintf(title, 96, "%s train %s %s %s", metric->name, train, view_test_name(frame), test);
}

static const char *const units[] = {"epoch", "batch", "sec"};

static void draw(const struct frame *frame, struct canvas *canvas, const struct metric *metric)
{
    const struct history *history = &frame->snapshot->history;
    double smoothed[HISTORY_CELLS], low, high, from, to;
    struct plot plot;
    char title[96];

    smooth(history, metric, frame->smoothing, smoothed);
    find_axis(frame, &from, &to);
    find_range(frame, metric, smoothed, from, to, &low, &high);
    make_title(title, frame, metric, smoothed);
    struct canvas inside = canvas_box(canvas, title, frame->focus == metric->pane);
    plot_init(&plot, inside, frame->log_scale ? metric->log_scale : PLOT_LINEAR, low, high, from,
              to, units[frame->x_unit]);
    if (plot.area.width == 0 || plot.area.height == 0)
        return;
    ghosts_draw(&(struct ghosts){frame, metric->train, metric->test}, &plot);
    draw_training(&plot, frame, metric, smoothed);
    for (int i = 0; i < history->epoch_count; i++)
        plot_mark(&plot, x_of_step(frame, (double)history->epochs[i].step),
                  metric->test(&history->epochs[i]), STYLE_TEST);
    for (int i = 0; i < history->lr_change_count; i++)
        plot_rule(&plot, x_of_step(frame, (double)history->lr_changes[i].step), STYLE_DIM);
    if (frame->past != NULL)
        plot_rule(&plot, x_of_step(frame, (double)frame->past->step), STYLE_WARNING);
    const int column = crosshair_column(frame, &plot);
    if (column >= 0)
        draw_crosshair(&plot, frame, metric, smoothed, column);
    else
        draw_legend(&plot, frame, metric->legend_below);
}

void view_loss(const struct frame *frame, struct canvas *canvas)
{
    draw(frame, canvas, &loss_metric);
}

void view_accuracy(const struct frame *frame, struct canvas *canvas)
{
    draw(frame, canvas, &accuracy_metric);
}

/* ---- the learning rate ---- */

bool view_rate_varies(const struct frame *frame)
{
    const struct settings *settings = frame->settings;

    return settings->schedule != SCHEDULE_NONE || settings->warmup > 0.0 ||
           frame->snapshot->history.lr_change_count > 0 || frame->snapshot->base_lr != settings->lr;
}

/* The learning rate that was set at a step, before the schedule. */
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

/* The learning rate of the batch behind a step. */
static double rate_at(const struct frame *frame, double step)
{
    const long batch = (long)step;

    return base_rate(frame, batch) *
           schedule_factor(frame->settings, batch, run_steps(frame->snapshot));
}

static double column_rate(const struct frame *frame, const struct plot *plot, int column)
{
    return rate_at(frame, step_of_x(frame, fmax(plot_x(plot, column + 0.5), 0.0)));
}

/* The values between from and to on the x axis, seen at as many places as there may be dots. */
static void find_rate_range(const struct frame *frame, double from, double to, double *low,
                            double *high)
{
    enum { PLACES = 1000 };

    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i <= PLACES; i++)
        widen(low, high, rate_at(frame, step_of_x(frame, from + (to - from) * i / PLACES)));
    *low = frame->log_scale ? fmax(*low, *high * RATE_LEAST) : 0.0;
}

/* What is to come is dotted. */
static void draw_rate(struct plot *plot, const struct frame *frame, double least)
{
    const double now = x_of_step(frame, (double)frame->snapshot->step);
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

static void make_rate_title(char title[96], const struct frame *frame)
{
    const struct setting *schedule = settings_at(settings_find("schedule"));
    char name[SETTING_TEXT_SIZE];

    setting_write(schedule, frame->settings, name);
    snprintf(title, 96, "Learning rate %.3g%s%s", rate_at(frame, (double)view_step(frame)),
             frame->settings->schedule != SCHEDULE_NONE ? "  " : "",
             frame->settings->schedule != SCHEDULE_NONE ? name : "");
}

void view_rate(const struct frame *frame, struct canvas *canvas)
{
    double low, high, from, to;
    struct plot plot;
    char title[96];

    find_rate_axis(frame, &from, &to);
    find_rate_range(frame, from, to, &low, &high);
    make_rate_title(title, frame);
    struct canvas inside = canvas_box(canvas, title, frame->focus == PANE_RATE);
    plot_init(&plot, inside, frame->log_scale ? PLOT_LOG : PLOT_LINEAR, low, high, from, to,
              units[frame->x_unit]);
    if (plot.area.width == 0 || plot.area.height == 0)
        return;
    draw_rate(&plot, frame, low);
    if (frame->past != NULL)
        plot_rule(&plot, x_of_step(frame, (double)frame->past->step), STYLE_WARNING);
    const int column = crosshair_column(frame, &plot);
    if (column < 0)
        return;
    struct canvas box =
        canvas_inside(&plot.area, plot.area.width - READING_WIDTH, 0, READING_WIDTH, 2);
    plot_rule(&plot, plot_x(&plot, column), STYLE_PLAIN);
    canvas_clear(&box);
    draw_place(&box, frame, plot_x(&plot, column));
    canvas_text(&box, 0, 1, STYLE_SMOOTH, "rate  %.3g", column_rate(frame, &plot, column));
}
