/*
 * canvas.h -- a grid of cells, each a glyph in a style, on which views draw.
 *
 * A canvas is a rectangle of a larger one: canvas_inside() gives a part, and drawing outside a
 * canvas does nothing. So a view draws from (0, 0) and does not depend on its position. A canvas
 * can be shown on the terminal (term.h) or dumped as plain text, for tests and for --snapshot.
 *
 * Errors: only canvas_new can fail. Ownership: canvas_free releases what canvas_new made; parts own
 * nothing. Threads: a canvas belongs to one thread.
 */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include "support/error.h"

#include <stdint.h>
#include <stdio.h>

/* The glyphs that the terminal can show; each set includes those before it. */
enum glyphs { GLYPHS_ASCII, GLYPHS_BLOCK, GLYPHS_BRAILLE };

/* The meaning of a cell; the terminal decides its look. */
enum style {
    STYLE_PLAIN,
    STYLE_DIM,
    STYLE_BOLD,
    STYLE_REVERSE,
    STYLE_BORDER,
    STYLE_FOCUS,  /* the border of the focused pane */
    STYLE_RAW,    /* training, batch by batch */
    STYLE_SMOOTH, /* training, smoothed */
    STYLE_TEST,
    STYLE_GHOST, /* a past run */
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_WARNING,
    STYLE_GREY, /* the cell's own grey levels */
    STYLE_COUNT,
};

enum {
    CANVAS_GREYS = 24, /* levels, 0 black */
    CANVAS_REST = 0,   /* the glyph of a cell that a wide one before it takes too */
};

struct cell {
    uint32_t glyph; /* a Unicode code point, or CANVAS_REST */
    uint8_t style;
    uint8_t fore, back; /* STYLE_GREY: levels of the glyph and of its background */
    bool wide;          /* the glyph takes this cell and the next one */
};

struct canvas {
    struct cell *cells; /* of (0, 0) */
    int width, height, pitch;
    enum glyphs glyphs;
    bool greys; /* grey levels can be shown; otherwise images are drawn with shades */
};

/* Makes a blank canvas of `width` by `height` cells, neither below 0. False with ERROR_SYSTEM if
 * memory is short. */
bool canvas_new(struct canvas *canvas, int width, int height, struct error *error);
void canvas_free(struct canvas *canvas);

/* The part that begins at (x, y), clipped to the canvas. */
struct canvas canvas_inside(const struct canvas *canvas, int x, int y, int width, int height);

/* Fills the canvas with spaces. */
void canvas_clear(struct canvas *canvas);

void canvas_put(struct canvas *canvas, int x, int y, uint32_t glyph, enum style style);

/* Writes a text (see glyph.h) from (x, y) on, cut at the edges; of a wide character that is cut a
 * blank is left. What the locale lacks becomes '?'. Returns the column after all of it. */
int canvas_text(struct canvas *canvas, int x, int y, enum style style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The same, ending at column x - 1. */
void canvas_text_right(struct canvas *canvas, int x, int y, enum style style, const char *format,
                       ...) __attribute__((format(printf, 5, 6)));

/* Draws a border with a title in it; returns the part inside. */
struct canvas canvas_box(struct canvas *canvas, const char *title, bool focused);

/* A horizontal bar of `width` cells, of which `share` is filled; values outside 0 to 1 are
 * clamped. */
void canvas_bar(struct canvas *canvas, int x, int y, int width, double share, enum style style);

/* Writes the cells' glyphs, one line a row, without trailing spaces: as UTF-8, or with ASCII's
 * glyphs in the locale's encoding, since names may have other characters. Characters that the
 * encoding lacks become '?'. */
void canvas_dump(const struct canvas *canvas, FILE *file);

#endif
