/*
 * check_pictures.c -- reading pictures: every form of Netpbm's files and of PNG, and damaged ones;
 * scaling them, compared with a plain twin and with exact cases.
 */
#include "check.h"

#include "data/picture.h"
#include "data/resize.h"
#include "support/rng.h"

#include <math.h>
#include <stdbool.h>

static struct rng rng;

static int set_up(void **unused)
{
    (void)unused;
    rng_init(&rng, 7, 0);
    return 0;
}

/* ---- Netpbm ---- */

/* A file and the picture in it. */
struct sample {
    const char *name, *bytes;
    size_t size;
    int rows, columns;
    uint8_t pixels[8];
};

#define FILE_OF(text) text, sizeof(text) - 1

static const struct sample netpbm[] = {
    {"plain PBM", FILE_OF("P1\n3 2\n1 0 1\n0 1 0\n"), 2, 3, {0, 255, 0, 255, 0, 255}},
    {"plain PBM without spaces", FILE_OF("P1 3 2 101010"), 2, 3, {0, 255, 0, 255, 0, 255}},
    {"PBM", FILE_OF("P4 3 2\n\xA0\x5F"), 2, 3, {0, 255, 0, 255, 0, 255}},
    {"PBM of nine columns", FILE_OF("P4 9 1 \x7F\xFF"), 1, 9, {255}},
    {"plain PGM",
     FILE_OF("P2\n2 3\n255\n0 1\n127 128\n254 255\n"),
     3,
     2,
     {0, 1, 127, 128, 254, 255}},
    {"plain PGM of few greys", FILE_OF("P2 4 1 3 0 1 2 3"), 1, 4, {0, 85, 170, 255}},
    {"plain PGM of many greys", FILE_OF("P2 3 1 65535 0 65535 32768"), 1, 3, {0, 255, 128}},
    {"comments", FILE_OF("P2 # P2\n#2 2\n2#3\n 1 #\n#\n255\n7 # 8\n9"), 1, 2, {7, 9}},
    {"any white space", FILE_OF("P2\t\v\f2\r\n1 255\r\n 7\t9 \n\n"), 1, 2, {7, 9}},
    {"PGM", FILE_OF("P5 2 2 255\n\0\x01\xFE\xFF"), 2, 2, {0, 1, 254, 255}},
    {"PGM whose first pixels look like white space", FILE_OF("P5 2 1 255\n\n#"), 1, 2, {10, 35}},
    {"PGM with a newline after it", FILE_OF("P5 1 1 255 A\n"), 1, 1, {65}},
    {"PGM of 16 bits", FILE_OF("P5 4 1 65535\n\0\0\xFF\xFF\x80\0\x01\x01"), 1, 4, {0, 255, 128, 1}},
    {"PGM of 10 bits", FILE_OF("P5 3 1 1023\n\0\0\x03\xFF\x02\0"), 1, 3, {0, 255, 128}},
    {"PGM of few greys", FILE_OF("P5 2 1 15\n\x0F\x01"), 1, 2, {255, 17}},
    {"plain PPM", FILE_OF("P3 4 1 255 255 0 0 0 255 0 0 0 255 9 9 9"), 1, 4, {76, 150, 29, 9}},
    {"PPM", FILE_OF("P6 2 1 255\n\xFF\0\0\0\xFF\0"), 1, 2, {76, 150}},
    {"PPM of 16 bits", FILE_OF("P6 1 1 65535\n\0\0\0\0\xFF\xFF"), 1, 1, {29}},
};

/* Parses bytes in memory of exactly that size, so that a sanitizer finds reads beyond it. */
static bool parse(struct picture *picture, const void *bytes, size_t size, struct error *error)
{
    uint8_t *copy = malloc(size + (size == 0));

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    const bool parsed = picture_parse(picture, "a.pgm", copy, size, error);
    free(copy);
    return parsed;
}

static void every_form_of_netpbms_files_is_read(void **unused)
{
    (void)unused;
    for (int i = 0; i < CHECK_COUNT(netpbm); i++) {
        const struct sample *sample = &netpbm[i];
        struct picture picture;
        struct error error;
        if (!parse(&picture, sample->bytes, sample->size, &error))
            fail_msg("%s: %s", sample->name, error.text);
        assert_int_equal(picture.rows, sample->rows);
        assert_int_equal(picture.columns, sample->columns);
        for (int p = 0; p < picture.rows * picture.columns && p < 8; p++)
            if (picture.pixels[p] != sample->pixels[p])
                fail_msg("%s: pixel %d is %d, expected %d", sample->name, p, picture.pixels[p],
                         sample->pixels[p]);
        picture_fini(&picture);
        assert_null(picture.pixels);
    }
}

static void every_grey_of_16_bits_is_rounded(void **unused)
{
    (void)unused;
    for (int grey = 0; grey <= 65535; grey++) {
        char file[] = "P5 1 1 65535\n..";
        struct picture picture;
        struct error error;
        file[13] = (char)(grey >> 8);
        file[14] = (char)grey;
        assert_true(parse(&picture, file, 15, &error));
        assert_int_equal(picture.pixels[0], lround(grey / 257.0));
        picture_fini(&picture);
    }
}

static void luma_is_that_of_bt_601(void **unused)
{
    (void)unused;
    for (int i = 0; i < 100000; i++) {
        const uint8_t r = (uint8_t)rng_below(&rng, 256), g = (uint8_t)rng_below(&rng, 256),
                      b = (uint8_t)rng_below(&rng, 256);
        const double luma = 0.299 * r + 0.587 * g + 0.114 * b;
        assert_true(fabs(picture_luma(r, g, b) - luma) < 0.503);
    }
    for (int grey = 0; grey < 256; grey++)
        assert_int_equal(picture_luma((uint8_t)grey, (uint8_t)grey, (uint8_t)grey), grey);
}

/* Expects the bytes to be refused with a sentence that begins with the file's name and has these
 * words in it. */
static void expect_refused(const void *bytes, size_t size, const char *words)
{
    struct picture picture;
    struct error error = {0};

    if (parse(&picture, bytes, size, &error))
        fail_msg("accepted, expected '%s'", words);
    assert_int_equal(error.kind, ERROR_DATA);
    if (strncmp(error.text, "a.pgm: ", 7) != 0 || strstr(error.text, words) == NULL)
        fail_msg("'%s' does not say '%s'", error.text, words);
    assert_null(picture.pixels);
}

static void damaged_netpbm_files_are_refused(void **unused)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *words;
    } cases[] = {
        {FILE_OF(""), "not a picture (expected PNG, PGM, PPM or PBM, got 0 bytes)"},
        {FILE_OF("P"), "not a picture"},
        {FILE_OF("hello"), "not a picture"},
        {FILE_OF("\xFF\xD8\xFF\xE0"), "got JPEG"},
        {FILE_OF("GIF89a"), "got GIF"},
        {FILE_OF("P7\nWIDTH 2\n"), "got PAM"},
        {FILE_OF("P2"), "truncated (expected the width, got the end of the file)"},
        {FILE_OF("P2 #"), "truncated (expected the width"},
        {FILE_OF("P2 3"), "truncated (expected the height"},
        {FILE_OF("P2 3 3"), "truncated (expected the largest sample"},
        {FILE_OF("P2 3 3 255"), "truncated (expected white space after the header"},
        {FILE_OF("P2 x"), "damaged (expected the width, got byte 0x78)"},
        {FILE_OF("P2 -3 3 255 0"), "damaged (expected the width, got byte 0x2D)"},
        {FILE_OF("P2 0 3 255 0"),
         "wrong width or height (expected 1 to 16384 pixels, got 0 and 3)"},
        {FILE_OF("P2 3 0 255 0"), "wrong width or height"},
        {FILE_OF("P2 16385 1 255 0"), "the width is too large (expected at most 16384)"},
        {FILE_OF("P2 4294967297 1 255 0"), "the width is too large"},
        {FILE_OF("P2 99999999999999999999999 1 255 0"), "the width is too large"},
        {FILE_OF("P2 1 1 65536 0"), "the largest sample is too large (expected at most 65535)"},
        {FILE_OF("P2 1 1 0 0"), "the largest sample is 0"},
        {FILE_OF("P2 1 1 9 10"), "a sample is too large (expected at most 9)"},
        {FILE_OF("P2 2 1 9 1"), "truncated (expected at least 3 bytes of pixels, got 1)"},
        {FILE_OF("P2 2 1 9 12 "), "a sample is too large"},
        {FILE_OF("P2 2 1 99 12 "), "truncated (expected a sample, got the end of the file)"},
        {FILE_OF("P2 2 1 9 1 2 3"), "expected the end of the file after the pixels, got byte 0x33"},
        {FILE_OF("P1 2 1 12"), "damaged (expected 0 or 1, got byte 0x32)"},
        {FILE_OF("P5 16384 16384 255 0"), "truncated (expected 268435456 bytes of pixels, got 1)"},
        {FILE_OF("P6 16384 16384 65535 0"), "truncated (expected 1610612736 bytes of pixels"},
        {FILE_OF("P4 16384 16384 0"), "truncated (expected 33554432 bytes of pixels, got 1)"},
        {FILE_OF("P5 1 1 9 \x0A"), "a sample is too large (expected at most 9, got 10)"},
        {FILE_OF("P5 1 1 999 \x03\xE8"), "a sample is too large (expected at most 999, got 1000)"},
        {FILE_OF("P5 1 1 255 ab"), "expected the end of the file after the pixels, got byte 0x62"},
    };
    (void)unused;

    for (int i = 0; i < CHECK_COUNT(cases); i++)
        expect_refused(cases[i].bytes, cases[i].size, cases[i].words);
}

/* Text may lose its last digits, and white space at the end. */
static void truncation_at_any_offset_is_refused(void **unused)
{
    (void)unused;
    for (int i = 0; i < CHECK_COUNT(netpbm); i++)
        for (size_t size = 0; size < netpbm[i].size; size++) {
            const char *rest = netpbm[i].bytes + size;
            struct picture picture;
            struct error error;
            if (strspn(rest, "0123456789 \r\n") == netpbm[i].size - size)
                continue;
            if (parse(&picture, netpbm[i].bytes, size, &error))
                fail_msg("%s is accepted without its last %zu bytes", netpbm[i].name,
                         netpbm[i].size - size);
        }
}

static void a_picture_is_read_from_its_file(void **unused)
{
    char directory[PATH_MAX], path[PATH_MAX + 16];
    struct picture picture;
    struct error error;
    (void)unused;

    snprintf(path, sizeof path, "%s/a.pgm", check_scratch(directory));
    assert_false(picture_read(&picture, path, &error));
    assert_int_equal(error.kind, ERROR_DATA);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("P5 2 1 255 AB", file);
    assert_int_equal(fclose(file), 0);
    assert_true(picture_read(&picture, path, &error));
    assert_memory_equal(picture.pixels, "AB", 2);
    picture_fini(&picture);
    check_scratch_remove(directory);
}

/* ---- PNG ---- */

#ifdef HAVE_LIBPNG

#include <png.h>

enum { PNG_MAX = 1 << 16, SIDE_MAX = 33, CHANNELS_MAX = 4 };

/* A PNG file of random pixels, which libpng writes. */
struct made {
    uint8_t bytes[PNG_MAX];
    size_t size;
    int kind, depth, channels, rows, columns;
    bool interlaced, keyed; /* keyed: one colour, or each palette entry by itself, is transparent */
    uint8_t data[SIDE_MAX][SIDE_MAX * CHANNELS_MAX * 2]; /* rows as they are given to libpng */
    png_color palette[256];
    png_byte alphas[256];
    png_color_16 key;
};

static void append(png_structp png, png_bytep bytes, size_t size)
{
    struct made *made = png_get_io_ptr(png);

    assert_true(size <= PNG_MAX - made->size);
    memcpy(made->bytes + made->size, bytes, size);
    made->size += size;
}

/* Sample number i of a row. */
static uint32_t sample_at(const struct made *made, int y, int i)
{
    const uint8_t *row = made->data[y];

    if (made->depth == 16)
        return (uint32_t)row[2 * i] << 8 | row[2 * i + 1];
    if (made->depth == 8)
        return row[i];
    const uint32_t byte = row[i * made->depth / 8];
    return byte >> (8 - made->depth - i * made->depth % 8) & ((1U << made->depth) - 1);
}

static void choose_pixels(struct made *made)
{
    for (int y = 0; y < made->rows; y++)
        for (size_t x = 0; x < sizeof made->data[0]; x++)
            made->data[y][x] = (uint8_t)rng_below(&rng, 256);
    for (int i = 0; i < 256; i++) {
        made->palette[i] =
            (png_color){(png_byte)rng_below(&rng, 256), (png_byte)rng_below(&rng, 256),
                        (png_byte)rng_below(&rng, 256)};
        made->alphas[i] = (png_byte)rng_below(&rng, 256);
    }
    made->key.gray = made->key.red = (png_uint_16)sample_at(made, 0, 0);
    made->key.green = (png_uint_16)sample_at(made, 0, 1);
    made->key.blue = (png_uint_16)sample_at(made, 0, 2);
}

static void make_png(struct made *made)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_bytep rows[SIDE_MAX];

    choose_pixels(made);
    made->size = 0;
    png_set_write_fn(png, made, append, NULL);
    png_set_IHDR(png, info, (png_uint_32)made->columns, (png_uint_32)made->rows, made->depth,
                 made->kind, made->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (made->kind == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, made->palette, 1 << made->depth);
    if (made->keyed)
        png_set_tRNS(png, info, made->alphas, 1 << (made->depth < 8 ? made->depth : 8), &made->key);
    for (int y = 0; y < made->rows; y++)
        rows[y] = made->data[y];
    png_write_info(png, info);
    png_write_image(png, rows);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}

static double scaled(const struct made *made, uint32_t sample)
{
    return round(sample * 255.0 / ((1 << made->depth) - 1));
}

/* The grey of a pixel: of its rounded luma, on white. */
static double expected_grey(const struct made *made, int y, int x)
{
    const int first = x * made->channels;
    uint32_t samples[CHANNELS_MAX] = {0};
    double red, green, blue, alpha = 255.0;

    for (int c = 0; c < made->channels; c++)
        samples[c] = sample_at(made, y, first + c);
    if (made->kind == PNG_COLOR_TYPE_PALETTE) {
        const png_color *colour = &made->palette[samples[0]];
        red = colour->red;
        green = colour->green;
        blue = colour->blue;
        alpha = made->keyed ? made->alphas[samples[0]] : 255.0;
    } else {
        const bool grey = made->channels < 3;
        red = scaled(made, samples[0]);
        green = grey ? red : scaled(made, samples[1]);
        blue = grey ? red : scaled(made, samples[2]);
        if (made->keyed)
            alpha =
                samples[0] == made->key.red &&
                        (grey || (samples[1] == made->key.green && samples[2] == made->key.blue))
                    ? 0.0
                    : 255.0;
        else if (made->channels % 2 == 0)
            alpha = scaled(made, samples[made->channels - 1]);
    }
    const double luma = picture_luma((uint8_t)red, (uint8_t)green, (uint8_t)blue);
    return luma * alpha / 255.0 + 255.0 - alpha;
}

static void expect_png(struct made *made)
{
    struct picture picture;
    struct error error;

    make_png(made);
    if (!parse(&picture, made->bytes, made->size, &error))
        fail_msg("kind %d depth %d: %s", made->kind, made->depth, error.text);
    assert_int_equal(picture.rows, made->rows);
    assert_int_equal(picture.columns, made->columns);
    for (int y = 0; y < made->rows; y++)
        for (int x = 0; x < made->columns; x++)
            if (fabs(picture.pixels[y * made->columns + x] - expected_grey(made, y, x)) > 0.5001)
                fail_msg("kind %d depth %d interlaced %d keyed %d: pixel %d,%d of %dx%d is %d, "
                         "expected %g",
                         made->kind, made->depth, made->interlaced, made->keyed, x, y,
                         made->columns, made->rows, picture.pixels[y * made->columns + x],
                         expected_grey(made, y, x));
    picture_fini(&picture);
}

static void every_form_of_png_is_read(void **unused)
{
    static const struct {
        int kind, channels, depths[6];
        bool keyed;
    } forms[] = {
        {PNG_COLOR_TYPE_GRAY, 1, {1, 2, 4, 8, 16}, true},
        {PNG_COLOR_TYPE_PALETTE, 1, {1, 2, 4, 8}, true},
        {PNG_COLOR_TYPE_RGB, 3, {8, 16}, true},
        {PNG_COLOR_TYPE_GRAY_ALPHA, 2, {8, 16}, false},
        {PNG_COLOR_TYPE_RGB_ALPHA, 4, {8, 16}, false},
    };
    static const int sizes[][2] = {{1, 1}, {3, 5},  {5, 3},  {8, 8},
                                   {9, 7}, {2, 33}, {33, 2}, {1, 9}};
    static struct made made;
    (void)unused;

    for (int form = 0; form < CHECK_COUNT(forms); form++)
        for (const int *depth = forms[form].depths; *depth != 0; depth++)
            for (int i = 0; i < CHECK_COUNT(sizes) * 4; i++) {
                made.kind = forms[form].kind;
                made.channels = forms[form].channels;
                made.depth = *depth;
                made.rows = sizes[i / 4][0];
                made.columns = sizes[i / 4][1];
                made.interlaced = i % 2;
                made.keyed = i / 2 % 2 && forms[form].keyed;
                expect_png(&made);
            }
}

/* A palette with transparency, so that there is a chunk of every kind that is used. */
static void make_small_png(struct made *made)
{
    *made = (struct made){.kind = PNG_COLOR_TYPE_PALETTE,
                          .depth = 2,
                          .channels = 1,
                          .rows = 4,
                          .columns = 5,
                          .keyed = true};
    expect_png(made);
}

static void a_png_that_is_cut_anywhere_is_refused(void **unused)
{
    static struct made made;
    (void)unused;

    make_small_png(&made);
    for (size_t size = 4; size < made.size; size++)
        expect_refused(made.bytes, size, "a damaged PNG picture (");
}

static void a_png_with_any_bit_flipped_is_refused(void **unused)
{
    static struct made made;
    (void)unused;

    make_small_png(&made);
    for (size_t bit = 0; bit < 8 * made.size; bit++) {
        made.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        expect_refused(made.bytes, made.size, "");
        made.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

/* Sets the width and height in the header, and its checksum. */
static void set_size(struct made *made, uint32_t columns, uint32_t rows)
{
    uint8_t *header = made->bytes + 12; /* after the signature and the length: "IHDR" */
    uint32_t crc = UINT32_MAX;

    png_save_uint_32(header + 4, columns);
    png_save_uint_32(header + 8, rows);
    for (int i = 0; i < 17; i++) {
        crc ^= header[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0);
    }
    png_save_uint_32(header + 17, ~crc);
}

static void a_small_png_that_declares_many_pixels_takes_no_memory_for_them(void **unused)
{
    static struct made made;
    (void)unused;

    make_small_png(&made);
    set_size(&made, 16384, 16384);
    expect_refused(made.bytes, made.size, "truncated (expected 67108864 bytes of pixels, got a");
    set_size(&made, 16385, 1);
    expect_refused(made.bytes, made.size,
                   "wrong width or height (expected 1 to 16384 pixels, got 16385 and 1)");
    set_size(&made, 1, 100000);
    expect_refused(made.bytes, made.size, "wrong width or height");
    set_size(&made, 5, 5);
    expect_refused(made.bytes, made.size, "a damaged PNG picture (");
    set_size(&made, 0, 1);
    expect_refused(made.bytes, made.size, "a damaged PNG picture (");
    set_size(&made, 5, 4);
    struct picture picture;
    struct error error;
    assert_true(parse(&picture, made.bytes, made.size, &error));
    picture_fini(&picture);
}

#else

static void without_libpng_a_png_is_refused_with_advice(void **unused)
{
    (void)unused;
    assert_false(picture_reads_png());
    expect_refused(FILE_OF("\x89PNG\r\n\x1A\n"), "built without libpng");
}

#endif

/* ---- scaling ---- */

enum { TWIN_MAX = 80 };

/* The weight of pixel x for pixel i of the result, as PIL computes it; not yet divided by the sum
 * of the weights. */
static double twin_weight(int x, int i, int from, int to)
{
    const double scale = (double)from / to, width = scale > 1.0 ? scale : 1.0;
    const double distance = fabs((x + 0.5 - (i + 0.5) * scale) / width);

    return distance < 1.0 ? 1.0 - distance : 0.0;
}

static double twin_pixel(const uint8_t *from, int from_rows, int from_columns, int rows,
                         int columns, int i, int j)
{
    double sum = 0.0, weights = 0.0;

    for (int y = 0; y < from_rows; y++)
        for (int x = 0; x < from_columns; x++) {
            const double weight =
                twin_weight(y, i, from_rows, rows) * twin_weight(x, j, from_columns, columns);
            sum += weight * from[y * from_columns + x];
            weights += weight;
        }
    return sum / weights;
}

static void scale(const uint8_t *from, int from_rows, int from_columns, uint8_t *to, int rows,
                  int columns)
{
    struct error error;

    if (!resize(from, from_rows, from_columns, to, rows, columns, &error))
        fail_msg("%s", error.text);
}

static int random_side(int low, int high)
{
    return low + (int)rng_below(&rng, (uint32_t)(high - low + 1));
}

static void scaling_equals_its_twin(void **unused)
{
    static uint8_t from[TWIN_MAX * TWIN_MAX], to[TWIN_MAX * TWIN_MAX];
    (void)unused;

    for (int n = 0; n < 60; n++) {
        const int from_rows = random_side(1, TWIN_MAX), from_columns = random_side(1, TWIN_MAX);
        const int rows = random_side(4, 32), columns = random_side(4, 32);
        for (int p = 0; p < from_rows * from_columns; p++)
            from[p] = (uint8_t)rng_below(&rng, 256);
        scale(from, from_rows, from_columns, to, rows, columns);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) {
                const double expected =
                    twin_pixel(from, from_rows, from_columns, rows, columns, i, j);
                if (fabs(to[i * columns + j] - expected) > 0.5 + 1e-9)
                    fail_msg("%dx%d to %dx%d: pixel %d,%d is %d, expected %.9f", from_columns,
                             from_rows, columns, rows, j, i, to[i * columns + j], expected);
            }
    }
}

static void an_image_of_the_same_size_is_unchanged(void **unused)
{
    static uint8_t from[256 * 256], to[256 * 256];
    (void)unused;

    for (size_t p = 0; p < sizeof from; p++)
        from[p] = (uint8_t)rng_below(&rng, 256);
    scale(from, 28, 28, to, 28, 28);
    assert_memory_equal(to, from, 28 * 28);
    scale(from, 4, 255, to, 4, 255);
    assert_memory_equal(to, from, 4 * 255);
    scale(from, 256, 256, to, 256, 256);
    assert_memory_equal(to, from, sizeof from);
}

static void an_image_of_one_grey_keeps_it(void **unused)
{
    static uint8_t from[300 * 100], to[256 * 256];
    (void)unused;

    for (int grey = 0; grey < 256; grey += 15) {
        memset(from, grey, sizeof from);
        scale(from, random_side(1, 300), random_side(1, 100), to, 28, 37);
        for (int p = 0; p < 28 * 37; p++)
            assert_int_equal(to[p], grey);
    }
}

/* A white pixel in a black image of 8x8, scaled to 4x4. Its shares along an axis are 1/8 to 3/8 of
 * the pixels around it, and 3/7 at the edge, where the triangle is cut. */
static void one_pixel_is_spread_over_its_neighbours(void **unused)
{
    uint8_t from[64] = {0}, to[16];
    (void)unused;

    from[3 * 8 + 3] = 255;
    scale(from, 8, 8, to, 4, 4);
    const uint8_t inside[16] = {0, 0, 0, 0, 0, 36, 12, 0, 0, 12, 4, 0, 0, 0, 0, 0};
    assert_memory_equal(to, inside, sizeof to);
    memset(from, 0, sizeof from);
    from[0] = 255;
    scale(from, 8, 8, to, 4, 4);
    assert_int_equal(to[0], 47);
    for (int p = 1; p < 16; p++)
        assert_int_equal(to[p], 0);
}

/* Between two pixels a larger image is linear. */
static void an_image_is_enlarged_linearly(void **unused)
{
    const uint8_t from[2] = {0, 160};
    const uint8_t expected[8] = {0, 0, 20, 60, 100, 140, 160, 160};
    uint8_t to[4 * 8];
    (void)unused;

    scale(from, 1, 2, to, 4, 8);
    for (int i = 0; i < 4; i++)
        assert_memory_equal(to + 8 * i, expected, sizeof expected);
}

/* The largest sums need all 64 bits but one. */
static void the_largest_image_is_scaled_to_the_smallest(void **unused)
{
    const size_t pixels = (size_t)RESIZE_FROM_MAX * RESIZE_FROM_MAX;
    uint8_t *from = malloc(pixels), to[16];
    (void)unused;

    if (from == NULL)
        skip();
    memset(from, 255, pixels);
    scale(from, RESIZE_FROM_MAX, RESIZE_FROM_MAX, to, RESIZE_TO_MIN, RESIZE_TO_MIN);
    free(from);
    for (int p = 0; p < 16; p++)
        assert_int_equal(to[p], 255);
}

#define TEST(function) cmocka_unit_test_setup(function, set_up)

static const struct CMUnitTest tests[] = {
    TEST(every_form_of_netpbms_files_is_read),
    TEST(every_grey_of_16_bits_is_rounded),
    TEST(luma_is_that_of_bt_601),
    TEST(damaged_netpbm_files_are_refused),
    TEST(truncation_at_any_offset_is_refused),
    TEST(a_picture_is_read_from_its_file),
#ifdef HAVE_LIBPNG
    TEST(every_form_of_png_is_read),
    TEST(a_png_that_is_cut_anywhere_is_refused),
    TEST(a_png_with_any_bit_flipped_is_refused),
    TEST(a_small_png_that_declares_many_pixels_takes_no_memory_for_them),
#else
    TEST(without_libpng_a_png_is_refused_with_advice),
#endif
    TEST(scaling_equals_its_twin),
    TEST(an_image_of_the_same_size_is_unchanged),
    TEST(an_image_of_one_grey_keeps_it),
    TEST(one_pixel_is_spread_over_its_neighbours),
    TEST(an_image_is_enlarged_linearly),
    TEST(the_largest_image_is_scaled_to_the_smallest),
};

CHECK_MAIN(tests)
