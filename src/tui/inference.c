#include "tui/inference.h"

#include "support/memory.h"
#include "support/signals.h"
#include "support/thread.h"

#include <stdlib.h>

enum { CHUNK = 4 * LANES }; /* images of a pass between two looks into the slot */

struct inference {
    const struct model *model;
    const struct kernels *kernels;
    const struct split *test;
    pthread_t thread;

    pthread_mutex_t mutex; /* guards the next ten */
    pthread_cond_t asked, left;
    bool ending;
    bool waiting;         /* the slot holds a question */
    struct question slot; /* holds its weights while it waits */
    bool answering, answered;
    bool passing, passed;
    struct outcomes outcomes; /* of the last whole pass */
    bool studying;
    struct finding *findings[STUDY_COUNT];

    struct answer answers[2];
    int shown; /* the main thread's answer; the other one is the thread's until it is answered */

    /* The rest is the thread's. */
    struct loaded loaded;
    struct lab lab;
    struct evaluation evaluation;
    struct activations activations;
    float *input;         /* of the activations: [height][width] */
    struct weights *pass; /* held: what the pass is made with; NULL: there is none */
    int pass_done;        /* images */
    long pass_finished;   /* the step of the last whole pass; -1: none */
};

/* ---- computing, on the thread ---- */

/* What a pass needs. */
static bool have_evaluation(struct inference *inference, struct error *error)
{
    const size_t count = (size_t)inference->test->count;
    struct evaluation *evaluation = &inference->evaluation;

    if (evaluation->losses == NULL)
        evaluation->losses = memory_new(count, sizeof(double), error);
    if (evaluation->losses != NULL && evaluation->predictions == NULL)
        evaluation->predictions = memory_new(count, 1, error);
    if (evaluation->predictions != NULL && evaluation->seconds == NULL)
        evaluation->seconds = memory_new(count, 1, error);
    return evaluation->seconds != NULL;
}

static void predict(struct inference *inference, struct answer *answer)
{
    struct question *question = &answer->question;
    const struct split drawn = {.images = question->drawn,
                                .labels = (uint8_t[]){0},
                                .count = 1,
                                .height = inference->test->height,
                                .width = inference->test->width,
                                .classes = inference->test->classes,
                                .mean = inference->test->mean,
                                .deviation = inference->test->deviation};

    if (question->count == 0 && !question->digit)
        return;
    struct evaluator *evaluator =
        loaded_evaluator(&inference->loaded, question->weights, &answer->error);
    if (evaluator == NULL) {
        question->count = 0;
        question->digit = false;
        return;
    }
    if (question->count > 0)
        predictions_make(&answer->predictions, evaluator, inference->test, question->images,
                         question->count);
    if (question->digit)
        predictions_make(&answer->digit, evaluator, &drawn, (uint32_t[]){0}, 1);
}

static void activate(struct inference *inference, struct answer *answer)
{
    struct question *question = &answer->question;
    struct activations *activations = &inference->activations;
    const uint8_t *pixels = question->drawing
                                ? question->drawn
                                : split_image(inference->test, (uint32_t)question->image);

    if (!question->activations)
        return;
    if (activations->model == NULL &&
        !activations_init(activations, inference->model, inference->kernels, &answer->error)) {
        question->activations = false;
        return;
    }
    for (size_t i = 0; i < split_pixels(inference->test); i++)
        inference->input[i] = dataset_normalize(inference->test, pixels[i]);
    activations_run(activations, question->weights->state, inference->input);
    float **values = activations->values;
    activations->values = answer->activations;
    answer->activations = values;
}

/* Answers all but the pass and the studies. */
static void compute(struct inference *inference, struct answer *answer)
{
    answer->error.kind = ERROR_NONE;
    if (answer->question.weights == NULL)
        return;
    predict(inference, answer);
    activate(inference, answer);
}

/* Begins the pass that the question wants, unless it is at work already or was the last. */
static void plan_pass(struct inference *inference, const struct question *question,
                      struct error *error)
{
    struct weights *wanted = question->outcomes ? question->weights : NULL;

    if (wanted != NULL && wanted->step == inference->pass_finished)
        wanted = NULL;
    if (wanted != NULL && inference->pass != NULL && wanted->step == inference->pass->step)
        return;
    if (wanted != NULL && (!have_evaluation(inference, error) ||
                           loaded_evaluator(&inference->loaded, wanted, error) == NULL))
        wanted = NULL;
    weights_drop(inference->pass);
    inference->pass = weights_hold(wanted);
    inference->pass_done = 0;
}

/* The evaluator was made when the pass began, so that here nothing can fail. */
static void pass_chunk(struct inference *inference)
{
    const int left = inference->test->count - inference->pass_done;
    const int to = inference->pass_done + (left < CHUNK ? left : CHUNK);
    struct error ignored;
    struct evaluator *evaluator = loaded_evaluator(&inference->loaded, inference->pass, &ignored);

    evaluate_images(evaluator, inference->test, inference->pass_done, to, &inference->evaluation);
    inference->pass_done = to;
}

/* ---- the thread ---- */

/* With the mutex held: something is left for the main thread, or there is nothing to come. */
static void leave(struct inference *inference)
{
    pthread_cond_signal(&inference->left);
    signals_wake(NULL);
}

static void take_question(struct inference *inference)
{
    struct answer *answer = &inference->answers[1 - inference->shown];

    question_drop(&answer->question);
    answer->question = inference->slot;
    inference->slot.weights = NULL;
    inference->slot.moment_count = 0;
    inference->waiting = false;
    inference->answering = true;
    pthread_mutex_unlock(&inference->mutex);
    compute(inference, answer);
    lab_plan(&inference->lab, &answer->question, &answer->error);
    plan_pass(inference, &answer->question, &answer->error);
    pthread_mutex_lock(&inference->mutex);
    inference->answering = false;
    inference->answered = true;
    inference->studying = lab_busy(&inference->lab);
    inference->passing = inference->pass != NULL;
    leave(inference);
}

static void go_on_with_study(struct inference *inference)
{
    pthread_mutex_unlock(&inference->mutex);
    struct finding *finding = lab_continue(&inference->lab);
    pthread_mutex_lock(&inference->mutex);
    if (finding == NULL)
        return;
    finding_free(inference->findings[finding->study]);
    inference->findings[finding->study] = finding;
    inference->studying = lab_busy(&inference->lab);
    leave(inference);
}

static void go_on_with_pass(struct inference *inference)
{
    pthread_mutex_unlock(&inference->mutex);
    pass_chunk(inference);
    pthread_mutex_lock(&inference->mutex);
    if (inference->pass_done < inference->test->count)
        return;
    inference->pass_finished = inference->pass->step;
    outcomes_take(&inference->outcomes, &inference->evaluation, inference->pass->step);
    weights_drop(inference->pass);
    inference->pass = NULL;
    inference->passing = false;
    inference->passed = true;
    leave(inference);
}

static void *run(void *argument)
{
    struct inference *inference = argument;

    pthread_mutex_lock(&inference->mutex);
    while (!inference->ending) {
        if (inference->waiting && !inference->answered)
            take_question(inference);
        else if (inference->studying)
            go_on_with_study(inference);
        else if (inference->pass != NULL)
            go_on_with_pass(inference);
        else
            pthread_cond_wait(&inference->asked, &inference->mutex);
    }
    pthread_mutex_unlock(&inference->mutex);
    return NULL;
}

/* ---- asking, on the main thread ---- */

void inference_ask(struct inference *inference, const struct question *question)
{
    pthread_mutex_lock(&inference->mutex);
    question_drop(&inference->slot);
    inference->slot = *question;
    question_hold(&inference->slot);
    inference->waiting = true;
    pthread_cond_signal(&inference->asked);
    pthread_mutex_unlock(&inference->mutex);
}

struct answer *inference_take(struct inference *inference)
{
    pthread_mutex_lock(&inference->mutex);
    const bool answered = inference->answered;
    if (answered) {
        inference->shown = 1 - inference->shown;
        inference->answered = false;
        pthread_cond_signal(&inference->asked);
    }
    pthread_mutex_unlock(&inference->mutex);
    return answered ? &inference->answers[inference->shown] : NULL;
}

bool inference_take_outcomes(struct inference *inference, struct outcomes *outcomes)
{
    pthread_mutex_lock(&inference->mutex);
    const bool passed = inference->passed;
    if (passed)
        outcomes_copy(outcomes, &inference->outcomes);
    inference->passed = false;
    pthread_mutex_unlock(&inference->mutex);
    return passed;
}

struct finding *inference_take_finding(struct inference *inference, enum study study)
{
    pthread_mutex_lock(&inference->mutex);
    struct finding *finding = inference->findings[study];
    inference->findings[study] = NULL;
    pthread_mutex_unlock(&inference->mutex);
    return finding;
}

/* With the mutex held. */
static bool has_left(const struct inference *inference)
{
    bool found = false;

    for (int s = 0; s < STUDY_COUNT; s++)
        found = found || inference->findings[s] != NULL;
    return found || inference->answered || inference->passed;
}

bool inference_ready(struct inference *inference)
{
    pthread_mutex_lock(&inference->mutex);
    const bool ready = has_left(inference);
    pthread_mutex_unlock(&inference->mutex);
    return ready;
}

/* With the mutex held. */
static bool at_work(const struct inference *inference)
{
    return inference->waiting || inference->answering || inference->studying || inference->passing;
}

bool inference_busy(struct inference *inference)
{
    pthread_mutex_lock(&inference->mutex);
    const bool busy = at_work(inference) || has_left(inference);
    pthread_mutex_unlock(&inference->mutex);
    return busy;
}

void inference_wait(struct inference *inference)
{
    pthread_mutex_lock(&inference->mutex);
    while (at_work(inference) && !has_left(inference))
        pthread_cond_wait(&inference->left, &inference->mutex);
    pthread_mutex_unlock(&inference->mutex);
}

/* ---- making and releasing ---- */

static void release(struct inference *inference)
{
    lab_fini(&inference->lab);
    loaded_fini(&inference->loaded);
    free(inference->evaluation.losses);
    free(inference->evaluation.predictions);
    free(inference->evaluation.seconds);
    for (int s = 0; s < STUDY_COUNT; s++)
        finding_free(inference->findings[s]);
    if (inference->activations.model != NULL)
        activations_fini(&inference->activations);
    for (int i = 0; i < 2; i++) {
        question_drop(&inference->answers[i].question);
        activations_free_values(inference->model, inference->answers[i].activations);
    }
    free(inference->input);
    question_drop(&inference->slot);
    weights_drop(inference->pass);
    outcomes_fini(&inference->outcomes);
    pthread_cond_destroy(&inference->left);
    pthread_cond_destroy(&inference->asked);
    pthread_mutex_destroy(&inference->mutex);
    free(inference);
}

struct inference *inference_new(const struct model *model, const struct kernels *kernels,
                                const struct dataset *data, struct error *error)
{
    struct inference *inference = memory_new(1, sizeof *inference, error);

    if (inference == NULL)
        return NULL;
    inference->model = model;
    inference->kernels = kernels;
    inference->test = &data->test;
    inference->loaded = (struct loaded){.model = model, .kernels = kernels, .images = CHUNK};
    inference->lab = (struct lab){
        .model = model, .kernels = kernels, .data = data, .loaded = &inference->loaded};
    inference->pass_finished = -1;
    pthread_mutex_init(&inference->mutex, NULL);
    pthread_cond_init(&inference->asked, NULL);
    pthread_cond_init(&inference->left, NULL);
    inference->input = memory_new(split_pixels(inference->test), sizeof(float), error);
    bool made =
        inference->input != NULL && outcomes_init(&inference->outcomes, data->test.count, error);
    for (int i = 0; made && i < 2; i++)
        made = (inference->answers[i].activations = activations_new_values(model, error)) != NULL;
    if (made && thread_start(&inference->thread, run, inference, error))
        return inference;
    release(inference);
    return NULL;
}

void inference_free(struct inference *inference)
{
    if (inference == NULL)
        return;
    pthread_mutex_lock(&inference->mutex);
    inference->ending = true;
    pthread_cond_signal(&inference->asked);
    pthread_mutex_unlock(&inference->mutex);
    pthread_join(inference->thread, NULL);
    release(inference);
}
