/*
 * rule.h -- what a run's settings mean for one batch and for one epoch.
 *
 * All of it depends only on the settings and the progress of the run, so a resumed run reaches the
 * same bits. Threads: no shared state.
 */
#ifndef TRAIN_RULE_H
#define TRAIN_RULE_H

#include "data/augment.h"
#include "nn/net.h"
#include "train/settings.h"

/* How batch `step` of the run, counted from 0, is trained with the learning rate `lr`. */
struct net_rule rule_of_batch(const struct settings *settings, double lr, long step);

/* How the images of an epoch are augmented if settings->augment is AUGMENT_AFFINE. */
struct augmentation rule_of_images(const struct settings *settings, int epoch);

#endif
