/*
 * view_help.c -- every key, from the table that the dashboard obeys.
 */
#include "tui/keys.h"
#include "tui/view.h"

enum { WIDTH = 76, NAMES_WIDTH = 11 };

static int count_bindings(void)
{
    int count = 0;

    while (key_binding(count) != NULL)
        count++;
    return count;
}

void view_help(const struct frame *frame, struct canvas *canvas)
{
    const int count = count_bindings();
    const int width = canvas->width < WIDTH ? canvas->width : WIDTH;
    const int height = canvas->height < count + 2 ? canvas->height : count + 2;
    struct canvas popup = canvas_inside(canvas, (canvas->width - width) / 2,
                                        (canvas->height - height) / 2, width, height);
    canvas_clear(&popup);
    struct canvas inside = canvas_box(&popup, "Keys  (Esc closes, arrows scroll)", true);
    int first = count - inside.height < frame->help_row ? count - inside.height : frame->help_row;
    if (first < 0)
        first = 0;
    for (int i = 0; i < inside.height && first + i < count; i++) {
        const struct key_binding *binding = key_binding(first + i);
        canvas_text(&inside, 1, i, STYLE_BOLD, "%-*s", NAMES_WIDTH, binding->names);
        canvas_text(&inside, NAMES_WIDTH + 1, i, STYLE_PLAIN, "%s", binding->help);
    }
}
