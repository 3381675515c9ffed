/*
 * dataset.h -- a data set in MNIST's form: two splits of 28x28 grey images with labels 0 to 9.
 *
 * Loads a data set, computes its statistics, shuffles it for an epoch, and packs samples into lane
 * blocks. A loaded data set does not change, so any thread may read it.
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
    DATASET_SPLIT_MAX = 1 << 24, /* images; so every count fits into an int */
};

struct split {
    int count;             /* images, 1 to DATASET_SPLIT_MAX */
    uint8_t *images;       /* [count][DATASET_SIDE][DATASET_SIDE], 0 black to 255 white */
    uint8_t *labels;       /* [count], 0 to DATASET_CLASSES - 1 */
    float mean, deviation; /* of pixel / 255, for normalising; MNIST's after loading */
};

struct dataset {
    struct split train, test;
    uint64_t checksum; /* of all images and labels */
};

struct moments {
    double min, max, mean;
    double variance; /* unbiased, like torch.var; the standard deviation is its square root */
};

struct statistics {
    struct moments pixels; /* of pixel / 255, in float as torchvision's ToTensor computes it */
    struct moments inputs; /* of the network's inputs: dataset_normalize() */
    int images_of_class[DATASET_CLASSES];
};

/* The name of file i of the four in a data set's directory, counted from 0; NULL after the last. */
const char *dataset_file(int i);

/* Reads the four files from `directory`. ERROR_DATA if a file is missing or invalid, ERROR_SYSTEM
 * if reading fails; on failure *dataset needs no dataset_fini. */
bool dataset_load(struct dataset *dataset, const char *directory, struct error *error);

void dataset_fini(struct dataset *dataset);

/* Sets how both splits are normalised from now on; the deviation is above 0. A mean of 0 and a
 * deviation of 1 leave pixel / 255. */
void dataset_set_normalization(struct dataset *dataset, double mean, double deviation);

/* The network's input for a pixel of the split: (pixel / 255 - mean) / deviation, in float as
 * torchvision's ToTensor and Normalize compute it. */
float dataset_normalize(const struct split *split, uint8_t pixel);

void dataset_statistics(const struct split *split, struct statistics *statistics);

/* Fills order[count] with 0..count-1, shuffled by the Fisher-Yates method unless rng is NULL. */
void dataset_order(uint32_t *order, int count, struct rng *rng);

/* Holds out the last `count` training images: they replace the test split. ERROR_USAGE if that
 * would leave none to train on, ERROR_SYSTEM if memory is short. */
bool dataset_hold_out(struct dataset *dataset, int count, struct error *error);

/* Packs `count` samples (1 to LANES), normalised, into one block of
 * [SIDE + 2 padding][SIDE + 2 padding][LANES] floats: sample indices[l] goes to lane l. Writes only
 * the inside; the caller keeps the border at zero. Lanes from `count` on are set to zero. labels[l]
 * receives the label of lane l. */
void dataset_pack(const struct split *split, const uint32_t *indices, int count, int padding,
                  float *block, uint8_t *labels);

/* The same, with augmented images. */
void dataset_pack_augmented(const struct split *split, const uint32_t *indices, int count,
                            int padding, const struct augmentation *augmentation, float *block,
                            uint8_t *labels);

#endif
