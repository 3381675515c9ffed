#include "support/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *kind_of_file(mode_t mode)
{
    return S_ISDIR(mode)    ? "a directory"
           : S_ISFIFO(mode) ? "a FIFO"
           : S_ISSOCK(mode) ? "a socket"
           : S_ISLNK(mode)  ? "a symbolic link"
                            : "a device";
}

/* Says why it could not be opened: of kind `kind` where the path or the file is the reason, else
 * the machine is. */
static int fail_to_open(const char *path, enum error_kind kind, struct error *error)
{
    static const int own_reasons[] = {ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, EACCES, EPERM};
    enum error_kind found = ERROR_SYSTEM;

    for (size_t i = 0; i < sizeof own_reasons / sizeof own_reasons[0]; i++)
        if (errno == own_reasons[i])
            found = kind;
    error_set(error, found, "%s: cannot be opened: %s", path, strerror(errno));
    return -1;
}

int file_open(const char *path, size_t *size, enum error_kind kind, struct error *error)
{
    struct stat status;

    /* Looked at before it is opened: opening a FIFO could block, opening a device could act. */
    if (stat(path, &status) != 0)
        return fail_to_open(path, kind, error);
    if (!S_ISREG(status.st_mode)) {
        error_set(error, kind, "%s: not a file that can be read (expected a regular file, got %s)",
                  path, kind_of_file(status.st_mode));
        return -1;
    }
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return fail_to_open(path, kind, error);
    if (size != NULL)
        *size = (size_t)status.st_size;
    return descriptor;
}

static bool read_all(int descriptor, unsigned char *data, size_t size, size_t *got)
{
    *got = 0;
    while (*got < size) {
        ssize_t count = read(descriptor, data + *got, size - *got);
        if (count == 0)
            break;
        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0)
            *got += (size_t)count;
    }
    return true;
}

unsigned char *file_read(const char *path, size_t limit, size_t *size, enum error_kind kind,
                         struct error *error)
{
    size_t expected;
    int descriptor = file_open(path, &expected, kind, error);

    if (descriptor < 0)
        return NULL;
    unsigned char *data = NULL;
    if (expected > limit) {
        error_set(error, kind, "%s: too large (expected at most %zu bytes, got %zu)", path, limit,
                  expected);
    } else if ((data = malloc(expected + 1)) == NULL) {
        error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it (%zu bytes)", path,
                  expected);
    } else if (!read_all(descriptor, data, expected, size)) {
        error_set(error, ERROR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
        free(data);
        data = NULL;
    }
    close(descriptor);
    return data;
}

/* The name within its directory. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

void file_directory(const char *path, char directory[PATH_MAX])
{
    const int length = (int)(base_name(path) - path);

    if (length == 0)
        strcpy(directory, "./");
    else
        snprintf(directory, PATH_MAX, "%.*s", length, path);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool file_same(const char *a, const char *b)
{
    struct stat status[2];
    char directory[PATH_MAX];
    const bool there = stat(a, &status[0]) == 0;

    if (there != (stat(b, &status[1]) == 0))
        return false;
    if (there)
        return is_same(&status[0], &status[1]);
    if (strcmp(base_name(a), base_name(b)) != 0)
        return false;
    file_directory(a, directory);
    if (stat(directory, &status[0]) != 0)
        return false;
    file_directory(b, directory);
    return stat(directory, &status[1]) == 0 && is_same(&status[0], &status[1]);
}

bool file_write_all(int descriptor, const void *data, size_t size)
{
    const char *at = data;

    while (size > 0) {
        ssize_t count = write(descriptor, at, size);
        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0) {
            at += count;
            size -= (size_t)count;
        }
    }
    return true;
}

bool file_sync(int descriptor)
{
    int result;

    do
        result = fsync(descriptor);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

bool file_sync_directory(const char *directory)
{
    int descriptor = open(directory, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

    if (descriptor < 0)
        return false;
    bool synced = file_sync(descriptor);
    return close(descriptor) == 0 && synced;
}

/* Creates the temporary file with its contents on the disk. False with errno. */
static bool write_new(const char *path, const void *data, size_t size)
{
    if (unlink(path) != 0 && errno != ENOENT) /* a stale one is of no use */
        return false;
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return false;
    bool written = file_write_all(descriptor, data, size) && file_sync(descriptor);
    int saved = errno;
    bool closed = close(descriptor) == 0;
    if (!written)
        errno = saved;
    return written && closed;
}

bool file_replace(const char *directory, const char *name, const void *data, size_t size,
                  struct error *error)
{
    char path[PATH_MAX], temporary[PATH_MAX];
    struct stat status;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (snprintf(temporary, sizeof temporary, "%s/%s.tmp", directory, name) >=
        (int)sizeof temporary) /* the longer one */
        return error_set(error, ERROR_SYSTEM, "%s: the path is too long", directory);
    bool there = lstat(path, &status) == 0;
    if (there && !S_ISREG(status.st_mode))
        return error_set(error, ERROR_SYSTEM,
                         "%s: cannot be replaced (expected a regular file, got %s)", path,
                         kind_of_file(status.st_mode));
    if (there && access(path, W_OK) != 0)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be replaced: %s", path, strerror(errno));
    if (write_new(temporary, data, size) && rename(temporary, path) == 0) {
        if (file_sync_directory(directory))
            return true;
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made durable: %s", directory,
                         strerror(errno));
    }
    int saved = errno;
    unlink(temporary);
    return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", path, strerror(saved));
}
