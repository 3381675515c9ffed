#include "tui/findings.h"

#include "support/clock.h"

#include <limits.h>
#include <stdlib.h>

enum { BUSY_SHARE = 5 }; /* a study is at work for at most one in so many seconds */

/* Seconds between two findings while the weights move, at least. */
static const double PERIODS[STUDY_COUNT] = {
    [STUDY_OCCLUSION] = 0.5,
    [STUDY_MAP] = 1.0,
    [STUDY_GRADIENTS] = 1.0,
    [STUDY_DISTRIBUTIONS] = 1.0,
};

/* ---- what has come ---- */

static void take(struct insight *insight, enum study study, struct finding *finding)
{
    finding_free(insight->findings[study]);
    insight->findings[study] = finding;
    insight->found_at[study] = clock_seconds();
    for (int i = 0; i < finding->column_count; i++)
        distributions_add(&insight->inside.distributions, finding->columns[i]);
    finding->column_count = 0;
    insight->map_changed = insight->map_changed || study == STUDY_MAP;
    insight->asked.weights = NULL; /* what is missing still may look like the last question */
}

void findings_take(struct insight *insight)
{
    for (int s = 0; s < STUDY_COUNT; s++) {
        struct finding *finding = inference_take_finding(insight->inference, (enum study)s);
        if (finding != NULL)
            take(insight, (enum study)s, finding);
    }
}

void findings_fini(struct insight *insight)
{
    for (int s = 0; s < STUDY_COUNT; s++)
        finding_free(insight->findings[s]);
    distributions_fini(&insight->inside.distributions);
}

/* ---- what is missing ---- */

static bool is_due(const struct insight *insight, enum study study, bool moving)
{
    const struct finding *finding = insight->findings[study];

    if (!moving || finding == NULL)
        return true;
    const double rest = (BUSY_SHARE - 1) * finding->seconds;
    return clock_seconds() - insight->found_at[study] >=
           (rest > PERIODS[study] ? rest : PERIODS[study]);
}

/* Whether an occlusion is of what is looked at; a drawing may have changed since. */
static bool is_of(const struct insight *insight, const struct insight_wish *wish,
                  const struct finding *finding)
{
    return finding->drawing == wish->drawing &&
           (wish->drawing || finding->image == insight->browse.image);
}

static bool is_missing(const struct insight *insight, const struct insight_wish *wish,
                       enum study study)
{
    const struct finding *finding = insight->findings[study];
    const bool occlusion = study == STUDY_OCCLUSION;

    if (occlusion && wish->drawing && sketch_empty(insight->sketch))
        return false;
    if (finding == NULL || (occlusion && !is_of(insight, wish, finding)) ||
        (occlusion && wish->drawing && finding->changes != insight->sketch->changes))
        return true;
    return finding->step != wish->weights->step && is_due(insight, study, wish->moving);
}

/* ---- the moments whose distributions are missing ---- */

/* The number of batches between a step and the nearest of the columns and of the moments that are
 * asked for already; LONG_MAX: there are none. */
static long gap_at(const struct insight *insight, const struct question *question, long step)
{
    long gap = LONG_MAX;

    for (int i = 0; i < insight->inside.distributions.count; i++) {
        const long distance = labs(insight->inside.distributions.columns[i]->step - step);
        gap = distance < gap ? distance : gap;
    }
    for (int i = 0; i < question->moment_count; i++) {
        const long distance = labs(question->moments[i]->step - step);
        gap = distance < gap ? distance : gap;
    }
    return gap;
}

/* Takes the moment if its gap is wider than the widest yet. */
static void compare(const struct insight *insight, const struct question *question,
                    struct weights *weights, long *widest, struct weights **best)
{
    const long gap = gap_at(insight, question, weights->step);

    if (gap <= *widest)
        return;
    *widest = gap;
    *best = weights;
}

/* The moment in the widest gap; NULL if all gaps are so narrow that a full picture has no room for
 * another column. */
static struct weights *next_moment(const struct insight *insight, const struct insight_wish *wish,
                                   const struct question *question)
{
    const struct timeline *timeline = wish->timeline;
    const int count = timeline != NULL ? timeline->count : 0;
    const long newest = count > 0 ? timeline->moments[count - 1].step : wish->weights->step;
    const long oldest = count > 0 ? timeline->moments[0].step : wish->weights->step;
    long widest = (newest - oldest) / DISTRIBUTIONS_COLUMNS;
    struct weights *best = NULL;

    compare(insight, question, wish->weights, &widest, &best);
    for (int i = count - 1; i >= 0; i--)
        compare(insight, question, timeline->moments[i].weights, &widest, &best);
    return best;
}

/* While the weights move, one moment a time: others are waiting for the processor. */
static void want_moments(const struct insight *insight, const struct insight_wish *wish,
                         struct question *question)
{
    const int most = wish->moving ? 1 : QUESTION_MOMENTS;
    struct weights *moment;

    if (!is_due(insight, STUDY_DISTRIBUTIONS, wish->moving))
        return;
    while (question->moment_count < most && (moment = next_moment(insight, wish, question)) != NULL)
        question->moments[question->moment_count++] = moment;
    if (question->moment_count > 0)
        question->studies |= 1U << STUDY_DISTRIBUTIONS;
}

void findings_want(const struct insight *insight, const struct insight_wish *wish,
                   struct question *question)
{
    question->moving = wish->moving;
    for (int s = 0; s < STUDY_COUNT; s++) {
        if ((wish->studies & 1U << s) == 0)
            continue;
        if (s == STUDY_DISTRIBUTIONS)
            want_moments(insight, wish, question);
        else if (is_missing(insight, wish, (enum study)s))
            question->studies |= 1U << s;
    }
}

/* ---- what is shown ---- */

/* Finds the neighbours anew when the map or the image has changed: some thousand short sums. */
static void find_neighbours(struct insight *insight, int image)
{
    const struct projection *map = insight->inside.map;
    struct neighbours *neighbours = &insight->inside.neighbours;

    if (!insight->map_changed && neighbours->image == image)
        return;
    insight->map_changed = false;
    neighbours->image = image;
    neighbours->count = 0;
    if (map != NULL && image >= 0 && image < map->count)
        neighbours->count = principal_nearest(&map->principal, image, INSIDE_NEIGHBOURS,
                                              neighbours->images, neighbours->distances);
}

void findings_show(struct insight *insight, const struct insight_wish *wish)
{
    const struct finding *occlusion = insight->findings[STUDY_OCCLUSION];
    const struct finding *map = insight->findings[STUDY_MAP];
    const struct finding *gradients = insight->findings[STUDY_GRADIENTS];
    const bool blank = wish->drawing && sketch_empty(insight->sketch);
    struct inside *inside = &insight->inside;

    inside->occlusion = NULL;
    if (occlusion != NULL && is_of(insight, wish, occlusion) && !blank) {
        inside->occlusion = occlusion->occlusion;
        inside->occlusion_step = occlusion->step;
    }
    if (map != NULL) {
        inside->map = map->projection;
        inside->map_step = map->step;
    }
    if (gradients != NULL) {
        inside->gradients = gradients->gradient;
        inside->gradients_images = gradients->images;
        inside->gradients_step = gradients->step;
    }
    if ((wish->studies & 1U << STUDY_MAP) != 0)
        find_neighbours(insight, wish->neighbours_of);
}
