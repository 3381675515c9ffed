/*
 * check_classes.c -- names of classes: as numbers, from a text, from files; and UTF-8.
 */
#include "check.h"

#include "data/classes.h"
#include "support/utf8.h"

static char scratch[PATH_MAX];

static int set_up(void **unused)
{
    (void)unused;
    check_scratch(scratch);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    check_scratch_remove(scratch);
    return 0;
}

static const char *written(const char *text, size_t size)
{
    static char path[2 * PATH_MAX];

    snprintf(path, sizeof path, "%s/names", scratch);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return path;
}

typedef bool read_function(struct classes *classes, const char *path, struct error *error);

static void expect_names(read_function *read, const char *text, const char *const *names, int count)
{
    struct classes classes;
    struct error error = {0};

    if (!read(&classes, written(text, strlen(text)), &error))
        fail_msg("'%s' was refused: %s", text, error.text);
    assert_int_equal(classes.count, count);
    assert_true(classes.named);
    for (int k = 0; k < count; k++)
        assert_string_equal(classes.names[k], names[k]);
    classes_fini(&classes);
}

static void expect_refused(read_function *read, const char *text, size_t size, const char *words)
{
    struct classes classes;
    struct error error = {0};

    if (read(&classes, written(text, size), &error))
        fail_msg("'%s' was read", text);
    assert_int_equal(error.kind, ERROR_DATA);
    if (strstr(error.text, words) == NULL)
        fail_msg("'%s' gives '%s'", text, error.text);
    assert_null(classes.names);
}

static void classes_without_names_are_numbers(void **unused)
{
    struct classes classes;
    struct error error;
    (void)unused;

    assert_true(classes_number(&classes, CLASSES_MAX, &error));
    assert_int_equal(classes.count, CLASSES_MAX);
    assert_false(classes.named);
    assert_string_equal(classes.names[0], "0");
    assert_string_equal(classes.names[255], "255");
    classes_fini(&classes);
    assert_null(classes.names);
}

static void a_line_is_a_name(void **unused)
{
    static const char *const names[] = {"a b", "\u304A", "T-shirt/top"};
    (void)unused;

    expect_names(classes_read, "a b\n\u304A\nT-shirt/top\n", names, 3);
    expect_names(classes_read, "a b\r\n\u304A\r\nT-shirt/top", names, 3);
}

static void lines_that_are_no_names_are_refused(void **unused)
{
    char text[2 * CLASS_NAME_MAX] = "a\n";
    (void)unused;

    expect_refused(classes_read, "", 0, "wrong number of classes (expected 2 to 256, got 0)");
    expect_refused(classes_read, "a\n", 2, "wrong number of classes (expected 2 to 256, got 1)");
    expect_refused(classes_read, "a\n\nb\n", 5, "line 2 is no name");
    expect_refused(classes_read, "a\nb\tc\n", 6, "line 2 is no name");
    expect_refused(classes_read, "\xff\nb\n", 4, "line 1 is no name");
    expect_refused(classes_read, "a\n\xc2\x9b\n", 5, "line 2 is no name"); /* a C1 control */
    expect_refused(classes_read, "a\0b\n", 4, "is no text");
    memset(text + 2, 'x', CLASS_NAME_MAX + 1);
    expect_refused(classes_read, text, strlen(text), "line 2 is no name");
}

static void a_mapping_names_labels(void **unused)
{
    static const char *const names[] = {"0", "A", "\u00DF", "z"};
    (void)unused;

    expect_names(classes_read_mapping, "3 122\n1 65 97\n2 223\n", names, 4);
    expect_refused(classes_read_mapping, "0 65\n0 66\n", 10, "line 2 maps a label again");
    expect_refused(classes_read_mapping, "0 65\n1\n", 7, "line 2 is no mapping");
    expect_refused(classes_read_mapping, "256 65\n", 7, "line 1 is no mapping");
    expect_refused(classes_read_mapping, "0 7\n", 4, "line 1 is no mapping");
    expect_refused(classes_read_mapping, "0 99999999999999999999\n", 23, "line 1 is no mapping");
    expect_refused(classes_read_mapping, "0 65\n", 5, "wrong number of classes");
}

/* Every character is read as it is written; every other number is written as '?'. */
static void utf8_is_read_as_written(void **unused)
{
    char bytes[UTF8_SIZE];
    uint32_t read;
    (void)unused;

    for (uint32_t number = 0; number < 0x120000; number++) {
        const bool valid = number > 0 && number < 0x110000 && (number < 0xD800 || number > 0xDFFF);
        const int length = utf8_write(bytes, number);
        assert_int_equal(utf8_read(bytes, &read), length);
        assert_int_equal(read, valid ? number : '?');
        assert_int_equal(bytes[length], 0);
    }
}

/* RFC 3629, section 4. */
static void what_is_no_utf8_is_refused(void **unused)
{
    static const char *const texts[] = {"",
                                        "\x80",
                                        "\xC0\x80",
                                        "\xC1\xBF",
                                        "\xC3",
                                        "\xC3(",
                                        "\xE0\x9F\xBF",
                                        "\xED\xA0\x80",
                                        "\xE2\x82",
                                        "\xF0\x8F\xBF\xBF",
                                        "\xF4\x90\x80\x80",
                                        "\xF8\x88\x80\x80",
                                        "\xFE"};
    uint32_t character;
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(texts); i++)
        if (utf8_read(texts[i], &character) != 0)
            fail_msg("text %d was read as %u", i, (unsigned int)character);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(classes_without_names_are_numbers),
    TEST(a_line_is_a_name),
    TEST(lines_that_are_no_names_are_refused),
    TEST(a_mapping_names_labels),
    TEST(utf8_is_read_as_written),
    TEST(what_is_no_utf8_is_refused),
};

CHECK_MAIN(tests)
