/*
 * rule.h -- what a run's settings say of one batch and of one epoch.
 *
 * All of it depends on the settings and on where the run stands alone, so that a run that is
 * resumed goes on to the same bits. Threads: no shared state.
 */
#ifndef TRAIN_RULE_H
#define TRAIN_RULE_H

#include "data/augment.h"
#include "nn/net.h"
#include "train/settings.h"

/* How the batch number `step` of the run, from 0, is trained with the learning rate `lr`. */
struct net_rule rule_of_batch(const struct settings *settings, double lr, long step);

/* What is done to the images of an epoch where settings->augment is AUGMENT_AFFINE. */
struct augmentation rule_of_images(const struct settings *settings, int epoch);

#endif
