#include "tui/replay.h"

enum {
    FASTER = 4,   /* from one speed to the next */
    FASTEST = 16, /* times the slowest speed */
    STRIDE = 4,   /* moments in a step at the fastest speed, as a screen has its limits */
};

static const double SLOWEST = 0.5; /* seconds a moment */

/* Shows a moment unless the present is not older; NULL is the present. */
static void show(struct frame *frame, const struct moment *moment)
{
    frame->past = moment != NULL && moment->step < frame->snapshot->step ? moment : NULL;
}

bool replay_move(struct frame *frame, int direction)
{
    const long step = frame_step(frame);
    const struct moment *to = direction < 0 ? timeline_before(frame->timeline, step)
                                            : timeline_behind(frame->timeline, step);

    if (to == NULL && direction < 0)
        return false;
    show(frame, to);
    return true;
}

bool replay_move_epoch(struct frame *frame, int direction)
{
    const struct moment *to = NULL;
    long step = frame_step(frame);

    do {
        to = direction < 0 ? timeline_before(frame->timeline, step)
                           : timeline_behind(frame->timeline, step);
        step = to != NULL ? to->step : step;
    } while (to != NULL && to->step > 0 && !to->epoch_end);
    if (to == NULL && direction < 0)
        return replay_first(frame);
    show(frame, to);
    return true;
}

bool replay_first(struct frame *frame)
{
    if (frame->timeline->count == 0 || frame->timeline->moments[0].step >= frame->snapshot->step)
        return false;
    frame->past = &frame->timeline->moments[0];
    return true;
}

void replay_live(struct frame *frame)
{
    frame->past = NULL;
    frame->playing = 0;
}

void replay_play(struct frame *frame)
{
    frame->playing = frame->playing == 0         ? 1
                     : frame->playing >= FASTEST ? 0
                                                 : frame->playing * FASTER;
}

double replay_seconds(const struct frame *frame)
{
    return frame->playing == FASTEST ? SLOWEST * STRIDE / FASTEST : SLOWEST / frame->playing;
}

void replay_step(struct frame *frame)
{
    for (int i = 0; i < (frame->playing == FASTEST ? STRIDE : 1) && frame->past != NULL; i++)
        replay_move(frame, 1);
    if (frame->past == NULL)
        frame->playing = 0;
}

long replay_batch(const struct frame *frame)
{
    return frame->past->step - (long)frame_epoch(frame) * frame->snapshot->batches;
}
