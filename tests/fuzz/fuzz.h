/*
 * fuzz.h -- shared by the fuzzers.
 *
 * A fuzzer is one function that takes any bytes and must not crash, hang, leak or break a promise
 * of the functions it calls. make fuzz runs it with libFuzzer in a separate build; make check runs
 * it with replay.c on the files of its corpus.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "support/error.h"
#include "support/file.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The fuzzer itself. */
void fuzz_one(const uint8_t *data, size_t size);

/* Calls it, under libFuzzer's name; see entry.c. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process if the promise is broken; libFuzzer or replay.c reports it. */
static inline void fuzz_require(bool kept)
{
    if (!kept)
        abort();
}

/* Every error has a kind, and is one line of text without control bytes. */
static inline void fuzz_require_error(const struct error *error)
{
    fuzz_require(error->kind != ERROR_NONE && error->text[0] != '\0');
    for (const char *at = error->text; *at != '\0'; at++)
        fuzz_require(!iscntrl((unsigned char)*at));
}

static char fuzz_directory_path[PATH_MAX];

/* Removes the scratch directory and its files. */
static inline void fuzz_remove_directory(void)
{
    DIR *directory = opendir(fuzz_directory_path);
    const struct dirent *entry;

    while (directory != NULL && (entry = readdir(directory)) != NULL)
        unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory != NULL)
        closedir(directory);
    rmdir(fuzz_directory_path);
}

/* The path of the scratch directory: in $TMPDIR, or else in memory if the system has a place for
 * that. On a disk the parsers would run a fifth as often. */
static inline const char *fuzz_directory(void)
{
    const char *parent = getenv("TMPDIR");

    if (*fuzz_directory_path != '\0')
        return fuzz_directory_path;
    if (parent == NULL)
        parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(fuzz_directory_path, sizeof fuzz_directory_path, "%s/mnist-tui-fuzz-XXXXXX", parent);
    fuzz_require(mkdtemp(fuzz_directory_path) != NULL);
    atexit(fuzz_remove_directory);
    return fuzz_directory_path;
}

/* Writes these bytes, and `zeros` zero bytes after them, to the file `name` in the scratch
 * directory. The returned path is valid until the next call. */
static inline const char *fuzz_file(const char *name, const uint8_t *data, size_t size,
                                    size_t zeros)
{
    static char path[PATH_MAX + 64];

    snprintf(path, sizeof path, "%s/%s", fuzz_directory(), name);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    fuzz_require(descriptor >= 0 && file_write_all(descriptor, data, size) &&
                 ftruncate(descriptor, (off_t)(size + zeros)) == 0 && close(descriptor) == 0);
    return path;
}

#endif
