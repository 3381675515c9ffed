#include "actions/convert.h"

#include "actions/outputs.h"
#include "export/export.h"
#include "nn/summary.h"
#include "support/memory.h"
#include "train/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { NUMBER_SIZE = 32 };

static bool check_new(const struct options *options, struct error *error)
{
    struct stat status;

    return options->force || lstat(options->output, &status) != 0 ||
           error_set(error, ERROR_USAGE,
                     "--output: %s exists already (choose another file, or --force)",
                     options->output);
}

static void print_written(const struct setup *setup)
{
    const char *path = setup->options.output;
    char parameters[NUMBER_SIZE], bytes[NUMBER_SIZE], shown[FILENAME_MAX];
    struct stat status;

    summary_thousands(parameters, sizeof parameters, setup->model->parameter_count);
    summary_thousands(bytes, sizeof bytes, stat(path, &status) == 0 ? (size_t)status.st_size : 0);
    error_escape(shown, sizeof shown, path);
    printf("%s: %s parameters, %s bytes\n", shown, parameters, bytes);
}

bool convert_write(const struct setup *setup, struct error *error)
{
    const struct options *options = &setup->options;
    struct export export = {
        .model = setup->model,
        .classes = &setup->data.classes,
        .normalize = options->settings.normalize,
        .checkpoint = options->checkpoint,
        .output = options->output,
        .no_fold = options->no_fold,
        .no_normalize = options->no_normalize,
    };
    float *state;

    if (!export_check(&export, error) ||
        !outputs_check_file(setup, "--output", options->output, error) ||
        !check_new(options, error) ||
        (state = memory_new(setup->model->state_count, sizeof *state, error)) == NULL)
        return false;
    export.state = state;
    const bool written = checkpoint_load(options->checkpoint, setup->model, state, error) &&
                         export_write(&export, error);
    free(state);
    if (written)
        print_written(setup);
    return written;
}
