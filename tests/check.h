/*
 * check.h -- what every C test includes: cmocka, and where the tests find files.
 *
 * A test program is a list of named tests and CHECK_MAIN; it prints TAP. Tests find the source tree
 * through the environment that make check sets, and work on scratch files in a directory of their
 * own.
 */
#ifndef CHECK_H
#define CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK_COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* Defines main for a static array of CMUnitTest. */
#define CHECK_MAIN(tests)                                                                          \
    int main(void)                                                                                 \
    {                                                                                              \
        cmocka_set_message_output(CM_OUTPUT_TAP);                                                  \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

/* The path of a file in the source tree: check_source(path, "tests/reference/losses.csv"). */
static inline const char *check_source(char path[PATH_MAX], const char *name)
{
    const char *root = getenv("SRCDIR");

    snprintf(path, PATH_MAX, "%s/%s", root != NULL ? root : ".", name);
    return path;
}

/* Makes an empty scratch directory; check_scratch_remove removes it with everything in it. */
static inline const char *check_scratch(char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/mnist-tui-check-XXXXXX",
             getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
    assert_non_null(mkdtemp(path));
    return path;
}

static inline void check_scratch_remove(const char *path)
{
    char command[PATH_MAX + 16];

    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

#endif
