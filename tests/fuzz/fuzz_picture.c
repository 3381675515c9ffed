/*
 * fuzz_picture.c -- any bytes as a picture file, which is then scaled.
 */
#include "fuzz.h"

#include "data/picture.h"
#include "data/resize.h"

enum { SIDE = 8 };

void fuzz_one(const uint8_t *data, size_t size)
{
    struct error error = {0};
    struct picture picture;
    uint8_t image[SIDE * SIDE], most = 0;

    if (!picture_parse(&picture, "picture", data, size, &error)) {
        fuzz_require_error(&error);
        fuzz_require(error.kind == ERROR_DATA && picture.pixels == NULL);
        return;
    }
    fuzz_require(picture.rows >= 1 && picture.rows <= PICTURE_SIDE_MAX);
    fuzz_require(picture.columns >= 1 && picture.columns <= PICTURE_SIDE_MAX);
    for (int p = 0; p < picture.rows * picture.columns; p++)
        most = picture.pixels[p] > most ? picture.pixels[p] : most;
    fuzz_require(resize(picture.pixels, picture.rows, picture.columns, image, SIDE, SIDE, &error));
    for (int p = 0; p < SIDE * SIDE; p++)
        fuzz_require(image[p] <= most);
    picture_fini(&picture);
}
