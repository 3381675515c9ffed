#include "train/board.h"

#include "support/memory.h"

#include <pthread.h>
#include <stdlib.h>

struct board {
    pthread_mutex_t mutex; /* guards the rest */
    long number;           /* of the latest snapshot, from 1 */
    struct snapshot snapshot;
    struct weights *weights; /* held; NULL: none were published */
    struct outcomes outcomes;
};

struct board *board_new(int tests, struct error *error)
{
    struct board *board = memory_new(1, sizeof *board, error);

    if (board == NULL)
        return NULL;
    pthread_mutex_init(&board->mutex, NULL);
    if (outcomes_init(&board->outcomes, tests, error))
        return board;
    board_free(board);
    return NULL;
}

void board_free(struct board *board)
{
    if (board == NULL)
        return;
    weights_drop(board->weights);
    outcomes_fini(&board->outcomes);
    pthread_mutex_destroy(&board->mutex);
    free(board);
}

void board_publish(struct board *board, const struct snapshot *snapshot, struct weights *weights)
{
    struct weights *before = NULL;

    pthread_mutex_lock(&board->mutex);
    board->snapshot = *snapshot;
    board->number++;
    if (weights != NULL) {
        before = board->weights;
        board->weights = weights_hold(weights);
    }
    pthread_mutex_unlock(&board->mutex);
    weights_drop(before);
}

void board_publish_outcomes(struct board *board, const struct evaluation *evaluation, long step)
{
    pthread_mutex_lock(&board->mutex);
    outcomes_take(&board->outcomes, evaluation, step);
    pthread_mutex_unlock(&board->mutex);
}

bool board_read(struct board *board, struct snapshot *snapshot, struct weights **weights,
                long *seen)
{
    struct weights *before = NULL;

    pthread_mutex_lock(&board->mutex);
    const bool fresh = board->number != *seen;
    if (fresh) {
        *snapshot = board->snapshot;
        *seen = board->number;
    }
    if (fresh && weights != NULL) {
        before = *weights;
        *weights = weights_hold(board->weights);
    }
    pthread_mutex_unlock(&board->mutex);
    weights_drop(before);
    return fresh;
}

bool board_read_outcomes(struct board *board, struct outcomes *outcomes, long *seen)
{
    pthread_mutex_lock(&board->mutex);
    const bool fresh = board->outcomes.step != *seen;
    if (fresh) {
        outcomes_copy(outcomes, &board->outcomes);
        *seen = board->outcomes.step;
    }
    pthread_mutex_unlock(&board->mutex);
    return fresh;
}

enum snapshot_state board_state(struct board *board)
{
    pthread_mutex_lock(&board->mutex);
    const enum snapshot_state state = board->snapshot.state;
    pthread_mutex_unlock(&board->mutex);
    return state;
}
