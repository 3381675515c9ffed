/*
 * list_keys.h -- the keys of the list of images, which the panes share that show it. It is a list
 * of test images, or of the training images that the epochs augment.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_LIST_KEYS_H
#define TUI_LIST_KEYS_H

#include "tui/frame.h"
#include "tui/tiles.h"

/* The grid of the list in a pane of this size. */
struct tiles list_grid(const struct frame *frame, int width, int height);

/* Remembers the grid that the frame shows on a canvas of this size, for what keys do and for what
 * must be predicted. To be called before what the frame shows is computed. */
void list_fit(const struct frame *frame, const struct canvas *size);

extern const struct pane_key list_keys[];

/* Selects another image: Left and Right the next one, Up and Down that of the next row of the grid,
 * the page keys that of the next page. */
void list_move(struct frame *frame, enum key_action action);

/* Goes back from the training images to the test images, and from the images of a cell to the
 * matrix; false if neither is shown. */
bool list_back(struct frame *frame);

#endif
