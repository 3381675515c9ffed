#include "tui/print.h"

#include "tui/svg.h"

#include <langinfo.h>
#include <string.h>

bool print_screen(FILE *file, bool picture, const struct dashboard_options *options,
                  struct snapshot *snapshot, struct weights *weights, int columns, int rows,
                  struct error *error)
{
    const enum theme theme = theme_named(options->theme);
    const bool all = picture || strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    struct canvas canvas;

    if (!canvas_new(&canvas, columns, rows, error))
        return false;
    canvas.glyphs = canvas_glyphs_named(options->glyphs, all ? GLYPHS_BRAILLE : GLYPHS_ASCII);
    canvas.inks = picture && theme_has_inks(theme);
    const bool drawn = dashboard_draw(&canvas, options, snapshot, weights, error);
    if (drawn && picture)
        svg_write(file, &canvas, theme);
    else if (drawn)
        canvas_dump(&canvas, file);
    canvas_free(&canvas);
    return drawn;
}
