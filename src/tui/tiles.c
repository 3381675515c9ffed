#include "tui/tiles.h"

#include "tui/image.h"

enum {
    SIDES = 2, /* columns of a tile beside its picture */
    BELOW = 1, /* rows of a tile below it */
    SMALL_WIDTH = MNIST_SIDE / 2,
    SMALL_HEIGHT = MNIST_SIDE / 4,
    SCALES = 4,     /* a picture grows in quarters, to twice the smallest */
    LOW_HEIGHT = 3, /* of the lowest picture, if there is no room for a small one */
    LEFT_HALF = 0x258C,
    RIGHT_HALF = 0x2590,
};

static struct tiles tiles_of(int width, int height, int picture_width, int picture_height)
{
    return (struct tiles){width / (picture_width + SIDES), height / (picture_height + BELOW),
                          picture_width, picture_height};
}

struct tiles tiles_lay_out(int width, int height, int count)
{
    struct tiles tiles = {0};

    for (int more = SCALES; more >= 0; more--) {
        tiles = tiles_of(width, height, SMALL_WIDTH + SMALL_WIDTH * more / SCALES,
                         SMALL_HEIGHT + SMALL_HEIGHT * more / SCALES);
        if (tiles_room(&tiles) >= count)
            return tiles;
    }
    if (tiles.rows == 0 && height >= LOW_HEIGHT + BELOW)
        tiles = tiles_of(width, height, SMALL_WIDTH, height - BELOW);
    return tiles;
}

int tiles_room(const struct tiles *tiles)
{
    return tiles->columns * tiles->rows;
}

void tiles_draw_picture(struct canvas *canvas, const struct split *split, uint32_t image)
{
    int width = canvas->width, height = canvas->height;

    if (width == 0 || height == 0)
        return;
    image_fit(split->width, split->height, &width, &height);
    struct canvas picture = canvas_inside(canvas, (canvas->width - width) / 2,
                                          (canvas->height - height) / 2, width, height);
    image_draw(&picture, split_image(split, image), split->width, split->height);
}

struct canvas tiles_draw(const struct tiles *tiles, struct canvas *canvas, int i,
                         const struct split *split, uint32_t image, bool selected)
{
    const int width = tiles->width + SIDES, height = tiles->height + BELOW;
    struct canvas tile = canvas_inside(canvas, i % tiles->columns * width,
                                       i / tiles->columns * height, width, height);
    struct canvas picture = canvas_inside(&tile, 1, 0, tiles->width, tiles->height);
    const bool blocks = canvas->glyphs != GLYPHS_ASCII;

    tiles_draw_picture(&picture, split, image);
    for (int y = 0; selected && y < tiles->height; y++) {
        canvas_put(&tile, 0, y, blocks ? RIGHT_HALF : '[', STYLE_FOCUS);
        canvas_put(&tile, width - 1, y, blocks ? LEFT_HALF : ']', STYLE_FOCUS);
    }
    struct canvas caption = canvas_inside(&tile, 0, tiles->height, width, BELOW);
    for (int x = 0; selected && x < width; x++)
        canvas_put(&caption, x, 0, ' ', STYLE_SELECTED);
    return canvas_inside(&caption, 1, 0, tiles->width, BELOW);
}

int tiles_at(const struct tiles *tiles, int x, int y)
{
    const int column = x / (tiles->width + SIDES), row = y / (tiles->height + BELOW);

    return x < 0 || y < 0 || column >= tiles->columns || row >= tiles->rows
               ? -1
               : row * tiles->columns + column;
}
