#include "train/run_summary.h"

#include "train/recipe.h"

#include <math.h>

void run_summary_init(struct run_summary *summary, const char *run, const struct model *model,
                      const struct settings *settings, const struct snapshot *now)
{
    const struct history *history = &now->history;

    *summary = (struct run_summary){
        .run = run,
        .model = model->name,
        .parameters = model->parameter_count,
        .recipe = settings->recipe != NULL ? settings->recipe : recipe_name(0),
        .seed = settings->seed,
        .epochs = settings->epochs,
        .best = (double)NAN,
        .final = (double)NAN,
        .seconds = now->epochs_seconds,
    };
    if (history->epoch_count == 0)
        return;
    const struct epoch_metrics *last = &history->epochs[history->epoch_count - 1];
    summary->epochs_done = last->epoch + 1;
    summary->best = now->best.test_accuracy;
    summary->best_epoch = now->best.epoch;
    summary->final = last->test_accuracy;
}

static double figure_of(const struct run_summary *run, enum run_figure figure)
{
    return figure == RUN_BEST ? run->best : figure == RUN_FINAL ? run->final : run->seconds;
}

struct spread run_summary_spread(const struct run_summary runs[], int count, enum run_figure figure)
{
    struct spread spread = {.min = INFINITY, .max = -INFINITY};
    double squares = 0.0;

    for (int i = 0; i < count; i++) {
        const double value = figure_of(&runs[i], figure);
        spread.mean += value / count;
        spread.min = fmin(spread.min, value);
        spread.max = fmax(spread.max, value);
    }
    for (int i = 0; i < count; i++) {
        const double difference = figure_of(&runs[i], figure) - spread.mean;
        squares += difference * difference;
    }
    spread.deviation = count > 1 ? sqrt(squares / (count - 1)) : (double)NAN;
    return spread;
}
