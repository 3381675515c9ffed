#include "tui/frame.h"

#include <math.h>
#include <stdio.h>

void frame_short_number(char text[8], double number)
{
    if (number >= 999500.0)
        snprintf(text, 8, "%.1fM", fmin(number / 1e6, 9999.0));
    else if (number >= 1000.0)
        snprintf(text, 8, "%.*fk", number < 99950.0 ? 1 : 0, number / 1e3);
    else
        snprintf(text, 8, "%.0f", number);
}

void frame_clock(char text[32], double seconds)
{
    long whole = seconds < 3.6e8 ? lround(seconds) : 0;

    if (whole >= 3600)
        snprintf(text, 32, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        snprintf(text, 32, "%ld:%02ld", whole / 60, whole % 60);
}

void frame_open(struct frame *frame, enum view view)
{
    frame->view = view;
    frame->zoomed = false;
    frame->focus = layout_first_pane(view);
    frame->drawing.dragging = false;
}

void frame_list_cell(struct frame *frame, const struct outcomes *outcomes)
{
    struct cell_images *cell = &frame->cell;

    cell->count = outcomes_of_cell(outcomes, frame->test, frame->true_class, frame->predicted_class,
                                   CELL_IMAGES, cell->images, &cell->inside);
    for (int i = 0; i < cell->count; i++)
        cell->losses[i] = outcomes->losses[cell->images[i]];
}

struct weights *frame_weights(const struct frame *frame)
{
    return frame->past != NULL ? frame->past->weights : frame->weights;
}

long frame_step(const struct frame *frame)
{
    return frame->past != NULL ? frame->past->step : frame->snapshot->step;
}

int frame_epoch(const struct frame *frame)
{
    const struct snapshot *now = frame->snapshot;

    if (frame->past == NULL)
        return now->epoch;
    return frame->past->step > 0 ? (int)((frame->past->step - 1) / now->batches) : 0;
}

const char *frame_test_name(const struct frame *frame)
{
    return snapshot_test_name(frame->snapshot->validates)->brief;
}
