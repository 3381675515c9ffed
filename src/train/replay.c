#include "train/replay.h"

#include "support/file.h"
#include "support/json_memory.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNKNOWN = -1 };

struct replay {
    struct start *start;
    const struct settings *settings;
    const struct dataset *data;
    int epoch, batch; /* the next that the log must tell of */
    long correct;     /* of that epoch so far; UNKNOWN when its beginning is not in the log */
    bool begun;       /* a line was read */
};

/* What becomes of a line. */
enum verdict {
    KEEP,
    CUT,   /* it and all that follow are ahead of the checkpoint */
    REFUSE /* no run would have written it there */
};

static double real(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);

    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static bool is(const json_t *line, const char *key, int expected)
{
    const json_t *value = json_object_get(line, key);

    return json_is_integer(value) && json_integer_value(value) == expected;
}

static bool in_range(const json_t *line, const char *key, double low, double high)
{
    double value = real(line, key);

    return value >= low && value <= high;
}

static bool at_checkpoint(const struct replay *replay)
{
    const struct progress *progress = &replay->start->progress;

    return replay->epoch == progress->epoch && replay->batch == progress->batch;
}

/* The log says how much of the epoch so far was right; the history wants that of each batch. */
static void add_batch(struct replay *replay, const json_t *line)
{
    struct snapshot *now = &replay->start->now;
    int count = replay->data->train.count, size = replay->settings->batch_size;
    int before = replay->batch * size, after = count - before < size ? count : before + size;
    double accuracy = (double)NAN;
    long correct = lround(real(line, "accuracy") / 100.0 * after);

    if (replay->correct != UNKNOWN)
        accuracy = 100.0 * (double)(correct - replay->correct) / (after - before);
    now->loss = real(line, "loss");
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
        .train_loss = real(line, "train_loss"),
        .train_accuracy = 100.0 * (double)replay->correct / images,
        .test_loss = real(line, "test_loss"),
        .test_correct = (int)lround(real(line, "test_accuracy") / 100.0 * tests),
        .test_count = tests,
        .last_loss = now->loss,
        .seconds = real(line, "seconds"),
        .images_per_second = real(line, "images_per_second"),
    };

    if (replay->correct == UNKNOWN)
        metrics.train_accuracy = real(line, "train_accuracy");
    metrics.test_accuracy = 100.0 * metrics.test_correct / tests;
    snapshot_add_epoch(now, &metrics);
    now->epoch_loss = metrics.train_loss;
    now->epoch_accuracy = metrics.train_accuracy;
    now->run_seconds += metrics.seconds;
    replay->epoch++;
    replay->batch = 0;
    replay->correct = 0;
}

/* The first line says where the log begins: in the midst of the run when an older log was lost. */
static bool begin(struct replay *replay, const char *event, const json_t *line)
{
    const struct progress *progress = &replay->start->progress;
    struct snapshot *now = &replay->start->now;

    if ((strcmp(event, "start") != 0 && strcmp(event, "resume") != 0) ||
        !in_range(line, "epoch", 0.0, progress->epoch) ||
        !in_range(line, "batch", 0.0, now->batches))
        return false;
    replay->begun = true;
    replay->epoch = (int)json_integer_value(json_object_get(line, "epoch"));
    replay->batch = (int)json_integer_value(json_object_get(line, "batch"));
    replay->correct = replay->batch == 0 ? 0 : UNKNOWN;
    long step = (long)replay->epoch * now->batches + replay->batch;
    for (long i = 0; i < step && i < progress->step; i++)
        history_add_batch(&now->history, (double)NAN, (double)NAN);
    return true;
}

/* Takes the line over if it is the one that must come next. */
static bool add(struct replay *replay, const char *event, const json_t *line)
{
    struct snapshot *now = &replay->start->now;
    bool trained = replay->batch == now->batches;

    if (!is(line, "epoch", replay->epoch))
        return false;
    if (strcmp(event, "epoch") == 0 && trained && in_range(line, "test_accuracy", 0.0, 100.0) &&
        in_range(line, "seconds", 0.0, HUGE_VAL))
        add_epoch(replay, line);
    else if (!is(line, "batch", replay->batch) || trained)
        return false;
    else if (strcmp(event, "batch") == 0 && in_range(line, "accuracy", 0.0, 100.0))
        add_batch(replay, line);
    else if (strcmp(event, "lr") == 0)
        history_add_lr(&now->history, real(line, "lr"));
    else
        return false;
    return true;
}

static enum verdict replay_line(struct replay *replay, const json_t *line)
{
    const char *event = json_string_value(json_object_get(line, "event"));

    if (event == NULL || (!replay->begun && !begin(replay, event, line)))
        return at_checkpoint(replay) ? CUT : REFUSE;
    if (strcmp(event, "start") == 0 || strcmp(event, "resume") == 0 || strcmp(event, "end") == 0)
        return KEEP;
    if (at_checkpoint(replay))
        return CUT;
    return add(replay, event, line) ? KEEP : REFUSE;
}

/* A line counts when it ends; a torn one is ahead of the checkpoint or not there. */
static enum verdict judge(struct replay *replay, const char *text, size_t size)
{
    if (text[size - 1] != '\n')
        return at_checkpoint(replay) ? CUT : REFUSE;
    json_t *line = json_memory_load(text, size, 0, NULL);
    enum verdict verdict = replay_line(replay, line);
    json_decref(line);
    return verdict;
}

static bool replay_lines(struct replay *replay, FILE *file, const char *path, long *end,
                         struct error *error)
{
    enum verdict verdict = KEEP;
    char *text = NULL;
    size_t room = 0;
    ssize_t size;
    long number = 1;

    errno = 0;
    for (*end = 0; verdict == KEEP && (size = getline(&text, &room, file)) > 0; number++) {
        verdict = judge(replay, text, (size_t)size);
        if (verdict == KEEP)
            *end += size;
    }
    free(text);
    if (json_memory_failed())
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it", path);
    if (verdict == KEEP && !feof(file))
        return error_set(error, ERROR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
    if (verdict != REFUSE && at_checkpoint(replay))
        return true;
    return error_set(error, ERROR_CHECKPOINT,
                     "%s: line %ld is damaged or missing (expected epoch %d, batch %d); without "
                     "this file the run can be resumed, but not its plots",
                     path, verdict == REFUSE ? number - 1 : number, replay->epoch, replay->batch);
}

bool replay_log(struct start *start, const char *path, const struct settings *settings,
                const struct dataset *data, long *end, struct error *error)
{
    struct replay replay = {.start = start, .settings = settings, .data = data};
    int descriptor = file_open(path, NULL, ERROR_CHECKPOINT, error);

    if (descriptor < 0)
        return false;
    FILE *file = fdopen(descriptor, "r");
    if (file == NULL) {
        close(descriptor);
        return error_set(error, ERROR_SYSTEM, "%s: cannot be read: %s", path, strerror(errno));
    }
    bool replayed = replay_lines(&replay, file, path, end, error);
    fclose(file);
    return replayed;
}
