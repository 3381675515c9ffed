/*
 * fuzz_past_run.c -- any bytes as a run to compare with: its config.json, unless that is empty,
 * then a zero byte and its metrics.jsonl. The result is shown in tables and plots; the first byte
 * sets their look.
 */
#include "cells.h"

#include "../sample_model.h"

#include "text/report_runs.h"
#include "train/past_run.h"
#include "tui/navigate.h"
#include "tui/screen.h"

#include <math.h>

enum { BATCHES = 8 };

static const char usual[] =
    "{\"format_version\":1,\"model\":\"basic\",\"epochs\":5,\"batch_size\":64,\"lr\":0.01,"
    "\"momentum\":0.9,\"seed\":1,\"shuffle\":true,\"kernels\":\"avx2\",\"threads\":2,"
    "\"data\":\"data\",\"data_checksum\":\"0123456789abcdef\"}";

/* The present run, midway. */
static void make_snapshot(struct snapshot *now)
{
    *now = (struct snapshot){.epochs = 5, .batches = 4, .step = BATCHES, .run_seconds = 2.0};
    history_init(&now->history);
    for (int i = 0; i < BATCHES; i++)
        history_add_batch(&now->history, 2.0 / (i + 1), 10.0 * i);
}

/* Both plots, one above the other. */
static void draw(const struct past_run *run, uint8_t look)
{
    static struct snapshot now;
    static struct canvas canvas;
    static struct model *model;
    static struct events events;
    struct error error;

    if (canvas.cells == NULL) {
        make_snapshot(&now);
        fuzz_require(canvas_new(&canvas, 80, 24, &error) &&
                     (model = sample_model("basic")) != NULL);
    }
    struct frame frame = {
        .snapshot = &now,
        .model = model,
        .settings = &run->config.settings,
        .events = &events,
        .compared = run,
        .compared_count = 1,
        .log_scale = look % 2 == 1,
        .recent = look / 2 % 2 == 1,
        .x_unit = (enum x_unit)(look / 4 % X_UNIT_COUNT),
        .crosshair = look / 12 % 2 == 1 ? 0.3 : -1.0,
        .message = "message",
    };
    canvas.glyphs = (enum glyphs)(look / 24 % (GLYPHS_BRAILLE + 1));
    frame_open(&frame, VIEW_PLOTS);
    screen_draw(&frame, &canvas);
    fuzz_require_cells(&canvas);
}

static void report(const struct run_summary *summary)
{
    static FILE *nowhere;
    struct error error;

    if (nowhere == NULL)
        nowhere = fopen("/dev/null", "w");
    fuzz_require(nowhere != NULL);
    report_runs(nowhere, summary, 1, 1);
    report_runs_csv(nowhere, summary, 1);
    fuzz_require(report_runs_jsonl(nowhere, summary, 1, &error));
    report_seeds(nowhere, summary, 1);
}

/* Reads the run; returns false if it is refused. */
static bool read_run(uint8_t look)
{
    static struct past_run run;
    struct run_summary summary;
    struct error error = {0};

    if (!past_run_read(&run, fuzz_directory(), &error)) {
        fuzz_require_error(&error);
        fuzz_require(error.kind == ERROR_CHECKPOINT);
        return false;
    }
    run_summary_init(&summary, run.directory, run.config.model, &run.config.settings, &run.now);
    fuzz_require(summary.epochs_done >= 0 && summary.epochs_done <= summary.epochs);
    fuzz_require(summary.best_epoch >= 0 && summary.best_epoch < summary.epochs);
    fuzz_require(run.now.batches >= 0 && run.now.epochs_seconds >= 0.0);
    report(&summary);
    draw(&run, look);
    past_run_fini(&run);
    return true;
}

void fuzz_one(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data + 1, '\0', size - 1) : NULL;

    if (end == NULL)
        return;
    const uint8_t *config = data + 1, *log = end + 1;
    const size_t config_size = (size_t)(end - config), log_size = size - (size_t)(log - data);
    fuzz_file("metrics.jsonl", log, log_size, 0);
    if (config_size > 0)
        fuzz_file("config.json", config, config_size, 0);
    else
        fuzz_file("config.json", (const uint8_t *)usual, sizeof usual - 1, 0);
    const bool read = read_run(data[0]);
    fuzz_require(read || config_size > 0 || log_size > 0); /* the usual config is valid */
}
