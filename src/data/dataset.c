#include "data/dataset.h"

#include "data/idx.h"
#include "support/lanes.h"
#include "support/memory.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double PIXEL_MEAN = 0.1307, PIXEL_DEVIATION = 0.3081; /* of MNIST */

static bool path_join(char path[PATH_MAX], const char *directory, const char *name,
                      struct error *error)
{
    if (snprintf(path, PATH_MAX, "%s/%s", directory, name) < PATH_MAX)
        return true;
    return error_set(error, ERROR_DATA, "%s: the path is too long", directory);
}

static bool check_images(void *argument, const struct idx *idx, const char *path,
                         struct error *error)
{
    struct split *split = argument;

    if (idx->size[1] != DATASET_SIDE || idx->size[2] != DATASET_SIDE)
        return error_set(error, ERROR_DATA, "%s: wrong image size (expected %dx%d, got %ux%u)",
                         path, DATASET_SIDE, DATASET_SIDE, idx->size[1], idx->size[2]);
    if (idx->size[0] > DATASET_SPLIT_MAX)
        return error_set(error, ERROR_DATA, "%s: too many images (expected at most %d, got %u)",
                         path, DATASET_SPLIT_MAX, idx->size[0]);
    split->count = (int)idx->size[0];
    return true;
}

static bool read_images(struct split *split, const char *path, uint32_t *crc, struct error *error)
{
    struct idx idx;

    if (!idx_read(&idx, path, 3, check_images, split, error))
        return false;
    split->images = idx.elements;
    *crc = idx.crc;
    return true;
}

static bool check_labels(void *argument, const struct idx *idx, const char *path,
                         struct error *error)
{
    const struct split *split = argument;

    return idx->count == (size_t)split->count ||
           error_set(error, ERROR_DATA,
                     "%s: wrong number of labels (expected %d, one for each image, got %zu)", path,
                     split->count, idx->count);
}

static bool read_labels(struct split *split, const char *path, uint32_t *crc, struct error *error)
{
    struct idx idx;

    if (!idx_read(&idx, path, 1, check_labels, split, error))
        return false;
    split->labels = idx.elements;
    *crc = idx.crc;
    for (int i = 0; i < split->count; i++)
        if (split->labels[i] >= DATASET_CLASSES)
            return error_set(error, ERROR_DATA,
                             "%s: label %d is out of range (expected 0 to %d, got %d)", path, i,
                             DATASET_CLASSES - 1, split->labels[i]);
    return true;
}

const char *dataset_file(int i)
{
    static const char *const names[] = {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
                                        "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz",
                                        NULL};

    return names[i];
}

/* `first` is the index of the split's image file; its label file is the next one. */
static bool load_split(struct split *split, const char *directory, int first, uint64_t *checksum,
                       struct error *error)
{
    char images[PATH_MAX], labels[PATH_MAX];
    uint32_t images_crc, labels_crc;

    if (!path_join(images, directory, dataset_file(first), error) ||
        !path_join(labels, directory, dataset_file(first + 1), error) ||
        !read_images(split, images, &images_crc, error) ||
        !read_labels(split, labels, &labels_crc, error))
        return false;
    *checksum = (uint64_t)images_crc << 32 | labels_crc;
    return true;
}

bool dataset_load(struct dataset *dataset, const char *directory, struct error *error)
{
    uint64_t train, test;

    *dataset = (struct dataset){0};
    if (load_split(&dataset->train, directory, 0, &train, error) &&
        load_split(&dataset->test, directory, 2, &test, error)) {
        dataset->checksum = train ^ (test << 1 | test >> 63);
        dataset_set_normalization(dataset, PIXEL_MEAN, PIXEL_DEVIATION);
        return true;
    }
    dataset_fini(dataset);
    return false;
}

bool dataset_hold_out(struct dataset *dataset, int count, struct error *error)
{
    struct split *train = &dataset->train, held = *train;
    const size_t kept = (size_t)(train->count - count);

    held.count = count;

    if (count >= train->count)
        return error_set(error, ERROR_USAGE,
                         "--validate: leaves nothing to train on (expected at most %d, got %d)",
                         train->count - 1, count);
    held.images = memory_new((size_t)count, DATASET_PIXELS, error);
    held.labels = memory_new((size_t)count, 1, error);
    if (held.images == NULL || held.labels == NULL) {
        free(held.images);
        free(held.labels);
        return false;
    }
    memcpy(held.images, train->images + kept * DATASET_PIXELS, (size_t)count * DATASET_PIXELS);
    memcpy(held.labels, train->labels + kept, (size_t)count);
    free(dataset->test.images);
    free(dataset->test.labels);
    dataset->test = held;
    train->count -= count;
    return true;
}

void dataset_fini(struct dataset *dataset)
{
    free(dataset->train.images);
    free(dataset->train.labels);
    free(dataset->test.images);
    free(dataset->test.labels);
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
    const size_t pixels = (size_t)split->count * DATASET_PIXELS;
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
    const int pitch = DATASET_SIDE + 2 * padding;
    const uint8_t *images[LANES];
    float table[256];

    for (int pixel = 0; pixel < 256; pixel++)
        table[pixel] = dataset_normalize(split, (uint8_t)pixel);
    for (int lane = 0; lane < count; lane++) {
        images[lane] = split->images + (size_t)indices[lane] * DATASET_PIXELS;
        labels[lane] = split->labels[indices[lane]];
    }
    for (int y = 0; y < DATASET_SIDE; y++) {
        for (int x = 0; x < DATASET_SIDE; x++) {
            float *pixel = block + ((y + padding) * pitch + x + padding) * LANES;
            for (int lane = 0; lane < count; lane++)
                pixel[lane] = table[images[lane][y * DATASET_SIDE + x]];
            for (int lane = count; lane < LANES; lane++)
                pixel[lane] = 0.0F;
        }
    }
}

void dataset_pack_augmented(const struct split *split, const uint32_t *indices, int count,
                            int padding, const struct augmentation *augmentation, float *block,
                            uint8_t *labels)
{
    const int pitch = DATASET_SIDE + 2 * padding;
    float pixels[DATASET_PIXELS];

    for (int lane = 0; lane < LANES; lane++) {
        if (lane < count) {
            augment_image(augmentation, indices[lane],
                          split->images + (size_t)indices[lane] * DATASET_PIXELS, pixels);
            for (int i = 0; i < DATASET_PIXELS; i++)
                pixels[i] = normalize(split, pixels[i]);
            labels[lane] = split->labels[indices[lane]];
        } else {
            memset(pixels, 0, sizeof pixels);
        }
        for (int y = 0; y < DATASET_SIDE; y++)
            for (int x = 0; x < DATASET_SIDE; x++)
                block[((y + padding) * pitch + x + padding) * LANES + lane] =
                    pixels[y * DATASET_SIDE + x];
    }
}
