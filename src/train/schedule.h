/*
 * schedule.h -- how the learning rate goes through a run, batch by batch.
 *
 * With p the share of the run's batches that are done, w the warm-up's share and q = (p - w) /
 * (1 - w) the share of the rest:
 *   none      1
 *   step      1, from q = 1/2 on 0.1, from q = 3/4 on 0.01 (He et al., "Deep Residual Learning for
 *             Image Recognition", 2016, section 4.2: divided by 10 at half and three quarters)
 *   cosine    (1 + cos(pi q)) / 2 (Loshchilov and Hutter, "SGDR", 2017, without restarts)
 *   onecycle  from 1 to 1/250,000 along half a cosine (Smith and Topin, "Super-Convergence", 2018,
 *             in the shape of torch.optim.lr_scheduler.OneCycleLR: start 1/25, end 1/10,000 of it)
 * of the learning rate that is set. In the warm-up it rises to that: linearly from nothing (Goyal
 * et al., "Accurate, Large Minibatch SGD", 2017), with onecycle along half a cosine from 1/25. The
 * momentum stays as it is.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_SCHEDULE_H
#define TRAIN_SCHEDULE_H

#include "train/settings.h"

/* What the learning rate is multiplied by for the batch number `step` of `steps`, from 0. Above 0;
 * behind the run's last batch as for that. */
double schedule_factor(const struct settings *settings, long step, long steps);

#endif
