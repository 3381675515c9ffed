/* Drawing a digit, and the network input made from it. */
#include "check.h"
#include "sample_data.h"
#include "sample_model.h"

#include "train/start.h"
#include "train/trainer.h"
#include "tui/predict.h"
#include "tui/sketch.h"

#include <math.h>

static struct start beginning;
static struct sketch *sketch;
static uint8_t digit[(MNIST_SIDE * MNIST_SIDE)];
static struct error error;

static int set_up(void **unused)
{
    (void)unused;
    sketch = sketch_new(MNIST_SIDE, MNIST_SIDE, &error);
    assert_non_null(sketch);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    sketch_free(sketch);
    return 0;
}

static int ink_at(double x, double y)
{
    return sketch->pixels[(int)y * SKETCH_SIDE + (int)x];
}

/* ---- strokes ---- */

static void a_fast_line_has_no_gaps(void **unused)
{
    (void)unused;
    sketch_begin(sketch, SKETCH_PEN, 10.0, 100.0);
    sketch_line(sketch, 90.0, 20.0);
    for (int i = 0; i <= 160; i++)
        assert_int_equal(ink_at(10.0 + i * 0.5, 100.0 - i * 0.5), 255);
}

static void a_stroke_is_soft_and_as_thick_as_mnists(void **unused)
{
    double thickness = 0.0;
    int levels = 0;
    (void)unused;

    sketch_begin(sketch, SKETCH_PEN, 56.0, 16.0);
    sketch_line(sketch, 56.0, 96.0);
    for (int x = 0; x < SKETCH_SIDE; x++) {
        thickness += ink_at(x, 56) / 255.0;
        levels += ink_at(x, 56) > 0 && ink_at(x, 56) < 255;
    }
    /* A digit 80 high is scaled to 20, where this is two to three pixels. */
    assert_true(thickness >= 8.0 && thickness <= 12.0);
    assert_true(levels >= 2);
}

static void strokes_do_not_add_up_where_they_cross(void **unused)
{
    uint8_t before[SKETCH_PIXELS];
    (void)unused;

    sketch_begin(sketch, SKETCH_PEN, 20.0, 20.0);
    sketch_line(sketch, 80.0, 60.0);
    memcpy(before, sketch->pixels, sizeof before);
    sketch_begin(sketch, SKETCH_PEN, 20.0, 20.0);
    sketch_line(sketch, 80.0, 60.0);
    assert_memory_equal(sketch->pixels, before, sizeof before);
}

static void the_eraser_takes_ink_away(void **unused)
{
    (void)unused;
    sketch_begin(sketch, SKETCH_PEN, 20.0, 56.0);
    sketch_line(sketch, 90.0, 56.0);
    sketch_begin(sketch, SKETCH_ERASER, 56.0, 20.0);
    sketch_line(sketch, 56.0, 90.0);
    assert_int_equal(ink_at(56, 56), 0);
    assert_int_equal(ink_at(30, 56), 255);
    sketch_begin(sketch, SKETCH_ERASER, 0.0, 56.0);
    sketch_line(sketch, SKETCH_SIDE, 56.0);
    assert_true(sketch_empty(sketch));
}

static void strokes_outside_the_sheet_leave_no_ink(void **unused)
{
    static const double far[] = {-1e300, -1000.0, -20.0, SKETCH_SIDE + 20.0, 1000.0, 1e300};
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(far); i++) {
        sketch_begin(sketch, SKETCH_PEN, far[i], far[CHECK_COUNT(far) - 1 - i]);
        sketch_begin(sketch, SKETCH_PEN, far[i], 50.0);
    }
    assert_true(sketch_empty(sketch));
    sketch_begin(sketch, SKETCH_PEN, -20.0, 50.0);
    sketch_line(sketch, SKETCH_SIDE + 20.0, 50.0);
    assert_int_equal(ink_at(0, 50), 255);
    assert_int_equal(ink_at(SKETCH_SIDE - 1, 50), 255);
}

static void undo_reverts_strokes_and_clearing(void **unused)
{
    uint8_t one[SKETCH_PIXELS], two[SKETCH_PIXELS];
    (void)unused;

    assert_false(sketch_undo(sketch));
    sketch_begin(sketch, SKETCH_PEN, 20.0, 20.0);
    sketch_line(sketch, 80.0, 20.0);
    memcpy(one, sketch->pixels, sizeof one);
    sketch_begin(sketch, SKETCH_PEN, 20.0, 80.0);
    memcpy(two, sketch->pixels, sizeof two);
    sketch_clear(sketch);
    assert_true(sketch_empty(sketch));
    sketch_clear(sketch); /* nothing to clear, nothing to undo */
    assert_true(sketch_undo(sketch));
    assert_memory_equal(sketch->pixels, two, sizeof two);
    assert_true(sketch_undo(sketch));
    assert_memory_equal(sketch->pixels, one, sizeof one);
    assert_true(sketch_undo(sketch));
    assert_true(sketch_empty(sketch));
    assert_false(sketch_undo(sketch));
}

static void undo_reverts_a_bounded_number_of_strokes(void **unused)
{
    (void)unused;
    for (int i = 0; i < SKETCH_UNDO + 10; i++)
        sketch_begin(sketch, SKETCH_PEN, 2.0 * i + 10.0, 50.0);
    for (int i = 0; i < SKETCH_UNDO; i++)
        assert_true(sketch_undo(sketch));
    assert_false(sketch_undo(sketch));
    assert_int_equal(ink_at(10.0 + 2.0 * 9.0, 50), 255); /* the tenth stroke stays */
    assert_int_equal(ink_at(10.0 + 2.0 * 9.0 + 8.0, 50), 0);
}

/* ---- the network input ---- */

static void an_empty_sheet_gives_an_empty_image(void **unused)
{
    (void)unused;
    memset(digit, 1, sizeof digit);
    sketch_digit(sketch, digit);
    for (int i = 0; i < (MNIST_SIDE * MNIST_SIDE); i++)
        assert_int_equal(digit[i], 0);
}

/* The ink's extent along one axis: `step` is the distance between pixels, `across` between
 * lines. */
static int extent(int step, int across)
{
    int first = MNIST_SIDE, last = -1;

    for (int i = 0; i < MNIST_SIDE; i++) {
        for (int j = 0; j < MNIST_SIDE; j++) {
            if (digit[i * step + j * across] == 0)
                continue;
            first = i < first ? i : first;
            last = i;
        }
    }
    return last - first + 1;
}

static void the_longer_side_becomes_20_pixels_and_the_shape_stays(void **unused)
{
    (void)unused;
    sketch_begin(sketch, SKETCH_PEN, 30.0, 20.0); /* ink of 44x84, soft edges included */
    sketch_line(sketch, 60.0, 90.0);
    sketch_digit(sketch, digit);
    assert_int_equal(extent(MNIST_SIDE, 1), 20);
    assert_in_range(extent(1, MNIST_SIDE), 10, 11);
}

static void a_small_drawing_is_enlarged_to_the_same_size(void **unused)
{
    (void)unused;
    sketch_begin(sketch, SKETCH_PEN, 90.0, 90.0);
    sketch_line(sketch, 102.0, 94.0);
    sketch_digit(sketch, digit);
    assert_int_equal(extent(1, MNIST_SIDE), 20);
}

static void assert_centred(void)
{
    double mass = 0.0, x_sum = 0.0, y_sum = 0.0;

    for (int i = 0; i < (MNIST_SIDE * MNIST_SIDE); i++) {
        mass += digit[i];
        x_sum += i % MNIST_SIDE * (double)digit[i];
        y_sum += i / MNIST_SIDE * (double)digit[i];
    }
    assert_true(mass > 0.0);
    assert_true(fabs(x_sum / mass - MNIST_SIDE / 2) <= 0.5 + 1e-9);
    assert_true(fabs(y_sum / mass - MNIST_SIDE / 2) <= 0.5 + 1e-9);
}

static void the_mass_is_centred_within_half_a_pixel(void **unused)
{
    struct rng rng;
    (void)unused;

    rng_init(&rng, 5, 0);
    for (int i = 0; i < 50; i++) {
        float x = rng_uniform(&rng, 20.0F, 50.0F), y = rng_uniform(&rng, 20.0F, 50.0F);
        sketch_clear(sketch);
        sketch_begin(sketch, SKETCH_PEN, (double)x, (double)y);
        for (int point = 0; point < 4; point++)
            sketch_line(sketch, (double)(x + rng_uniform(&rng, 0.0F, 60.0F)),
                        (double)(y + rng_uniform(&rng, 0.0F, 60.0F)));
        sketch_digit(sketch, digit);
        assert_centred();
    }
}

static void the_position_on_the_sheet_does_not_matter(void **unused)
{
    uint8_t first[(MNIST_SIDE * MNIST_SIDE)];
    (void)unused;

    for (int at = 0; at < 3; at++) {
        sketch_clear(sketch);
        sketch_begin(sketch, SKETCH_PEN, 15.0 + 20.0 * at, 20.0 + 5.0 * at);
        sketch_line(sketch, 45.0 + 20.0 * at, 80.0 + 5.0 * at);
        sketch_digit(sketch, at == 0 ? first : digit);
        if (at > 0)
            assert_memory_equal(digit, first, sizeof digit);
    }
}

/* ---- compared with MNIST ---- */

static struct dataset data;
static struct model *model;
static struct snapshot snapshot;
static struct weights *weights; /* the snapshot's */

static int load_data(void **unused)
{
    char path[PATH_MAX];
    (void)unused;

    if (!sample_load(&data, check_source(path, "data"), &error) ||
        (model = sample_model_again(model, "basic")) == NULL)
        fail_msg("%s", error.text);
    return set_up(unused);
}

static int free_data(void **unused)
{
    dataset_fini(&data);
    return tear_down(unused);
}

static void an_mnist_digit_on_the_sheet_gives_the_same_image(void **unused)
{
    const int scale = SKETCH_SIDE / MNIST_SIDE;
    (void)unused;

    for (int i = 0; i < 200; i++) {
        const uint8_t *image = data.test.images + (size_t)i * (MNIST_SIDE * MNIST_SIDE);
        for (int p = 0; p < SKETCH_PIXELS; p++)
            sketch->pixels[p] =
                image[p / SKETCH_SIDE / scale * MNIST_SIDE + p % SKETCH_SIDE / scale];
        sketch_digit(sketch, digit);
        assert_memory_equal(digit, image, sizeof digit);
    }
}

/* Digits as points on their strokes; a slash lifts the pen. */
static const char *const strokes[MNIST_CLASSES] = {
    "56,20 42,24 34,38 32,56 35,76 44,90 58,92 72,84 79,66 79,46 72,28 56,20",
    "60,18 57,56 54,94",
    "36,36 42,24 54,18 68,22 74,34 70,48 58,64 44,78 32,90 52,88 80,90",
    "36,26 50,18 66,20 74,32 68,46 52,54 68,58 78,70 74,86 58,94 40,92 30,84",
    "40,20 34,40 36,54 52,58 74,54 / 76,18 72,56 68,96",
    "76,20 44,20 40,50 56,46 72,54 76,70 68,88 50,94 34,88",
    "64,16 48,32 38,54 36,76 46,92 62,92 72,80 68,66 54,62 40,72",
    "32,24 54,22 78,22 70,44 60,66 52,94",
    "70,28 56,18 42,26 44,42 58,54 72,68 72,86 56,94 42,86 42,70 56,54 70,42 70,28",
    "70,30 56,20 42,28 40,44 54,52 70,44 72,30 70,56 64,94",
};

static void draw_digit(int k)
{
    bool down = false;
    int x, y, length;

    sketch_clear(sketch);
    for (const char *at = strokes[k]; *at != '\0'; at += length) {
        if (sscanf(at, "%d,%d %n", &x, &y, &length) < 2) {
            length = (int)strlen("/ ");
            down = false;
        } else if (down) {
            sketch_line(sketch, x, y);
        } else {
            sketch_begin(sketch, SKETCH_PEN, x, y);
            down = true;
        }
    }
}

/* Trains for half an epoch. */
static void train(const struct kernels *kernels)
{
    struct trainer_options options = {
        .data = &data,
        .model = model,
        .kernels = kernels,
        .settings = {"basic", 1, 64, 0.01, 0.9, 1, true},
        .threads = 2,
        .publishes_weights = true,
    };
    long seen = 0;

    data.train.count /= 2;
    data.test.count = LANES;
    options.start = &beginning;
    assert_true(start_new(&beginning, model, &options.settings, &data, NULL, &error));
    struct trainer *trainer = trainer_new(&options, &error);
    start_fini(&beginning);
    assert_non_null(trainer);
    do {
        usleep(1000);
        trainer_read_weights(trainer, &snapshot, &weights, &seen);
    } while (!trainer_ended(snapshot.state));
    trainer_free(trainer);
    assert_int_equal(snapshot.state, SNAPSHOT_FINISHED);
}

static void drawn_digits_are_recognised(void **unused)
{
    const struct kernels *kernels = kernels_select("auto", &error);
    struct predictions predictions;
    int right = 0;
    (void)unused;

    assert_non_null(kernels);
    train(kernels);
    struct team *team = team_new(1, &error);
    assert_non_null(team);
    struct evaluator *evaluator = evaluator_new(model, kernels, team, LANES, &error);
    assert_non_null(evaluator);
    evaluator_load(evaluator, weights->state);
    for (int k = 0; k < MNIST_CLASSES; k++) {
        uint8_t label = (uint8_t)k;
        struct split one = data.test;
        one.count = 1;
        one.images = digit;
        one.labels = &label;
        draw_digit(k);
        sketch_digit(sketch, digit);
        predictions_make(&predictions, evaluator, &one, (uint32_t[]){0}, 1);
        printf("# a drawn %d is read as %d, probability %.2f\n", k, predictions.predicted[0],
               (double)predictions.probabilities[predictions.predicted[0]]);
        right += predictions.predicted[0] == k;
    }
    evaluator_free(evaluator);
    team_free(team);
    weights_drop(weights);
    assert_true(right >= 8);
}

/* A stroke over the whole sheet fills its share of images of any shape, near the middle. */
static void any_shape_of_image_gets_the_ink(void **unused)
{
    static const int sizes[][2] = {{20, 32}, {32, 20}, {256, 4}, {4, 256}, {4, 4}, {256, 256}};
    static uint8_t image[DATASET_PIXELS_MAX];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(sizes); i++) {
        const int width = sizes[i][0], height = sizes[i][1];
        struct sketch *other = sketch_new(width, height, &error);
        assert_non_null(other);
        assert_int_equal(other->width > other->height ? other->width : other->height, SKETCH_SIDE);
        sketch_begin(other, SKETCH_PEN, 0.0, 0.0);
        sketch_line(other, other->width, other->height);
        sketch_digit(other, image);
        double ink = 0.0, right = 0.0, down = 0.0;
        for (int p = 0; p < width * height; p++) {
            ink += image[p];
            right += image[p] * (p % width + 0.5);
            down += image[p] * (p / width + 0.5);
        }
        assert_true(ink > 0.0);
        assert_true(fabs(right / ink - width / 2.0) <= 1.0);
        assert_true(fabs(down / ink - height / 2.0) <= 1.0);
        sketch_free(other);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define DATA_TEST(name) cmocka_unit_test_setup_teardown(name, load_data, free_data)

static const struct CMUnitTest tests[] = {
    TEST(any_shape_of_image_gets_the_ink),
    TEST(a_fast_line_has_no_gaps),
    TEST(a_stroke_is_soft_and_as_thick_as_mnists),
    TEST(strokes_do_not_add_up_where_they_cross),
    TEST(the_eraser_takes_ink_away),
    TEST(strokes_outside_the_sheet_leave_no_ink),
    TEST(undo_reverts_strokes_and_clearing),
    TEST(undo_reverts_a_bounded_number_of_strokes),
    TEST(an_empty_sheet_gives_an_empty_image),
    TEST(the_longer_side_becomes_20_pixels_and_the_shape_stays),
    TEST(a_small_drawing_is_enlarged_to_the_same_size),
    TEST(the_mass_is_centred_within_half_a_pixel),
    TEST(the_position_on_the_sheet_does_not_matter),
    DATA_TEST(an_mnist_digit_on_the_sheet_gives_the_same_image),
    DATA_TEST(drawn_digits_are_recognised),
};

CHECK_MAIN(tests)
