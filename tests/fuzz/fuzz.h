/*
 * fuzz.h -- what the fuzzers share.
 *
 * A fuzzer is one function that takes any bytes and must not crash, hang, leak or break a promise
 * of what it calls. make fuzz drives it with libFuzzer, in a build of its own; make check with
 * replay.c over the files of its corpus.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "support/error.h"
#include "support/file.h"

#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The fuzzer itself. */
void fuzz_one(const uint8_t *data, size_t size);

/* The way to it, by libFuzzer's name; see entry.c. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, for libFuzzer and replay.c to report, unless the promise is kept. */
static inline void fuzz_require(bool kept)
{
    if (!kept)
        abort();
}

/* What any error must be: of a kind of its own, and one line of text without control bytes. */
static inline void fuzz_require_error(const struct error *error)
{
    fuzz_require(error->kind != ERROR_NONE && error->text[0] != '\0');
    for (const char *at = error->text; *at != '\0'; at++)
        fuzz_require(!iscntrl((unsigned char)*at));
}

static char fuzz_path[PATH_MAX];

static inline void fuzz_remove_file(void)
{
    unlink(fuzz_path);
}

/* A new file in $TMPDIR, or else in memory where the system has a directory for that: on a disk the
 * parsers would run a fifth as often. */
static inline int fuzz_open_file(void)
{
    const char *directory = getenv("TMPDIR");

    if (directory == NULL)
        directory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(fuzz_path, sizeof fuzz_path, "%s/mnist-tui-fuzz-XXXXXX", directory);
    int descriptor = mkstemp(fuzz_path);
    fuzz_require(descriptor >= 0);
    atexit(fuzz_remove_file);
    return descriptor;
}

/* The path of a scratch file that holds these bytes, with `zeros` zero bytes behind them; the next
 * call overwrites it. */
static inline const char *fuzz_file(const uint8_t *data, size_t size, size_t zeros)
{
    static int descriptor = -1;

    if (descriptor < 0)
        descriptor = fuzz_open_file();
    fuzz_require(ftruncate(descriptor, 0) == 0 && lseek(descriptor, 0, SEEK_SET) == 0 &&
                 file_write_all(descriptor, data, size) &&
                 ftruncate(descriptor, (off_t)(size + zeros)) == 0);
    return fuzz_path;
}

#endif
