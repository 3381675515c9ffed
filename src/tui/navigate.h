/*
 * navigate.h -- how keys and the mouse change a frame: the view, the focused pane, the pane's
 * content.
 *
 * This module knows neither the terminal nor the trainer, so a test can press keys on a made-up
 * frame.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_NAVIGATE_H
#define TUI_NAVIGATE_H

#include "tui/frame.h"

/* Presses a key (see term.h) on a frame shown in `width` x `height` cells. message gets a text for
 * the user, or "". False if the key does nothing to a frame. */
bool navigate(struct frame *frame, int key, int width, int height, char message[PANE_MESSAGE]);

/* Applies a mouse event: a press on a view's name opens it; a press on a pane focuses it and
 * selects the item there; the wheel moves the pane under the pointer; on the sheet it draws. */
void navigate_point(struct frame *frame, const struct pointer *pointer, int width, int height,
                    char message[PANE_MESSAGE]);

#endif
