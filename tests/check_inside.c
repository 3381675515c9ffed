/* The views of the network's inside, compared with the frames in tests/frames/. */
#include "frames.h"
#include "sample_model.h"
#include "sizes.h"

#include "support/memory.h"
#include "train/checkpoint.h"
#include "tui/frame.h"
#include "tui/sheet.h"

#include <math.h>

static struct canvas make_canvas(int width, int height, enum glyphs glyphs)
{
    struct canvas canvas;
    struct error error;

    assert_true(canvas_new(&canvas, width, height, &error));
    canvas.glyphs = glyphs;
    return canvas;
}

/* Draws a pane of a frame. */
static void draw_pane(enum pane pane, struct frame *frame, bool focused, struct canvas *canvas)
{
    frame->focus = focused ? pane : PANE_COUNT;
    pane_of(pane)->draw(frame, canvas);
}

/* Every size that a terminal may have, down to 0. */
#define FOR_EVERY_SIZE(width, height)                                                              \
    for (int width = 1; width <= 300; width += width < 90 ? 1 : 17)                                \
        for (int height = 1; height <= 100; height += height < 50 ? 1 : 9)

/* ---- the confusion matrix ---- */

static struct confusion confusion;
static struct classes classes;

/* Other classes: numbers, or a text with a name a line. */
static void set_classes(int count, const char *names)
{
    struct error error;

    classes_fini(&classes);
    assert_true(names != NULL ? classes_name(&classes, names, &error)
                              : classes_number(&classes, count, &error));
    assert_int_equal(classes.count, count);
}

/* About 98 % correct; 4 is often read as 9, 7 only as 7. */
static int make_confusion(void **unused)
{
    static const int images[] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};
    (void)unused;

    set_classes(MNIST_CLASSES, NULL);
    confusion = (struct confusion){.classes = MNIST_CLASSES, .step = 938};
    for (int i = 0; i < MNIST_CLASSES; i++) {
        int right = images[i];
        for (int j = 0; j < MNIST_CLASSES; j++) {
            int wrong = i == 4 && j == 9 ? 110 : i == 9 && j == 4 ? 31 : (i * 7 + j * 5) % 11 - 4;
            if (j == i || i == 7 || wrong < 0)
                continue;
            confusion.counts[i][j] = wrong;
            right -= wrong;
        }
        confusion.counts[i][i] = right;
    }
    return 0;
}

static struct frame confusion_frame(int row, int column)
{
    return (struct frame){
        .confusion = &confusion, .classes = &classes, .true_class = row, .predicted_class = column};
}

static void draw_confusion(int row, int column, bool focused, struct canvas *canvas)
{
    struct frame frame = confusion_frame(row, column);

    draw_pane(PANE_CONFUSION, &frame, focused, canvas);
}

/* The cell that a press at (x, y) selects, or opens if it is selected already. */
static bool press_confusion(const struct canvas *canvas, int x, int y, int *row, int *column)
{
    const struct pointer press = {POINTER_PRESS, x, y};
    struct frame frame = confusion_frame(*row, *column);
    struct browse browse = {0};
    char message[PANE_MESSAGE] = "";

    frame.browse = &browse;
    pane_of(PANE_CONFUSION)->point(&frame, &press, canvas, x, y, message);
    const bool found =
        frame.true_class != *row || frame.predicted_class != *column || frame.view == VIEW_SAMPLES;
    *row = frame.true_class;
    *column = frame.predicted_class;
    return found;
}

static void assert_confusion(const char *name, int row, int column, int width, int height,
                             enum glyphs glyphs)
{
    struct canvas canvas = make_canvas(width, height, glyphs);

    draw_confusion(row, column, true, &canvas);
    frame_compare(frame_text(&canvas), name, width, height, glyphs);
}

static void the_confusion_matrix_in_a_large_pane(void **unused)
{
    (void)unused;
    assert_confusion("confusion", 4, 9, 140, 44, GLYPHS_ASCII);
    assert_confusion("confusion", 4, 9, 140, 44, GLYPHS_BRAILLE);
    assert_confusion("confusion", 4, 9, 80, 20, GLYPHS_ASCII);
    assert_confusion("confusion", 4, 9, 80, 20, GLYPHS_BLOCK);
}

static void the_confusion_matrix_in_a_narrow_pane(void **unused)
{
    (void)unused;
    assert_confusion("confusion", 4, 4, 60, 16, GLYPHS_ASCII);
    assert_confusion("confusion", 8, 3, 40, 10, GLYPHS_ASCII);
    assert_confusion("confusion", 0, 3, 20, 5, GLYPHS_ASCII);
}

static void the_confusion_matrix_before_the_first_test_pass(void **unused)
{
    (void)unused;
    confusion = (struct confusion){.classes = MNIST_CLASSES};
    assert_confusion("confusion-none", 0, 0, 40, 10, GLYPHS_ASCII);
}

static void row_60_the_confusion_matrix_draws_at_every_size(void **unused)
{
    (void)unused;
    FOR_EVERY_SIZE(width, height)
    {
        struct canvas canvas = make_canvas(width, height, GLYPHS_BRAILLE);
        draw_confusion(9, 9, false, &canvas);
        free(frame_text(&canvas));
    }
}

static void a_class_without_images_has_no_recall(void **unused)
{
    struct canvas canvas = make_canvas(80, 24, GLYPHS_ASCII);
    (void)unused;

    memset(confusion.counts, 0, sizeof confusion.counts);
    confusion.counts[3][3] = 5;
    draw_confusion(0, 0, false, &canvas);
    char *text = frame_text(&canvas);
    assert_non_null(strstr(text, "100.00 %"));
    assert_null(strstr(text, "nan"));
    free(text);
}

/* The cursor's cell is the one that is drawn as selected. */
static void assert_cells(int row, int column, int width, int height)
{
    struct canvas canvas = make_canvas(width, height, GLYPHS_ASCII);
    int found = 0;

    draw_confusion(row, column, false, &canvas);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            int cell_row = row, cell_column = column;
            if (!press_confusion(&canvas, x, y, &cell_row, &cell_column))
                continue;
            assert_in_range(cell_row, 0, classes.count - 1);
            assert_in_range(cell_column, 0, classes.count - 1);
            const bool own = cell_row == row && cell_column == column;
            assert_int_equal(canvas.cells[y * canvas.pitch + x].style == STYLE_SELECTED, own);
            found += own;
        }
    }
    assert_true(found > 0 || width < 40 || height < 5);
    canvas_free(&canvas);
}

static void the_cell_under_the_pointer_is_selected(void **unused)
{
    (void)unused;
    for (int height = 0; height <= 60; height += 1 + height / 8)
        for (int width = 0; width <= 200; width += 1 + width / 12)
            assert_cells(5, 5, width, height);
}

/* ---- the confusion matrix of other classes ---- */

static const char fashion[] = "T-shirt/top\nTrouser\nPullover\nDress\nCoat\nSandal\nShirt\n"
                              "Sneaker\nBag\nAnkle boot\n";

/* So many classes, each read now and then as the next one. */
static void use_classes(int count, const char *names)
{
    set_classes(count, names);
    confusion = (struct confusion){.classes = count, .step = 938};
    for (int i = 0; i < count; i++) {
        confusion.counts[i][i] = 380 - i;
        confusion.counts[i][(i + 1) % count] = 20 + i;
    }
}

static char *confusion_text(int row, int column, int width, int height)
{
    struct canvas canvas = make_canvas(width, height, GLYPHS_ASCII);

    draw_confusion(row, column, true, &canvas);
    return frame_text(&canvas);
}

static void assert_in_matrix(int row, int column, int width, int height, const char *expected)
{
    char *text = confusion_text(row, column, width, height);

    if (strstr(text, expected) == NULL)
        fail_msg("\"%s\" is not in:\n%s", expected, text);
    free(text);
}

static void the_confusion_matrix_has_names_cut_to_the_room(void **unused)
{
    (void)unused;
    use_classes(MNIST_CLASSES, fashion);
    assert_confusion("confusion-names", 6, 0, 80, 20, GLYPHS_ASCII);
    assert_confusion("confusion-names", 6, 0, 140, 44, GLYPHS_ASCII);
    assert_confusion("confusion-names", 6, 0, 40, 10, GLYPHS_ASCII);
    assert_in_matrix(6, 7, 80, 20, "|Shirt read as Sneaker: 26 of 400 images, 6.5 %");
}

static void a_matrix_of_many_classes_scrolls_with_the_cursor(void **unused)
{
    (void)unused;
    use_classes(47, NULL);
    assert_confusion("confusion-47", 30, 31, 80, 20, GLYPHS_ASCII);
    assert_confusion("confusion-47", 46, 46, 40, 10, GLYPHS_ASCII);
    use_classes(256, NULL);
    for (int i = 0; i < classes.count; i += 5) {
        char expected[64];
        snprintf(expected, sizeof expected, "|%ds read as %d:", i, 255 - i);
        assert_in_matrix(i, 255 - i, 80, 20, expected);
    }
}

static void the_cell_under_the_pointer_is_selected_in_a_matrix_that_scrolls(void **unused)
{
    static const int counts[] = {2, 47, 256};
    (void)unused;

    for (int c = 0; c < CHECK_COUNT(counts); c++) {
        const int last = counts[c] - 1, step = counts[c] > 100 ? 4 : 1; /* large ones take long */
        use_classes(counts[c], NULL);
        for (int width = 1; width < 170; width += 13 * step)
            for (int height = 1; height < 60; height += 7 * step) {
                assert_cells(0, last, width, height);
                assert_cells(last, 0, width, height);
                assert_cells(last / 2, last / 3, width, height);
            }
    }
}

static void row_60_a_matrix_of_any_classes_draws_at_many_sizes(void **unused)
{
    static const int counts[] = {2, 3, 11, 62, 256};
    (void)unused;

    for (int c = 0; c < CHECK_COUNT(counts); c++) {
        use_classes(counts[c], NULL);
        classes.named = c % 2 == 1; /* as names that may be cut */
        for (int height = 0; height <= 60; height += 1 + height / 8)
            for (int width = 0; width <= 200; width += 1 + width / 12)
                free(confusion_text(counts[c] - 1, width % counts[c], width, height));
    }
}

/* ---- drawing a digit ---- */

static struct sketch *sketch;
static struct drawing drawing;

/* A 7, and the pen down at its end. */
static int make_drawing(void **unused)
{
    static uint8_t digit[(MNIST_SIDE * MNIST_SIDE)];
    static float probabilities[] = {0, 0.02F, 0.01F, 0.05F, 0, 0, 0, 0.83F, 0, 0.09F};
    struct error error;
    (void)unused;

    set_classes(MNIST_CLASSES, NULL);
    sketch = sketch_new(MNIST_SIDE, MNIST_SIDE, &error);
    assert_non_null(sketch);
    sketch_begin(sketch, SKETCH_PEN, 32.0, 24.0);
    sketch_line(sketch, 78.0, 22.0);
    sketch_line(sketch, 52.0, 94.0);
    sketch_digit(sketch, digit);
    drawing = (struct drawing){.sketch = sketch,
                               .x = 52.0,
                               .y = 94.0,
                               .tool = SKETCH_PEN,
                               .down = true,
                               .digit = digit,
                               .classes = &classes,
                               .probabilities = probabilities,
                               .keys = "Space pen up or down  e eraser  z undo"};
    return 0;
}

static int free_drawing(void **unused)
{
    (void)unused;
    sketch_free(sketch);
    return 0;
}

static void draw_drawing(bool focused, struct canvas *canvas)
{
    struct frame frame = {.drawing = drawing};

    draw_pane(PANE_DRAW, &frame, focused, canvas);
}

/* Moves the cursor to where a release of the mouse is on the sheet; false: it is not. */
static bool point_at_sheet(const struct canvas *canvas, int x, int y)
{
    const struct pointer release = {POINTER_RELEASE, x, y};
    struct frame frame = {.drawing = drawing};
    char message[PANE_MESSAGE] = "";

    frame.drawing.x = -1.0;
    pane_of(PANE_DRAW)->point(&frame, &release, canvas, x, y, message);
    if (frame.drawing.x < 0.0)
        return false;
    drawing.x = frame.drawing.x;
    drawing.y = frame.drawing.y;
    return true;
}

static void assert_drawing(const char *name, int width, int height, enum glyphs glyphs)
{
    struct canvas canvas = make_canvas(width, height, glyphs);

    draw_drawing(true, &canvas);
    frame_compare(frame_text(&canvas), name, width, height, glyphs);
}

static void drawing_a_digit_in_a_large_pane(void **unused)
{
    (void)unused;
    assert_drawing("draw", 140, 44, GLYPHS_BRAILLE);
    assert_drawing("draw", 80, 20, GLYPHS_ASCII);
    assert_drawing("draw", 80, 20, GLYPHS_BLOCK);
}

static void drawing_a_digit_in_a_narrow_pane(void **unused)
{
    (void)unused;
    assert_drawing("draw", 60, 16, GLYPHS_ASCII);
    assert_drawing("draw", 40, 10, GLYPHS_ASCII);
    assert_drawing("draw", 20, 8, GLYPHS_ASCII);
}

static void the_eraser_on_an_empty_drawing(void **unused)
{
    static const uint8_t nothing[(MNIST_SIDE * MNIST_SIDE)];
    (void)unused;

    sketch_clear(sketch);
    drawing.tool = SKETCH_ERASER;
    drawing.down = false;
    drawing.digit = nothing;
    drawing.probabilities = NULL;
    assert_drawing("draw-empty", 60, 16, GLYPHS_ASCII);
}

static void row_60_the_drawing_view_draws_at_every_size(void **unused)
{
    (void)unused;
    FOR_EVERY_SIZE(width, height)
    {
        struct canvas canvas = make_canvas(width, height, GLYPHS_BRAILLE);
        draw_drawing(false, &canvas);
        free(frame_text(&canvas));
    }
}

/* The cursor is drawn in the pointer's cell. */
static void the_cursor_is_drawn_under_the_pointer(void **unused)
{
    (void)unused;
    FOR_EVERY_SIZE(width, height)
    {
        struct canvas canvas = make_canvas(width, height, GLYPHS_ASCII);
        int x = width / 3, y = height / 2;
        if (point_at_sheet(&canvas, x, y)) {
            draw_drawing(false, &canvas);
            assert_int_equal(canvas.cells[y * canvas.pitch + x].style, STYLE_REVERSE);
        }
        assert_false(point_at_sheet(&canvas, 0, y));
        canvas_free(&canvas);
    }
}

/* ---- activations and kernels ---- */

static struct model *model;
static struct activations activations;
static float state[MODEL_STATE_MAX];

/* The reference network's activations for the drawn 7. */
static int make_activations(void **unused)
{
    const struct split split = {.mean = 0.1307F, .deviation = 0.3081F};
    char path[PATH_MAX];
    float image[(MNIST_SIDE * MNIST_SIDE)];
    struct error error;

    make_drawing(unused);
    if ((model = sample_model_again(model, "basic")) == NULL ||
        !checkpoint_load(check_source(path, "tests/reference/trained.safetensors"), model, state,
                         &error) ||
        !activations_init(&activations, model, kernels_select("baseline", &error), &error))
        fail_msg("%s", error.text);
    for (int p = 0; p < (MNIST_SIDE * MNIST_SIDE); p++)
        image[p] = dataset_normalize(&split, drawing.digit[p]);
    activations_run(&activations, state, image);
    return 0;
}

static int free_activations(void **unused)
{
    activations_fini(&activations);
    return free_drawing(unused);
}

static void draw_activations(const struct activations *of, int first, bool focused,
                             struct canvas *canvas)
{
    struct frame frame = {.view = VIEW_DRAW, .activations = of, .classes = &classes};

    frame.panes[PANE_ACTIVATIONS].first = first;
    draw_pane(PANE_ACTIVATIONS, &frame, focused, canvas);
}

/* The weights of a layer, by its row in the table, with themselves as gradients. */
static void draw_kernels(const struct model *of, const float *weights, int row, int selected,
                         struct canvas *canvas)
{
    const struct inside inside = {.gradients = weights, .gradients_images = 512};
    struct error error;
    struct frame frame = {.model = of,
                          .weights = weights_new(of, weights, NULL, 0, &error),
                          .inside = &inside,
                          .classes = &classes};

    assert_non_null(frame.weights);
    frame.panes[PANE_MODEL].first = row;
    frame.panes[PANE_KERNELS].first = selected;
    draw_pane(PANE_KERNELS, &frame, true, canvas);
    weights_drop(frame.weights);
}

static void assert_activations(const char *name, int first, int width, int height,
                               enum glyphs glyphs)
{
    struct canvas canvas = make_canvas(width, height, glyphs);

    draw_activations(&activations, first, true, &canvas);
    frame_compare(frame_text(&canvas), name, width, height, glyphs);
}

static void the_activations_of_the_first_layers(void **unused)
{
    (void)unused;
    assert_activations("activations", 0, 140, 44, GLYPHS_BRAILLE);
    assert_activations("activations", 0, 80, 20, GLYPHS_ASCII);
    assert_activations("activations", 0, 40, 10, GLYPHS_ASCII);
}

static void the_activations_of_the_last_layers(void **unused)
{
    (void)unused;
    assert_activations("activations-last", 13, 80, 24, GLYPHS_ASCII);
    assert_activations("activations-last", 15, 40, 10, GLYPHS_ASCII);
}

static void activations_that_are_not_finite_are_reported(void **unused)
{
    (void)unused;
    for (int i = 0; i < 4 * (MNIST_SIDE * MNIST_SIDE); i++)
        activations.values[0][i] = i % 2 == 0 ? NAN : INFINITY;
    for (int i = 0; i < model->classes; i++)
        activations.values[16][i] = i == 3 ? 12345.0F : NAN;
    assert_activations("activations-nan", 0, 40, 10, GLYPHS_ASCII);
    assert_activations("activations-nan", 16, 60, 8, GLYPHS_ASCII);
}

static void assert_kernels(int width, int height, enum glyphs glyphs)
{
    struct canvas canvas = make_canvas(width, height, glyphs);

    draw_kernels(model, state, 0, 2, &canvas);
    frame_compare(frame_text(&canvas), "kernels-first", width, height, glyphs);
}

static void the_first_layers_kernels(void **unused)
{
    (void)unused;
    assert_kernels(80, 20, GLYPHS_ASCII);
    assert_kernels(40, 10, GLYPHS_BRAILLE);
    assert_kernels(20, 6, GLYPHS_ASCII);
}

static void row_60_activations_and_kernels_draw_at_every_size(void **unused)
{
    (void)unused;
    FOR_EVERY_SIZE(width, height)
    {
        struct canvas canvas = make_canvas(width, height, GLYPHS_BRAILLE);
        draw_activations(&activations, (width + height) % model->layer_count, false, &canvas);
        canvas.inks = width % 2 == 0;
        draw_kernels(model, state, (width + height) % 13, width, &canvas);
        free(frame_text(&canvas));
    }
}

/* ---- other networks ---- */

static const char *const texts[] = {
    "Flatten Linear(10)",
    "Flatten Linear(30) Sigmoid Linear(10)",
    "Conv2d(6, 5, padding=2) Tanh AvgPool2d(2) Conv2d(16, 5) Tanh AvgPool2d(2) Flatten Linear(120) "
    "Tanh Linear(84) Tanh Linear(10)",
    "Conv2d(32, 3) ReLU Conv2d(64, 3) ReLU MaxPool2d(2) Dropout(0.25) Flatten Linear(128) ReLU "
    "Dropout(0.5) Linear(10)",
    "Conv2d(5, 1) GELU Conv2d(4, (3, 5), stride=(2, 1)) LeakyReLU AdaptiveAvgPool2d((3, 1)) "
    "Linear(10)",
    "Conv2d(2, 27) SiLU Flatten Linear(10)",
    "MaxPool2d((28, 1)) Flatten Linear(3) Linear(10)",
    "Conv2d(7, 4, padding=20, stride=3) ReLU AvgPool2d((1, 2)) Flatten Linear(10)",
    "Conv2d(8, 3) BatchNorm2d ReLU Conv2d(8, 3, groups=8, bias=False) Conv2d(16, 1, groups=2) "
    "AdaptiveAvgPool2d(1) Linear(300) ReLU Linear(10)",
};

struct depths {
    struct model *model;
    float *state;
    struct activations activations;
};

/* The network as it begins, and what it makes of the drawn 7. */
static void make_inside(struct depths *inside, const char *text)
{
    const struct split split = {.mean = 0.1307F, .deviation = 0.3081F};
    float image[(MNIST_SIDE * MNIST_SIDE)];
    struct error error;
    struct rng rng;

    assert_non_null(inside->model = sample_model(text));
    inside->state = memory_new(inside->model->state_count, sizeof(float), &error);
    assert_non_null(inside->state);
    rng_init(&rng, 1, 0);
    model_initialize(inside->model, inside->state, &rng);
    assert_true(activations_init(&inside->activations, inside->model,
                                 kernels_select("baseline", &error), &error));
    for (int p = 0; p < (MNIST_SIDE * MNIST_SIDE); p++)
        image[p] = dataset_normalize(&split, drawing.digit[p]);
    activations_run(&inside->activations, inside->state, image);
}

static void free_inside(struct depths *inside)
{
    activations_fini(&inside->activations);
    free(inside->state);
    model_free(inside->model);
}

static void the_inside_of_any_network_draws_at_many_sizes(void **unused)
{
    struct depths inside;
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(texts); i++) {
        make_inside(&inside, texts[i]);
        for (int size = 0; size < 60; size++) {
            const int width = size * 7 % 170 + 1, height = size * 11 % 60 + 1;
            struct canvas canvas = make_canvas(width, height, (enum glyphs)(size % 3));
            canvas.inks = size % 2 == 0;
            draw_activations(&inside.activations, size % inside.model->layer_count, false, &canvas);
            draw_kernels(inside.model, inside.state, size % 9, size * size, &canvas);
            free(frame_text(&canvas));
        }
        free_inside(&inside);
    }
}

/* The corner of each tile that is seen, and no cell outside of the sheet. */
static void assert_tiles(const struct model *of, int layer, const struct canvas *canvas,
                         int selected, bool numbers)
{
    struct sheet sheet;

    sheet_of(&sheet, of, layer);
    const int count = sheet_count(&sheet), own = selected % count;
    const struct sheet_layout layout = sheet_lay_out(&sheet, canvas, own, numbers);
    bool seen = false;
    for (int tile = 0; tile < count; tile++) {
        int x, y;
        if (!sheet_place(&sheet, &layout, tile, &x, &y))
            continue;
        seen = seen || tile == own;
        const int at = sheet_at(&sheet, &layout, x, y);
        if (layout.weights_line > 0 && layout.units > 1) /* a cell has two weights */
            assert_in_range(tile - at, 0, layout.weights_line);
        else
            assert_int_equal(at, tile);
    }
    assert_int_equal(seen, layout.down > 0);
    assert_int_equal(sheet_at(&sheet, &layout, canvas->width, canvas->height), -1);
}

static void a_press_finds_the_tile_that_is_drawn_there(void **unused)
{
    struct depths inside;
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(texts); i++) {
        make_inside(&inside, texts[i]);
        for (int size = 0; size < 40; size++) {
            const struct canvas canvas = {.width = size * 7 % 80 + 1,
                                          .height = size * 11 % 50 + 1,
                                          .glyphs = GLYPHS_BRAILLE,
                                          .inks = size % 2 == 0};
            for (int l = 0; l < inside.model->layer_count; l++)
                if (inside.model->layers[l].parameter_count > 0)
                    assert_tiles(inside.model, l, &canvas, size * size * 31, size % 3 == 0);
        }
        free_inside(&inside);
    }
}

static void assert_inside(const char *name, const char *text, int first, int width, int height)
{
    struct canvas canvas = make_canvas(width, height, GLYPHS_ASCII);
    char file[64];
    struct depths inside;

    make_inside(&inside, text);
    draw_kernels(inside.model, inside.state, first, 3, &canvas);
    snprintf(file, sizeof file, "%s-kernels", name);
    frame_compare(frame_text(&canvas), file, width, height, GLYPHS_ASCII);
    canvas = make_canvas(width, height, GLYPHS_ASCII);
    draw_activations(&inside.activations, first, true, &canvas);
    snprintf(file, sizeof file, "%s-activations", name);
    frame_compare(frame_text(&canvas), file, width, height, GLYPHS_ASCII);
    free_inside(&inside);
}

static void kernels_of_5x5_and_maps_with_negative_values(void **unused)
{
    (void)unused;
    assert_inside("lenet5", texts[2], 1, 80, 24);
    assert_inside("lenet5", texts[2], 6, 60, 16);
}

static void weights_of_each_class_as_pictures_of_the_image(void **unused)
{
    (void)unused;
    assert_inside("softmax", texts[0], 0, 80, 24);
}

#define ACTIVATIONS_TEST(name)                                                                     \
    cmocka_unit_test_setup_teardown(name, make_activations, free_activations)
#define DRAW_TEST(name) cmocka_unit_test_setup_teardown(name, make_drawing, free_drawing)
#define CONFUSION_TEST(name) cmocka_unit_test_setup(name, make_confusion)

static const struct CMUnitTest tests[] = {
    CONFUSION_TEST(the_confusion_matrix_in_a_large_pane),
    CONFUSION_TEST(the_confusion_matrix_in_a_narrow_pane),
    CONFUSION_TEST(the_confusion_matrix_before_the_first_test_pass),
    CONFUSION_TEST(row_60_the_confusion_matrix_draws_at_every_size),
    CONFUSION_TEST(a_class_without_images_has_no_recall),
    CONFUSION_TEST(the_cell_under_the_pointer_is_selected),
    CONFUSION_TEST(the_confusion_matrix_has_names_cut_to_the_room),
    CONFUSION_TEST(a_matrix_of_many_classes_scrolls_with_the_cursor),
    CONFUSION_TEST(the_cell_under_the_pointer_is_selected_in_a_matrix_that_scrolls),
    CONFUSION_TEST(row_60_a_matrix_of_any_classes_draws_at_many_sizes),
    DRAW_TEST(drawing_a_digit_in_a_large_pane),
    DRAW_TEST(drawing_a_digit_in_a_narrow_pane),
    DRAW_TEST(the_eraser_on_an_empty_drawing),
    DRAW_TEST(row_60_the_drawing_view_draws_at_every_size),
    DRAW_TEST(the_cursor_is_drawn_under_the_pointer),
    ACTIVATIONS_TEST(the_activations_of_the_first_layers),
    ACTIVATIONS_TEST(the_activations_of_the_last_layers),
    ACTIVATIONS_TEST(activations_that_are_not_finite_are_reported),
    ACTIVATIONS_TEST(the_first_layers_kernels),
    ACTIVATIONS_TEST(row_60_activations_and_kernels_draw_at_every_size),
    DRAW_TEST(the_inside_of_any_network_draws_at_many_sizes),
    DRAW_TEST(a_press_finds_the_tile_that_is_drawn_there),
    DRAW_TEST(kernels_of_5x5_and_maps_with_negative_values),
    DRAW_TEST(weights_of_each_class_as_pictures_of_the_image),
};

CHECK_MAIN(tests)
