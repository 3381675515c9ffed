/*
 * svg.h -- a canvas as a picture: SVG 1.1, with the colours of a theme.
 *
 * A cell is 10 by 20 units. Texts are set in the viewer's monospace font, and each run of them is
 * fitted to its cells, so that no font shifts columns. Blocks, braille dots, lines and circles are
 * drawn as shapes, for which no font is needed.
 *
 * Errors: those of the file, which the caller checks. Threads: no shared state.
 */
#ifndef TUI_SVG_H
#define TUI_SVG_H

#include "tui/theme.h"

#include <stdio.h>

void svg_write(FILE *file, const struct canvas *canvas, enum theme theme);

/* Writes canvases of one size as an animation that browsers play again and again: `seconds` a
 * frame, and three times as long for the last one. What shows no animations shows the last one.
 * Of further frames only what changes is written. */
void svg_write_frames(FILE *file, const struct canvas *frames, int count, double seconds,
                      enum theme theme);

#endif
