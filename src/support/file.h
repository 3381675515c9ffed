/*
 * file.h -- whole files, safely: read one with a bound, replace one so that a crash at any moment
 * leaves the old contents or the new, never a mixture.
 *
 * Messages name the path as the user wrote it. Any thread may call these.
 */
#ifndef SUPPORT_FILE_H
#define SUPPORT_FILE_H

#include "support/error.h"

#include <limits.h>
#include <stddef.h>

/* Opens `path` for reading if it is a regular file, or a link to one; never blocks on a FIFO or a
 * device. Returns the descriptor, or -1 with an error: of kind `kind` when the path or the file is
 * the reason, ERROR_SYSTEM when the machine is (no descriptors, a broken disk). *size gets the size
 * in bytes unless it is NULL. */
int file_open(const char *path, size_t *size, enum error_kind kind, struct error *error);

/* The contents of a regular file of at most `limit` bytes, to be released with free(). NULL with an
 * error of kind `kind` when the file is missing or larger, ERROR_SYSTEM when reading fails. */
unsigned char *file_read(const char *path, size_t limit, size_t *size, enum error_kind kind,
                         struct error *error);

/* Whether both paths are one file, through any links; or, if neither is there, would be. */
bool file_same(const char *a, const char *b);

/* The directory that a path is in: "run/" for "run/x", "./" for "x". */
void file_directory(const char *path, char directory[PATH_MAX]);

/* Writes all of `data` to the descriptor, through short and interrupted writes. False with
 * errno. */
bool file_write_all(int descriptor, const void *data, size_t size);

/* Puts the file's contents on the disk, through interruptions. False with errno. */
bool file_sync(int descriptor);

/* Puts a directory's entries on the disk: what was made, renamed and removed in it. False with
 * errno. */
bool file_sync_directory(const char *directory);

/* Replaces directory/name by `size` bytes of data: writes directory/name.tmp, fsyncs it, renames it
 * over the old file and fsyncs the directory. On failure (ERROR_SYSTEM) the temporary file is
 * removed and the old file untouched, unless the directory alone could not be synced: then the new
 * file is in place but may not survive a crash. Refuses to replace anything but a regular file
 * that may be written to. */
bool file_replace(const char *directory, const char *name, const void *data, size_t size,
                  struct error *error);

#endif
