/*
 * theme.h -- the colours and attributes of styles and inks, in one table for all themes.
 *
 * Dark and light themes use the 256 colours that terminals number alike: 16 to 231 are a cube of
 * 6 x 6 x 6, 232 to 255 are greys. The theme of 16 colours uses the first eight, which the user
 * chooses, so it suits any background. The monochrome theme has attributes alone.
 *
 * Threads: no shared state.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "tui/canvas.h"

enum theme { THEME_DARK, THEME_LIGHT, THEME_COLORS, THEME_MONO, THEME_COUNT };

enum {
    LOOK_BOLD = 1,
    LOOK_DIM = 2,
    LOOK_REVERSE = 4,
    LOOK_DEFAULT = -1, /* the terminal's own colour */
};

/* How a cell looks. */
struct look {
    uint8_t attributes;
    int16_t fore, back; /* 0 to 255, or LOOK_DEFAULT */
};

/* The theme that --theme names, for a picture: that has no terminal to ask, so auto is dark. */
enum theme theme_named(const char *name);

/* Whether the theme shows inks: see canvas->inks. */
bool theme_has_inks(enum theme theme);

/* The look of a cell: its style's, with the cell's inks if the theme shows them. */
struct look theme_look(enum theme theme, const struct cell *cell);

/* The colours that a picture of the screen uses: red, green and blue as 0xRRGGBB. A terminal's own
 * colours, the first sixteen and the default ones, are xterm's; those of the background and of text
 * suit the theme. */
uint32_t theme_rgb(int color);
uint32_t theme_rgb_back(enum theme theme);
uint32_t theme_rgb_text(enum theme theme);

#endif
