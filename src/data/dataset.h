/*
 * dataset.h -- a data set in MNIST's form: two splits of grey images of one size, with labels.
 *
 * Loads a data set, computes its statistics, shuffles it for an epoch, and packs samples into lane
 * blocks. A loaded data set does not change, so any thread may read it.
 */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "data/augment.h"
#include "data/classes.h"
#include "data/source.h"
#include "support/error.h"
#include "support/rng.h"

#include <stddef.h>
#include <stdint.h>

enum {
    DATASET_SIDE_MIN = 4, /* rows or columns of an image */
    DATASET_SIDE_MAX = 256,
    DATASET_PIXELS_MAX = DATASET_SIDE_MAX * DATASET_SIDE_MAX,
    DATASET_SPLIT_MAX = 1 << 24, /* images; so every count fits into an int */
    MNIST_SIDE = 28,             /* what files say nothing of is MNIST's */
    MNIST_CLASSES = 10,
};

struct split {
    int count;             /* images, 1 to DATASET_SPLIT_MAX */
    int height, width;     /* DATASET_SIDE_MIN to DATASET_SIDE_MAX */
    int classes;           /* 2 to CLASSES_MAX */
    uint8_t *images;       /* [count][height][width], 0 black to 255 white */
    uint8_t *labels;       /* [count], 0 to classes - 1 */
    float mean, deviation; /* of pixel / 255, for normalising */
};

struct dataset {
    struct split train, test;
    struct classes classes;
    double mean, deviation; /* of pixel / 255 of the training images, rounded to four decimals; the
                             * deviation of images of one grey is 1 */
    uint64_t checksum;      /* of all images and labels */
};

struct moments {
    double min, max, mean;
    double variance; /* unbiased, like torch.var; the standard deviation is its square root */
};

struct statistics {
    struct moments pixels; /* of pixel / 255, in float as torchvision's ToTensor computes it */
    struct moments inputs; /* of the network's inputs: dataset_normalize() */
    int images_of_class[CLASSES_MAX];
};

/* Reads the source's files. The classes are the source's or those of the file `classes`; NULL: as
 * source.h finds them, else as many as the largest training label asks for, at least 2. EMNIST's
 * images, which lie on their side, are turned. Images are normalised by the data set's own mean and
 * deviation. ERROR_DATA if a file is missing or invalid, or two do not fit together; ERROR_SYSTEM
 * if reading fails. On failure *dataset needs no dataset_fini. */
bool dataset_load(struct dataset *dataset, const struct source *source, const char *classes,
                  struct error *error);

void dataset_fini(struct dataset *dataset);

/* Makes a network for `count` classes usable: data whose classes have no names may have more than
 * the labels tell. False if the classes are others. */
bool dataset_set_classes(struct dataset *dataset, int count);

/* Sets how both splits are normalised from now on; the deviation is above 0. A mean of 0 and a
 * deviation of 1 leave pixel / 255. */
void dataset_set_normalization(struct dataset *dataset, double mean, double deviation);

/* Pixels of an image of the split. */
size_t split_pixels(const struct split *split);

/* Image i of the split: [height][width]. */
const uint8_t *split_image(const struct split *split, uint32_t i);

/* The network's input for a pixel of the split: (pixel / 255 - mean) / deviation, in float as
 * torchvision's ToTensor and Normalize compute it. */
float dataset_normalize(const struct split *split, uint8_t pixel);

void dataset_statistics(const struct split *split, struct statistics *statistics);

/* Fills pixels[height][width] with the mean of the split's images, rounded. ERROR_SYSTEM if memory
 * is short. */
bool dataset_mean_image(const struct split *split, uint8_t *pixels, struct error *error);

/* Fills order[count] with 0..count-1, shuffled by the Fisher-Yates method unless rng is NULL. */
void dataset_order(uint32_t *order, int count, struct rng *rng);

/* Holds out the last `count` training images: they replace the test split. ERROR_USAGE if that
 * would leave none to train on, ERROR_SYSTEM if memory is short. */
bool dataset_hold_out(struct dataset *dataset, int count, struct error *error);

/* Packs `count` samples (1 to LANES), normalised, into one block of
 * [height + 2 padding][width + 2 padding][LANES] floats: sample indices[l] goes to lane l. Writes
 * only the inside; the caller keeps the border at zero. Lanes from `count` on are set to zero.
 * labels[l] receives the label of lane l. */
void dataset_pack(const struct split *split, const uint32_t *indices, int count, int padding,
                  float *block, uint8_t *labels);

/* The same, with augmented images. */
void dataset_pack_augmented(const struct split *split, const uint32_t *indices, int count,
                            int padding, const struct augmentation *augmentation, float *block,
                            uint8_t *labels);

#endif
