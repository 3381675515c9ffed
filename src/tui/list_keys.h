/*
 * list_keys.h -- the keys of the list of test images, which the panes share that show it.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_LIST_KEYS_H
#define TUI_LIST_KEYS_H

#include "tui/frame.h"

extern const struct pane_key list_keys[];

/* Selects another image: Left and Right the next one, Up and Down that of the next row of the grid,
 * the page keys that of the next page. */
void list_move(struct frame *frame, enum key_action action);

/* Goes back from the training images to the test images, and from the images of a cell to the
 * matrix; false if neither is shown. */
bool list_back(struct frame *frame);

#endif
