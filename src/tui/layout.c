#include "tui/layout.h"

#include <stddef.h>

enum {
    PANE_WIDTH = 40, /* from this width on there is room for a pane */
    PANE_HEIGHT = 10,
    FULL_WIDTH = 80, /* for several panes */
    FULL_HEIGHT = 22,
    LARGE_WIDTH = 140,
    LARGE_HEIGHT = 44,
    TABLE_WIDTH = 48,      /* the layer table with torchsummary's columns */
    TABLE_WIDE = 82,       /* and with its health columns */
    TABLE_ROWS = 21,       /* of the reference network, with border, heading and total */
    LARGE_TABLE_ROWS = 22, /* at LARGE_HEIGHT; gets a third of any further rows */
    EVENTS_ROWS = 6,
    SAMPLES_WIDTH = 36, /* one column of samples */
    RATE_SHARE = 3,     /* one of so many rows of the plots belongs to the learning rate */
};

typedef void arrange_function(struct layout *layout, int y, int width, int height);

static void add(struct layout *layout, enum pane pane, int x, int y, int width, int height)
{
    layout->places[layout->count++] = (struct place){pane, x, y, width, height};
}

/* Rows of the plots: half, or up to two less if the whole layer table fits then. */
static int plot_rows(int rows)
{
    const int half = rows / 2;

    return rows - TABLE_ROWS < half && rows - TABLE_ROWS >= half - 2 ? rows - TABLE_ROWS : half;
}

static void arrange_large_overview(struct layout *layout, int y, int width, int height)
{
    const int least = LARGE_HEIGHT - 4; /* header and footer */
    const int below = LARGE_TABLE_ROWS + (height - least) / 3, plots = height - below;
    const int samples = SAMPLES_WIDTH + (width - LARGE_WIDTH) / 2;
    const int left = (width - samples) / 2;

    add(layout, PANE_SAMPLES, width - samples, y, samples, plots);
    add(layout, PANE_MODEL, 0, y + plots, TABLE_WIDE, below);
    add(layout, PANE_CONFUSION, TABLE_WIDE, y + plots, width - TABLE_WIDE, below - EVENTS_ROWS);
    add(layout, PANE_EVENTS, TABLE_WIDE, y + height - EVENTS_ROWS, width - TABLE_WIDE, EVENTS_ROWS);
    add(layout, PANE_LOSS, 0, y, left, plots);
    add(layout, PANE_ACCURACY, left, y, width - samples - left, plots);
}

static void arrange_overview(struct layout *layout, int y, int width, int height)
{
    const int plots = plot_rows(height);

    if (layout->tier == LAYOUT_LARGE) {
        arrange_large_overview(layout, y, width, height);
        return;
    }
    add(layout, PANE_SAMPLES, TABLE_WIDTH, y + plots, width - TABLE_WIDTH, height - plots);
    add(layout, PANE_MODEL, 0, y + plots, TABLE_WIDTH, height - plots);
    add(layout, PANE_LOSS, 0, y, width / 2, plots);
    add(layout, PANE_ACCURACY, width / 2, y, width - width / 2, plots);
}

/* The plots are above each other, as a longer axis shows more of the run. With the learning rate
 * that would be too low, so the two are side by side. */
static void arrange_plots(struct layout *layout, int y, int width, int height)
{
    const int rate = (height + RATE_SHARE - 1) / RATE_SHARE, rest = height - rate;

    if (layout->rate) {
        add(layout, PANE_LOSS, 0, y, width / 2, rest);
        add(layout, PANE_ACCURACY, width / 2, y, width - width / 2, rest);
        add(layout, PANE_RATE, 0, y + rest, width, rate);
        return;
    }
    add(layout, PANE_LOSS, 0, y, width, height / 2);
    add(layout, PANE_ACCURACY, 0, y + height / 2, width, height - height / 2);
}

static void arrange_model(struct layout *layout, int y, int width, int height)
{
    const int table = layout->tier == LAYOUT_LARGE ? TABLE_WIDE : width;

    add(layout, PANE_MODEL, 0, y, table, height);
    if (table < width)
        add(layout, PANE_FILTERS, table, y, width - table, height);
}

static void arrange_samples(struct layout *layout, int y, int width, int height)
{
    const int samples = width / 2;

    add(layout, PANE_SAMPLES, 0, y, samples, height);
    add(layout, PANE_ACTIVATIONS, samples, y, width - samples, height);
}

static void arrange_confusion(struct layout *layout, int y, int width, int height)
{
    const int matrix = layout->tier == LAYOUT_LARGE ? width - SAMPLES_WIDTH : width;

    add(layout, PANE_CONFUSION, 0, y, matrix, height);
    if (matrix < width)
        add(layout, PANE_SAMPLES, matrix, y, width - matrix, height);
}

static void arrange_draw(struct layout *layout, int y, int width, int height)
{
    const int sheet = layout->tier == LAYOUT_LARGE ? width * 3 / 5 : width;

    add(layout, PANE_DRAW, 0, y, sheet, height);
    if (sheet < width)
        add(layout, PANE_ACTIVATIONS, sheet, y, width - sheet, height);
}

static const struct {
    const char *name, *hint;
    arrange_function *arrange;
    int count;
    enum pane panes[PANE_COUNT]; /* in the order of Tab */
} views[VIEW_COUNT] = {
    [VIEW_OVERVIEW] = {"overview",
                       "Overview. Tab: next pane. Enter: enlarge.",
                       arrange_overview,
                       6,
                       {PANE_LOSS, PANE_ACCURACY, PANE_MODEL, PANE_SAMPLES, PANE_CONFUSION,
                        PANE_EVENTS}},
    [VIEW_PLOTS] = {"plots",
                    "Plots. , . read values, [ ] smooth, x y z change the axes, 0 resets.",
                    arrange_plots,
                    3,
                    {PANE_LOSS, PANE_ACCURACY, PANE_RATE}},
    [VIEW_MODEL] =
        {"model",
         "Model. w: weights, grad: their gradient, dw: their update, dead: ReLUs never on.",
         arrange_model,
         2,
         {PANE_MODEL, PANE_FILTERS}},
    [VIEW_SAMPLES] = {"samples",
                      "Samples. f: mistakes. w: worst first. a: training images. Arrows: next.",
                      arrange_samples,
                      2,
                      {PANE_SAMPLES, PANE_ACTIVATIONS}},
    [VIEW_CONFUSION] = {"confusion",
                        "Confusion. Arrows: cell. Home: most confused. Enter: its images.",
                        arrange_confusion,
                        2,
                        {PANE_CONFUSION, PANE_SAMPLES}},
    [VIEW_DRAW] = {"draw",
                   "Draw. Enter: pen down or up. Arrows or mouse: draw.",
                   arrange_draw,
                   2,
                   {PANE_DRAW, PANE_ACTIVATIONS}},
};

const char *layout_view_name(int view)
{
    return view < VIEW_COUNT ? views[view].name : NULL;
}

const char *layout_view_hint(enum view view)
{
    return views[view].hint;
}

enum tier layout_tier(int width, int height)
{
    return width >= LARGE_WIDTH && height >= LARGE_HEIGHT ? LAYOUT_LARGE
           : width >= FULL_WIDTH && height >= FULL_HEIGHT ? LAYOUT_FULL
           : width >= PANE_WIDTH && height >= PANE_HEIGHT ? LAYOUT_PANE
                                                          : LAYOUT_LINES;
}

static int index_of(enum view view, enum pane pane)
{
    for (int i = 0; i < views[view].count; i++)
        if (views[view].panes[i] == pane)
            return i;
    return -1;
}

enum pane layout_first_pane(enum view view)
{
    return views[view].panes[0];
}

enum pane layout_next_pane(const struct layout *layout, enum view view, enum pane from, int step)
{
    const int count = views[view].count;
    int at = index_of(view, from);

    do
        at = (at + step + count) % count;
    while (layout->count > 1 && layout_find(layout, views[view].panes[at]) == NULL);
    return views[view].panes[at];
}

const struct place *layout_find(const struct layout *layout, enum pane pane)
{
    for (int i = 0; i < layout->count; i++)
        if (layout->places[i].pane == pane)
            return &layout->places[i];
    return NULL;
}

void layout_make(struct layout *layout, enum view view, enum pane focus, bool zoomed, bool rate,
                 int width, int height)
{
    const enum tier tier = layout_tier(width, height);
    const int rows = tier >= LAYOUT_FULL ? 2 : 1;

    *layout = (struct layout){.tier = tier, .rate = rate, .header_rows = rows, .footer_rows = rows};
    if (tier == LAYOUT_LINES)
        return;
    if (tier == LAYOUT_PANE || zoomed)
        add(layout, index_of(view, focus) < 0 ? layout_first_pane(view) : focus, 0, rows, width,
            height - 2 * rows);
    else
        views[view].arrange(layout, rows, width, height - 2 * rows);
}
