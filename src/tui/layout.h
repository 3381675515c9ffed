/*
 * layout.h -- which panes a view has and where they stand in a terminal of a size.
 *
 * A view is a list of panes. From LAYOUT_FULL on all of a view's panes are shown at once, between
 * two rows of header and two of footer; from LAYOUT_PANE on one at a time, the one that has the
 * keys, between one row and one; in what is smaller than that there are only lines of text. The
 * learning rate's pane is shown beside others only where it has something to show.
 *
 * Threads: no shared state.
 */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>

enum view {
    VIEW_OVERVIEW,
    VIEW_PLOTS,
    VIEW_MODEL,
    VIEW_SAMPLES,
    VIEW_CONFUSION,
    VIEW_DRAW,
    VIEW_COUNT,
};

enum pane {
    PANE_LOSS,
    PANE_ACCURACY,
    PANE_RATE,
    PANE_MODEL,
    PANE_SAMPLES,
    PANE_EVENTS,
    PANE_CONFUSION,
    PANE_FILTERS,
    PANE_ACTIVATIONS,
    PANE_DRAW,
    PANE_COUNT,
};

enum { LAYOUT_ANY_HEIGHT = 1000 }; /* enough for every tier */

enum tier { LAYOUT_LINES, LAYOUT_PANE, LAYOUT_FULL, LAYOUT_LARGE };

/* A pane's rectangle on the screen, in cells. */
struct place {
    enum pane pane;
    int x, y, width, height;
};

struct layout {
    enum tier tier;
    bool rate; /* the learning rate has a pane in the Plots view */
    int header_rows, footer_rows;
    int count;
    struct place places[PANE_COUNT];
};

/* The views' names, as on the command line: "overview"; NULL past the last. */
const char *layout_view_name(int view);

/* One line that says what a view's keys do. */
const char *layout_view_hint(enum view view);

enum tier layout_tier(int width, int height);

/* The places of a view's panes, in the order in which Tab goes through them; of the one that has
 * the keys alone where it is zoomed or there is room for no other. `rate`: the learning rate
 * varies. */
void layout_make(struct layout *layout, enum view view, enum pane focus, bool zoomed, bool rate,
                 int width, int height);

enum pane layout_first_pane(enum view view);

/* The pane behind `from`, which is one of the view's, or with `step` -1 before it, among those that
 * stand on the screen or, where one stands alone, that the view has; around the end. */
enum pane layout_next_pane(const struct layout *layout, enum view view, enum pane from, int step);

/* Where a pane stands; NULL when it does not. */
const struct place *layout_find(const struct layout *layout, enum pane pane);

#endif
