#include "train/schedule.h"

#include <assert.h>
#include <math.h>

static const double PI = 3.14159265358979323846;
static const double CYCLE_START = 1.0 / 25.0, CYCLE_END = 1.0 / 25.0 / 1e4;

/* From `from` to `to` along half a cosine, at the share `done` of the way. */
static double anneal(double from, double to, double done)
{
    return to + (from - to) * (1.0 + cos(PI * done)) / 2.0;
}

/* Like OneCycleLR: the rise goes from batch 0 to its last batch, the fall from there to the run's
 * last batch, so the factor reaches the values of both ends exactly. */
static double onecycle(double warmup, long step, long steps)
{
    const double peak = warmup * (double)steps - 1.0, end = (double)steps - 1.0;
    const double at = (double)step;

    if (at < peak)
        return anneal(CYCLE_START, 1.0, at / peak);
    return end > peak ? anneal(1.0, CYCLE_END, (at - peak) / (end - peak)) : 1.0;
}

double schedule_factor(const struct settings *settings, long step, long steps)
{
    const double rise = settings->warmup * (double)steps;

    assert(step >= 0 && steps > 0);
    if (step >= steps)
        step = steps - 1;
    if (settings->schedule == SCHEDULE_ONECYCLE)
        return onecycle(settings->warmup, step, steps);
    if ((double)step < rise)
        return ((double)step + 1.0) / (rise + 1.0);
    const double done = ((double)step - rise) / ((double)steps - rise);
    switch (settings->schedule) {
    case SCHEDULE_STEP: return done < 0.5 ? 1.0 : done < 0.75 ? 0.1 : 0.01;
    case SCHEDULE_COSINE: return anneal(1.0, 0.0, done);
    case SCHEDULE_NONE:
    case SCHEDULE_ONECYCLE: break;
    }
    return 1.0;
}
