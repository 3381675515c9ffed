/*
 * pane_curves.c -- loss and accuracy over the epochs.
 *
 * Training is a line, the mean over a number of batches around each moment, on a band of all
 * batches: the outer band reaches from the smallest to the largest one, the inner one is one
 * standard deviation wide at each side of the mean. Test results are marks at the batch after which
 * they were measured. The title is the legend, and gives the values at the crosshair. Past runs to
 * compare are drawn too, see ghosts.h.
 */
#include "tui/axis.h"
#include "tui/figures.h"
#include "tui/ghosts.h"
#include "tui/legend.h"
#include "tui/plot_keys.h"

#include "nn/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    GHOSTS_WIDTH = 10, /* of the list of past runs */
    GHOST_VALUE_WIDTH = 7,
    FIGURE_HEIGHT = 12, /* from this area on the last test result is drawn large */
    FIGURE_WIDTH = 40,
};

static const double OUTER =
                        0.02, /* share of the batches that may lie beyond each end of the y axis */
    BELOW_MOST = 0.3; /* the axis reaches down to this share of the smallest value of line and
                         tests, on a logarithmic scale */

/* The parts of a title, the least important one last. */
enum { RANK_NAME, RANK_VALUES, RANK_SCALE, RANK_WORDS, RANK_CROSSHAIR_TEST, RANK_SMOOTHING };

/* The differences between the two plots. */
struct metric {
    const char *name;
    enum pane pane;
    enum plot_scale log_scale;
    const char *scale_note; /* for the title, with that scale; NULL: none */
    bool rises;             /* its lower right corner stays empty, not the upper one */
    history_metric *band;
    ghost_metric *train, *test;
    void (*text)(char text[FIGURES_TEXT], double value);
    double low, high; /* the axis when there are no values */
};

/* What is drawn of a metric. */
struct curves {
    const struct frame *frame;
    const struct metric *metric;
    const struct history *history;
    struct history_sums sums;
    struct ghosts ghosts;
    enum plot_scale scale;
};

static double loss_train(const struct epoch_metrics *metrics)
{
    return metrics->train_loss;
}

static double loss_test(const struct epoch_metrics *metrics)
{
    return metrics->test_loss;
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
    .band = history_loss,
    .train = loss_train,
    .test = loss_test,
    .text = figures_number,
    .low = 0.1,
    .high = 2.5,
};
static const struct metric accuracy_metric = {
    .name = "Accuracy %",
    .pane = PANE_ACCURACY,
    .log_scale = PLOT_LOG_ERROR,
    .scale_note = " (log error)",
    .rises = true,
    .band = history_accuracy,
    .train = accuracy_train,
    .test = accuracy_test,
    .text = figures_percent,
    .low = 0.0,
    .high = 100.0,
};

/* ---- values ---- */

/* The cell that contains a step. */
static int cell_of_step(const struct history *history, double step)
{
    return step < 0.0 ? 0 : (int)fmin(step / (double)history->width, HISTORY_CELLS);
}

/* The training curve at x; NaN if the run has not got there yet. */
static double line_at(const struct curves *curves, double x)
{
    const double step = axis_step(curves->frame, x);

    return step >= 0.0 && step <= (double)curves->sums.steps
               ? history_mean_around(&curves->sums, step, curves->frame->smoothing)
               : (double)NAN;
}

/* The last test result at or before x; NaN before the first. */
static double test_at(const struct curves *curves, double x)
{
    const struct epoch_metrics *test =
        history_epoch_at(curves->history, axis_step(curves->frame, x));

    return test != NULL ? curves->metric->test(test) : (double)NAN;
}

/* The batches from one x to another, those of one cell at least. */
static struct band band_between(const struct curves *curves, double from, double to)
{
    const struct history *history = curves->history;
    const int first = cell_of_step(history, axis_step(curves->frame, from));
    const int end = cell_of_step(history, axis_step(curves->frame, to));
    struct band band = {0};

    for (int i = first; (i < end || i == first) && i < history->cell_count; i++)
        history_merge(&band, curves->metric->band(&history->cells[i]));
    return band;
}

/* ---- the y axis ---- */

static int compare_floats(const void *a, const void *b)
{
    const float first = *(const float *)a, second = *(const float *)b;

    return (first > second) - (first < second);
}

/* The middle of the band from a step on, without the share OUTER at each end. */
static void find_band_range(const struct curves *curves, double step, double *low, double *high)
{
    const struct history *history = curves->history;
    float lows[HISTORY_CELLS], highs[HISTORY_CELLS];
    int count = 0;

    for (int i = cell_of_step(history, step); i < history->cell_count; i++) {
        const struct band *band = curves->metric->band(&history->cells[i]);
        if (band->count == 0)
            continue;
        lows[count] = band->min;
        highs[count++] = band->max;
    }
    *low = INFINITY;
    *high = -INFINITY;
    if (count == 0)
        return;
    const int beyond = (int)(OUTER * count);
    qsort(lows, (size_t)count, sizeof lows[0], compare_floats);
    qsort(highs, (size_t)count, sizeof highs[0], compare_floats);
    *low = (double)lows[beyond];
    *high = (double)highs[count - 1 - beyond];
}

/* On a logarithmic scale single batches may come so near to the axis' limit (no loss at all, or 100
 * %) that nothing else would have room. */
static void limit_band(const struct curves *curves, double low, double high, double *band_low,
                       double *band_high)
{
    if (curves->scale == PLOT_LOG)
        *band_low = fmax(*band_low, low * BELOW_MOST);
    else if (curves->scale == PLOT_LOG_ERROR)
        *band_high = fmin(*band_high, 100.0 - (100.0 - high) * BELOW_MOST);
}

/* Of what is drawn from x = from to x = to. */
static void find_range(const struct curves *curves, double from, double to, double *low,
                       double *high)
{
    const struct frame *frame = curves->frame;
    const struct history *history = curves->history;
    const double step = axis_step(frame, from);
    double band_low, band_high;

    *low = INFINITY;
    *high = -INFINITY;
    ghosts_widen(&curves->ghosts, from, to, low, high);
    for (int i = cell_of_step(history, step); i < history->cell_count; i++)
        plot_widen(low, high,
                   history_mean_around(&curves->sums, ((double)i + 0.5) * (double)history->width,
                                       frame->smoothing));
    for (int i = 0; i < history->epoch_count; i++)
        if ((double)history->epochs[i].step >= step)
            plot_widen(low, high, curves->metric->test(&history->epochs[i]));
    find_band_range(curves, step, &band_low, &band_high);
    if (*low <= *high)
        limit_band(curves, *low, *high, &band_low, &band_high);
    plot_widen(low, high, band_low);
    plot_widen(low, high, band_high);
    if (*low > *high) {
        *low = curves->metric->low;
        *high = curves->metric->high;
    }
}

/* ---- drawing ---- */

static void draw_band(const struct curves *curves, struct plot *plot)
{
    for (int column = 0; column < plot->area.width; column++) {
        const struct band band =
            band_between(curves, plot_cell_x(plot, column), plot_cell_x(plot, column + 1));
        const double mean = history_mean(&band), deviation = history_deviation(&band);
        if (band.count > 0)
            plot_band(plot, column,
                      &(struct plot_spread){(double)band.min, (double)band.max, mean - deviation,
                                            mean + deviation});
    }
}

static void draw_line(const struct curves *curves, struct plot *plot)
{
    double before = NAN;

    for (int column = 0; column < plot_columns(plot); column++) {
        const double value = line_at(curves, plot_x(plot, column + 0.5));
        plot_line(plot, column, before, value, STYLE_SMOOTH);
        before = value;
    }
}

/* A list of the past runs in the corner that curves leave empty, with their values at the
 * crosshair. Those that do not fit are counted. */
static void draw_ghosts_list(const struct curves *curves, struct plot *plot)
{
    const struct frame *frame = curves->frame;
    const double crosshair = axis_crosshair(frame);
    const bool reads = isfinite(crosshair);
    const int width = GHOSTS_WIDTH + (reads ? GHOST_VALUE_WIDTH : 0);
    const int count = frame->compared_count;
    const int rows = count < plot->area.height - 1 ? count : plot->area.height - 1;
    const int shown = count > rows ? rows - 1 : count;

    if (plot->area.width < width + GHOSTS_WIDTH || plot->area.height < 4 || count == 0)
        return;
    struct canvas list =
        canvas_inside(&plot->area, plot->area.width - width,
                      curves->metric->rises ? plot->area.height - rows : 0, width, rows);
    canvas_clear(&list);
    for (int i = 0; i < shown; i++) {
        const double value = ghosts_test_at(&curves->ghosts, i, crosshair);
        char text[FIGURES_TEXT];
        ghosts_legend(frame, i, &list, 0, i);
        curves->metric->text(text, value);
        if (reads && isfinite(value))
            canvas_text_right(&list, width, i, STYLE_GHOST, " %s", text);
    }
    if (shown < count)
        canvas_text(&list, 0, shown, STYLE_PLAIN, "and %d more", count - shown);
}

/* The last test result as large as there is room for, if nothing else is there. */
static void draw_figure(const struct curves *curves, struct plot *plot)
{
    const struct metric *metric = curves->metric;
    const struct snapshot *now = curves->frame->snapshot;
    const struct epoch_metrics *test =
        history_epoch_at(curves->history, (double)frame_step(curves->frame));
    const char *word = snapshot_test_name(now->validates)->word;
    char text[FIGURES_TEXT + 1], images[24], caption[80];

    if (test == NULL || plot->area.height < FIGURE_HEIGHT || plot->area.width < FIGURE_WIDTH)
        return;
    metric->text(text, metric->test(test));
    summary_thousands(images, sizeof images, (size_t)test->test_count);
    if (metric->rises)
        snprintf(caption, sizeof caption, "of %s %s images, epoch %d", images, word,
                 test->epoch + 1);
    else
        snprintf(caption, sizeof caption, "%s loss, epoch %d", word, test->epoch + 1);
    if (metric->rises)
        strcat(text, "%");
    const int length = (int)strlen(caption), wide = figures_width(&plot->area, text);
    const int width = length > wide ? length : wide, right = plot->area.width - 2;
    const int y = metric->rises ? plot->area.height - FIGURES_ROWS - 2 : 1;
    if (wide == 0 || !plot_blank(plot, right - width - 1, y, width + 2, FIGURES_ROWS + 1))
        return;
    for (int row = 0; row <= FIGURES_ROWS; row++) /* the grid leaves it out */
        for (int x = right - width - 1; x <= right; x++)
            canvas_put(&plot->area, x, y + row, ' ', STYLE_TEST);
    figures_draw(&plot->area, right - wide, y, STYLE_TEST, text);
    canvas_text_right(&plot->area, right, y + FIGURES_ROWS, STYLE_DIM, "%s", caption);
}

/* ---- the title ---- */

/* A sample of a curve and its value; nothing if there is none. */
static void add_value(const struct curves *curves, struct legend *legend, int rank,
                      enum style style, uint32_t glyph, const char *word, double value)
{
    char text[FIGURES_TEXT];

    if (!isfinite(value))
        return;
    curves->metric->text(text, value);
    legend_add(legend, rank, STYLE_PLAIN, 0, "  ");
    legend_add(legend, rank, style, glyph, " ");
    if (word[0] != '\0')
        legend_add(legend, rank > RANK_WORDS ? rank : RANK_WORDS, STYLE_DIM, 0, "%s ", word);
    legend_add(legend, rank, style, 0, "%s", text);
}

/* The values at the moment that is shown, and those at the crosshair. */
static void draw_title(const struct curves *curves, struct canvas *canvas)
{
    const struct frame *frame = curves->frame;
    const struct metric *metric = curves->metric;
    const bool focused = frame->focus == metric->pane;
    const uint32_t line = plot_line_glyph(canvas->glyphs), mark = plot_mark_glyph(canvas->glyphs);
    const double shown = axis_x(frame, (double)frame_step(frame)), at = axis_crosshair(frame);
    const int rank = isfinite(at) ? RANK_VALUES : RANK_NAME;
    struct legend legend = {0};
    char text[AXIS_TEXT], batches[16];

    legend_add(&legend, RANK_NAME, focused ? STYLE_TITLE : STYLE_BOLD, 0, "%s", metric->name);
    if (curves->scale == metric->log_scale && metric->scale_note != NULL)
        legend_add(&legend, RANK_SCALE, STYLE_DIM, 0, "%s", metric->scale_note);
    const double trained = line_at(curves, shown);
    add_value(curves, &legend, rank, STYLE_SMOOTH, line, "train", trained);
    summary_thousands(batches, sizeof batches, (size_t)frame->smoothing);
    if (isfinite(trained))
        legend_add(&legend, RANK_SMOOTHING, STYLE_DIM, 0, " (mean of %s batches)", batches);
    add_value(curves, &legend, rank, STYLE_TEST, mark, frame_test_name(frame),
              test_at(curves, shown));
    legend.right = true;
    if (isfinite(at)) {
        axis_text(frame, at, text);
        legend_add(&legend, RANK_NAME, STYLE_DIM, 0, "at ");
        legend_add(&legend, RANK_NAME, STYLE_BOLD, 0, "%s", text);
        add_value(curves, &legend, RANK_NAME, STYLE_SMOOTH, line, "", line_at(curves, at));
        add_value(curves, &legend, RANK_CROSSHAIR_TEST, STYLE_TEST, mark, "", test_at(curves, at));
    }
    legend_draw(&legend, canvas);
}

static void draw(const struct frame *frame, struct canvas *canvas, const struct metric *metric)
{
    const struct history *history = &frame->snapshot->history;
    struct curves curves = {
        .frame = frame,
        .metric = metric,
        .history = history,
        .ghosts = {frame, metric->train, metric->test},
        .scale = frame->log_scale ? metric->log_scale : PLOT_LINEAR,
    };
    double low, high, from, to;
    struct plot plot;

    history_sum(&curves.sums, history, metric->band);
    axis_find(frame, &from, &to);
    find_range(&curves, from, to, &low, &high);
    struct canvas inside = canvas_box(canvas, "", frame->focus == metric->pane);
    draw_title(&curves, canvas);
    plot_init(&plot, inside, curves.scale, low, high, from, to, axis_label(frame, metric->pane));
    if (plot.area.width == 0 || plot.area.height == 0)
        return;
    draw_band(&curves, &plot);
    ghosts_draw(&curves.ghosts, &plot);
    draw_line(&curves, &plot);
    for (int i = 0; i < history->epoch_count; i++)
        plot_mark(&plot, axis_x(frame, (double)history->epochs[i].step),
                  metric->test(&history->epochs[i]), STYLE_TEST);
    draw_ghosts_list(&curves, &plot);
    draw_figure(&curves, &plot);
    axis_draw(frame, &plot);
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
