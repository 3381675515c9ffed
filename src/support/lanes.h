/*
 * lanes.h -- the one constant of the data layout that all parts share.
 *
 * Samples travel in blocks of LANES: an activation is [channel][row][column][LANES] floats, and
 * lane l of every vector is sample l of the block. The layout is the same on every machine; how
 * many lanes fit a register is the affair of the kernels alone.
 */
#ifndef SUPPORT_LANES_H
#define SUPPORT_LANES_H

enum { LANES = 16 };

/* Blocks that hold `samples` samples; the last may be short. */
static inline int lanes_blocks(int samples)
{
    return (samples + LANES - 1) / LANES;
}

#endif
