#include "train/history.h"

#include <assert.h>
#include <math.h>
#include <string.h>

void history_init(struct history *history)
{
    memset(history, 0, sizeof *history); /* too large for a temporary on the stack */
    history->width = 1;
}

double history_mean(const struct band *band)
{
    return band->count > 0 ? band->sum / band->count : (double)NAN;
}

double history_deviation(const struct band *band)
{
    const double mean = history_mean(band);

    /* Rounding may leave a little less than 0. */
    return band->count > 0 ? sqrt(fmax(band->squares / band->count - mean * mean, 0.0))
                           : (double)NAN;
}

void history_merge(struct band *into, const struct band *from)
{
    assert(into != from);
    if (from->count == 0)
        return;
    if (into->count == 0) {
        *into = *from;
        return;
    }
    into->min = fminf(into->min, from->min);
    into->max = fmaxf(into->max, from->max);
    into->sum += from->sum;
    into->squares += from->squares;
    into->count += from->count;
}

static void add_value(struct band *band, double value)
{
    if (isfinite(value))
        history_merge(band, &(struct band){(float)value, (float)value, value, value * value, 1});
}

/* Merges neighbouring cells, so that half of them are free. */
static void halve_cells(struct history *history)
{
    for (int i = 0; i < HISTORY_CELLS / 2; i++) {
        struct history_cell merged = history->cells[2 * i];
        history_merge(&merged.loss, &history->cells[2 * i + 1].loss);
        history_merge(&merged.accuracy, &history->cells[2 * i + 1].accuracy);
        history->cells[i] = merged;
    }
    for (int i = HISTORY_CELLS / 2; i < HISTORY_CELLS; i++)
        history->cells[i] = (struct history_cell){0};
    history->cell_count = HISTORY_CELLS / 2;
    history->width *= 2;
}

void history_add_batch(struct history *history, double loss, double accuracy)
{
    assert(history->width > 0); /* history_init has been called */
    assert(history->steps <= history->width * HISTORY_CELLS);
    if (history->steps == history->width * HISTORY_CELLS)
        halve_cells(history);
    struct history_cell *cell = &history->cells[history->steps / history->width];
    add_value(&cell->loss, loss);
    add_value(&cell->accuracy, accuracy);
    history->steps++;
    history->cell_count = (int)((history->steps + history->width - 1) / history->width);
}

/* Makes room in a full array of `count` elements, a multiple of four: drops every second one of the
 * older half. Returns how many are left. */
static int thin_out(void *elements, int count, size_t size)
{
    char *bytes = elements;

    for (int i = 1; i < count / 4; i++)
        memcpy(bytes + (size_t)i * size, bytes + (size_t)(2 * i) * size, size);
    memmove(bytes + (size_t)(count / 4) * size, bytes + (size_t)(count / 2) * size,
            (size_t)(count / 2) * size);
    return count - count / 4;
}

void history_add_epoch(struct history *history, const struct epoch_metrics *metrics)
{
    if (history->epoch_count == HISTORY_EPOCHS)
        history->epoch_count = thin_out(history->epochs, HISTORY_EPOCHS, sizeof *metrics);
    history->epochs[history->epoch_count++] = *metrics;
}

void history_add_pulse(struct history *history, const struct pulse *pulse)
{
    const int count = history->pulse_count;

    if (pulse->step <= (count > 0 ? history->pulses[count - 1].step : 0))
        return;
    if (count == HISTORY_PULSES)
        history->pulse_count = thin_out(history->pulses, HISTORY_PULSES, sizeof *pulse);
    history->pulses[history->pulse_count++] = *pulse;
}

void history_add_lr(struct history *history, double lr)
{
    if (history->lr_change_count == HISTORY_LR_CHANGES) {
        for (int i = 1; i < HISTORY_LR_CHANGES; i++)
            history->lr_changes[i - 1] = history->lr_changes[i];
        history->lr_change_count--;
    }
    history->lr_changes[history->lr_change_count++] = (struct lr_change){history->steps, lr};
}

const struct epoch_metrics *history_epoch_at(const struct history *history, double step)
{
    const struct epoch_metrics *found = NULL;

    for (int i = 0; i < history->epoch_count && (double)history->epochs[i].step <= step; i++)
        found = &history->epochs[i];
    return found;
}

const struct band *history_loss(const struct history_cell *cell)
{
    return &cell->loss;
}

const struct band *history_accuracy(const struct history_cell *cell)
{
    return &cell->accuracy;
}

void history_sum(struct history_sums *sums, const struct history *history, history_metric *metric)
{
    sums->steps = history->steps;
    sums->width = history->width;
    sums->cell_count = history->cell_count;
    sums->sum[0] = sums->count[0] = 0.0;
    for (int i = 0; i < history->cell_count; i++) {
        const struct band *band = metric(&history->cells[i]);
        sums->sum[i + 1] = sums->sum[i] + band->sum;
        sums->count[i + 1] = sums->count[i] + band->count;
    }
}

/* The sum and the number of values of the batches before a moment that is on the history. */
static void sum_before(const struct history_sums *sums, double moment, double *sum, double *count)
{
    const double width = (double)sums->width;
    const int last = sums->cell_count - 1;
    const int i = moment / width < last ? (int)(moment / width) : last; /* its cell */
    const double start = width * i, end = fmin(start + width, (double)sums->steps);
    const double share = (moment - start) / (end - start);

    *sum = sums->sum[i] + share * (sums->sum[i + 1] - sums->sum[i]);
    *count = sums->count[i] + share * (sums->count[i + 1] - sums->count[i]);
}

double history_mean_around(const struct history_sums *sums, double moment, double window)
{
    const double none = 1e-6; /* of a value, and less: rounding */
    const double from = fmax(moment - window / 2.0, 0.0);
    const double to = fmin(moment + window / 2.0, (double)sums->steps);
    double sums_before[2], counts[2];

    if (!(from < to))
        return (double)NAN;
    sum_before(sums, from, &sums_before[0], &counts[0]);
    sum_before(sums, to, &sums_before[1], &counts[1]);
    return counts[1] - counts[0] > none
               ? (sums_before[1] - sums_before[0]) / (counts[1] - counts[0])
               : (double)NAN;
}
