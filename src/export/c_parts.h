/*
 * c_parts.h -- what the C files of networks have in common, whatever they compute with: the comment
 * at their beginning, the descriptions of layers, the buffers, and the program for pictures.
 *
 * Weights and layers are numbered as the graph's ops. The network's values go from one of two
 * buffers to the other; an activation stays where it is. Threads: no shared state.
 */
#ifndef EXPORT_C_PARTS_H
#define EXPORT_C_PARTS_H

#include "export/graph.h"

#include <stdio.h>

/* The two buffers, a and b: the values that each must hold, and which has the present ones. */
struct c_buffers {
    size_t size[2];
    int current;
};

/* The buffers of a graph, with the input in a. */
struct c_buffers c_buffers_of(const struct graph *graph);

/* The name of the buffer with the present values, or of the other one. */
const char *c_buffer_name(const struct c_buffers *buffers, bool other);

/* The comment: what the network is, how to call it, and its classes; then the includes.
 * `arithmetic` is a sentence on what it computes with, `bytes` the size of its buffers. */
void c_write_head(FILE *file, const struct graph *graph, const char *arithmetic, size_t bytes);

/* struct layer, if an op needs it. */
void c_write_struct(FILE *file, const struct graph *graph);

/* The op's struct layer, or a comment if it needs none. */
void c_write_layer(FILE *file, int number, const struct layer *layer);

/* The prototype and the first line of NAME_predict. */
void c_write_begin(FILE *file, const struct graph *graph);

/* window(), if an op pools with windows, and max_pool2d() for values of a type, if one needs it. */
void c_write_max_pool(FILE *file, const struct graph *graph, const char *type);

/* softmax(), which every network ends with. */
void c_write_softmax(FILE *file);

/* The program under #ifdef NAME_MAIN. */
void c_write_main(FILE *file, const struct graph *graph);

#endif
