/*
 * layout.h -- a view's panes and their places in a terminal of a given size.
 *
 * A view is a list of panes. From LAYOUT_FULL on all of a view's panes are shown at once, between
 * two rows of header and two of footer. From LAYOUT_PANE on only the focused pane is shown, between
 * one row and one. Smaller terminals have only lines of text.
 *
 * Threads: no shared state.
 */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include "tui/views/list.h"

#include <stdbool.h>

enum {
    LAYOUT_LARGE_WIDTH = 140, /* from this size on: LAYOUT_LARGE */
    LAYOUT_LARGE_HEIGHT = 44,
    LAYOUT_ANY_HEIGHT = 1000, /* enough for every tier */
};

enum tier { LAYOUT_LINES, LAYOUT_PANE, LAYOUT_FULL, LAYOUT_LARGE };

/* A pane's rectangle on the screen, in cells. */
struct place {
    enum pane pane;
    int x, y, width, height;
};

struct layout {
    enum tier tier;
    int header_rows, footer_rows;
    int count;
    struct place places[PANE_COUNT];
};

/* The views' names, as on the command line: "overview"; NULL past the last. */
const char *layout_view_name(int view);

enum tier layout_tier(int width, int height);

/* Places a pane; for the views. */
void layout_add(struct layout *layout, enum pane pane, int x, int y, int width, int height);

/* The places of a view's panes, in the order of Tab; only that of the focused pane if it is zoomed
 * or there is no room for others. */
void layout_make(struct layout *layout, enum view view, enum pane focus, bool zoomed, int width,
                 int height);

enum pane layout_first_pane(enum view view);

/* The next visible pane after `from` (the previous one with `step` -1), wrapping around. If one
 * pane is shown alone, all panes of the view count. */
enum pane layout_next_pane(const struct layout *layout, enum view view, enum pane from, int step);

/* The place of a pane; NULL if it is not shown. */
const struct place *layout_find(const struct layout *layout, enum pane pane);

#endif
