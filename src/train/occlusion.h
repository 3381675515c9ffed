/*
 * occlusion.h -- which parts of an image the network looks at: how much the probability of a class
 * falls when a patch of the image is blanked.
 *
 * Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014, section
 * 4.2. A square patch is centred at each pixel in turn and set to the background, pixel 0 before
 * normalising; what of it lies outside of the image is cut off. Its side is 5 of 28 pixels of the
 * image's shorter side, odd, at least 3. A large image has patches at every `stride` rows and
 * columns, so that there are at most OCCLUSION_PATCHES; the values between them are interpolated.
 * Patches that cover only background change nothing and are not evaluated.
 *
 * An occlusion is computed in small steps, a block of patches each, so that its thread can look up
 * between two.
 *
 * Ownership: occlusion_free releases it. Threads: it belongs to one thread at a time.
 */
#ifndef TRAIN_OCCLUSION_H
#define TRAIN_OCCLUSION_H

#include "train/evaluate.h"

enum {
    OCCLUSION_PATCHES = 1024, /* at most */
    OCCLUSION_CLASS_READ = -1,
};

struct occlusion {
    int height, width;
    int patch;         /* side of the square, in pixels */
    int stride;        /* between two centres, in pixels */
    int class;         /* whose probability it is */
    int predicted;     /* what the whole image is read as */
    float probability; /* of the class for the whole image */
    float *heat;       /* [height][width] in [-1, 1]; above 0: blanking lowers the probability */

    /* The rest is occlusion.c's. */
    struct split blanked; /* a block of blanked images, and the whole one */
    const uint8_t *image; /* [height][width], after the blanked ones */
    int rows, columns;    /* of centres */
    int next;             /* centre to evaluate; -1: the whole image comes first */
    float *drops;         /* [rows][columns] */
    float *probabilities; /* [LANES][classes] */
};

/* Prepares the occlusion of image[height][width], which is copied, as an image of the split. With
 * OCCLUSION_CLASS_READ the class is the one that the image is read as. NULL with ERROR_SYSTEM if
 * memory is short. */
struct occlusion *occlusion_new(const struct split *split, const uint8_t *image, int class,
                                struct error *error);
void occlusion_free(struct occlusion *occlusion);

/* Computes the next block with the weights that the evaluator has, the same for all blocks. False
 * when the heat is complete. */
bool occlusion_continue(struct occlusion *occlusion, struct evaluator *evaluator);

#endif
