#include "data/augment.h"

#include "data/dataset.h"
#include "support/rng.h"

#include <math.h>
#include <string.h>

enum {
    SIDE = DATASET_SIDE,
    PITCH = SIDE + 2, /* with one black pixel around, so that bilinear weights need no test */
};

static const double RADIANS = 3.14159265358979323846 / 180.0;

/* From a pixel (x, y) of the result to where it lies in the image: (xx x + xy y + x0, ...). */
struct affine {
    float xx, xy, x0, yx, yy, y0;
};

static double draw(struct rng *rng, double reach)
{
    return (double)rng_uniform(rng, -1.0F, 1.0F) * reach;
}

/* The inverse of: turn by the angle, scale, shift; about the centre. */
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
        .xx = (float)c,
        .xy = (float)s,
        .x0 = (float)(centre - c * x - s * y),
        .yx = (float)-s,
        .yy = (float)c,
        .y0 = (float)(centre + s * x - c * y),
    };
}

/* The image at (x, y), between the four pixels around. */
static float sample(const uint8_t *framed, float x, float y)
{
    if (!(x > -1.0F && x < SIDE && y > -1.0F && y < SIDE))
        return 0.0F;
    const int column = (int)(x + 1.0F), row = (int)(y + 1.0F); /* of the frame */
    const float right = x + 1.0F - (float)column, below = y + 1.0F - (float)row;
    const uint8_t *at = framed + row * PITCH + column;
    const float top = (float)at[0] + right * ((float)at[1] - (float)at[0]);
    const float bottom = (float)at[PITCH] + right * ((float)at[PITCH + 1] - (float)at[PITCH]);
    return top + below * (bottom - top);
}

void augment_image(const struct augmentation *augmentation, uint32_t index, const uint8_t *image,
                   float *pixels)
{
    uint8_t framed[(SIDE + 3) * PITCH] = {0}; /* rounding may lead to one row more */
    struct affine affine;

    draw_affine(augmentation, index, &affine);
    for (int y = 0; y < SIDE; y++)
        memcpy(framed + (y + 1) * PITCH + 1, image + y * SIDE, SIDE);
    for (int y = 0; y < SIDE; y++) {
        const float from_x = affine.xy * (float)y + affine.x0;
        const float from_y = affine.yy * (float)y + affine.y0;
        for (int x = 0; x < SIDE; x++)
            *pixels++ =
                sample(framed, affine.xx * (float)x + from_x, affine.yx * (float)x + from_y);
    }
}
