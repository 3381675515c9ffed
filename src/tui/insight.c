#include "tui/insight.h"

#include "support/clock.h"

#include <string.h>

static const double ACTIVATE_SECONDS = 0.7; /* the same of activations: many cells to send */
static const double PREDICT_SECONDS = 0.25; /* between two predictions while the weights change */
static const double SETTLE_SECONDS = 0.3;   /* at a moment of the past before its test pass */

bool insight_init(struct insight *insight, const struct model *model, const struct kernels *kernels,
                  const struct split *test, struct error *error)
{
    *insight = (struct insight){.model = model, .test = test, .shown = &insight->live};
    insight->shown_step = insight->predicted_step = insight->activated_step = -1;
    insight->digit_step = -1;
    if (!outcomes_init(&insight->live, test->count, error) ||
        !outcomes_init(&insight->past, test->count, error) ||
        !browse_init(&insight->browse, test->count, error) ||
        !activations_init(&insight->activations, model, kernels, error) ||
        (insight->sketch = sketch_new(error)) == NULL ||
        (insight->predictor = predictor_new(model, kernels, error)) == NULL ||
        (insight->team = team_new(1, error)) == NULL ||
        (insight->evaluator = evaluator_new(model, kernels, insight->team, test->count, error)) ==
            NULL)
        return false;
    insight_list(insight);
    return true;
}

void insight_fini(struct insight *insight)
{
    evaluator_free(insight->evaluator);
    team_free(insight->team);
    predictor_free(insight->predictor);
    sketch_free(insight->sketch);
    if (insight->activations.model != NULL)
        activations_fini(&insight->activations);
    browse_fini(&insight->browse);
    outcomes_fini(&insight->past);
    outcomes_fini(&insight->live);
}

bool insight_test(struct insight *insight, const float *state, long step, struct error *error)
{
    return outcomes_compute(&insight->live, insight->evaluator, state, insight->test, step, error);
}

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

/* Chooses the outcomes of the moment. The test pass of one of the past takes a while: it is made
 * once one has come to rest there. True while that is to come. */
static bool update_outcomes(struct insight *insight, const struct insight_wish *wish)
{
    struct error ignored; /* without memory the matrix stays as it is */

    if (!wish->past) {
        insight->shown = &insight->live;
        insight->travelled_step = -1;
        return false;
    }
    if (wish->step != insight->travelled_step) {
        insight->travelled_step = wish->step;
        insight->travelled_at = clock_seconds();
    }
    if (insight->past.step != wish->step) {
        if (clock_seconds() - insight->travelled_at < SETTLE_SECONDS)
            return true;
        if (!outcomes_compute(&insight->past, insight->evaluator, wish->state, insight->test,
                              wish->step, &ignored))
            return false;
    }
    insight->shown = &insight->past;
    return false;
}

/* The images that a view may show: the selected one and those behind it. */
static int list_images(const struct insight *insight, uint32_t images[LANES])
{
    const struct browse *browse = &insight->browse;
    const int count = browse->count < LANES ? browse->count : LANES;

    for (int i = 0; i < count; i++)
        images[i] = (uint32_t)browse_at(browse, i);
    return count;
}

static void update_predictions(struct insight *insight, const struct insight_wish *wish, bool due)
{
    const struct predictions *before = &insight->predictions;
    uint32_t images[LANES];
    int count = list_images(insight, images);
    bool same = count == before->count &&
                memcmp(images, before->images, (size_t)count * sizeof *images) == 0;

    if (same && (insight->predicted_step == wish->step || !due))
        return;
    predictor_run(insight->predictor, wish->state, insight->test, images, count,
                  &insight->predictions);
    insight->predicted_step = wish->step;
    insight->predicted_at = clock_seconds();
}

static void update_digit(struct insight *insight, const struct insight_wish *wish, bool due)
{
    const struct split alone = {.images = insight->digit, .labels = (uint8_t[]){0}, .count = 1};

    if (insight->digit_changes != insight->sketch->changes) {
        insight->digit_changes = insight->sketch->changes;
        sketch_digit(insight->sketch, insight->digit);
    } else if (insight->digit_step == wish->step || (insight->digit_step >= 0 && !due)) {
        return;
    }
    predictor_run(insight->predictor, wish->state, &alone, (uint32_t[]){0}, 1,
                  &insight->digit_predictions);
    insight->digit_step = wish->step;
    insight->predicted_at = clock_seconds();
}

static void update_activations(struct insight *insight, const struct insight_wish *wish)
{
    const double now = clock_seconds();
    const bool due = !wish->moving || now - insight->activated_at >= ACTIVATE_SECONDS;
    const bool same = insight->activated_drawing == wish->drawing &&
                      insight->activated_image == insight->browse.image &&
                      insight->activated_changes == insight->sketch->changes &&
                      insight->activated_step >= 0;
    const uint8_t *pixels =
        wish->drawing ? insight->digit
                      : insight->test->images + (size_t)insight->browse.image * DATASET_PIXELS;
    float image[DATASET_PIXELS];

    if (same && (insight->activated_step == wish->step || !due))
        return;
    for (int i = 0; i < DATASET_PIXELS; i++)
        image[i] = dataset_normalize(insight->test, pixels[i]);
    activations_run(&insight->activations, wish->state, image);
    insight->activated_drawing = wish->drawing;
    insight->activated_image = insight->browse.image;
    insight->activated_changes = insight->sketch->changes;
    insight->activated_step = wish->step;
    insight->activated_at = now;
}

bool insight_update(struct insight *insight, const struct insight_wish *wish)
{
    const bool due = !wish->moving || clock_seconds() - insight->predicted_at >= PREDICT_SECONDS;
    bool later = false;

    if (wish->outcomes || !wish->past)
        later = update_outcomes(insight, wish);
    insight_list(insight);
    update_predictions(insight, wish, due);
    if (wish->drawing)
        update_digit(insight, wish, due);
    if (wish->activations)
        update_activations(insight, wish);
    return later;
}
