/*
 * inside.h -- what studies have found about the network, for panes to draw.
 *
 * Each is the latest finding that there is, with the batches trained before its weights, which may
 * be a little older than what the rest of the frame shows. A made-up one gives the same picture in
 * a test as in the terminal.
 *
 * Ownership: insight.c's; the pointers are valid until its next update. Threads: the main thread
 * alone.
 */
#ifndef TUI_INSIDE_H
#define TUI_INSIDE_H

#include "train/distributions.h"
#include "train/occlusion.h"
#include "train/projection.h"

enum { INSIDE_NEIGHBOURS = 20 };

/* The images on the map that are nearest to one in all values, nearest first. */
struct neighbours {
    int image, count; /* of which; how many, 0: none */
    uint32_t images[INSIDE_NEIGHBOURS];
    float distances[INSIDE_NEIGHBOURS];
};

struct inside {
    const struct occlusion *occlusion; /* of the selected image, or of the drawing as it was a
                                        * moment ago; NULL: none yet, or the sheet is empty */
    const struct projection *map;      /* of the first test images; NULL: none yet */
    struct neighbours neighbours;      /* on the map */
    const float *gradients;            /* [model->parameter_count]; NULL: none yet; on: */
    int gradients_images;              /* so many training images */
    long occlusion_step, map_step, gradients_step;
    struct distributions distributions; /* of moments of the run; more come bit by bit */
};

#endif
