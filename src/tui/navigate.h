/*
 * navigate.h -- what keys change in a frame: the view, which pane has the keys, what it shows.
 *
 * Nothing here knows of the terminal or the trainer, so a test presses keys on a frame made by
 * hand.
 *
 * Threads: the main thread alone.
 */
#ifndef TUI_NAVIGATE_H
#define TUI_NAVIGATE_H

#include "tui/keys.h"
#include "tui/term.h"
#include "tui/view.h"

enum { NAVIGATE_MESSAGE = 160 };

/* Does what the key asks for on a frame shown in `width` x `height` cells. message gets what to
 * tell the user, or "". False when the key is not one of these. */
bool navigate(struct frame *frame, enum key_action action, int width, int height,
              char message[NAVIGATE_MESSAGE]);

/* Does what the mouse asks for: a press on a view's name opens it, on a pane gives it the keys and
 * selects what it points at; the wheel moves the pane under it; on the sheet it draws. */
void navigate_point(struct frame *frame, const struct pointer *pointer, int width, int height,
                    char message[NAVIGATE_MESSAGE]);

/* Opens a view; its first pane gets the keys. */
void navigate_open(struct frame *frame, enum view view);

#endif
