/*
 * file.h -- reads and replaces whole files safely: reading has a size limit, and a crash during a
 * replacement leaves the old contents or the new ones, never a mixture.
 *
 * Files in a directory are opened relative to the directory's descriptor. So they stay together
 * when the directory is moved and another one takes its name.
 *
 * Messages name the path as the user wrote it. Any thread may call these.
 */
#ifndef SUPPORT_FILE_H
#define SUPPORT_FILE_H

#include "support/error.h"

#include <fcntl.h>
#include <limits.h>
#include <stddef.h>

/* An open directory. The path is as the user wrote it, is used in messages only, and belongs to the
 * caller. */
struct directory {
    int descriptor;
    const char *path;
};

/* The working directory; a "name" in it may be any path. */
static const struct directory FILE_HERE = {AT_FDCWD, NULL};

enum { FILE_PATH_SIZE = 4096 + 256 }; /* the longest path of a directory plus a name */

/* Opens a directory for reading files in it. This needs search permission only; the descriptor
 * cannot be locked or synced. Release it with directory_close(). False with errno. */
bool directory_search(struct directory *directory, const char *path);
void directory_close(const struct directory *directory);

/* The error kind for an errno of a failed open: `kind` if the path or the file is the reason,
 * ERROR_SYSTEM if the machine is (no descriptors, a broken disk). */
enum error_kind file_kind(int problem, enum error_kind kind);

/* Writes the path of a directory's file, for messages; a path that is too long is cut. */
void file_path(char path[FILE_PATH_SIZE], const struct directory *directory, const char *name);

/* Opens a directory's file for reading. It must be a regular file or a link to one; a FIFO or a
 * device never blocks the call. Returns the descriptor, or -1 with an error of the kind that
 * file_kind() gives. *size receives the size in bytes; it may be NULL. */
int file_open_in(const struct directory *directory, const char *name, size_t *size,
                 enum error_kind kind, struct error *error);

/* The same for the file at a path. */
int file_open(const char *path, size_t *size, enum error_kind kind, struct error *error);

/* Reads a regular file of at most `limit` bytes; release the contents with free(). NULL with an
 * error of kind `kind` if the file is missing or larger, ERROR_SYSTEM if reading fails. */
unsigned char *file_read_in(const struct directory *directory, const char *name, size_t limit,
                            size_t *size, enum error_kind kind, struct error *error);
unsigned char *file_read(const char *path, size_t limit, size_t *size, enum error_kind kind,
                         struct error *error);

/* Reads `size` bytes; continues after short and interrupted reads. *got receives the bytes read,
 * fewer than `size` only at the end of the file. False with errno. */
bool file_read_all(int descriptor, void *data, size_t size, size_t *got);
/* Whether both paths lead to the same file, through any links. If neither file exists: whether they
 * would be the same file once created. */
bool file_same(const char *a, const char *b);

/* The directory part of a path: "run/" for "run/x", "./" for "x". */
void file_directory(const char *path, char directory[PATH_MAX]);

/* Writes all of `data`; continues after short and interrupted writes. False with errno. */
bool file_write_all(int descriptor, const void *data, size_t size);

/* Syncs the file's contents to the disk; tries again when interrupted. False with errno. */
bool file_sync(int descriptor);

/* Syncs to the disk which files were created, renamed and removed in `name`, a directory relative
 * to `directory`. False with errno. */
bool file_sync_directory(const struct directory *directory, const char *name);

/* Writes a file's contents to the descriptor. False with errno. */
typedef bool file_writer(void *argument, int descriptor);

/* Replaces a directory's file by what `write` writes. It writes NAME.tmp, syncs it, renames it over
 * the old file, and syncs the directory. On failure (ERROR_SYSTEM) the temporary file is removed
 * and the old file is untouched. One exception: if only the sync of the directory fails, the new
 * file is in place but may not survive a crash. Refuses to replace anything except a regular file
 * with write permission. */
bool file_replace_with(const struct directory *directory, const char *name, file_writer *write,
                       void *argument, struct error *error);

/* The same with `size` bytes of data. */
bool file_replace(const struct directory *directory, const char *name, const void *data,
                  size_t size, struct error *error);

#endif
