#include "tui/lab.h"

#include "support/clock.h"
#include "support/memory.h"

#include <stdlib.h>
#include <string.h>

static const double PATIENCE = 0.5; /* seconds after which distributions show what they have */

void finding_free(struct finding *finding)
{
    if (finding == NULL)
        return;
    occlusion_free(finding->occlusion);
    projection_free(finding->projection);
    free(finding->gradient);
    for (int i = 0; i < finding->column_count; i++)
        free(finding->columns[i]);
    free(finding);
}

/* ---- the studies; `go` returns whether there is more to do ---- */

static bool begin_occlusion(struct lab *lab, const struct question *question, struct work *work,
                            struct error *error)
{
    const struct split *test = &lab->data->test;
    const uint32_t image = (uint32_t)question->image;
    const uint8_t *pixels = question->drawing ? question->drawn : split_image(test, image);
    const int class = question->drawing ? OCCLUSION_CLASS_READ : test->labels[image];

    work->finding->occlusion = occlusion_new(test, pixels, class, error);
    return work->finding->occlusion != NULL;
}

static bool go_occlusion(struct lab *lab, struct work *work, struct evaluator *evaluator)
{
    (void)lab;
    return occlusion_continue(work->finding->occlusion, evaluator);
}

static bool begin_map(struct lab *lab, const struct question *question, struct work *work,
                      struct error *error)
{
    (void)question;
    work->finding->projection = projection_new(lab->model, &lab->data->test, error);
    return work->finding->projection != NULL;
}

/* Without memory for them the next map is not aligned. */
static void keep_points(struct lab *lab, const struct projection *projection)
{
    const size_t size = (size_t)projection->count * sizeof *lab->reference;
    struct error ignored;

    if (lab->reference == NULL)
        lab->reference = memory_new(size, 1, &ignored);
    if (lab->reference != NULL)
        memcpy(lab->reference, projection->points, size);
}

static bool go_map(struct lab *lab, struct work *work, struct evaluator *evaluator)
{
    struct projection *projection = work->finding->projection;

    if (projection_continue(projection, evaluator))
        return true;
    if (lab->reference != NULL)
        principal_align(projection->points, (const float(*)[2])lab->reference, projection->count);
    keep_points(lab, projection);
    return false;
}

static bool have_gradients(struct lab *lab, struct error *error)
{
    if (lab->gradients == NULL)
        lab->gradients = gradients_new(lab->model, lab->kernels, &lab->data->train, error);
    return lab->gradients != NULL;
}

static bool begin_gradients(struct lab *lab, const struct question *question, struct work *work,
                            struct error *error)
{
    (void)question;
    work->finding->gradient = memory_new(lab->model->parameter_count, sizeof(float), error);
    return work->finding->gradient != NULL && have_gradients(lab, error);
}

/* A step towards the gradients with these weights. Two studies share them. */
static bool go_on_to_gradients(struct lab *lab, struct weights *weights)
{
    if (lab->gradients_of != weights) {
        weights_drop(lab->gradients_of);
        lab->gradients_of = weights_hold(weights);
        gradients_begin(lab->gradients, weights->state);
        lab->gradients_done = false;
    }
    lab->gradients_done = lab->gradients_done || !gradients_continue(lab->gradients);
    return !lab->gradients_done;
}

static bool go_gradients(struct lab *lab, struct work *work, struct evaluator *evaluator)
{
    (void)evaluator;
    if (go_on_to_gradients(lab, work->weights))
        return true;
    work->finding->images = lab->gradients->images;
    memcpy(work->finding->gradient, lab->gradients->gradient,
           lab->model->parameter_count * sizeof(float));
    return false;
}

static bool begin_distributions(struct lab *lab, const struct question *question, struct work *work,
                                struct error *error)
{
    work->moment_count = question->moment_count;
    for (int i = 0; i < question->moment_count; i++)
        work->moments[i] = weights_hold(question->moments[i]);
    return have_gradients(lab, error);
}

/* The moments are done from the last one on, because that one is the easiest to take away. */
static bool go_distributions(struct lab *lab, struct work *work, struct evaluator *evaluator)
{
    struct finding *finding = work->finding;
    struct error ignored;

    (void)evaluator;
    if (work->moment_count == 0)
        return false;
    struct weights *moment = work->moments[work->moment_count - 1];
    if (go_on_to_gradients(lab, moment))
        return true;
    struct distribution_column *column = distribution_column_new(
        lab->model, moment->state, lab->gradients->gradient, moment->step, &ignored);
    if (column == NULL)
        return false;
    finding->columns[finding->column_count++] = column;
    weights_drop(moment);
    work->moment_count--;
    return work->moment_count > 0 && finding->seconds < PATIENCE;
}

static const struct {
    bool (*begin)(struct lab *lab, const struct question *question, struct work *work,
                  struct error *error);
    bool (*go)(struct lab *lab, struct work *work, struct evaluator *evaluator);
} studies[STUDY_COUNT] = {
    [STUDY_OCCLUSION] = {begin_occlusion, go_occlusion},
    [STUDY_MAP] = {begin_map, go_map},
    [STUDY_GRADIENTS] = {begin_gradients, go_gradients},
    [STUDY_DISTRIBUTIONS] = {begin_distributions, go_distributions},
};

/* ---- beginning and ending ---- */

/* Takes the finding out of the work, which ends. */
static struct finding *end(struct work *work)
{
    struct finding *finding = work->finding;

    weights_drop(work->weights);
    for (int i = 0; i < work->moment_count; i++)
        weights_drop(work->moments[i]);
    work->weights = NULL;
    work->moment_count = 0;
    work->finding = NULL;
    return finding;
}

/* Remembers what a work was about. */
static void remember(struct work *work, long step, bool drawing, int image, unsigned long changes)
{
    work->last_step = step + 1; /* so that 0 is none */
    work->last_drawing = drawing;
    work->last_image = image;
    work->last_changes = changes;
}

/* Whether the question wants what was found last, and what the asker has not seen yet. */
static bool was_last(const struct work *work, enum study study, const struct question *question)
{
    if (work->last_step != question->weights->step + 1 || study == STUDY_DISTRIBUTIONS)
        return false;
    return study != STUDY_OCCLUSION || (work->last_drawing == question->drawing &&
                                        (question->drawing ? work->last_changes == question->changes
                                                           : work->last_image == question->image));
}

/* Whether the study at work is what the question wants. */
static bool is_wanted(const struct work *work, enum study study, const struct question *question)
{
    const struct finding *finding = work->finding;

    if (!question_wants(question, study) || question->weights == NULL)
        return false;
    if (study == STUDY_DISTRIBUTIONS)
        return true;
    if (work->weights->step != question->weights->step && !question->moving)
        return false;
    return study != STUDY_OCCLUSION || (finding->drawing == question->drawing &&
                                        (question->drawing || finding->image == question->image));
}

static void begin(struct lab *lab, enum study study, const struct question *question,
                  struct error *error)
{
    struct work *work = &lab->works[study];

    if ((work->finding = memory_new(1, sizeof *work->finding, error)) == NULL)
        return;
    work->weights = weights_hold(question->weights);
    work->finding->study = study;
    work->finding->step = question->weights->step;
    work->finding->drawing = question->drawing;
    work->finding->image = question->image;
    work->finding->changes = question->changes;
    if (loaded_evaluator(lab->loaded, question->weights, error) == NULL ||
        !studies[study].begin(lab, question, work, error))
        finding_free(end(work));
}

void lab_plan(struct lab *lab, const struct question *question, struct error *error)
{
    for (int s = 0; s < STUDY_COUNT; s++) {
        struct work *work = &lab->works[s];
        const enum study study = (enum study)s;
        if (work->finding != NULL && !is_wanted(work, study, question))
            finding_free(end(work));
        if (work->finding == NULL && question->weights != NULL && question_wants(question, study) &&
            !was_last(work, study, question))
            begin(lab, study, question, error);
    }
}

void lab_fini(struct lab *lab)
{
    for (int s = 0; s < STUDY_COUNT; s++)
        finding_free(end(&lab->works[s]));
    gradients_free(lab->gradients);
    weights_drop(lab->gradients_of);
    free(lab->reference);
}

/* ---- at work ---- */

/* The first study at work; STUDY_COUNT: none. */
static enum study first_at_work(const struct lab *lab)
{
    int s = 0;

    while (s < STUDY_COUNT && lab->works[s].finding == NULL)
        s++;
    return (enum study)s;
}

bool lab_busy(const struct lab *lab)
{
    return first_at_work(lab) < STUDY_COUNT;
}

struct finding *lab_continue(struct lab *lab)
{
    const enum study study = first_at_work(lab);
    const double began = clock_seconds();
    struct error ignored;

    if (study == STUDY_COUNT)
        return NULL;
    struct work *work = &lab->works[study];
    struct finding *finding = work->finding;
    struct evaluator *evaluator = loaded_evaluator(lab->loaded, work->weights, &ignored);
    const bool more = studies[study].go(lab, work, evaluator);
    finding->seconds += clock_seconds() - began;
    if (more)
        return NULL;
    remember(work, finding->step, finding->drawing, finding->image, finding->changes);
    return end(work);
}
