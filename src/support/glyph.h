/*
 * glyph.h -- the characters of a text as a terminal shows them, and how many cells they take.
 *
 * A text may be UTF-8, as the names of classes are, or in the encoding of the locale, as the names
 * of files are. A sequence of bytes that is valid UTF-8 counts as that.
 *
 * Threads: any thread may call these while none changes the locale.
 */
#ifndef SUPPORT_GLYPH_H
#define SUPPORT_GLYPH_H

#include <stdint.h>

/* Reads the character that the text begins with, and its width: 1 or 2 cells, or 0 if it belongs to
 * the character before. What the locale has no printable character for is a '?' of width 1. Returns
 * its bytes; 0 at the end of the text. */
int glyph_read(const char *text, uint32_t *glyph, int *width);

/* The cells that a text takes. */
int glyph_width(const char *text);

#endif
