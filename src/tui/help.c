#include "tui/help.h"

#include <stdio.h>

enum { WIDTH = 76, NAMES_WIDTH = 11, ROWS_MAX = 128 };

struct row {
    const char *names, *help; /* no help: names is a heading */
};

struct rows {
    int count;
    struct row rows[ROWS_MAX];
};

static void add(struct rows *rows, struct row row)
{
    if (rows->count < ROWS_MAX)
        rows->rows[rows->count++] = row;
}

/* Whether an earlier pane has the same list of keys. */
static bool is_listed(const enum pane *panes, int count, enum pane pane)
{
    for (int i = 0; i < count; i++)
        if (pane_of(panes[i])->keys == pane_of(pane)->keys)
            return true;
    return false;
}

static void add_panes(struct rows *rows, const enum pane *panes, int from, int to)
{
    for (int i = from; i < to; i++) {
        const struct pane_class *pane = pane_of(panes[i]);
        if (pane->keys == NULL || is_listed(panes, i, panes[i]))
            continue;
        add(rows, (struct row){pane->topic, NULL});
        for (const struct pane_key *key = pane->keys; key->names != NULL; key++)
            add(rows, (struct row){key->names, key->help});
    }
}

/* The panes, those of the present view first. Returns how many these are. */
static int order_panes(enum view view, enum pane panes[PANE_COUNT])
{
    const struct view_class *class = view_of(view);
    int count = 0;
    bool taken[PANE_COUNT] = {false};

    for (int i = 0; i < class->count; i++) {
        panes[count++] = class->panes[i];
        taken[class->panes[i]] = true;
    }
    for (int pane = 0; pane < PANE_COUNT; pane++)
        if (!taken[pane])
            panes[count++] = (enum pane)pane;
    return class->count;
}

static void list_rows(const struct frame *frame, struct rows *rows)
{
    enum pane panes[PANE_COUNT];
    const int own = order_panes(frame->view, panes);
    const struct key_binding *binding;

    rows->count = 0;
    add_panes(rows, panes, 0, own);
    add(rows, (struct row){"Everywhere", NULL});
    for (int i = 0; (binding = key_binding(i)) != NULL; i++)
        add(rows, (struct row){binding->names, binding->help});
    add_panes(rows, panes, own, PANE_COUNT);
}

static int visible_rows(const struct canvas *canvas, const struct rows *rows)
{
    const int room = canvas->height - 2; /* the border */

    return room < rows->count ? room : rows->count;
}

void help_move(struct frame *frame, enum key_action action, const struct canvas *size)
{
    struct rows rows;

    list_rows(frame, &rows);
    pane_scroll(&frame->overlay_row, action, visible_rows(size, &rows), rows.count);
}

void help_draw(const struct frame *frame, struct canvas *canvas)
{
    struct rows rows;

    list_rows(frame, &rows);
    const int visible = visible_rows(canvas, &rows), height = visible + 2;
    const int width = canvas->width < WIDTH ? canvas->width : WIDTH;
    const int left = rows.count - frame->overlay_row, shown = visible < left ? visible : left;
    struct canvas popup = canvas_inside(canvas, (canvas->width - width) / 2,
                                        (canvas->height - height) / 2, width, height);
    char title[64];

    canvas_clear(&popup);
    snprintf(title, sizeof title, "Keys %d-%d of %d  (Esc closes, arrows scroll)",
             frame->overlay_row + 1, frame->overlay_row + shown, rows.count);
    struct canvas inside = canvas_box(&popup, title, true);
    for (int i = 0; i < shown; i++) {
        const struct row *row = &rows.rows[frame->overlay_row + i];
        if (row->help == NULL) {
            canvas_text(&inside, 1, i, STYLE_BOLD, "%s", row->names);
            continue;
        }
        canvas_text(&inside, 2, i, STYLE_KEY, "%-*s", NAMES_WIDTH, row->names);
        canvas_text(&inside, NAMES_WIDTH + 3, i, STYLE_PLAIN, "%s", row->help);
    }
}
