#include "data/dataset.h"

#include "data/idx.h"
#include "support/lanes.h"
#include "support/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t split_pixels(const struct split *split)
{
    return (size_t)split->height * (size_t)split->width;
}

const uint8_t *split_image(const struct split *split, uint32_t i)
{
    return split->images + i * split_pixels(split);
}

/* ---- loading ---- */

static bool is_side(uint32_t side)
{
    return side >= DATASET_SIDE_MIN && side <= DATASET_SIDE_MAX;
}

/* Checks the images of the split, which has a height if they must be of a size. */
static bool check_images(void *argument, const struct idx *idx, const char *path,
                         struct error *error)
{
    struct split *split = argument;

    if (!is_side(idx->size[1]) || !is_side(idx->size[2]))
        return error_set(error, ERROR_DATA,
                         "%s: wrong image size (expected %dx%d to %dx%d, got %ux%u)", path,
                         DATASET_SIDE_MIN, DATASET_SIDE_MIN, DATASET_SIDE_MAX, DATASET_SIDE_MAX,
                         idx->size[1], idx->size[2]);
    if (split->height > 0 &&
        (idx->size[1] != (uint32_t)split->height || idx->size[2] != (uint32_t)split->width))
        return error_set(error, ERROR_DATA,
                         "%s: wrong image size (expected %dx%d, as the training images have, got "
                         "%ux%u)",
                         path, split->height, split->width, idx->size[1], idx->size[2]);
    if (idx->size[0] > DATASET_SPLIT_MAX)
        return error_set(error, ERROR_DATA, "%s: too many images (expected at most %d, got %u)",
                         path, DATASET_SPLIT_MAX, idx->size[0]);
    split->count = (int)idx->size[0];
    split->height = (int)idx->size[1];
    split->width = (int)idx->size[2];
    return true;
}

static bool read_images(struct split *split, const char *path, uint32_t *crc, struct error *error)
{
    struct idx idx;

    if (!idx_read(&idx, path, IDX_IMAGES, check_images, split, error))
        return false;
    split->images = idx.elements;
    *crc = idx.crc;
    return true;
}

static bool check_labels(void *argument, const struct idx *idx, const char *path,
                         struct error *error)
{
    const struct split *split = argument;

    return idx->size[0] == (uint32_t)split->count ||
           error_set(error, ERROR_DATA,
                     "%s: wrong number of labels (expected %d, one for each image, got %u)", path,
                     split->count, idx->size[0]);
}

/* Label i: a byte, or QMNIST's first number of a row. */
static uint32_t label_at(const struct idx *idx, size_t i)
{
    const uint8_t *number;

    if (idx->element_size == 1)
        return idx->elements[i];
    number = idx->elements + 4 * i * idx->size[1];
    return (uint32_t)number[0] << 24 | (uint32_t)number[1] << 16 | (uint32_t)number[2] << 8 |
           number[3];
}

/* Refuses labels up to `most`, found at image `where`, of which more than half are never used: one
 * of them is damaged. Few classes need not all have an image. */
static bool check_use(const struct split *split, int most, int where, const char *path,
                      struct error *error)
{
    bool used[CLASSES_MAX] = {false};
    int count = 0;

    for (int i = 0; i < split->count; i++) {
        count += !used[split->labels[i]];
        used[split->labels[i]] = true;
    }
    return most < MNIST_CLASSES || 2 * count >= most + 1 ||
           error_set(error, ERROR_DATA,
                     "%s: label %d is %d, and more than half of the classes up to it have no image "
                     "(expected other labels; if these are right, name the classes with --classes)",
                     path, where, most);
}

/* Takes the labels. The split knows its classes; 0: as many as its labels ask for. */
static bool take_labels(struct split *split, const struct idx *idx, const char *path,
                        struct error *error)
{
    const uint32_t limit = split->classes > 0 ? (uint32_t)split->classes : CLASSES_MAX;
    uint32_t most = CLASSES_MIN - 1;
    int where = 0;

    split->labels = memory_new((size_t)split->count, 1, error);
    if (split->labels == NULL)
        return false;
    for (int i = 0; i < split->count; i++) {
        const uint32_t label = label_at(idx, (size_t)i);
        if (label >= limit)
            return error_set(error, ERROR_DATA,
                             "%s: label %d is out of range (expected 0 to %u, got %u)", path, i,
                             limit - 1, label);
        split->labels[i] = (uint8_t)label;
        where = label > most ? i : where;
        most = label > most ? label : most;
    }
    if (split->classes > 0)
        return true;
    split->classes = (int)most + 1;
    return check_use(split, (int)most, where, path, error);
}

static bool read_labels(struct split *split, const char *path, uint32_t *crc, struct error *error)
{
    struct idx idx;

    if (!idx_read(&idx, path, IDX_LABELS, check_labels, split, error))
        return false;
    const bool taken = take_labels(split, &idx, path, error);
    *crc = idx.crc;
    idx_fini(&idx);
    return taken;
}

/* Exchanges rows and columns of each image. */
static bool turn(struct split *split, struct error *error)
{
    const int height = split->width, width = split->height;
    uint8_t *image = memory_new(split_pixels(split), 1, error);

    if (image == NULL)
        return false;
    for (int i = 0; i < split->count; i++) {
        uint8_t *turned = split->images + (size_t)i * split_pixels(split);
        memcpy(image, turned, split_pixels(split));
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                turned[y * width + x] = image[x * height + y];
    }
    free(image);
    split->height = height;
    split->width = width;
    return true;
}

/* `images` is the source's file with the split's images; its labels are the next one. */
static bool load_split(struct split *split, const struct source *source, enum source_file images,
                       uint64_t *checksum, struct error *error)
{
    uint32_t images_crc, labels_crc;

    if (!read_images(split, source->path[images], &images_crc, error) ||
        !read_labels(split, source->path[images + 1], &labels_crc, error))
        return false;
    *checksum = (uint64_t)images_crc << 32 | labels_crc;
    return true;
}

static bool load_splits(struct dataset *dataset, const struct source *source, struct error *error)
{
    struct split *train = &dataset->train, *test = &dataset->test;
    uint64_t first, second;

    if (!load_split(train, source, SOURCE_TRAIN_IMAGES, &first, error))
        return false;
    test->height = train->height;
    test->width = train->width;
    test->classes = train->classes;
    if (!load_split(test, source, SOURCE_TEST_IMAGES, &second, error))
        return false;
    dataset->checksum = first ^ (second << 1 | second >> 63);
    return !source->sideways || (turn(train, error) && turn(test, error));
}

/* Takes the names of the classes, if there are any. */
static bool name_classes(struct dataset *dataset, const struct source *source, const char *classes,
                         struct error *error)
{
    struct classes *own = &dataset->classes;

    if (classes == NULL && source->names == NULL && source->classes[0] == '\0')
        return true;
    if (!(classes != NULL         ? classes_read(own, classes, error)
          : source->names != NULL ? classes_name(own, source->names, error)
          : source->mapping       ? classes_read_mapping(own, source->classes, error)
                                  : classes_read(own, source->classes, error)))
        return false;
    dataset->train.classes = own->count;
    return true;
}

static double round_four(double value)
{
    return round(value * 1e4) / 1e4;
}

/* The sums are whole numbers below 2^57, so they are exact. */
static void measure(struct dataset *dataset)
{
    const struct split *train = &dataset->train;
    const size_t pixels = (size_t)train->count * split_pixels(train);
    uint64_t sum = 0, squares = 0;

    for (size_t i = 0; i < pixels; i++) {
        const uint32_t pixel = train->images[i];
        sum += pixel;
        squares += pixel * pixel;
    }
    const double count = (double)pixels, mean = (double)sum / count;
    const double variance = ((double)squares - mean * (double)sum) / (count - 1.0);
    const double deviation = round_four(sqrt(fmax(variance, 0.0)) / 255.0);
    dataset->mean = round_four(mean / 255.0);
    dataset->deviation = deviation > 0.0 ? deviation : 1.0;
    dataset_set_normalization(dataset, dataset->mean, dataset->deviation);
}

bool dataset_load(struct dataset *dataset, const struct source *source, const char *classes,
                  struct error *error)
{
    *dataset = (struct dataset){0};
    if (name_classes(dataset, source, classes, error) && load_splits(dataset, source, error) &&
        (dataset->classes.named ||
         classes_number(&dataset->classes, dataset->train.classes, error))) {
        measure(dataset);
        return true;
    }
    dataset_fini(dataset);
    return false;
}

bool dataset_set_classes(struct dataset *dataset, int count)
{
    struct classes *classes = &dataset->classes;
    struct classes more;
    struct error ignored;

    if (count == classes->count)
        return true;
    if (classes->named || count < classes->count || !classes_number(&more, count, &ignored))
        return false;
    classes_fini(classes);
    *classes = more;
    dataset->train.classes = dataset->test.classes = count;
    return true;
}

bool dataset_hold_out(struct dataset *dataset, int count, struct error *error)
{
    struct split *train = &dataset->train, held = *train;
    const size_t pixels = split_pixels(train);

    held.count = count;
    if (count >= train->count)
        return error_set(error, ERROR_USAGE,
                         "--validate: leaves nothing to train on (expected at most %d, got %d)",
                         train->count - 1, count);
    held.images = memory_new((size_t)count, pixels, error);
    held.labels = memory_new((size_t)count, 1, error);
    if (held.images == NULL || held.labels == NULL) {
        free(held.images);
        free(held.labels);
        return false;
    }
    train->count -= count;
    memcpy(held.images, split_image(train, (uint32_t)train->count), (size_t)count * pixels);
    memcpy(held.labels, train->labels + train->count, (size_t)count);
    free(dataset->test.images);
    free(dataset->test.labels);
    dataset->test = held;
    return true;
}

void dataset_fini(struct dataset *dataset)
{
    free(dataset->train.images);
    free(dataset->train.labels);
    free(dataset->test.images);
    free(dataset->test.labels);
    classes_fini(&dataset->classes);
    *dataset = (struct dataset){0};
}

void dataset_set_normalization(struct dataset *dataset, double mean, double deviation)
{
    dataset->train.mean = dataset->test.mean = (float)mean;
    dataset->train.deviation = dataset->test.deviation = (float)deviation;
}

static float normalize(const struct split *split, float pixel)
{
    return (pixel / 255.0F - split->mean) / split->deviation;
}

float dataset_normalize(const struct split *split, uint8_t pixel)
{
    return normalize(split, (float)pixel);
}

static float scale(const struct split *split, uint8_t pixel)
{
    (void)split;
    return (float)pixel / 255.0F;
}

/* The moments of value(split, pixel), where histogram[p] of the `pixels` have the value p. */
static struct moments find_moments(const struct split *split, const size_t histogram[256],
                                   size_t pixels,
                                   float (*value)(const struct split *split, uint8_t pixel))
{
    struct moments moments = {.min = INFINITY, .max = -INFINITY};
    double sum = 0.0, squares = 0.0;

    for (int pixel = 0; pixel < 256; pixel++) {
        double x = (double)value(split, (uint8_t)pixel);
        if (histogram[pixel] == 0)
            continue;
        moments.min = fmin(moments.min, x);
        moments.max = fmax(moments.max, x);
        sum += x * (double)histogram[pixel];
    }
    moments.mean = sum / (double)pixels;
    for (int pixel = 0; pixel < 256; pixel++) {
        double deviation = (double)value(split, (uint8_t)pixel) - moments.mean;
        squares += deviation * deviation * (double)histogram[pixel];
    }
    moments.variance = squares / (double)(pixels - 1);
    return moments;
}

void dataset_statistics(const struct split *split, struct statistics *statistics)
{
    const size_t pixels = (size_t)split->count * split_pixels(split);
    size_t histogram[256] = {0};

    for (size_t i = 0; i < pixels; i++)
        histogram[split->images[i]]++;
    *statistics = (struct statistics){
        .pixels = find_moments(split, histogram, pixels, scale),
        .inputs = find_moments(split, histogram, pixels, dataset_normalize),
    };
    for (int i = 0; i < split->count; i++)
        statistics->images_of_class[split->labels[i]]++;
}

bool dataset_mean_image(const struct split *split, uint8_t *pixels, struct error *error)
{
    const size_t size = split_pixels(split);
    const uint64_t count = (uint64_t)split->count;
    uint64_t *sums = memory_new(size, sizeof *sums, error);

    if (sums == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++)
        for (size_t p = 0; p < size; p++)
            sums[p] += split_image(split, i)[p];
    for (size_t p = 0; p < size; p++)
        pixels[p] = (uint8_t)((sums[p] + count / 2) / count);
    free(sums);
    return true;
}

void dataset_order(uint32_t *order, int count, struct rng *rng)
{
    for (int i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (int i = count - 1; rng != NULL && i > 0; i--) {
        uint32_t j = rng_below(rng, (uint32_t)i + 1);
        uint32_t swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
}

void dataset_pack(const struct split *split, const uint32_t *indices, int count, int padding,
                  float *block, uint8_t *labels)
{
    const int pitch = split->width + 2 * padding;
    const uint8_t *images[LANES];
    float table[256];

    for (int pixel = 0; pixel < 256; pixel++)
        table[pixel] = dataset_normalize(split, (uint8_t)pixel);
    for (int lane = 0; lane < count; lane++) {
        images[lane] = split_image(split, indices[lane]);
        labels[lane] = split->labels[indices[lane]];
    }
    for (int y = 0; y < split->height; y++) {
        for (int x = 0; x < split->width; x++) {
            float *pixel = block + ((y + padding) * pitch + x + padding) * LANES;
            for (int lane = 0; lane < count; lane++)
                pixel[lane] = table[images[lane][y * split->width + x]];
            for (int lane = count; lane < LANES; lane++)
                pixel[lane] = 0.0F;
        }
    }
}

/* Puts row y of a lane into the block. */
static void put_row(const struct split *split, const float *pixels, int lane, int y, int padding,
                    float *block)
{
    float *to = block + (((y + padding) * (split->width + 2 * padding)) + padding) * LANES + lane;

    for (int x = 0; x < split->width; x++)
        to[x * LANES] = pixels[x];
}

void dataset_pack_augmented(const struct split *split, const uint32_t *indices, int count,
                            int padding, const struct augmentation *augmentation, float *block,
                            uint8_t *labels)
{
    float pixels[DATASET_SIDE_MAX] = {0};

    for (int lane = count; lane < LANES; lane++)
        for (int y = 0; y < split->height; y++)
            put_row(split, pixels, lane, y, padding, block);
    for (int lane = 0; lane < count; lane++) {
        struct augmented augmented;
        augment_begin(&augmented, augmentation, indices[lane], split_image(split, indices[lane]),
                      split->height, split->width);
        for (int y = 0; y < split->height; y++) {
            augment_row(&augmented, y, pixels);
            for (int x = 0; x < split->width; x++)
                pixels[x] = normalize(split, pixels[x]);
            put_row(split, pixels, lane, y, padding, block);
        }
        labels[lane] = split->labels[indices[lane]];
    }
}
