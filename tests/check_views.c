/* Whole frames of a made-up moment of a run, compared with those in tests/frames/. */
#include "frames.h"
#include "sample_data.h"
#include "sample_model.h"

#include "support/memory.h"
#include "train/recipe.h"
#include "tui/hints.h"
#include "tui/navigate.h"
#include "tui/screen.h"
#include "tui/term.h"

#include <math.h>

static struct snapshot snapshot;
static struct layer_health health[MODEL_LAYERS_MAX];
static struct weights *weights; /* the snapshot's */
static struct settings settings;
static struct dataset data;
static struct sample_shape shape;
static struct model *model;
static struct predictions predictions;
static struct events events;
static struct browse browse;
static struct outcomes outcomes;
static struct confusion confusion;
static struct activations activations;
static struct inside inside_model;
static float *gradients;
static struct sketch *sketch;
static uint8_t digit[DATASET_PIXELS_MAX];

/* Two and a half epochs of a run of ten, from formulas. */
static void make_snapshot(void)
{
    snapshot = (struct snapshot){
        .state = SNAPSHOT_TRAINING,
        .epochs = 10,
        .epoch = 2,
        .batches = 100,
        .batch = 50,
        .step = 250,
        .base_lr = 0.01,
        .lr = 0.01,
        .loss = 0.09,
        .epoch_loss = 0.1,
        .epoch_accuracy = 97.1,
        .epoch_seconds = 0.6,
        .run_seconds = 4.0,
        .images_per_second = 45200.0,
        .threads = 2,
        .threads_wanted = 2,
        .epochs_done = 2,
        .best_train_accuracy = 95.0,
    };
    for (int l = 0; l < MODEL_LAYERS_MAX; l++)
        health[l] = (struct layer_health){NAN, NAN, NAN, NAN};
    for (int l = 0; l < model->layer_count; l++) {
        if (model->layers[l].parameter_count > 0)
            health[l] = (struct layer_health){2.0F + (float)l, 0.1F * (float)(l + 1),
                                              0.001F * (float)(l + 1), NAN};
        else if (model->layers[l].kind == LAYER_RELU)
            health[l].dead = 0.05F * (float)l;
    }
    history_init(&snapshot.history);
    for (int step = 0; step < 250; step++) {
        double noise = 1.0 + 0.3 * sin(step * 12.9898);
        history_add_batch(&snapshot.history, 2.3 * exp(-step / 60.0) * noise + 0.08,
                          100.0 - 90.0 * exp(-step / 40.0) * noise - 2.0);
        if (step % 100 == 99)
            history_add_epoch(&snapshot.history,
                              &(struct epoch_metrics){.epoch = step / 100,
                                                      .step = step + 1,
                                                      .train_loss = 0.5,
                                                      .train_accuracy = 90.0,
                                                      .test_loss = 0.35 / (step / 100 + 1),
                                                      .test_accuracy = 93.0 + 3.0 * (step / 100),
                                                      .test_correct = 9300,
                                                      .test_count = 10000,
                                                      .seconds = 1.3,
                                                      .images_per_second = 45000.0});
    }
    snapshot.best = snapshot.history.epochs[1];
}

static void make_predictions(void)
{
    predictions = (struct predictions){.count = LANES, .classes = shape.classes};
    for (int lane = 0; lane < LANES; lane++) {
        predictions.images[lane] = (uint32_t)lane;
        int label = data.test.labels[lane],
            said = lane % 3 == 1 ? (label + 1) % shape.classes : label;
        for (int k = 0; k < shape.classes; k++)
            predictions.probabilities[lane * shape.classes + k] = k == said ? 0.64F : 0.04F;
        predictions.predicted[lane] = (uint8_t)said;
        predictions.losses[lane] =
            -log((double)predictions.probabilities[lane * shape.classes + label]);
    }
}

/* Every third image is read as the next class. */
static void make_outcomes(void)
{
    struct error error;

    assert_true(outcomes_init(&outcomes, data.test.count, &error));
    outcomes.step = 200;
    for (int i = 0; i < outcomes.count; i++) {
        int label = data.test.labels[i];
        outcomes.predicted[i] = (uint8_t)(i % 3 == 1 ? (label + 1) % shape.classes : label);
        outcomes.seconds[i] = (uint8_t)(i % 3 == 1 ? label : (label + 1) % shape.classes);
        outcomes.losses[i] = i % 3 == 1 ? 3.0F : 0.1F;
    }
    outcomes_confusion(&outcomes, &data.test, &confusion);
    assert_true(browse_init(&browse, data.test.count, &error));
    browse_update(&browse, &outcomes, &data.test);
}

/* A drawn seven, and the outputs of a network with random weights for the first test image. */
static void make_inside(void)
{
    static float image[DATASET_PIXELS_MAX];
    float *state;
    struct error error;
    struct rng rng;

    rng_init(&rng, 1, 0);
    assert_non_null(state = memory_new(model->state_count, sizeof *state, &error));
    model_initialize(model, state, &rng);
    weights = weights_new(model, state, health, snapshot.step, &error);
    assert_non_null(weights);
    free(state);
    for (int i = 0; i < shape.height * shape.width; i++)
        image[i] = dataset_normalize(&data.test, data.test.images[i]);
    assert_true(activations_init(&activations, model, kernels_select("baseline", &error), &error));
    activations_run(&activations, weights->state, image);
    sketch = sketch_new(shape.width, shape.height, &error);
    assert_non_null(sketch);
    sketch_begin(sketch, SKETCH_PEN, 35.0, 30.0);
    sketch_line(sketch, 75.0, 30.0);
    sketch_line(sketch, 50.0, 85.0);
    sketch_digit(sketch, digit);
}

/* Gradients like waves, and the distributions of both at some moments: the weights grow. */
static void make_studies(void)
{
    struct error error;
    float *state = memory_new(model->state_count, sizeof *state, &error);

    gradients = memory_new(model->parameter_count, sizeof *gradients, &error);
    assert_non_null(gradients);
    assert_non_null(state);
    for (size_t i = 0; i < model->parameter_count; i++)
        gradients[i] = 0.01F * sinf((float)i);
    inside_model = (struct inside){.gradients = gradients,
                                   .gradients_images = 512,
                                   .gradients_step = 250,
                                   .distributions = {.model = model}};
    for (int step = 0; step <= 250; step += 50) {
        for (size_t i = 0; i < model->state_count; i++)
            state[i] = weights->state[i] * (0.5F + (float)step / 500.0F);
        struct distribution_column *column =
            distribution_column_new(model, state, gradients, step, &error);
        assert_non_null(column);
        distributions_add(&inside_model.distributions, column);
    }
    free(state);
}

/* A run of a network on data of this shape. */
static void make_all(const struct sample_shape *of, const char *network)
{
    struct error error;

    shape = *of;
    sample_dataset_of(&data, of, 16, 100);
    settings = *recipe_settings(0);
    model_free(model);
    model = model_make(network, (struct shape){1, of->height, of->width}, of->classes, &error);
    assert_non_null(model);
    make_snapshot();
    make_predictions();
    make_outcomes();
    make_inside();
    make_studies();
    events = (struct events){0};
    events_watch(&events, &snapshot);
}

static int set_up(void **unused)
{
    (void)unused;
    make_all(&sample_mnist, "basic");
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    browse_fini(&browse);
    outcomes_fini(&outcomes);
    activations_fini(&activations);
    distributions_fini(&inside_model.distributions);
    free(gradients);
    weights_drop(weights);
    sketch_free(sketch);
    dataset_fini(&data);
    return 0;
}

static struct frame make_frame(void)
{
    struct frame frame = {
        .snapshot = &snapshot,
        .weights = weights,
        .settings = &settings,
        .model = model,
        .train = &data.train,
        .test = &data.test,
        .classes = &data.classes,
        .predictions = &predictions,
        .events = &events,
        .browse = &browse,
        .outcomes = &outcomes,
        .confusion = &confusion,
        .activations = &activations,
        .inside = &inside_model,
        .true_class = 4,
        .predicted_class = 5,
        .drawing = {.sketch = sketch,
                    .x = 50.0,
                    .y = 85.0,
                    .digit = digit,
                    .classes = &data.classes,
                    .probabilities = predictions.probabilities,
                    .keys = "keys"},
        .crosshair = -1.0,
        .log_scale = true,
        .smoothing = FRAME_SMOOTHING,
        .message = "Epoch 2: test accuracy 96.00 %, loss 0.1750, the best so far.",
    };

    frame_list_cell(&frame, &outcomes);
    return frame;
}

static char *draw(const struct frame *frame, int width, int height, enum glyphs glyphs)
{
    struct canvas canvas;
    struct error error;

    assert_true(canvas_new(&canvas, width, height, &error));
    canvas.glyphs = glyphs;
    screen_draw(frame, &canvas);
    return frame_text(&canvas);
}

static void assert_frame(const struct frame *frame, const char *name, int width, int height,
                         enum glyphs glyphs)
{
    frame_compare(draw(frame, width, height, glyphs), name, width, height, glyphs);
}

/* A view at a size of each tier, with every set of glyphs. */
static void assert_view(enum view view)
{
    static const int sizes[][2] = {{24, 1}, {40, 10}, {80, 24}, {100, 30}, {140, 44}, {200, 60}};
    struct frame frame = make_frame();
    char name[64];

    snprintf(name, sizeof name, "view-%s", layout_view_name((int)view));
    frame_open(&frame, view);
    for (int i = 0; i < CHECK_COUNT(sizes); i++)
        for (int glyphs = GLYPHS_ASCII; glyphs <= GLYPHS_BRAILLE; glyphs++)
            assert_frame(&frame, name, sizes[i][0], sizes[i][1], (enum glyphs)glyphs);
}

/* The looks of a view's cells where there are inks. */
static void assert_styles(const struct frame *frame, const char *name, int width, int height)
{
    struct canvas canvas;
    struct error error;

    assert_true(canvas_new(&canvas, width, height, &error));
    canvas.glyphs = GLYPHS_BRAILLE;
    canvas.inks = true;
    screen_draw(frame, &canvas);
    frame_compare_styles(&canvas, name);
    canvas_free(&canvas);
}

static void every_view_has_its_looks(void **unused)
{
    (void)unused;
    for (int view = 0; view < VIEW_COUNT; view++) {
        struct frame frame = make_frame();
        char name[64];
        snprintf(name, sizeof name, "view-%s", layout_view_name(view));
        frame_open(&frame, (enum view)view);
        assert_styles(&frame, name, 80, 24);
    }
}

static void the_model_has_its_looks_on_a_large_screen(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    frame_open(&frame, VIEW_MODEL);
    frame.panes[PANE_MODEL].first = 2;
    frame.panes[PANE_KERNELS].first = 5;
    assert_styles(&frame, "model", 160, 50);
    assert_frame(&frame, "model", 160, 50, GLYPHS_ASCII);
    assert_frame(&frame, "model", 160, 50, GLYPHS_BRAILLE);
    frame.panes[PANE_MODEL].first = 3; /* batch norm */
    assert_styles(&frame, "model-norm", 160, 50);
    frame.panes[PANE_MODEL].first = 100; /* the last layer */
    assert_styles(&frame, "model-last", 160, 50);
}

/* Whether a row has nothing but spaces and borders. */
static bool is_empty(const struct canvas *canvas, int y)
{
    for (int x = 0; x < canvas->width; x++) {
        const struct cell *cell = &canvas->cells[y * canvas->pitch + x];
        const bool border = cell->style == STYLE_BORDER || cell->style == STYLE_FOCUS;
        if ((cell->glyph != ' ' || cell->back != INK_NONE) && !border)
            return false;
    }
    return true;
}

static void no_more_than_6_rows_of_a_large_screen_are_empty(void **unused)
{
    static const enum view views[] = {VIEW_OVERVIEW, VIEW_MODEL};
    struct frame frame = make_frame();
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(views); i++)
        for (int row = 0; row < 13; row++) {
            struct canvas canvas;
            struct error error;
            int empty = 0;
            assert_true(canvas_new(&canvas, 160, 50, &error));
            canvas.glyphs = GLYPHS_BRAILLE;
            canvas.inks = true;
            frame_open(&frame, views[i]);
            frame.panes[PANE_MODEL].first = row;
            screen_draw(&frame, &canvas);
            for (int y = 0; y < canvas.height; y++)
                empty += is_empty(&canvas, y);
            canvas_free(&canvas);
            assert_in_range(empty, 0, 6);
        }
}

static void the_overview_has_its_looks_on_a_large_screen(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    assert_styles(&frame, "overview", 160, 50);
    assert_frame(&frame, "overview", 160, 50, GLYPHS_BRAILLE);
    frame.focus = PANE_WORST;
    frame.zoomed = true;
    assert_frame(&frame, "worst", 80, 24, GLYPHS_ASCII);
    frame.outcomes = NULL;
    assert_frame(&frame, "worst-none", 40, 10, GLYPHS_ASCII);
}

static void the_card_shows_the_selected_one_of_the_worst_mistakes(void **unused)
{
    struct frame frame = make_frame();
    char message[PANE_MESSAGE];
    (void)unused;

    outcomes.losses[40] = 9.0F; /* read wrong */
    outcomes.losses[7] = NAN;
    frame.focus = PANE_WORST;
    assert_true(navigate(&frame, TERM_HOME, 160, 50, message));
    assert_int_equal(browse.image, 7); /* a loss that is not a number is the worst */
    assert_true(navigate(&frame, TERM_RIGHT, 160, 50, message));
    assert_int_equal(browse.image, 40);
    assert_true(navigate(&frame, TERM_ENTER, 160, 50, message));
    assert_int_equal(frame.view, VIEW_SAMPLES);
    assert_int_equal(browse.filter, BROWSE_MISTAKES);
}

static void enter_on_a_layer_shows_its_weights_and_esc_goes_back(void **unused)
{
    struct frame frame = make_frame();
    char message[PANE_MESSAGE];
    (void)unused;

    frame_open(&frame, VIEW_MODEL);
    for (int i = 0; i < 2; i++)
        assert_true(navigate(&frame, TERM_DOWN, 80, 24, message));
    assert_true(navigate(&frame, TERM_ENTER, 80, 24, message));
    assert_styles(&frame, "kernels", 80, 24);
    assert_frame(&frame, "kernels", 80, 24, GLYPHS_ASCII);
    assert_true(navigate(&frame, TERM_RIGHT, 80, 24, message));
    assert_true(navigate(&frame, TERM_DOWN, 80, 24, message));
    assert_int_equal(frame.panes[PANE_KERNELS].first, 4 + 1); /* of 4 inputs */
    assert_true(navigate(&frame, 'v', 80, 24, message));
    assert_frame(&frame, "kernels-values", 80, 24, GLYPHS_ASCII);
    assert_true(navigate(&frame, TERM_TAB, 80, 24, message));
    assert_int_equal(frame.focus, PANE_HISTOGRAMS);
    assert_styles(&frame, "histograms", 80, 24);
    assert_frame(&frame, "histograms", 80, 24, GLYPHS_ASCII);
    assert_true(navigate(&frame, TERM_PAGE_DOWN, 80, 24, message));
    assert_int_equal(frame.panes[PANE_MODEL].first, 3);
    assert_true(navigate(&frame, TERM_ESCAPE, 80, 24, message));
    assert_int_equal(frame.focus, PANE_MODEL);
    assert_false(frame.zoomed);
    assert_int_equal(frame.view, VIEW_MODEL);
}

/* What is drawn at the cell is what a press there selects. */
static void a_press_selects_a_layer_and_a_kernel(void **unused)
{
    const struct pointer row = {POINTER_PRESS, 5, 2 + 2 + 5}, tile = {POINTER_PRESS, 91, 9};
    struct frame frame = make_frame();
    char message[PANE_MESSAGE];
    (void)unused;

    frame_open(&frame, VIEW_MODEL);
    navigate_point(&frame, &row, 160, 50, message);
    assert_int_equal(frame.panes[PANE_MODEL].first, 5);
    navigate_point(&frame, &tile, 160, 50, message);
    assert_int_equal(frame.focus, PANE_KERNELS);
    assert_int_equal(frame.panes[PANE_KERNELS].first, 2 * 8 + 1); /* output 3, input 2 */
}

static void the_overview_at_every_tier(void **unused)
{
    (void)unused;
    assert_view(VIEW_OVERVIEW);
}

static void the_plots_at_every_tier(void **unused)
{
    (void)unused;
    assert_view(VIEW_PLOTS);
}

static void the_model_at_every_tier(void **unused)
{
    (void)unused;
    assert_view(VIEW_MODEL);
}

static void the_samples_at_every_tier(void **unused)
{
    (void)unused;
    assert_view(VIEW_SAMPLES);
}

static void the_confusion_matrix_at_every_tier(void **unused)
{
    (void)unused;
    assert_view(VIEW_CONFUSION);
}

static void the_drawing_at_every_tier(void **unused)
{
    (void)unused;
    assert_view(VIEW_DRAW);
}

/* A pane alone. */
static void assert_pane(enum pane pane, struct frame *frame, const char *name, int width,
                        int height, enum glyphs glyphs)
{
    struct canvas canvas;
    struct error error;

    assert_true(canvas_new(&canvas, width, height, &error));
    canvas.glyphs = glyphs;
    frame->focus = pane;
    pane_of(pane)->draw(frame, &canvas);
    frame_compare(frame_text(&canvas), name, width, height, glyphs);
}

static void a_card_in_each_of_its_sizes(void **unused)
{
    static const int sizes[][2] = {{32, 9}, {32, 20}, {36, 27}, {58, 46}, {40, 8}};
    struct frame frame = make_frame();
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(sizes); i++)
        assert_pane(PANE_CARD, &frame, "card", sizes[i][0], sizes[i][1], GLYPHS_BLOCK);
    browse_go(&browse, 1); /* which is read wrong */
    for (int i = 0; i < CHECK_COUNT(sizes); i++)
        assert_pane(PANE_CARD, &frame, "card-wrong", sizes[i][0], sizes[i][1], GLYPHS_ASCII);
    predictions.count = 0;
    assert_pane(PANE_CARD, &frame, "card-unknown", 32, 20, GLYPHS_ASCII);
}

static void a_list_of_images_in_a_grid(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    browse_go(&browse, 13);
    assert_pane(PANE_THUMBS, &frame, "thumbs", 102, 18, GLYPHS_BLOCK);
    assert_pane(PANE_THUMBS, &frame, "thumbs", 40, 8, GLYPHS_ASCII);
    browse.filter = BROWSE_MISTAKES;
    browse.worst_first = true;
    browse_update(&browse, &outcomes, &data.test);
    browse_go(&browse, 0);
    assert_pane(PANE_THUMBS, &frame, "thumbs-mistakes", 102, 18, GLYPHS_ASCII);
    browse.count = 3;
    assert_pane(PANE_THUMBS, &frame, "thumbs-few", 102, 18, GLYPHS_ASCII);
    browse.filter = BROWSE_ALL;
    frame.outcomes = NULL;
    assert_pane(PANE_THUMBS, &frame, "thumbs-predicted", 64, 10, GLYPHS_ASCII);
}

/* A press anywhere on a picture selects it. */
static void a_press_selects_an_image_of_the_grid(void **unused)
{
    const struct canvas canvas = {.width = 102, .height = 18};
    const struct pointer press = {POINTER_PRESS, 0, 0};
    struct frame frame = make_frame();
    char message[PANE_MESSAGE] = "";
    int presses[12] = {0};
    (void)unused;

    for (int y = 0; y < canvas.height; y++)
        for (int x = 0; x < canvas.width; x++) {
            browse_go(&browse, 50); /* on the page of 48 to 59 */
            pane_of(PANE_THUMBS)->point(&frame, &press, &canvas, x, y, message);
            assert_in_range(browse.position, 48, 59);
            presses[browse.position - 48]++;
        }
    for (int i = 0; i < 12; i++)
        assert_true(i == 2 ? presses[i] > 16 * 8 : presses[i] == 16 * 8);
}

static void row_60_a_pane_of_images_draws_at_every_size(void **unused)
{
    static const enum pane panes[] = {PANE_CARD, PANE_THUMBS};
    struct frame frame = make_frame();
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(panes); i++)
        for (int width = 1; width <= 200; width += width < 70 ? 1 : 13)
            for (int height = 1; height <= 100; height += height < 40 ? 1 : 9) {
                struct canvas canvas;
                struct error error;
                assert_true(canvas_new(&canvas, width, height, &error));
                canvas.glyphs = (enum glyphs)((width + height) % 3);
                canvas.inks = true;
                frame.focus = panes[i];
                pane_of(panes[i])->draw(&frame, &canvas);
                canvas_free(&canvas);
            }
}

static void the_worst_mistakes_are_listed(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    browse.filter = BROWSE_MISTAKES;
    browse.worst_first = true;
    frame_open(&frame, VIEW_SAMPLES);
    char *text = draw(&frame, 100, 30, GLYPHS_ASCII);
    assert_non_null(strstr(text, "Sample  test 0  1 of 100 "));
    free(text);
    text = draw(&frame, 160, 50, GLYPHS_ASCII);
    assert_non_null(strstr(text, "- Mistakes  100 of 100, worst first -"));
    free(text);
}

/* At the run's end there is no next epoch, so earlier ones are shown. */
static void a_training_image_as_the_epochs_augment_it(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    settings = *recipe_settings(1);
    frame.augmented = true;
    frame.train_image = 3;
    frame_open(&frame, VIEW_SAMPLES);
    assert_frame(&frame, "augmented", 80, 24, GLYPHS_ASCII);
    assert_frame(&frame, "augmented", 160, 50, GLYPHS_BRAILLE);
    assert_frame(&frame, "augmented", 40, 10, GLYPHS_BRAILLE);
    snapshot.epoch = 9;
    char *text = draw(&frame, 100, 30, GLYPHS_ASCII);
    assert_non_null(strstr(text, "epoch 8"));
    assert_non_null(strstr(text, "now, epoch 10"));
    free(text);
}

static void the_status_lines_of_small_terminals(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    assert_frame(&frame, "status", 39, 9, GLYPHS_ASCII);
}

static void a_crosshair_reads_out_values(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    frame.view = VIEW_PLOTS;
    frame.crosshair = 0.4;
    assert_frame(&frame, "crosshair", 100, 30, GLYPHS_BRAILLE);
}

/* The i-th reading of a screen, from "at" on. */
static const char *reading(const char *text, int i)
{
    static char found[2][32];
    char *own = found[i % 2];

    for (int n = 0; n <= i; n++) {
        text = strstr(text, " at 1.");
        assert_non_null(text);
        text++;
    }
    snprintf(own, sizeof found[0], "%.*s", (int)strcspn(text, "-"), text);
    return own;
}

/* A narrower title may leave out the last values. */
static void the_crosshair_reads_the_same_in_plots_of_any_width(void **unused)
{
    static const int widths[] = {200, 160, 141, 100};
    struct frame frame = make_frame();
    (void)unused;

    frame.crosshair = 0.4567;
    for (int pane = 0; pane < 2; pane++) { /* loss, accuracy */
        char expected[64] = "";
        for (int i = 0; i < CHECK_COUNT(widths); i++) {
            for (int view = VIEW_OVERVIEW; view <= VIEW_PLOTS; view++) {
                frame_open(&frame, (enum view)view);
                char *text = draw(&frame, widths[i], 50, GLYPHS_ASCII);
                const char *found = reading(text, pane);
                if (expected[0] == '\0')
                    snprintf(expected, sizeof expected, "%s", found);
                const size_t least =
                    strlen(found) < strlen(expected) ? strlen(found) : strlen(expected);
                if (strncmp(expected, found, least) != 0)
                    fail_msg("\"%s\" is not \"%s\"", found, expected);
                free(text);
            }
        }
    }
}

static void stacked_plots_share_one_axis_and_one_crosshair(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    frame_open(&frame, VIEW_PLOTS);
    frame.crosshair = 0.4567;
    char *text = draw(&frame, 100, 30, GLYPHS_ASCII), *line = text;
    int axes = 0, lines = 0, column = -1;
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        axes += strstr(line, "epoch+-") != NULL;
        const char *at = line[0] == '|' && strlen(line) > 98 ? strchr(line + 7, '|') : NULL;
        if (at == NULL || at == line + 99)
            continue;
        assert_true(column < 0 || at - line == column);
        column = (int)(at - line);
        lines++;
    }
    assert_int_equal(axes, 1);
    assert_in_range(lines, 12, 20); /* of 3 plots, except where curves are */
    free(text);
}

/* The onecycle schedule; the learning rate was halved in the second epoch. */
static void set_schedule(void)
{
    settings.schedule = SCHEDULE_ONECYCLE;
    settings.warmup = 0.3;
    settings.lr = 0.1;
    snapshot.base_lr = 0.05;
    snapshot.lr = 0.0469;
    snapshot.history.lr_change_count = 1;
    snapshot.history.lr_changes[0] = (struct lr_change){150, 0.05};
}

static void a_schedule_is_drawn_for_the_whole_run(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    set_schedule();
    frame_open(&frame, VIEW_PLOTS);
    assert_frame(&frame, "rate", 80, 24, GLYPHS_ASCII);
    assert_frame(&frame, "rate", 160, 50, GLYPHS_BRAILLE);
    frame.log_scale = false;
    assert_frame(&frame, "rate-linear", 80, 24, GLYPHS_BRAILLE);
    frame.focus = PANE_RATE;
    assert_frame(&frame, "rate", 40, 10, GLYPHS_ASCII);
}

static void no_two_labels_share_a_row(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    settings.schedule = SCHEDULE_COSINE;
    settings.lr = snapshot.base_lr = 0.05;
    frame_open(&frame, VIEW_PLOTS);
    frame.focus = PANE_RATE;
    frame.zoomed = true; /* the whole run */
    char *text = draw(&frame, 80, 24, GLYPHS_ASCII);
    assert_null(strstr(text, "0.01-"));
    assert_non_null(strstr(text, "|  .01-"));
    free(text);
}

static void after_the_last_batch_its_learning_rate_is_shown(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    settings.schedule = SCHEDULE_COSINE;
    snapshot.step = 1000;
    frame_open(&frame, VIEW_PLOTS);
    char *text = draw(&frame, 80, 24, GLYPHS_ASCII);
    assert_non_null(strstr(text, "Learning rate  # 2.47e-8  cosine, highest .0100 at epoch 0.0"));
    free(text);
}

static void the_learning_rate_is_read_out_in_the_future_and_in_the_past(void **unused)
{
    struct moment moment = {.step = 120, .weights = weights};
    struct frame frame = make_frame();
    (void)unused;

    set_schedule();
    frame_open(&frame, VIEW_PLOTS);
    frame.focus = PANE_RATE;
    frame.crosshair = 0.5;
    frame.past = &moment;
    assert_frame(&frame, "rate-past", 80, 24, GLYPHS_ASCII);
}

static void the_last_fifth_of_the_run_in_batches(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    frame.view = VIEW_PLOTS;
    frame.recent = true;
    frame.x_unit = X_BATCHES;
    assert_frame(&frame, "recent", 100, 30, GLYPHS_BRAILLE);
}

/* All of them 0.5, and a health of their own. */
static struct weights *weights_of_past(void)
{
    struct error error;
    float *state = memory_new(model->state_count, sizeof *state, &error);

    assert_non_null(state);
    for (size_t i = 0; i < model->state_count; i++)
        state[i] = 0.5F;
    for (int l = 0; l < model->layer_count; l++)
        health[l].weight_norm /= 2.0F;
    struct weights *past = weights_new(model, state, health, 120, &error);
    assert_non_null(past);
    free(state);
    return past;
}

static void a_moment_of_the_past_is_marked(void **unused)
{
    struct moment moment = {.step = 120, .weights = weights_of_past()};
    struct frame frame = make_frame();
    (void)unused;

    frame.past = &moment;
    assert_frame(&frame, "past", 80, 24, GLYPHS_ASCII);
    assert_frame(&frame, "past", 40, 10, GLYPHS_ASCII);
    frame.view = VIEW_MODEL;
    assert_frame(&frame, "past-model", 100, 30, GLYPHS_ASCII);
    moment.step = 0;
    assert_frame(&frame, "past-start", 24, 1, GLYPHS_ASCII);
    weights_drop(moment.weights);
}

static void a_layer_out_of_its_healthy_range_gives_a_warning(void **unused)
{
    struct frame frame = make_frame();
    struct error error;
    (void)unused;

    frame.view = VIEW_MODEL;
    health[2].dead = 0.75F;
    frame.weights = weights_new(model, weights->state, health, snapshot.step, &error);
    assert_non_null(frame.weights);
    char *text = draw(&frame, 80, 24, GLYPHS_ASCII);
    weights_drop(frame.weights);
    assert_non_null(strstr(text, "75%!"));
    assert_non_null(strstr(text, "ReLU-3: 75 % of its outputs never fire"));
    free(text);
}

/* The layer table of another network, of which nothing but its weights is known. */
static void assert_table(const char *text, const char *name, int row, int width, int height)
{
    struct frame frame = make_frame();
    struct error error;

    struct model *other = sample_model(text);
    assert_non_null(other);
    float *state = memory_new(other->state_count, sizeof *state, &error);
    assert_non_null(state);
    frame.model = other;
    frame.inside = NULL;
    frame.weights = weights_new(other, state, NULL, 250, &error);
    assert_non_null(frame.weights);
    free(state);
    frame.view = VIEW_MODEL;
    frame.focus = PANE_MODEL;
    frame.zoomed = true;
    frame.panes[PANE_MODEL].first = row;
    assert_frame(&frame, name, width, height, GLYPHS_ASCII);
    weights_drop(frame.weights);
    model_free(other);
}

static void the_table_of_a_network_with_long_rows_keeps_its_columns(void **unused)
{
    (void)unused;
    assert_table("Conv2d(32, 11, stride=2, padding=30) ReLU AvgPool2d((3, 5), stride=(2, 1)) "
                 "Dropout(0.25) Flatten Linear(128) LeakyReLU Linear(10)",
                 "table", 0, 80, 24);
}

static void a_narrow_table_cuts_no_number(void **unused)
{
    (void)unused;
    assert_table("pytorch", "table-narrow", 0, 48, 14);
    assert_table("Conv2d(100, 11, padding=5) AdaptiveAvgPool2d(10) Linear(128) Linear(10)",
                 "table-narrower", 0, 48, 14);
}

static void the_table_of_240_layers_scrolls_to_its_end(void **unused)
{
    char text[4096] = "1p";
    (void)unused;

    for (int i = 0; i < 79; i++)
        strcat(text, " 1p");
    assert_table(text, "table-240", 300, 80, 24);
}

/* Two past runs: one complete, one killed. */
static struct past_run compared[10];

static void make_compared(struct frame *frame, int count)
{
    static const char *const names[] = {"runs/faster", "runs/seed-10/"};

    for (int r = 0; r < count; r++) {
        struct past_run *run = &compared[r];
        *run = (struct past_run){.directory = names[r % 2], .now = {.batches = 200, .epochs = 10}};
        history_init(&run->now.history);
        for (int epoch = 0; epoch < (r % 2 == 0 ? 10 : 2); epoch++)
            snapshot_add_epoch(
                &run->now,
                &(struct epoch_metrics){.epoch = epoch,
                                        .train_loss = (0.9 + 0.5 * r) / (epoch + 1),
                                        .train_accuracy = 100.0 - (20.0 + 20.0 * r) / (epoch + 1),
                                        .test_loss = (0.2 + 0.6 * r) / (epoch + 1),
                                        .test_accuracy = 100.0 - (4.0 + 8.0 * r) / (epoch + 1),
                                        .seconds = 1.0 + r});
    }
    frame->compared = compared;
    frame->compared_count = count;
}

static void past_runs_are_drawn_below_the_present_one(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    make_compared(&frame, 2);
    for (int glyphs = GLYPHS_ASCII; glyphs <= GLYPHS_BRAILLE; glyphs++) {
        assert_frame(&frame, "ghosts", 80, 24, (enum glyphs)glyphs);
        assert_frame(&frame, "ghosts", 160, 50, (enum glyphs)glyphs);
    }
    frame_open(&frame, VIEW_PLOTS);
    assert_frame(&frame, "ghosts-plots", 80, 24, GLYPHS_ASCII);
    assert_frame(&frame, "ghosts-plots", 160, 50, GLYPHS_BRAILLE);
    frame.crosshair = 0.75;
    assert_frame(&frame, "ghosts-values", 100, 30, GLYPHS_ASCII);
}

/* They have twice as many batches as this run, and took fewer seconds. */
static void past_runs_have_their_own_batches_and_seconds(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    make_compared(&frame, 2);
    frame_open(&frame, VIEW_PLOTS);
    frame.x_unit = X_BATCHES;
    assert_frame(&frame, "ghosts-batches", 80, 24, GLYPHS_ASCII);
    frame.x_unit = X_SECONDS;
    assert_frame(&frame, "ghosts-seconds", 80, 24, GLYPHS_ASCII);
    frame.x_unit = X_EPOCHS;
    frame.recent = true;
    assert_frame(&frame, "ghosts-recent", 80, 24, GLYPHS_ASCII);
}

static void the_legend_counts_runs_that_do_not_fit(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    make_compared(&frame, 8);
    char *text = draw(&frame, 80, 24, GLYPHS_ASCII);
    assert_non_null(strstr(text, "d seed-10"));
    assert_non_null(strstr(text, "and 3 more"));
    free(text);
    text = draw(&frame, 200, 60, GLYPHS_ASCII);
    assert_non_null(strstr(text, "h seed-10"));
    assert_null(strstr(text, " more"));
    free(text);
}

/* The frame without a ghost, except for the legend. */
static void row_88_a_ghost_of_nan_draws_nothing(void **unused)
{
    static const double values[] = {NAN, INFINITY, -INFINITY};
    struct frame frame = make_frame();
    (void)unused;

    make_compared(&frame, 1);
    struct history *history = &compared[0].now.history;
    history->epoch_count = 3;
    for (int i = 0; i < 3; i++)
        history->epochs[i].train_loss = history->epochs[i].test_loss =
            history->epochs[i].train_accuracy = history->epochs[i].test_accuracy = values[i];
    compared[0].now.epochs_seconds = NAN;
    for (int unit = 0; unit < X_UNIT_COUNT; unit++) {
        frame.x_unit = (enum x_unit)unit;
        char *with = draw(&frame, 80, 24, GLYPHS_ASCII);
        history->epoch_count = 0;
        char *without = draw(&frame, 80, 24, GLYPHS_ASCII);
        assert_string_equal(with, without);
        history->epoch_count = 3;
        free(with);
        free(without);
    }
}

static void linear_axes_at_80x24(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    frame.log_scale = false;
    assert_frame(&frame, "linear", 80, 24, GLYPHS_BRAILLE);
}

static void the_help_at_80x24(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    frame.overlay = OVERLAY_HELP;
    assert_frame(&frame, "help", 80, 24, GLYPHS_ASCII);
}

static void the_layer_table_scrolled_and_focused(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    frame_open(&frame, VIEW_MODEL);
    frame.panes[PANE_MODEL].first = 8;
    assert_frame(&frame, "layers", 80, 22, GLYPHS_ASCII);
}

static void before_the_first_batch_at_80x24(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    snapshot.state = SNAPSHOT_PAUSED;
    snapshot.epoch = snapshot.batch = 0;
    snapshot.step = 0;
    snapshot.epochs_done = 0;
    snapshot.run_seconds = 0.0;
    snapshot.images_per_second = 0.0;
    history_init(&snapshot.history);
    predictions.count = 0;
    assert_frame(&frame, "start", 80, 24, GLYPHS_BRAILLE);
}

static void row_60_every_size_draws(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    make_compared(&frame, 3);
    for (int view = 0; view <= VIEW_COUNT; view++) {
        frame.view = (enum view)(view % VIEW_COUNT);
        frame.augmented = view % 2 == 1;
        frame.overlay = view == VIEW_COUNT ? OVERLAY_HELP : OVERLAY_NONE;
        for (int width = 1; width <= 300; width += width < 90 ? 1 : 17)
            for (int height = 1; height <= 100; height += height < 30 ? 1 : 9)
                free(draw(&frame, width, height, GLYPHS_BRAILLE));
    }
}

/* ---- other data sets ---- */

static const char fashion[] = "T-shirt/top\nTrouser\nPullover\nDress\nCoat\nSandal\nShirt\n"
                              "Sneaker\nBag\nAnkle boot\n";

/* Long names for so many classes, a line each. */
static const char *long_names(int count)
{
    static char text[CLASSES_MAX * CLASS_NAME_MAX];
    size_t length = 0;

    for (int k = 0; k < count; k++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length,
                             "class %d \u304A\u304D with a name as long as possible \u20AC\n", k);
    return text;
}

static void use_data(struct sample_shape of, const char *network)
{
    tear_down(NULL);
    make_all(&of, network);
}

static void assert_shown(const struct frame *frame, int width, int height, const char *expected)
{
    char *text = draw(frame, width, height, GLYPHS_ASCII);

    if (strstr(text, expected) == NULL)
        fail_msg("\"%s\" is not in:\n%s", expected, text);
    free(text);
}

static void every_view_of_a_class_shows_its_name(void **unused)
{
    (void)unused;
    use_data((struct sample_shape){MNIST_SIDE, MNIST_SIDE, MNIST_CLASSES, fashion}, "basic");
    struct frame frame = make_frame();
    frame_open(&frame, VIEW_SAMPLES);
    assert_frame(&frame, "names-samples", 80, 24, GLYPHS_ASCII);
    assert_frame(&frame, "names-samples", 160, 50, GLYPHS_ASCII);
    browse.filter = BROWSE_CELL;
    browse.label = 4;
    browse.predicted = 6;
    assert_shown(&frame, 160, 50, "- Coat read as Shirt  ");
    browse.filter = BROWSE_ALL;
    frame.augmented = true;
    frame.train_image = 3;
    char title[64];
    snprintf(title, sizeof title, "Training 3: %s ", data.classes.names[data.train.labels[3]]);
    assert_shown(&frame, 80, 24, title);
    frame.augmented = false;
    frame.panes[PANE_ACTIVATIONS].first = model->layer_count - 1;
    assert_shown(&frame, 80, 24, "|Pullover    +");
    frame_open(&frame, VIEW_DRAW);
    assert_frame(&frame, "names-draw", 80, 24, GLYPHS_ASCII);
    assert_shown(&frame, 80, 24, "looks like Ankle boot");
    frame_open(&frame, VIEW_CONFUSION);
    assert_shown(&frame, 80, 24, "|Coat read as Sandal: ");
}

static void the_likeliest_ten_of_many_classes_are_shown(void **unused)
{
    (void)unused;
    use_data((struct sample_shape){20, 32, 47, NULL}, "Flatten Linear(47)");
    struct frame frame = make_frame();
    frame_open(&frame, VIEW_DRAW);
    assert_frame(&frame, "many-draw", 80, 24, GLYPHS_ASCII);
}

static void row_60_every_size_draws_any_data_set(void **unused)
{
    static const struct {
        const char *network;
        int height, width, classes;
        bool named;
    } sets[] = {
        {"Conv2d(3, 3) ReLU MaxPool2d(2) Flatten Linear(47)", 20, 32, 47, true},
        {"Flatten Linear(256)", 256, 256, 256, true},
        {"Conv2d(2, 1) ReLU Flatten Linear(2)", 4, 4, 2, false},
        {"Conv2d(2, (3, 1)) ReLU Flatten Linear(62)", 256, 4, 62, false},
        {"Conv2d(2, (1, 3)) ReLU Flatten Linear(3)", 4, 256, 3, true},
    };
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(sets); i++) {
        use_data((struct sample_shape){sets[i].height, sets[i].width, sets[i].classes,
                                       sets[i].named ? long_names(sets[i].classes) : NULL},
                 sets[i].network);
        struct frame frame = make_frame();
        frame.true_class = shape.classes - 1;
        frame.predicted_class = 0;
        for (int view = 0; view < VIEW_COUNT; view++) {
            frame_open(&frame, (enum view)view);
            frame.augmented = view % 2 == 1;
            for (int width = 1; width <= 300; width += width < 90 ? 7 : 37)
                for (int height = 1; height <= 100; height += height < 30 ? 3 : 19)
                    free(draw(&frame, width, height, (enum glyphs)((width + height) % 3)));
        }
    }
}

/* The second row of a frame with this width contains the text. */
static void assert_header(const struct frame *frame, int width, const char *expected)
{
    char *text = draw(frame, width, 60, GLYPHS_ASCII);
    char *row = strchr(text, '\n') + 1;

    row[strcspn(row, "\n")] = '\0';
    if (strstr(row, expected) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", expected, row);
    free(text);
}

static void the_header_names_the_recipe_or_the_model_if_there_is_room(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    settings.recipe = "tiny";
    snapshot.lr = 0.04321098765;
    assert_header(&frame, 160, "recipe tiny  seed 1  batch 64  lr 0.0432  45.2k/s");
    assert_header(&frame, 120, "  seed 1  batch 64  lr 0.0432  45.2k/s");
    assert_header(&frame, 80, "  45.2k/s");
    settings.recipe = NULL;
    assert_header(&frame, 160, "model basic  seed 1  batch 64  lr 0.0432  45.2k/s");
}

static void held_out_images_are_not_called_a_test_set(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    snapshot.validates = true;
    events = (struct events){0};
    events_watch(&events, &snapshot);
    frame.message = "";
    for (int view = 0; view < VIEW_COUNT; view++) {
        frame_open(&frame, (enum view)view);
        char *text = draw(&frame, 160, 50, GLYPHS_ASCII);
        assert_null(strstr(text, "test"));
        assert_true(view != VIEW_PLOTS || strstr(text, " val .1750") != NULL);
        free(text);
    }
}

static void row_90_a_thread_that_could_not_start_is_reported_on_the_screen(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    snapshot.threads_wanted = 4;
    char *text = draw(&frame, 100, 30, GLYPHS_ASCII);
    assert_non_null(strstr(text, "only 2 of 4 threads"));
    free(text);
}

/* ---- the map ---- */

static struct projection projection;
static float map_points[100][2];
static uint8_t map_predicted[100];

/* The classes lie on a circle, a few images of each beside one another; every third is read as the
 * next class. */
static struct inside make_map(void)
{
    for (int i = 0; i < CHECK_COUNT(map_points); i++) {
        const int label = data.test.labels[i];
        const double angle = 0.63 * label + 0.2 * sin(i);
        map_points[i][0] = (float)(cos(angle) * (5.0 + cos(3.0 * i)));
        map_points[i][1] = (float)(sin(angle) * (5.0 + cos(3.0 * i)));
        map_predicted[i] = (uint8_t)(i % 3 == 1 ? (label + 1) % shape.classes : label);
    }
    projection = (struct projection){.count = CHECK_COUNT(map_points),
                                     .layer = model->layer_count - 2,
                                     .values = 32,
                                     .share = {0.4, 0.2},
                                     .points = map_points,
                                     .predicted = map_predicted};
    return (struct inside){
        .gradients = gradients,
        .gradients_images = 512,
        .distributions = inside_model.distributions,
        .map = &projection,
        .map_step = 200,
        .neighbours = {.image = 0, .count = 3, .images = {20, 40, 60}, .distances = {1, 2, 3}}};
}

static void the_map_at_every_tier(void **unused)
{
    struct frame frame = make_frame();
    (void)unused;

    frame_open(&frame, VIEW_MAP);
    assert_frame(&frame, "map-none", 80, 24, GLYPHS_ASCII);
    const struct inside inside = make_map();
    frame.inside = &inside;
    assert_frame(&frame, "map", 40, 10, GLYPHS_ASCII);
    assert_frame(&frame, "map", 80, 24, GLYPHS_BRAILLE);
    assert_frame(&frame, "map", 160, 50, GLYPHS_BRAILLE);
}

static void press_map(struct frame *frame, int key)
{
    char message[PANE_MESSAGE];

    assert_true(navigate(frame, key, 160, 50, message));
}

static void arrows_on_the_map_go_to_the_nearest_image_on_that_side(void **unused)
{
    struct frame frame = make_frame();
    const struct inside inside = make_map();
    (void)unused;

    frame.inside = &inside;
    frame_open(&frame, VIEW_MAP);
    press_map(&frame, TERM_HOME);
    for (int i = 0; i < 60; i++) {
        const int before = browse.image;
        press_map(&frame, TERM_RIGHT);
        assert_true(map_points[browse.image][0] >= map_points[before][0] - 0.2F);
    }
    const int rightmost = browse.image;
    press_map(&frame, TERM_LEFT);
    assert_true(map_points[browse.image][0] < map_points[rightmost][0]);
    press_map(&frame, TERM_END);
    assert_int_equal(browse.image, 99);
}

static void the_map_shows_mistakes_or_one_class_alone(void **unused)
{
    struct frame frame = make_frame();
    const struct inside inside = make_map();
    (void)unused;

    frame.inside = &inside;
    frame_open(&frame, VIEW_MAP);
    char *all = draw(&frame, 160, 50, GLYPHS_ASCII);
    assert_non_null(strstr(all, "mistakes: 33"));
    press_map(&frame, 'f');
    char *mistakes = draw(&frame, 160, 50, GLYPHS_ASCII);
    press_map(&frame, 'F');
    char *class = draw(&frame, 160, 50, GLYPHS_ASCII);
    assert_string_not_equal(all, mistakes);
    assert_null(strstr(class, "mistakes: 33"));
    press_map(&frame, 'f');
    press_map(&frame, 'F');
    char *again = draw(&frame, 160, 50, GLYPHS_ASCII);
    assert_string_equal(all, again);
    free(all);
    free(mistakes);
    free(class);
    free(again);
}

/* ---- the key line ---- */

/* The screen with its looks, to be released with free(). */
static char *looks(const struct frame *frame, int width, int height)
{
    struct canvas canvas;
    char *text = NULL;
    size_t size;
    struct error error;

    assert_true(canvas_new(&canvas, width, height, &error));
    canvas.inks = true;
    screen_draw(frame, &canvas);
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    canvas_dump(&canvas, file);
    canvas_dump_styles(&canvas, file);
    fclose(file);
    canvas_free(&canvas);
    return text;
}

/* Whether the dashboard, and not the frame, acts on the key. */
static bool is_dashboards(int key)
{
    return key == '+' || key == 'q' || key == 'n' || key == 'b' || key == ' ';
}

/* Presses each hint of the frame: what is on the screen changes, or a message tells why not. */
static void assert_hints(const struct frame *before, int width, int height)
{
    struct layout layout;
    struct hints hints;

    screen_layout(&layout, before, width, height);
    hints_list(before, &layout, width - 1, &hints);
    for (int i = 0; i < hints.count; i++) {
        struct frame frame = *before;
        char message[PANE_MESSAGE];
        if (is_dashboards(hints.hints[i].key) && frame.past == NULL)
            continue;
        if (hints.hints[i].key == 'q')
            continue;
        if (hints.hints[i].key == TERM_BACKSPACE) /* there must be something to undo */
            sketch_begin(sketch, SKETCH_PEN, 8.0, 8.0);
        char *old = looks(&frame, width, height);
        if (!navigate(&frame, hints.hints[i].key, width, height, message))
            fail_msg("%s (%s) does nothing: view %d pane %d overlay %d at %d", hints.hints[i].name,
                     hints.hints[i].word, (int)frame.view, (int)frame.focus, (int)frame.overlay,
                     width);
        browse_update(frame.browse, &outcomes, &data.test); /* as the dashboard does */
        char *new = looks(&frame, width, height);
        if (strcmp(old, new) == 0 && message[0] == '\0')
            fail_msg("%s (%s) changes nothing: view %d pane %d overlay %d at %d",
                     hints.hints[i].name, hints.hints[i].word, (int)frame.view, (int)frame.focus,
                     (int)frame.overlay, width);
        free(old);
        free(new);
    }
}

static void every_hint_does_something(void **unused)
{
    static const int sizes[][2] = {{80, 24}, {100, 30}, {160, 50}};
    struct frame frame = make_frame();
    struct inside inside = make_map();
    static struct timeline timeline;
    (void)unused;

    for (long step = 0; step < 250; step += 50)
        timeline_add(&timeline, step, step % 100 == 0, weights);
    frame.timeline = &timeline;
    frame.inside = &inside;
    for (int view = 0; view < VIEW_COUNT; view++)
        for (int size = 0; size < CHECK_COUNT(sizes); size++)
            for (int overlay = OVERLAY_NONE; overlay <= OVERLAY_ABOUT; overlay++)
                for (int past = 0; past < 2; past++) {
                    const int width = sizes[size][0], height = sizes[size][1];
                    struct layout layout;
                    frame_open(&frame, (enum view)view);
                    screen_layout(&layout, &frame, width, height);
                    for (int i = 0; i < layout.count; i++) {
                        inside.neighbours.image = browse.image;
                        frame.focus = layout.places[i].pane;
                        frame.overlay = (enum overlay)overlay;
                        frame.past = past ? &timeline.moments[2] : NULL;
                        assert_hints(&frame, width, height);
                    }
                }
    frame.past = NULL;
    timeline_fini(&timeline);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(every_view_has_its_looks),
    TEST(the_overview_at_every_tier),
    TEST(the_plots_at_every_tier),
    TEST(the_model_at_every_tier),
    TEST(the_model_has_its_looks_on_a_large_screen),
    TEST(no_more_than_6_rows_of_a_large_screen_are_empty),
    TEST(the_overview_has_its_looks_on_a_large_screen),
    TEST(the_card_shows_the_selected_one_of_the_worst_mistakes),
    TEST(enter_on_a_layer_shows_its_weights_and_esc_goes_back),
    TEST(a_press_selects_a_layer_and_a_kernel),
    TEST(the_samples_at_every_tier),
    TEST(the_confusion_matrix_at_every_tier),
    TEST(the_drawing_at_every_tier),
    TEST(the_map_at_every_tier),
    TEST(every_hint_does_something),
    TEST(arrows_on_the_map_go_to_the_nearest_image_on_that_side),
    TEST(the_map_shows_mistakes_or_one_class_alone),
    TEST(a_card_in_each_of_its_sizes),
    TEST(a_list_of_images_in_a_grid),
    TEST(a_press_selects_an_image_of_the_grid),
    TEST(row_60_a_pane_of_images_draws_at_every_size),
    TEST(the_worst_mistakes_are_listed),
    TEST(a_training_image_as_the_epochs_augment_it),
    TEST(the_status_lines_of_small_terminals),
    TEST(a_crosshair_reads_out_values),
    TEST(the_crosshair_reads_the_same_in_plots_of_any_width),
    TEST(stacked_plots_share_one_axis_and_one_crosshair),
    TEST(a_schedule_is_drawn_for_the_whole_run),
    TEST(no_two_labels_share_a_row),
    TEST(after_the_last_batch_its_learning_rate_is_shown),
    TEST(the_learning_rate_is_read_out_in_the_future_and_in_the_past),
    TEST(the_last_fifth_of_the_run_in_batches),
    TEST(a_moment_of_the_past_is_marked),
    TEST(a_layer_out_of_its_healthy_range_gives_a_warning),
    TEST(past_runs_are_drawn_below_the_present_one),
    TEST(past_runs_have_their_own_batches_and_seconds),
    TEST(the_legend_counts_runs_that_do_not_fit),
    TEST(row_88_a_ghost_of_nan_draws_nothing),
    TEST(linear_axes_at_80x24),
    TEST(the_help_at_80x24),
    TEST(the_layer_table_scrolled_and_focused),
    TEST(before_the_first_batch_at_80x24),
    TEST(the_table_of_a_network_with_long_rows_keeps_its_columns),
    TEST(a_narrow_table_cuts_no_number),
    TEST(the_table_of_240_layers_scrolls_to_its_end),
    TEST(row_60_every_size_draws),
    TEST(every_view_of_a_class_shows_its_name),
    TEST(the_likeliest_ten_of_many_classes_are_shown),
    TEST(row_60_every_size_draws_any_data_set),
    TEST(the_header_names_the_recipe_or_the_model_if_there_is_room),
    TEST(held_out_images_are_not_called_a_test_set),
    TEST(row_90_a_thread_that_could_not_start_is_reported_on_the_screen),
};

CHECK_MAIN(tests)
