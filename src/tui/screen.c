#include "tui/screen.h"

#include "tui/header.h"
#include "tui/help.h"

#include <string.h>

void screen_layout(struct layout *layout, const struct frame *frame, int width, int height)
{
    layout_make(layout, frame->view, frame->focus, frame->zoomed, frame_rate_varies(frame), width,
                height);
}

static void draw_keys(struct canvas *canvas, int y)
{
    const struct key_binding *binding;
    int x = 1;

    for (int i = 0; (binding = key_binding(i)) != NULL; i++) {
        if (binding->hint == NULL)
            continue;
        const char *word = strchr(binding->hint, ' ');
        x = canvas_text(canvas, x, y, STYLE_REVERSE, "%.*s", (int)(word - binding->hint),
                        binding->hint);
        x = canvas_text(canvas, x, y, STYLE_PLAIN, "%s  ", word);
    }
}

/* Draws the message, and the keys below it; in one row the message and the help key. */
static void draw_footer(const struct frame *frame, struct canvas *canvas, int rows)
{
    const int y = canvas->height - rows;

    canvas_text(canvas, 1, y, STYLE_PLAIN, "%s", frame->message);
    if (rows > 1)
        draw_keys(canvas, y + 1);
    else
        canvas_text_right(canvas, canvas->width, y, STYLE_REVERSE, " ? help ");
}

static void draw_panes(const struct frame *frame, struct canvas *canvas,
                       const struct layout *layout)
{
    struct canvas header = canvas_inside(canvas, 0, 0, canvas->width, layout->header_rows);

    (layout->header_rows > 1 ? header_draw : header_draw_line)(frame, &header);
    for (int i = 0; i < layout->count; i++) {
        const struct place *place = &layout->places[i];
        struct canvas part = canvas_inside(canvas, place->x, place->y, place->width, place->height);
        pane_of(place->pane)->draw(frame, &part);
    }
    draw_footer(frame, canvas, layout->footer_rows);
}

void screen_draw(const struct frame *frame, struct canvas *canvas)
{
    struct layout layout;

    canvas_clear(canvas);
    screen_layout(&layout, frame, canvas->width, canvas->height);
    if (layout.tier > LAYOUT_LINES)
        draw_panes(frame, canvas, &layout);
    else if (canvas->height > 1)
        header_draw_status(frame, canvas);
    else
        header_draw_line(frame, canvas);
    if (frame->help)
        help_draw(frame, canvas);
}
