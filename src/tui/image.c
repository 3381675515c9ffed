#include "tui/image.h"

/* The mean over a rectangle whose edges may cut through pixels. */
static int mean_of(const uint8_t *pixels, int side, double left, double top, double right,
                   double bottom)
{
    double sum = 0.0, weight = 0.0;

    for (int y = (int)top; y < side && y < bottom; y++) {
        double high = (bottom < y + 1 ? bottom : y + 1) - (top > y ? top : y);
        for (int x = (int)left; x < side && x < right; x++) {
            double wide = (right < x + 1 ? right : x + 1) - (left > x ? left : x);
            sum += high * wide * pixels[y * side + x];
            weight += high * wide;
        }
    }
    return weight > 0.0 ? (int)(sum / weight + 0.5) : 0;
}

/* The shade for a mean of 0 to 255, from nothing to full. */
static uint32_t shade(enum glyphs glyphs, int mean)
{
    static const char ascii[] = " .:-=+*#%@";
    static const uint32_t blocks[] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};

    if (glyphs == GLYPHS_ASCII)
        return (unsigned char)ascii[mean * (int)(sizeof ascii - 1) / 256];
    return blocks[mean * 5 / 256];
}

void image_draw(struct canvas *canvas, const uint8_t *pixels, int side)
{
    const bool halves = canvas->greys && canvas->glyphs != GLYPHS_ASCII;
    const double wide = (double)side / canvas->width;
    const double high = (double)side / canvas->height;

    for (int y = 0; y < canvas->height; y++) {
        for (int x = 0; x < canvas->width; x++) {
            struct cell *cell = &canvas->cells[y * canvas->pitch + x];
            double left = x * wide, top = y * high, middle = top + high / 2.0;
            if (!halves) {
                int mean = mean_of(pixels, side, left, top, left + wide, top + high);
                *cell = (struct cell){shade(canvas->glyphs, mean), STYLE_PLAIN, 0, 0};
                continue;
            }
            int above = mean_of(pixels, side, left, top, left + wide, middle);
            int below = mean_of(pixels, side, left, middle, left + wide, top + high);
            *cell = (struct cell){0x2580, STYLE_GREY, (uint8_t)(above * CANVAS_GREYS / 256),
                                  (uint8_t)(below * CANVAS_GREYS / 256)};
        }
    }
}
