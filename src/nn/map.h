/*
 * map.h -- views of feature maps in memory, with zeros around them or without.
 *
 * A layer that pads its input reads maps that have a border of zeros; the step that makes them
 * writes the inside alone. See struct map in kernels.h.
 *
 * Threads: no shared state.
 */
#ifndef NN_MAP_H
#define NN_MAP_H

#include "nn/kernels.h"
#include "nn/model.h"

/* Floats that maps of one block take with `border` more pixels on every side. A vector is a row of
 * one map, and has no border. */
size_t map_size(struct shape shape, int border);

/* A view of such maps without their border. */
struct map map_inside(float *data, struct shape shape, int border);

/* The same maps with `rows` and `columns` of what is around them on each side made part of the
 * view; less than 0 makes it smaller. */
struct map map_grown(struct map map, int rows, int columns);

/* The view of `count` of the channels from `first` on. */
struct map map_channels(struct map map, int first, int count);

#endif
