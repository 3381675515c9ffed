/*
 * view_draw.h -- the sheet on which the user draws, with the network input and the prediction
 * beside it.
 *
 * Threads: only the main thread.
 */
#ifndef TUI_VIEW_DRAW_H
#define TUI_VIEW_DRAW_H

#include "tui/canvas.h"
#include "tui/sketch.h"

struct drawing {
    struct sketch *sketch;
    double x, y;           /* the cursor, on the sheet */
    enum sketch_tool tool; /* the present tool */
    bool down;             /* the tool draws as the cursor moves */
    const uint8_t *digit;  /* sketch_digit's image */
    const struct classes *classes;
    const float *probabilities; /* [classes->count] of that image; NULL: none yet */
    const char *keys;           /* one line about the keys */
    bool dragging;              /* the mouse has begun a stroke on the sheet */
};

/* Draws all of it in a border; only the sheet if it is narrow. */
void view_draw(const struct drawing *drawing, bool focused, struct canvas *canvas);

/* The point on the sheet at view_draw's cell (x, y) of the same canvas. False if it is outside. */
bool view_draw_point(const struct sketch *sketch, const struct canvas *canvas, int x, int y,
                     double *sheet_x, double *sheet_y);

#endif
