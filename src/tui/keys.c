#include "tui/keys.h"

#include "tui/term.h"

#include <stddef.h>

/* Digits have no action here, see key_action(); these bindings are only for the help. */
static const struct key_binding bindings[] = {
    {KEY_PAUSE, {' ', 'p'}, "Space, p", "pause or resume training", "Spc Pause"},
    {KEY_STEP_EPOCHS,
     {'n'},
     "n",
     "train to the end of the epoch, then pause; 5n: five epochs",
     "n Epoch"},
    {KEY_STEP_BATCHES, {'b'}, "b", "train one batch, then pause; 20b: twenty batches", "b Batch"},
    {KEY_VIEW, {0}, "1-6", "views: overview, plots, model, samples, confusion, draw", "1-6 View"},
    {KEY_NEXT_PANE, {TERM_TAB}, "Tab", "next pane", "Tab Pane"},
    {KEY_PREVIOUS_PANE, {TERM_BACK_TAB}, "Shift-Tab", "previous pane", NULL},
    {KEY_ZOOM,
     {TERM_ENTER},
     "Enter",
     "enlarge the pane, or back; confusion: images; draw: pen",
     NULL},
    {KEY_BACK, {TERM_ESCAPE}, "Esc", "go back; never quits", NULL},
    {KEY_MOVE_LEFT,
     {TERM_LEFT, 'h'},
     "Left, h",
     "the previous sample; plots: read values, earlier",
     NULL},
    {KEY_MOVE_RIGHT,
     {TERM_RIGHT, 'l'},
     "Right, l",
     "the next sample; plots: read values, later",
     NULL},
    {KEY_MOVE_UP, {TERM_UP, 'k'}, "Up, k", "scroll; samples: ten images back", NULL},
    {KEY_MOVE_DOWN, {TERM_DOWN, 'j'}, "Down, j", "scroll; samples: ten images forward", NULL},
    {KEY_MOVE_PAGE_UP, {TERM_PAGE_UP}, "PgUp", "scroll a page; samples: a hundred back", NULL},
    {KEY_MOVE_PAGE_DOWN,
     {TERM_PAGE_DOWN},
     "PgDn",
     "scroll a page; samples: a hundred forward",
     NULL},
    {KEY_MOVE_HOME, {TERM_HOME}, "Home", "to the first; confusion: to the most confused", NULL},
    {KEY_MOVE_END, {TERM_END}, "End", "to the last", NULL},
    {KEY_PAST, {'<'}, "<", "replay an older moment: weights, samples", NULL},
    {KEY_FUTURE, {'>'}, ">", "replay a newer moment; End: live", NULL},
    {KEY_RATE_UP, {'+'}, "+", "learning rate times 1.25", NULL},
    {KEY_RATE_DOWN, {'-'}, "-", "learning rate divided by 1.25", NULL},
    {KEY_SAVE, {'s'}, "s", "save a checkpoint to the run directory", "s Save"},
    {KEY_EXPORT, {'e'}, "e", "save the screen as a text file", NULL},
    {KEY_SWITCH_MOUSE, {'m'}, "m", "mouse on or off", NULL},
    {KEY_COLORS, {'c'}, "c", "colours on or off", NULL},
    {KEY_GLYPHS, {'u'}, "u", "braille, blocks or ASCII", NULL},
    {KEY_HELP, {'?', TERM_F1}, "?, F1", "show or hide this help", "? Help"},
    {KEY_REDRAW, {TERM_REDRAW}, "Ctrl-L", "redraw the screen", NULL},
    {KEY_QUIT, {'q', TERM_F10}, "q, F10", "quit; asks first while training", "q Quit"},
    {KEY_NOTHING, {0}, "Ctrl-C", "stop after this batch, save and quit; twice: at once", NULL},
    {KEY_NOTHING, {0}, "Ctrl-Z", "suspend; training stops too until fg or bg", NULL},
};

enum { BINDING_COUNT = sizeof bindings / sizeof bindings[0] };

const struct key_binding *key_binding(int i)
{
    return i < BINDING_COUNT ? &bindings[i] : NULL;
}

int key_binding_count(void)
{
    return BINDING_COUNT;
}

enum key_action key_action(int key)
{
    if (key >= '0' && key <= '9')
        return KEY_COUNT;
    for (int i = 0; i < BINDING_COUNT; i++)
        for (int k = 0; k < 3 && bindings[i].keys[k] != 0; k++)
            if (bindings[i].keys[k] == key)
                return bindings[i].action;
    return KEY_NOTHING;
}
