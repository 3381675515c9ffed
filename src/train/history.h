/*
 * history.h -- the metrics of a whole run in bounded memory.
 *
 * Each cell covers the same number of batches. When all cells are used, neighbours are merged and
 * the width doubles. A cell keeps the minimum, the maximum, and the sums of its values and of their
 * squares, so no spike is lost in a long run. Epochs are kept one by one; when there are too many,
 * every second one of the older half is dropped, and so it is with pulses. Only the newest changes
 * of the learning rate are kept. All of it is plain data: copy it freely.
 *
 * Threads: no locks; the trainer writes, readers have their own copies (see trainer.h).
 */
#ifndef TRAIN_HISTORY_H
#define TRAIN_HISTORY_H

enum {
    HISTORY_CELLS = 1024,
    HISTORY_EPOCHS = 512,
    HISTORY_LR_CHANGES = 64,
    HISTORY_PULSES = 512,
};

/* One metric over the batches of a cell. NaN and infinite values are not counted. */
struct band {
    float min, max;
    double sum, squares; /* of the values, and of their squares */
    int count;           /* finite values; 0: the other members mean nothing */
};

struct history_cell {
    struct band loss;     /* of the batch, before its update */
    struct band accuracy; /* of the batch, percent */
};

struct epoch_metrics {
    int epoch;                         /* from 0 */
    long step;                         /* batches since the run's start, at the epoch's end */
    double train_loss, train_accuracy; /* means over the epoch's images as they were trained on */
    double test_loss, test_accuracy;   /* over the whole test set, at the epoch's end */
    int test_correct, test_count;
    double last_loss;                  /* of the epoch's last batch */
    double seconds, images_per_second; /* of training, without pauses and the test pass */
};

struct lr_change {
    long step; /* batches trained before the change */
    double lr; /* the new rate */
};

/* What single batches, here and there in the run, did to all the weights. */
struct pulse {
    long step;           /* batches trained until then, with this one */
    float update_ratio;  /* norm of the update, divided by the norm of the weights */
    float gradient_norm; /* of the batch */
};

struct history {
    long steps; /* batches recorded */
    long width; /* batches per cell, a power of two */
    int cell_count;
    struct history_cell cells[HISTORY_CELLS];
    int epoch_count;
    struct epoch_metrics epochs[HISTORY_EPOCHS]; /* oldest first */
    int lr_change_count;
    struct lr_change lr_changes[HISTORY_LR_CHANGES]; /* oldest first */
    int pulse_count;
    struct pulse pulses[HISTORY_PULSES]; /* oldest first */
};

void history_init(struct history *history);

/* Records the next batch: its loss and its accuracy in percent; NaN if unknown. */
void history_add_batch(struct history *history, double loss, double accuracy);

/* Records an epoch's end. */
void history_add_epoch(struct history *history, const struct epoch_metrics *metrics);

/* Records that the learning rate changes with the next batch. */
void history_add_lr(struct history *history, double lr);

/* Records a pulse; nothing if no batch has been trained since the last one. */
void history_add_pulse(struct history *history, const struct pulse *pulse);

/* A band's mean, and its standard deviation; NaN if it is empty. */
double history_mean(const struct band *band);
double history_deviation(const struct band *band);

/* Adds the values of `from` to `into`, which must be another band. */
void history_merge(struct band *into, const struct band *from);

/* The last epoch that had ended at a step; NULL before the first. */
const struct epoch_metrics *history_epoch_at(const struct history *history, double step);

/* ---- means over any batches ---- */

/* Gives one metric of a cell. */
typedef const struct band *history_metric(const struct history_cell *cell);

history_metric history_loss, history_accuracy;

/* A metric's sums from the run's start to each end of a cell. */
struct history_sums {
    long steps, width; /* as in the history */
    int cell_count;
    double sum[HISTORY_CELLS + 1]; /* of the cells before cell i */
    double count[HISTORY_CELLS + 1];
};

void history_sum(struct history_sums *sums, const struct history *history, history_metric *metric);

/* The mean over `window` batches around a moment, half of them before it; near the run's start and
 * its newest batch, over those of them that there are. The moment is a number of batches. Values
 * count as spread evenly over their cell. NaN if none of the batches has a value. */
double history_mean_around(const struct history_sums *sums, double moment, double window);

#endif
