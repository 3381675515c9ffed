#include "data/augment.h"

#include "data/dataset.h"
#include "support/rng.h"

#include <math.h>
#include <string.h>

enum {
    SIDE = DATASET_SIDE,
    PITCH = SIDE + 2, /* of a frame: the image with a black border */
    POINT = 16,       /* fractional bits of a coordinate */
    WEIGHT = 11,      /* fractional bits of a bilinear weight */
    WEIGHTS = 1 << WEIGHT,
};

static const double RADIANS = 3.14159265358979323846 / 180.0;

/* Maps a pixel (x, y) of the result to its position in the frame, in fixed-point numbers:
 * (xx x + xy y + x0, yx x + yy y + y0). */
struct affine {
    int xx, xy, x0, yx, yy, y0;
};

/* The range [from, to) of the frame's pixels that are not black, along each axis. */
struct box {
    int x_from, x_to, y_from, y_to;
};

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
                        struct affine *affine)
{
    const double centre = (SIDE - 1) / 2.0;
    struct rng rng;

    rng_init(&rng, augmentation->seed, (uint64_t)(augmentation->epoch + 1) << 32 | index);
    double angle = draw(&rng, augmentation->rotate) * RADIANS;
    double scale = 1.0 + draw(&rng, augmentation->scale);
    double x = centre + draw(&rng, augmentation->shift);
    double y = centre + draw(&rng, augmentation->shift);
    double c = cos(angle) / scale, s = sin(angle) / scale;
    *affine = (struct affine){
        .xx = fixed(c),
        .xy = fixed(s),
        .x0 = fixed(centre - c * x - s * y + 1.0),
        .yx = fixed(-s),
        .yy = fixed(c),
        .y0 = fixed(centre + s * x - c * y + 1.0),
    };
}

/* Copies the image into the frame and returns the box of its ink, the pixels that are not black. An
 * all-black image gives an empty box. */
static struct box frame_image(const uint8_t *image, uint8_t *frame)
{
    struct box box = {PITCH, 0, PITCH, 0};
    uint8_t columns[SIDE] = {0};

    for (int y = 0; y < SIDE; y++, image += SIDE) {
        uint8_t ink = 0;
        memcpy(frame + (y + 1) * PITCH + 1, image, SIDE);
        for (int x = 0; x < SIDE; x++) {
            columns[x] |= image[x];
            ink |= image[x];
        }
        if (ink == 0)
            continue;
        box.y_from = box.y_to == 0 ? y + 1 : box.y_from;
        box.y_to = y + 2;
    }
    for (int x = 0; x < SIDE; x++) {
        if (columns[x] == 0)
            continue;
        box.x_from = box.x_to == 0 ? x + 1 : box.x_from;
        box.x_to = x + 2;
    }
    return box;
}

/* Whether any of the four pixels around the point may have ink. */
static bool sees_ink(const struct box *box, int x, int y)
{
    return x > (box->x_from - 1) << POINT && x < box->x_to << POINT &&
           y > (box->y_from - 1) << POINT && y < box->y_to << POINT;
}

/* The frame's value at a point, interpolated between the four pixels around it. */
static float sample(const uint8_t *frame, int x, int y)
{
    const uint8_t *corner = frame + (y >> POINT) * PITCH + (x >> POINT);
    const int right = x >> (POINT - WEIGHT) & (WEIGHTS - 1);
    const int below = y >> (POINT - WEIGHT) & (WEIGHTS - 1);
    const int top = corner[0] * (WEIGHTS - right) + corner[1] * right;
    const int bottom = corner[PITCH] * (WEIGHTS - right) + corner[PITCH + 1] * right;

    return (float)(top * (WEIGHTS - below) + bottom * below) / (float)(1 << 2 * WEIGHT);
}

void augment_image(const struct augmentation *augmentation, uint32_t index, const uint8_t *image,
                   float *pixels)
{
    uint8_t frame[PITCH * PITCH] = {0};
    const struct box box = frame_image(image, frame);
    struct affine affine;

    draw_affine(augmentation, index, &affine);
    memset(pixels, 0, DATASET_PIXELS * sizeof *pixels);
    for (int row = 0; row < SIDE; row++, pixels += SIDE) {
        const int x = affine.xy * row + affine.x0, y = affine.yy * row + affine.y0;
        int from = 0, to = SIDE; /* the box is convex, so each row meets it in one run of pixels */
        while (from < to && !sees_ink(&box, x + affine.xx * from, y + affine.yx * from))
            from++;
        while (from < to && !sees_ink(&box, x + affine.xx * (to - 1), y + affine.yx * (to - 1)))
            to--;
        for (int i = from; i < to; i++)
            pixels[i] = sample(frame, x + affine.xx * i, y + affine.yx * i);
    }
}
