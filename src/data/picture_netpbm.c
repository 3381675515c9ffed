/*
 * Netpbm's formats, as the manual pages pbm(5), pgm(5) and ppm(5) define them: "P" and a digit, the
 * columns, the rows, the largest sample (PBM has none), then the samples. P1, P2 and P3 write them
 * as text; P4, P5 and P6 as bits or bytes, after exactly one byte of white space.
 */
#include "data/picture.h"

#include <assert.h>
#include <string.h>

enum { SAMPLE_MAX = 65535 };

/* The file, and what its header says. */
struct netpbm {
    const char *path;
    const uint8_t *at, *end; /* what is still to be read */
    uint32_t rows, columns, largest;
    bool plain;       /* text */
    bool bits;        /* PBM: 1 is black */
    int channels;     /* 1 or 3 */
    unsigned int bit; /* the next bit of *at, counted from the highest */
};

static bool is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* Skips white space, and comments from # to the end of the line. */
static void skip_space(struct netpbm *file)
{
    while (file->at < file->end && (is_space(*file->at) || *file->at == '#'))
        if (*file->at != '#') {
            file->at++;
        } else {
            const uint8_t *line = memchr(file->at, '\n', (size_t)(file->end - file->at));
            file->at = line != NULL ? line : file->end;
        }
}

static bool fail_at(const struct netpbm *file, const char *expected, struct error *error)
{
    if (file->at == file->end)
        return error_set(error, ERROR_DATA, "%s: truncated (expected %s, got the end of the file)",
                         file->path, expected);
    return error_set(error, ERROR_DATA, "%s: damaged (expected %s, got byte 0x%02X)", file->path,
                     expected, *file->at);
}

static bool read_number(struct netpbm *file, const char *what, uint32_t most, uint32_t *number,
                        struct error *error)
{
    skip_space(file);
    if (file->at == file->end || !is_digit(*file->at))
        return fail_at(file, what, error);
    for (*number = 0; file->at < file->end && is_digit(*file->at); file->at++) {
        *number = *number * 10 + (uint32_t)(*file->at - '0');
        if (*number > most)
            return error_set(error, ERROR_DATA, "%s: %s is too large (expected at most %u)",
                             file->path, what, most);
    }
    return true;
}

static bool read_header(struct netpbm *file, struct error *error)
{
    const int digit = file->at[1] - '0'; /* 1 to 6 */

    file->at += 2;
    file->plain = digit <= 3;
    file->bits = digit % 3 == 1;
    file->channels = digit % 3 == 0 ? 3 : 1;
    file->largest = 1;
    if (!read_number(file, "the width", PICTURE_SIDE_MAX, &file->columns, error) ||
        !read_number(file, "the height", PICTURE_SIDE_MAX, &file->rows, error) ||
        (!file->bits &&
         !read_number(file, "the largest sample", SAMPLE_MAX, &file->largest, error)))
        return false;
    if (file->largest == 0)
        return error_set(error, ERROR_DATA, "%s: the largest sample is 0 (expected 1 to %d, got 0)",
                         file->path, SAMPLE_MAX);
    if (file->at == file->end || !is_space(*file->at))
        return fail_at(file, "white space after the header", error);
    file->at++;
    return true;
}

/* Bytes of a sample that is not a bit. */
static size_t sample_size(const struct netpbm *file)
{
    return file->largest > UINT8_MAX ? 2 : 1;
}

/* Refuses sizes that the rest of the file cannot hold: a sample of text has a digit and, except
 * with bits and at the end, white space. */
static bool check_length(const struct netpbm *file, struct error *error)
{
    const size_t left = (size_t)(file->end - file->at);
    const size_t columns = (size_t)file->columns * (size_t)file->channels;
    const size_t row = file->plain  ? columns * (file->bits ? 1 : 2)
                       : file->bits ? (columns + 7) / 8
                                    : columns * sample_size(file);
    const size_t least = row * file->rows - (file->plain && !file->bits);

    return left >= least ||
           error_set(error, ERROR_DATA, "%s: truncated (expected %s%zu bytes of pixels, got %zu)",
                     file->path, file->plain ? "at least " : "", least, left);
}

/* The next sample; check_length has found the bytes of those that are not text. */
static bool read_sample(struct netpbm *file, uint32_t *sample, struct error *error)
{
    if (file->plain && !file->bits)
        return read_number(file, "a sample", file->largest, sample, error);
    if (file->plain) {
        skip_space(file);
        if (file->at == file->end || (*file->at != '0' && *file->at != '1'))
            return fail_at(file, "0 or 1", error);
        *sample = *file->at++ == '1';
        return true;
    }
    assert(file->at < file->end);
    if (file->bits) {
        *sample = *file->at >> (7 - file->bit) & 1U;
        file->bit = (file->bit + 1) % 8;
        file->at += file->bit == 0;
        return true;
    }
    *sample = *file->at++;
    if (sample_size(file) == 2)
        *sample = *sample << 8 | *file->at++;
    return *sample <= file->largest ||
           error_set(error, ERROR_DATA, "%s: a sample is too large (expected at most %u, got %u)",
                     file->path, file->largest, *sample);
}

static bool read_pixel(struct netpbm *file, uint8_t *grey, struct error *error)
{
    uint8_t channels[3] = {0};

    for (int c = 0; c < file->channels; c++) {
        uint32_t sample = 0;
        if (!read_sample(file, &sample, error))
            return false;
        if (file->bits)
            sample = !sample;
        channels[c] = (uint8_t)((sample * 255 + file->largest / 2) / file->largest);
    }
    *grey = file->channels == 1 ? channels[0] : picture_luma(channels[0], channels[1], channels[2]);
    return true;
}

static bool read_pixels(struct netpbm *file, struct picture *picture, struct error *error)
{
    uint8_t *grey = picture->pixels;

    for (uint32_t y = 0; y < file->rows; y++) {
        for (uint32_t x = 0; x < file->columns; x++)
            if (!read_pixel(file, grey++, error))
                return false;
        file->at += file->bit > 0; /* a row of bits ends with its byte */
        file->bit = 0;
    }
    skip_space(file);
    return file->at == file->end || fail_at(file, "the end of the file after the pixels", error);
}

bool picture_parse_netpbm(struct picture *picture, const char *path, const uint8_t *bytes,
                          size_t size, struct error *error)
{
    struct netpbm file = {.path = path, .at = bytes, .end = bytes + size};

    assert(size >= 2);
    return read_header(&file, error) && picture_check_size(path, file.rows, file.columns, error) &&
           check_length(&file, error) && picture_init(picture, file.rows, file.columns, error) &&
           read_pixels(&file, picture, error);
}
