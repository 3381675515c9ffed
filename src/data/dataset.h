/*
 * dataset.h -- a data set in MNIST's form: two splits of 28x28 grey images with labels 0 to 9.
 *
 * Loading, statistics, the order of an epoch, and packing samples into lane blocks. A loaded data
 * set does not change, so any thread may read it.
 */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "data/augment.h"
#include "support/error.h"
#include "support/rng.h"

#include <stddef.h>
#include <stdint.h>

enum {
    DATASET_SIDE = 28, /* rows and columns of an image */
    DATASET_PIXELS = DATASET_SIDE * DATASET_SIDE,
    DATASET_CLASSES = 10,
    DATASET_SPLIT_MAX = 1 << 24, /* images: keeps every count an int */
};

struct split {
    int count;             /* images, 1 to DATASET_SPLIT_MAX */
    uint8_t *images;       /* [count][DATASET_SIDE][DATASET_SIDE], 0 black to 255 white */
    uint8_t *labels;       /* [count], 0 to DATASET_CLASSES - 1 */
    float mean, deviation; /* of pixel / 255, for normalising; MNIST's after loading */
};

struct dataset {
    struct split train, test;
    uint64_t checksum; /* of all images and labels: the same data gives the same number */
};

struct moments {
    double min, max, mean;
    double variance; /* unbiased, as torch.var; the standard deviation is its root */
};

struct statistics {
    struct moments pixels; /* of pixel / 255, in float as torchvision's ToTensor computes it */
    struct moments inputs; /* of what the network sees: dataset_normalize */
    int images_of_class[DATASET_CLASSES];
};

/* The name of the i-th of the four files in a data set's directory, from 0; NULL past the last. */
const char *dataset_file(int i);

/* Reads the four files from `directory`. ERROR_DATA for what is wrong with them, ERROR_SYSTEM when
 * reading fails; on failure *dataset needs no dataset_fini. */
bool dataset_load(struct dataset *dataset, const char *directory, struct error *error);

void dataset_fini(struct dataset *dataset);

/* How both splits are normalised from now on; the deviation is above 0. A mean of 0 and a deviation
 * of 1 leave pixel / 255. */
void dataset_set_normalization(struct dataset *dataset, double mean, double deviation);

/* The value that the network sees for a pixel of the split: (pixel / 255 - mean) / deviation, in
 * float as torchvision's ToTensor and Normalize compute it. */
float dataset_normalize(const struct split *split, uint8_t pixel);

void dataset_statistics(const struct split *split, struct statistics *statistics);

/* Fills order[0..count-1] with 0..count-1, shuffled by Fisher and Yates' method when rng is not
 * NULL. */
void dataset_order(uint32_t *order, int count, struct rng *rng);

/* Holds the last `count` training images out: they take the place of the test split. ERROR_USAGE
 * when that would leave none to train on, ERROR_SYSTEM when memory is short. */
bool dataset_hold_out(struct dataset *dataset, int count, struct error *error);

/* Packs `count` samples (1 to LANES) into one block: sample indices[l] goes to lane l of `block`,
 * [SIDE + 2 padding][SIDE + 2 padding][LANES] floats, normalised. Writes the inside only; the
 * border is the caller's to keep at zero. Lanes from `count` on are set to zero. labels[l] gets the
 * labels. */
void dataset_pack(const struct split *split, const uint32_t *indices, int count, int padding,
                  float *block, uint8_t *labels);

/* The same with every image as the augmentation makes it. */
void dataset_pack_augmented(const struct split *split, const uint32_t *indices, int count,
                            int padding, const struct augmentation *augmentation, float *block,
                            uint8_t *labels);

#endif
