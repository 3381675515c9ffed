#include "tui/list_keys.h"

#include "support/number.h"
#include "tui/screen.h"

#include <stdio.h>

enum { ROW = 10, PAGE = 100 }; /* images, if no grid is shown */

struct tiles list_grid(const struct frame *frame, int width, int height)
{
    const int count = frame->augmented ? frame->train->count : frame->browse->count;

    return tiles_lay_out(width - 2, height - 2, count);
}

void list_fit(const struct frame *frame, const struct canvas *size)
{
    struct browse *browse = frame->browse;
    struct layout layout;

    screen_layout(&layout, frame, size->width, size->height);
    const struct place *place = layout_find(&layout, PANE_THUMBS);
    browse->columns = browse->page = 0;
    if (place == NULL)
        return;
    const struct tiles tiles = list_grid(frame, place->width, place->height);
    browse->columns = tiles.columns;
    browse->page = tiles_room(&tiles);
}

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
    if (key == 'w')
        browse->worst_first = !browse->worst_first;
    else
        browse->filter = browse->filter == BROWSE_MISTAKES ? BROWSE_ALL : BROWSE_MISTAKES;
    if (frame->confusion->step == 0)
        snprintf(message, PANE_MESSAGE, "Mistakes appear after epoch 1.");
    else
        snprintf(message, PANE_MESSAGE, "%s, %s.",
                 browse->filter == BROWSE_MISTAKES ? "Mistakes"
                 : browse->filter == BROWSE_CELL   ? "Images of the cell"
                                                   : "All images",
                 browse->worst_first ? "worst first" : "in order");
}

/* Goes to the image with a number, among all images if the list lacks it. */
static void go_to(struct frame *frame, const char *text, char message[PANE_MESSAGE])
{
    const int count = frame->augmented ? frame->train->count : frame->test->count;
    uint64_t number;

    if (!number_read_whole(text, 0, (uint64_t)count - 1, &number)) {
        snprintf(message, PANE_MESSAGE, "That is not a number from 0 to %d: %s", count - 1, text);
        return;
    }
    if (frame->augmented) {
        frame->train_image = (int)number;
        return;
    }
    const int place = browse_find(frame->browse, (int)number);
    if (place >= 0)
        browse_go(frame->browse, place);
    else
        browse_show(frame->browse, (int)number);
}

static void press_number(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    (void)key, (void)message;
    prompt_open(&frame->prompt, "Image number: ", go_to);
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
    {{'/'}, "/", "go to", "go to the image with a number", NULL, press_number},
    {.names = NULL},
};
