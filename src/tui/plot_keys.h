/*
 * plot_keys.h -- what keys and the mouse do in each of the plots: they share their axes and the
 * crosshair.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_PLOT_KEYS_H
#define TUI_PLOT_KEYS_H

#include "tui/frame.h"

/* For the plots' struct pane_class. */
extern const struct pane_key plot_keys[];

void plot_move(struct frame *frame, enum key_action action, int height);
bool plot_back(struct frame *frame);
void plot_point(struct frame *frame, const struct pointer *pointer, const struct canvas *canvas,
                int x, int y, char message[PANE_MESSAGE]);

#endif
