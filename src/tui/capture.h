/*
 * capture.h -- writes the screen to files: as text, and as a picture with its colours.
 *
 * Errors: ERROR_SYSTEM with a sentence that names the file. Threads: the main thread.
 */
#ifndef TUI_CAPTURE_H
#define TUI_CAPTURE_H

#include "tui/theme.h"

enum { CAPTURE_NAME_SIZE = 64 };

/* Writes mnist-tui-VIEW-N.svg and .txt to the working directory, with the first number N that is
 * free for both. `name` receives the name without a suffix. */
bool capture_screen(const struct canvas *canvas, enum theme theme, const char *view,
                    char name[CAPTURE_NAME_SIZE], struct error *error);

#endif
