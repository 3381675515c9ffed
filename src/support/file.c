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

enum error_kind file_kind(int problem, enum error_kind kind)
{
    static const int own_reasons[] = {ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, EACCES, EPERM};

    for (size_t i = 0; i < sizeof own_reasons / sizeof own_reasons[0]; i++)
        if (problem == own_reasons[i])
            return kind;
    return ERROR_SYSTEM;
}

static int fail_to_open(const char *path, enum error_kind kind, struct error *error)
{
    error_set(error, file_kind(errno, kind), "%s: cannot be opened: %s", path, strerror(errno));
    return -1;
}

bool directory_search(struct directory *directory, const char *path)
{
#ifdef O_PATH
    const int access = O_PATH;
#else
    const int access = O_RDONLY;
#endif

    *directory = (struct directory){open(path, access | O_DIRECTORY | O_CLOEXEC), path};
    return directory->descriptor >= 0;
}

void directory_close(const struct directory *directory)
{
    close(directory->descriptor);
}

void file_path(char path[FILE_PATH_SIZE], const struct directory *directory, const char *name)
{
    if (directory->path == NULL)
        snprintf(path, FILE_PATH_SIZE, "%s", name);
    else
        snprintf(path, FILE_PATH_SIZE, "%s/%s", directory->path, name);
}

int file_open_in(const struct directory *directory, const char *name, size_t *size,
                 enum error_kind kind, struct error *error)
{
    char path[FILE_PATH_SIZE];
    struct stat status;

    file_path(path, directory, name);
    /* Check the type before opening: a FIFO could block, opening a device could have effects. */
    if (fstatat(directory->descriptor, name, &status, 0) != 0)
        return fail_to_open(path, kind, error);
    if (!S_ISREG(status.st_mode)) {
        error_set(error, kind, "%s: not a file that can be read (expected a regular file, got %s)",
                  path, kind_of_file(status.st_mode));
        return -1;
    }
    int descriptor =
        openat(directory->descriptor, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return fail_to_open(path, kind, error);
    if (size != NULL)
        *size = (size_t)status.st_size;
    return descriptor;
}

int file_open(const char *path, size_t *size, enum error_kind kind, struct error *error)
{
    return file_open_in(&FILE_HERE, path, size, kind, error);
}

bool file_read_all(int descriptor, void *data, size_t size, size_t *got)
{
    unsigned char *to = data;

    *got = 0;
    while (*got < size) {
        ssize_t count = read(descriptor, to + *got, size - *got);
        if (count == 0)
            break;
        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0)
            *got += (size_t)count;
    }
    return true;
}

unsigned char *file_read_in(const struct directory *directory, const char *name, size_t limit,
                            size_t *size, enum error_kind kind, struct error *error)
{
    size_t expected;
    int descriptor = file_open_in(directory, name, &expected, kind, error);
    char path[FILE_PATH_SIZE];

    if (descriptor < 0)
        return NULL;
    unsigned char *data = NULL;
    file_path(path, directory, name);
    if (expected > limit) {
        error_set(error, kind, "%s: too large (expected at most %zu bytes, got %zu)", path, limit,
                  expected);
    } else if ((data = malloc(expected + 1)) == NULL) {
        error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it (%zu bytes)", path,
                  expected);
    } else if (!file_read_all(descriptor, data, expected, size)) {
        error_set(error, ERROR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
        free(data);
        data = NULL;
    }
    close(descriptor);
    return data;
}

unsigned char *file_read(const char *path, size_t limit, size_t *size, enum error_kind kind,
                         struct error *error)
{
    return file_read_in(&FILE_HERE, path, limit, size, kind, error);
}

/* The part of the path after the last slash. */
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

bool file_sync_directory(const struct directory *directory, const char *name)
{
    int descriptor = openat(directory->descriptor, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

    if (descriptor < 0)
        return false;
    bool synced = file_sync(descriptor);
    return close(descriptor) == 0 && synced;
}

/* Creates a file and syncs its contents to the disk. False with errno. */
static bool write_new(int directory, const char *name, file_writer *write, void *argument)
{
    if (unlinkat(directory, name, 0) != 0 && errno != ENOENT) /* a stale one is of no use */
        return false;
    int descriptor = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return false;
    bool written = write(argument, descriptor) && file_sync(descriptor);
    int saved = errno;
    bool closed = close(descriptor) == 0;
    if (!written)
        errno = saved;
    return written && closed;
}

/* True if the file does not exist or may be replaced. */
static bool check_replaceable(const struct directory *directory, const char *name, const char *path,
                              struct error *error)
{
    struct stat status;

    if (fstatat(directory->descriptor, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_SYSTEM,
                         "%s: cannot be replaced (expected a regular file, got %s)", path,
                         kind_of_file(status.st_mode));
    if (faccessat(directory->descriptor, name, W_OK, 0) != 0)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be replaced: %s", path, strerror(errno));
    return true;
}

bool file_replace_with(const struct directory *directory, const char *name, file_writer *write,
                       void *argument, struct error *error)
{
    const int in = directory->descriptor;
    char path[FILE_PATH_SIZE], temporary[PATH_MAX];

    file_path(path, directory, name);
    if (snprintf(temporary, sizeof temporary, "%s.tmp", name) >= (int)sizeof temporary)
        return error_set(error, ERROR_SYSTEM, "%s: the path is too long", path);
    if (!check_replaceable(directory, name, path, error))
        return false;
    if (write_new(in, temporary, write, argument) && renameat(in, temporary, in, name) == 0) {
        if (file_sync_directory(directory, "."))
            return true;
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made durable: %s",
                         directory->path != NULL ? directory->path : ".", strerror(errno));
    }
    int saved = errno;
    unlinkat(in, temporary, 0);
    return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", path, strerror(saved));
}

struct bytes {
    const void *data;
    size_t size;
};

static bool write_bytes(void *argument, int descriptor)
{
    const struct bytes *bytes = argument;

    return file_write_all(descriptor, bytes->data, bytes->size);
}

bool file_replace(const struct directory *directory, const char *name, const void *data,
                  size_t size, struct error *error)
{
    struct bytes bytes = {data, size};

    return file_replace_with(directory, name, write_bytes, &bytes, error);
}
