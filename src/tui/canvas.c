#include "tui/canvas.h"

#include "support/glyph.h"
#include "support/memory.h"
#include "support/utf8.h"

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <wchar.h>

bool canvas_new(struct canvas *canvas, int width, int height, struct error *error)
{
    assert(width >= 0 && height >= 0);
    *canvas = (struct canvas){.width = width, .height = height, .pitch = width};
    canvas->cells = memory_new((size_t)width * (size_t)height, sizeof *canvas->cells, error);
    if (canvas->cells == NULL)
        return false;
    for (int i = 0; i < width * height; i++)
        canvas->cells[i] = (struct cell){.glyph = ' '};
    return true;
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->cells);
    *canvas = (struct canvas){0};
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

struct canvas canvas_inside(const struct canvas *canvas, int x, int y, int width, int height)
{
    struct canvas part = *canvas;

    x = clamp(x, 0, canvas->width);
    y = clamp(y, 0, canvas->height);
    part.width = clamp(width, 0, canvas->width - x);
    part.height = clamp(height, 0, canvas->height - y);
    part.cells += y * canvas->pitch + x;
    return part;
}

void canvas_clear(struct canvas *canvas)
{
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++)
            canvas_put(canvas, x, y, ' ', STYLE_PLAIN);
}

static struct cell *cell_at(const struct canvas *canvas, int x, int y)
{
    return x >= 0 && x < canvas->width && y >= 0 && y < canvas->height
               ? &canvas->cells[y * canvas->pitch + x]
               : NULL;
}

/* Sets a cell. Of a wide glyph that had it nothing is left: the other half becomes blank, even
 * outside of a part. */
static void set_cell(struct cell *cell, struct cell value)
{
    if (cell->wide)
        cell[1] = (struct cell){.glyph = ' ', .style = cell->style};
    else if (cell->glyph == CANVAS_REST)
        cell[-1] = (struct cell){.glyph = ' ', .style = cell->style};
    *cell = value;
}

void canvas_put(struct canvas *canvas, int x, int y, uint32_t glyph, enum style style)
{
    struct cell *cell = cell_at(canvas, x, y);

    assert(style < STYLE_COUNT);
    if (cell != NULL)
        set_cell(cell, (struct cell){.glyph = glyph, .style = (uint8_t)style});
}

/* Puts a glyph that is two cells wide; of one that is cut a blank. */
static void put_wide(struct canvas *canvas, int x, int y, uint32_t glyph, enum style style)
{
    struct cell *cell = cell_at(canvas, x, y);

    if (cell == NULL || cell_at(canvas, x + 1, y) == NULL) {
        canvas_put(canvas, x, y, ' ', style);
        canvas_put(canvas, x + 1, y, ' ', style);
        return;
    }
    set_cell(cell, (struct cell){.glyph = glyph, .style = (uint8_t)style});
    set_cell(cell + 1, (struct cell){.glyph = CANVAS_REST, .style = (uint8_t)style});
    cell->wide = true;
}

static int write_text(struct canvas *canvas, int x, int y, enum style style, const char *text)
{
    uint32_t glyph;
    int width;

    for (int bytes; (bytes = glyph_read(text, &glyph, &width)) > 0; text += bytes, x += width) {
        if (width == 1)
            canvas_put(canvas, x, y, glyph, style);
        else if (width == 2)
            put_wide(canvas, x, y, glyph, style);
    }
    return x;
}

int canvas_text(struct canvas *canvas, int x, int y, enum style style, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return write_text(canvas, x, y, style, text);
}

void canvas_text_right(struct canvas *canvas, int x, int y, enum style style, const char *format,
                       ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    write_text(canvas, x - glyph_width(text), y, style, text);
}

/* Corners clockwise from the top left, then the horizontal and the vertical line. */
static const uint32_t line_borders[] = {0x250C, 0x2510, 0x2518, 0x2514, 0x2500, 0x2502};
static const uint32_t ascii_borders[] = {'+', '+', '+', '+', '-', '|'};

struct canvas canvas_box(struct canvas *canvas, const char *title, bool focused)
{
    const uint32_t *border = canvas->glyphs == GLYPHS_ASCII ? ascii_borders : line_borders;
    const enum style style = focused ? STYLE_FOCUS : STYLE_BORDER;
    const int right = canvas->width - 1, bottom = canvas->height - 1;

    for (int x = 1; x < right; x++) {
        canvas_put(canvas, x, 0, border[4], style);
        canvas_put(canvas, x, bottom, border[4], style);
    }
    for (int y = 1; y < bottom; y++) {
        canvas_put(canvas, 0, y, border[5], style);
        canvas_put(canvas, right, y, border[5], style);
    }
    canvas_put(canvas, 0, 0, border[0], style);
    canvas_put(canvas, right, 0, border[1], style);
    canvas_put(canvas, right, bottom, border[2], style);
    canvas_put(canvas, 0, bottom, border[3], style);
    struct canvas top = canvas_inside(canvas, 2, 0, right - 3, 1);
    canvas_text(&top, 0, 0, focused ? STYLE_FOCUS : STYLE_BOLD, " %s ", title);
    return canvas_inside(canvas, 1, 1, canvas->width - 2, canvas->height - 2);
}

void canvas_bar(struct canvas *canvas, int x, int y, int width, double share, enum style style)
{
    int steps = canvas->glyphs == GLYPHS_ASCII ? 1 : 8;      /* a cell */
    share = share > 0.0 ? (share < 1.0 ? share : 1.0) : 0.0; /* NaN counts as 0 */
    int filled = (int)(share * width * steps + 0.5);

    for (int i = 0; i < width; i++) {
        int own = clamp(filled - i * steps, 0, steps);
        if (steps == 1)
            canvas_put(canvas, x + i, y, own > 0 ? '#' : '-', own > 0 ? style : STYLE_DIM);
        else if (own > 0)
            canvas_put(canvas, x + i, y, 0x2590 - (uint32_t)own, style); /* left eighths */
        else
            canvas_put(canvas, x + i, y, 0xB7, STYLE_DIM);
    }
}

static void write_utf8(uint32_t glyph, FILE *file)
{
    char bytes[UTF8_SIZE];

    fwrite(bytes, 1, (size_t)utf8_write(bytes, glyph), file);
}

static void write_in_locale(uint32_t glyph, FILE *file)
{
    char bytes[MB_LEN_MAX];
    mbstate_t state = {0};
    size_t length = wcrtomb(bytes, (wchar_t)glyph, &state);

    if (length == (size_t)-1)
        putc('?', file);
    else
        fwrite(bytes, 1, length, file);
}

void canvas_dump(const struct canvas *canvas, FILE *file)
{
    for (int y = 0; y < canvas->height; y++) {
        const struct cell *row = canvas->cells + y * canvas->pitch;
        int width = canvas->width;
        while (width > 0 && row[width - 1].glyph == ' ')
            width--;
        for (int x = 0; x < width; x++)
            if (row[x].glyph != CANVAS_REST)
                (canvas->glyphs == GLYPHS_ASCII ? write_in_locale : write_utf8)(row[x].glyph, file);
        putc('\n', file);
    }
}
