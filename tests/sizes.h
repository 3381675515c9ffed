/*
 * sizes.h -- sizes of arrays in the tests: what the networks there need, and PyTorch's defaults.
 */
#ifndef SIZES_H
#define SIZES_H

enum {
    MODEL_CHANNELS_MAX = 64,
    MODEL_STATE_MAX = 16384, /* floats of a whole state */
};

/* PyTorch's defaults for BatchNorm2d. */
static const double BATCH_NORM_EPSILON = 1e-5;
static const double BATCH_NORM_MOMENTUM = 0.1;

#endif
