/*
 * dropout.h -- dropout masks: factors that leave out random values of each sample.
 *
 * Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: A Simple Way to Prevent
 * Neural Networks from Overfitting", 2014, inverted like torch.nn.Dropout: training scales up the
 * remaining values, so evaluation needs no change.
 *
 * Threads: no shared state.
 */
#ifndef NN_DROPOUT_H
#define NN_DROPOUT_H

#include "support/lanes.h"

#include <stddef.h>
#include <stdint.h>

/* Fills mask[count][LANES]: 0 with probability `share`, 0 to 1, else 1 / (1 - share). The seed
 * `noise` and the stream, which differs for each block and layer, determine the mask. */
void dropout_draw(float *mask, int count, double share, uint64_t noise, uint64_t stream);

/* out[i] = in[i] * mask[i] for i below count; out may be in. Returns the mask after them. */
const float *dropout_multiply(const float *mask, const float *in, size_t count, float *out);

#endif
