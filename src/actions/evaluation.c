#include "actions/evaluation.h"

#include "actions/outputs.h"
#include "support/memory.h"
#include "text/fields.h"
#include "text/report.h"
#include "train/checkpoint.h"
#include "train/evaluate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct exported {
    const struct dataset *data;
    const struct evaluation *evaluation;
};

/* Numbers stay numbers; the names of named classes are two more columns. */
static bool write_predictions(void *argument, FILE *file, struct error *error)
{
    const struct exported *exported = argument;
    const struct evaluation *evaluation = exported->evaluation;
    const struct split *split = &exported->data->test;
    const struct classes *classes = &exported->data->classes;
    (void)error;

    fputs("index,label,prediction,loss", file);
    for (int k = 0; k < classes->count; k++)
        fprintf(file, ",p%d", k);
    fputs(classes->named ? ",label_name,prediction_name\n" : "\n", file);
    for (int i = 0; i < split->count; i++) {
        fprintf(file, "%d,%d,%d,%.9g", i, split->labels[i], evaluation->predictions[i],
                evaluation->losses[i]);
        for (int k = 0; k < classes->count; k++)
            fprintf(
                file, ",%.9g",
                (double)evaluation->probabilities[(size_t)i * (size_t)classes->count + (size_t)k]);
        if (classes->named) {
            fputc(',', file);
            field_csv(file, classes->names[split->labels[i]]);
            fputc(',', file);
            field_csv(file, classes->names[evaluation->predictions[i]]);
        }
        fputc('\n', file);
    }
    return true;
}

static bool evaluate_with(const struct setup *setup, struct evaluator *evaluator, float *state,
                          struct evaluation *evaluation, struct error *error)
{
    const struct options *options = &setup->options;
    const struct split *test = &setup->data.test;
    int correct;

    if (!checkpoint_load(options->checkpoint, setup->model, state, error))
        return false;
    evaluator_load(evaluator, state);
    evaluate_images(evaluator, test, 0, test->count, evaluation);
    double loss = evaluation_total(evaluation, test, &correct);
    if (!isfinite(loss))
        return error_set(error, ERROR_DIVERGED,
                         "%s: its loss is not finite: its training has diverged (use an earlier "
                         "checkpoint)",
                         options->checkpoint);
    if (options->export != NULL &&
        !outputs_write(options->export, write_predictions,
                       &(struct exported){&setup->data, evaluation}, error))
        return false;
    report_test(stdout, options->settings.validate > 0, loss, correct, test->count);
    return true;
}

bool evaluation_print(const struct setup *setup, struct error *error)
{
    size_t count = (size_t)setup->data.test.count;
    struct evaluation evaluation = {0};
    struct evaluator *evaluator = NULL;
    struct team *team = NULL;
    float *state = NULL;

    bool done =
        outputs_check_file(setup, "--export", setup->options.export, error) &&
        (state = memory_new(setup->model->state_count, sizeof *state, error)) &&
        (evaluation.losses = memory_new(count, sizeof(double), error)) &&
        (evaluation.predictions = memory_new(count, 1, error)) &&
        (evaluation.probabilities =
             memory_new(count, (size_t)setup->model->classes * sizeof(float), error)) &&
        (team = team_new(evaluator_threads(setup->threads, setup->data.test.count), error)) &&
        (evaluator =
             evaluator_new(setup->model, setup->kernels, team, setup->data.test.count, error)) &&
        evaluate_with(setup, evaluator, state, &evaluation, error);
    evaluator_free(evaluator);
    team_free(team);
    free(state);
    free(evaluation.probabilities);
    free(evaluation.predictions);
    free(evaluation.losses);
    return done;
}
