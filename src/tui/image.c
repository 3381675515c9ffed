#include "tui/image.h"

#include <math.h>

struct picture {
    int width, height;
    const uint8_t *pixels; /* NULL: */
    const float *values;
    bool is_signed; /* -1 to 1, of a range from -high to high; otherwise 0 to 255 */
    float low, high;
};

static double value_at(const struct picture *picture, int i)
{
    if (picture->pixels != NULL)
        return picture->pixels[i];
    if (picture->is_signed)
        return picture->high > 0.0F ? (double)(picture->values[i] / picture->high) : 0.0;
    const double span = (double)picture->high - (double)picture->low;
    const double share =
        span > 0.0 ? ((double)picture->values[i] - (double)picture->low) / span : 0.0;
    return share > 0.0 ? (int)(255.0 * fmin(share, 1.0) + 0.5) : 0;
}

/* The mean over a rectangle whose edges may cut through pixels. */
static double mean_of(const struct picture *picture, double left, double top, double right,
                      double bottom)
{
    double sum = 0.0, weight = 0.0;

    for (int y = (int)top; y < picture->height && y < bottom; y++) {
        double high = (bottom < y + 1 ? bottom : y + 1) - (top > y ? top : y);
        for (int x = (int)left; x < picture->width && x < right; x++) {
            double wide = (right < x + 1 ? right : x + 1) - (left > x ? left : x);
            sum += high * wide * value_at(picture, y * picture->width + x);
            weight += high * wide;
        }
    }
    return weight > 0.0 ? sum / weight : 0.0;
}

/* A mean as one of a few glyphs, where there are no inks: a shade from empty to full, or a sign. */
static void put_glyph(struct canvas *canvas, int x, int y, double mean, bool is_signed)
{
    static const uint32_t ascii[] = {' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'};
    static const uint32_t blocks[] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};
    const bool poor = canvas->glyphs == GLYPHS_ASCII;
    const int level = (int)(mean + 0.5);

    if (!is_signed) {
        const uint32_t shade = poor ? ascii[level * 10 / 256] : blocks[level * 5 / 256];
        canvas_put(canvas, x, y, shade, STYLE_PLAIN);
        return;
    }
    const enum ink ink = ink_of_signed(mean);
    if (ink == INK_ZERO)
        canvas_put(canvas, x, y, poor ? '.' : 0xB7, STYLE_DIM);
    else
        canvas_put(canvas, x, y, ink < INK_ZERO ? '-' : '+',
                   ink < INK_ZERO ? STYLE_NEGATIVE : STYLE_POSITIVE);
}

static enum ink ink_of(double mean, bool is_signed)
{
    return is_signed ? ink_of_signed(mean)
                     : (enum ink)(INK_GREY + (int)(mean + 0.5) * INK_GREYS / 256);
}

static void draw(struct canvas *canvas, const struct picture *picture)
{
    const bool halves = canvas->inks && canvas->glyphs != GLYPHS_ASCII;
    const double wide = (double)picture->width / canvas->width;
    const double high = (double)picture->height / canvas->height;

    for (int y = 0; y < canvas->height; y++) {
        for (int x = 0; x < canvas->width; x++) {
            double left = x * wide, top = y * high, middle = top + high / 2.0;
            if (!halves) {
                double mean = mean_of(picture, left, top, left + wide, top + high);
                put_glyph(canvas, x, y, mean, picture->is_signed);
                continue;
            }
            double above = mean_of(picture, left, top, left + wide, middle);
            double below = mean_of(picture, left, middle, left + wide, top + high);
            canvas_put(canvas, x, y, 0x2580, STYLE_PLAIN);
            canvas_ink(canvas, x, y, ink_of(above, picture->is_signed),
                       ink_of(below, picture->is_signed));
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
    draw(canvas, &(struct picture){width, height, NULL, values, false, low, high});
}

void image_draw_signed(struct canvas *canvas, const float *values, int width, int height,
                       float largest)
{
    draw(canvas, &(struct picture){width, height, NULL, values, true, -largest, largest});
}
