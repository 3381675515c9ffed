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
    into->count += from->count;
}

static void add_value(struct band *band, double value)
{
    if (isfinite(value))
        history_merge(band, &(struct band){(float)value, (float)value, value, 1});
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

void history_add_epoch(struct history *history, const struct epoch_metrics *metrics)
{
    if (history->epoch_count == HISTORY_EPOCHS) {
        for (int i = 0; i < HISTORY_EPOCHS / 4; i++) /* drop every second one of the older half */
            history->epochs[i] = history->epochs[2 * i];
        for (int i = HISTORY_EPOCHS / 2; i < HISTORY_EPOCHS; i++)
            history->epochs[i - HISTORY_EPOCHS / 4] = history->epochs[i];
        history->epoch_count -= HISTORY_EPOCHS / 4;
    }
    history->epochs[history->epoch_count++] = *metrics;
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
