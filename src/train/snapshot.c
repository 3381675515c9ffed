#include "train/snapshot.h"

#include <math.h>

bool snapshot_add_epoch(struct snapshot *snapshot, const struct epoch_metrics *metrics)
{
    const bool first = snapshot->epochs_done == 0, finite = isfinite(metrics->test_loss);
    const bool better = first || !isfinite(snapshot->best.test_loss) ||
                        metrics->test_accuracy > snapshot->best.test_accuracy;

    if (first || (finite && better))
        snapshot->best = *metrics;
    if (first || metrics->train_accuracy > snapshot->best_train_accuracy)
        snapshot->best_train_accuracy = metrics->train_accuracy;
    history_add_epoch(&snapshot->history, metrics);
    snapshot->epochs_done++;
    snapshot->epochs_seconds += metrics->seconds;
    return finite && better;
}

const struct test_name *snapshot_test_name(bool validates)
{
    static const struct test_name names[] = {
        {"test", "test", "Test"},
        {"validation", "val", "Validation"},
    };

    return &names[validates];
}
