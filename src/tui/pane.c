#include "tui/pane.h"

#include "support/glyph.h"

#define LIST_DECLARE_PANE(number, name) extern const struct pane_class name;
#define LIST_DECLARE_VIEW(number, name) extern const struct view_class name;
#define LIST_ENTRY(number, name) [number] = &(name),

PANE_LIST(LIST_DECLARE_PANE)
VIEW_LIST(LIST_DECLARE_VIEW)

const struct pane_class *pane_of(enum pane pane)
{
    static const struct pane_class *const panes[PANE_COUNT] = {PANE_LIST(LIST_ENTRY)};

    return panes[pane];
}

const struct view_class *view_of(enum view view)
{
    static const struct view_class *const views[VIEW_COUNT] = {VIEW_LIST(LIST_ENTRY)};

    return views[view];
}

struct canvas pane_box(struct canvas *canvas, const char *title, const char *note, bool focused)
{
    const int corners = 4, spaces = 5; /* around both texts, and a part of the line between them */
    const struct canvas inside = canvas_box(canvas, title, focused);

    if (note[0] != '\0' &&
        glyph_width(title) + glyph_width(note) + corners + spaces <= canvas->width)
        canvas_text_right(canvas, canvas->width - 2, 0, STYLE_DIM, " %s ", note);
    return inside;
}

bool pane_backward(enum key_action action)
{
    return action == KEY_MOVE_UP || action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_LEFT ||
           action == KEY_MOVE_HOME;
}

bool pane_vertical(enum key_action action)
{
    return action != KEY_MOVE_LEFT && action != KEY_MOVE_RIGHT;
}

void pane_scroll(int *first, enum key_action action, int rows, int count)
{
    int step = action == KEY_MOVE_PAGE_UP || action == KEY_MOVE_PAGE_DOWN ? rows
               : action == KEY_MOVE_HOME || action == KEY_MOVE_END        ? count
                                                                          : 1;
    int last = count > rows ? count - rows : 0;

    *first += pane_backward(action) ? -step : step;
    if (*first > last)
        *first = last;
    if (*first < 0)
        *first = 0;
}

int pane_wrap(int value, int count)
{
    return (value % count + count) % count;
}
