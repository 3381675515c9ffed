#include "train/snapshot.h"

#include <math.h>

bool snapshot_add_epoch(struct snapshot *snapshot, const struct epoch_metrics *metrics)
{
    bool first = snapshot->epochs_done == 0;
    bool best =
        isfinite(metrics->test_loss) &&
        (snapshot->best.test_count == 0 || metrics->test_accuracy > snapshot->best.test_accuracy);

    if (best)
        snapshot->best = *metrics;
    if (first || metrics->train_accuracy > snapshot->best_train_accuracy)
        snapshot->best_train_accuracy = metrics->train_accuracy;
    history_add_epoch(&snapshot->history, metrics);
    snapshot->epochs_done++;
    snapshot->epochs_seconds += metrics->seconds;
    return best;
}
