#include "tui/about.h"

#include "tui/wrap.h"

#include <string.h>

enum { WIDTH = 76, INDENT = 2, ROWS_MAX = 200 };

/* A row of the text; a heading, or a line below one. */
struct line {
    bool heading;
    const char *text;
    int length;
};

struct lines {
    int count;
    struct line lines[ROWS_MAX];
};

static void add(struct lines *lines, struct line line)
{
    if (lines->count < ROWS_MAX)
        lines->lines[lines->count++] = line;
}

static void add_pane(struct lines *lines, enum pane pane, int width)
{
    const struct pane_class *class = pane_of(pane);
    const char *text = class->about;

    if (text == NULL)
        return;
    if (lines->count > 0)
        add(lines, (struct line){.text = ""});
    if (class->name != NULL)
        add(lines, (struct line){true, class->name, (int)strlen(class->name)});
    while (*text != '\0') {
        const char *start = text;
        const int length = wrap_line(&text, width);
        add(lines, (struct line){false, start, length});
    }
}

static void list_lines(const struct frame *frame, const struct layout *layout, int width,
                       struct lines *lines)
{
    lines->count = 0;
    add_pane(lines, frame->focus, width);
    for (int i = 0; i < layout->count; i++)
        if (layout->places[i].pane != frame->focus)
            add_pane(lines, layout->places[i].pane, width);
}

/* The lines for a canvas of this size, and the rows of them that it shows. */
static int lay_out(const struct frame *frame, const struct layout *layout,
                   const struct canvas *canvas, struct lines *lines, int *width)
{
    const int room = canvas->height - 2; /* the border */

    *width = canvas->width < WIDTH ? canvas->width : WIDTH;
    list_lines(frame, layout, *width - 2 - 2 * INDENT, lines);
    return room < lines->count ? room : lines->count;
}

void about_move(struct frame *frame, const struct layout *layout, enum key_action action,
                const struct canvas *size)
{
    struct lines lines;
    int width;
    const int rows = lay_out(frame, layout, size, &lines, &width);

    pane_scroll(&frame->overlay_row, action, rows, lines.count);
}

void about_draw(const struct frame *frame, const struct layout *layout, struct canvas *canvas)
{
    struct lines lines;
    int width;
    const int rows = lay_out(frame, layout, canvas, &lines, &width), height = rows + 2;
    struct canvas popup = canvas_inside(canvas, (canvas->width - width) / 2,
                                        (canvas->height - height) / 2, width, height);

    canvas_clear(&popup);
    struct canvas inside =
        canvas_box(&popup,
                   rows < lines.count ? "What this shows  (Esc closes, arrows scroll)"
                                      : "What this shows  (Esc closes)",
                   true);
    for (int y = 0; y < rows && frame->overlay_row + y < lines.count; y++) {
        const struct line *line = &lines.lines[frame->overlay_row + y];
        canvas_text(&inside, line->heading ? 1 : INDENT, y,
                    line->heading ? STYLE_BOLD : STYLE_PLAIN, "%.*s", line->length, line->text);
    }
}
