#include "data/picture.h"

#include "support/memory.h"

#ifdef HAVE_LIBPNG

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFLATE_RATIO = 1032 }; /* the highest possible (zlib's technical notes) */

struct decoder {
    const char *path;
    const uint8_t *at; /* what is still to be read */
    size_t left, size;
    struct picture *picture;
    struct error *error;
    png_structp png;
    png_infop info;
    uint8_t *row; /* of libpng's pixels */
    bool memory_short;
    char problem[96]; /* in libpng's words */
};

/* ---- what libpng calls ---- */

/* libpng's only way to end early is to jump. */
static PNG_NORETURN void on_error(png_structp png, png_const_charp message)
{
    struct decoder *decoder = png_get_error_ptr(png);

    snprintf(decoder->problem, sizeof decoder->problem, "%s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void on_read(png_structp png, png_bytep to, size_t size)
{
    struct decoder *decoder = png_get_io_ptr(png);

    if (size > decoder->left)
        png_error(png, "the file ends too early");
    memcpy(to, decoder->at, size);
    decoder->at += size;
    decoder->left -= size;
}

static png_voidp on_malloc(png_structp png, png_alloc_size_t size)
{
    struct decoder *decoder = png_get_mem_ptr(png);
    void *memory = malloc(size);

    decoder->memory_short |= memory == NULL;
    return memory;
}

static void on_free(png_structp png, png_voidp memory)
{
    (void)png;
    free(memory);
}

/* ---- pixels ---- */

/* The grey of a pixel with 1 to 4 channels: grey or colour, each with or without alpha. */
static uint8_t to_grey(const uint8_t *pixel, int channels)
{
    const uint8_t grey = channels < 3 ? pixel[0] : picture_luma(pixel[0], pixel[1], pixel[2]);
    const unsigned int alpha = channels % 2 == 0 ? pixel[channels - 1] : 255;

    return (uint8_t)((grey * alpha + 255 * (255 - alpha) + 127) / 255);
}

/* Reads the pixels of row y from x on, every `step`-th one. */
static void read_row(struct decoder *decoder, uint32_t y, uint32_t x, uint32_t step)
{
    const int channels = png_get_channels(decoder->png, decoder->info);
    const uint32_t columns = (uint32_t)decoder->picture->columns;
    uint8_t *to = decoder->picture->pixels + (size_t)y * columns;

    png_read_row(decoder->png, decoder->row, NULL);
    for (const uint8_t *from = decoder->row; x < columns; x += step, from += channels)
        to[x] = to_grey(from, channels);
}

/* An interlaced image comes in seven passes, each of which has some pixels of some rows. */
static void read_rows(struct decoder *decoder)
{
    const uint32_t rows = (uint32_t)decoder->picture->rows;
    const uint32_t columns = (uint32_t)decoder->picture->columns;

    if (png_get_interlace_type(decoder->png, decoder->info) == PNG_INTERLACE_NONE) {
        for (uint32_t y = 0; y < rows; y++)
            read_row(decoder, y, 0, 1);
        return;
    }
    for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
        const uint32_t x = (uint32_t)PNG_PASS_START_COL(pass);
        if (x >= columns)
            continue; /* an empty pass is not in the file */
        for (uint32_t y = (uint32_t)PNG_PASS_START_ROW(pass); y < rows;
             y += (uint32_t)PNG_PASS_ROW_OFFSET(pass))
            read_row(decoder, y, x, (uint32_t)PNG_PASS_COL_OFFSET(pass));
    }
}

/* Refuses sizes that a file of that size cannot hold. */
static bool check_length(const struct decoder *decoder, uint32_t rows)
{
    const size_t least = png_get_rowbytes(decoder->png, decoder->info) * rows;

    return least / DEFLATE_RATIO <= decoder->size ||
           error_set(decoder->error, ERROR_DATA,
                     "%s: truncated (expected %zu bytes of pixels, got a file of %zu bytes)",
                     decoder->path, least, decoder->size);
}

/* Reads the header and allocates what the pixels need. */
static bool begin(struct decoder *decoder)
{
    const png_structp png = decoder->png;
    const png_infop info = decoder->info;

    png_read_info(png, info);
    const uint32_t rows = png_get_image_height(png, info);
    const uint32_t columns = png_get_image_width(png, info);
    if (!picture_check_size(decoder->path, rows, columns, decoder->error) ||
        !check_length(decoder, rows) ||
        !picture_init(decoder->picture, rows, columns, decoder->error))
        return false;
    png_set_expand(png); /* to 8 bits or more: palettes, few bits, a transparent colour */
    png_set_scale_16(png);
    png_read_update_info(png, info);
    decoder->row = memory_new(png_get_rowbytes(png, info), 1, decoder->error);
    return decoder->row != NULL;
}

/* Whatever is called from here, libpng may leave by a jump back. */
static bool decode(struct decoder *decoder)
{
    if (setjmp(png_jmpbuf(decoder->png)) != 0)
        return error_set(decoder->error, ERROR_DATA, "%s: a damaged PNG picture (%s)",
                         decoder->path, decoder->problem);
    png_set_read_fn(decoder->png, decoder, on_read);
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION /* no mutated input would pass the checksums */
    png_set_crc_action(decoder->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
#else /* a damaged chunk may hold the transparency */
    png_set_crc_action(decoder->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
#endif
    decoder->info = png_create_info_struct(decoder->png);
    if (decoder->info == NULL || !begin(decoder))
        return false;
    read_rows(decoder);
    png_read_end(decoder->png, NULL);
    return true;
}

bool picture_parse_png(struct picture *picture, const char *path, const uint8_t *bytes, size_t size,
                       struct error *error)
{
    struct decoder decoder = {
        .path = path, .at = bytes, .left = size, .size = size, .picture = picture, .error = error};

    decoder.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &decoder, on_error, on_warning,
                                           &decoder, on_malloc, on_free);
    const bool decoded = decoder.png != NULL && decode(&decoder);
    decoder.memory_short |= decoder.png == NULL;
    png_destroy_read_struct(&decoder.png, &decoder.info, NULL);
    free(decoder.row);
    if (decoder.memory_short) /* whatever else libpng says then */
        return error_set(error, ERROR_SYSTEM, "%s: not enough memory to read it", path);
    return decoded;
}

bool picture_reads_png(void)
{
    return true;
}

#else

bool picture_parse_png(struct picture *picture, const char *path, const uint8_t *bytes, size_t size,
                       struct error *error)
{
    (void)picture;
    (void)bytes;
    (void)size;
    return error_set(error, ERROR_DATA,
                     "%s: a PNG picture, and this program was built without libpng (build it with "
                     "libpng, or convert the pictures to PGM)",
                     path);
}

bool picture_reads_png(void)
{
    return false;
}

#endif
