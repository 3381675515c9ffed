#include "tui/navigate.h"

#include "tui/header.h"
#include "tui/help.h"
#include "tui/screen.h"

#include <stdio.h>

/* ---- panes ---- */

static const struct pane_key *key_of(enum pane pane, const struct frame *frame, int key)
{
    for (const struct pane_key *at = pane_of(pane)->keys; at != NULL && at->names != NULL; at++)
        for (int k = 0; k < 3 && at->keys[k] != 0; k++)
            if (at->keys[k] == key && (at->works == NULL || at->works(frame)))
                return at;
    return NULL;
}

/* A key goes to the focused pane first, then to the others of the view that are seen; to all of
 * them if one is shown alone, as what they change is not far. */
static const struct pane_key *find_key(const struct frame *frame, const struct layout *layout,
                                       int key)
{
    const struct view_class *view = view_of(frame->view);
    const struct pane_key *found = key_of(frame->focus, frame, key);

    for (int i = 0; found == NULL && i < view->count; i++)
        if (layout->count <= 1 || layout_find(layout, view->panes[i]) != NULL)
            found = key_of(view->panes[i], frame, key);
    return found;
}

/* Moves the content of the focused pane. */
static void move(struct frame *frame, enum key_action action, const struct layout *layout)
{
    const struct pane_class *pane = pane_of(frame->focus);
    const struct place *place = layout_find(layout, frame->focus);

    if (frame->past != NULL && action == KEY_MOVE_END)
        frame->past = NULL;
    else if (pane->move != NULL)
        pane->move(frame, action, place != NULL ? place->height : 0);
}

static void enter(struct frame *frame, char message[PANE_MESSAGE])
{
    const struct pane_class *pane = pane_of(frame->focus);

    if (pane->enter != NULL)
        pane->enter(frame, message);
    else
        frame->zoomed = !frame->zoomed;
}

static bool pane_goes_back(struct frame *frame, const struct layout *layout)
{
    for (int i = 0; i < layout->count; i++) {
        const struct pane_class *pane = pane_of(layout->places[i].pane);
        if (pane->back != NULL && pane->back(frame))
            return true;
    }
    return false;
}

static void go_back(struct frame *frame, const struct layout *layout)
{
    if (frame->help)
        frame->help = false;
    else if (frame->past != NULL)
        frame->past = NULL;
    else if (pane_goes_back(frame, layout))
        return;
    else if (frame->zoomed)
        frame->zoomed = false;
    else
        frame_open(frame, VIEW_OVERVIEW);
}

/* ---- replay ---- */

static void travel(struct frame *frame, enum key_action action, char message[PANE_MESSAGE])
{
    const struct moment *to = action == KEY_PAST
                                  ? timeline_before(frame->timeline, frame_step(frame))
                                  : timeline_behind(frame->timeline, frame_step(frame));

    if (to != NULL && to->step < frame->snapshot->step)
        frame->past = to;
    else if (action == KEY_FUTURE)
        frame->past = NULL;
    else
        snprintf(message, PANE_MESSAGE, "No earlier moment is stored.");
}

/* ---- the mouse ---- */

static void point_at_pane(struct frame *frame, const struct pointer *pointer,
                          const struct place *place, const struct layout *layout,
                          char message[PANE_MESSAGE])
{
    const struct canvas canvas = {.width = place->width, .height = place->height};
    const struct pane_class *pane = pane_of(place->pane);

    if (frame->drawing.dragging && place->pane != PANE_DRAW)
        return; /* the present stroke has left the sheet */
    frame->focus = place->pane;
    if (pointer->act == POINTER_UP || pointer->act == POINTER_DOWN)
        move(frame, pointer->act == POINTER_UP ? KEY_MOVE_UP : KEY_MOVE_DOWN, layout);
    else if (pane->point != NULL)
        pane->point(frame, pointer, &canvas, pointer->x - place->x, pointer->y - place->y, message);
}

void navigate_point(struct frame *frame, const struct pointer *pointer, int width, int height,
                    char message[PANE_MESSAGE])
{
    enum view tab = header_tab_at(frame, width, pointer->x, pointer->y);
    struct layout layout;

    message[0] = '\0';
    screen_layout(&layout, frame, width, height);
    if (pointer->act == POINTER_PRESS || pointer->act == POINTER_RELEASE)
        frame->drawing.dragging = false;
    if (tab != VIEW_COUNT && pointer->act == POINTER_PRESS && layout.header_rows > 1) {
        frame_open(frame, tab);
        return;
    }
    for (int i = 0; i < layout.count; i++) {
        const struct place *place = &layout.places[i];
        if (pointer->x >= place->x && pointer->x < place->x + place->width &&
            pointer->y >= place->y && pointer->y < place->y + place->height) {
            point_at_pane(frame, pointer, place, &layout, message);
            return;
        }
    }
}

/* ---- keys ---- */

static bool act(struct frame *frame, enum key_action action, const struct layout *layout,
                const struct canvas *size, char message[PANE_MESSAGE])
{
    switch (action) {
    case KEY_MOVE_UP:
    case KEY_MOVE_DOWN:
    case KEY_MOVE_LEFT:
    case KEY_MOVE_RIGHT:
    case KEY_MOVE_PAGE_UP:
    case KEY_MOVE_PAGE_DOWN:
    case KEY_MOVE_HOME:
    case KEY_MOVE_END:
        if (frame->help)
            help_move(frame, action, size);
        else
            move(frame, action, layout);
        return true;
    case KEY_NEXT_PANE:
    case KEY_PREVIOUS_PANE:
        frame->focus =
            layout_next_pane(layout, frame->view, frame->focus, action == KEY_NEXT_PANE ? 1 : -1);
        return true;
    case KEY_ZOOM: enter(frame, message); return true;
    case KEY_BACK: go_back(frame, layout); return true;
    case KEY_HELP:
        frame->help = !frame->help;
        frame->help_row = 0;
        return true;
    case KEY_PAST:
    case KEY_FUTURE: travel(frame, action, message); return true;
    default: return false;
    }
}

bool navigate(struct frame *frame, int key, int width, int height, char message[PANE_MESSAGE])
{
    const struct canvas size = {.width = width, .height = height};
    struct layout layout;

    message[0] = '\0';
    screen_layout(&layout, frame, width, height);
    const struct pane_key *found = find_key(frame, &layout, key);
    if (found == NULL)
        return act(frame, key_action(key), &layout, &size, message);
    found->press(frame, key, message);
    return true;
}
