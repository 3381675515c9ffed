#include "data/augment.h"

#include "support/rng.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    POINT = 16,  /* fractional bits of a coordinate */
    WEIGHT = 11, /* fractional bits of a bilinear weight */
    WEIGHTS = 1 << WEIGHT,
};

static const double RADIANS = 3.14159265358979323846 / 180.0;

static double draw(struct rng *rng, double reach)
{
    return (double)rng_uniform(rng, -1.0F, 1.0F) * reach;
}

static int fixed(double value)
{
    return (int)lround(value * (1 << POINT));
}

/* The inverse map of: rotate, scale, then shift, about the centre. */
static void draw_affine(const struct augmentation *augmentation, uint32_t index,
                        struct augmented *augmented)
{
    const double middle_x = (augmented->width - 1) / 2.0, middle_y = (augmented->height - 1) / 2.0;
    struct rng rng;

    rng_init(&rng, augmentation->seed, (uint64_t)(augmentation->epoch + 1) << 32 | index);
    double angle = draw(&rng, augmentation->rotate) * RADIANS;
    double scale = 1.0 + draw(&rng, augmentation->scale);
    double x = middle_x + draw(&rng, augmentation->shift);
    double y = middle_y + draw(&rng, augmentation->shift);
    double c = cos(angle) / scale, s = sin(angle) / scale;
    augmented->affine = (struct augment_affine){
        .xx = fixed(c),
        .xy = fixed(s),
        .x0 = fixed(middle_x - c * x - s * y + 1.0),
        .yx = fixed(-s),
        .yy = fixed(c),
        .y0 = fixed(middle_y + s * x - c * y + 1.0),
    };
}

/* The box of the image's ink, the pixels that are not black. An all-black image gives an empty
 * box. */
static struct augment_box find_ink(const uint8_t *image, int height, int width)
{
    struct augment_box box = {width, 0, height, 0};

    for (int y = 0; y < height; y++, image += width) {
        int from = 0, to = width;
        while (from < to && image[from] == 0)
            from++;
        while (from < to && image[to - 1] == 0)
            to--;
        if (from == to)
            continue;
        box.x_from = from < box.x_from ? from : box.x_from;
        box.x_to = to > box.x_to ? to : box.x_to;
        box.y_from = box.y_to == 0 ? y : box.y_from;
        box.y_to = y + 1;
    }
    return box;
}

/* Whether any of the four pixels around the point may have ink. */
static bool sees_ink(const struct augment_box *box, int x, int y)
{
    return x > box->x_from << POINT && x < (box->x_to + 1) << POINT && y > box->y_from << POINT &&
           y < (box->y_to + 1) << POINT;
}

/* A pixel of the image in its black frame. */
static int pixel(const struct augmented *augmented, int x, int y)
{
    return x > 0 && x <= augmented->width && y > 0 && y <= augmented->height
               ? augmented->image[(y - 1) * augmented->width + x - 1]
               : 0;
}

/* The value at a point, interpolated between the four pixels around it. */
static float sample(const struct augmented *augmented, int x, int y)
{
    const int right = x >> (POINT - WEIGHT) & (WEIGHTS - 1);
    const int below = y >> (POINT - WEIGHT) & (WEIGHTS - 1);
    const int column = x >> POINT, row = y >> POINT;
    const int top = pixel(augmented, column, row) * (WEIGHTS - right) +
                    pixel(augmented, column + 1, row) * right;
    const int bottom = pixel(augmented, column, row + 1) * (WEIGHTS - right) +
                       pixel(augmented, column + 1, row + 1) * right;

    return (float)(top * (WEIGHTS - below) + bottom * below) / (float)(1 << 2 * WEIGHT);
}

void augment_begin(struct augmented *augmented, const struct augmentation *augmentation,
                   uint32_t index, const uint8_t *image, int height, int width)
{
    *augmented = (struct augmented){
        .image = image, .height = height, .width = width, .ink = find_ink(image, height, width)};
    draw_affine(augmentation, index, augmented);
}

void augment_row(const struct augmented *augmented, int row, float *pixels)
{
    const struct augment_affine *affine = &augmented->affine;
    const struct augment_box *ink = &augmented->ink;
    const int x = affine->xy * row + affine->x0, y = affine->yy * row + affine->y0;
    int from = 0, to = augmented->width; /* the box is convex: a row meets it in one run */

    memset(pixels, 0, (size_t)augmented->width * sizeof *pixels);
    while (from < to && !sees_ink(ink, x + affine->xx * from, y + affine->yx * from))
        from++;
    while (from < to && !sees_ink(ink, x + affine->xx * (to - 1), y + affine->yx * (to - 1)))
        to--;
    for (int i = from; i < to; i++)
        pixels[i] = sample(augmented, x + affine->xx * i, y + affine->yx * i);
}
