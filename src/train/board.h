/*
 * board.h -- what the trainer shows to the rest of the program: the latest snapshot, the weights
 * that belong to it, and the outcomes of the latest test pass.
 *
 * One mutex guards all of it. Nobody waits for a reader or the trainer: a snapshot is copied, and
 * weights are only held (see weights.h).
 *
 * Ownership: board_free releases what board_new made; weights that readers hold stay. Threads: the
 * trainer's writes, any may read.
 */
#ifndef TRAIN_BOARD_H
#define TRAIN_BOARD_H

#include "train/outcomes.h"
#include "train/snapshot.h"
#include "train/weights.h"

struct board;

/* An empty board, for outcomes of `tests` images. NULL with ERROR_SYSTEM when memory is short. */
struct board *board_new(int tests, struct error *error);
void board_free(struct board *board);

/* Shows a copy of the snapshot, and holds the weights; with NULL the earlier ones stay. */
void board_publish(struct board *board, const struct snapshot *snapshot, struct weights *weights);

/* Shows the outcomes of a whole test pass. Do so before the snapshot that tells of the pass, so
 * that readers of that one find them. */
void board_publish_outcomes(struct board *board, const struct evaluation *evaluation, long step);

/* As trainer_read and trainer_read_outcomes. */
bool board_read(struct board *board, struct snapshot *snapshot, struct weights **weights,
                long *seen);
bool board_read_outcomes(struct board *board, struct outcomes *outcomes, long *seen);

/* The state of the latest snapshot. */
enum snapshot_state board_state(struct board *board);

#endif
