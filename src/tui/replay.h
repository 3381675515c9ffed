/*
 * replay.h -- goes through the stored moments of the run: the frame shows its weights, samples and
 * everything computed from these as they were then, while training goes on.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_REPLAY_H
#define TUI_REPLAY_H

#include "tui/frame.h"

/* Shows the next older moment (direction -1) or newer one (1); beyond the newest, the present.
 * False if no older one is stored. */
bool replay_move(struct frame *frame, int direction);

/* The same by ends of epochs. */
bool replay_move_epoch(struct frame *frame, int direction);

/* Shows the oldest moment; the present. */
bool replay_first(struct frame *frame);
void replay_live(struct frame *frame);

/* Plays from the moment shown on, faster with each call: once, four times, sixteen times; then
 * stops. */
void replay_play(struct frame *frame);

/* Seconds from one step of playing to the next; and one step. At the present, playing stops. */
double replay_seconds(const struct frame *frame);
void replay_step(struct frame *frame);

/* Batches done in the epoch of the moment shown; 0: the start. */
long replay_batch(const struct frame *frame);

#endif
