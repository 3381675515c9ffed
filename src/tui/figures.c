#include "tui/figures.h"

#include <math.h>
#include <string.h>

enum { DOT_ROWS = 2 * FIGURES_ROWS };

static const double LEAST = 1e-3; /* below it four digits after the point say too little */

/* "2.47e-8" instead of "2.47e-08". */
static void shorten_exponent(char *text)
{
    char *exponent = strchr(text, 'e');

    if (exponent == NULL)
        return;
    exponent += 2; /* after its sign */
    while (exponent[0] == '0' && exponent[1] != '\0')
        memmove(exponent, exponent + 1, strlen(exponent));
}

/* Takes the zero before the point away. */
static void drop_zero(char *text)
{
    char *first = text[0] == '-' ? text + 1 : text;

    if (first[0] == '0' && first[1] == '.')
        memmove(first, first + 1, strlen(first));
}

void figures_number(char text[FIGURES_TEXT], double value)
{
    const double size = fabs(value);

    if (!isfinite(value) || size >= 1e4) {
        snprintf(text, FIGURES_TEXT, "%.3g", value);
    } else if (size < LEAST && size > 0.0) {
        snprintf(text, FIGURES_TEXT, "%.2e", value);
        shorten_exponent(text);
    } else {
        const int digits = size < 10.0 - 5e-4 ? 3 : size < 100.0 - 5e-3 ? 2 : 1;
        snprintf(text, FIGURES_TEXT, "%.*f", size < 1.0 - 5e-5 ? 4 : digits, value);
        drop_zero(text);
        if (size == 0.0)
            snprintf(text, FIGURES_TEXT, "0");
    }
}

void figures_brief(char text[FIGURES_TEXT], double value)
{
    const double size = fabs(value);

    if (!isfinite(value) || (size < 9.5e-4 && size > 0.0) || size >= 9999.5) {
        snprintf(text, FIGURES_TEXT, "%.0e", value);
        shorten_exponent(text);
        return;
    }
    const int digits = size >= 9.95 || size == 0.0 ? 0
                       : size >= 0.995             ? 1
                       : size >= 0.0995            ? 2
                       : size >= 0.00995           ? 3
                                                   : 4;
    snprintf(text, FIGURES_TEXT, "%.*f", digits, value);
    drop_zero(text);
}

void figures_fixed(char text[FIGURES_TEXT], double value, int digits)
{
    const double half = 0.5 * pow(10.0, -digits);

    if (isnan(value)) {
        text[0] = '\0';
    } else if (!isfinite(value) || (value < half && value > 0.0) || value >= 9999.5) {
        snprintf(text, FIGURES_TEXT, "%.0e", value);
        shorten_exponent(text);
    } else {
        const int before = value >= 99.95 ? 3 : value >= 9.995 ? 2 : value >= 1.0 - half ? 1 : 0;
        const int after = before == 0 ? digits : before == 3 ? 0 : before == 2 ? 1 : 2;
        snprintf(text, FIGURES_TEXT, "%.*f", after < digits ? after : digits, value);
        drop_zero(text);
    }
}

void figures_percent(char text[FIGURES_TEXT], double value)
{
    snprintf(text, FIGURES_TEXT, isfinite(value) && fabs(value) < 1e6 ? "%.2f" : "%.3g", value);
}

/* ---- tall ---- */

/* Rows of dots, the leftmost one first. */
struct shape {
    char character;
    const char *rows[DOT_ROWS];
};

static const struct shape shapes[] = {
    {'0', {" ## ", "#  #", "#  #", "#  #", "#  #", " ## "}},
    {'1', {"  # ", " ## ", "  # ", "  # ", "  # ", " ###"}},
    {'2', {" ## ", "#  #", "   #", " ## ", "#   ", "####"}},
    {'3', {" ## ", "#  #", "  # ", "   #", "#  #", " ## "}},
    {'4', {"#  #", "#  #", "#  #", "####", "   #", "   #"}},
    {'5', {"####", "#   ", "### ", "   #", "#  #", " ## "}},
    {'6', {" ## ", "#   ", "### ", "#  #", "#  #", " ## "}},
    {'7', {"####", "   #", "  # ", "  # ", " #  ", " #  "}},
    {'8', {" ## ", "#  #", " ## ", "#  #", "#  #", " ## "}},
    {'9', {" ## ", "#  #", "#  #", " ###", "   #", " ## "}},
    {'.', {" ", " ", " ", " ", " ", "#"}},
    {'%', {"#  #", "#  #", "  # ", " #  ", "#  #", "#  #"}},
};

static const struct shape *shape_of(char character)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (shapes[i].character == character)
            return &shapes[i];
    return NULL;
}

static int width_of(const struct shape *shape)
{
    return (int)strlen(shape->rows[0]);
}

int figures_width(const struct canvas *canvas, const char *text)
{
    int width = 0;

    if (canvas->glyphs == GLYPHS_ASCII)
        return 0;
    for (const char *at = text; *at != '\0'; at++) {
        const struct shape *shape = shape_of(*at);
        if (shape == NULL)
            return 0;
        width += width_of(shape) + (at > text ? 1 : 0);
    }
    return width;
}

static void draw_shape(struct canvas *canvas, int x, int y, enum style style,
                       const struct shape *shape)
{
    static const uint32_t halves[] = {' ', 0x2580, 0x2584, 0x2588}; /* none, upper, lower, both */

    for (int row = 0; row < FIGURES_ROWS; row++)
        for (int column = 0; column < width_of(shape); column++) {
            const int above = shape->rows[2 * row][column] == '#';
            const int below = shape->rows[2 * row + 1][column] == '#';
            canvas_put(canvas, x + column, y + row, halves[above + 2 * below], style);
        }
}

void figures_draw(struct canvas *canvas, int x, int y, enum style style, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        const struct shape *shape = shape_of(*at);
        if (shape == NULL)
            return;
        draw_shape(canvas, x, y, style, shape);
        x += width_of(shape) + 1;
    }
}
