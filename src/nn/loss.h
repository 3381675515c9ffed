/*
 * loss.h -- log-softmax and negative log-likelihood of one block of samples.
 *
 * For logits z and label y: loss = log(sum over k of exp(z_k)) - z_y, and its gradient by z_k is
 * softmax(z)_k - [k = y] (Goodfellow, Bengio and Courville, "Deep Learning", 2016,
 * section 6.2.2.3). With label smoothing s the one-hot target gives s of its weight to all K
 * classes alike (Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016,
 * section 7; as torch.nn.CrossEntropyLoss has it): the loss is the cross entropy against (1 - s)
 * [k = y] + s / K. Computed in double: a block has 160 exponentials, next to some 30 million
 * multiply-adds.
 *
 * Threads: no shared state.
 */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include "support/lanes.h"

#include <stdint.h>

/* For lanes [0, count): losses[l], with `smoothing` of 0 to below 1, and predictions[l], the first
 * class with the largest logit, of logits[classes][LANES] against labels[l]. */
void loss_forward(const float *logits, int classes, const uint8_t *labels, int count,
                  double smoothing, double *losses, uint8_t *predictions);

/* gradient[classes][LANES] = scale * (softmax - target); zero in lanes from `count` on. */
void loss_backward(const float *logits, int classes, const uint8_t *labels, int count,
                   double smoothing, double scale, float *gradient);

/* logarithms[classes][LANES] of the softmax. */
void loss_log_softmax(const float *logits, int classes, float *logarithms);

/* probabilities[classes] of one lane. */
void loss_softmax(const float *logits, int classes, int lane, float *probabilities);

#endif
