/*
 * view_draw.h -- the sheet that the user draws on, beside it the image that the network sees and
 * what it says of it.
 *
 * Threads: the main thread alone.
 */
#ifndef TUI_VIEW_DRAW_H
#define TUI_VIEW_DRAW_H

#include "tui/canvas.h"
#include "tui/sketch.h"

struct drawing {
    struct sketch *sketch;
    double x, y;                /* the cursor, on the sheet */
    enum sketch_tool tool;      /* in hand */
    bool down;                  /* it draws where the cursor goes */
    const uint8_t *digit;       /* [DATASET_PIXELS] sketch_digit's image */
    const float *probabilities; /* [DATASET_CLASSES] of that image; NULL: none yet */
    const char *keys;           /* one line that says how to draw */
    bool dragging;              /* the mouse has begun a stroke on the sheet */
};

/* Draws all of it in a border; where it is narrow, the sheet alone. */
void view_draw(const struct drawing *drawing, bool focused, struct canvas *canvas);

/* Where on the sheet view_draw's cell (x, y) of the same canvas is. False when it is outside. */
bool view_draw_point(const struct canvas *canvas, int x, int y, double *sheet_x, double *sheet_y);

#endif
