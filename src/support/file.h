/*
 * file.h -- whole files, safely: read one with a bound, replace one so that a crash at any moment
 * leaves the old contents or the new, never a mixture.
 *
 * What belongs to one directory is found through its descriptor. So all of it stays together when
 * the directory is moved, and when another one takes its name.
 *
 * Messages name the path as the user wrote it. Any thread may call these.
 */
#ifndef SUPPORT_FILE_H
#define SUPPORT_FILE_H

#include "support/error.h"

#include <fcntl.h>
#include <limits.h>
#include <stddef.h>

/* An open directory, and its path as the user wrote it, which is for messages alone. The path is
 * the caller's. */
struct directory {
    int descriptor;
    const char *path;
};

/* The directory that the process works in; the names of files in it are paths. */
static const struct directory FILE_HERE = {AT_FDCWD, NULL};

enum { FILE_PATH_SIZE = 4096 + 256 }; /* the longest path of a directory, and a name */

/* Opens a directory to read files in it, which takes the permission to search it alone; it cannot
 * be locked or synced. Release it with directory_close(). False with errno. */
bool directory_search(struct directory *directory, const char *path);
void directory_close(const struct directory *directory);

/* Why something could not be opened, by the errno: `kind` when the path or the file is the reason,
 * ERROR_SYSTEM when the machine is (no descriptors, a broken disk). */
enum error_kind file_kind(int problem, enum error_kind kind);

/* The path of a directory's file, for messages; it is cut when it is too long. */
void file_path(char path[FILE_PATH_SIZE], const struct directory *directory, const char *name);

/* Opens a directory's file for reading if it is a regular file, or a link to one; never blocks on a
 * FIFO or a device. Returns the descriptor, or -1 with an error as file_kind() says. *size gets the
 * size in bytes unless it is NULL. */
int file_open_in(const struct directory *directory, const char *name, size_t *size,
                 enum error_kind kind, struct error *error);

/* The same for the file at a path. */
int file_open(const char *path, size_t *size, enum error_kind kind, struct error *error);

/* The contents of a regular file of at most `limit` bytes, to be released with free(). NULL with an
 * error of kind `kind` when the file is missing or larger, ERROR_SYSTEM when reading fails. */
unsigned char *file_read_in(const struct directory *directory, const char *name, size_t limit,
                            size_t *size, enum error_kind kind, struct error *error);
unsigned char *file_read(const char *path, size_t limit, size_t *size, enum error_kind kind,
                         struct error *error);

/* Reads `size` bytes, through short and interrupted reads; *got gets how many there were before the
 * file ended. False with errno. */
bool file_read_all(int descriptor, void *data, size_t size, size_t *got);
/* Whether both paths are one file, through any links; or, if neither is there, would be. */
bool file_same(const char *a, const char *b);

/* The directory that a path is in: "run/" for "run/x", "./" for "x". */
void file_directory(const char *path, char directory[PATH_MAX]);

/* Writes all of `data` to the descriptor, through short and interrupted writes. False with
 * errno. */
bool file_write_all(int descriptor, const void *data, size_t size);

/* Puts the file's contents on the disk, through interruptions. False with errno. */
bool file_sync(int descriptor);

/* Puts on the disk what was made, renamed and removed in `name`, a directory relative to
 * `directory`. False with errno. */
bool file_sync_directory(const struct directory *directory, const char *name);

/* Writes a file's contents to the descriptor. False with errno. */
typedef bool file_writer(void *argument, int descriptor);

/* Replaces a directory's file by what `write` writes: into NAME.tmp, which is synced and renamed
 * over the old file; then the directory is synced. On failure (ERROR_SYSTEM) the temporary file is
 * removed and the old file untouched, unless the directory alone could not be synced: then the new
 * file is in place but may not survive a crash. Refuses to replace anything but a regular file
 * that may be written to. */
bool file_replace_with(const struct directory *directory, const char *name, file_writer *write,
                       void *argument, struct error *error);

/* The same with `size` bytes of data. */
bool file_replace(const struct directory *directory, const char *name, const void *data,
                  size_t size, struct error *error);

#endif
