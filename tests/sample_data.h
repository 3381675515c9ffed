/*
 * sample_data.h -- a small data set made up for tests: each class a bar at its own height, with
 * noise.
 */
#ifndef SAMPLE_DATA_H
#define SAMPLE_DATA_H

#include "check.h"

#include "data/dataset.h"

static inline void sample_split(struct split *split, int count, uint64_t seed)
{
    struct rng rng;

    rng_init(&rng, seed, 0);
    split->count = count;
    split->height = split->width = MNIST_SIDE;
    split->classes = MNIST_CLASSES;
    split->mean = 0.1307F;
    split->deviation = 0.3081F;
    split->images = malloc((size_t)count * (MNIST_SIDE * MNIST_SIDE));
    split->labels = malloc((size_t)count);
    assert_non_null(split->images);
    assert_non_null(split->labels);
    for (int i = 0; i < count; i++) {
        int label = (int)rng_below(&rng, MNIST_CLASSES);
        split->labels[i] = (uint8_t)label;
        for (int p = 0; p < (MNIST_SIDE * MNIST_SIDE); p++) {
            bool bar = p / MNIST_SIDE / 2 == label + 2 && p % MNIST_SIDE > 4;
            split->images[(size_t)i * (MNIST_SIDE * MNIST_SIDE) + (size_t)p] =
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
static inline void sample_dataset(struct dataset *data, int train, int test)
{
    sample_split(&data->train, train, 1);
    sample_split(&data->test, test, 2);
    assert_true(classes_number(&data->classes, MNIST_CLASSES, &(struct error){0}));
    data->checksum = 0x0123456789ABCDEF;
}

#endif
