#include "actions/evaluation.h"

#include "support/memory.h"
#include "text/report.h"
#include "train/checkpoint.h"
#include "train/evaluate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool write_predictions(FILE *file, const struct split *split,
                              const struct evaluation *evaluation)
{
    fputs("index,label,prediction,loss", file);
    for (int k = 0; k < DATASET_CLASSES; k++)
        fprintf(file, ",p%d", k);
    fputc('\n', file);
    for (int i = 0; i < split->count; i++) {
        fprintf(file, "%d,%d,%d,%.9g", i, split->labels[i], evaluation->predictions[i],
                evaluation->losses[i]);
        for (int k = 0; k < DATASET_CLASSES; k++)
            fprintf(file, ",%.9g",
                    (double)evaluation->probabilities[(size_t)i * DATASET_CLASSES + (size_t)k]);
        fputc('\n', file);
    }
    return fflush(file) == 0 && !ferror(file);
}

static bool export_predictions(const char *path, const struct split *split,
                               const struct evaluation *evaluation, struct error *error)
{
    FILE *file = fopen(path, "we");

    if (file == NULL)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", path, strerror(errno));
    bool written = write_predictions(file, split, evaluation);
    if (!written)
        error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", path, strerror(errno));
    if (fclose(file) != 0 && written)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", path, strerror(errno));
    return written;
}

/* The checkpoint would be gone, with the predictions in its place. */
static bool check_export(const struct options *options, struct error *error)
{
    struct stat checkpoint, exported;

    if (options->export != NULL && stat(options->eval, &checkpoint) == 0 &&
        stat(options->export, &exported) == 0 && checkpoint.st_dev == exported.st_dev &&
        checkpoint.st_ino == exported.st_ino)
        return error_set(error, ERROR_USAGE, "--export: %s is the checkpoint (choose another file)",
                         options->export);
    return true;
}

static bool evaluate_with(const struct setup *setup, struct evaluator *evaluator,
                          struct evaluation *evaluation, struct error *error)
{
    const struct split *test = &setup->data.test;
    float state[MODEL_STATE_MAX];
    int correct;

    if (!check_export(&setup->options, error) ||
        !checkpoint_load(setup->options.eval, &setup->model, state, error))
        return false;
    evaluator_load(evaluator, state);
    evaluate_images(evaluator, test, 0, test->count, evaluation);
    double loss = evaluation_total(evaluation, test, &correct);
    if (setup->options.export != NULL &&
        !export_predictions(setup->options.export, test, evaluation, error))
        return false;
    report_test(stdout, setup->options.settings.validate > 0, loss, correct, test->count);
    return true;
}

bool evaluation_print(const struct setup *setup, struct error *error)
{
    size_t count = (size_t)setup->data.test.count;
    struct evaluation evaluation = {0};
    struct evaluator *evaluator = NULL;
    struct team *team = NULL;

    bool done =
        (evaluation.losses = memory_new(count, sizeof(double), error)) &&
        (evaluation.predictions = memory_new(count, 1, error)) &&
        (evaluation.probabilities = memory_new(count, DATASET_CLASSES * sizeof(float), error)) &&
        (team = team_new(setup->threads, error)) &&
        (evaluator = evaluator_new(&setup->model, setup->kernels, team, error)) &&
        evaluate_with(setup, evaluator, &evaluation, error);
    evaluator_free(evaluator);
    team_free(team);
    free(evaluation.probabilities);
    free(evaluation.predictions);
    free(evaluation.losses);
    return done;
}
