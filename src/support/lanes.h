/*
 * lanes.h -- the one constant of the data layout that all modules share.
 *
 * Samples are processed in blocks of LANES: an activation is [channel][row][column][LANES] floats,
 * and lane l of every vector is sample l of the block. The layout is the same on every machine;
 * only the kernels care how many lanes fit into a register.
 */
#ifndef SUPPORT_LANES_H
#define SUPPORT_LANES_H

enum { LANES = 16 };

/* The number of blocks for `samples` samples; the last block may be short. */
static inline int lanes_blocks(int samples)
{
    return (samples + LANES - 1) / LANES;
}

#endif
