/*
 * cells.h -- what the drawing fuzzers check on a canvas.
 */
#ifndef FUZZ_CELLS_H
#define FUZZ_CELLS_H

#include "fuzz.h"

#include "tui/canvas.h"

/* Every cell must be one that the terminal can show. */
static inline void fuzz_require_cells(const struct canvas *canvas)
{
    for (int i = 0; i < canvas->width * canvas->height; i++) {
        const struct cell *cell = &canvas->cells[i];
        fuzz_require(cell->glyph >= ' ' && cell->glyph != 0x7F && cell->glyph < 0x110000);
        fuzz_require(cell->style < STYLE_COUNT && cell->fore < CANVAS_GREYS &&
                     cell->back < CANVAS_GREYS);
    }
}

#endif
