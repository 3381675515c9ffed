/* Mouse reports, byte by byte. */
#include "check.h"

#include "tui/mouse.h"

static struct mouse_reader reader;
static struct pointer pointer;

/* The result after the report's last byte; the bytes before it ask for more. */
static enum mouse_result result_of(enum mouse_kind kind, const char *bytes)
{
    mouse_begin(&reader, kind);
    for (; bytes[1] != '\0'; bytes++)
        assert_int_equal(mouse_read(&reader, (unsigned char)*bytes, &pointer), MOUSE_MORE);
    enum mouse_result result = mouse_read(&reader, (unsigned char)*bytes, &pointer);
    assert_int_equal(reader.kind, result == MOUSE_MORE ? kind : MOUSE_NONE);
    return result;
}

static void assert_pointer(enum mouse_kind kind, const char *bytes, enum pointer_act act, int x,
                           int y)
{
    assert_int_equal(result_of(kind, bytes), MOUSE_POINTER);
    assert_int_equal(pointer.act, act);
    assert_int_equal(pointer.x, x);
    assert_int_equal(pointer.y, y);
}

static void decimal_reports_are_understood(void **unused)
{
    (void)unused;
    assert_pointer(MOUSE_SGR, "0;1;1M", POINTER_PRESS, 0, 0);
    assert_pointer(MOUSE_SGR, "0;300;120m", POINTER_RELEASE, 299, 119);
    assert_pointer(MOUSE_SGR, "32;12;7M", POINTER_DRAG, 11, 6);
    assert_pointer(MOUSE_SGR, "64;2;3M", POINTER_UP, 1, 2);
    assert_pointer(MOUSE_SGR, "65;2;3M", POINTER_DOWN, 1, 2);
    assert_pointer(MOUSE_SGR, "28;5;5M", POINTER_PRESS, 4, 4); /* with all modifier keys */
}

static void reports_of_three_bytes_are_understood(void **unused)
{
    (void)unused;
    assert_pointer(MOUSE_BYTES, " !!", POINTER_PRESS, 0, 0);
    assert_pointer(MOUSE_BYTES, "#+\xFF", POINTER_RELEASE, 10, 222);
    assert_pointer(MOUSE_BYTES, "@\"#", POINTER_DRAG, 1, 2);
    assert_pointer(MOUSE_BYTES, "`!!", POINTER_UP, 0, 0);
    assert_pointer(MOUSE_BYTES, "a!!", POINTER_DOWN, 0, 0);
}

static void other_buttons_are_ignored(void **unused)
{
    static const char *const decimal[] = {"1;1;1M",  "2;1;1m",   "3;1;1M", "33;1;1M", "35;1;1M",
                                          "66;1;1M", "128;1;1M", "0;0;1M", "0;1;0M"};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(decimal); i++)
        assert_int_equal(result_of(MOUSE_SGR, decimal[i]), MOUSE_IGNORED);
    assert_int_equal(result_of(MOUSE_BYTES, "!!!"), MOUSE_IGNORED);
    assert_int_equal(result_of(MOUSE_BYTES, "  !"), MOUSE_IGNORED); /* columns count from 1 */
}

static void row_64_bytes_that_are_not_a_report_end_it(void **unused)
{
    static const char *const decimal[] = {"x", "0;x", "0;1M", "0;1;1;", "0;1;1\033", "10000", "m"};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(decimal); i++)
        assert_int_equal(result_of(MOUSE_SGR, decimal[i]), MOUSE_INVALID);
    assert_int_equal(result_of(MOUSE_BYTES, "\033"), MOUSE_INVALID);
    mouse_begin(&reader, MOUSE_BYTES);
    assert_int_equal(mouse_read(&reader, 0x101, &pointer), MOUSE_INVALID); /* a key code of
                                                                            * curses */
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(decimal_reports_are_understood),
    cmocka_unit_test(reports_of_three_bytes_are_understood),
    cmocka_unit_test(other_buttons_are_ignored),
    cmocka_unit_test(row_64_bytes_that_are_not_a_report_end_it),
};

CHECK_MAIN(tests)
