/*
 * fuzz_runlog.c -- any bytes as the metrics.jsonl of a run that is resumed or read. The first two
 * bytes give the checkpoint's epoch and batch.
 */
#include "fuzz.h"

#include "../sample_model.h"

#include "train/log_lines.h"
#include "train/replay.h"

enum { TRAIN = 100, TESTS = 10 };

/* The beginning of a run. The weights, its largest part, are made once: no log changes them. */
static void begin(struct start *start, const struct settings *settings,
                  const struct dataset *dataset)
{
    static struct start fresh;
    struct error error;

    if (fresh.now.epochs == 0) {
        struct model *model = sample_model(settings->model);
        fuzz_require(model != NULL);
        fuzz_require(start_new(&fresh, model, settings, dataset, NULL, &error));
        model_free(model);
        *start = fresh;
    }
    start->now = fresh.now;
}

void fuzz_one(const uint8_t *data, size_t size)
{
    static const struct dataset dataset = {.train.count = TRAIN, .test.count = TESTS};
    static const struct settings settings = {
        .model = "basic", .epochs = 5, .batch_size = 32, .lr = 0.01, .momentum = 0.9, .seed = 1};
    static struct directory directory;
    static struct start start;
    struct error error = {0};
    long end;

    if (size < 2)
        return;
    begin(&start, &settings, &dataset);
    start.progress.epoch = data[0] % (settings.epochs + 1);
    start.progress.batch = data[1] % (TRAIN / settings.batch_size + 1);
    start.progress.step = start.progress.epoch * 4L + start.progress.batch;
    fuzz_file(LOG_NAME, data + 2, size - 2, 0);
    if (directory.path == NULL)
        fuzz_require(directory_search(&directory, fuzz_directory()));
    if (replay_log(&start, &directory, &settings, &dataset, &end, &error)) {
        fuzz_require(end >= 0 && (size_t)end <= size - 2);
        fuzz_require(start.now.history.steps == start.progress.step);
    } else {
        fuzz_require_error(&error);
        fuzz_require(error.kind == ERROR_CHECKPOINT);
    }
}
