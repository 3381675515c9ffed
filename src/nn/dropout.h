/*
 * dropout.h -- leaves out some of the features of each sample, others each time.
 *
 * Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: A Simple Way to Prevent
 * Neural Networks from Overfitting", 2014, inverted as torch.nn.Dropout has it: what is left is
 * scaled up in training, and nothing has to be done in evaluation.
 *
 * Threads: no shared state.
 */
#ifndef NN_DROPOUT_H
#define NN_DROPOUT_H

#include "support/lanes.h"

#include <stdint.h>

/* Fills mask[features][LANES] for one block of a batch: 0 with the probability `share`, 0 to below
 * 1, else 1 / (1 - share). The same noise and block give the same mask. */
void dropout_draw(float *mask, int features, double share, uint64_t noise, int block);

/* Multiplies features, or their gradient, [features][LANES] by the mask, in place. */
void dropout_apply(const float *mask, int features, float *values);

#endif
