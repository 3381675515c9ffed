#include "tui/events.h"

#include <stdarg.h>
#include <stdio.h>

static const double CHECKPOINT_SECONDS = 5.0;

enum { RISING = 3 /* the test loss has risen in this many epochs in a row */ };

static void add(struct events *events, const struct snapshot *now, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct events *events, const struct snapshot *now, const char *format, ...)
{
    struct event *event = &events->ring[events->count++ % EVENTS_MAX];
    va_list arguments;

    event->seconds = now->run_seconds;
    va_start(arguments, format);
    vsnprintf(event->text, sizeof event->text, format, arguments);
    va_end(arguments);
}

static void watch_epochs(struct events *events, const struct snapshot *now)
{
    const struct history *history = &now->history;
    const char *test = snapshot_test_name(now->validates)->word;

    for (int i = 0; i < history->epoch_count; i++) {
        const struct epoch_metrics *epoch = &history->epochs[i];
        if (epoch->epoch < events->next_epoch)
            continue;
        add(events, now, "Epoch %d: %s accuracy %.2f %%, loss %.4f%s.", epoch->epoch + 1, test,
            epoch->test_accuracy, epoch->test_loss,
            epoch->epoch == now->best.epoch && epoch->epoch > 0 ? ", the best so far" : "");
        int rising = 0;
        while (rising < RISING && i > rising &&
               epoch[-rising].test_loss > epoch[-rising - 1].test_loss)
            rising++;
        if (rising == RISING)
            add(events, now, "Possible overfitting: %s loss has risen for %d epochs", test, RISING);
    }
}

/* Checkpoints at the ends of epochs are not reported, and those every few batches would be too
 * many. */
static void watch_checkpoint(struct events *events, const struct snapshot *now)
{
    const double since = now->checkpoint_seconds - events->checkpoint_seconds;
    const bool known = now->checkpoint_step == events->checkpoint_step;

    events->checkpoint_step = now->checkpoint_step;
    if (known || now->checkpoint_step % now->batches == 0 ||
        (since < CHECKPOINT_SECONDS && now->state != SNAPSHOT_PAUSED))
        return;
    events->checkpoint_seconds = now->checkpoint_seconds;
    add(events, now, "Checkpoint written: epoch %ld, batch %ld.",
        now->checkpoint_step / now->batches + 1, now->checkpoint_step % now->batches);
}

/* Reports the results of the runs to compare first, so that this run's result is the newest
 * event. */
static void tell_compared(struct events *events, const struct snapshot *now)
{
    char name[PAST_RUN_NAME_SIZE];

    for (int i = events->compared_count - 1; i >= 0; i--) {
        const struct snapshot *past = &events->compared[i].now;
        past_run_name(&events->compared[i], name);
        if (past->epochs_done == 0)
            continue;
        const struct epoch_metrics *last = &past->history.epochs[past->history.epoch_count - 1];
        add(events, now, "Run %s: best %s accuracy %.2f %%, epoch %d; last %.2f %%, epoch %d.",
            name, snapshot_test_name(past->validates)->word, past->best.test_accuracy,
            past->best.epoch + 1, last->test_accuracy, last->epoch + 1);
    }
}

static void watch_state(struct events *events, const struct snapshot *now)
{
    switch (now->state) {
    case SNAPSHOT_PAUSED:
        add(events, now, "Paused. Space resumes, n trains one epoch, b one batch.");
        break;
    case SNAPSHOT_FINISHED:
        tell_compared(events, now);
        add(events, now,
            "Finished: best %s accuracy %.2f %%, epoch %d. q quits and prints the results",
            snapshot_test_name(now->validates)->brief, now->best.test_accuracy,
            now->best.epoch + 1);
        break;
    case SNAPSHOT_FAILED: add(events, now, "%s", now->error.text); break;
    case SNAPSHOT_TRAINING:
        if (events->begun && events->state == SNAPSHOT_PAUSED)
            add(events, now, "Training.");
        break;
    case SNAPSHOT_TESTING:
    case SNAPSHOT_STOPPED: break;
    }
}

bool events_watch(struct events *events, const struct snapshot *now)
{
    const int before = events->count;
    const struct history *history = &now->history;
    const int epochs = history->epoch_count;
    const int next = epochs > 0 ? history->epochs[epochs - 1].epoch + 1 : 0;
    const bool epoch_done = next > events->next_epoch;

    if (epoch_done)
        watch_epochs(events, now);
    if (events->begun && now->base_lr != events->lr)
        add(events, now, "The learning rate is now %.4g.", now->base_lr);
    watch_checkpoint(events, now);
    /* After a pause at an epoch's end the header shows the pause; the epoch's result is the
     * message. */
    bool told = epoch_done && now->state == SNAPSHOT_PAUSED;
    if (!told && (!events->begun || now->state != events->state))
        watch_state(events, now);
    events->begun = true;
    events->state = now->state;
    events->next_epoch = next;
    events->lr = now->base_lr;
    return events->count > before;
}

int events_kept(const struct events *events)
{
    return events->count < EVENTS_MAX ? events->count : EVENTS_MAX;
}

const struct event *events_at(const struct events *events, int i)
{
    return &events->ring[(events->count - 1 - i) % EVENTS_MAX];
}
