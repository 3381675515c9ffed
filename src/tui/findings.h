/*
 * findings.h -- the studies of an insight: which of them a frame needs, and which are there.
 *
 * A part of insight.c. While the weights move, a study is asked for again only some time after its
 * last finding: at most once or twice a second, and so rarely that it takes a fifth of a
 * processor's time at most.
 *
 * Distributions come moment by moment: at each time those are asked for that lie in the widest
 * gaps between the columns that there are, so that all of the run is soon seen, and seen ever
 * better.
 *
 * Threads: the main thread alone.
 */
#ifndef TUI_FINDINGS_H
#define TUI_FINDINGS_H

#include "tui/insight.h"

/* Takes the findings that have come. */
void findings_take(struct insight *insight);

/* Adds the studies that are missing to the question, which has its weights, image and drawing. */
void findings_want(const struct insight *insight, const struct insight_wish *wish,
                   struct question *question);

/* Chooses what is shown of the findings. */
void findings_show(struct insight *insight, const struct insight_wish *wish);

void findings_fini(struct insight *insight);

#endif
