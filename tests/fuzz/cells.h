/*
 * cells.h -- what the drawing fuzzers check on a canvas.
 */
#ifndef FUZZ_CELLS_H
#define FUZZ_CELLS_H

#include "fuzz.h"

#include "tui/canvas.h"

/* Whether the row of a wide glyph has room for it, and its second cell is only that. */
static inline bool fuzz_wide_fits(const struct canvas *canvas, int i)
{
    const int x = i % canvas->width;
    const struct cell *cell = &canvas->cells[i];

    if (cell->glyph == CANVAS_REST)
        return x > 0 && cell[-1].wide && !cell->wide;
    return !cell->wide || (x + 1 < canvas->width && cell[1].glyph == CANVAS_REST);
}

/* Every cell must be one that the terminal can show. */
static inline void fuzz_require_cells(const struct canvas *canvas)
{
    for (int i = 0; i < canvas->width * canvas->height; i++) {
        const struct cell *cell = &canvas->cells[i];
        fuzz_require(fuzz_wide_fits(canvas, i));
        fuzz_require((cell->glyph >= ' ' || cell->glyph == CANVAS_REST) && cell->glyph != 0x7F &&
                     cell->glyph < 0x110000);
        fuzz_require(cell->style < STYLE_COUNT && cell->fore < INK_COUNT && cell->back < INK_COUNT);
    }
}

#endif
