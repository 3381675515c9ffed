#include "tui/svg.h"

#include "support/utf8.h"

#include <string.h>

enum {
    WIDE = 10, /* a cell, in units of the picture */
    HIGH = 20,
    BASELINE = 15,
    MARGIN = 8,
    LAST_TIMES = 3, /* that the last frame is shown as long as another one */
    GAP = 4,        /* same cells that a changed stretch of a row may have */
    HORIZONTAL = 0x2500,
};

/* A cell's colours, with its attributes applied. */
struct paint {
    uint32_t fore, back; /* 0xRRGGBB */
    bool bold;
};

/* A row that is being written. */
struct row {
    FILE *file;
    const struct cell *cells;
    int width;
    enum theme theme;
};

/* `share` of one colour and the rest of another. */
static uint32_t mix(uint32_t color, uint32_t other, double share)
{
    uint32_t mixed = 0;

    for (int shift = 0; shift <= 16; shift += 8) {
        const double part = share * (double)(color >> shift & 0xFF) +
                            (1.0 - share) * (double)(other >> shift & 0xFF);
        mixed |= (uint32_t)(part + 0.5) << shift;
    }
    return mixed;
}

static struct paint paint_at(const struct row *row, int x)
{
    const double dim = 0.6;
    const struct look look = theme_look(row->theme, &row->cells[x]);
    const uint32_t text =
        look.fore == LOOK_DEFAULT ? theme_rgb_text(row->theme) : theme_rgb(look.fore);
    const uint32_t back =
        look.back == LOOK_DEFAULT ? theme_rgb_back(row->theme) : theme_rgb(look.back);
    const uint32_t fore = (look.attributes & LOOK_DIM) != 0 ? mix(text, back, dim) : text;
    const bool reverse = (look.attributes & LOOK_REVERSE) != 0;

    return (struct paint){reverse ? back : fore, reverse ? fore : back,
                          (look.attributes & LOOK_BOLD) != 0};
}

static void write_box(const struct row *row, uint32_t color, int left, int top, int width,
                      int height)
{
    fprintf(row->file, "<path fill=\"#%06X\" d=\"M%d %dh%dv%dh-%dz\"/>\n", (unsigned)color, left,
            top, width, height, width);
}

/* ---- backgrounds and blocks ---- */

/* The parts of a cell that a block glyph fills, in eighths of the cell. */
struct part {
    int left, top, width, height;
};

/* The quadrants that the glyphs from 0x2596 on fill: upper left 1, upper right 2, lower left 4,
 * lower right 8. */
static const uint8_t quadrants[] = {4, 8, 1, 13, 9, 7, 11, 2, 6, 14};

/* The parts of a block glyph; 0 if it is none. */
static int parts_of(uint32_t glyph, struct part parts[4])
{
    int count = 0;

    if (glyph == 0x2580)
        parts[count++] = (struct part){0, 0, 8, 4};
    else if (glyph >= 0x2581 && glyph <= 0x2588)
        parts[count++] = (struct part){0, 0x2588 - (int)glyph, 8, (int)glyph - 0x2580};
    else if (glyph >= 0x2589 && glyph <= 0x258F)
        parts[count++] = (struct part){0, 0, 0x2590 - (int)glyph, 8};
    else if (glyph == 0x2590)
        parts[count++] = (struct part){4, 0, 4, 8};
    else if (glyph >= 0x2591 && glyph <= 0x2593)
        parts[count++] = (struct part){0, 0, 8, 8};
    for (int i = 0; i < 4 && glyph >= 0x2596 && glyph <= 0x259F; i++)
        if ((quadrants[glyph - 0x2596] >> i & 1) != 0)
            parts[count++] = (struct part){i % 2 * 4, i / 2 * 4, 4, 4};
    return count;
}

/* The colour of a block glyph: shades are mixed. */
static uint32_t block_color(uint32_t glyph, struct paint paint)
{
    return glyph >= 0x2591 && glyph <= 0x2593
               ? mix(paint.fore, paint.back, 0.25 * (double)(glyph - 0x2590))
               : paint.fore;
}

static void write_backgrounds(const struct row *row)
{
    for (int x = 0, end; x < row->width; x = end) {
        const uint32_t back = paint_at(row, x).back;
        for (end = x + 1; end < row->width && paint_at(row, end).back == back;)
            end++;
        if (back != theme_rgb_back(row->theme))
            write_box(row, back, x * WIDE, 0, (end - x) * WIDE, HIGH);
    }
}

/* The end of the cells from x on that have the same block in the same colour. */
static int blocks_end(const struct row *row, int x)
{
    const uint32_t glyph = row->cells[x].glyph;
    const uint32_t color = block_color(glyph, paint_at(row, x));

    do
        x++;
    while (x < row->width && row->cells[x].glyph == glyph &&
           block_color(glyph, paint_at(row, x)) == color);
    return x;
}

static void write_blocks(const struct row *row)
{
    for (int x = 0, end; x < row->width; x = end) {
        struct part parts[4];
        const uint32_t glyph = row->cells[x].glyph;
        const struct paint paint = paint_at(row, x);
        const int count = parts_of(glyph, parts);
        const bool shows = count > 0 && paint.fore != paint.back;
        const bool spans = count == 1 && parts[0].width == 8; /* joins the next one */
        end = shows && spans ? blocks_end(row, x) : x + 1;
        for (int i = 0; i < count && shows; i++) {
            const struct part *part = &parts[i];
            const int left = part->left * WIDE / 8, top = part->top * HIGH / 8;
            const int right = (part->left + part->width) * WIDE / 8;
            const int bottom = (part->top + part->height) * HIGH / 8;
            write_box(row, block_color(glyph, paint), x * WIDE + left, top,
                      (end - x - 1) * WIDE + right - left, bottom - top);
        }
    }
}

/* ---- dots, circles and lines ---- */

static bool is_braille(uint32_t glyph)
{
    return glyph > 0x2800 && glyph <= 0x28FF;
}

/* Dots are lines of no length with round ends. */
static void write_dots(const struct row *row, int x)
{
    static const uint8_t places[8][2] = {{0, 0}, {0, 1}, {0, 2}, {1, 0},
                                         {1, 1}, {1, 2}, {0, 3}, {1, 3}}; /* column, row */

    for (int i = 0; i < 8; i++)
        if ((row->cells[x].glyph >> i & 1) != 0)
            fprintf(row->file, "M%d %dh0", x * WIDE + 2 + 5 * places[i][0], 3 + 5 * places[i][1]);
}

/* A glyph made of lines, as a path from the cell's corner; NULL if it is none. */
static const char *line_of(uint32_t glyph)
{
    static const struct {
        uint32_t glyph;
        const char *path;
    } lines[] = {
        {HORIZONTAL, "m0 10h10"},
        {0x2502, "m5 0v20"},
        {0x250C, "m5 20v-10h5"},
        {0x2510, "m0 10h5v10"},
        {0x2514, "m5 0v10h5"},
        {0x2518, "m5 0v10h-5"},
        {0x251C, "m5 0v20m0-10h5"},
        {0x2524, "m5 0v20m0-10h-5"},
        {0x252C, "m0 10h10m-5 0v10"},
        {0x2534, "m0 10h10m-5 0v-10"},
        {0x253C, "m0 10h10m-5-10v20"},
        {0x256D, "m5 20v-5q0-5 5-5"},
        {0x256E, "m5 20v-5q0-5-5-5"},
        {0x256F, "m5 0v5q0 5-5 5"},
        {0x2570, "m5 0v5q0 5 5 5"},
        {0x250A, "m5 1v3m0 2v3m0 2v3m0 2v3"},
        {0x2508, "m1 10h1m2 0h1m2 0h1m2 0h1"},
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (lines[i].glyph == glyph)
            return lines[i].path;
    return NULL;
}

/* What a glyph is drawn as: the classes of the style sheet. */
enum shape { SHAPE_NONE, SHAPE_DOTS, SHAPE_LINE, SHAPE_HEAVY, SHAPE_CIRCLE, SHAPE_BLOCK };

static enum shape shape_of(uint32_t glyph)
{
    struct part parts[4];

    return is_braille(glyph)            ? SHAPE_DOTS
           : line_of(glyph) != NULL     ? SHAPE_LINE
           : glyph == 0x2501            ? SHAPE_HEAVY
           : glyph == 0x25CF            ? SHAPE_CIRCLE
           : parts_of(glyph, parts) > 0 ? SHAPE_BLOCK
                                        : SHAPE_NONE;
}

/* Writes the part of a path that draws the glyph at x, of a shape that is stroked. */
static void write_stroke(const struct row *row, int x, enum shape shape)
{
    const int left = x * WIDE;

    switch (shape) {
    case SHAPE_DOTS: write_dots(row, x); break;
    case SHAPE_LINE: fprintf(row->file, "M%d 0%s", left, line_of(row->cells[x].glyph)); break;
    case SHAPE_HEAVY: fprintf(row->file, "M%d %dh%d", left, HIGH / 2, WIDE); break;
    default: fprintf(row->file, "M%d %dh0", left + WIDE / 2, HIGH / 2); break;
    }
}

/* The end of the neighbours from x on that have this shape and one colour. With `glyph` only those
 * with this glyph. */
static int strokes_end(const struct row *row, int x, enum shape shape, uint32_t glyph)
{
    const uint32_t color = paint_at(row, x).fore;

    while (x < row->width && shape_of(row->cells[x].glyph) == shape &&
           (glyph == 0 || row->cells[x].glyph == glyph) && paint_at(row, x).fore == color)
        x++;
    return x;
}

/* Writes the strokes of one shape: a path for neighbours of one colour. */
static void write_strokes(const struct row *row, enum shape shape, const char *name)
{
    for (int x = 0, end; x < row->width; x = end) {
        end = strokes_end(row, x, shape, 0);
        if (end == x) {
            end++;
            continue;
        }
        fprintf(row->file, "<path class=\"%s\" stroke=\"#%06X\" d=\"", name,
                (unsigned)paint_at(row, x).fore);
        while (x < end) {
            const int next = strokes_end(row, x, shape, HORIZONTAL);
            if (next > x)
                fprintf(row->file, "M%d %dh%d", x * WIDE, HIGH / 2, (next - x) * WIDE);
            else
                write_stroke(row, x, shape);
            x = next > x ? next : x + 1;
        }
        fputs("\"/>\n", row->file);
    }
}

/* ---- texts ---- */

/* Writes a character of a text; '?' for one that XML does not allow. */
static void write_character(FILE *file, uint32_t glyph)
{
    char bytes[UTF8_SIZE];
    const bool allowed = glyph >= ' ' && (glyph < 0x7F || glyph >= 0xA0) &&
                         !(glyph >= 0xD800 && glyph <= 0xDFFF) && glyph != 0xFFFE &&
                         glyph != 0xFFFF;

    if (glyph == '<' || glyph == '>' || glyph == '&')
        fputs(glyph == '<' ? "&lt;" : glyph == '>' ? "&gt;" : "&amp;", file);
    else if (!allowed)
        putc('?', file);
    else
        fwrite(bytes, 1, (size_t)utf8_write(bytes, glyph), file);
}

static bool is_text(const struct row *row, int x)
{
    const uint32_t glyph = row->cells[x].glyph;

    return glyph != ' ' && glyph != CANVAS_REST && shape_of(glyph) == SHAPE_NONE;
}

/* Whether every monospace font has the glyph, and makes it one cell wide. */
static bool is_plain(const struct row *row, int x)
{
    return is_text(row, x) && row->cells[x].glyph < 0x250 && !row->cells[x].wide;
}

/* The end of the text from x on: a run in one look, with single spaces in it. Other glyphs than
 * plain ones stand alone, because another font may have them. */
static int text_end(const struct row *row, int x)
{
    const struct paint paint = paint_at(row, x);
    int end = x + 1;

    while (is_plain(row, x) && end < row->width) {
        const int next = end + (row->cells[end].glyph == ' ' && end + 1 < row->width);
        const struct paint other = paint_at(row, next);
        if (!is_plain(row, next) || other.fore != paint.fore || other.bold != paint.bold)
            break;
        end = next + 1;
    }
    return end;
}

static void write_texts(const struct row *row)
{
    for (int x = 0, end; x < row->width; x = end) {
        end = x + 1;
        if (!is_text(row, x))
            continue;
        const struct paint paint = paint_at(row, x);
        const int cells = row->cells[x].wide ? 2 : 1;
        end = text_end(row, x);
        fprintf(row->file, "<text%s x=\"%d\" y=\"%d\" fill=\"#%06X\"",
                paint.bold ? " class=\"b\"" : "", x * WIDE, BASELINE, (unsigned)paint.fore);
        if (end - x > 1 || !is_plain(row, x))
            fprintf(row->file, " textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"",
                    (end - x > 1 ? end - x : cells) * WIDE);
        putc('>', row->file);
        for (int i = x; i < end; i++)
            write_character(row->file, row->cells[i].glyph);
        fputs("</text>\n", row->file);
    }
}

/* ---- pictures ---- */

/* Writes the cells from `left` to before `right` of a row; over other ones it first hides those. */
static void write_row(FILE *file, const struct canvas *canvas, int y, int left, int right,
                      bool over, enum theme theme)
{
    const struct row row = {file, canvas->cells + y * canvas->pitch + left, right - left, theme};

    fprintf(file, "<g transform=\"translate(%d %d)\">\n", left * WIDE, y * HIGH);
    if (over)
        write_box(&row, theme_rgb_back(theme), 0, 0, row.width * WIDE, HIGH);
    write_backgrounds(&row);
    write_blocks(&row);
    write_strokes(&row, SHAPE_LINE, "l");
    write_strokes(&row, SHAPE_HEAVY, "h");
    write_strokes(&row, SHAPE_DOTS, "d");
    write_strokes(&row, SHAPE_CIRCLE, "o");
    write_texts(&row);
    fputs("</g>\n", file);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->glyph == b->glyph && a->style == b->style && a->fore == b->fore && a->back == b->back;
}

/* Writes what of a row differs from an earlier frame: stretches that have at least GAP same cells
 * between them. */
static void write_changes(FILE *file, const struct canvas *canvas, const struct canvas *before,
                          int y, enum theme theme)
{
    const struct cell *now = canvas->cells + y * canvas->pitch;
    const struct cell *old = before->cells + y * before->pitch;

    for (int left = 0, right; left < canvas->width; left = right) {
        right = left + 1;
        if (same_cell(&now[left], &old[left]))
            continue;
        for (int x = right; x < canvas->width && x < right + GAP; x++)
            right = same_cell(&now[x], &old[x]) ? right : x + 1;
        /* neither half of a wide glyph alone */
        left -= now[left].glyph == CANVAS_REST;
        right += now[right - 1].wide;
        write_row(file, canvas, y, left, right, true, theme);
    }
}

static void write_head(FILE *file, const struct canvas *canvas, enum theme theme)
{
    const int width = canvas->width * WIDE + 2 * MARGIN;
    const int height = canvas->height * HIGH + 2 * MARGIN;

    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "viewBox=\"-%d -%d %d %d\">\n",
            width, height, MARGIN, MARGIN, width, height);
    fputs("<title>mnist-tui</title>\n"
          "<style>text{font:16.6px monospace;white-space:pre}.b{font-weight:bold}"
          "path{shape-rendering:crispEdges}"
          ".l,.h,.d,.o{fill:none;shape-rendering:auto;stroke-width:1.2}.h{stroke-width:4}"
          ".d,.o{stroke-linecap:round;stroke-width:3.4}.o{stroke-width:9}</style>\n",
          file);
    fprintf(file,
            "<rect x=\"-%d\" y=\"-%d\" width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#%06X\"/>\n",
            MARGIN, MARGIN, width, height, (unsigned)theme_rgb_back(theme));
}

void svg_write_frames(FILE *file, const struct canvas *frames, int count, double seconds,
                      enum theme theme)
{
    const double whole = count - 1 + LAST_TIMES;

    write_head(file, &frames[0], theme);
    for (int i = 0; i < count; i++) {
        fputs("<g>\n", file);
        if (i > 0)
            fprintf(file,
                    "<animate attributeName=\"visibility\" values=\"hidden;visible\" "
                    "keyTimes=\"0;%.4f\" dur=\"%.2fs\" calcMode=\"discrete\" "
                    "repeatCount=\"indefinite\"/>\n",
                    i / whole, whole * seconds);
        for (int y = 0; y < frames[i].height; y++)
            if (i == 0)
                write_row(file, &frames[i], y, 0, frames[i].width, false, theme);
            else
                write_changes(file, &frames[i], &frames[i - 1], y, theme);
        fputs("</g>\n", file);
    }
    fputs("</svg>\n", file);
}

void svg_write(FILE *file, const struct canvas *canvas, enum theme theme)
{
    svg_write_frames(file, canvas, 1, 1.0, theme);
}
