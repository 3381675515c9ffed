/*
 * map.h -- views of feature maps in memory, with or without zeros around them.
 *
 * A layer that pads its input reads maps with a border of zeros; the step that makes them writes
 * only the inside. See struct map in kernels.h.
 *
 * Threads: no shared state.
 */
#ifndef NN_MAP_H
#define NN_MAP_H

#include "nn/kernels.h"
#include "nn/model.h"

/* The number of floats in one block's maps with a border of `border` pixels on every side. A vector
 * is a row of one map, and has no border. */
size_t map_size(struct shape shape, int border);

/* A view of such maps without their border. */
struct map map_inside(float *data, struct shape shape, int border);

/* The same maps with the view extended by `rows` and `columns` on each side; numbers below 0 make
 * it smaller. */
struct map map_grown(struct map map, int rows, int columns);

/* The view of `count` channels from `first` on. */
struct map map_channels(struct map map, int first, int count);

#endif
