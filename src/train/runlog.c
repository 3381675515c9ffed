#include "train/runlog.h"

#include "support/clock.h"
#include "support/file.h"
#include "support/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_SIZE = 64 * 1024, DIGITS = 9 /* enough for every float to read back the same */ };

static const char CONFIG[] = "config.json", METRICS[] = "metrics.jsonl";

struct runlog {
    char *directory;
    char metrics_path[PATH_MAX];
    int descriptor; /* of metrics.jsonl, opened to append */
    size_t used;
    char buffer[BUFFER_SIZE];
};

const char *runlog_directory(const struct runlog *runlog)
{
    return runlog->directory;
}

static bool flush(struct runlog *runlog, struct error *error)
{
    size_t size = runlog->used;

    runlog->used = 0;
    if (!file_write_all(runlog->descriptor, runlog->buffer, size))
        return error_set(error, ERROR_SYSTEM, "%s: cannot be written: %s", runlog->metrics_path,
                         strerror(errno));
    return true;
}

static bool flush_to_disk(struct runlog *runlog, struct error *error)
{
    if (!flush(runlog, error))
        return false;
    if (fsync(runlog->descriptor) != 0)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made durable: %s",
                         runlog->metrics_path, strerror(errno));
    return true;
}

/* Appends the object as a line and releases it; NULL stands for memory that was not to be had. */
static bool append(struct runlog *runlog, json_t *object, struct error *error)
{
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(DIGITS);
    const size_t room = BUFFER_SIZE - 1;

    size_t size = json_dumpb(object, NULL, 0, flags);
    if (size == 0 || size > room) {
        json_decref(object);
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to write a line",
                         runlog->metrics_path);
    }
    bool fits = runlog->used + size <= room || flush(runlog, error);
    if (fits) {
        json_dumpb(object, runlog->buffer + runlog->used, size, flags);
        runlog->buffer[runlog->used + size] = '\n';
        runlog->used += size + 1;
    }
    json_decref(object);
    return fits;
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

static json_t *make_config(const struct model *model, const struct settings *settings,
                           const struct runlog_facts *facts)
{
    return json_pack("{s:s, s:i, s:s, s:I, s:i, s:i, s:o, s:o, s:I, s:b, s:s, s:i, s:s, s:o}",
                     "version", facts->version, "format_version", 1, "model", model->name,
                     "parameters", (json_int_t)model->parameter_count, "epochs", settings->epochs,
                     "batch_size", settings->batch_size, "lr", real(settings->lr), "momentum",
                     real(settings->momentum), "seed", (json_int_t)settings->seed, "shuffle",
                     (int)settings->shuffle, "kernels", facts->kernels, "threads", facts->threads,
                     "data", facts->data, "data_checksum",
                     json_sprintf("%016" PRIx64, facts->data_checksum));
}

static bool write_config(const struct runlog *runlog, const struct model *model,
                         const struct settings *settings, const struct runlog_facts *facts,
                         struct error *error)
{
    json_t *config = make_config(model, settings, facts);
    char *text = json_dumps(config, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    bool written = false;

    json_decref(config);
    if (text == NULL) {
        error_set(error, ERROR_SYSTEM,
                  "%s/%s: cannot be written: not enough memory, or --data is "
                  "no valid UTF-8",
                  runlog->directory, CONFIG);
    } else {
        size_t size = strlen(text);
        text[size] = '\n'; /* the terminator's place; the length goes along */
        written = file_replace(runlog->directory, CONFIG, text, size + 1, error);
    }
    free(text);
    return written;
}

/* Makes the directory and looks that no run is in it. */
static bool prepare_directory(const char *directory, struct error *error)
{
    char path[PATH_MAX];
    struct stat status;

    if (mkdir(directory, 0777) != 0 && errno != EEXIST)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made: %s", directory, strerror(errno));
    if (stat(directory, &status) != 0 || !S_ISDIR(status.st_mode))
        return error_set(error, ERROR_SYSTEM,
                         "%s: cannot hold a run (expected a directory, got something else)",
                         directory);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, i == 0 ? CONFIG : METRICS);
        if (lstat(path, &status) == 0)
            return error_set(error, ERROR_CHECKPOINT,
                             "%s: already holds a run (expected no %s in it; choose another "
                             "directory)",
                             directory, i == 0 ? CONFIG : METRICS);
    }
    return true;
}

static bool open_metrics(struct runlog *runlog, struct error *error)
{
    snprintf(runlog->metrics_path, sizeof runlog->metrics_path, "%s/%s", runlog->directory,
             METRICS);
    runlog->descriptor =
        open(runlog->metrics_path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (runlog->descriptor < 0)
        return error_set(error, ERROR_SYSTEM, "%s: cannot be made: %s", runlog->metrics_path,
                         strerror(errno));
    return true;
}

struct runlog *runlog_new(const char *directory, const struct model *model,
                          const struct settings *settings, const struct runlog_facts *facts,
                          struct error *error)
{
    if (strlen(directory) + sizeof METRICS + 1 > PATH_MAX) {
        error_set(error, ERROR_SYSTEM, "%s: the path is too long", directory);
        return NULL;
    }
    struct runlog *runlog = memory_new(1, sizeof *runlog, error);
    if (runlog == NULL)
        return NULL;
    runlog->descriptor = -1;
    runlog->directory = strdup(directory);
    bool made = runlog->directory != NULL
                    ? prepare_directory(directory, error)
                    : error_set(error, ERROR_SYSTEM, "%s: not enough memory", directory);
    if (made && write_config(runlog, model, settings, facts, error) && open_metrics(runlog, error))
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
    free(runlog->directory);
    free(runlog);
}

bool runlog_start(struct runlog *runlog, int epoch, int batch, struct error *error)
{
    return append(runlog,
                  json_pack("{s:s, s:i, s:i, s:o}", "event", "start", "epoch", epoch, "batch",
                            batch, "time", time_now()),
                  error) &&
           flush_to_disk(runlog, error);
}

bool runlog_batch(struct runlog *runlog, int epoch, int batch, double loss, double accuracy,
                  struct error *error)
{
    return append(runlog,
                  json_pack("{s:s, s:i, s:i, s:o, s:o}", "event", "batch", "epoch", epoch, "batch",
                            batch, "loss", real(loss), "accuracy", real(accuracy)),
                  error);
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
                  error) &&
           flush_to_disk(runlog, error);
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
