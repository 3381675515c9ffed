/*
 * fuzz_dashboard.c -- any keys at any moment of a run in a terminal of any size, and then the
 * frame, drawn from a snapshot made of the bytes. Counters and times stay in the range that a
 * trainer publishes; metrics are any floats, including NaN and infinities. One frame is enough, as
 * views keep no state: the frames before the last key are those of shorter inputs.
 */
#include "cells.h"

#include "nn/model_text.h"
#include "support/memory.h"
#include "support/utf8.h"
#include "train/recipe.h"
#include "tui/insight.h"
#include "tui/keys.h"
#include "tui/navigate.h"
#include "tui/screen.h"
#include "tui/term.h"

#include <locale.h>
#include <math.h>
#include <stddef.h>

enum {
    IMAGES = 24,
    EPOCHS_MAX = 8,
    KEYS_MAX = 12,
    MOMENTS_MAX = 4,
    TEXT_SIZE = 48,
    COMPARED_MAX = 4,
    MODELS = 9,
    PIXELS_MAX = IMAGES * 1024,
    WEIGHTS_MAX = 9,
};

/* Two of the shelf's, and others that differ in what their views have to show; and data sets of
 * other shapes, with few classes and many, some of them with names. */
static const struct {
    const char *text;
    int height, width, classes;
    bool named;
} kinds[MODELS] = {
    {"basic", MNIST_SIDE, MNIST_SIDE, MNIST_CLASSES, false},
    {"tiny", MNIST_SIDE, MNIST_SIDE, MNIST_CLASSES, true},
    {"Flatten Linear(30) Sigmoid Linear(10)", MNIST_SIDE, MNIST_SIDE, MNIST_CLASSES, false},
    {"Conv2d(6, 5, padding=2) Tanh AvgPool2d(2) Flatten Linear(120) Tanh Linear(10)", MNIST_SIDE,
     MNIST_SIDE, MNIST_CLASSES, true},
    {"Conv2d(5, 1) GELU Conv2d(4, (3, 5), stride=(2, 1)) LeakyReLU AdaptiveAvgPool2d((3, 1)) "
     "Linear(10)",
     MNIST_SIDE, MNIST_SIDE, MNIST_CLASSES, false},
    {"Conv2d(2, 27) SiLU Flatten Linear(10)", MNIST_SIDE, MNIST_SIDE, MNIST_CLASSES, false},
    {"Conv2d(3, 3) ReLU Flatten Linear(47)", 20, 32, 47, true},
    {"Flatten Linear(256)", 4, 64, 256, true},
    {"Conv2d(2, (3, 1)) ReLU Flatten Linear(2)", 64, 4, 2, false},
};

/* The remaining bytes; after their end come zeros. */
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

/* A number in [low, high]. */
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

/* From 0 to seven weeks, in milliseconds. */
static double take_seconds(struct bytes *bytes)
{
    return take(bytes, 4) / 1000.0;
}

/* The error that ended a run; its text has any bytes, as file names may. */
static void take_error(struct bytes *bytes, struct error *error)
{
    char text[TEXT_SIZE] = "";
    const int length = take_int(bytes, 0, TEXT_SIZE - 1);

    for (int i = 0; i < length; i++)
        text[i] = (char)take(bytes, 1);
    error_set(error, ERROR_SYSTEM, "%s", text);
}

/* Adds as many batches as there are bytes, each repeated many times and some with a new learning
 * rate, and the epochs of these batches. */
static void add_history(struct bytes *bytes, struct snapshot *now)
{
    struct epoch_metrics metrics[EPOCHS_MAX] = {0};
    const long end = (long)now->epochs * now->batches;

    for (int e = 0; e < EPOCHS_MAX; e++) {
        metrics[e] = (struct epoch_metrics){.epoch = e, .step = (e + 1L) * now->batches};
        metrics[e].test_loss = (double)take_metric(bytes);
        metrics[e].test_accuracy = (double)take_metric(bytes);
    }
    while (bytes->left > 0 && now->step < end) {
        double loss = (double)take_metric(bytes), accuracy = (double)take_metric(bytes);
        if (take_bool(bytes))
            history_add_lr(&now->history, now->lr);
        for (int times = take_int(bytes, 1, 64); times > 0 && now->step < end; times--) {
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

/* A run before its first batch. */
static void begin_run(struct bytes *bytes, struct snapshot *now)
{
    memset(now, 0, sizeof *now);
    now->state = (enum snapshot_state)take_int(bytes, 0, SNAPSHOT_PAUSED);
    now->epochs = take_int(bytes, 1, 1000000);
    now->batches = take_int(bytes, 1, 1 << 24);
    now->lr = now->base_lr = take_seconds(bytes);
    now->threads = take_int(bytes, 1, 1024);
    now->threads_wanted = take_int(bytes, 1, 1024);
    history_init(&now->history);
}

/* The same run later. */
static void go_on(struct bytes *bytes, struct snapshot *now)
{
    now->state = (enum snapshot_state)take_int(bytes, 0, SNAPSHOT_FAILED);
    now->lr = now->base_lr = take_seconds(bytes);
    now->epoch_loss = (double)take_metric(bytes);
    now->epoch_accuracy = (double)take_metric(bytes);
    now->run_seconds = take_seconds(bytes);
    now->images_per_second = fabs((double)take_metric(bytes));
    now->best.test_accuracy = (double)take_metric(bytes);
    if (now->state == SNAPSHOT_FAILED)
        take_error(bytes, &now->error);
    const bool saved = take_bool(bytes);
    add_history(bytes, now);
    if (saved) {
        now->checkpoint_step = now->step / 2;
        now->checkpoint_seconds = now->run_seconds / 2.0;
    }
}

/* An output of a softmax: 0 to 1, or NaN. */
static float take_share(struct bytes *bytes)
{
    int share = take_int(bytes, 0, 255);

    return share < 255 ? (float)share / 254.0F : NAN;
}

/* The terminal's size, [i] of these: mostly little more than some panes need, and never both wide
 * and high beyond what every pane takes, because larger frames take longer. */
static void take_size(struct bytes *bytes, int *width, int *height)
{
    static const struct {
        int least_width, most_width, least_height, most_height;
    } sizes[] = {
        {1, 39, 1, 9},     {1, 39, 1, 9},      {1, 39, 1, 9},    {40, 59, 10, 15},
        {40, 59, 10, 15},  {40, 59, 10, 15},   {40, 59, 10, 15}, {40, 59, 10, 15},
        {40, 139, 10, 21}, {80, 99, 22, 26},   {80, 99, 22, 26}, {80, 99, 22, 26},
        {80, 139, 22, 43}, {140, 179, 44, 53}, {1, 300, 1, 24},  {1, 60, 1, 100},
    };
    const int i = take_int(bytes, 0, sizeof sizes / sizeof sizes[0] - 1);

    *width = take_int(bytes, sizes[i].least_width, sizes[i].most_width);
    *height = take_int(bytes, sizes[i].least_height, sizes[i].most_height);
}

/* What a frame shows beside the snapshot. Results computed from weights are made up too. */
struct world {
    struct model *model;
    float *state;
    struct weights *weights; /* of this run */
    struct split test;
    uint8_t labels[IMAGES];
    struct classes classes;
    struct timeline timeline;
    struct events events;
    struct insight insight;
    struct past_run compared[COMPARED_MAX];
    int compared_count;
};

/* Any first weights, the rest is zero, and any health. The timeline of the run before goes. */
static void make_weights(struct bytes *bytes, struct world *world, long step)
{
    struct layer_health health[MODEL_LAYERS_MAX];
    struct error error;

    for (int l = 0; l < world->model->layer_count; l++) {
        const float figure = take_metric(bytes);
        health[l] = (struct layer_health){figure, figure, figure, figure};
    }
    for (int i = 0; i < WEIGHTS_MAX; i++)
        world->state[i] = take_metric(bytes);
    timeline_fini(&world->timeline);
    weights_drop(world->weights);
    world->weights = weights_new(world->model, world->state, health, step, &error);
    fuzz_require(world->weights != NULL);
}

/* Names of one to seven wide characters. */
static void name_classes(struct classes *classes, int count)
{
    char text[CLASSES_MAX * CLASS_NAME_MAX] = "";
    size_t length = 0;
    struct error error;

    for (int k = 0; k < count; k++) {
        for (int i = 0; i <= k % 7; i++)
            length += (size_t)utf8_write(text + length, 0x3042 + (uint32_t)(k + i) % 80);
        text[length++] = '\n';
    }
    text[length] = '\0';
    fuzz_require(classes_name(classes, text, &error) && classes->count == count);
}

/* Makes everything that does not depend on the bytes, except for the kind. Called once each. */
static void make_world(struct world *world, int kind)
{
    static uint8_t pixels[PIXELS_MAX];
    const int height = kinds[kind].height, width = kinds[kind].width;
    const int classes = kinds[kind].classes;
    uint8_t *labels = world->labels;
    struct insight *insight = &world->insight;
    struct error error;

    setlocale(LC_CTYPE, "C.UTF-8"); /* without this locale texts are ASCII */
    for (int i = 0; i < PIXELS_MAX; i++)
        pixels[i] = (uint8_t)(i * 37);
    for (int i = 0; i < IMAGES; i++)
        labels[i] = (uint8_t)(i % classes);
    world->test = (struct split){.count = IMAGES,
                                 .height = height,
                                 .width = width,
                                 .classes = classes,
                                 .images = pixels,
                                 .labels = labels,
                                 .mean = 0.1307F,
                                 .deviation = 0.3081F};
    if (kinds[kind].named)
        name_classes(&world->classes, classes);
    else
        fuzz_require(classes_number(&world->classes, classes, &error));
    insight->test = &world->test;
    insight->shown = &insight->live;
    fuzz_require((world->model = model_make(kinds[kind].text, (struct shape){1, height, width},
                                            classes, &error)) != NULL &&
                 (world->state = memory_new(world->model->state_count, sizeof(float), &error)) !=
                     NULL &&
                 outcomes_init(&insight->live, IMAGES, &error) &&
                 activations_init(&insight->activations, world->model,
                                  kernels_select("baseline", &error), &error));
    insight->sketch = sketch_new(width, height, &error);
    fuzz_require(insight->sketch != NULL);
}

static void make_insight(struct bytes *bytes, struct world *world)
{
    struct insight *insight = &world->insight;
    struct predictions *predictions = &insight->predictions;
    const int classes = world->test.classes;

    insight->live.step = take_int(bytes, 0, 1); /* before and after the first test pass */
    for (int i = 0; i < IMAGES; i++) {
        insight->live.predicted[i] = (uint8_t)take_int(bytes, 0, classes - 1);
        insight->live.losses[i] = take_metric(bytes);
    }
    predictions->classes = classes;
    for (int lane = 0; lane < LANES; lane++) {
        predictions->predicted[lane] = (uint8_t)take_int(bytes, 0, classes - 1);
        predictions->losses[lane] = (double)take_metric(bytes);
        for (int k = 0; k < classes; k++)
            predictions->probabilities[lane * classes + k] = take_share(bytes);
    }
    for (int l = 0; l < world->model->layer_count; l++)
        insight->activations.values[l][0] = take_metric(bytes);
}

/* An empty drawing with nothing to undo, and a list of all images. */
static void clear_insight(struct insight *insight)
{
    struct error error;

    memset(insight->sketch->pixels, 0, sizeof insight->sketch->pixels);
    insight->sketch->changes = 0;
    insight->sketch->undo_next = insight->sketch->undo_count = 0;
    memset(insight->digit, 0, sizeof insight->digit);
    browse_fini(&insight->browse);
    fuzz_require(browse_init(&insight->browse, IMAGES, &error));
    insight->shown_step = -1;
    insight_list(insight);
}

/* Updates what follows from the keys before the frame is drawn. */
static void update(struct frame *frame, struct insight *insight)
{
    struct predictions *predictions = &insight->predictions;

    predictions->count = insight->browse.count < LANES ? insight->browse.count : LANES;
    for (int i = 0; i < predictions->count; i++)
        predictions->images[i] = (uint32_t)browse_at(&insight->browse, i);
    if (insight->sketch->changes > 0) {
        sketch_digit(insight->sketch, insight->digit);
        frame->drawing.probabilities =
            sketch_empty(insight->sketch) ? NULL : predictions->probabilities;
    }
}

/* A key, or a mouse event. */
struct press {
    int key;
    struct pointer pointer;
};

static int take_presses(struct bytes *bytes, struct press presses[KEYS_MAX])
{
    int count = take_int(bytes, 0, KEYS_MAX);

    for (int i = 0; i < count; i++) {
        int key = take_int(bytes, 0, 0xFF); /* key codes follow the characters */
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
    char message[PANE_MESSAGE] = "";

    if (press->key == TERM_MOUSE)
        navigate_point(frame, &press->pointer, width, height, message);
    else if (press->key > '0' && press->key < '1' + VIEW_COUNT)
        frame_open(frame, (enum view)(press->key - '1'));
    else
        navigate(frame, press->key, width, height, message);
    for (int pane = 0; pane < PANE_COUNT; pane++)
        fuzz_require(frame->panes[pane].first >= 0);
    fuzz_require(frame->overlay_row >= 0);
}

/* Runs to compare with, of different lengths. */
static void make_compared(struct bytes *bytes, struct world *world)
{
    world->compared_count = take_int(bytes, 0, COMPARED_MAX);
    for (int r = 0; r < world->compared_count; r++) {
        struct past_run *run = &world->compared[r];
        run->directory = r % 2 == 0 ? "runs/a-long-name" : "/";
        run->now.epochs_done = run->now.best.test_count = 0;
        run->now.epochs_seconds = 0.0;
        run->now.batches = 4;
        history_init(&run->now.history);
        for (int e = 0; e < r; e++) {
            struct epoch_metrics metrics = {.epoch = e, .seconds = 1.5};
            metrics.train_loss = metrics.test_loss = (double)take_metric(bytes);
            metrics.train_accuracy = metrics.test_accuracy = (double)take_metric(bytes);
            snapshot_add_epoch(&run->now, &metrics);
        }
    }
}

/* A run with its history: events, and moments that differ only in their steps. */
static void make_run(struct bytes *bytes, struct world *world, struct snapshot *now)
{
    world->events =
        (struct events){.compared = world->compared, .compared_count = world->compared_count};
    begin_run(bytes, now);
    events_watch(&world->events, now);
    go_on(bytes, now);
    events_watch(&world->events, now);
    make_weights(bytes, world, now->step);
    for (int i = 0; i < MOMENTS_MAX; i++)
        timeline_add(&world->timeline, now->step * i / MOMENTS_MAX, i % 2 == 0, world->weights);
}

static struct frame make_frame(struct world *world, const struct snapshot *snapshot)
{
    struct insight *insight = &world->insight;

    return (struct frame){
        .snapshot = snapshot,
        .weights = world->weights,
        .settings = recipe_settings(snapshot->batches % 2), /* the second recipe uses every
                                                             * setting */
        .model = world->model,
        .train = &world->test,
        .test = &world->test,
        .classes = &world->classes,
        .predictions = &insight->predictions,
        .browse = &insight->browse,
        .confusion = &insight->confusion,
        .activations = &insight->activations,
        .drawing = {.sketch = insight->sketch,
                    .x = insight->sketch->width / 2,
                    .y = insight->sketch->height / 4,
                    .digit = insight->digit,
                    .classes = &world->classes,
                    .keys = "keys"},
        .events = &world->events,
        .timeline = &world->timeline,
        .compared = world->compared,
        .compared_count = world->compared_count,
        .crosshair = -1.0,
        .log_scale = true,
        .smoothing = FRAME_SMOOTHING,
        .message = snapshot->state == SNAPSHOT_FAILED ? snapshot->error.text : "message",
    };
}

void fuzz_one(const uint8_t *data, size_t size)
{
    static struct world worlds[MODELS];
    static struct snapshot snapshot;
    struct bytes bytes = {data, size};
    struct press presses[KEYS_MAX];
    struct canvas canvas;
    struct error error;
    int width, height;

    const int model = take_int(&bytes, 0, MODELS - 1);
    struct world *world = &worlds[model];
    if (world->model == NULL)
        make_world(world, model);
    take_size(&bytes, &width, &height);
    fuzz_require(canvas_new(&canvas, width, height, &error));
    canvas.glyphs = (enum glyphs)take_int(&bytes, GLYPHS_ASCII, GLYPHS_BRAILLE);
    canvas.inks = take_bool(&bytes);
    const enum view view = (enum view)take_int(&bytes, 0, VIEW_COUNT - 1);
    int count = take_presses(&bytes, presses);
    make_insight(&bytes, world);
    clear_insight(&world->insight);
    make_compared(&bytes, world);
    make_run(&bytes, world, &snapshot);
    struct frame frame = make_frame(world, &snapshot);
    frame_open(&frame, view);
    for (int i = 0; i < count; i++) {
        press(&frame, &presses[i], width, height);
        insight_list(&world->insight);
    }
    update(&frame, &world->insight);
    screen_draw(&frame, &canvas);
    fuzz_require_cells(&canvas);
    canvas_free(&canvas);
}
