/*
 * loss.h -- log-softmax and negative log-likelihood of one block of samples.
 *
 * For logits z and label y: loss = log(sum over k of exp(z_k)) - z_y. Its gradient with respect to
 * z_k is softmax(z)_k - [k = y] (Goodfellow, Bengio and Courville, "Deep Learning", 2016, section
 * 6.2.2.3). Label smoothing s spreads the share s of the one-hot target evenly over all K classes
 * (Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016, section 7;
 * like torch.nn.CrossEntropyLoss): the loss is the cross entropy with the target (1 - s) [k = y] +
 * s / K. Computed in double: a block has 160 exponentials, compared with about 30 million
 * multiply-adds.
 *
 * Threads: no shared state.
 */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include "support/lanes.h"

#include <stdint.h>

/* For lanes [0, count) of logits[classes][LANES]: the losses against `labels` with `smoothing` in
 * [0, 1), and the predictions, each the first class with the largest logit. */
void loss_forward(const float *logits, int classes, const uint8_t *labels, int count,
                  double smoothing, double *losses, uint8_t *predictions);

/* The class that came second in a lane of the logits: the first with the largest logit among those
 * other than `first`. There must be two classes. */
int loss_second(const float *logits, int classes, int lane, int first);

/* gradient[classes][LANES] = scale * (softmax - target); zero in lanes from `count` on. */
void loss_backward(const float *logits, int classes, const uint8_t *labels, int count,
                   double smoothing, double scale, float *gradient);

/* Computes the log softmax: logarithms[classes][LANES]. */
void loss_log_softmax(const float *logits, int classes, float *logarithms);

/* Computes the softmax of one lane: probabilities[classes]. */
void loss_softmax(const float *logits, int classes, int lane, float *probabilities);

#endif
