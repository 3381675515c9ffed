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
    DIGITS = 9 /* from 9 digits every float reads back exactly */
};

static const char LOCK_NAME[] = "lock";

struct runlog {
    char path[PATH_MAX], metrics_path[PATH_MAX];
    struct directory directory; /* the locked one, even if it has been moved since */
    int lock;                   /* of a lock file; -1: the directory itself is locked */
    int descriptor;             /* of metrics.jsonl, opened to append */
    off_t size;                 /* bytes of metrics.jsonl, without the buffer's */
    size_t used;
    char buffer[BUFFER_SIZE];
};

/* Checks that no other program has changed the log's size, and that the log still has its name in
 * the directory. Without this check lines could be lost silently. */
static bool check_metrics(const struct runlog *runlog, struct error *error)
{
    struct stat own, named;

    if (fstat(runlog->descriptor, &own) != 0 ||
        fstatat(runlog->directory.descriptor, LOG_NAME, &named, AT_SYMLINK_NOFOLLOW) != 0)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", runlog->metrics_path,
                         strerror(errno));
    if (own.st_dev != named.st_dev || own.st_ino != named.st_ino)
        return error_set(error, ERROR_SYSTEM,
                         "%s: cannot be written: another file has taken its place",
                         runlog->metrics_path);
    if (own.st_size != runlog->size)
        return error_set(error, ERROR_SYSTEM,
                         "%s: was changed by another program (expected %lld bytes, got %lld)",
                         runlog->metrics_path, (long long)runlog->size, (long long)own.st_size);
    return true;
}

/* Writes the buffer, then checks the log. */
static bool flush(struct runlog *runlog, struct error *error)
{
    const off_t before = lseek(runlog->descriptor, 0, SEEK_END);
    const size_t size = runlog->used;

    runlog->used = 0;
    if (file_write_all(runlog->descriptor, runlog->buffer, size)) {
        runlog->size += (off_t)size;
        return check_metrics(runlog, error);
    }
    int problem = errno;
    /* The write may have ended within a line; cut it off, so that no line follows a torn one. */
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

/* Appends the object as a line, with `digits` digits for its reals, and releases it. NULL means
 * that the caller had no memory. */
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

/* JSON has no NaN and no infinity; null stands for them. */
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

/* Appends an event with the run's progress and the time. */
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

/* Whether another process has the lock of the descriptor. */
static bool is_locked(int descriptor)
{
    return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

/* The same for a file in the directory. NFS does not lock directories, because it locks only what
 * is open for writing. On a file system without any locks nothing keeps other processes out, but
 * the run can train. */
static bool is_file_locked(struct runlog *runlog)
{
    runlog->lock = openat(runlog->directory.descriptor, LOCK_NAME,
                          O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    return runlog->lock >= 0 && is_locked(runlog->lock);
}

/* Keeps other processes out while the descriptor is open. *busy: another one is in. */
static bool lock_directory(struct runlog *runlog, bool *busy, struct error *error)
{
    int lock = open(runlog->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (lock < 0)
        return error_set(error, ERROR_SYSTEM, "%s: cannot hold a run: %s", runlog->path,
                         strerror(errno));
    runlog->directory.descriptor = lock;
    *busy = false;
    if (flock(lock, LOCK_EX | LOCK_NB) != 0)
        *busy = errno == EWOULDBLOCK || is_file_locked(runlog);
    if (*busy)
        return error_set(error, ERROR_SYSTEM,
                         "%s: another process is using this run (expected none)", runlog->path);
    return true;
}

static struct runlog *make(const char *path, struct error *error)
{
    struct runlog *runlog = memory_new(1, sizeof *runlog, error);

    if (runlog == NULL)
        return NULL;
    runlog->directory = (struct directory){-1, runlog->path};
    runlog->descriptor = runlog->lock = -1;
    if (snprintf(runlog->path, sizeof runlog->path, "%s", path) < (int)sizeof runlog->path &&
        snprintf(runlog->metrics_path, sizeof runlog->metrics_path, "%s/%s", path, LOG_NAME) <
            (int)sizeof runlog->metrics_path)
        return runlog;
    error_set(error, ERROR_SYSTEM, "%s: the path is too long", path);
    free(runlog);
    return NULL;
}

/* Whether the directory holds no run. */
static bool check_none(const struct directory *directory, struct error *error)
{
    const char *const names[] = {CONFIG_NAME, LOG_NAME};
    struct stat status;

    for (int i = 0; i < 2; i++)
        if (fstatat(directory->descriptor, names[i], &status, AT_SYMLINK_NOFOLLOW) == 0)
            return error_set(error, ERROR_CHECKPOINT,
                             "%s: already holds a run (expected no %s in it; choose another "
                             "directory, or --resume it)",
                             directory->path, names[i]);
    return true;
}

bool runlog_none_in(const char *path, struct error *error)
{
    struct directory directory;

    if (!directory_search(&directory, path)) /* creating it later will report what is wrong */
        return true;
    bool none = check_none(&directory, error);
    directory_close(&directory);
    return none;
}

/* The new directory itself must survive a crash, too. A parent without read permission cannot be
 * synced, but the run can train. */
static bool sync_parent(const struct directory *directory, const char *parent, struct error *error)
{
    char path[FILE_PATH_SIZE];

    file_path(path, directory, parent);
    if (!file_sync_directory(directory, parent) && errno != EACCES)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made durable: %s", path,
                         strerror(errno));
    return true;
}

static bool make_directory(const char *path, struct error *error)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made: %s", path, strerror(errno));
    return true;
}

bool runlog_make_place(const char *path, struct error *error)
{
    char parent[PATH_MAX + sizeof "/.."];

    snprintf(parent, sizeof parent, "%s/..", path);
    return make_directory(path, error) && sync_parent(&FILE_HERE, parent, error);
}

struct runlog *runlog_new(const char *path, struct error *error)
{
    struct runlog *runlog = make(path, error);
    bool busy;

    if (runlog == NULL)
        return NULL;
    if (make_directory(path, error) && lock_directory(runlog, &busy, error) &&
        check_none(&runlog->directory, error) && sync_parent(&runlog->directory, "..", error))
        return runlog;
    runlog_free(runlog);
    return NULL;
}

struct runlog *runlog_take(const char *path, bool *holds_run, bool *busy, struct error *error)
{
    struct runlog *runlog = make(path, error);
    struct stat status;

    *busy = false;
    if (runlog == NULL)
        return NULL;
    if (make_directory(path, error) && lock_directory(runlog, busy, error) &&
        sync_parent(&runlog->directory, "..", error)) {
        *holds_run =
            fstatat(runlog->directory.descriptor, CONFIG_NAME, &status, AT_SYMLINK_NOFOLLOW) == 0;
        if (*holds_run || check_none(&runlog->directory, error))
            return runlog;
    }
    runlog_free(runlog);
    return NULL;
}

struct runlog *runlog_open(const char *path, struct error *error)
{
    struct runlog *runlog = make(path, error);
    struct stat status;
    bool busy;

    if (runlog == NULL)
        return NULL;
    if (stat(path, &status) != 0)
        error_set(error, ERROR_CHECKPOINT, "%s: cannot be resumed: %s", path, strerror(errno));
    else if (!S_ISDIR(status.st_mode))
        error_set(error, ERROR_CHECKPOINT,
                  "%s: cannot be resumed (expected the directory of a run)", path);
    else if (lock_directory(runlog, &busy, error))
        return runlog;
    runlog_free(runlog);
    return NULL;
}

const struct directory *runlog_directory(const struct runlog *runlog)
{
    return &runlog->directory;
}

void runlog_free(struct runlog *runlog)
{
    if (runlog == NULL)
        return;
    if (runlog->descriptor >= 0)
        close(runlog->descriptor);
    if (runlog->lock >= 0)
        close(runlog->lock);
    if (runlog->directory.descriptor >= 0)
        directory_close(&runlog->directory);
    free(runlog);
}

/* ---- beginnings ---- */

static bool open_metrics(struct runlog *runlog, struct error *error)
{
    runlog->descriptor = openat(runlog->directory.descriptor, LOG_NAME,
                                O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (runlog->descriptor < 0)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", runlog->metrics_path,
                         strerror(errno));
    return true;
}

/* Makes an empty log that survives a crash. */
static bool make_metrics(struct runlog *runlog, struct error *error)
{
    return file_replace(&runlog->directory, LOG_NAME, "", 0, error) && open_metrics(runlog, error);
}

bool runlog_start(struct runlog *runlog, const struct config *config, const struct model *model,
                  struct start *start, struct error *error)
{
    struct checkpoint_group groups[CHECKPOINT_GROUPS_MAX];
    const struct checkpoint checkpoint = {
        .model = model,
        .settings = &config->settings,
        .kernels = config->kernels,
        .state = trained_shown(&start->trained),
        .groups = groups,
        .group_count = checkpoint_list(&start->trained, &config->settings, groups)};

    return checkpoint_save(&runlog->directory, CHECKPOINT_LAST, &checkpoint, &start->progress,
                           error) &&
           config_write(&runlog->directory, config, error) && make_metrics(runlog, error) &&
           append_mark(runlog, "start", 0, 0, error);
}

/* The lines that are copied from an old log to a new one. */
struct copy {
    int from; /* descriptor of the old log */
    size_t left;
    char *buffer; /* [BUFFER_SIZE] */
};

static bool copy_lines(void *argument, int descriptor)
{
    struct copy *copy = argument;
    size_t got = 1;

    while (copy->left > 0 && got > 0) {
        const size_t size = copy->left < BUFFER_SIZE ? copy->left : BUFFER_SIZE;
        if (!file_read_all(copy->from, copy->buffer, size, &got) ||
            !file_write_all(descriptor, copy->buffer, got))
            return false;
        copy->left -= got;
    }
    return true;
}

/* Gives this run its own copy of the log. A log with hard links, as `cp -l` makes them, also
 * belongs to another run or to a backup. */
static bool copy_metrics(struct runlog *runlog, long end, struct error *error)
{
    struct copy copy = {.left = (size_t)end, .buffer = runlog->buffer};

    copy.from = file_open_in(&runlog->directory, LOG_NAME, NULL, ERROR_CHECKPOINT, error);
    if (copy.from < 0)
        return false;
    bool copied = file_replace_with(&runlog->directory, LOG_NAME, copy_lines, &copy, error);
    close(copy.from);
    return copied;
}

static bool cut_metrics(struct runlog *runlog, long end, bool shared, struct error *error)
{
    if ((shared && !copy_metrics(runlog, end, error)) || !open_metrics(runlog, error))
        return false;
    runlog->size = end;
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

    bool there =
        fstatat(runlog->directory.descriptor, LOG_NAME, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        status.st_size > 0;
    *lost = !there && progress->step > 0;
    return (there ? replay_log(start, &runlog->directory, &config->settings, data, &end, error) &&
                        cut_metrics(runlog, end, status.st_nlink > 1, error)
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

/* Writes all digits: a resumed run compares this rate with that of its next batch. */
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

bool runlog_end(struct runlog *runlog, const char *reason, bool diverged, int epoch, int batch,
                struct error *error)
{
    return append(runlog,
                  json_pack("{s:s, s:s, s:o*, s:i, s:i, s:o}", "event", "end", "reason", reason,
                            "diverged", diverged ? json_true() : NULL, "epoch", epoch, "batch",
                            batch, "time", time_now()),
                  error) &&
           flush_to_disk(runlog, error);
}

bool runlog_save(struct runlog *runlog, const char *name, const struct checkpoint *checkpoint,
                 const struct progress *progress, struct error *error)
{
    return flush_to_disk(runlog, error) &&
           checkpoint_save(&runlog->directory, name, checkpoint, progress, error);
}
