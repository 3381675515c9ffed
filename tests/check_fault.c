/* Which of many values that are not finite is reported as the first. */
#include "check.h"

#include "nn/fault.h"

static struct fault_watch watch;

static int clear(void **unused)
{
    (void)unused;
    fault_clear(&watch);
    return 0;
}

static void assert_first(enum fault_kind kind, int layer)
{
    assert_int_equal(fault_first(&watch).kind, kind);
    assert_int_equal(fault_first(&watch).layer, layer);
}

static void without_a_report_there_is_no_fault(void **unused)
{
    (void)unused;
    assert_first(FAULT_NONE, 0);
    fault_report(&watch, FAULT_OUTPUT, 1);
    fault_clear(&watch);
    assert_first(FAULT_NONE, 0);
}

static void row_86_outputs_come_before_the_loss_and_that_before_gradients(void **unused)
{
    (void)unused;
    fault_report(&watch, FAULT_GRADIENT, 3);
    assert_first(FAULT_GRADIENT, 3);
    fault_report(&watch, FAULT_LOSS, 16);
    assert_first(FAULT_LOSS, 16);
    fault_report(&watch, FAULT_OUTPUT, 14);
    assert_first(FAULT_OUTPUT, 14);
    fault_report(&watch, FAULT_LOSS, 16);
    assert_first(FAULT_OUTPUT, 14);
}

static void row_86_the_first_layer_forward_and_the_last_one_backward_are_reported(void **unused)
{
    (void)unused;
    for (int layer = 0; layer < 4; layer++)
        fault_report(&watch, FAULT_GRADIENT, layer);
    assert_first(FAULT_GRADIENT, 3);
    for (int layer = 4; layer > 1; layer--)
        fault_report(&watch, FAULT_OUTPUT, layer);
    assert_first(FAULT_OUTPUT, 2);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(without_a_report_there_is_no_fault, clear),
    cmocka_unit_test_setup(row_86_outputs_come_before_the_loss_and_that_before_gradients, clear),
    cmocka_unit_test_setup(row_86_the_first_layer_forward_and_the_last_one_backward_are_reported,
                           clear),
};

CHECK_MAIN(tests)
