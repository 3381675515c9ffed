#include "data/picture.h"

#include "support/file.h"
#include "support/memory.h"

#include <stdlib.h>
#include <string.h>

static const size_t FILE_MAX = (size_t)1 << 30;

/* ---- what the readers share ---- */

bool picture_check_size(const char *path, uint32_t rows, uint32_t columns, struct error *error)
{
    return (rows >= 1 && columns >= 1 && rows <= PICTURE_SIDE_MAX && columns <= PICTURE_SIDE_MAX) ||
           error_set(error, ERROR_DATA,
                     "%s: wrong width or height (expected 1 to %d pixels, got %u and %u)", path,
                     PICTURE_SIDE_MAX, columns, rows);
}

bool picture_init(struct picture *picture, uint32_t rows, uint32_t columns, struct error *error)
{
    picture->pixels = memory_new((size_t)rows * columns, 1, error);
    picture->rows = (int)rows;
    picture->columns = (int)columns;
    return picture->pixels != NULL;
}

void picture_fini(struct picture *picture)
{
    free(picture->pixels);
    *picture = (struct picture){0};
}

uint8_t picture_luma(uint8_t red, uint8_t green, uint8_t blue)
{
    /* The weights times 65536, which are 65536 together. */
    return (uint8_t)((19595U * red + 38470U * green + 7471U * blue + 32768U) >> 16);
}

/* ---- formats ---- */

/* How files of a format begin. */
struct format {
    const char *begins;
    const char *name; /* NULL: it is read */
    bool (*parse)(struct picture *picture, const char *path, const uint8_t *bytes, size_t size,
                  struct error *error);
};

static const struct format formats[] = {
    {"\x89PNG", NULL, picture_parse_png},
    {"P1", NULL, picture_parse_netpbm},
    {"P2", NULL, picture_parse_netpbm},
    {"P3", NULL, picture_parse_netpbm},
    {"P4", NULL, picture_parse_netpbm},
    {"P5", NULL, picture_parse_netpbm},
    {"P6", NULL, picture_parse_netpbm},
    {"P7", "PAM"},
    {"\xFF\xD8\xFF", "JPEG"},
    {"GIF8", "GIF"},
    {"BM", "BMP"},
    {"II*", "TIFF"},
    {"MM", "TIFF"},
    {"RIFF", "WebP"},
};

static const struct format *find_format(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const size_t length = strlen(formats[i].begins);
        if (size >= length && memcmp(bytes, formats[i].begins, length) == 0)
            return &formats[i];
    }
    return NULL;
}

bool picture_parse(struct picture *picture, const char *path, const uint8_t *bytes, size_t size,
                   struct error *error)
{
    const struct format *format = find_format(bytes, size);

    *picture = (struct picture){0};
    if (format == NULL)
        return error_set(error, ERROR_DATA,
                         "%s: not a picture (expected PNG, PGM, PPM or PBM, got %s)", path,
                         size > 0 ? "something else" : "0 bytes");
    if (format->parse == NULL)
        return error_set(error, ERROR_DATA,
                         "%s: a picture of another kind (expected PNG, PGM, PPM or PBM, got %s; "
                         "please convert it)",
                         path, format->name);
    if (format->parse(picture, path, bytes, size, error))
        return true;
    picture_fini(picture);
    return false;
}

bool picture_read(struct picture *picture, const char *path, struct error *error)
{
    size_t size;
    unsigned char *bytes = file_read(path, FILE_MAX, &size, ERROR_DATA, error);
    const bool read = bytes != NULL && picture_parse(picture, path, bytes, size, error);

    free(bytes);
    return read;
}
