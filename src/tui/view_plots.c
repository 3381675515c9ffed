/*
 * view_plots.c -- is it learning: loss and accuracy over the epochs.
 *
 * Training is drawn as a shaded band from the smallest to the largest batch, and as a smoothed
 * line; the test set as marks at the batch behind which it was measured. Both stand on one x axis.
 */
#include "tui/plot.h"
#include "tui/view.h"

#include <math.h>

/* What tells the two plots apart. */
struct metric {
    const char *name;
    enum plot_scale log_scale;
    bool legend_below; /* where the curves leave room for it */
    const struct band *(*band)(const struct history_cell *cell);
    double (*test)(const struct epoch_metrics *metrics);
    int digits;       /* of a value in the title */
    double low, high; /* the axis when there are no values */
};

static const struct band *loss_band(const struct history_cell *cell)
{
    return &cell->loss;
}

static double loss_test(const struct epoch_metrics *metrics)
{
    return metrics->test_loss;
}

static const struct band *accuracy_band(const struct history_cell *cell)
{
    return &cell->accuracy;
}

static double accuracy_test(const struct epoch_metrics *metrics)
{
    return metrics->test_accuracy;
}

static const struct metric loss_metric = {
    "Loss", PLOT_LOG, false, loss_band, loss_test, 4, 0.1, 2.5,
};
static const struct metric accuracy_metric = {
    "Accuracy %", PLOT_LOG_ERROR, true, accuracy_band, accuracy_test, 2, 0.0, 100.0,
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

/* The end of the x axis in epochs: round, and with some room for what is to come. */
static double end_of_axis(const struct snapshot *snapshot)
{
    static const double ends[] = {1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 80};
    double now = (double)snapshot->step / snapshot->batches, scale = 1.0;

    for (;; scale *= 100.0)
        for (int i = 0; i < 11; i++)
            if (ends[i] * scale >= now)
                return fmin(ends[i] * scale, fmax(snapshot->epochs, now));
}

static void widen(double *low, double *high, double value)
{
    if (isfinite(value)) {
        *low = fmin(*low, value);
        *high = fmax(*high, value);
    }
}

static void find_range(const struct history *history, const struct metric *metric,
                       const double smoothed[], double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < history->cell_count; i++)
        widen(low, high, smoothed[i]);
    for (int i = 0; i < history->epoch_count; i++)
        widen(low, high, metric->test(&history->epochs[i]));
    if (*low > *high) {
        *low = metric->low;
        *high = metric->high;
    }
}

static void draw_training(struct plot *plot, const struct snapshot *snapshot,
                          const struct metric *metric, const double smoothed[])
{
    const struct history *history = &snapshot->history;
    const double cells_an_epoch = (double)snapshot->batches / (double)history->width;
    const double cells_a_column = plot->x_max * cells_an_epoch / plot_columns(plot);

    for (int column = 0; column < plot_columns(plot); column++) {
        int from = (int)(column * cells_a_column), to = (int)((column + 1) * cells_a_column);
        struct band band = {0};
        for (int i = from; (i < to || i == from) && i < history->cell_count; i++)
            history_merge(&band, metric->band(&history->cells[i]));
        if (band.count > 0)
            plot_band(plot, column, (double)band.min, (double)band.max, STYLE_RAW);
    }
    for (int column = 0; column < plot_columns(plot); column++) {
        int cell = (int)((column + 0.5) * cells_a_column);
        int before = (int)((column - 0.5) * cells_a_column);
        if (cell < history->cell_count)
            plot_line(plot, column, column > 0 ? smoothed[before] : (double)NAN, smoothed[cell],
                      STYLE_SMOOTH);
    }
}

static void draw_legend(struct plot *plot, bool below)
{
    static const uint32_t glyphs[][2] = {
        [GLYPHS_ASCII] = {'.', '#'},
        [GLYPHS_BLOCK] = {0x2588, 0x2580},
        [GLYPHS_BRAILLE] = {0x2895, 0x2836},
    };
    const uint32_t *own = glyphs[plot->area.glyphs];
    const int x = plot->area.width - 10, y = below ? plot->area.height - 3 : 0;

    if (plot->area.width < 28 || plot->area.height < 6)
        return;
    canvas_put(&plot->area, x, y, own[0], STYLE_RAW);
    canvas_text(&plot->area, x + 1, y, STYLE_PLAIN, " batch");
    canvas_put(&plot->area, x, y + 1, own[1], STYLE_SMOOTH);
    canvas_text(&plot->area, x + 1, y + 1, STYLE_PLAIN, " smoothed");
    canvas_put(&plot->area, x, y + 2, plot_mark_glyph(plot->area.glyphs), STYLE_TEST);
    canvas_text(&plot->area, x + 1, y + 2, STYLE_PLAIN, " test");
}

static void make_title(char title[96], const struct frame *frame, const struct metric *metric,
                       const double smoothed[])
{
    const struct history *history = &frame->snapshot->history;
    char train[16] = "-", test[16] = "-";

    if (history->cell_count > 0)
        snprintf(train, sizeof train, "%.*f", metric->digits, smoothed[history->cell_count - 1]);
    if (history->epoch_count > 0)
        snprintf(test, sizeof test, "%.*f", metric->digits,
                 metric->test(&history->epochs[history->epoch_count - 1]));
    snprintf(title, 96, "%s train %s test %s", metric->name, train, test);
}

static void draw(const struct frame *frame, struct canvas *canvas, const struct metric *metric)
{
    const struct snapshot *snapshot = frame->snapshot;
    const struct history *history = &snapshot->history;
    double smoothed[HISTORY_CELLS], low, high;
    struct plot plot;
    char title[96];

    smooth(history, metric, frame->smoothing, smoothed);
    find_range(history, metric, smoothed, &low, &high);
    make_title(title, frame, metric, smoothed);
    struct canvas inside = canvas_box(canvas, title, false);
    plot_init(&plot, inside, frame->log_scale ? metric->log_scale : PLOT_LINEAR, low, high,
              end_of_axis(snapshot), "epoch");
    if (plot.area.width == 0 || plot.area.height == 0)
        return;
    draw_training(&plot, snapshot, metric, smoothed);
    for (int i = 0; i < history->epoch_count; i++)
        plot_mark(&plot, (double)history->epochs[i].step / snapshot->batches,
                  metric->test(&history->epochs[i]), STYLE_TEST);
    draw_legend(&plot, metric->legend_below);
}

void view_loss(const struct frame *frame, struct canvas *canvas)
{
    draw(frame, canvas, &loss_metric);
}

void view_accuracy(const struct frame *frame, struct canvas *canvas)
{
    draw(frame, canvas, &accuracy_metric);
}
