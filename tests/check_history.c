/* A run's metrics in a fixed amount of memory. */
#include "check.h"

#include "train/history.h"

#include <math.h>

static struct history history;

static void few_batches_have_a_cell_each(void **unused)
{
    (void)unused;
    history_init(&history);
    for (int i = 0; i < 10; i++)
        history_add_batch(&history, i, 10.0 * i);
    assert_int_equal(history.cell_count, 10);
    assert_int_equal(history.width, 1);
    assert_true(history_mean(&history.cells[7].loss) == 7.0);
    assert_true(history_mean(&history.cells[7].accuracy) == 70.0);
}

static void many_batches_keep_every_extreme_and_the_mean(void **unused)
{
    const int batches = 18760; /* 20 epochs */
    double sum = 0.0;
    long count = 0;
    float most = 0.0F;
    (void)unused;

    history_init(&history);
    for (int i = 0; i < batches; i++)
        history_add_batch(&history, i == 12345 ? 99.0 : 1.0, 50.0);
    assert_true(history.cell_count <= HISTORY_CELLS && history.cell_count > HISTORY_CELLS / 2);
    for (int i = 0; i < history.cell_count; i++) {
        sum += history.cells[i].loss.sum;
        count += history.cells[i].loss.count;
        most = fmaxf(most, history.cells[i].loss.max);
    }
    assert_int_equal(count, batches);
    assert_true(sum == batches + 98.0);
    assert_true(most == 99.0F);
    assert_true(history.cells[12345 / history.width].loss.max == 99.0F);
}

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g is not %.12g", value, expected);
}

/* Losses of a run: they fall, with noise. */
static double loss_of(int step)
{
    return 0.05 + 2.0 * exp(-step / 300.0) * (1.0 + 0.5 * sin(step * 12.9898));
}

static void fill(int batches)
{
    history_init(&history);
    for (int i = 0; i < batches; i++)
        history_add_batch(&history, loss_of(i), (double)(i % 101));
}

/* The plain twin: all values, cell by cell. */
static void a_cells_mean_and_deviation_are_those_of_its_batches(void **unused)
{
    const int batches = 5003;
    (void)unused;

    fill(batches);
    assert_true(history.width > 1 && batches % history.width != 0);
    for (int i = 0; i < history.cell_count; i++) {
        const int from = i * (int)history.width;
        const int to = from + (int)history.width < batches ? from + (int)history.width : batches;
        double mean = 0.0, square = 0.0;
        for (int step = from; step < to; step++)
            mean += loss_of(step) / (to - from);
        for (int step = from; step < to; step++)
            square += pow(loss_of(step) - mean, 2.0) / (to - from);
        assert_near(history_mean(&history.cells[i].loss), mean, 1e-9);
        assert_near(history_deviation(&history.cells[i].loss), sqrt(square), 1e-6);
    }
    assert_true(isnan(history_deviation(&(struct band){0})));
}

static void equal_values_have_no_deviation(void **unused)
{
    (void)unused;
    history_init(&history);
    for (int i = 0; i < 3000; i++)
        history_add_batch(&history, 0.1, 99.9);
    for (int i = 0; i < history.cell_count; i++)
        assert_near(history_deviation(&history.cells[i].loss), 0.0, 1e-7);
}

static void a_mean_around_a_batch_is_over_half_the_window_before_and_after_it(void **unused)
{
    static struct history_sums sums;
    (void)unused;

    history_init(&history);
    for (int i = 0; i < 100; i++)
        history_add_batch(&history, i, i < 50 ? 0.0 : 100.0);
    history_sum(&sums, &history, history_loss);
    assert_near(history_mean_around(&sums, 50.0, 10.0), 49.5, 1e-9); /* 45 to 54 */
    assert_near(history_mean_around(&sums, 50.0, 1.0), 49.5, 1e-9);
    assert_near(history_mean_around(&sums, 50.5, 1.0), 50.0, 1e-9);
    assert_near(history_mean_around(&sums, 0.0, 10.0), 2.0, 1e-9);    /* 0 to 4 */
    assert_near(history_mean_around(&sums, 100.0, 10.0), 97.0, 1e-9); /* 95 to 99 */
    assert_near(history_mean_around(&sums, 98.0, 10.0), 96.0, 1e-9);  /* 93 to 99 */
    assert_near(history_mean_around(&sums, 40.0, 1e6), 49.5, 1e-9);
    history_sum(&sums, &history, history_accuracy);
    assert_near(history_mean_around(&sums, 50.0, 30.0), 50.0, 1e-9);
    assert_near(history_mean_around(&sums, 55.0, 20.0), 75.0, 1e-9);
}

/* At the ends of cells it is exact; between them within what a cell's values differ. */
static void a_mean_around_a_batch_holds_when_cells_have_many_batches(void **unused)
{
    static struct history_sums sums;
    const int batches = 5003, window = 160;
    (void)unused;

    fill(batches);
    history_sum(&sums, &history, history_loss);
    assert_int_equal(window % (2 * history.width), 0);
    for (int moment = 0; moment <= batches; moment += (int)history.width) {
        double mean = 0.0;
        int count = 0;
        for (int step = moment - window / 2; step < moment + window / 2; step++)
            if (step >= 0 && step < batches) {
                mean += loss_of(step);
                count++;
            }
        assert_near(history_mean_around(&sums, (double)moment, (double)window), mean / count, 1e-9);
    }
}

static void a_mean_leaves_out_batches_without_a_value(void **unused)
{
    static struct history_sums sums;
    (void)unused;

    history_init(&history);
    history_sum(&sums, &history, history_loss);
    assert_true(isnan(history_mean_around(&sums, 0.0, 100.0)));
    for (int i = 0; i < 40; i++)
        history_add_batch(&history, i < 20 ? 1.0 : (double)NAN, 50.0);
    history_sum(&sums, &history, history_loss);
    assert_near(history_mean_around(&sums, 20.0, 10.0), 1.0, 1e-9);
    assert_true(isnan(history_mean_around(&sums, 30.0, 10.0)));
    assert_true(isnan(history_mean_around(&sums, 60.0, 10.0)));
}

static void row_88_values_that_are_not_finite_are_left_out(void **unused)
{
    (void)unused;
    history_init(&history);
    history_add_batch(&history, (double)NAN, 50.0);
    history_add_batch(&history, (double)INFINITY, 50.0);
    assert_int_equal(history.cell_count, 2);
    assert_int_equal(history.cells[0].loss.count, 0);
    assert_true(isnan(history_mean(&history.cells[1].loss)));
    assert_int_equal(history.cells[1].accuracy.count, 1);
}

static void old_epochs_are_thinned_out_and_the_newest_are_kept(void **unused)
{
    (void)unused;
    history_init(&history);
    for (int epoch = 0; epoch < 5000; epoch++) {
        history_add_epoch(&history, &(struct epoch_metrics){.epoch = epoch});
        assert_true(history.epoch_count <= HISTORY_EPOCHS);
        assert_int_equal(history.epochs[history.epoch_count - 1].epoch, epoch);
    }
    for (int i = 1; i < history.epoch_count; i++)
        assert_true(history.epochs[i].epoch > history.epochs[i - 1].epoch);
    assert_true(history.epochs[0].epoch < 2500);
}

static void pulses_are_thinned_out_and_the_newest_is_kept(void **unused)
{
    (void)unused;
    history_init(&history);
    history_add_pulse(&history, &(struct pulse){.step = 0});
    assert_int_equal(history.pulse_count, 0);
    for (int step = 1; step < 5000; step++) {
        history_add_pulse(&history, &(struct pulse){.step = step, .gradient_norm = 1.0F});
        history_add_pulse(&history, &(struct pulse){.step = step, .gradient_norm = 2.0F});
        assert_true(history.pulse_count <= HISTORY_PULSES);
        assert_int_equal(history.pulses[history.pulse_count - 1].step, step);
    }
    for (int i = 0; i < history.pulse_count; i++) {
        assert_true(history.pulses[i].gradient_norm == 1.0F);
        assert_true(i == 0 || history.pulses[i].step > history.pulses[i - 1].step);
    }
    assert_int_equal(history.pulses[0].step, 1);
}

static void the_latest_changes_of_the_learning_rate_are_kept(void **unused)
{
    (void)unused;
    history_init(&history);
    for (int i = 0; i < 3 * HISTORY_LR_CHANGES; i++) {
        history_add_lr(&history, 0.5 * i);
        history_add_batch(&history, 1.0, 50.0);
    }
    assert_int_equal(history.lr_change_count, HISTORY_LR_CHANGES);
    for (int i = 0; i < HISTORY_LR_CHANGES; i++) {
        assert_int_equal(history.lr_changes[i].step, 2 * HISTORY_LR_CHANGES + i);
        assert_true(history.lr_changes[i].lr == 0.5 * (2 * HISTORY_LR_CHANGES + i));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(few_batches_have_a_cell_each),
    cmocka_unit_test(many_batches_keep_every_extreme_and_the_mean),
    cmocka_unit_test(a_cells_mean_and_deviation_are_those_of_its_batches),
    cmocka_unit_test(equal_values_have_no_deviation),
    cmocka_unit_test(a_mean_around_a_batch_is_over_half_the_window_before_and_after_it),
    cmocka_unit_test(a_mean_around_a_batch_holds_when_cells_have_many_batches),
    cmocka_unit_test(a_mean_leaves_out_batches_without_a_value),
    cmocka_unit_test(row_88_values_that_are_not_finite_are_left_out),
    cmocka_unit_test(old_epochs_are_thinned_out_and_the_newest_are_kept),
    cmocka_unit_test(pulses_are_thinned_out_and_the_newest_is_kept),
    cmocka_unit_test(the_latest_changes_of_the_learning_rate_are_kept),
};

CHECK_MAIN(tests)
