/*
 * card.h -- what the network says of one image: the image, a verdict, and a bar for each class.
 *
 * Pictures keep their aspect ratio and are centred in the room that they are given. Classes are
 * named as the data set names them. Right and wrong differ by a mark, too: a check or a cross, in
 * ASCII "ok" and "x".
 *
 * Ownership: a card points to what its maker owns. Threads: only the main thread.
 */
#ifndef TUI_CARD_H
#define TUI_CARD_H

#include "tui/frame.h"

enum {
    CARD_WIDTH = 32, /* with its border: an image of 28x28 pixels at full resolution, the verdict */
    CARD_HEIGHT = 20,     /* and three bars */
    CARD_TALL_WIDTH = 36, /* the same with ten bars */
    CARD_TALL_HEIGHT = 27,
    CARD_SMALL_HEIGHT = 9, /* a picture of half the size beside the verdict and three bars */
};

struct card {
    const uint8_t *pixels; /* [height][width] */
    int width, height;
    const struct classes *classes;
    int label;                  /* the class of the image; -1: unknown */
    const float *probabilities; /* [classes->count]; NULL: nothing has been predicted yet */
    int predicted;              /* the class that it is read as */
    double loss;
};

/* The card of a test image, with what has been predicted of it. */
struct card card_of(const struct frame *frame, int image);

/* Whether the image is known to be read wrong. */
bool card_wrong(const struct card *card);

/* Draws the picture, the verdict and as many bars as there is room for: below each other, or beside
 * the picture if the canvas is too low for that. */
void card_draw(struct canvas *canvas, const struct card *card);

/* Draws the image as large as it fits in the middle of the canvas. Returns the part that it
 * fills. */
struct canvas card_picture(const struct canvas *canvas, const struct card *card);

/* Writes the verdict from row y on: "read as 9, is 4  x  loss 1.17" in at most `rows`
 * rows. Returns how many it took. */
int card_verdict(struct canvas *canvas, int y, int rows, const struct card *card);

/* The cells of the verdict in one row. */
int card_verdict_width(const struct canvas *canvas, const struct card *card);

/* Draws the mark of what is right or wrong; returns the column after it. */
int card_mark(struct canvas *canvas, int x, int y, bool right);

#endif
