/*
 * needs.h -- the net that a run trains, and whether there is memory for it.
 *
 * Threads: no shared state.
 */
#ifndef TRAIN_NEEDS_H
#define TRAIN_NEEDS_H

#include "nn/net.h"
#include "train/settings.h"

/* The net of a run on so many images: a batch larger than the data is a batch of all of it. */
struct net_options needs_net(const struct settings *settings, int images);

/* The threads that can have work, at most `threads`: a step of a batch is shared by block and, with
 * more threads than blocks, by channel. */
int needs_threads(const struct model *model, const struct settings *settings, int images,
                  int threads);

/* Sets *bytes to what training with so many threads takes: the net, the weights that it starts with
 * and those that are tested and shown. False with ERROR_SYSTEM when memory is short. */
bool needs_memory(const struct model *model, const struct settings *settings, int images,
                  int threads, size_t *bytes, struct error *error);

/* Whether this process can have as much; if not, ERROR_SYSTEM with a sentence that names the
 * largest layer, the figures and --batch-size. */
bool needs_check(const struct model *model, const struct settings *settings, int images,
                 int threads, struct error *error);

#endif
