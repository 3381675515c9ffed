/*
 * fuzz_dashboard.c -- any keys on any moment of a run in a terminal of any size: whole frames, drawn
 * from a snapshot that the bytes make up. Counters and times keep to what a trainer can publish;
 * metrics are any float at all, NaN and infinities too.
 */
#include "fuzz.h"

#include "nn/activations.h"
#include "train/outcomes.h"
#include "tui/browse.h"
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

/* What a softmax gives: 0 to 1, or NaN. */
static float take_share(struct bytes *bytes)
{
    float share = take_metric(bytes);

    return share >= 0.0F && share <= 1.0F ? share : NAN;
}

/* What a frame shows beside the snapshot. */
struct world {
    struct model model;
    struct split test;
    struct timeline timeline;
    struct events events;
    struct outcomes outcomes;
    struct confusion confusion;
    struct browse browse;
    struct predictions predictions;
    struct activations activations;
    struct sketch *sketch;
    uint8_t digit[DATASET_PIXELS];
};

/* What does not depend on the bytes, made once. */
static void make_world(struct world *world)
{
    static uint8_t pixels[IMAGES * DATASET_PIXELS], labels[IMAGES];
    struct error error;

    for (int i = 0; i < IMAGES * DATASET_PIXELS; i++)
        pixels[i] = (uint8_t)(i * 37);
    for (int i = 0; i < IMAGES; i++)
        labels[i] = (uint8_t)(i % DATASET_CLASSES);
    world->test = (struct split){IMAGES, pixels, labels};
    fuzz_require(model_init(&world->model, "basic", &error) &&
                 timeline_init(&world->timeline, world->model.state_count, &error) &&
                 outcomes_init(&world->outcomes, IMAGES, &error) &&
                 activations_init(&world->activations, &world->model, &error));
}

static void make_outcomes(struct bytes *bytes, struct world *world, long step)
{
    struct error error;

    world->outcomes.step = step;
    for (int i = 0; i < IMAGES; i++) {
        world->outcomes.predicted[i] = (uint8_t)take_int(bytes, 0, DATASET_CLASSES - 1);
        world->outcomes.losses[i] = take_metric(bytes);
    }
    fuzz_require(browse_init(&world->browse, IMAGES, &error));
    world->predictions = (struct predictions){0};
    for (int lane = 0; lane < LANES; lane++) {
        world->predictions.predicted[lane] = (uint8_t)take_int(bytes, 0, DATASET_CLASSES - 1);
        world->predictions.losses[lane] = (double)take_metric(bytes);
        for (int k = 0; k < DATASET_CLASSES; k++)
            world->predictions.probabilities[lane][k] = take_share(bytes);
    }
    for (int l = 0; l < world->model.layer_count; l++)
        world->activations.values[l][0] = take_metric(bytes);
}

/* Brings up to date what follows from the keys, as the dashboard does before it draws. */
static void update(struct frame *frame, struct world *world)
{
    struct predictions *predictions = &world->predictions;

    outcomes_confusion(&world->outcomes, &world->test, &world->confusion);
    browse_update(&world->browse, &world->outcomes, &world->test);
    predictions->count = world->browse.count < LANES ? world->browse.count : LANES;
    for (int i = 0; i < predictions->count; i++)
        predictions->images[i] = (uint32_t)browse_at(&world->browse, i);
    sketch_digit(world->sketch, world->digit);
    frame->drawing.probabilities =
        sketch_empty(world->sketch) ? NULL : predictions->probabilities[0];
}

/* Every cell must be one that the terminal can show. */
static void draw(struct frame *frame, struct world *world, struct canvas *canvas)
{
    update(frame, world);
    screen_draw(frame, canvas);
    for (int i = 0; i < canvas->width * canvas->height; i++) {
        const struct cell *cell = &canvas->cells[i];
        fuzz_require(cell->glyph >= ' ' && cell->glyph != 0x7F && cell->glyph < 0x110000);
        fuzz_require(cell->style < STYLE_COUNT && cell->fore < CANVAS_GREYS &&
                     cell->back < CANVAS_GREYS);
    }
}

/* A key, or what the mouse does. */
struct press {
    int key;
    struct pointer pointer;
};

static int take_presses(struct bytes *bytes, struct press presses[KEYS_MAX])
{
    int count = take_int(bytes, 0, KEYS_MAX);

    for (int i = 0; i < count; i++) {
        int key = take_int(bytes, 0, 0xFF); /* the named keys lie behind the characters */
        presses[i] = (struct press){.key = key < 0x80 ? key : key - 0x80 + TERM_UP};
        if (presses[i].key != TERM_MOUSE)
            continue;
        presses[i].pointer.act = (enum pointer_act)take_int(bytes, 0, POINTER_DOWN);
        presses[i].pointer.x = take_int(bytes, 0, 299);
        presses[i].pointer.y = take_int(bytes, 0, 99);
    }
    return count;
}

static void press(struct frame *frame, const struct press *press, int width, int height)
{
    char message[NAVIGATE_MESSAGE] = "";

    if (press->key == TERM_MOUSE)
        navigate_point(frame, &press->pointer, width, height, message);
    else if (key_action(press->key) == KEY_VIEW)
        navigate_open(frame, (enum view)((press->key - '1') % VIEW_COUNT));
    else
        navigate(frame, key_action(press->key), width, height, message);
    fuzz_require(frame->model_row >= 0 && frame->events_row >= 0 && frame->help_row >= 0);
}

static struct frame make_frame(struct world *world, const struct snapshot *snapshot)
{
    return (struct frame){
        .snapshot = snapshot,
        .model = &world->model,
        .test = &world->test,
        .predictions = &world->predictions,
        .browse = &world->browse,
        .confusion = &world->confusion,
        .activations = &world->activations,
        .drawing = {.sketch = world->sketch,
                    .x = SKETCH_SIDE / 2,
                    .y = SKETCH_SIDE / 4,
                    .digit = world->digit,
                    .keys = "keys"},
        .events = &world->events,
        .timeline = &world->timeline,
        .crosshair = -1.0,
        .log_scale = true,
        .smoothing = 0.9,
        .message = "message",
    };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    static struct snapshot snapshot;
    struct bytes bytes = {data, size};
    struct press presses[KEYS_MAX];
    struct canvas canvas;
    struct error error;

    if (world.model.layer_count == 0)
        make_world(&world);
    int width = take_int(&bytes, 1, 300), height = take_int(&bytes, 1, 100);
    fuzz_require(canvas_new(&canvas, width, height, &error));
    canvas.glyphs = (enum glyphs)take_int(&bytes, GLYPHS_ASCII, GLYPHS_BRAILLE);
    canvas.greys = take_bool(&bytes);
    world.sketch = sketch_new(&error);
    fuzz_require(world.sketch != NULL);
    struct frame frame = make_frame(&world, &snapshot);
    navigate_open(&frame, (enum view)take_int(&bytes, 0, VIEW_COUNT - 1));
    int count = take_presses(&bytes, presses);
    bool tested = take_bool(&bytes);
    make_outcomes(&bytes, &world, tested ? 1 : 0);
    make_snapshot(&bytes, &snapshot);
    world.events = (struct events){0};
    events_watch(&world.events, &snapshot);
    world.timeline.count = 0;
    for (int i = 0; i < MOMENTS_MAX; i++)
        timeline_add(&world.timeline, snapshot.step * i / MOMENTS_MAX, i % 2 == 0,
                     snapshot.weights);
    draw(&frame, &world, &canvas);
    for (int i = 0; i < count; i++) {
        press(&frame, &presses[i], width, height);
        draw(&frame, &world, &canvas);
    }
    browse_fini(&world.browse);
    sketch_free(world.sketch);
    canvas_free(&canvas);
    return 0;
}
