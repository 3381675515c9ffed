#include "tui/legend.h"

#include "support/glyph.h"

#include <assert.h>
#include <stdarg.h>

enum { CORNER = 2 }; /* cells of the border that stay at each side, and between the two parts */

void legend_add(struct legend *legend, int rank, enum style style, uint32_t glyph,
                const char *format, ...)
{
    va_list arguments;

    assert(legend->count < LEGEND_PARTS);
    struct legend_part *part = &legend->parts[legend->count++];
    *part = (struct legend_part){legend->right, rank, style, glyph, ""};
    va_start(arguments, format);
    vsnprintf(part->text, sizeof part->text, format, arguments);
    va_end(arguments);
}

static int width_of(const struct legend_part *part)
{
    return (part->glyph != 0 ? 1 : 0) + glyph_width(part->text);
}

/* The cells that the parts of a side take, with a space at each end; those up to a rank. */
static int side_width(const struct legend *legend, bool right, int rank)
{
    int width = 0;

    for (int i = 0; i < legend->count; i++)
        if (legend->parts[i].right == right && legend->parts[i].rank <= rank)
            width += width_of(&legend->parts[i]);
    return width > 0 ? width + 2 : 0;
}

static void draw_side(const struct legend *legend, struct canvas *top, int x, bool right, int rank)
{
    canvas_put(top, x++, 0, ' ', STYLE_PLAIN);
    for (int i = 0; i < legend->count; i++) {
        const struct legend_part *part = &legend->parts[i];
        if (part->right != right || part->rank > rank)
            continue;
        if (part->glyph != 0)
            canvas_put(top, x++, 0, part->glyph, part->style);
        x = canvas_text(top, x, 0, part->style, "%s", part->text);
    }
    canvas_put(top, x, 0, ' ', STYLE_PLAIN);
}

void legend_draw(const struct legend *legend, struct canvas *box)
{
    struct canvas top = canvas_inside(box, CORNER, 0, box->width - 2 * CORNER, 1);
    int rank = 0;

    for (int i = 0; i < legend->count; i++)
        if (legend->parts[i].rank > rank)
            rank = legend->parts[i].rank;
    while (rank > 0 && side_width(legend, false, rank) + side_width(legend, true, rank) > top.width)
        rank--;
    const int right = side_width(legend, true, rank);
    draw_side(legend, &top, 0, false, rank);
    if (right > 0)
        draw_side(legend, &top, top.width - right, true, rank);
}
