/*
 * canvas.h -- a grid of cells, each a glyph in a style, on which views draw.
 *
 * A canvas is a rectangle of a larger one: canvas_inside() gives a part, and drawing outside a
 * canvas does nothing. So a view draws from (0, 0) and does not depend on its position. A canvas
 * can be shown on the terminal (term.h), dumped as plain text, for tests and for --snapshot, or
 * written as a picture (svg.h).
 *
 * A style is what a cell means; every terminal can show it. Inks are the colours of the glyph and
 * of its background. They replace the style's colours, and a canvas has them if the terminal shows
 * 256 colours. Without them a view says the same with glyphs and styles. theme.h has the colours of
 * both.
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

/* The meaning of a cell. */
enum style {
    STYLE_PLAIN,
    STYLE_DIM,
    STYLE_BOLD,
    STYLE_REVERSE,
    STYLE_SELECTED, /* the selected one of several */
    STYLE_KEY,      /* a key's name */
    STYLE_BORDER,
    STYLE_FOCUS,  /* the border of the focused pane */
    STYLE_TITLE,  /* and its title */
    STYLE_RAW,    /* training, batch by batch */
    STYLE_SMOOTH, /* training, smoothed */
    STYLE_TEST,
    STYLE_GHOST,  /* a past run */
    STYLE_SECOND, /* further curves */
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_WARNING,
    STYLE_REPLAY,   /* an earlier moment */
    STYLE_NEGATIVE, /* a signed value, where there are no inks */
    STYLE_POSITIVE,
    STYLE_COUNT,
};

enum {
    INK_GREYS = 24,   /* from black to white */
    INK_SIGNS = 13,   /* from the most negative to the most positive; zero is the middle */
    INK_HEATS = 5,    /* from few mistakes to many */
    INK_CLASSES = 10, /* of classes 0 to 9 */
    INK_SHADES = 8,   /* from few to many */
    CANVAS_REST = 0,  /* the glyph of a cell that a wide one before it takes too */
};

/* The colour of a glyph or of a background. In the comments: what it is for. */
enum ink {
    INK_NONE,                            /* the style's own colour */
    INK_GREY,                            /* INK_GREY + 0 to 23: pixels */
    INK_SIGN = INK_GREY + INK_GREYS,     /* INK_SIGN + 0 to 12: signed, see ink_of_signed() */
    INK_COLD = INK_SIGN + INK_SIGNS,     /* INK_COLD + 0 to 7: histograms of weights, */
    INK_WARM = INK_COLD + INK_SHADES,    /* INK_WARM + 0 to 7: and of gradients */
    INK_HEAT = INK_WARM + INK_SHADES,    /* INK_HEAT + 0 to 4: background of mistakes */
    INK_CLASS = INK_HEAT + INK_HEATS,    /* INK_CLASS + 0 to 9 */
    INK_RIGHT = INK_CLASS + INK_CLASSES, /* background of what is right */
    INK_BAND_WIDE,                       /* background of a plot: all batches */
    INK_BAND,                            /* the same: batches within one deviation */
    INK_BAR,                             /* the filled part of the run's progress bar */
    INK_TRACK,                           /* the empty part of it */
    INK_GRID,                            /* faint lines in plots */
    INK_ROW,                             /* background of the selected row of a table */
    INK_BLACK,                           /* a glyph on INK_FOCUS, or on another bright ink */
    INK_WHITE,                           /* the selected one of many cells with inks */
    INK_FOCUS,                           /* the selection; ticks of the progress bar */
    INK_TRAIN,                           /* from here on the colours of styles: SMOOTH, */
    INK_TEST,
    INK_SECOND,
    INK_GOOD,
    INK_BAD,
    INK_WARNING,
    INK_REPLAY,
    INK_DIM,
    INK_BORDER,
    INK_COUNT,
    INK_TICK = INK_FOCUS,
    INK_ZERO = INK_SIGN + INK_SIGNS / 2,
};

struct cell {
    uint32_t glyph; /* a Unicode code point, or CANVAS_REST */
    uint8_t style;
    uint8_t fore, back; /* inks */
    bool wide;          /* the glyph takes this cell and the next one */
};

struct canvas {
    struct cell *cells; /* of (0, 0) */
    int width, height, pitch;
    enum glyphs glyphs;
    bool inks; /* inks can be shown */
};

/* Makes a blank canvas of `width` by `height` cells, neither below 0. False with ERROR_SYSTEM if
 * memory is short. */
bool canvas_new(struct canvas *canvas, int width, int height, struct error *error);
void canvas_free(struct canvas *canvas);

/* The glyphs with a name, as on the command line: ascii, block or braille; another name: `best`. */
enum glyphs canvas_glyphs_named(const char *name, enum glyphs best);

/* The part that begins at (x, y), clipped to the canvas. */
struct canvas canvas_inside(const struct canvas *canvas, int x, int y, int width, int height);

/* Fills the canvas with spaces, without inks. */
void canvas_clear(struct canvas *canvas);

/* Sets the inks of a cell: of its glyph and of its background. INK_NONE leaves that one as it is.
 * Does nothing on a canvas without inks. */
void canvas_ink(struct canvas *canvas, int x, int y, enum ink fore, enum ink back);

/* Sets the backgrounds of a rectangle, and leaves its glyphs as they are. INK_NONE takes the
 * backgrounds away. */
void canvas_fill(struct canvas *canvas, int x, int y, int width, int height, enum ink back);

/* The ink for a value as its share of the largest, -1 to 1. Other values are clamped; NaN counts as
 * 0. The steps are finer near 0. */
enum ink ink_of_signed(double share);

/* Puts a glyph, in its style's colour. The cell's background stays if it has an ink. */
void canvas_put(struct canvas *canvas, int x, int y, uint32_t glyph, enum style style);

/* Writes a text (see glyph.h) from (x, y) on, cut at the edges; of a wide character that is cut a
 * blank is left. What the locale lacks becomes '?'. Returns the column after all of it. */
int canvas_text(struct canvas *canvas, int x, int y, enum style style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The same, ending at column x - 1. */
void canvas_text_right(struct canvas *canvas, int x, int y, enum style style, const char *format,
                       ...) __attribute__((format(printf, 5, 6)));

/* Draws a border with a title in it; returns the part inside. Corners are round if the glyphs
 * include braille. */
struct canvas canvas_box(struct canvas *canvas, const char *title, bool focused);

/* A horizontal bar of `width` cells, of which `share` is filled; values outside 0 to 1 are
 * clamped. */
void canvas_bar(struct canvas *canvas, int x, int y, int width, double share, enum style style);

/* Writes the cells' glyphs, one line a row, without trailing spaces: as UTF-8, or with ASCII's
 * glyphs in the locale's encoding, since names may have other characters. Characters that the
 * encoding lacks become '?'. */
void canvas_dump(const struct canvas *canvas, FILE *file);

/* Writes the cells' looks, one line a row: runs of a style and how many cells have it, and the inks
 * if there are any, as in "12 dim, 3 plain, 5 bold/good/right" ("-" is INK_NONE). Plain cells at
 * the end of a row are left out. */
void canvas_dump_styles(const struct canvas *canvas, FILE *file);

#endif
