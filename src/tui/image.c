#include "tui/image.h"

#include <math.h>

struct picture {
    int width, height;
    const uint8_t *pixels; /* NULL: */
    const float *values;
    float low, high;
};

static int pixel_at(const struct picture *picture, int i)
{
    if (picture->pixels != NULL)
        return picture->pixels[i];
    const double span = (double)picture->high - (double)picture->low;
    const double share =
        span > 0.0 ? ((double)picture->values[i] - (double)picture->low) / span : 0.0;
    return share > 0.0 ? (int)(255.0 * fmin(share, 1.0) + 0.5) : 0;
}

/* The mean over a rectangle whose edges may cut through pixels. */
static int mean_of(const struct picture *picture, double left, double top, double right,
                   double bottom)
{
    double sum = 0.0, weight = 0.0;

    for (int y = (int)top; y < picture->height && y < bottom; y++) {
        double high = (bottom < y + 1 ? bottom : y + 1) - (top > y ? top : y);
        for (int x = (int)left; x < picture->width && x < right; x++) {
            double wide = (right < x + 1 ? right : x + 1) - (left > x ? left : x);
            sum += high * wide * pixel_at(picture, y * picture->width + x);
            weight += high * wide;
        }
    }
    return weight > 0.0 ? (int)(sum / weight + 0.5) : 0;
}

/* The shade for a mean of 0 to 255, from empty to full. */
static uint32_t shade(enum glyphs glyphs, int mean)
{
    static const char ascii[] = " .:-=+*#%@";
    static const uint32_t blocks[] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};

    if (glyphs == GLYPHS_ASCII)
        return (unsigned char)ascii[mean * (int)(sizeof ascii - 1) / 256];
    return blocks[mean * 5 / 256];
}

static void draw(struct canvas *canvas, const struct picture *picture)
{
    const bool halves = canvas->greys && canvas->glyphs != GLYPHS_ASCII;
    const double wide = (double)picture->width / canvas->width;
    const double high = (double)picture->height / canvas->height;

    for (int y = 0; y < canvas->height; y++) {
        for (int x = 0; x < canvas->width; x++) {
            struct cell *cell = &canvas->cells[y * canvas->pitch + x];
            double left = x * wide, top = y * high, middle = top + high / 2.0;
            if (!halves) {
                int mean = mean_of(picture, left, top, left + wide, top + high);
                canvas_put(canvas, x, y, shade(canvas->glyphs, mean), STYLE_PLAIN);
                continue;
            }
            int above = mean_of(picture, left, top, left + wide, middle);
            int below = mean_of(picture, left, middle, left + wide, top + high);
            canvas_put(canvas, x, y, 0x2580, STYLE_GREY);
            cell->fore = (uint8_t)(above * CANVAS_GREYS / 256);
            cell->back = (uint8_t)(below * CANVAS_GREYS / 256);
        }
    }
}

void image_fit(int width, int height, int *columns, int *rows)
{
    const int high = height * *columns / (2 * width);

    *rows = high < 1 ? 1 : high < *rows ? high : *rows;
    const int wide = (2 * *rows * width + height / 2) / height;
    *columns = wide < 1 ? 1 : wide < *columns ? wide : *columns;
}

void image_draw(struct canvas *canvas, const uint8_t *pixels, int width, int height)
{
    draw(canvas, &(struct picture){.width = width, .height = height, .pixels = pixels});
}

void image_draw_values(struct canvas *canvas, const float *values, int width, int height, float low,
                       float high)
{
    draw(canvas, &(struct picture){width, height, NULL, values, low, high});
}
