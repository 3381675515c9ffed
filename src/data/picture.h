/*
 * picture.h -- reads a picture file into grey bytes: PNG, and Netpbm's PBM, PGM and PPM.
 *
 * The values are kept as they are in the file, except that they are scaled to 0 to 255: no gamma is
 * applied, nothing is inverted. Colour becomes luma (picture_luma). What is transparent lies on
 * white, as on a page.
 *
 * Nothing in the file is trusted: sides have a limit, and memory is allocated only for pixels that
 * a file of that size can hold. PNG needs libpng, which is optional; picture_png.c alone uses it.
 *
 * Errors: one sentence that names the file. ERROR_DATA for its contents, ERROR_SYSTEM if reading
 * fails or memory is short; then *picture needs no picture_fini. Threads: no shared state.
 */
#ifndef DATA_PICTURE_H
#define DATA_PICTURE_H

#include "support/error.h"

#include <stddef.h>
#include <stdint.h>

enum { PICTURE_SIDE_MAX = 16384 };

struct picture {
    int rows, columns; /* each 1 to PICTURE_SIDE_MAX */
    uint8_t *pixels;   /* [rows][columns], 0 black to 255 white */
};

/* Reads the picture file at `path`, of any of the formats. */
bool picture_read(struct picture *picture, const char *path, struct error *error);

/* The same for the `size` bytes of a file; `path` is used in messages only. */
bool picture_parse(struct picture *picture, const char *path, const uint8_t *bytes, size_t size,
                   struct error *error);

/* Releases the pixels. */
void picture_fini(struct picture *picture);

/* Whether the program was built with libpng. */
bool picture_reads_png(void);

/* ---- for the readers of the formats ---- */

/* Each reads the bytes of a file that begins as its format does. */
bool picture_parse_png(struct picture *picture, const char *path, const uint8_t *bytes, size_t size,
                       struct error *error);
bool picture_parse_netpbm(struct picture *picture, const char *path, const uint8_t *bytes,
                          size_t size, struct error *error);

/* Refuses a picture with a side of 0 or above PICTURE_SIDE_MAX. */
bool picture_check_size(const char *path, uint32_t rows, uint32_t columns, struct error *error);

/* Allocates the pixels, for sides that have been checked. */
bool picture_init(struct picture *picture, uint32_t rows, uint32_t columns, struct error *error);

/* The luma of a colour: 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601), rounded as PIL's
 * convert("L") does. */
uint8_t picture_luma(uint8_t red, uint8_t green, uint8_t blue);

#endif
