#include "tui/layout.h"

#include "tui/pane.h"

#include <stddef.h>

enum {
    PANE_WIDTH = 40, /* from this width on there is room for a pane */
    PANE_HEIGHT = 10,
    FULL_WIDTH = 80, /* for several panes */
    FULL_HEIGHT = 22,
};

void layout_add(struct layout *layout, enum pane pane, int x, int y, int width, int height)
{
    layout->places[layout->count++] = (struct place){pane, x, y, width, height};
}

enum tier layout_tier(int width, int height)
{
    return width >= LAYOUT_LARGE_WIDTH && height >= LAYOUT_LARGE_HEIGHT ? LAYOUT_LARGE
           : width >= FULL_WIDTH && height >= FULL_HEIGHT               ? LAYOUT_FULL
           : width >= PANE_WIDTH && height >= PANE_HEIGHT               ? LAYOUT_PANE
                                                                        : LAYOUT_LINES;
}

static int index_of(enum view view, enum pane pane)
{
    const struct view_class *class = view_of(view);

    for (int i = 0; i < class->count; i++)
        if (class->panes[i] == pane)
            return i;
    return -1;
}

enum pane layout_first_pane(enum view view)
{
    return view_of(view)->panes[0];
}

enum pane layout_next_pane(const struct layout *layout, enum view view, enum pane from, int step)
{
    const struct view_class *class = view_of(view);
    const int count = class->count;
    int at = index_of(view, from);

    do
        at = (at + step + count) % count;
    while (layout->count > 1 && layout_find(layout, class->panes[at]) == NULL);
    return class->panes[at];
}

const struct place *layout_find(const struct layout *layout, enum pane pane)
{
    for (int i = 0; i < layout->count; i++)
        if (layout->places[i].pane == pane)
            return &layout->places[i];
    return NULL;
}

void layout_make(struct layout *layout, enum view view, enum pane focus, bool zoomed, int width,
                 int height)
{
    const enum tier tier = layout_tier(width, height);
    const int rows = tier >= LAYOUT_FULL ? 2 : 1;

    *layout = (struct layout){.tier = tier, .header_rows = rows, .footer_rows = rows};
    if (tier == LAYOUT_LINES)
        return;
    if (tier == LAYOUT_PANE || zoomed)
        layout_add(layout, index_of(view, focus) < 0 ? layout_first_pane(view) : focus, 0, rows,
                   width, height - 2 * rows);
    else
        view_of(view)->arrange(layout, rows, width, height - 2 * rows);
}
