#include "tui/augmented.h"

#include "train/rule.h"
#include "tui/tiles.h"

/* Fills pixels[height][width] with the image as an epoch augments it. */
static void augment(const struct frame *frame, int epoch, uint8_t pixels[DATASET_PIXELS_MAX])
{
    const struct split *train = frame->train;
    const struct augmentation augmentation = rule_of_images(frame->settings, epoch);
    float row[DATASET_SIDE_MAX];
    struct augmented augmented;

    augment_begin(&augmented, &augmentation, (uint32_t)frame->train_image,
                  split_image(train, (uint32_t)frame->train_image), train->height, train->width);
    for (int y = 0; y < train->height; y++) {
        augment_row(&augmented, y, row);
        for (int x = 0; x < train->width; x++)
            pixels[y * train->width + x] = (uint8_t)(row[x] + 0.5F);
    }
}

/* Draws tile i: the image of an epoch, or that of the file if the epoch is -1. */
static void draw_form(const struct frame *frame, struct canvas *canvas, const struct tiles *tiles,
                      int i, int epoch)
{
    static uint8_t pixels[DATASET_PIXELS_MAX]; /* too large for the stack */
    const bool present = epoch == frame_epoch(frame);
    const enum style style = present ? STYLE_BOLD : STYLE_DIM;
    struct split form = *frame->train;

    if (epoch < 0) {
        struct canvas caption =
            tiles_draw(tiles, canvas, i, frame->train, (uint32_t)frame->train_image, false);
        canvas_text(&caption, 0, 0, STYLE_PLAIN, "in the file");
        return;
    }
    form.images = pixels;
    augment(frame, epoch, pixels);
    struct canvas caption = tiles_draw(tiles, canvas, i, &form, 0, false);
    canvas_text(&caption, 0, 0, style, present ? "now, epoch %d" : "epoch %d", epoch + 1);
}

void augmented_draw(const struct frame *frame, struct canvas *canvas)
{
    const int epochs = frame->snapshot->epochs;
    const struct tiles tiles = tiles_lay_out(canvas->width, canvas->height, epochs + 1);
    const int forms = tiles_room(&tiles) - 1;
    int first = frame_epoch(frame);

    if (first > epochs - forms)
        first = epochs > forms ? epochs - forms : 0;
    for (int i = -1; i < forms && first + i < epochs; i++)
        draw_form(frame, canvas, &tiles, i + 1, i < 0 ? -1 : first + i);
}
