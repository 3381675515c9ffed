/*
 * schedule.h -- how the learning rate changes during a run, batch by batch.
 *
 * Let p be the share of the run's batches that are done, w the share of the warm-up, and
 * q = (p - w) / (1 - w) the share done of the rest. The factors of the learning rate are:
 *   none      1
 *   step      1, from q = 1/2 on 0.1, from q = 3/4 on 0.01 (He et al., "Deep Residual Learning for
 *             Image Recognition", 2016, section 4.2: divided by 10 at half and three quarters)
 *   cosine    (1 + cos(pi q)) / 2 (Loshchilov and Hutter, "SGDR", 2017, without restarts)
 *   onecycle  from 1 to 1/250,000 along half a cosine (Smith and Topin, "Super-Convergence", 2018,
 *             in the shape of torch.optim.lr_scheduler.OneCycleLR: start 1/25, end 1/10,000 of it)
 * In the warm-up the factor rises to 1: linearly from 0 (Goyal et al., "Accurate, Large Minibatch
 * SGD", 2017), or with onecycle along half a cosine from 1/25. The momentum does not change.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_SCHEDULE_H
#define TRAIN_SCHEDULE_H

#include "train/settings.h"

/* The factor of the learning rate for batch `step` of `steps`, counted from 0. Always above 0.
 * After the run's last batch it is that of the last batch. */
double schedule_factor(const struct settings *settings, long step, long steps);

#endif
