#include "tui/insight.h"

#include "support/clock.h"
#include "tui/findings.h"

#include <string.h>

static const double ACTIVATE_SECONDS = 0.7; /* as above, for activations, which change many cells */
static const double PREDICT_SECONDS = 0.25; /* between two predictions while the weights change */

bool insight_init(struct insight *insight, const struct model *model, const struct kernels *kernels,
                  const struct dataset *data, struct error *error)
{
    const struct split *test = &data->test;

    memset(insight, 0, sizeof *insight);
    insight->model = model;
    insight->test = test;
    insight->shown = &insight->live;
    insight->shown_step = insight->predicted_step = insight->activated_step = -1;
    insight->digit_step = -1;
    if (!outcomes_init(&insight->live, test->count, error) ||
        !outcomes_init(&insight->past, test->count, error) ||
        !browse_init(&insight->browse, test->count, error) ||
        (insight->activations.values = activations_new_values(model, error)) == NULL ||
        (insight->sketch = sketch_new(test->width, test->height, error)) == NULL ||
        (insight->inference = inference_new(model, kernels, data, error)) == NULL)
        return false;
    insight->activations.model = insight->inside.distributions.model = model;
    insight_list(insight);
    return true;
}

void insight_fini(struct insight *insight)
{
    inference_free(insight->inference);
    findings_fini(insight);
    sketch_free(insight->sketch);
    activations_free_values(insight->model, insight->activations.values);
    browse_fini(&insight->browse);
    outcomes_fini(&insight->past);
    outcomes_fini(&insight->live);
}

/* ---- the list ---- */

static bool same_wish(const struct browse *a, const struct browse *b)
{
    return a->filter == b->filter && a->worst_first == b->worst_first && a->label == b->label &&
           a->predicted == b->predicted;
}

void insight_list(struct insight *insight)
{
    struct browse *browse = &insight->browse;
    const bool same = same_wish(browse, &insight->listed);

    if (same && insight->shown->step == insight->shown_step)
        return;
    outcomes_confusion(insight->shown, insight->test, &insight->confusion);
    browse_update(browse, insight->shown, insight->test);
    if (!same && (browse->filter != BROWSE_ALL || browse->worst_first))
        browse_go(browse, 0);
    insight->listed = *browse;
    insight->shown_step = insight->shown->step;
}

/* ---- what has come ---- */

static void take_predictions(struct insight *insight, const struct answer *answer)
{
    const long step = answer->question.weights->step;

    if (answer->question.count > 0) {
        insight->predictions = answer->predictions;
        insight->predicted_step = step;
        insight->predicted_at = clock_seconds();
    }
    if (answer->question.digit) {
        insight->digit_predictions = answer->digit;
        insight->answered_changes = answer->question.changes;
        insight->digit_step = step;
        insight->predicted_at = clock_seconds();
    }
}

static void take_activations(struct insight *insight, struct answer *answer)
{
    float **values = insight->activations.values;

    insight->activations.values = answer->activations;
    answer->activations = values;
    insight->activated = answer->question;
    insight->activated_step = answer->question.weights->step;
    insight->activated_at = clock_seconds();
}

static void take_answer(struct insight *insight)
{
    struct answer *answer = inference_take(insight->inference);

    findings_take(insight);
    inference_take_outcomes(insight->inference, &insight->past);
    if (answer == NULL || answer->question.weights == NULL)
        return;
    insight->error = answer->error;
    take_predictions(insight, answer);
    if (answer->question.activations)
        take_activations(insight, answer);
}

/* ---- what is missing ---- */

/* Chooses the outcomes of the moment. */
static void want_outcomes(struct insight *insight, const struct insight_wish *wish,
                          struct question *question)
{
    if (!wish->past)
        insight->shown = &insight->live;
    else if (insight->past.step == wish->weights->step)
        insight->shown = &insight->past;
    else
        question->outcomes = wish->outcomes;
}

/* The images that a view shows, or may show. */
static int list_images(const struct insight *insight, const struct insight_wish *wish,
                       uint32_t images[LANES])
{
    if (wish->image_count > 0) {
        memcpy(images, wish->images, (size_t)wish->image_count * sizeof *images);
        return wish->image_count;
    }
    return browse_seen(&insight->browse, images, LANES);
}

static void want_predictions(const struct insight *insight, const struct insight_wish *wish,
                             bool due, struct question *question)
{
    const struct predictions *before = &insight->predictions;
    const int count = list_images(insight, wish, question->images);
    const bool same = count == before->count && memcmp(question->images, before->images,
                                                       (size_t)count * sizeof(uint32_t)) == 0;

    if (!same || (insight->predicted_step != question->weights->step && due))
        question->count = count;
}

static void want_digit(const struct insight *insight, bool due, struct question *question)
{
    const bool same =
        insight->digit_step >= 0 && insight->answered_changes == insight->sketch->changes;

    question->digit = !same || (insight->digit_step != question->weights->step && due);
}

static void want_activations(const struct insight *insight, const struct insight_wish *wish,
                             struct question *question)
{
    const bool due = !wish->moving || clock_seconds() - insight->activated_at >= ACTIVATE_SECONDS;
    const bool same = insight->activated_step >= 0 && insight->activated.drawing == wish->drawing &&
                      insight->activated.image == insight->browse.image &&
                      (!wish->drawing || insight->activated.changes == insight->sketch->changes);

    question->activations = !same || (insight->activated_step != question->weights->step && due);
}

static bool empty(const struct question *question)
{
    return question->count == 0 && !question->digit && !question->activations &&
           !question->outcomes && question->studies == 0;
}

/* Of the images no more is compared than is asked for. */
static bool same_question(const struct question *a, const struct question *b)
{
    return (a->weights == NULL) == (b->weights == NULL) && a->count == b->count &&
           a->digit == b->digit && a->activations == b->activations && a->outcomes == b->outcomes &&
           a->drawing == b->drawing && a->image == b->image && a->changes == b->changes &&
           a->studies == b->studies && a->moving == b->moving &&
           a->moment_count == b->moment_count &&
           memcmp(a->images, b->images, (size_t)a->count * sizeof *a->images) == 0;
}

/* Asks, unless that was the last question, if only of slightly older weights that go on changing.
 * An empty one need not be asked when all is done. */
static void ask(struct insight *insight, const struct question *question, bool moving)
{
    const long step = question->weights->step;
    const bool busy = inference_busy(insight->inference);

    if (same_question(question, &insight->asked) &&
        (step == insight->asked_step || empty(question) || (moving && busy)))
        return;
    if (!empty(question) || busy)
        inference_ask(insight->inference, question);
    insight->asked = *question;
    insight->asked_step = step;
}

bool insight_update(struct insight *insight, const struct insight_wish *wish)
{
    const bool due = !wish->moving || clock_seconds() - insight->predicted_at >= PREDICT_SECONDS;
    struct question *question = &insight->wanted;

    memset(question, 0, sizeof *question);
    question->weights = wish->weights;
    question->image = insight->browse.image;
    question->drawing = wish->drawing;
    take_answer(insight);
    want_outcomes(insight, wish, question);
    insight_list(insight);
    if (insight->digit_changes != insight->sketch->changes) {
        insight->digit_changes = insight->sketch->changes;
        sketch_digit(insight->sketch, insight->digit);
    }
    want_predictions(insight, wish, due, question);
    if (wish->drawing)
        want_digit(insight, due, question);
    if (wish->activations)
        want_activations(insight, wish, question);
    findings_want(insight, wish, question);
    if (wish->drawing) {
        question->changes = insight->sketch->changes;
        memcpy(question->drawn, insight->digit, sizeof question->drawn);
    }
    findings_show(insight, wish);
    ask(insight, question, wish->moving);
    return inference_busy(insight->inference);
}

void insight_settle(struct insight *insight, const struct insight_wish *wish)
{
    while (insight_update(insight, wish))
        inference_wait(insight->inference);
}

bool insight_ready(const struct insight *insight)
{
    return inference_ready(insight->inference);
}
