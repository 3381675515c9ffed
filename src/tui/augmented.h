/*
 * augmented.h -- the selected training image as the epochs augment it.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_AUGMENTED_H
#define TUI_AUGMENTED_H

#include "tui/frame.h"

/* Draws the image as it is in the file and, from the present epoch on, as each epoch augments it;
 * from earlier epochs on if there is room for more than are left. */
void augmented_draw(const struct frame *frame, struct canvas *canvas);

#endif
