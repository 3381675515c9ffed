/*
 * fuzz_dashboard.c -- any keys on any moment of a run in a terminal of any size: whole frames, drawn
 * from a snapshot that the bytes make up. Counters and times keep to what a trainer can publish;
 * metrics are any float at all, NaN and infinities too.
 */
#include "fuzz.h"

#include "tui/keys.h"
#include "tui/navigate.h"
#include "tui/screen.h"
#include "tui/term.h"

#include <math.h>

enum { IMAGES = 40, EPOCHS_MAX = 8, KEYS_MAX = 16, MOMENTS_MAX = 4 };

/* The bytes that are left; from their end on there are zeros. */
struct bytes {
    const uint8_t *at;
    size_t left;
};

static uint32_t take(struct bytes *bytes, int count)
{
    uint32_t value = 0;

    for (; count > 0 && bytes->left > 0; count--, bytes->left--)
        value = value << 8 | *bytes->at++;
    return value;
}

/* A number of [low, high]. */
static int take_int(struct bytes *bytes, int low, int high)
{
    return low + (int)(take(bytes, high - low > 255 ? 4 : 1) % (uint32_t)(high - low + 1));
}

static bool take_bool(struct bytes *bytes)
{
    return take(bytes, 1) % 2 == 1;
}

static float take_metric(struct bytes *bytes)
{
    uint32_t bits = take(bytes, 4);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* From nothing to seven weeks, in milliseconds. */
static double take_seconds(struct bytes *bytes)
{
    return take(bytes, 4) / 1000.0;
}

/* As many batches as there are bytes for, each many times over, and the epochs that they make. */
static void make_history(struct bytes *bytes, struct snapshot *now)
{
    struct epoch_metrics metrics[EPOCHS_MAX] = {0};
    const long end = (long)now->epochs * now->batches;

    for (int e = 0; e < EPOCHS_MAX; e++) {
        metrics[e] = (struct epoch_metrics){.epoch = e, .step = (e + 1L) * now->batches};
        metrics[e].test_loss = (double)take_metric(bytes);
        metrics[e].test_accuracy = (double)take_metric(bytes);
        metrics[e].seconds = now->run_seconds / EPOCHS_MAX;
    }
    history_init(&now->history);
    while (bytes->left > 0 && now->step < end) {
        double loss = (double)take_metric(bytes), accuracy = (double)take_metric(bytes);
        for (int times = take_int(bytes, 1, 256); times > 0 && now->step < end; times--) {
            history_add_batch(&now->history, loss, accuracy);
            now->step++;
        }
    }
    now->epoch = (int)((now->step > 0 ? now->step - 1 : 0) / now->batches);
    now->batch = (int)(now->step - (long)now->epoch * now->batches);
    for (; now->epochs_done < EPOCHS_MAX && metrics[now->epochs_done].step <= now->step;
         now->epochs_done++)
        history_add_epoch(&now->history, &metrics[now->epochs_done]);
}

static void make_snapshot(struct bytes *bytes, struct snapshot *now)
{
    *now = (struct snapshot){.state = (enum snapshot_state)take_int(bytes, 0, SNAPSHOT_FAILED)};
    now->epochs = take_int(bytes, 1, 1000000);
    now->batches = take_int(bytes, 1, 1 << 24);
    now->lr = take_seconds(bytes);
    now->epoch_loss = (double)take_metric(bytes);
    now->epoch_accuracy = (double)take_metric(bytes);
    now->run_seconds = take_seconds(bytes);
    now->images_per_second = fabs((double)take_metric(bytes));
    now->threads = take_int(bytes, 1, 1024);
    now->threads_wanted = take_int(bytes, 1, 1024);
    now->best.test_accuracy = (double)take_metric(bytes);
    for (int l = 0; l < MODEL_LAYERS_MAX; l++) {
        float figure = take_metric(bytes);
        now->health[l] = (struct layer_health){figure, figure, figure, figure};
    }
    make_history(bytes, now);
}

static void make_predictions(struct bytes *bytes, struct predictions *predictions)
{
    *predictions = (struct predictions){.count = take_bool(bytes) ? LANES : 0};
    for (int lane = 0; lane < LANES; lane++) {
        predictions->predicted[lane] = (uint8_t)take_int(bytes, 0, DATASET_CLASSES - 1);
        predictions->losses[lane] = (double)take_metric(bytes);
        for (int k = 0; k < DATASET_CLASSES; k++) {
            float share = take_metric(bytes); /* what a softmax gives: 0 to 1, or NaN */
            predictions->probabilities[lane][k] = share >= 0.0F && share <= 1.0F ? share : NAN;
        }
    }
}

/* What every cell must be for the terminal to show it. */
static void draw(const struct frame *frame, struct canvas *canvas)
{
    screen_draw(frame, canvas);
    for (int i = 0; i < canvas->width * canvas->height; i++) {
        const struct cell *cell = &canvas->cells[i];
        fuzz_require(cell->glyph >= ' ' && cell->glyph != 0x7F && cell->glyph < 0x110000);
        fuzz_require(cell->style < STYLE_COUNT && cell->fore < CANVAS_GREYS &&
                     cell->back < CANVAS_GREYS);
    }
}

/* Presses a key and looks at what it leaves. The dashboard has the samples that are then shown
 * predicted anew. */
static void press(struct frame *frame, struct predictions *predictions, struct canvas *canvas,
                  int key)
{
    char message[NAVIGATE_MESSAGE];

    if (key_action(key) == KEY_VIEW)
        navigate_open(frame, (enum view)((key - '1') % VIEW_COUNT));
    else
        navigate(frame, key_action(key), canvas->width, canvas->height, message);
    fuzz_require(frame->sample >= 0 && frame->sample < frame->test->count);
    fuzz_require(frame->model_row >= 0 && frame->events_row >= 0 && frame->help_row >= 0);
    predictions->first = frame->sample;
    draw(frame, canvas);
}

/* What does not depend on the bytes, made once. */
static void make_world(struct model *model, struct split *test, struct timeline *timeline)
{
    static uint8_t pixels[IMAGES * DATASET_PIXELS], labels[IMAGES];
    struct error error;

    for (int i = 0; i < IMAGES * DATASET_PIXELS; i++)
        pixels[i] = (uint8_t)(i * 37);
    *test = (struct split){IMAGES, pixels, labels};
    fuzz_require(model_init(model, "basic", &error) &&
                 timeline_init(timeline, model->state_count, &error));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct model model;
    static struct split test;
    static struct timeline timeline;
    static struct snapshot snapshot;
    static struct events events;
    struct bytes bytes = {data, size};
    struct predictions predictions;
    struct canvas canvas;
    struct error error;
    int keys[KEYS_MAX];

    if (model.layer_count == 0)
        make_world(&model, &test, &timeline);
    int width = take_int(&bytes, 1, 300), height = take_int(&bytes, 1, 100);
    fuzz_require(canvas_new(&canvas, width, height, &error));
    canvas.glyphs = (enum glyphs)take_int(&bytes, GLYPHS_ASCII, GLYPHS_BRAILLE);
    canvas.greys = take_bool(&bytes);
    struct frame frame = {
        .snapshot = &snapshot,
        .model = &model,
        .test = &test,
        .predictions = &predictions,
        .events = &events,
        .timeline = &timeline,
        .log_scale = true,
        .smoothing = 0.9,
        .crosshair = -1.0,
        .message = "message",
    };
    navigate_open(&frame, (enum view)take_int(&bytes, 0, VIEW_COUNT - 1));
    int key_count = take_int(&bytes, 0, KEYS_MAX);
    for (int i = 0; i < key_count; i++) /* the named keys lie behind the characters */
        keys[i] = take_int(&bytes, 0, 0x80 + TERM_OTHER - TERM_UP);
    for (int i = 0; i < key_count; i++)
        keys[i] = keys[i] < 0x80 ? keys[i] : keys[i] - 0x80 + TERM_UP;
    make_predictions(&bytes, &predictions);
    make_snapshot(&bytes, &snapshot);
    events = (struct events){0};
    events_watch(&events, &snapshot);
    timeline.count = 0;
    for (int i = 0; i < MOMENTS_MAX; i++)
        timeline_add(&timeline, snapshot.step * i / MOMENTS_MAX, i % 2 == 0, snapshot.weights);
    draw(&frame, &canvas);
    for (int i = 0; i < key_count; i++)
        press(&frame, &predictions, &canvas, keys[i]);
    canvas_free(&canvas);
    return 0;
}
