#include "tui/names.h"

#include "support/glyph.h"

int names_widest(const struct classes *classes)
{
    int widest = 1;

    for (int k = 0; k < classes->count; k++) {
        const int width = glyph_width(classes->names[k]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

void names_draw(struct canvas *canvas, int x, int y, int width, enum style style,
                const struct classes *classes, int class)
{
    struct canvas part = canvas_inside(canvas, x, y, width, 1);

    canvas_text(&part, 0, 0, style, "%s", classes->names[class]);
}

void names_draw_right(struct canvas *canvas, int x, int y, int width, enum style style,
                      const struct classes *classes, int class)
{
    const int own = glyph_width(classes->names[class]), shown = own < width ? own : width;

    names_draw(canvas, x - shown, y, shown, style, classes, class);
}
