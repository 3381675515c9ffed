/*
 * limits.h -- sizes that some modules still rely on: what the five oldest networks need.
 *
 * Nothing new may use these. A module that learns to work for every network takes its line away.
 */
#ifndef NN_LIMITS_H
#define NN_LIMITS_H

enum {
    MODEL_CHANNELS_MAX = 64,
    MODEL_FEATURES_MAX = 1024,
    MODEL_STATE_MAX = 16384, /* floats of a whole state */
};

/* PyTorch's defaults for BatchNorm2d. */
static const double BATCH_NORM_EPSILON = 1e-5;
static const double BATCH_NORM_MOMENTUM = 0.1;

#endif
