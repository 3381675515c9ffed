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
    cmocka_unit_test(row_88_values_that_are_not_finite_are_left_out),
    cmocka_unit_test(old_epochs_are_thinned_out_and_the_newest_are_kept),
    cmocka_unit_test(the_latest_changes_of_the_learning_rate_are_kept),
};

CHECK_MAIN(tests)
