/*
 * dropout.h -- factors that leave out some of the values of each sample, others each time.
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

#include <stddef.h>
#include <stdint.h>

/* Fills mask[count][LANES]: 0 with the probability `share`, 0 to 1, else 1 / (1 - share). The same
 * noise and stream, which is another for each block and layer, give the same mask. */
void dropout_draw(float *mask, int count, double share, uint64_t noise, uint64_t stream);

/* out[i] = in[i] * mask[i] for i below count; out may be in. Returns the mask after them. */
const float *dropout_multiply(const float *mask, const float *in, size_t count, float *out);

#endif
