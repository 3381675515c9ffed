/*
 * sample_networks.h -- networks to test with: the shelf, texts that reach each way that an op has,
 * and random ones.
 *
 * The random texts mix every kind of layer with any sizes, strides, paddings and groups. They come
 * from a generator with a fixed seed, so that they are the same for everyone; each is valid, and
 * small enough to be computed by a twin.
 *
 * Threads: no shared state.
 */
#ifndef SAMPLE_NETWORKS_H
#define SAMPLE_NETWORKS_H

enum {
    SAMPLE_TEXT_SIZE = 1024,
    SAMPLE_RANDOM_COUNT = 32,
    SAMPLE_SEED = 1, /* of the initial weights that PyTorch is given */
};

/* The i-th text that reaches some way of an op, and which; NULL past the last. */
const char *sample_branch(int i);
const char *sample_branch_purpose(int i);

/* Writes the i-th random text. */
void sample_random(int i, char text[SAMPLE_TEXT_SIZE]);

#endif
