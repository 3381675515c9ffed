#include "tui/keys.h"

#include "tui/term.h"

#include <stddef.h>

static const struct key_binding bindings[] = {
    {KEY_PAUSE, {' ', 'p'}, "Space, p", "pause or resume training", "Spc Pause"},
    {KEY_STEP_EPOCHS,
     {'n'},
     "n",
     "train to the end of the epoch, then pause; 5n: five epochs",
     "n Epoch"},
    {KEY_STEP_BATCHES, {'b'}, "b", "train one batch, then pause; 20b: twenty batches", "b Batch"},
    {KEY_NEXT_PANE, {TERM_TAB}, "Tab", "give the arrows to the next pane", "Tab Pane"},
    {KEY_PREVIOUS_PANE, {TERM_BACK_TAB}, "Shift-Tab", "give the arrows to the pane before", NULL},
    {KEY_MOVE_LEFT, {TERM_LEFT, 'h'}, "Left, h", "samples: the test image before", NULL},
    {KEY_MOVE_RIGHT, {TERM_RIGHT, 'l'}, "Right, l", "samples: the next test image", "<-> Sample"},
    {KEY_MOVE_UP, {TERM_UP, 'k'}, "Up, k", "samples: ten images back; layer table: scroll", NULL},
    {KEY_MOVE_DOWN,
     {TERM_DOWN, 'j'},
     "Down, j",
     "samples: ten images on; layer table: scroll",
     NULL},
    {KEY_MOVE_PAGE_UP,
     {TERM_PAGE_UP},
     "PgUp",
     "samples: a hundred back; layer table: a page",
     NULL},
    {KEY_MOVE_PAGE_DOWN,
     {TERM_PAGE_DOWN},
     "PgDn",
     "samples: a hundred on; layer table: a page",
     NULL},
    {KEY_MOVE_HOME, {TERM_HOME}, "Home", "the first sample or layer", NULL},
    {KEY_MOVE_END, {TERM_END}, "End", "the last sample or layer", NULL},
    {KEY_LOG_SCALE, {'y'}, "y", "plots: logarithmic or linear", "y Log"},
    {KEY_HELP, {'?', TERM_F1}, "?, F1", "show or hide this help", "? Help"},
    {KEY_BACK, {TERM_ESCAPE}, "Esc", "go back; never quits", NULL},
    {KEY_REDRAW, {TERM_REDRAW}, "Ctrl-L", "draw the screen anew", NULL},
    {KEY_QUIT, {'q', TERM_F10}, "q, F10", "quit; asks first while training", "q Quit"},
    {KEY_NOTHING, {0}, "Ctrl-C", "stop after this batch, save and quit; twice: at once", NULL},
    {KEY_NOTHING, {0}, "Ctrl-Z", "suspend; training stops too until fg", NULL},
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
