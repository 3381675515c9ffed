#include "tui/screen.h"

#include "tui/about.h"
#include "tui/header.h"
#include "tui/help.h"
#include "tui/hints.h"

void screen_layout(struct layout *layout, const struct frame *frame, int width, int height)
{
    layout_make(layout, frame->view, frame->focus, frame->zoomed, width, height);
}

/* Draws what the user types, or the message, or the view's hint. */
static void draw_message(const struct frame *frame, struct canvas *canvas, int y)
{
    if (frame->prompt.label != NULL)
        canvas_text(canvas, 1, y, STYLE_BOLD, "%s%s_", frame->prompt.label, frame->prompt.text);
    else if (frame->message != NULL && frame->message[0] != '\0')
        canvas_text(canvas, 1, y, STYLE_PLAIN, "%s", frame->message);
    else
        canvas_text(canvas, 1, y, STYLE_DIM, "%s", view_of(frame->view)->hint);
}

/* Draws the message, and the keys below it; in one row the message and the help key. */
static void draw_footer(const struct frame *frame, struct canvas *canvas,
                        const struct layout *layout)
{
    const int y = canvas->height - layout->footer_rows;
    struct hints hints;

    draw_message(frame, canvas, y);
    if (layout->footer_rows == 1) {
        canvas_text_right(canvas, canvas->width, y, STYLE_REVERSE, " ? help ");
        return;
    }
    hints_list(frame, layout, canvas->width - 1, &hints);
    hints_draw(&hints, canvas, y + 1);
}

static void draw_panes(const struct frame *frame, struct canvas *canvas,
                       const struct layout *layout)
{
    struct canvas header = canvas_inside(canvas, 0, 0, canvas->width, layout->header_rows);
    struct frame shown = *frame;

    shown.layout = layout;
    (layout->header_rows > 1 ? header_draw : header_draw_line)(frame, &header);
    for (int i = 0; i < layout->count; i++) {
        const struct place *place = &layout->places[i];
        struct canvas part = canvas_inside(canvas, place->x, place->y, place->width, place->height);
        pane_of(place->pane)->draw(&shown, &part);
    }
    draw_footer(frame, canvas, layout);
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
    if (frame->overlay == OVERLAY_HELP)
        help_draw(frame, canvas);
    else if (frame->overlay == OVERLAY_ABOUT)
        about_draw(frame, &layout, canvas);
}
