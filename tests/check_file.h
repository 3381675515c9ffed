/*
 * check_file.h -- shared by the tests of files and run directories.
 */
#ifndef CHECK_FILE_H
#define CHECK_FILE_H

#include "check.h"

#include "support/file.h"

/* Opens a run directory; release it with directory_close(). */
static inline void check_open_directory(struct directory *directory, const char *path)
{
    *directory = (struct directory){open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path};
    assert_true(directory->descriptor >= 0);
}

#endif
