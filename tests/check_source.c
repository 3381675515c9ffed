/*
 * check_source.c -- which files are taken for a data set's.
 */
#include "check.h"

#include "data/known.h"
#include "data/source.h"

static char scratch[PATH_MAX];
static struct source source;

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

static void touch(const char *name)
{
    char path[2 * PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", scratch, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

static void expect_file(enum source_file file, const char *name)
{
    const size_t length = strlen(scratch);

    assert_int_equal(strncmp(source.path[file], scratch, length), 0);
    assert_string_equal(source.path[file] + length + 1, name);
}

/* The four files are found under all of their names. */
static void every_form_of_a_name_is_found(void **unused)
{
    static const char *const prefixes[] = {"", "emnist-balanced-", "my-own-set-"};
    static const char *const tests[] = {"t10k", "test"};
    static const char *const labels[] = {"-labels-idx1-ubyte", "-labels.idx1-ubyte",
                                         "-labels-idx2-int"};
    static const char *const ends[] = {"", ".gz"};
    struct error error;
    (void)unused;

    for (int form = 0; form < 36; form++) {
        const char *prefix = prefixes[form % 3], *test = tests[form / 3 % 2],
                   *end = ends[form / 6 % 2], *label = labels[form / 12];
        char names[SOURCE_FILES][100], path[2 * PATH_MAX];
        for (int file = 0; file < SOURCE_FILES; file++) {
            snprintf(names[file], sizeof names[file], "%s%s%s%s", prefix, file < 2 ? "train" : test,
                     file % 2 == 0 ? "-images-idx3-ubyte" : label, end);
            touch(names[file]);
        }
        if (!source_search(&source, scratch, NULL, &error))
            fail_msg("%s", error.text);
        assert_int_equal(source.sideways, form % 3 == 1);
        for (int file = 0; file < SOURCE_FILES; file++) {
            expect_file((enum source_file)file, names[file]);
            snprintf(path, sizeof path, "%s/%s", scratch, names[file]);
            assert_int_equal(unlink(path), 0);
        }
    }
}

static void other_files_are_passed_over(void **unused)
{
    static const char *const names[] = {"train-images-idx3-ubyte.gz.tmp",
                                        "xtrain-images-idx3-ubyte",
                                        "qmnist-test10k-labels-idx2-int.gz",
                                        "train-images-idx1-ubyte",
                                        "train-labels-idx3-ubyte",
                                        "images-idx3-ubyte",
                                        "classes"};
    struct error error;
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(names); i++)
        touch(names[i]);
    assert_false(source_exists(scratch, NULL));
    assert_true(source_search(&source, scratch, NULL, &error));
    expect_file(SOURCE_TEST_LABELS, "t10k-labels-idx1-ubyte.gz"); /* the usual name */
    assert_string_equal(source.classes, "");
}

/* Only files with exactly this prefix count. */
static void a_prefix_chooses_a_set(void **unused)
{
    struct error error;
    (void)unused;

    touch("emnist-train-images-idx3-ubyte");
    touch("emnist-digits-train-images-idx3-ubyte");
    touch("emnist-digits-mapping.txt");
    assert_false(source_search(&source, scratch, NULL, &error));
    assert_int_equal(error.kind, ERROR_DATA);
    assert_true(source_search(&source, scratch, "emnist", &error));
    expect_file(SOURCE_TRAIN_IMAGES, "emnist-train-images-idx3-ubyte");
    assert_true(source_search(&source, scratch, "emnist-digits", &error));
    expect_file(SOURCE_TRAIN_IMAGES, "emnist-digits-train-images-idx3-ubyte");
    expect_file(SOURCE_TEST_IMAGES, "emnist-digits-t10k-images-idx3-ubyte.gz");
    assert_true(source.mapping);
    assert_false(source_exists(scratch, "digits"));
}

static void every_known_set_has_a_name_and_an_origin(void **unused)
{
    int count = 0;
    (void)unused;

    for (; known_name(count) != NULL; count++) {
        assert_true(strlen(known_purpose(count)) > 0 && strlen(known_origin(count)) > 0);
        assert_int_equal(strspn(known_name(count), "abcdefghijklmnopqrstuvwxyz-"),
                         strlen(known_name(count)));
    }
    assert_int_equal(count, 10);
}

/* A directory of that name comes first. */
static void a_directory_hides_a_known_set(void **unused)
{
    char before[PATH_MAX];
    struct error error;
    (void)unused;

    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(scratch), 0);
    assert_int_equal(setenv("MNIST_TUI_DATA", "/nowhere", 1), 0);
    assert_int_equal(setenv("XDG_DATA_HOME", "/nowhere", 1), 0);
    assert_false(known_resolve(&source, "kmnist", &error));
    assert_int_equal(system("mkdir kmnist"), 0);
    assert_true(known_resolve(&source, "kmnist", &error));
    assert_string_equal(source.path[0], "kmnist/train-images-idx3-ubyte.gz");
    assert_null(source.names);
    assert_int_equal(chdir(before), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(every_form_of_a_name_is_found), TEST(other_files_are_passed_over),
    TEST(a_prefix_chooses_a_set),        TEST(every_known_set_has_a_name_and_an_origin),
    TEST(a_directory_hides_a_known_set),
};

CHECK_MAIN(tests)
