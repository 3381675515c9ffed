/*
 * check_dataset.c -- a whole data set: its faults (row_NN_... is row NN of the table of faults),
 * its statistics, the order of an epoch and the packing into blocks, for small sets and the real
 * one.
 */
#include "check.h"
#include "sample_data.h"

#include "data/dataset.h"
#include "support/lanes.h"

#include <math.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zlib.h>

/* ---- making data sets ---- */

enum { TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS, FILES };

static const char *const names[FILES] = {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
                                         "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"};

/* The contents of the four files. A test changes the part that is to be wrong. */
static struct plan {
    uint32_t count[FILES];  /* images or labels, as declared in the header */
    uint32_t rows, columns; /* only of the split `of_split`; the other split's are right */
    int of_split;           /* 0: training, 1: test */
    int surplus;            /* bytes beyond those that the header declares, in every file */
    int label_at_0;         /* of the split `of_split`; -1: like the other labels */
    bool one_label;         /* the files of labels have only one label, whatever the header
                             * declares */
    bool dark;              /* every pixel is 0 */
    bool one_class;         /* every label is 7 */
    const char *mode;       /* mode for gzopen: "wT" for files without gzip */
} plan;

static char scratch[PATH_MAX];

static int set_up(void **unused)
{
    (void)unused;
    plan = (struct plan){
        .count = {20, 20, 6, 6}, .rows = 28, .columns = 28, .label_at_0 = -1, .mode = "wb"};
    check_scratch(scratch);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    check_scratch_remove(scratch);
    return 0;
}

static uint8_t planned_pixel(int split, int i)
{
    return (uint8_t)(plan.dark ? 0 : i * 31 + i / 28 * 7 + split * 100);
}

static uint8_t planned_label(int split, int i)
{
    if (split == plan.of_split && i == 0 && plan.label_at_0 >= 0)
        return (uint8_t)plan.label_at_0;
    return (uint8_t)(plan.one_class ? 7 : (i + split) % 10);
}

static void put_number(gzFile file, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        assert_true(gzputc(file, (int)(number >> shift & 0xFF)) >= 0);
}

static const char *path_of(int which)
{
    static char path[2 * PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", scratch, names[which]);
    return path;
}

static void write_images(gzFile file, int split, uint32_t count)
{
    uint32_t rows = split == plan.of_split ? plan.rows : 28;
    uint32_t columns = split == plan.of_split ? plan.columns : 28;

    put_number(file, 0x00000803);
    put_number(file, count);
    put_number(file, rows);
    put_number(file, columns);
    for (int i = 0; i < (int)(count * rows * columns) + plan.surplus; i++)
        assert_true(gzputc(file, planned_pixel(split, i)) >= 0);
}

static void write_labels(gzFile file, int split, uint32_t count)
{
    put_number(file, 0x00000801);
    put_number(file, count);
    for (int i = 0; i < (plan.one_label ? 1 : (int)count + plan.surplus); i++)
        assert_true(gzputc(file, planned_label(split, i)) >= 0);
}

static void write_plan(void)
{
    for (int which = 0; which < FILES; which++) {
        unlink(path_of(which));
        gzFile file = gzopen(path_of(which), plan.mode);
        assert_non_null(file);
        if (which % 2 == 0)
            write_images(file, which / 2, plan.count[which]);
        else
            write_labels(file, which / 2, plan.count[which]);
        assert_int_equal(gzclose(file), Z_OK);
    }
}

static void load_plan(struct dataset *data)
{
    struct error error;

    write_plan();
    if (!sample_load(data, scratch, &error))
        fail_msg("not loaded: %s", error.text);
}

/* Expects ERROR_DATA, "PATH: problem", with the path of this file and with `words` in the
 * problem. */
static void expect_refused(int which, const char *words)
{
    struct error error = {0};
    struct dataset data;
    size_t length = strlen(path_of(which));

    write_plan();
    if (sample_load(&data, scratch, &error))
        fail_msg("loaded instead of refused with '%s'", words);
    if (error.kind != ERROR_DATA || strncmp(error.text, path_of(which), length) != 0 ||
        strncmp(error.text + length, ": ", 2) != 0 || strstr(error.text, words) == NULL)
        fail_msg("expected '%s: ...%s...', got kind %d, '%s'", path_of(which), words, error.kind,
                 error.text);
    assert_null(data.train.images);
    assert_null(data.test.labels);
}

/* ---- loading ---- */

static void assert_planned(const struct split *split, int which)
{
    assert_int_equal(split->count, plan.count[2 * which]);
    for (int i = 0; i < split->count * (MNIST_SIDE * MNIST_SIDE); i++)
        if (split->images[i] != planned_pixel(which, i))
            fail_msg("split %d: byte %d is wrong", which, i);
    for (int i = 0; i < split->count; i++)
        assert_int_equal(split->labels[i], planned_label(which, i));
}

static void a_set_is_loaded(void **unused)
{
    struct dataset data;
    (void)unused;

    load_plan(&data);
    assert_planned(&data.train, 0);
    assert_planned(&data.test, 1);
    dataset_fini(&data);
    assert_null(data.train.images);
    dataset_fini(&data); /* a second call does no harm */
}

static void a_missing_file_is_named(void **unused)
{
    struct error error;
    struct dataset data;
    (void)unused;

    for (int which = 0; which < FILES; which++) {
        write_plan();
        assert_int_equal(unlink(path_of(which)), 0);
        assert_false(sample_load(&data, scratch, &error));
        assert_int_equal(error.kind, ERROR_DATA);
        assert_int_equal(strncmp(error.text, path_of(which), strlen(path_of(which))), 0);
    }
}

static void a_path_that_is_too_long_is_refused(void **unused)
{
    static char directory[2 * PATH_MAX];
    struct error error;
    struct dataset data;
    (void)unused;

    for (size_t length = PATH_MAX - 40; length < sizeof directory; length += 13) {
        memset(directory, '/', length);
        directory[length] = '\0';
        assert_false(sample_load(&data, directory, &error));
        assert_int_equal(error.kind, ERROR_DATA);
    }
}

static uint64_t planned_checksum(void)
{
    struct dataset data;

    load_plan(&data);
    uint64_t checksum = data.checksum;
    dataset_fini(&data);
    return checksum;
}

static void the_checksum_covers_the_contents(void **unused)
{
    (void)unused;
    uint64_t zipped = planned_checksum();
    plan.mode = "wT";
    uint64_t unzipped = planned_checksum();
    assert_true(zipped == unzipped);
    for (int split = 0; split < 2; split++) {
        plan.of_split = split;
        plan.label_at_0 = 9;
        assert_true(planned_checksum() != zipped);
    }
    plan.label_at_0 = -1;
    assert_true(planned_checksum() == zipped);
    plan.dark = true;
    assert_true(planned_checksum() != zipped);
}

/* ---- rows 22 to 27 ---- */

static void row_22_images_too_small_or_too_large(void **unused)
{
    static const uint32_t sizes[][2] = {{3, 28}, {28, 3}, {1, 784}, {257, 4}, {4, 257}, {1, 1}};
    char words[80];
    (void)unused;

    for (int split = 0; split < 2; split++) {
        for (int i = 0; i < CHECK_COUNT(sizes); i++) {
            plan.of_split = split;
            plan.rows = sizes[i][0];
            plan.columns = sizes[i][1];
            snprintf(words, sizeof words, "wrong image size (expected 4x4 to 256x256, got %ux%u)",
                     plan.rows, plan.columns);
            expect_refused(split == 0 ? TRAIN_IMAGES : TEST_IMAGES, words);
        }
    }
}

static void row_22_test_images_of_another_size(void **unused)
{
    static const uint32_t sizes[][2] = {{27, 28}, {28, 27}, {32, 32}, {14, 56}, {4, 4}};
    char words[100];
    (void)unused;

    plan.of_split = 1;
    for (int i = 0; i < CHECK_COUNT(sizes); i++) {
        plan.rows = sizes[i][0];
        plan.columns = sizes[i][1];
        snprintf(words, sizeof words,
                 "wrong image size (expected 28x28, as the training images have, got %ux%u)",
                 plan.rows, plan.columns);
        expect_refused(TEST_IMAGES, words);
    }
}

static void row_23_longer_or_shorter_than_the_header_says(void **unused)
{
    (void)unused;
    plan.surplus = 1;
    expect_refused(TRAIN_IMAGES, "longer than its header says (expected 15680 bytes, got more)");
    plan.surplus = -1;
    expect_refused(TRAIN_IMAGES, "shorter than its header says (expected 15680 bytes, got 15679)");
}

static void row_24_image_and_label_counts_differ(void **unused)
{
    char words[80];
    (void)unused;

    for (int which = TRAIN_LABELS; which < FILES; which += 2) {
        for (int difference = -1; difference <= 1; difference += 2) {
            uint32_t images = plan.count[which - 1];
            plan.count[which] = images + (uint32_t)difference;
            snprintf(words, sizeof words,
                     "wrong number of labels (expected %u, one for each image, got %u)", images,
                     plan.count[which]);
            expect_refused(which, words);
            plan.count[which] = images;
        }
    }
}

/* Wrong sizes in the header are reported before memory is allocated and before the contents, which
 * are too short, are read. */
static void row_105_declared_sizes_are_checked_before_reading(void **unused)
{
    (void)unused;
    plan.rows = 3;
    plan.surplus = -1;
    expect_refused(TRAIN_IMAGES, "wrong image size (expected 4x4 to 256x256, got 3x28)");
    plan.rows = 28;
    plan.surplus = 0;
    plan.one_label = true;
    plan.count[TRAIN_LABELS] = 20000; /* as many as a file of this size could hold */
    expect_refused(TRAIN_LABELS,
                   "wrong number of labels (expected 20, one for each image, got 20000)");
}

static void row_25_a_damaged_training_label(void **unused)
{
    static const int labels[] = {22, 128, 255}; /* 11 classes have images */
    char words[80];
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(labels); i++) {
        plan.label_at_0 = labels[i];
        snprintf(words, sizeof words, "label 0 is %d, and more than half of the classes",
                 labels[i]);
        expect_refused(TRAIN_LABELS, words);
    }
}

static void row_25_a_test_label_over_all_training_labels(void **unused)
{
    static const int labels[] = {10, 11, 128, 255};
    char words[80];
    (void)unused;

    plan.of_split = 1;
    for (int i = 0; i < CHECK_COUNT(labels); i++) {
        plan.label_at_0 = labels[i];
        snprintf(words, sizeof words, "label 0 is out of range (expected 0 to 9, got %d)",
                 labels[i]);
        expect_refused(TEST_LABELS, words);
    }
}

/* The size of a batch does not matter here: a set of any size loads, down to one image. */
static void row_26_fewer_images_than_a_batch_load(void **unused)
{
    struct statistics statistics;
    struct dataset data;
    (void)unused;

    for (uint32_t count = 1; count < 64; count += 31) {
        for (int which = 0; which < FILES; which++)
            plan.count[which] = count;
        load_plan(&data);
        assert_planned(&data.train, 0);
        assert_planned(&data.test, 1);
        dataset_statistics(&data.train, &statistics);
        assert_true(isfinite(statistics.inputs.mean) && isfinite(statistics.inputs.variance));
        dataset_fini(&data);
    }
}

static void assert_moments(const struct moments *moments, double min, double max, double mean,
                           double variance)
{
    assert_true(fabs(moments->min - min) < 1e-15 && fabs(moments->max - max) < 1e-15);
    assert_true(fabs(moments->mean - mean) < 1e-12);
    assert_true(fabs(moments->variance - variance) < 1e-12);
}

static void row_27_all_zero_images_and_one_class_load(void **unused)
{
    struct statistics statistics;
    struct dataset data;
    (void)unused;

    plan.dark = true;
    plan.one_class = true;
    load_plan(&data);
    assert_planned(&data.train, 0);
    dataset_statistics(&data.train, &statistics);
    const double dark = (double)dataset_normalize(&data.train, 0);
    assert_moments(&statistics.inputs, dark, dark, dark, 0.0);
    assert_moments(&statistics.pixels, 0.0, 0.0, 0.0, 0.0);
    for (int k = 0; k < MNIST_CLASSES; k++)
        assert_int_equal(statistics.images_of_class[k], k == 7 ? 20 : 0);
    dataset_fini(&data);
}

static const struct dataset *real_data(void);

/* ---- normalisation and statistics ---- */

/* The constants were computed separately, with each operation rounded to a float. */
static void pixels_are_normalised_as_torchvision_does(void **unused)
{
    const struct split split = {.mean = 0.1307F, .deviation = 0.3081F};
    (void)unused;

    assert_true(dataset_normalize(&split, 0) == -0x1.B264E2p-2F);
    assert_true(dataset_normalize(&split, 1) == -0x1.A55C40p-2F);
    assert_true(dataset_normalize(&split, 127) == 0x1.3138C8p+0F);
    assert_true(dataset_normalize(&split, 254) == 0x1.678566p+1F);
    assert_true(dataset_normalize(&split, 255) == 0x1.69267Ap+1F);
    for (int pixel = 0; pixel < 256; pixel++) {
        volatile float scaled = (float)pixel / 255.0F; /* volatile: rounded to float here */
        volatile float centred = scaled - 0.1307F;
        volatile float normalised = centred / 0.3081F;
        assert_true(dataset_normalize(&split, (uint8_t)pixel) == normalised);
        assert_true(fabs((double)normalised - (pixel / 255.0 - 0.1307) / 0.3081) < 1e-6);
    }
}

static void another_normalisation_is_that_of_both_splits(void **unused)
{
    struct dataset data;
    (void)unused;

    load_plan(&data);
    assert_true(data.train.mean == (float)data.mean &&
                data.test.deviation == (float)data.deviation);
    dataset_set_normalization(&data, 0.5, 0.25);
    for (int pixel = 0; pixel < 256; pixel++) {
        volatile float scaled = (float)pixel / 255.0F;
        volatile float centred = scaled - 0.5F;
        assert_true(dataset_normalize(&data.train, (uint8_t)pixel) == centred / 0.25F);
        assert_true(dataset_normalize(&data.test, (uint8_t)pixel) == centred / 0.25F);
    }
    dataset_set_normalization(&data, 0.0, 1.0);
    for (int pixel = 0; pixel < 256; pixel++)
        assert_true(dataset_normalize(&data.test, (uint8_t)pixel) == (float)pixel / 255.0F);
    dataset_fini(&data);
}

/* The data's own mean and deviation, rounded to four decimals. */
static void the_normalisation_is_that_of_the_training_images(void **unused)
{
    struct statistics statistics;
    struct dataset data;
    (void)unused;

    load_plan(&data);
    dataset_statistics(&data.train, &statistics);
    assert_true(fabs(data.mean - statistics.pixels.mean) <= 0.5001e-4);
    assert_true(fabs(data.deviation - sqrt(statistics.pixels.variance)) <= 0.5001e-4);
    assert_true(fabs(data.mean * 1e4 - round(data.mean * 1e4)) < 1e-9);
    dataset_fini(&data);
    plan.dark = true;
    load_plan(&data);
    assert_true(data.mean == 0.0 && data.deviation == 1.0);
    dataset_fini(&data);
    assert_true(real_data()->mean == 0.1307 && real_data()->deviation == 0.3081);
}

/* EMNIST's images are turned: rows become columns. */
static void sideways_images_are_turned(void **unused)
{
    static struct source source;
    struct dataset data, turned;
    struct error error;
    (void)unused;

    load_plan(&data);
    assert_true(source_search(&source, scratch, NULL, &error));
    source.sideways = true;
    assert_true(dataset_load(&turned, &source, NULL, &error));
    for (uint32_t i = 0; i < 20; i++)
        for (int y = 0; y < MNIST_SIDE; y++)
            for (int x = 0; x < MNIST_SIDE; x++)
                assert_int_equal(split_image(&turned.train, i)[y * MNIST_SIDE + x],
                                 split_image(&data.train, i)[x * MNIST_SIDE + y]);
    dataset_fini(&turned);
    dataset_fini(&data);
}

/* Data whose classes have no names may get more of them, no fewer. */
static void a_network_may_have_more_classes(void **unused)
{
    struct dataset data;
    (void)unused;

    load_plan(&data);
    assert_int_equal(data.classes.count, 10);
    assert_false(dataset_set_classes(&data, 9));
    assert_true(dataset_set_classes(&data, 12));
    assert_int_equal(data.test.classes, 12);
    assert_string_equal(data.classes.names[11], "11");
    data.classes.named = true;
    assert_false(dataset_set_classes(&data, 13));
    dataset_fini(&data);
}

static void statistics_follow_their_definitions(void **unused)
{
    struct statistics statistics;
    struct dataset data;
    double sum = 0.0, squares = 0.0;
    (void)unused;

    load_plan(&data);
    const int pixels = data.train.count * (MNIST_SIDE * MNIST_SIDE);
    for (int i = 0; i < pixels; i++)
        sum += (double)dataset_normalize(&data.train, data.train.images[i]);
    for (int i = 0; i < pixels; i++)
        squares +=
            pow((double)dataset_normalize(&data.train, data.train.images[i]) - sum / pixels, 2.0);
    dataset_statistics(&data.train, &statistics);
    assert_true(fabs(statistics.inputs.mean - sum / pixels) < 1e-12);
    assert_true(fabs(statistics.inputs.variance - squares / (pixels - 1)) < 1e-12);
    for (int k = 0; k < MNIST_CLASSES; k++)
        assert_int_equal(statistics.images_of_class[k], 2);
    dataset_fini(&data);
}

/* ---- the real data ---- */

static const struct dataset *real_data(void)
{
    static struct dataset data; /* read once */
    struct error error;
    char path[PATH_MAX];

    if (data.train.count == 0 && !sample_load(&data, check_source(path, "data"), &error))
        fail_msg("not loaded: %s", error.text);
    return &data;
}

static void assert_split(const struct split *split, int count, const int of_class[],
                         const uint8_t first[10])
{
    struct statistics statistics;

    assert_int_equal(split->count, count);
    assert_memory_equal(split->labels, first, 10);
    dataset_statistics(split, &statistics);
    for (int k = 0; k < MNIST_CLASSES; k++)
        assert_int_equal(statistics.images_of_class[k], of_class[k]);
}

static void the_real_data_are_mnist(void **unused)
{
    static const int train[] = {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949};
    static const int test[] = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};
    (void)unused;

    assert_split(&real_data()->train, 60000, train, (uint8_t[]){5, 0, 4, 1, 9, 2, 1, 3, 1, 4});
    assert_split(&real_data()->test, 10000, test, (uint8_t[]){7, 2, 1, 0, 4, 1, 4, 9, 5, 9});
}

/* Rounded they are the notebook's 0.1307, 0.3081 and 0.0949, from 0 to 1. The digits were computed
 * separately, in fractions. */
static void the_real_data_have_the_notebooks_statistics(void **unused)
{
    struct statistics statistics;
    (void)unused;

    dataset_statistics(&real_data()->train, &statistics);
    assert_moments(&statistics.pixels, 0.0, 1.0, 0.13066047740241013, 0.09493042184480495);
    assert_moments(&statistics.inputs, -0.4242129623889923, 2.821486711502075,
                   -0.0001282926419238658, pow(1.0000254197608367, 2.0));
    dataset_statistics(&real_data()->test, &statistics);
    assert_moments(&statistics.pixels, 0.0, 1.0, 0.13251460696903547, 0.09639799767365524);
    assert_moments(&statistics.inputs, -0.4242129623889923, 2.821486711502075,
                   0.0058896551387076865, pow(1.0077257143464389, 2.0));
}

static void the_files_have_the_sums_of_SHA256SUMS(void **unused)
{
    char path[PATH_MAX];
    (void)unused;

    assert_int_equal(setenv("CHECK_DATA", check_source(path, "data"), 1), 0);
    int status = system("cd \"$CHECK_DATA\" || exit 1\n"
                        "sum=$(command -v sha256sum || command -v shasum) || exit 77\n"
                        "case $sum in *shasum) sum=\"$sum -a 256\";; esac\n"
                        "test \"$(wc -l <SHA256SUMS)\" -eq 4 || exit 1\n"
                        "$sum -c SHA256SUMS >/dev/null 2>&1");
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) /* not cmocka's skip(): up to 1.1.5 it prints "not ok" */
        printf("# cannot be tested here: there is neither sha256sum nor shasum\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- the order of an epoch ---- */

enum { COUNT = 60000 };

static uint32_t order[COUNT], other[COUNT];

static void shuffled(uint32_t *to, int count, uint64_t seed)
{
    struct rng rng;

    rng_init(&rng, seed, 0);
    dataset_order(to, count, &rng);
}

static void a_shuffle_is_a_permutation(void **unused)
{
    static const int counts[] = {1, 2, 3, 16, 64, 938, COUNT};
    static bool seen[COUNT];
    (void)unused;

    for (int c = 0; c < CHECK_COUNT(counts); c++) {
        memset(seen, 0, sizeof seen);
        memset(order, 0xFF, sizeof order);
        shuffled(order, counts[c], 1);
        for (int i = 0; i < counts[c]; i++) {
            assert_true(order[i] < (uint32_t)counts[c] && !seen[order[i]]);
            seen[order[i]] = true;
        }
        if (counts[c] < COUNT)
            assert_true(order[counts[c]] == UINT32_MAX);
    }
}

static void the_same_seed_shuffles_the_same(void **unused)
{
    (void)unused;
    shuffled(order, COUNT, 1);
    shuffled(other, COUNT, 1);
    assert_memory_equal(order, other, sizeof order);
}

static void other_seeds_and_later_epochs_give_other_orders(void **unused)
{
    struct rng rng;
    (void)unused;

    rng_init(&rng, 1, 0);
    dataset_order(order, COUNT, &rng);
    dataset_order(other, COUNT, &rng);
    int same = 0;
    for (int i = 0; i < COUNT; i++)
        same += order[i] == other[i];
    assert_in_range(same, 0, 10); /* one is expected by chance */
    for (uint64_t seed = 2; seed < 6; seed++) {
        shuffled(other, COUNT, seed);
        assert_memory_not_equal(order, other, sizeof order);
    }
}

static void without_shuffling_the_order_is_the_files(void **unused)
{
    (void)unused;
    memset(order, 0xFF, sizeof order);
    dataset_order(order, 1000, NULL);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(order[i], i);
    assert_true(order[1000] == UINT32_MAX);
}

/* A shuffle that swaps with any element, instead of the remaining ones, fails here. */
static void all_orders_are_equally_likely(void **unused)
{
    enum { DRAWS = 12000, DEVIATION = 41 }; /* sqrt(12000 x 1/6 x 5/6) */
    int seen[27] = {0}, orders = 0;
    uint32_t three[3];
    struct rng rng;
    (void)unused;

    rng_init(&rng, 1, 0);
    for (int i = 0; i < DRAWS; i++) {
        dataset_order(three, 3, &rng);
        seen[three[0] * 9 + three[1] * 3 + three[2]]++;
    }
    for (int i = 0; i < CHECK_COUNT(seen); i++) {
        if (seen[i] == 0)
            continue;
        orders++;
        assert_in_range(seen[i], DRAWS / 6 - 5 * DEVIATION, DRAWS / 6 + 5 * DEVIATION);
    }
    assert_int_equal(orders, 6);
}

/* ---- packing ---- */

enum { PITCH_MAX = MNIST_SIDE + 4, BLOCK_MAX = PITCH_MAX * PITCH_MAX * LANES };

static const float UNTOUCHED = 12345.0F;

/* The expected value in the block at a position given in the image's coordinates. */
static float packed(const struct split *split, const uint32_t *indices, int count, int y, int x,
                    int lane)
{
    if (y < 0 || y >= MNIST_SIDE || x < 0 || x >= MNIST_SIDE)
        return UNTOUCHED;
    if (lane >= count)
        return 0.0F;
    size_t at = (size_t)indices[lane] * (MNIST_SIDE * MNIST_SIDE) + (size_t)(y * MNIST_SIDE + x);
    return dataset_normalize(split, split->images[at]);
}

static void assert_packs(const struct split *split, const uint32_t *indices, int count, int padding)
{
    static float block[BLOCK_MAX + LANES];
    const int pitch = MNIST_SIDE + 2 * padding, size = pitch * pitch * LANES;
    uint8_t labels[LANES];

    for (int i = 0; i < CHECK_COUNT(block); i++)
        block[i] = UNTOUCHED;
    memset(labels, 0xEE, sizeof labels);
    dataset_pack(split, indices, count, padding, block, labels);
    for (int i = 0; i < size; i++) {
        int y = i / LANES / pitch - padding, x = i / LANES % pitch - padding, lane = i % LANES;
        if (block[i] != packed(split, indices, count, y, x, lane))
            fail_msg("%d samples, padding %d: [%d][%d][%d] is %g", count, padding, y, x, lane,
                     (double)block[i]);
    }
    for (int i = size; i < CHECK_COUNT(block); i++)
        assert_true(block[i] == UNTOUCHED);
    for (int lane = 0; lane < LANES; lane++)
        assert_int_equal(labels[lane], lane < count ? split->labels[indices[lane]] : 0xEE);
}

static void lanes_are_samples_in_the_order_asked_for(void **unused)
{
    static const uint32_t indices[LANES] = {3, 1, 19, 0, 7, 7, 2, 18, 5, 6, 4, 8, 9, 10, 11, 12};
    struct dataset data;
    (void)unused;

    load_plan(&data);
    for (int padding = 0; padding <= 2; padding++)
        assert_packs(&data.train, indices, LANES, padding);
    dataset_fini(&data);
}

static void lanes_without_a_sample_are_zero(void **unused)
{
    static const uint32_t indices[LANES] = {5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    struct dataset data;
    (void)unused;

    load_plan(&data);
    for (int count = 1; count < LANES; count++)
        assert_packs(&data.test, indices, count, 1);
    dataset_fini(&data);
}

static void the_last_image_of_the_real_data_is_packed(void **unused)
{
    static const uint32_t indices[LANES] = {59999, 0, 30000};
    (void)unused;

    assert_packs(&real_data()->train, indices, 3, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    TEST(a_set_is_loaded),
    TEST(a_missing_file_is_named),
    TEST(a_path_that_is_too_long_is_refused),
    TEST(the_checksum_covers_the_contents),
    TEST(row_22_images_too_small_or_too_large),
    TEST(row_22_test_images_of_another_size),
    TEST(row_23_longer_or_shorter_than_the_header_says),
    TEST(row_24_image_and_label_counts_differ),
    TEST(row_105_declared_sizes_are_checked_before_reading),
    TEST(row_25_a_damaged_training_label),
    TEST(row_25_a_test_label_over_all_training_labels),
    TEST(row_26_fewer_images_than_a_batch_load),
    TEST(row_27_all_zero_images_and_one_class_load),
    TEST(pixels_are_normalised_as_torchvision_does),
    TEST(another_normalisation_is_that_of_both_splits),
    TEST(the_normalisation_is_that_of_the_training_images),
    TEST(sideways_images_are_turned),
    TEST(a_network_may_have_more_classes),
    TEST(statistics_follow_their_definitions),
    TEST(the_real_data_are_mnist),
    TEST(the_real_data_have_the_notebooks_statistics),
    TEST(the_files_have_the_sums_of_SHA256SUMS),
    TEST(a_shuffle_is_a_permutation),
    TEST(the_same_seed_shuffles_the_same),
    TEST(other_seeds_and_later_epochs_give_other_orders),
    TEST(without_shuffling_the_order_is_the_files),
    TEST(all_orders_are_equally_likely),
    TEST(lanes_are_samples_in_the_order_asked_for),
    TEST(lanes_without_a_sample_are_zero),
    TEST(the_last_image_of_the_real_data_is_packed),
};

CHECK_MAIN(tests)
