/*
 * summary.h -- a network as torchsummary's table.
 *
 * Any thread may call these.
 */
#ifndef NN_SUMMARY_H
#define NN_SUMMARY_H

#include "nn/model.h"

/* One line of the table, of a layer from 0. */
struct summary_row {
    char type[32];       /* "Conv2d-1" */
    char shape[48];      /* "[-1, 4, 28, 28]" */
    char parameters[16]; /* "2,880" */
};
void summary_row(const struct model *model, int layer, struct summary_row *row);

/* Sizes as estimated by torchsummary, in MB of 2^20 bytes. */
struct summary_sizes {
    double input, activations, parameters, total;
};
void summary_sizes(const struct model *model, struct summary_sizes *sizes);

/* Writes a number with thousands separators: "9,902". */
void summary_thousands(char *text, size_t size, size_t number);

#endif
