/*
 * figures.h -- numbers as the screen shows them: as text that keeps its significant zeros, so that
 * columns line up, and as figures three rows tall.
 *
 * Threads: no shared state.
 */
#ifndef TUI_FIGURES_H
#define TUI_FIGURES_H

#include "tui/canvas.h"

enum {
    FIGURES_TEXT = 16,
    FIGURES_ROWS = 3,
};

/* A number with four digits after the point, or four in all, and without a zero before the point:
 * ".0960", "1.042", "12.50"; "2.47e-8" if it is too small for that. */
void figures_number(char text[FIGURES_TEXT], double value);

/* A number with two significant digits in at most five characters, without a zero before the point:
 * ".77", "-.090", ".0037", "12", "4e-5". */
void figures_brief(char text[FIGURES_TEXT], double value);

/* A positive number with so many digits after the point, fewer if it has digits before it: ".0030",
 * "5.88", "12.3"; "3e-5" if it would be all zeros. NaN gives "". */
void figures_fixed(char text[FIGURES_TEXT], double value, int digits);

/* A percentage: "97.60". */
void figures_percent(char text[FIGURES_TEXT], double value);

/* The cells that a text of digits, '.' and '%' takes when it is drawn tall; 0 if it has any other
 * character, or the glyphs have no half blocks. */
int figures_width(const struct canvas *canvas, const char *text);

/* Draws the text FIGURES_ROWS rows tall. */
void figures_draw(struct canvas *canvas, int x, int y, enum style style, const char *text);

#endif
