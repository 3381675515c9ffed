/*
 * sample_data.h -- a small data set made up for tests: each class a bar at its own height, with
 * noise.
 */
#ifndef SAMPLE_DATA_H
#define SAMPLE_DATA_H

#include "check.h"

#include "data/dataset.h"

/* The shape of a made-up data set; names: a line a class, or NULL. */
struct sample_shape {
    int height, width, classes;
    const char *names;
};

static const struct sample_shape sample_mnist = {MNIST_SIDE, MNIST_SIDE, MNIST_CLASSES, NULL};

static inline void sample_split(struct split *split, const struct sample_shape *shape, int count,
                                uint64_t seed)
{
    const int height = shape->height, width = shape->width, pixels = height * width;
    const int thick = height > 2 * shape->classes ? 2 : 1; /* rows of a bar */
    struct rng rng;

    rng_init(&rng, seed, 0);
    split->count = count;
    split->height = height;
    split->width = width;
    split->classes = shape->classes;
    split->mean = 0.1307F;
    split->deviation = 0.3081F;
    split->images = malloc((size_t)count * (size_t)pixels);
    split->labels = malloc((size_t)count);
    assert_non_null(split->images);
    assert_non_null(split->labels);
    for (int i = 0; i < count; i++) {
        int label = (int)rng_below(&rng, (uint32_t)shape->classes);
        split->labels[i] = (uint8_t)label;
        for (int p = 0; p < pixels; p++) {
            bool bar = p / width / thick == (label + 2) % height && p % width > 4;
            split->images[(size_t)i * (size_t)pixels + (size_t)p] =
                (uint8_t)((bar ? 180 : 0) + (int)rng_below(&rng, 60));
        }
    }
}

/* Loads the files in a directory. */
static inline bool sample_load(struct dataset *data, const char *directory, struct error *error)
{
    static struct source source;

    return source_search(&source, directory, NULL, error) &&
           dataset_load(data, &source, NULL, error);
}

/* To be released with dataset_fini. */
static inline void sample_dataset_of(struct dataset *data, const struct sample_shape *shape,
                                     int train, int test)
{
    struct error error;

    sample_split(&data->train, shape, train, 1);
    sample_split(&data->test, shape, test, 2);
    assert_true(shape->names != NULL ? classes_name(&data->classes, shape->names, &error)
                                     : classes_number(&data->classes, shape->classes, &error));
    assert_int_equal(data->classes.count, shape->classes);
    data->checksum = 0x0123456789ABCDEF;
}

static inline void sample_dataset(struct dataset *data, int train, int test)
{
    sample_dataset_of(data, &sample_mnist, train, test);
}

#endif
