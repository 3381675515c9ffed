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

/* An arrow that scrolls the focused pane, tried on a copy; 0: all of it is seen. */
static int find_scroll(const struct frame *frame, const struct layout *layout)
{
    static const struct {
        enum key_action action;
        int key;
    } ways[] = {{KEY_MOVE_DOWN, TERM_DOWN},
                {KEY_MOVE_UP, TERM_UP},
                {KEY_MOVE_RIGHT, TERM_RIGHT},
                {KEY_MOVE_LEFT, TERM_LEFT}};
    const struct place *place = layout_find(layout, frame->focus);

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct frame copy = *frame;
        copy.layout = layout;
        pane_of(frame->focus)->move(&copy, ways[i].action, place != NULL ? place->height : 0);
        if (copy.panes[frame->focus].first != frame->panes[frame->focus].first)
            return ways[i].key;
    }
    return 0;
}

static void add_panes(struct hints *hints, const struct frame *frame, const struct layout *layout)
{
    const struct pane_class *focused = pane_of(frame->focus);

    const int arrow = focused->scrolls ? find_scroll(frame, layout) : TERM_RIGHT;

    if (arrow != 0)
        add(hints, HINT_PANE, arrow, "Arrows", focused->arrows);
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

/* The cells that a hint takes after another one; NULL: it is the first. */
static int width_after(const struct hint *hint, const struct hint *before)
{
    return hint->name_length + 1 + (int)strlen(hint->word) + GAP +
           (before != NULL && hint->group != before->group ? SEPARATOR : 0);
}

static int width_of(const struct hints *hints)
{
    int width = 0;

    for (int i = 0; i < hints->count; i++)
        width += width_after(&hints->hints[i], i > 0 ? &hints->hints[i - 1] : NULL);
    return width;
}

/* The hints that are kept. */
static void choose(const struct hints *all, const bool keep[HINTS_MAX], struct hints *kept)
{
    kept->count = 0;
    for (int i = 0; i < all->count; i++)
        if (keep[i])
            kept->hints[kept->count++] = all->hints[i];
}

/* Keeps what fits: the program's hints, then the run's, then of the panes' each one that still has
 * room, the first ones first. */
static void cut(const struct hints *all, int width, struct hints *kept)
{
    static const enum hint_group order[] = {HINT_PROGRAM, HINT_RUN, HINT_PANE};
    bool keep[HINTS_MAX] = {false};

    for (int g = 0; g < 3; g++) {
        for (int i = 0; i < all->count; i++) {
            if (all->hints[i].group != order[g])
                continue;
            keep[i] = true;
            choose(all, keep, kept);
            keep[i] = width_of(kept) <= width;
        }
    }
    choose(all, keep, kept);
}

void hints_list(const struct frame *frame, const struct layout *layout, int width,
                struct hints *hints)
{
    struct hints all = {0};

    if (frame->overlay != OVERLAY_NONE) {
        add(&all, HINT_PANE, TERM_ESCAPE, "Esc", "close");
    } else {
        add_run(&all, frame);
        add_panes(&all, frame, layout);
        add(&all, HINT_PROGRAM, '?', "?", "help");
    }
    add(&all, HINT_PROGRAM, 'q', "q", "quit");
    cut(&all, width, hints);
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
