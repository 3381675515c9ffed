/*
 * make_png.c -- writes the PGM picture on standard input to standard output as a PNG of this kind:
 * grey, grey16, rgb, rgba, palette or interlaced. All show the same greys.
 *
 * Exits with 1 and a line on stderr if that fails.
 */
#include "data/picture.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 20 };

struct kind {
    const char *name;
    int colour, depth, channels, interlace;
};

static const struct kind kinds[] = {
    {"grey", PNG_COLOR_TYPE_GRAY, 8, 1, PNG_INTERLACE_NONE},
    {"grey16", PNG_COLOR_TYPE_GRAY, 16, 2, PNG_INTERLACE_NONE},
    {"rgb", PNG_COLOR_TYPE_RGB, 8, 3, PNG_INTERLACE_NONE},
    {"rgba", PNG_COLOR_TYPE_RGB_ALPHA, 8, 4, PNG_INTERLACE_NONE},
    {"palette", PNG_COLOR_TYPE_PALETTE, 8, 1, PNG_INTERLACE_NONE},
    {"interlaced", PNG_COLOR_TYPE_RGB, 8, 3, PNG_INTERLACE_ADAM7},
};

static int fail(const char *problem)
{
    fprintf(stderr, "make_png: %s\n", problem);
    return EXIT_FAILURE;
}

/* Fills a row of libpng's pixels. The bytes of a grey of 16 bits are both that grey; a palette is
 * in the opposite order. */
static void fill(const struct kind *kind, const uint8_t *greys, int columns, uint8_t *row)
{
    for (int x = 0; x < columns; x++)
        for (int c = 0; c < kind->channels; c++)
            *row++ = kind->colour == PNG_COLOR_TYPE_PALETTE ? (uint8_t)(255 - greys[x])
                     : c == 3                               ? 255
                                                            : greys[x];
}

static void write_png(const struct kind *kind, const struct picture *picture)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    uint8_t *row = malloc((size_t)picture->columns * 4);
    png_color palette[256];

    for (int i = 0; i < 256; i++)
        palette[i].red = palette[i].green = palette[i].blue = (png_byte)(255 - i);
    png_init_io(png, stdout);
    png_set_IHDR(png, info, (png_uint_32)picture->columns, (png_uint_32)picture->rows, kind->depth,
                 kind->colour, kind->interlace, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (kind->colour == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, palette, 256);
    png_write_info(png, info);
    const int passes = png_set_interlace_handling(png);
    for (int pass = 0; row != NULL && pass < passes; pass++)
        for (int y = 0; y < picture->rows; y++) {
            fill(kind, picture->pixels + y * picture->columns, picture->columns, row);
            png_write_row(png, row);
        }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    free(row);
}

int main(int argc, char *argv[])
{
    static uint8_t bytes[FILE_MAX];
    const struct kind *kind = kinds, *const end = kinds + sizeof kinds / sizeof kinds[0];
    struct picture picture;
    struct error error;

    while (kind < end && (argc != 2 || strcmp(kind->name, argv[1]) != 0))
        kind++;
    if (kind == end)
        return fail("which kind?");
    const size_t size = fread(bytes, 1, sizeof bytes, stdin);
    if (!picture_parse(&picture, "standard input", bytes, size, &error))
        return fail(error.text);
    write_png(kind, &picture);
    picture_fini(&picture);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : fail("standard output cannot be written");
}
