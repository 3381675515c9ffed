#include "tui/navigate.h"

#include "tui/about.h"
#include "tui/header.h"
#include "tui/help.h"
#include "tui/replay.h"
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

    if (pane->move != NULL)
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
    if (frame->overlay != OVERLAY_NONE)
        frame->overlay = OVERLAY_NONE;
    else if (frame->past != NULL)
        replay_live(frame);
    else if (pane_goes_back(frame, layout))
        return;
    else if (frame->zoomed)
        frame->zoomed = false;
    else
        frame_open(frame, VIEW_OVERVIEW);
}

/* ---- replay ---- */

/* What arrows do to the replay; false: nothing. */
static bool move_replay(struct frame *frame, enum key_action action)
{
    if (frame->past == NULL || (action != KEY_MOVE_HOME && action != KEY_MOVE_END))
        return false;
    if (action == KEY_MOVE_HOME)
        replay_first(frame);
    else
        replay_live(frame);
    return true;
}

static void travel(struct frame *frame, enum key_action action, char message[PANE_MESSAGE])
{
    const int direction = action == KEY_PAST || action == KEY_PAST_EPOCH ? -1 : 1;
    const bool epochs = action == KEY_PAST_EPOCH || action == KEY_FUTURE_EPOCH;

    frame->playing = 0;
    if (!(epochs ? replay_move_epoch : replay_move)(frame, direction))
        snprintf(message, PANE_MESSAGE, "No earlier moment is stored.");
}

/* ---- the focus ---- */

/* The next pane; if it has no place among those that are seen, it is shown alone. */
static void focus_next(struct frame *frame, const struct layout *layout, int step)
{
    frame->focus = layout_next_pane(layout, frame->view, frame->focus, step);
    if (layout->tier > LAYOUT_PANE && layout_find(layout, frame->focus) == NULL)
        frame->zoomed = true;
}

/* A pane that was shown alone may have no place among the others: then the first one is focused. */
static void settle_focus(struct frame *frame, int width, int height)
{
    struct layout layout;

    frame->layout = NULL;
    screen_layout(&layout, frame, width, height);
    if (layout.count > 0 && layout_find(&layout, frame->focus) == NULL)
        frame->focus = layout_first_pane(frame->view);
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

static void point_at_panes(struct frame *frame, const struct pointer *pointer,
                           const struct layout *layout, char message[PANE_MESSAGE])
{
    for (int i = 0; i < layout->count; i++) {
        const struct place *place = &layout->places[i];
        if (pointer->x >= place->x && pointer->x < place->x + place->width &&
            pointer->y >= place->y && pointer->y < place->y + place->height) {
            point_at_pane(frame, pointer, place, layout, message);
            return;
        }
    }
}

void navigate_point(struct frame *frame, const struct pointer *pointer, int width, int height,
                    char message[PANE_MESSAGE])
{
    enum view tab = header_tab_at(width, pointer->x, pointer->y);
    struct layout layout;

    message[0] = '\0';
    screen_layout(&layout, frame, width, height);
    frame->layout = &layout;
    if (pointer->act == POINTER_PRESS || pointer->act == POINTER_RELEASE)
        frame->drawing.dragging = false;
    if (tab != VIEW_COUNT && pointer->act == POINTER_PRESS && layout.header_rows > 1)
        frame_open(frame, tab);
    else
        point_at_panes(frame, pointer, &layout, message);
    settle_focus(frame, width, height);
}

/* ---- keys ---- */

static void move_anything(struct frame *frame, enum key_action action, const struct layout *layout,
                          const struct canvas *size)
{
    if (frame->overlay == OVERLAY_HELP)
        help_move(frame, action, size);
    else if (frame->overlay == OVERLAY_ABOUT)
        about_move(frame, layout, action, size);
    else if (!move_replay(frame, action))
        move(frame, action, layout);
}

/* Shows it, or hides it if it is shown. */
static void toggle_overlay(struct frame *frame, enum overlay overlay)
{
    frame->overlay = frame->overlay == overlay ? OVERLAY_NONE : overlay;
    frame->overlay_row = 0;
}

static bool act(struct frame *frame, int key, const struct layout *layout,
                const struct canvas *size, char message[PANE_MESSAGE])
{
    const enum key_action action = key_action(key);

    switch (action) {
    case KEY_VIEW: frame_open(frame, (enum view)(key - '1')); return true;
    case KEY_MOVE_UP:
    case KEY_MOVE_DOWN:
    case KEY_MOVE_LEFT:
    case KEY_MOVE_RIGHT:
    case KEY_MOVE_PAGE_UP:
    case KEY_MOVE_PAGE_DOWN:
    case KEY_MOVE_HOME:
    case KEY_MOVE_END: move_anything(frame, action, layout, size); return true;
    case KEY_NEXT_PANE:
    case KEY_PREVIOUS_PANE:
        focus_next(frame, layout, action == KEY_NEXT_PANE ? 1 : -1);
        return true;
    case KEY_ZOOM: enter(frame, message); return true;
    case KEY_BACK: go_back(frame, layout); return true;
    case KEY_HELP: toggle_overlay(frame, OVERLAY_HELP); return true;
    case KEY_ABOUT: toggle_overlay(frame, OVERLAY_ABOUT); return true;
    case KEY_PAUSE:
        if (key == ' ' && frame->past != NULL)
            replay_play(frame);
        return key == ' ' && frame->past != NULL;
    case KEY_PAST:
    case KEY_FUTURE:
    case KEY_PAST_EPOCH:
    case KEY_FUTURE_EPOCH: travel(frame, action, message); return true;
    default: return false;
    }
}

/* Takes a key of what is being typed; false: nothing is, or whoever opened it looks at it. */
static bool type(struct frame *frame, int key, char message[PANE_MESSAGE])
{
    struct prompt *prompt = &frame->prompt;

    if (prompt->label == NULL || prompt->done == NULL)
        return false;
    if (prompt_key(prompt, key) == PROMPT_DONE)
        prompt->done(frame, prompt->text, message);
    return true;
}

bool navigate(struct frame *frame, int key, int width, int height, char message[PANE_MESSAGE])
{
    const struct canvas size = {.width = width, .height = height};
    struct layout layout;

    message[0] = '\0';
    if (type(frame, key, message))
        return true;
    screen_layout(&layout, frame, width, height);
    frame->layout = &layout;
    const struct pane_key *found =
        frame->overlay == OVERLAY_NONE ? find_key(frame, &layout, key) : NULL;
    bool acted = found != NULL;
    if (acted)
        found->press(frame, key, message);
    else
        acted = act(frame, key, &layout, &size, message);
    settle_focus(frame, width, height);
    return acted;
}
