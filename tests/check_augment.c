/* Augmented images against a plain bilinear map in double precision; packing and held-out
 * images. */
#include "check.h"

#include "data/augment.h"
#include "data/dataset.h"
#include "support/lanes.h"
#include "support/rng.h"

#include <math.h>
#include <stdbool.h>

enum { SIDE = MNIST_SIDE, PIXELS = (MNIST_SIDE * MNIST_SIDE) };

static const double CENTRE = (SIDE - 1) / 2.0;

static struct rng rng;

static void random_image(uint8_t *image)
{
    for (int i = 0; i < PIXELS; i++)
        image[i] = (uint8_t)rng_below(&rng, 256);
}

/* ---- an independent map ---- */

/* The image between its pixels; black beyond its edge. */
static double pixel_at(const uint8_t *image, int x, int y)
{
    return x >= 0 && x < SIDE && y >= 0 && y < SIDE ? (double)image[y * SIDE + x] : 0.0;
}

static double bilinear(const uint8_t *image, double x, double y)
{
    const int left = (int)floor(x), above = (int)floor(y);
    const double right = x - left, below = y - above;

    return (1.0 - below) * ((1.0 - right) * pixel_at(image, left, above) +
                            right * pixel_at(image, left + 1, above)) +
           below * ((1.0 - right) * pixel_at(image, left, above + 1) +
                    right * pixel_at(image, left + 1, above + 1));
}

/* The transformation of one image. */
struct draw {
    double angle, scale, x, y; /* radians, factor, pixels */
};

/* The image is rotated by the angle and scaled about its centre, then shifted. The inverse gives
 * the source of each pixel. */
static double expected_pixel(const uint8_t *image, const struct draw *draw, int x, int y)
{
    const double u = x - CENTRE - draw->x, v = y - CENTRE - draw->y;
    const double c = cos(draw->angle), s = sin(draw->angle);

    return bilinear(image, CENTRE + (c * u + s * v) / draw->scale,
                    CENTRE + (c * v - s * u) / draw->scale);
}

/* ---- the random transformation, measured with two dots ---- */

enum { FAR = 6, RADIUS = 4 }; /* pixels: from the centre to a dot, and a dot's radius */

/* A dot that is dark in the middle and fades to its rim, so that its centre of mass moves with
 * it. */
static void ink_dot(uint8_t *image, int x, int y)
{
    for (int i = -RADIUS; i <= RADIUS; i++) {
        for (int j = -RADIUS; j <= RADIUS; j++) {
            double height = fmax(0.0, 1.0 - (double)(i * i + j * j) / (RADIUS * RADIUS));
            image[(y + i) * SIDE + x + j] = (uint8_t)lround(255.0 * height * height);
        }
    }
}

struct point {
    double x, y;
};

static struct point centre_of_mass(const float *pixels)
{
    struct point sum = {0.0, 0.0};
    double mass = 0.0;

    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            double value = (double)pixels[y * SIDE + x];
            sum.x += value * x;
            sum.y += value * y;
            mass += value;
        }
    }
    assert_true(mass > 0.0);
    return (struct point){sum.x / mass, sum.y / mass};
}

/* All rows of the augmented image. */
static void augment(const struct augmentation *augmentation, uint32_t index, const uint8_t *image,
                    float *pixels)
{
    struct augmented augmented;

    augment_begin(&augmented, augmentation, index, image, SIDE, SIDE);
    for (int y = 0; y < SIDE; y++)
        augment_row(&augmented, y, pixels + y * SIDE);
}

/* The position to which the augmentation moves a dot at (x, y). */
static struct point moved_dot(const struct augmentation *augmentation, uint32_t index, int x, int y)
{
    uint8_t image[PIXELS] = {0};
    float pixels[PIXELS];

    ink_dot(image, x, y);
    augment(augmentation, index, image, pixels);
    return centre_of_mass(pixels);
}

/* From the new positions of two dots: their midpoint gives the shift, the line between them the
 * rotation and the scale. */
static struct draw seen_draw(const struct augmentation *augmentation, uint32_t index)
{
    const int low = SIDE / 2 - FAR, high = SIDE / 2 - 1 + FAR; /* the same on both sides */
    struct point a = moved_dot(augmentation, index, low, low);
    struct point b = moved_dot(augmentation, index, high, high);
    const double x = b.x - a.x, y = b.y - a.y, length = (high - low) * sqrt(2.0);

    return (struct draw){
        .angle = atan2(y, x) - atan2(1.0, 1.0),
        .scale = hypot(x, y) / length,
        .x = (a.x + b.x) / 2.0 - CENTRE,
        .y = (a.y + b.y) / 2.0 - CENTRE,
    };
}

/* ---- images ---- */

static void without_augmentation_an_image_is_unchanged(void **state)
{
    uint8_t image[PIXELS];
    float pixels[PIXELS];

    (void)state;
    rng_init(&rng, 1, 0);
    for (uint32_t index = 0; index < 50; index++) {
        const struct augmentation still = {.seed = index, .epoch = (int)index};
        random_image(image);
        augment(&still, index, image, pixels);
        for (int i = 0; i < PIXELS; i++)
            assert_true(pixels[i] == (float)image[i]);
    }
}

/* The transformation is known from measurement only, to about a hundredth of a pixel. A smooth
 * image tolerates that. */
static void smooth_image(uint8_t *image)
{
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            double window = sin((x + 0.5) / SIDE * acos(-1.0)) * sin((y + 0.5) / SIDE * acos(-1.0));
            image[y * SIDE + x] = (uint8_t)lround(
                window * (127.5 + 60.0 * sin(x * 0.5) + 60.0 * cos(y * 0.4 + x * 0.1)));
        }
    }
}

static void images_equal_plain_interpolation(void **state)
{
    static const struct augmentation cases[] = {
        {.rotate = 30.0, .seed = 1},
        {.shift = 3.0, .seed = 2},
        {.scale = 0.2, .seed = 3},
        {.rotate = 20.0, .shift = 2.0, .scale = 0.1, .seed = 4, .epoch = 3},
    };
    uint8_t image[PIXELS];
    float pixels[PIXELS];
    double largest = 0.0;

    (void)state;
    smooth_image(image);
    for (int n = 0; n < CHECK_COUNT(cases) * 20; n++) {
        const struct augmentation *augmentation = &cases[n % CHECK_COUNT(cases)];
        const struct draw draw = seen_draw(augmentation, (uint32_t)n);
        double worst = 0.0;
        augment(augmentation, (uint32_t)n, image, pixels);
        for (int i = 0; i < PIXELS; i++)
            worst = fmax(
                worst, fabs((double)pixels[i] - expected_pixel(image, &draw, i % SIDE, i / SIDE)));
        largest = fmax(largest, worst);
        if (!(worst <= 3.0))
            fail_msg("image %d: a pixel differs by %.3f (turned by %.4f, scaled by %.4f, moved by "
                     "%.4f, %.4f)",
                     n, worst, draw.angle, draw.scale, draw.x, draw.y);
    }
    printf("# largest difference of a pixel: %.3f\n", largest);
}

/* Both ends of a range are reached and not exceeded, and its middle is the mean. */
struct range {
    double low, high, sum;
    int count;
};

static void range_add(struct range *range, double value)
{
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
    range->sum += value;
    range->count++;
}

static void check_range(const struct range *range, const char *name, double middle, double reach)
{
    const double slack = 0.02 * reach, mean = range->sum / range->count;

    printf("# %s: %.4f to %.4f, mean %.4f\n", name, range->low, range->high, mean);
    assert_true(range->low >= middle - reach - slack && range->low <= middle - 0.95 * reach);
    assert_true(range->high <= middle + reach + slack && range->high >= middle + 0.95 * reach);
    assert_true(fabs(mean - middle) <= 0.1 * reach);
}

static void random_values_fill_their_ranges(void **state)
{
    const struct augmentation turning = {.rotate = 45.0, .seed = 7};
    const struct augmentation scaling = {.scale = 0.3, .seed = 8};
    const struct augmentation shifting = {.shift = 4.0, .seed = 9};
    const double radian = acos(-1.0) / 180.0;
    struct range angle = {0}, scale = {1.0, 1.0, 0.0, 0}, x = {0}, y = {0};

    (void)state;
    for (uint32_t index = 0; index < 2000; index++) {
        range_add(&angle, seen_draw(&turning, index).angle);
        range_add(&scale, seen_draw(&scaling, index).scale);
        range_add(&x, seen_draw(&shifting, index).x);
        range_add(&y, seen_draw(&shifting, index).y);
    }
    check_range(&angle, "angle", 0.0, 45.0 * radian);
    check_range(&scale, "scale", 1.0, 0.3);
    check_range(&x, "shift along x", 0.0, 4.0);
    check_range(&y, "shift along y", 0.0, 4.0);
}

/* The widest ranges that settings allow, on white images and noise. */
static void values_stay_between_black_and_white(void **state)
{
    const struct augmentation wild = {.rotate = 180.0, .shift = 28.0, .scale = 0.89, .seed = 3};
    uint8_t image[PIXELS];
    float pixels[PIXELS];

    (void)state;
    rng_init(&rng, 2, 0);
    for (uint32_t index = 0; index < 2000; index++) {
        memset(image, 255, sizeof image);
        if (index % 2 == 0)
            random_image(image);
        augment(&wild, index, image, pixels);
        for (int i = 0; i < PIXELS; i++)
            assert_true(pixels[i] >= 0.0F && pixels[i] <= 255.0F);
    }
}

/* A shifted white image is black in the rows and columns that come from outside. */
static void pixels_beyond_the_edge_are_black(void **state)
{
    const struct augmentation shifting = {.shift = 4.0, .seed = 5};
    uint8_t image[PIXELS];
    float pixels[PIXELS];

    (void)state;
    memset(image, 255, sizeof image);
    for (uint32_t index = 0; index < 200; index++) {
        const struct draw draw = seen_draw(&shifting, index);
        augment(&shifting, index, image, pixels);
        for (int i = 0; i < PIXELS; i++) {
            const double x = i % SIDE - draw.x, y = i / SIDE - draw.y; /* the source of this
                                                                        * pixel */
            const double depth = fmin(fmin(x, SIDE - 1 - x), fmin(y, SIDE - 1 - y));
            if (depth < -1.05)
                assert_true(pixels[i] == 0.0F);
            if (depth > 0.05)
                assert_true(fabs((double)pixels[i] - 255.0) <= 0.01);
        }
    }
}

static void an_image_depends_only_on_seed_epoch_and_number(void **state)
{
    const struct augmentation base = {9.0, 2.0, 0.08, .seed = 1, .epoch = 2};
    struct augmentation seed = base, epoch = base;
    uint8_t image[PIXELS];
    float first[PIXELS], again[PIXELS], other[PIXELS];

    (void)state;
    seed.seed++;
    epoch.epoch++;
    smooth_image(image);
    for (uint32_t index = 0; index < 100; index++) {
        augment(&base, index, image, first);
        augment(&seed, index, image, other);
        assert_memory_not_equal(first, other, sizeof first);
        augment(&epoch, index, image, other);
        assert_memory_not_equal(first, other, sizeof first);
        augment(&base, index + 1, image, other);
        assert_memory_not_equal(first, other, sizeof first);
        augment(&base, index, image, again);
        assert_memory_equal(first, again, sizeof first);
    }
}

/* ---- blocks ---- */

enum { IMAGES = 40 };

static uint8_t split_images[IMAGES * PIXELS], split_labels[IMAGES];

static struct split random_split(void)
{
    rng_init(&rng, 3, 0);
    for (int i = 0; i < IMAGES; i++) {
        random_image(split_images + i * PIXELS);
        split_labels[i] = (uint8_t)(i % MNIST_CLASSES);
    }
    return (struct split){.count = IMAGES,
                          .height = SIDE,
                          .width = SIDE,
                          .classes = MNIST_CLASSES,
                          .images = split_images,
                          .labels = split_labels,
                          .mean = 0.1307F,
                          .deviation = 0.3081F};
}

static void check_pack(const struct split *split, int count, int padding)
{
    enum { PITCH_MAX = SIDE + 2 };
    const struct augmentation augmentation = {9.0, 2.0, 0.08, .seed = 4, .epoch = 1};
    const int pitch = SIDE + 2 * padding;
    static float block[PITCH_MAX * PITCH_MAX * LANES], pixels[LANES][PIXELS];
    uint32_t indices[LANES];
    uint8_t labels[LANES];

    memset(block, 0xff, sizeof block);
    memset(labels, 99, sizeof labels);
    for (int lane = 0; lane < count; lane++) {
        indices[lane] = (uint32_t)((lane * 7 + 3) % IMAGES);
        augment(&augmentation, indices[lane], split->images + indices[lane] * PIXELS, pixels[lane]);
    }
    dataset_pack_augmented(split, indices, count, padding, &augmentation, block, labels);
    for (int lane = 0; lane < LANES; lane++)
        assert_int_equal(labels[lane], lane < count ? split->labels[indices[lane]] : 99);
    for (int i = 0; i < pitch * pitch * LANES; i++) {
        const int lane = i % LANES, x = i / LANES % pitch - padding,
                  y = i / LANES / pitch - padding;
        if (x < 0 || x >= SIDE || y < 0 || y >= SIDE)
            assert_true(isnan(block[i])); /* the border belongs to the caller */
        else if (lane >= count)
            assert_true(block[i] == 0.0F);
        else
            assert_true(fabs((double)block[i] -
                             ((double)pixels[lane][y * SIDE + x] / 255.0 - 0.1307) / 0.3081) <=
                        1e-6);
    }
}

static void packed_images_are_the_augmented_ones(void **state)
{
    struct split split = random_split();

    (void)state;
    for (int padding = 0; padding <= 1; padding++) {
        check_pack(&split, LANES, padding);
        check_pack(&split, 5, padding);
        check_pack(&split, 1, padding);
    }
}

/* Without augmentation both ways of packing give the same. */
static void packing_without_augmentation_is_plain_packing(void **state)
{
    const struct augmentation still = {.seed = 1};
    static float plain[PIXELS * LANES], augmented[PIXELS * LANES];
    struct split split = random_split();
    uint8_t labels[2][LANES];
    uint32_t indices[LANES];

    (void)state;
    for (int lane = 0; lane < LANES; lane++)
        indices[lane] = (uint32_t)lane;
    dataset_pack(&split, indices, LANES, 0, plain, labels[0]);
    dataset_pack_augmented(&split, indices, LANES, 0, &still, augmented, labels[1]);
    assert_memory_equal(plain, augmented, sizeof plain);
    assert_memory_equal(labels[0], labels[1], sizeof labels[0]);
}

/* ---- held-out images ---- */

static struct split copied(const struct split *split, int first, int count)
{
    struct split copy = *split;

    copy.count = count;
    copy.images = malloc((size_t)count * PIXELS);
    copy.labels = malloc((size_t)count);

    assert_true(copy.images != NULL && copy.labels != NULL);
    memcpy(copy.images, split->images + first * PIXELS, (size_t)count * PIXELS);
    memcpy(copy.labels, split->labels + first, (size_t)count);
    return copy;
}

static void check_same_split(const struct split *split, const struct split *whole, int first,
                             int count)
{
    assert_int_equal(split->count, count);
    assert_memory_equal(split->images, whole->images + first * PIXELS, (size_t)count * PIXELS);
    assert_memory_equal(split->labels, whole->labels + first, (size_t)count);
}

static void the_last_training_images_are_held_out(void **state)
{
    static const int counts[] = {1, 13, IMAGES - 1};
    struct split whole = random_split();
    struct error error = {0};

    (void)state;
    for (int i = 0; i < CHECK_COUNT(counts); i++) {
        const int kept = IMAGES - counts[i];
        struct dataset data = {copied(&whole, 0, IMAGES), copied(&whole, 3, 10), .checksum = 77};
        assert_true(dataset_hold_out(&data, counts[i], &error));
        check_same_split(&data.train, &whole, 0, kept);
        check_same_split(&data.test, &whole, kept, counts[i]);
        assert_true(data.checksum == 77);
        dataset_fini(&data);
    }
}

static void holding_all_images_out_is_refused(void **state)
{
    static const int counts[] = {IMAGES, IMAGES + 1, INT_MAX};
    struct split whole = random_split();
    struct dataset data = {copied(&whole, 0, IMAGES), copied(&whole, 3, 10), .checksum = 77};

    (void)state;
    for (int i = 0; i < CHECK_COUNT(counts); i++) {
        struct error error = {0};
        assert_false(dataset_hold_out(&data, counts[i], &error));
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_non_null(strstr(error.text, "--validate"));
        assert_non_null(strstr(error.text, "at most 39"));
        check_same_split(&data.train, &whole, 0, IMAGES);
        check_same_split(&data.test, &whole, 3, 10);
    }
    dataset_fini(&data);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_augmentation_an_image_is_unchanged),
    cmocka_unit_test(images_equal_plain_interpolation),
    cmocka_unit_test(random_values_fill_their_ranges),
    cmocka_unit_test(values_stay_between_black_and_white),
    cmocka_unit_test(pixels_beyond_the_edge_are_black),
    cmocka_unit_test(an_image_depends_only_on_seed_epoch_and_number),
    cmocka_unit_test(packed_images_are_the_augmented_ones),
    cmocka_unit_test(packing_without_augmentation_is_plain_packing),
    cmocka_unit_test(the_last_training_images_are_held_out),
    cmocka_unit_test(holding_all_images_out_is_refused),
};

CHECK_MAIN(tests)
