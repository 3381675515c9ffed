/*
 * pane_curves.c -- loss and accuracy over the epochs.
 *
 * Training is drawn as a shaded band from the smallest to the largest batch, and as a smoothed
 * line; test results are marks at the batch after which they were measured. Both share one x axis,
 * on which a vertical line is a change of the learning rate. Below all that are the runs to
 * compare, see ghosts.h.
 */
#include "tui/axis.h"
#include "tui/ghosts.h"
#include "tui/plot_keys.h"

#include <math.h>

enum { READING_ROWS = 5, LEGEND_ROWS = 3 };

/* The differences between the two plots. */
struct metric {
    const char *name;
    enum pane pane;
    enum plot_scale log_scale;
    bool legend_below; /* where the curves leave room for the legend */
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

/* The smoothed mean of every cell: an exponential moving average, with Kingma and Ba's bias
 * correction ("Adam", 2015). */
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

/* ---- values ---- */

/* The cell that contains a step. */
static int cell_of_step(const struct history *history, double step)
{
    return step < 0.0 ? 0 : (int)fmin(step / (double)history->width, HISTORY_CELLS);
}

/* Of what is drawn from x = from to x = to. */
static void find_range(const struct frame *frame, const struct metric *metric,
                       const double smoothed[], double from, double to, double *low, double *high)
{
    const struct history *history = &frame->snapshot->history;
    const struct ghosts ghosts = {frame, metric->train, metric->test};
    const double step = axis_step(frame, from);

    *low = INFINITY;
    *high = -INFINITY;
    ghosts_widen(&ghosts, from, to, low, high);
    for (int i = cell_of_step(history, step); i < history->cell_count; i++)
        plot_widen(low, high, smoothed[i]);
    for (int i = 0; i < history->epoch_count; i++)
        if ((double)history->epochs[i].step >= step)
            plot_widen(low, high, metric->test(&history->epochs[i]));
    if (*low > *high) {
        *low = metric->low;
        *high = metric->high;
    }
}

/* The values of the cells under a column of dots, at least one. */
static struct band column_band(const struct frame *frame, const struct plot *plot,
                               const struct metric *metric, int column)
{
    const struct history *history = &frame->snapshot->history;
    int from = cell_of_step(history, axis_step(frame, plot_x(plot, column)));
    int to = cell_of_step(history, axis_step(frame, plot_x(plot, column + 1)));
    struct band band = {0};

    for (int i = from; (i < to || i == from) && i < history->cell_count; i++)
        history_merge(&band, metric->band(&history->cells[i]));
    return band;
}

/* The smoothed value in the middle of a column; NaN if the run has not got there yet. */
static double column_smoothed(const struct frame *frame, const struct plot *plot,
                              const double smoothed[], int column)
{
    const struct history *history = &frame->snapshot->history;
    int cell = cell_of_step(history, axis_step(frame, plot_x(plot, column + 0.5)));

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

/* Past runs that do not fit are counted. */
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
    canvas_text(&plot->area, x + 1, y + 2, STYLE_PLAIN, " %s", frame_test_name(frame));
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

/* Draws a line through the plot, and the values under it in the legend's place. */
static void draw_crosshair(struct plot *plot, const struct frame *frame,
                           const struct metric *metric, const double smoothed[], int column)
{
    const int digits = metric->digits;
    const struct band band = column_band(frame, plot, metric, column);
    const struct epoch_metrics *test =
        test_at(&frame->snapshot->history, axis_step(frame, plot_x(plot, column + 1)));
    const struct ghosts ghosts = {frame, metric->train, metric->test};
    const int all = READING_ROWS + frame->compared_count;
    const int rows = all < plot->area.height ? all : plot->area.height;
    struct canvas box = axis_reading(frame, plot, column,
                                     metric->legend_below ? plot->area.height - rows : 0, rows);

    if (band.count > 0) {
        canvas_text(&box, 0, 1, STYLE_RAW, "batch %.*f-%.*f", digits, (double)band.min, digits,
                    (double)band.max);
        canvas_text(&box, 0, 2, STYLE_RAW, "mean  %.*f", digits, history_mean(&band));
        canvas_text(&box, 0, 3, STYLE_SMOOTH, "smoothed %.*f", digits,
                    column_smoothed(frame, plot, smoothed, column));
    }
    if (test != NULL)
        canvas_text(&box, 0, 4, STYLE_TEST, "%-5s %.*f", frame_test_name(frame), digits,
                    metric->test(test));
    for (int i = 0; i < frame->compared_count; i++) {
        const double value = ghosts_test_at(&ghosts, i, plot_x(plot, column + 1));
        ghosts_legend(frame, i, &box, 0, READING_ROWS + i);
        if (isfinite(value))
            canvas_text(&box, AXIS_READING_WIDTH / 2 + 1, READING_ROWS + i, STYLE_GHOST, "%.*f",
                        digits, value);
    }
}

/* The values at the moment that is shown. */
static void make_title(char title[96], const struct frame *frame, const struct metric *metric,
                       const double smoothed[])
{
    const struct history *history = &frame->snapshot->history;
    const long step = frame_step(frame);
    const struct epoch_metrics *tested = test_at(history, (double)step);
    const int last = history->cell_count - 1, at = cell_of_step(history, (double)step - 1.0);
    const int cell = frame->past != NULL && at < last ? at : last;
    char train[16] = "-", test[16] = "-";

    if (step > 0 && cell >= 0)
        snprintf(train, sizeof train, "%.*f", metric->digits, smoothed[cell]);
    if (tested != NULL)
        snprintf(test, sizeof test, "%.*f", metric->digits, metric->test(tested));
    snprintf(title, 96, "%s train %s %s %s", metric->name, train, frame_test_name(frame), test);
}

static void draw(const struct frame *frame, struct canvas *canvas, const struct metric *metric)
{
    const struct history *history = &frame->snapshot->history;
    double smoothed[HISTORY_CELLS], low, high, from, to;
    struct plot plot;
    char title[96];

    smooth(history, metric, frame->smoothing, smoothed);
    axis_find(frame, &from, &to);
    find_range(frame, metric, smoothed, from, to, &low, &high);
    make_title(title, frame, metric, smoothed);
    struct canvas inside = canvas_box(canvas, title, frame->focus == metric->pane);
    plot_init(&plot, inside, frame->log_scale ? metric->log_scale : PLOT_LINEAR, low, high, from,
              to, axis_unit(frame));
    if (plot.area.width == 0 || plot.area.height == 0)
        return;
    ghosts_draw(&(struct ghosts){frame, metric->train, metric->test}, &plot);
    draw_training(&plot, frame, metric, smoothed);
    for (int i = 0; i < history->epoch_count; i++)
        plot_mark(&plot, axis_x(frame, (double)history->epochs[i].step),
                  metric->test(&history->epochs[i]), STYLE_TEST);
    for (int i = 0; i < history->lr_change_count; i++)
        plot_rule(&plot, axis_x(frame, (double)history->lr_changes[i].step), STYLE_DIM);
    if (frame->past != NULL)
        plot_rule(&plot, axis_x(frame, (double)frame->past->step), STYLE_WARNING);
    const int column = axis_crosshair(frame, &plot);
    if (column >= 0)
        draw_crosshair(&plot, frame, metric, smoothed, column);
    else
        draw_legend(&plot, frame, metric->legend_below);
}

static void draw_loss(const struct frame *frame, struct canvas *canvas)
{
    draw(frame, canvas, &loss_metric);
}

static void draw_accuracy(const struct frame *frame, struct canvas *canvas)
{
    draw(frame, canvas, &accuracy_metric);
}

const struct pane_class pane_loss = {
    .name = "Loss",
    .topic = "Plots",
    .arrows = "read",
    .about =
        "How wrong the network is, batch by batch and, after each epoch, on the test images. Loss "
        "is the cross-entropy: 2.3 is guessing among ten classes, 0 is certainty of the right one. "
        "It should fall fast, then slowly. If training goes on falling while the test rises, the "
        "network learns its images by heart (overfitting).",
    .draw = draw_loss,
    .keys = plot_keys,
    .move = plot_move,
    .back = plot_back,
    .point = plot_point,
};

const struct pane_class pane_accuracy = {
    .name = "Accuracy",
    .topic = "Plots",
    .arrows = "read",
    .about =
        "The share of images that are read right. Near 100 % the interesting part is small, so the "
        "axis is logarithmic in the error: from 90 to 99 is as far as from 99 to 99.9. y makes it "
        "linear.",
    .draw = draw_accuracy,
    .keys = plot_keys,
    .move = plot_move,
    .back = plot_back,
    .point = plot_point,
};
