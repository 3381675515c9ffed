#include "train/occlusion.h"

#include "support/lanes.h"
#include "support/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGES = LANES + 1 }; /* a block of blanked ones, then the whole one */

/* The labels mean nothing here: losses are not used. */
static uint8_t no_labels[IMAGES];

static int patch_side(int height, int width)
{
    const int side = (height < width ? height : width) * 5 / MNIST_SIDE;

    return side < 3 ? 3 : side | 1;
}

static int centres_along(int side, int stride)
{
    return (side + stride - 1) / stride;
}

static int choose_stride(int height, int width)
{
    int stride = 1;

    while (centres_along(height, stride) * centres_along(width, stride) > OCCLUSION_PATCHES)
        stride++;
    return stride;
}

struct occlusion *occlusion_new(const struct split *split, const uint8_t *image, int class,
                                struct error *error)
{
    struct occlusion *occlusion = memory_new(1, sizeof *occlusion, error);
    const size_t pixels = split_pixels(split);

    if (occlusion == NULL)
        return NULL;
    occlusion->height = split->height;
    occlusion->width = split->width;
    occlusion->patch = patch_side(split->height, split->width);
    occlusion->stride = choose_stride(split->height, split->width);
    occlusion->class = class;
    occlusion->rows = centres_along(split->height, occlusion->stride);
    occlusion->columns = centres_along(split->width, occlusion->stride);
    occlusion->next = -1;
    occlusion->blanked = *split;
    occlusion->blanked.count = IMAGES;
    occlusion->blanked.labels = no_labels;
    occlusion->blanked.images = memory_new(IMAGES, pixels, error);
    occlusion->heat = memory_new(pixels, sizeof(float), error);
    occlusion->drops =
        memory_new((size_t)(occlusion->rows * occlusion->columns), sizeof(float), error);
    occlusion->probabilities = memory_new((size_t)(LANES * split->classes), sizeof(float), error);
    if (occlusion->blanked.images == NULL || occlusion->heat == NULL || occlusion->drops == NULL ||
        occlusion->probabilities == NULL) {
        occlusion_free(occlusion);
        return NULL;
    }
    occlusion->image = split_image(&occlusion->blanked, LANES);
    memcpy(occlusion->blanked.images + LANES * pixels, image, pixels);
    return occlusion;
}

void occlusion_free(struct occlusion *occlusion)
{
    if (occlusion == NULL)
        return;
    free(occlusion->blanked.images);
    free(occlusion->heat);
    free(occlusion->drops);
    free(occlusion->probabilities);
    free(occlusion);
}

/* Evaluates the first `count` of the blanked images. */
static void evaluate(struct occlusion *occlusion, struct evaluator *evaluator,
                     const uint32_t images[], int count, uint8_t predicted[LANES])
{
    double losses[LANES];
    const struct evaluation evaluation = {losses, predicted, occlusion->probabilities};

    evaluate_listed(evaluator, &occlusion->blanked, images, count, &evaluation);
}

static void evaluate_whole(struct occlusion *occlusion, struct evaluator *evaluator)
{
    uint8_t predicted[LANES];

    evaluate(occlusion, evaluator, (uint32_t[]){LANES}, 1, predicted);
    occlusion->predicted = predicted[0];
    if (occlusion->class == OCCLUSION_CLASS_READ)
        occlusion->class = predicted[0];
    occlusion->probability = occlusion->probabilities[occlusion->class];
}

/* Copies the image and blanks the patch of a centre. False if that changes no pixel. */
static bool blank(const struct occlusion *occlusion, int centre, uint8_t *pixels)
{
    const int height = occlusion->height, width = occlusion->width;
    const int half = occlusion->patch / 2, stride = occlusion->stride;
    const int y = centre / occlusion->columns * stride + stride / 2;
    const int x = centre % occlusion->columns * stride + stride / 2;
    const int top = y < half ? 0 : y - half, bottom = y + half < height ? y + half + 1 : height;
    const int left = x < half ? 0 : x - half, right = x + half < width ? x + half + 1 : width;
    bool changed = false;

    memcpy(pixels, occlusion->image, (size_t)height * (size_t)width);
    for (int row = top; row < bottom; row++) {
        for (int column = left; column < right; column++) {
            changed = changed || pixels[row * width + column] != 0;
            pixels[row * width + column] = 0;
        }
    }
    return changed;
}

/* Evaluates the next patches that change the image, up to a block of them. */
static void evaluate_patches(struct occlusion *occlusion, struct evaluator *evaluator)
{
    const int centres = occlusion->rows * occlusion->columns, classes = occlusion->blanked.classes;
    const size_t pixels = split_pixels(&occlusion->blanked);
    int centre[LANES], count = 0;
    uint32_t images[LANES];
    uint8_t predicted[LANES];

    for (; occlusion->next < centres && count < LANES; occlusion->next++) {
        if (!blank(occlusion, occlusion->next, occlusion->blanked.images + (size_t)count * pixels))
            continue;
        images[count] = (uint32_t)count;
        centre[count++] = occlusion->next;
    }
    if (count == 0)
        return;
    evaluate(occlusion, evaluator, images, count, predicted);
    for (int i = 0; i < count; i++) {
        const float drop =
            occlusion->probability - occlusion->probabilities[i * classes + occlusion->class];
        occlusion->drops[centre[i]] = isfinite(drop) ? drop : 0.0F;
    }
}

/* The place of a row or column among `count` centres: the one before it, and how far it is on the
 * way to the next. */
static int place_of(int pixel, int stride, int count, float *part)
{
    const float place = (float)(pixel - stride / 2) / (float)stride;
    const float most = (float)(count - 1);
    const float inside = place < 0.0F ? 0.0F : place > most ? most : place;
    const int before = (int)inside;

    *part = inside - (float)before;
    return before;
}

/* Interpolates the heat between the centres. */
static void fill_heat(struct occlusion *occlusion)
{
    const int stride = occlusion->stride, columns = occlusion->columns;

    for (int y = 0; y < occlusion->height; y++) {
        float down;
        const int row = place_of(y, stride, occlusion->rows, &down);
        for (int x = 0; x < occlusion->width; x++) {
            float across;
            const int column = place_of(x, stride, columns, &across);
            const float *drop = occlusion->drops + row * columns + column;
            const int right = across > 0.0F ? 1 : 0, below = down > 0.0F ? columns : 0;
            const float upper = drop[0] + across * (drop[right] - drop[0]);
            const float lower = drop[below] + across * (drop[below + right] - drop[below]);
            occlusion->heat[y * occlusion->width + x] = upper + down * (lower - upper);
        }
    }
}

bool occlusion_continue(struct occlusion *occlusion, struct evaluator *evaluator)
{
    if (occlusion->next < 0) {
        evaluate_whole(occlusion, evaluator);
        occlusion->next = 0;
        return true;
    }
    evaluate_patches(occlusion, evaluator);
    if (occlusion->next < occlusion->rows * occlusion->columns)
        return true;
    fill_heat(occlusion);
    return false;
}
