#include "tui/list_keys.h"

#include <stdio.h>

enum { ROW = 10, PAGE = 100 }; /* images, if no grid is shown */

static int step_of(const struct browse *browse, enum key_action action)
{
    const int columns = browse->columns > 0 ? browse->columns : ROW;
    const int page = browse->page > 0 ? browse->page : PAGE;
    const int step = action == KEY_MOVE_UP || action == KEY_MOVE_DOWN             ? columns
                     : action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN ? page
                                                                                  : 1;

    return pane_backward(action) ? -step : step;
}

void list_move(struct frame *frame, enum key_action action)
{
    const bool first = action == KEY_MOVE_HOME, last = action == KEY_MOVE_END;
    const int step = step_of(frame->browse, action);

    if (frame->augmented)
        frame->train_image = first  ? 0
                             : last ? frame->train->count - 1
                                    : pane_wrap(frame->train_image + step, frame->train->count);
    else if (first || last)
        browse_go(frame->browse, first ? 0 : frame->browse->count - 1);
    else
        browse_move(frame->browse, step);
}

bool list_back(struct frame *frame)
{
    if (frame->view != VIEW_SAMPLES || (!frame->augmented && frame->browse->filter != BROWSE_CELL))
        return false;
    if (frame->augmented) {
        frame->augmented = false;
        return true;
    }
    frame->browse->filter = BROWSE_ALL;
    frame_open(frame, VIEW_CONFUSION);
    return true;
}

static void press_order(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    struct browse *browse = frame->browse;

    frame->augmented = false;
    if (frame->confusion->step == 0)
        snprintf(message, PANE_MESSAGE, "Mistakes appear after epoch 1.");
    if (key == 'w')
        browse->worst_first = !browse->worst_first;
    else
        browse->filter = browse->filter == BROWSE_MISTAKES ? BROWSE_ALL : BROWSE_MISTAKES;
}

static void press_augmented(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    (void)key;
    frame->augmented = !frame->augmented && frame->settings->augment != AUGMENT_NONE;
    if (frame->settings->augment == AUGMENT_NONE)
        snprintf(message, PANE_MESSAGE,
                 "This run does not augment its images: start with --augment=affine.");
    else
        snprintf(message, PANE_MESSAGE, "%s",
                 frame->augmented ? "A training image as each epoch augments it. Arrows: other "
                                    "images. a: back."
                                  : "Back to the test images.");
}

const struct pane_key list_keys[] = {
    {{'f'}, "f", "mistakes", "mistakes only, or all", NULL, press_order},
    {{'w'}, "w", "worst", "worst first, or in order", NULL, press_order},
    {{'a'}, "a", "augmented", "training images as each epoch augments them", NULL, press_augmented},
    {.names = NULL},
};
