#include "tui/canvas.h"

#include "support/glyph.h"
#include "support/memory.h"
#include "support/utf8.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
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

enum glyphs canvas_glyphs_named(const char *name, enum glyphs best)
{
    return strcmp(name, "ascii") == 0     ? GLYPHS_ASCII
           : strcmp(name, "block") == 0   ? GLYPHS_BLOCK
           : strcmp(name, "braille") == 0 ? GLYPHS_BRAILLE
                                          : best;
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

static struct cell *cell_at(const struct canvas *canvas, int x, int y)
{
    return x >= 0 && x < canvas->width && y >= 0 && y < canvas->height
               ? &canvas->cells[y * canvas->pitch + x]
               : NULL;
}

static struct cell new_cell(uint32_t glyph, enum style style, uint8_t back)
{
    return (struct cell){.glyph = glyph, .style = (uint8_t)style, .back = back};
}

/* Sets a cell. Of a wide glyph that had it nothing is left: the other half becomes blank, even
 * outside of a part. */
static void set_cell(struct cell *cell, struct cell value)
{
    struct cell *half = cell->wide ? cell + 1 : cell->glyph == CANVAS_REST ? cell - 1 : NULL;

    if (half != NULL)
        *half = new_cell(' ', (enum style)half->style, half->back);
    *cell = value;
}

void canvas_clear(struct canvas *canvas)
{
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++)
            set_cell(cell_at(canvas, x, y), (struct cell){.glyph = ' '});
}

void canvas_ink(struct canvas *canvas, int x, int y, enum ink fore, enum ink back)
{
    struct cell *cell = cell_at(canvas, x, y);

    assert(fore < INK_COUNT && back < INK_COUNT);
    if (cell == NULL || !canvas->inks)
        return;
    cell->fore = fore != INK_NONE ? (uint8_t)fore : cell->fore;
    cell->back = back != INK_NONE ? (uint8_t)back : cell->back;
}

void canvas_fill(struct canvas *canvas, int x, int y, int width, int height, enum ink back)
{
    const struct canvas part = canvas_inside(canvas, x, y, width, height);

    assert(back < INK_COUNT);
    for (int i = 0; canvas->inks && i < part.width * part.height; i++)
        cell_at(&part, i % part.width, i / part.width)->back = (uint8_t)back;
}

enum ink ink_of_signed(double share)
{
    const double power = 0.7;
    const int middle = INK_SIGNS / 2;
    const double size = fmin(fabs(share), 1.0);
    const int steps = isnan(share) ? 0 : (int)(pow(size, power) * middle + 0.5);

    return (enum ink)(INK_ZERO + (share < 0.0 ? -steps : steps));
}

void canvas_put(struct canvas *canvas, int x, int y, uint32_t glyph, enum style style)
{
    struct cell *cell = cell_at(canvas, x, y);

    assert(style < STYLE_COUNT);
    if (cell != NULL)
        set_cell(cell, new_cell(glyph, style, cell->back));
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
    set_cell(cell, new_cell(glyph, style, cell->back));
    set_cell(cell + 1, new_cell(CANVAS_REST, style, cell->back));
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
static const uint32_t borders[][6] = {
    [GLYPHS_ASCII] = {'+', '+', '+', '+', '-', '|'},
    [GLYPHS_BLOCK] = {0x250C, 0x2510, 0x2518, 0x2514, 0x2500, 0x2502},
    [GLYPHS_BRAILLE] = {0x256D, 0x256E, 0x256F, 0x2570, 0x2500, 0x2502},
};

struct canvas canvas_box(struct canvas *canvas, const char *title, bool focused)
{
    const uint32_t *border = borders[canvas->glyphs];
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
    canvas_text(&top, 0, 0, focused ? STYLE_TITLE : STYLE_BOLD, " %s ", title);
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

/* ---- the dump of looks ---- */

static const char *const style_names[STYLE_COUNT] = {
    [STYLE_PLAIN] = "plain",       [STYLE_DIM] = "dim",           [STYLE_BOLD] = "bold",
    [STYLE_REVERSE] = "reverse",   [STYLE_SELECTED] = "selected", [STYLE_KEY] = "key",
    [STYLE_BORDER] = "border",     [STYLE_FOCUS] = "focus",       [STYLE_TITLE] = "title",
    [STYLE_RAW] = "raw",           [STYLE_SMOOTH] = "smooth",     [STYLE_TEST] = "test",
    [STYLE_GHOST] = "ghost",       [STYLE_SECOND] = "second",     [STYLE_GOOD] = "good",
    [STYLE_BAD] = "bad",           [STYLE_WARNING] = "warning",   [STYLE_REPLAY] = "replay",
    [STYLE_NEGATIVE] = "negative", [STYLE_POSITIVE] = "positive",
};

/* Inks by the first of each kind. */
static const struct {
    enum ink first;
    const char *name;
} ink_names[] = {
    {INK_NONE, "-"},      {INK_GREY, "grey"},       {INK_SIGN, "sign"},
    {INK_COLD, "cold"},   {INK_WARM, "warm"},       {INK_HEAT, "heat"},
    {INK_CLASS, "class"}, {INK_RIGHT, "right"},     {INK_BAND_WIDE, "wide"},
    {INK_BAND, "band"},   {INK_BAR, "bar"},         {INK_TRACK, "track"},
    {INK_GRID, "grid"},   {INK_ROW, "row"},         {INK_BLACK, "black"},
    {INK_WHITE, "white"}, {INK_FOCUS, "focus"},     {INK_TRAIN, "train"},
    {INK_TEST, "test"},   {INK_SECOND, "second"},   {INK_GOOD, "good"},
    {INK_BAD, "bad"},     {INK_WARNING, "warning"}, {INK_REPLAY, "replay"},
    {INK_DIM, "dim"},     {INK_BORDER, "border"},   {INK_COUNT, NULL},
};

static void dump_ink(enum ink ink, FILE *file)
{
    int kind = 0;

    while (ink_names[kind + 1].first <= ink)
        kind++;
    fprintf(file, "/%s", ink_names[kind].name);
    if (ink_names[kind + 1].first - ink_names[kind].first > 1)
        fprintf(file, "%d", (int)(ink - ink_names[kind].first));
}

static bool same_look(const struct cell *a, const struct cell *b)
{
    return a->style == b->style && a->fore == b->fore && a->back == b->back;
}

static void dump_look(const struct cell *cell, int count, FILE *file)
{
    fprintf(file, "%d %s", count, style_names[cell->style]);
    if (cell->fore == INK_NONE && cell->back == INK_NONE)
        return;
    dump_ink((enum ink)cell->fore, file);
    dump_ink((enum ink)cell->back, file);
}

void canvas_dump_styles(const struct canvas *canvas, FILE *file)
{
    const struct cell plain = {.style = STYLE_PLAIN};

    for (int y = 0; y < canvas->height; y++) {
        const struct cell *row = canvas->cells + y * canvas->pitch;
        int width = canvas->width;
        while (width > 0 && same_look(&row[width - 1], &plain))
            width--;
        for (int x = 0, count; x < width; x += count) {
            for (count = 1; x + count < width && same_look(&row[x], &row[x + count]);)
                count++;
            fputs(x > 0 ? ", " : "", file);
            dump_look(&row[x], count, file);
        }
        putc('\n', file);
    }
}
