#include "train/runlog.h"

#include "support/clock.h"
#include "support/file.h"
#include "support/json_memory.h"
#include "support/memory.h"
#include "support/number.h"
#include "train/log_lines.h"
#include "train/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BUFFER_SIZE = 64 * 1024,
    LINE_SIZE = 1024,
    DIGITS = 9 /* enough for every float to read back the same */
};

struct runlog {
    char directory[PATH_MAX], metrics_path[PATH_MAX];
    int lock;       /* the directory, opened */
    int descriptor; /* of metrics.jsonl, opened to append */
    size_t used;
    char buffer[BUFFER_SIZE];
};

static bool flush(struct runlog *runlog, struct error *error)
{
    off_t before = lseek(runlog->descriptor, 0, SEEK_END);
    size_t size = runlog->used;

    runlog->used = 0;
    if (file_write_all(runlog->descriptor, runlog->buffer, size))
        return true;
    int problem = errno;
    /* What has been written may end within a line, and no other may stand behind that. */
    bool cut = ftruncate(runlog->descriptor, before) == 0;
    return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s%s", runlog->metrics_path,
                     strerror(problem), cut ? "" : " (its last line may be torn)");
}

static bool flush_to_disk(struct runlog *runlog, struct error *error)
{
    if (!flush(runlog, error))
        return false;
    if (!file_sync(runlog->descriptor))
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made durable: %s",
                         runlog->metrics_path, strerror(errno));
    return true;
}

/* Appends the object as a line, its reals with so many digits, and releases it; NULL stands for
 * memory that was not to be had. */
static bool append_exactly(struct runlog *runlog, json_t *object, int digits, struct error *error)
{
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION((size_t)digits);
    char line[LINE_SIZE];

    size_t size = json_dumpb(object, line, sizeof line - 1, flags);
    json_decref(object);
    if (json_memory_failed() || size >= sizeof line)
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to write a line",
                         runlog->metrics_path);
    line[size++] = '\n';
    if (runlog->used + size > BUFFER_SIZE && !flush(runlog, error))
        return false;
    memcpy(runlog->buffer + runlog->used, line, size);
    runlog->used += size;
    return true;
}

static bool append(struct runlog *runlog, json_t *object, struct error *error)
{
    return append_exactly(runlog, object, DIGITS, error);
}

/* JSON knows no NaN and no infinity; null stands for them. */
static json_t *real(double value)
{
    json_t *number = json_real(value);

    return number != NULL ? number : json_null();
}

static json_t *time_now(void)
{
    char text[CLOCK_TEXT_SIZE];

    clock_text(text);
    return json_string(text);
}

/* An event that says where the run stands, and when. */
static bool append_mark(struct runlog *runlog, const char *event, int epoch, int batch,
                        struct error *error)
{
    return append(runlog,
                  json_pack("{s:s, s:i, s:i, s:o}", "event", event, "epoch", epoch, "batch", batch,
                            "time", time_now()),
                  error) &&
           flush_to_disk(runlog, error);
}

/* ---- directories ---- */

/* Keeps other processes out for as long as the descriptor is open. A file system that knows no
 * locks keeps nobody out; that is no reason not to train. */
static bool lock_directory(struct runlog *runlog, struct error *error)
{
    runlog->lock = open(runlog->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (runlog->lock < 0)
        return error_set(error, ERROR_SYSTEM, "%s: cannot hold a run: %s", runlog->directory,
                         strerror(errno));
    if (flock(runlog->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return error_set(error, ERROR_SYSTEM,
                         "%s: another process is at work on this run (expected none)",
                         runlog->directory);
    return true;
}

static struct runlog *make(const char *directory, struct error *error)
{
    struct runlog *runlog = memory_new(1, sizeof *runlog, error);

    if (runlog == NULL)
        return NULL;
    runlog->descriptor = runlog->lock = -1;
    if (snprintf(runlog->directory, sizeof runlog->directory, "%s", directory) <
            (int)sizeof runlog->directory &&
        snprintf(runlog->metrics_path, sizeof runlog->metrics_path, "%s/%s", directory, LOG_NAME) <
            (int)sizeof runlog->metrics_path)
        return runlog;
    error_set(error, ERROR_SYSTEM, "%s: the path is too long", directory);
    free(runlog);
    return NULL;
}

bool runlog_none_in(const char *directory, struct error *error)
{
    const char *const names[] = {CONFIG_NAME, LOG_NAME};
    char path[PATH_MAX + sizeof LOG_NAME];
    struct stat status;

    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        if (lstat(path, &status) == 0)
            return error_set(error, ERROR_CHECKPOINT,
                             "%s: already holds a run (expected no %s in it; choose another "
                             "directory, or --resume it)",
                             directory, names[i]);
    }
    return true;
}

/* The directory itself must survive a crash, too. A parent that may not be read cannot be synced;
 * that is no reason not to train. */
static bool sync_parent(const char *directory, struct error *error)
{
    char parent[PATH_MAX + sizeof "/.."];

    snprintf(parent, sizeof parent, "%s/..", directory);
    if (!file_sync_directory(parent) && errno != EACCES)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made durable: %s", parent,
                         strerror(errno));
    return true;
}

static bool make_directory(const char *directory, struct error *error)
{
    if (mkdir(directory, 0777) != 0 && errno != EEXIST)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made: %s", directory, strerror(errno));
    return true;
}

bool runlog_make_place(const char *directory, struct error *error)
{
    return make_directory(directory, error) && sync_parent(directory, error);
}

struct runlog *runlog_new(const char *directory, struct error *error)
{
    struct runlog *runlog = make(directory, error);

    if (runlog == NULL)
        return NULL;
    if (make_directory(directory, error) && lock_directory(runlog, error) &&
        runlog_none_in(directory, error) && sync_parent(directory, error))
        return runlog;
    runlog_free(runlog);
    return NULL;
}

struct runlog *runlog_open(const char *directory, struct error *error)
{
    struct runlog *runlog = make(directory, error);
    struct stat status;

    if (runlog == NULL)
        return NULL;
    if (stat(directory, &status) != 0)
        error_set(error, ERROR_CHECKPOINT, "%s: cannot be resumed: %s", directory, strerror(errno));
    else if (!S_ISDIR(status.st_mode))
        error_set(error, ERROR_CHECKPOINT,
                  "%s: cannot be resumed (expected the directory of a run)", directory);
    else if (lock_directory(runlog, error))
        return runlog;
    runlog_free(runlog);
    return NULL;
}

void runlog_free(struct runlog *runlog)
{
    if (runlog == NULL)
        return;
    if (runlog->descriptor >= 0)
        close(runlog->descriptor);
    if (runlog->lock >= 0)
        close(runlog->lock);
    free(runlog);
}

/* ---- beginnings ---- */

static bool open_metrics(struct runlog *runlog, struct error *error)
{
    runlog->descriptor = open(runlog->metrics_path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (runlog->descriptor < 0)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", runlog->metrics_path,
                         strerror(errno));
    return true;
}

/* An empty log that survives a crash. */
static bool make_metrics(struct runlog *runlog, struct error *error)
{
    return file_replace(runlog->directory, LOG_NAME, "", 0, error) && open_metrics(runlog, error);
}

bool runlog_start(struct runlog *runlog, const struct config *config, const struct model *model,
                  const struct start *start, struct error *error)
{
    return checkpoint_save(runlog->directory, CHECKPOINT_LAST, model, &config->settings,
                           &start->progress, start->now.weights, start->velocity, error) &&
           config_write(runlog->directory, config, error) && make_metrics(runlog, error) &&
           append_mark(runlog, "start", 0, 0, error);
}

static bool cut_metrics(struct runlog *runlog, long end, struct error *error)
{
    if (!open_metrics(runlog, error))
        return false;
    if (ftruncate(runlog->descriptor, end) != 0)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be repaired: %s", runlog->metrics_path,
                         strerror(errno));
    return true;
}

bool runlog_resume(struct runlog *runlog, const struct config *config, const struct dataset *data,
                   struct start *start, bool *lost, struct error *error)
{
    const struct progress *progress = &start->progress;
    struct stat status;
    long end;

    bool there = lstat(runlog->metrics_path, &status) == 0 && status.st_size > 0;
    *lost = !there && progress->step > 0;
    return (there ? replay_log(start, runlog->metrics_path, &config->settings, data, &end, error) &&
                        cut_metrics(runlog, end, error)
                  : make_metrics(runlog, error)) &&
           append_mark(runlog, "resume", progress->epoch, progress->batch, error);
}

/* ---- lines ---- */

bool runlog_batch(struct runlog *runlog, int epoch, int batch, double loss, double accuracy,
                  struct error *error)
{
    return append(runlog,
                  json_pack("{s:s, s:i, s:i, s:o, s:o}", "event", "batch", "epoch", epoch, "batch",
                            batch, "loss", real(loss), "accuracy", real(accuracy)),
                  error);
}

/* With all digits: who resumes the run looks whether the next batch's is another one. */
bool runlog_lr(struct runlog *runlog, int epoch, int batch, double lr, struct error *error)
{
    return append_exactly(
        runlog,
        json_pack("{s:s, s:i, s:i, s:f}", "event", "lr", "epoch", epoch, "batch", batch, "lr", lr),
        number_digits(lr), error);
}

bool runlog_epoch(struct runlog *runlog, const struct epoch_metrics *metrics, struct error *error)
{
    return append(runlog,
                  json_pack("{s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "event", "epoch",
                            "epoch", metrics->epoch, "train_loss", real(metrics->train_loss),
                            "train_accuracy", real(metrics->train_accuracy), "test_loss",
                            real(metrics->test_loss), "test_accuracy", real(metrics->test_accuracy),
                            "seconds", real(metrics->seconds), "images_per_second",
                            real(metrics->images_per_second), "time", time_now()),
                  error);
}

bool runlog_end(struct runlog *runlog, const char *reason, int epoch, int batch,
                struct error *error)
{
    return append(runlog,
                  json_pack("{s:s, s:s, s:i, s:i, s:o}", "event", "end", "reason", reason, "epoch",
                            epoch, "batch", batch, "time", time_now()),
                  error) &&
           flush_to_disk(runlog, error);
}

bool runlog_save(struct runlog *runlog, const char *name, const struct model *model,
                 const struct settings *settings, const struct progress *progress,
                 const float *state, const float *velocity, struct error *error)
{
    return flush_to_disk(runlog, error) && checkpoint_save(runlog->directory, name, model, settings,
                                                           progress, state, velocity, error);
}
