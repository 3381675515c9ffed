/*
 * model_write.h -- networks back as text: as PyTorch prints them, and in short.
 *
 * Both forms read back as the same network. The texts are to be released with free(); NULL with
 * ERROR_SYSTEM when memory is short. The layers must have been derived. Any thread may call these.
 */
#ifndef NN_MODEL_WRITE_H
#define NN_MODEL_WRITE_H

#include "nn/model.h"

#include <stdio.h>

/* What print(model) writes in PyTorch for the same layers in nn.Sequential, without a newline at
 * the end; AvgPool2d's count_include_pad=False, which PyTorch does not print, comes with it. It is
 * the canonical text. */
char *model_write_torch(const struct layer *layers, int count, struct error *error);

/* The shortest text of the language: "8 12 M 16 16 16 14". */
char *model_write_short(const struct layer *layers, int count, int classes, struct error *error);

/* Writes one layer as a call of PyTorch's class, without what is the default:
 * Conv2d(1, 4, 3, padding=1, bias=False). */
void model_write_call(FILE *file, const struct layer *layer);

#endif
