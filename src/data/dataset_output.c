#include "data/dataset_output.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the order in which they are moved into place. */
static const char *const file_names[] = {
    "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",  "classes.txt",
    "train-images-idx3-ubyte.gz",
};

enum { FILES = sizeof file_names / sizeof file_names[0], LAST = FILES - 1 };

/* The directory in which files wait. */
#define WAITING "import.tmp"

/* ---- opening ---- */

static bool is_own(const char *name)
{
    for (int i = 0; i < FILES; i++)
        if (strcmp(name, file_names[i]) == 0)
            return true;
    return false;
}

/* Whether a file of this name belongs to a data set, in whatever form --data reads. */
static bool is_of_dataset(const char *name)
{
    return is_own(name) || strstr(name, "idx3-ubyte") != NULL ||
           strstr(name, "idx1-ubyte") != NULL || strstr(name, "idx2-int") != NULL;
}

/* Checks a file that is there already. */
static bool check_file(const struct dataset_output *output, const char *name, bool force,
                       struct error *error)
{
    const struct directory *directory = &output->directory;
    struct stat status;

    if (!force || !is_own(name))
        return error_set(error, ERROR_USAGE,
                         "%s: holds a data set already, such as %s (expected another directory%s)",
                         directory->path, name, force ? "" : ", or --force to replace it");
    if (fstatat(directory->descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        !S_ISREG(status.st_mode))
        return error_set(error, ERROR_SYSTEM, "%s/%s: cannot be replaced (expected a regular file)",
                         directory->path, name);
    if (faccessat(directory->descriptor, name, W_OK, 0) != 0)
        return error_set(error, ERROR_SYSTEM, "%s/%s: cannot be replaced: %s", directory->path,
                         name, strerror(errno));
    return true;
}

/* Looks for a data set in the directory. */
static bool check_files(const struct dataset_output *output, bool force, struct error *error)
{
    DIR *directory = opendir(output->directory.path);
    const struct dirent *entry;
    bool good = true;

    if (directory == NULL)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be read: %s", output->directory.path,
                         strerror(errno));
    while (good && (entry = readdir(directory)) != NULL)
        good = !is_of_dataset(entry->d_name) || check_file(output, entry->d_name, force, error);
    closedir(directory);
    return good;
}

/* Opens and locks the directory. */
static bool open_directory(struct dataset_output *output, struct error *error)
{
    const char *path = output->directory.path;

    output->made = mkdir(path, 0777) == 0;
    if (!output->made && errno != EEXIST)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made: %s", path, strerror(errno));
    output->directory.descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (output->directory.descriptor < 0)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be opened: %s", path, strerror(errno));
    if (flock(output->directory.descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return error_set(error, ERROR_SYSTEM,
                         "%s: another process is writing a data set there (expected none)", path);
    return true;
}

bool dataset_output_open(struct dataset_output *output, const char *path, bool force,
                         struct error *error)
{
    *output = (struct dataset_output){.directory = {-1, path}};
    if (open_directory(output, error) && check_files(output, force, error))
        return true;
    dataset_output_close(output);
    return false;
}

void dataset_output_close(struct dataset_output *output)
{
    if (output->made && !output->complete)
        rmdir(output->directory.path);
    if (output->directory.descriptor >= 0)
        directory_close(&output->directory);
}

/* ---- writing ---- */

static bool write_idx(void *idx, int descriptor)
{
    return idx_write(idx, descriptor);
}

static bool write_text(void *text, int descriptor)
{
    return file_write_all(descriptor, text, strlen(text));
}

static bool write_waiting(const struct directory *waiting, const struct dataset_files *files,
                          struct error *error)
{
    struct dataset_files write = *files;
    void *const contents[FILES] = {&write.labels[0], &write.images[1], &write.labels[1],
                                   write.names, &write.images[0]};

    for (int i = 0; i < FILES; i++) {
        file_writer *const writer = contents[i] == write.names ? write_text : write_idx;
        if (!file_replace_with(waiting, file_names[i], writer, contents[i], error))
            return false;
    }
    return true;
}

static void remove_all(int directory)
{
    for (int i = 0; i < FILES; i++)
        unlinkat(directory, file_names[i], 0);
}

/* Moves the files into place. */
static bool place(const struct directory *waiting, const struct directory *directory,
                  struct error *error)
{
    if (unlinkat(directory->descriptor, file_names[LAST], 0) != 0 && errno != ENOENT)
        return error_set(error, ERROR_SYSTEM, "%s/%s: cannot be replaced: %s", directory->path,
                         file_names[LAST], strerror(errno));
    for (int i = 0; i < FILES; i++)
        if (renameat(waiting->descriptor, file_names[i], directory->descriptor, file_names[i]) !=
            0) {
            error_set(error, ERROR_SYSTEM, "%s/%s: cannot be written: %s", directory->path,
                      file_names[i], strerror(errno));
            remove_all(directory->descriptor); /* a part of a data set is worth nothing */
            return false;
        }
    return true;
}

static bool open_waiting(struct directory *waiting, const struct directory *directory,
                         const char *path, struct error *error)
{
    *waiting = (struct directory){-1, path};
    if (mkdirat(directory->descriptor, WAITING, 0777) != 0 && errno != EEXIST)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made: %s", path, strerror(errno));
    waiting->descriptor =
        openat(directory->descriptor, WAITING, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return waiting->descriptor >= 0 ||
           error_set(error, ERROR_SYSTEM, "%s: cannot be opened: %s", path, strerror(errno));
}

static bool sync_all(const struct directory *directory, struct error *error)
{
    return (file_sync_directory(directory, ".") &&
            (file_sync_directory(directory, "..") || errno == EACCES)) ||
           error_set(error, ERROR_SYSTEM, "%s: cannot be made durable: %s", directory->path,
                     strerror(errno));
}

bool dataset_output_write(struct dataset_output *output, const struct dataset_files *files,
                          struct error *error)
{
    const struct directory *directory = &output->directory;
    char path[FILE_PATH_SIZE];
    struct directory waiting;

    file_path(path, directory, WAITING);
    bool written = open_waiting(&waiting, directory, path, error) &&
                   write_waiting(&waiting, files, error) && place(&waiting, directory, error);
    if (waiting.descriptor >= 0) {
        if (!written)
            remove_all(waiting.descriptor);
        directory_close(&waiting);
    }
    unlinkat(directory->descriptor, WAITING, AT_REMOVEDIR);
    output->complete = written;
    return written && sync_all(directory, error);
}
