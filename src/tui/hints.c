#include "tui/hints.h"

#include "train/trainer.h"
#include "tui/term.h"

#include <string.h>

enum { GAP = 2, SEPARATOR = 3 }; /* cells after a hint, and more between two groups */

static void add(struct hints *hints, enum hint_group group, int key, const char *name,
                const char *word)
{
    for (int i = 0; i < hints->count; i++)
        if (hints->hints[i].key == key)
            return; /* an earlier pane takes the key */
    if (word != NULL && hints->count < HINTS_MAX)
        hints->hints[hints->count++] =
            (struct hint){group, key, name, (int)strcspn(name, ","), word};
}

static bool is_run_over(const struct frame *frame)
{
    return trainer_ended(frame->snapshot->state);
}

static void add_replay(struct hints *hints, const struct frame *frame)
{
    const bool fastest = frame->playing >= 16;

    add(hints, HINT_RUN, ' ', "Space", frame->playing == 0 ? "play" : fastest ? "stop" : "faster");
    add(hints, HINT_RUN, '<', "<", "older");
    add(hints, HINT_RUN, '>', ">", "newer");
    add(hints, HINT_RUN, TERM_END, "End", "live");
}

static void add_run(struct hints *hints, const struct frame *frame)
{
    if (frame->past != NULL) {
        add_replay(hints, frame);
        return;
    }
    if (!is_run_over(frame)) {
        add(hints, HINT_RUN, ' ', "Space",
            frame->snapshot->state == SNAPSHOT_PAUSED ? "go on" : "pause");
        add(hints, HINT_RUN, 'n', "n", "epoch");
        add(hints, HINT_RUN, 'b', "b", "batch");
    }
}

static void add_pane_keys(struct hints *hints, const struct frame *frame, enum pane pane)
{
    for (const struct pane_key *key = pane_of(pane)->keys; key != NULL && key->names != NULL; key++)
        if (key->works == NULL || key->works(frame))
            add(hints, HINT_PANE, key->keys[0], key->names, key->hint);
}

/* Whether a pane before this one in the layout, or the focused one, has the same keys. */
static bool is_repeated(const struct frame *frame, const struct layout *layout, int i)
{
    const struct pane_key *keys = pane_of(layout->places[i].pane)->keys;

    for (int before = 0; before < i; before++)
        if (pane_of(layout->places[before].pane)->keys == keys)
            return true;
    return pane_of(frame->focus)->keys == keys;
}

static void add_panes(struct hints *hints, const struct frame *frame, const struct layout *layout)
{
    const struct pane_class *focused = pane_of(frame->focus);

    add(hints, HINT_PANE, TERM_RIGHT, "Arrows", focused->arrows);
    if (focused->enters != NULL)
        add(hints, HINT_PANE, TERM_ENTER, "Enter", focused->enters);
    add_pane_keys(hints, frame, frame->focus);
    for (int i = 0; i < layout->count; i++)
        if (!is_repeated(frame, layout, i))
            add_pane_keys(hints, frame, layout->places[i].pane);
    if (frame->zoomed || layout->count > 1)
        add(hints, HINT_PANE, TERM_ENTER, "Enter", frame->zoomed ? "all panes" : "enlarge");
    if (layout_next_pane(layout, frame->view, frame->focus, 1) != frame->focus)
        add(hints, HINT_PANE, TERM_TAB, "Tab", "next pane");
    if (!is_run_over(frame) && frame->past == NULL)
        add(hints, HINT_PANE, '+', "+ -", "rate");
    if (frame->past == NULL && frame->timeline != NULL && frame->timeline->count > 1)
        add(hints, HINT_PANE, '<', "<", "replay");
    add(hints, HINT_PANE, 'i', "i", "explain");
}

static int width_of(const struct hints *hints)
{
    int width = 0;

    for (int i = 0; i < hints->count; i++) {
        const struct hint *hint = &hints->hints[i];
        width += hint->name_length + 1 + (int)strlen(hint->word) + GAP;
        if (i > 0 && hint->group != hints->hints[i - 1].group)
            width += SEPARATOR;
    }
    return width;
}

/* The last hint to give up: of the panes first, then of the run; -1: none. */
static int least_useful(const struct hints *hints)
{
    for (int group = HINT_PANE; group >= HINT_RUN; group--)
        for (int i = hints->count - 1; i >= 0; i--)
            if ((int)hints->hints[i].group == group)
                return i;
    return -1;
}

static void cut(struct hints *hints, int width)
{
    int at;

    while (width_of(hints) > width && (at = least_useful(hints)) >= 0) {
        hints->count--;
        memmove(&hints->hints[at], &hints->hints[at + 1],
                (size_t)(hints->count - at) * sizeof hints->hints[0]);
    }
}

void hints_list(const struct frame *frame, const struct layout *layout, int width,
                struct hints *hints)
{
    hints->count = 0;
    if (frame->overlay != OVERLAY_NONE) {
        add(hints, HINT_PANE, TERM_DOWN, "Arrows", "scroll");
        add(hints, HINT_PANE, TERM_ESCAPE, "Esc", "close");
    } else {
        add_run(hints, frame);
        add_panes(hints, frame, layout);
        add(hints, HINT_PROGRAM, '?', "?", "help");
    }
    add(hints, HINT_PROGRAM, 'q', "q", "quit");
    cut(hints, width);
}

void hints_draw(const struct hints *hints, struct canvas *canvas, int y)
{
    int x = 1;

    for (int i = 0; i < hints->count; i++) {
        const struct hint *hint = &hints->hints[i];
        if (i > 0 && hint->group != hints->hints[i - 1].group) {
            canvas_put(canvas, x, y, canvas->glyphs == GLYPHS_ASCII ? '|' : 0x2502, STYLE_BORDER);
            x += SEPARATOR;
        }
        x = canvas_text(canvas, x, y, STYLE_KEY, "%.*s", hint->name_length, hint->name);
        x = canvas_text(canvas, x, y, STYLE_DIM, " %s", hint->word) + GAP;
    }
}
