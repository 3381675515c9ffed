/*
 * legend.h -- the title of a plot, which is its legend: names, samples of lines and values, each in
 * its style, at the left and at the right of the upper border.
 *
 * Each part has a rank. Where there is no room for all, the parts of the highest rank go first.
 *
 * Threads: no shared state.
 */
#ifndef TUI_LEGEND_H
#define TUI_LEGEND_H

#include "tui/canvas.h"

enum { LEGEND_PARTS = 40, LEGEND_TEXT = 48 };

struct legend_part {
    bool right;
    int rank;
    enum style style;
    uint32_t glyph; /* before the text; 0: none */
    char text[LEGEND_TEXT];
};

/* All zero: empty, and what is added stands at the left. */
struct legend {
    int count;
    bool right; /* what is added from now on stands at the right */
    struct legend_part parts[LEGEND_PARTS];
};

/* Adds a part after those that are there. */
void legend_add(struct legend *legend, int rank, enum style style, uint32_t glyph,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Writes it into the upper border of a box. */
void legend_draw(const struct legend *legend, struct canvas *box);

#endif
