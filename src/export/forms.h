/*
 * forms.h -- the forms in which a trained network leaves the program; each has a file of its own,
 * and export.c the table of them.
 *
 * A writer writes the whole file. False with errno if memory is short; the caller checks the FILE
 * for errors of writing. Threads: no shared state.
 */
#ifndef EXPORT_FORMS_H
#define EXPORT_FORMS_H

#include "export/graph.h"

#include <stdio.h>

/* ONNX: opset 13, IR version 7. Input `image`, [N, 1, rows, columns]; output `probabilities`, [N,
 * classes]. */
bool onnx_write(FILE *file, const struct graph *graph);

/* A Python module with the network in PyTorch, which tests it when it is run. */
bool pytorch_write(FILE *file, const struct graph *graph);

/* One C99 file that computes the network in float. */
bool c_write(FILE *file, const struct graph *graph);

/* JSON with the layers, shapes and weights; the manual describes it. */
bool json_write(FILE *file, const struct graph *graph);

#endif
