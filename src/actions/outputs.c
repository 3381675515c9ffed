#include "actions/outputs.h"

#include "support/file.h"
#include "train/checkpoint.h"
#include "train/config.h"
#include "train/log_lines.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const run_files[] = {CONFIG_NAME, LOG_NAME, CHECKPOINT_LAST, CHECKPOINT_BEST};

enum { RUN_FILES = sizeof run_files / sizeof run_files[0] };

static bool is_file_in(const char *output, const char *directory, const char *name)
{
    char path[PATH_MAX];

    return snprintf(path, sizeof path, "%s/%s", directory, name) < (int)sizeof path &&
           file_same(output, path);
}

/* Refuses an output that is one of the command's input files. */
static bool check_inputs(const struct setup *setup, const char *option, const char *output,
                         struct error *error)
{
    const struct options *options = &setup->options;
    const char *weights = options->checkpoint != NULL ? options->checkpoint : options->init;

    if (weights != NULL && file_same(output, weights))
        return error_set(error, ERROR_USAGE, "%s: %s is the checkpoint (choose another file)",
                         option, output);
    for (int i = 0; i < SOURCE_FILES; i++)
        if (file_same(output, setup->source.path[i]))
            return error_set(error, ERROR_USAGE,
                             "%s: %s is the data set's %s (choose another file)", option, output,
                             strrchr(setup->source.path[i], '/') + 1);
    return true;
}

/* Refuses an output that is a file of the run in the directory, if the directory holds a run. */
static bool check_run_files(const char *option, const char *output, const char *directory,
                            struct error *error)
{
    char path[PATH_MAX];
    struct stat status;

    if (snprintf(path, sizeof path, "%s/%s", directory, CONFIG_NAME) >= (int)sizeof path ||
        stat(path, &status) != 0)
        return true;
    for (int i = 0; i < RUN_FILES; i++)
        if (is_file_in(output, directory, run_files[i]))
            return error_set(error, ERROR_USAGE, "%s: %s is the %s of a run (choose another file)",
                             option, output, run_files[i]);
    return true;
}

/* The same for the directory of `path` and, if `path` is a link, the directory of its target. */
static bool check_runs_beside(const char *option, const char *output, const char *path,
                              struct error *error)
{
    char directory[PATH_MAX], target[PATH_MAX];

    file_directory(path, directory);
    if (!check_run_files(option, output, directory, error))
        return false;
    if (realpath(path, target) == NULL)
        return true;
    file_directory(target, directory);
    return check_run_files(option, output, directory, error);
}

bool outputs_check_file(const struct setup *setup, const char *option, const char *output,
                        struct error *error)
{
    const char *checkpoint = setup->options.checkpoint;
    struct stat status;

    if (output == NULL)
        return true;
    if (lstat(output, &status) == 0 && S_ISLNK(status.st_mode) && stat(output, &status) != 0)
        return error_set(error, ERROR_USAGE, "%s: %s is a link to no file (choose another file)",
                         option, output);
    return check_inputs(setup, option, output, error) &&
           check_runs_beside(option, output, output, error) &&
           (checkpoint == NULL || check_runs_beside(option, output, checkpoint, error));
}

bool outputs_check_run(const struct setup *setup, const char *directory, struct error *error)
{
    const char *option = setup->options.resume != NULL ? "--resume" : "--run-dir";
    char path[PATH_MAX];

    for (int i = 0; i < RUN_FILES; i++)
        if (snprintf(path, sizeof path, "%s/%s", directory, run_files[i]) < (int)sizeof path &&
            !check_inputs(setup, option, path, error))
            return false;
    return true;
}

bool outputs_write(const char *path, outputs_writer *write, void *argument, struct error *error)
{
    FILE *file = fopen(path, "we");

    if (file == NULL)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", path, strerror(errno));
    bool written = write(argument, file, error);
    if (written && (fflush(file) != 0 || ferror(file)))
        written =
            error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", path, strerror(errno));
    if (fclose(file) != 0 && written)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", path, strerror(errno));
    return written;
}
