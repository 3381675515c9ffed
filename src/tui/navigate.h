/*
 * navigate.h -- how keys change a frame: the view, the focused pane, the pane's content.
 *
 * This module knows neither the terminal nor the trainer, so a test can press keys on a made-up
 * frame.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_NAVIGATE_H
#define TUI_NAVIGATE_H

#include "tui/keys.h"
#include "tui/term.h"
#include "tui/view.h"

enum { NAVIGATE_MESSAGE = 256 };

/* Applies the key's action to a frame shown in `width` x `height` cells. message gets a text for
 * the user, or "". False if the action is not one of these. */
bool navigate(struct frame *frame, enum key_action action, int width, int height,
              char message[NAVIGATE_MESSAGE]);

/* Applies a mouse event: a press on a view's name opens it; a press on a pane focuses it and
 * selects the item there; the wheel moves the pane under the pointer; on the sheet it draws. */
void navigate_point(struct frame *frame, const struct pointer *pointer, int width, int height,
                    char message[NAVIGATE_MESSAGE]);

/* Opens a view and focuses its first pane. */
void navigate_open(struct frame *frame, enum view view);

#endif
