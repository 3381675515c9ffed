#include "train/replay.h"

#include "train/log_lines.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { UNKNOWN = -1 };

/* What to do with a line. */
enum verdict {
    KEEP,
    CUT,   /* this line and all later ones are after the checkpoint */
    REFUSE /* no run could have written it there */
};

struct replay {
    struct start *start;
    const struct settings *settings;
    const struct dataset *data;
    int epoch, batch;     /* the next batch that the log must have */
    long correct;         /* in that epoch so far; UNKNOWN: its beginning is not in the log */
    bool begun;           /* a line has been read */
    enum verdict verdict; /* of the last line */
    long kept, end;       /* lines kept, and their bytes */
};

static bool at_checkpoint(const struct replay *replay)
{
    const struct progress *progress = &replay->start->progress;

    return replay->epoch == progress->epoch && replay->batch == progress->batch;
}

/* The log has the accuracy of the epoch so far; the history needs the accuracy of each batch. */
static void add_batch(struct replay *replay, const json_t *line)
{
    struct snapshot *now = &replay->start->now;
    int count = replay->data->train.count, size = replay->settings->batch_size;
    int before = replay->batch * size, after = count - before < size ? count : before + size;
    double accuracy = (double)NAN;
    long correct = lround(log_line_real(line, "accuracy") / 100.0 * after);

    if (replay->correct != UNKNOWN)
        accuracy = 100.0 * (double)(correct - replay->correct) / (after - before);
    now->loss = log_line_real(line, "loss");
    history_add_batch(&now->history, now->loss, accuracy);
    replay->correct = correct;
    replay->batch++;
}

static void add_epoch(struct replay *replay, const json_t *line)
{
    struct snapshot *now = &replay->start->now;
    const int images = replay->data->train.count, tests = replay->data->test.count;
    struct epoch_metrics metrics = {
        .epoch = replay->epoch,
        .step = now->history.steps,
        .train_loss = log_line_real(line, "train_loss"),
        .train_accuracy = 100.0 * (double)replay->correct / images,
        .test_loss = log_line_real(line, "test_loss"),
        .test_correct = (int)lround(log_line_real(line, "test_accuracy") / 100.0 * tests),
        .test_count = tests,
        .last_loss = now->loss,
        .seconds = log_line_real(line, "seconds"),
        .images_per_second = log_line_real(line, "images_per_second"),
    };

    if (replay->correct == UNKNOWN)
        metrics.train_accuracy = log_line_real(line, "train_accuracy");
    metrics.test_accuracy = 100.0 * metrics.test_correct / tests;
    snapshot_add_epoch(now, &metrics);
    now->epoch_loss = metrics.train_loss;
    now->epoch_accuracy = metrics.train_accuracy;
    now->run_seconds += metrics.seconds;
    replay->epoch++;
    replay->batch = 0;
    replay->correct = 0;
}

/* The first line says where the log begins: in the middle of the run if an older log was lost. */
static bool begin(struct replay *replay, const char *event, const json_t *line)
{
    const struct progress *progress = &replay->start->progress;
    struct snapshot *now = &replay->start->now;

    if ((strcmp(event, "start") != 0 && strcmp(event, "resume") != 0) ||
        !log_line_in_range(line, "epoch", 0.0, progress->epoch) ||
        !log_line_in_range(line, "batch", 0.0, now->batches))
        return false;
    replay->begun = true;
    replay->epoch = log_line_integer(line, "epoch");
    replay->batch = log_line_integer(line, "batch");
    replay->correct = replay->batch == 0 ? 0 : UNKNOWN;
    long step = (long)replay->epoch * now->batches + replay->batch;
    for (long i = 0; i < step && i < progress->step; i++)
        history_add_batch(&now->history, (double)NAN, (double)NAN);
    return true;
}

/* Adds the line to the past if it is the one that must come next. */
static bool add(struct replay *replay, const char *event, const json_t *line)
{
    struct snapshot *now = &replay->start->now;
    bool trained = replay->batch == now->batches;

    if (!log_line_is(line, "epoch", replay->epoch))
        return false;
    if (strcmp(event, "epoch") == 0 && trained &&
        log_line_in_range(line, "test_accuracy", 0.0, 100.0) &&
        log_line_in_range(line, "seconds", 0.0, HUGE_VAL))
        add_epoch(replay, line);
    else if (!log_line_is(line, "batch", replay->batch) || trained)
        return false;
    else if (strcmp(event, "batch") == 0 && log_line_in_range(line, "accuracy", 0.0, 100.0))
        add_batch(replay, line);
    else if (strcmp(event, "lr") == 0 && log_line_in_range(line, "lr", DBL_TRUE_MIN, DBL_MAX))
        history_add_lr(&now->history, log_line_real(line, "lr"));
    else
        return false;
    return true;
}

static enum verdict replay_line(struct replay *replay, const json_t *line)
{
    const char *event = log_line_event(line);

    if (event == NULL || !log_line_complete(line) ||
        (!replay->begun && !begin(replay, event, line)))
        return at_checkpoint(replay) ? CUT : REFUSE;
    if (strcmp(event, "start") == 0 || strcmp(event, "resume") == 0 || strcmp(event, "end") == 0)
        return KEEP;
    if (at_checkpoint(replay))
        return CUT;
    return add(replay, event, line) ? KEEP : REFUSE;
}

/* The log_visitor. A torn line is fine only after the checkpoint. */
static bool take_line(void *argument, const json_t *line, size_t size)
{
    struct replay *replay = argument;

    replay->verdict = replay_line(replay, line);
    if (replay->verdict == KEEP) {
        replay->kept++;
        replay->end += (long)size;
    }
    return replay->verdict == KEEP;
}

bool replay_log(struct start *start, const struct directory *directory,
                const struct settings *settings, const struct dataset *data, long *end,
                struct error *error)
{
    struct replay replay = {.start = start, .settings = settings, .data = data};
    char path[FILE_PATH_SIZE];

    if (!log_lines_visit(directory, take_line, &replay, error))
        return false;
    *end = replay.end;
    if (replay.verdict != REFUSE && at_checkpoint(&replay))
        return true;
    file_path(path, directory, LOG_NAME);
    return error_set(error, ERROR_CHECKPOINT,
                     "%s: line %ld is damaged or missing (expected epoch %d, batch %d); without "
                     "this file the run can be resumed, but not its plots",
                     path, replay.kept + 1, replay.epoch, replay.batch);
}
