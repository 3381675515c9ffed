/*
 * view_help.c -- every key, from the dashboard's own table.
 */
#include "tui/keys.h"
#include "tui/view.h"

enum { WIDTH = 76, NAMES_WIDTH = 11 };

int view_help_rows(const struct canvas *canvas)
{
    int rows = canvas->height - 2; /* the border */

    return rows < key_binding_count() ? rows : key_binding_count();
}

void view_help(const struct frame *frame, struct canvas *canvas)
{
    const int rows = view_help_rows(canvas), height = rows + 2;
    const int width = canvas->width < WIDTH ? canvas->width : WIDTH;
    struct canvas popup = canvas_inside(canvas, (canvas->width - width) / 2,
                                        (canvas->height - height) / 2, width, height);
    canvas_clear(&popup);
    const int last =
        frame->help_row + rows < key_binding_count() ? frame->help_row + rows : key_binding_count();
    char title[64];

    snprintf(title, sizeof title, "Keys %d-%d of %d  (Esc closes, arrows scroll)",
             frame->help_row + 1, last, key_binding_count());
    struct canvas inside = canvas_box(&popup, title, true);
    for (int i = 0; frame->help_row + i < last; i++) {
        const struct key_binding *binding = key_binding(frame->help_row + i);
        canvas_text(&inside, 1, i, STYLE_BOLD, "%-*s", NAMES_WIDTH, binding->names);
        canvas_text(&inside, NAMES_WIDTH + 1, i, STYLE_PLAIN, "%s", binding->help);
    }
}
