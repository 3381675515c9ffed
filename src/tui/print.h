/*
 * print.h -- prints the dashboard's frame of a moment to a file, without a terminal.
 *
 * Threads: the main thread.
 */
#ifndef TUI_PRINT_H
#define TUI_PRINT_H

#include "tui/dashboard.h"

#include <stdio.h>

/* Prints the frame that a terminal of columns x rows would show for a snapshot and its weights: as
 * text, or as a picture in SVG. False with ERROR_SYSTEM if memory is short. */
bool print_screen(FILE *file, bool picture, const struct dashboard_options *options,
                  struct snapshot *snapshot, struct weights *weights, int columns, int rows,
                  struct error *error);

#endif
