#include "train/past_run.h"

#include "train/log_lines.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct reading {
    struct snapshot *now;
    enum past_end *end;
    char *started;
    long line;    /* number of the latest line, from 1 */
    long damaged; /* number of the first damaged line; 0: none */
    int batches;  /* logged in the current epoch */
};

static void add_epoch(struct reading *reading, const json_t *line)
{
    struct snapshot *now = reading->now;
    struct epoch_metrics metrics = {
        .epoch = log_line_integer(line, "epoch"),
        .train_loss = log_line_real(line, "train_loss"),
        .train_accuracy = log_line_real(line, "train_accuracy"),
        .test_loss = log_line_real(line, "test_loss"),
        .test_accuracy = log_line_real(line, "test_accuracy"),
        .seconds = log_line_real(line, "seconds"),
        .images_per_second = log_line_real(line, "images_per_second"),
    };

    if (reading->batches > 0)
        now->batches = reading->batches;
    now->epoch = metrics.epoch;
    metrics.step = (metrics.epoch + 1L) * now->batches;
    snapshot_add_epoch(now, &metrics);
}

/* Notes what the last line says of the run's end, and when it began. */
static void note_end(struct reading *reading, const json_t *line)
{
    const char *event = log_line_event(line);
    const char *reason = json_string_value(json_object_get(line, "reason"));
    const char *time = json_string_value(json_object_get(line, "time"));
    const bool ends = event != NULL && strcmp(event, "end") == 0 && reason != NULL;

    *reading->end = ends && strcmp(reason, "finished") == 0                   ? PAST_FINISHED
                    : ends && json_is_true(json_object_get(line, "diverged")) ? PAST_DIVERGED
                                                                              : PAST_OPEN;
    if (event != NULL && time != NULL && strcmp(event, "start") == 0)
        snprintf(reading->started, CLOCK_TEXT_SIZE, "%s", time);
}

/* Whether no run could have written this line. An epoch that is already known is skipped. */
static bool is_damaged(struct reading *reading, const json_t *line)
{
    const struct snapshot *now = reading->now;
    const char *event = log_line_event(line);

    if (event == NULL || !log_line_complete(line))
        return true;
    if (strcmp(event, "batch") == 0) {
        if (!log_line_below(line, "batch", INT_MAX))
            return true;
        reading->batches = log_line_integer(line, "batch") + 1;
    } else if (strcmp(event, "epoch") == 0) {
        if (!log_line_below(line, "epoch", now->epochs) ||
            !log_line_in_range(line, "test_accuracy", 0.0, 100.0) ||
            !log_line_in_range(line, "seconds", 0.0, HUGE_VAL))
            return true;
        if (now->epochs_done == 0 || log_line_integer(line, "epoch") > now->epoch)
            add_epoch(reading, line);
    }
    return false;
}

/* The last line may be torn: a damaged line counts only if another one follows. */
static bool take_line(void *argument, const json_t *line, size_t size)
{
    struct reading *reading = argument;

    (void)size;
    reading->line++;
    if (reading->damaged > 0)
        return false;
    note_end(reading, line);
    if (is_damaged(reading, line))
        reading->damaged = reading->line;
    return true;
}

static bool read_log(struct past_run *run, const struct directory *directory, struct error *error)
{
    struct snapshot *now = &run->now;
    struct reading reading = {.now = now, .end = &run->end, .started = run->started};
    char path[FILE_PATH_SIZE];

    history_init(&now->history);
    if (!log_lines_visit(directory, take_line, &reading, error))
        return false;
    file_path(path, directory, LOG_NAME);
    if (reading.damaged > 0 && reading.damaged < reading.line)
        return error_set(error, ERROR_CHECKPOINT,
                         "%s: line %ld is damaged (expected what a run writes there)", path,
                         reading.damaged);
    return true;
}

/* Whether the directory certainly does not have the file. */
static bool lacks(const struct directory *directory, const char *name)
{
    struct stat status;

    return fstatat(directory->descriptor, name, &status, AT_SYMLINK_NOFOLLOW) != 0 &&
           errno == ENOENT;
}

static bool read_run(struct past_run *run, const struct directory *directory, struct error *error)
{
    if (lacks(directory, CONFIG_NAME))
        return error_set(error, ERROR_CHECKPOINT, "%s: holds no run (expected a %s in it)",
                         directory->path, CONFIG_NAME);
    if (!config_read(directory, &run->config, error))
        return false;
    run->now.epochs = run->config.settings.epochs;
    run->now.validates = run->config.settings.validate > 0;
    if (lacks(directory, LOG_NAME))
        return true; /* it has just begun or has lost its log: only the settings are known */
    return read_log(run, directory, error);
}

bool past_run_is_in(const char *path)
{
    struct directory directory;

    if (!directory_search(&directory, path))
        return false;
    const bool is_in = !lacks(&directory, CONFIG_NAME);
    directory_close(&directory);
    return is_in;
}

bool past_run_read(struct past_run *run, const char *path, struct error *error)
{
    struct directory directory;

    memset(run, 0, sizeof *run);
    run->directory = path;
    if (!directory_search(&directory, path))
        return error_set(error, file_kind(errno, ERROR_CHECKPOINT),
                         "%s: holds no run that can be read: %s", path, strerror(errno));
    bool read = read_run(run, &directory, error);
    directory_close(&directory);
    if (!read)
        past_run_fini(run);
    return read;
}

void past_run_fini(struct past_run *run)
{
    model_free(run->config.model);
    run->config.model = NULL;
}

void past_run_name(const struct past_run *run, char name[PAST_RUN_NAME_SIZE])
{
    char whole[PATH_MAX];

    snprintf(whole, sizeof whole, "%s", run->directory);
    for (size_t end = strlen(whole); end > 1 && whole[end - 1] == '/'; end--)
        whole[end - 1] = '\0';
    const char *slash = strrchr(whole, '/');
    error_escape(name, PAST_RUN_NAME_SIZE, slash != NULL && slash[1] != '\0' ? slash + 1 : whole);
}
