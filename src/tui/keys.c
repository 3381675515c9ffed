#include "tui/keys.h"

#include "tui/term.h"
#include "tui/views/list.h"

#include <stddef.h>

static const struct key_binding bindings[] = {
    {KEY_PAUSE, {'p', ' '}, "Space, p", "pause or resume training; in the replay, Space plays"},
    {KEY_STEP_EPOCHS, {'n'}, "n", "train to the end of the epoch, then pause"},
    {KEY_STEP_BATCHES, {'b'}, "b", "train one batch, then pause"},
    {KEY_ASK_EPOCHS, {'N'}, "N", "train a number of epochs, then pause"},
    {KEY_ASK_BATCHES, {'B'}, "B", "train a number of batches, then pause"},
    {KEY_VIEW, {0}, "1-7", "views: overview, plots, model, samples, confusion, draw, map"},
    {KEY_NEXT_PANE, {TERM_TAB}, "Tab", "next pane"},
    {KEY_PREVIOUS_PANE, {TERM_BACK_TAB}, "Shift-Tab", "previous pane"},
    {KEY_ZOOM, {TERM_ENTER}, "Enter", "enlarge the pane, or back; also: images, weights, pen"},
    {KEY_BACK, {TERM_ESCAPE}, "Esc", "go back; never quits"},
    {KEY_MOVE_LEFT, {TERM_LEFT, 'h'}, "Left, h", "the previous image; plots: read values, earlier"},
    {KEY_MOVE_RIGHT, {TERM_RIGHT, 'l'}, "Right, l", "the next image; plots: read values, later"},
    {KEY_MOVE_UP, {TERM_UP, 'k'}, "Up, k", "scroll; samples: a row or ten images back"},
    {KEY_MOVE_DOWN, {TERM_DOWN, 'j'}, "Down, j", "scroll; samples: a row or ten images forward"},
    {KEY_MOVE_PAGE_UP, {TERM_PAGE_UP, TERM_CTRL_U}, "PgUp, Ctrl-U", "scroll a page back"},
    {KEY_MOVE_PAGE_DOWN, {TERM_PAGE_DOWN, TERM_CTRL_D}, "PgDn, Ctrl-D", "scroll a page forward"},
    {KEY_MOVE_HOME, {TERM_HOME, 'g'}, "Home, g", "to the first; confusion: to the most confused"},
    {KEY_MOVE_END, {TERM_END, 'G'}, "End, G", "to the last; in the replay, back to the present"},
    {KEY_PAST, {'<'}, "<", "replay an older moment: weights, samples"},
    {KEY_FUTURE, {'>'}, ">", "replay a newer moment"},
    {KEY_PAST_EPOCH, {'{'}, "{", "replay the end of an older epoch; Home: the start"},
    {KEY_FUTURE_EPOCH, {'}'}, "}", "replay the end of a newer epoch; End: the present"},
    {KEY_RATE_UP, {'+', '='}, "+, =", "learning rate times 1.25"},
    {KEY_RATE_DOWN, {'-'}, "-", "learning rate divided by 1.25"},
    {KEY_SAVE, {'s'}, "s", "save a checkpoint to the run directory"},
    {KEY_EXPORT, {'e'}, "e", "save the screen as a picture and as a text file"},
    {KEY_SWITCH_MOUSE, {'m'}, "m", "mouse on or off"},
    {KEY_COLORS, {'c'}, "c", "colours on or off"},
    {KEY_GLYPHS, {'u'}, "u", "braille, blocks or ASCII"},
    {KEY_ABOUT, {'i'}, "i", "explain what the panes show"},
    {KEY_HELP, {'?', TERM_F1}, "?, F1", "show or hide this help"},
    {KEY_REDRAW, {TERM_REDRAW}, "Ctrl-L", "redraw the screen"},
    {KEY_QUIT, {'q', TERM_F10}, "q, F10", "quit; asks first while the run is not finished"},
    {KEY_NOTHING, {0}, "Ctrl-C", "stop after this batch, save and quit; twice: at once"},
    {KEY_NOTHING, {0}, "Ctrl-Z", "suspend; training stops too until fg or bg"},
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
    if (key >= '1' && key < '1' + VIEW_COUNT)
        return KEY_VIEW;
    for (int i = 0; i < BINDING_COUNT; i++)
        for (int k = 0; k < 3 && bindings[i].keys[k] != 0; k++)
            if (bindings[i].keys[k] == key)
                return bindings[i].action;
    return KEY_NOTHING;
}
