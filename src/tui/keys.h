/*
 * keys.h -- the table of the keys that work everywhere, from which the dashboard finds the action
 * and the help is drawn, and a test checks the manual. Panes have further keys, see pane.h.
 */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

/* The action of a key. */
enum key_action {
    KEY_NOTHING,
    KEY_PAUSE,
    KEY_STEP_EPOCHS,
    KEY_STEP_BATCHES,
    KEY_ASK_EPOCHS,
    KEY_ASK_BATCHES,
    KEY_VIEW,
    KEY_NEXT_PANE,
    KEY_PREVIOUS_PANE,
    KEY_MOVE_UP,
    KEY_MOVE_DOWN,
    KEY_MOVE_LEFT,
    KEY_MOVE_RIGHT,
    KEY_MOVE_PAGE_UP,
    KEY_MOVE_PAGE_DOWN,
    KEY_MOVE_HOME,
    KEY_MOVE_END,
    KEY_ZOOM,
    KEY_PAST,
    KEY_FUTURE,
    KEY_PAST_EPOCH,
    KEY_FUTURE_EPOCH,
    KEY_RATE_UP,
    KEY_RATE_DOWN,
    KEY_SAVE,
    KEY_EXPORT,
    KEY_SWITCH_MOUSE,
    KEY_COLORS,
    KEY_GLYPHS,
    KEY_HELP,
    KEY_ABOUT,
    KEY_BACK,
    KEY_REDRAW,
    KEY_QUIT,
};

struct key_binding {
    enum key_action action;
    int keys[3];       /* codes of term.h, 0-terminated; none if the terminal turns the key into a
                        * signal */
    const char *names; /* as in the help and the manual */
    const char *help;
};

/* The i-th binding, in the help's order; NULL past the last. */
const struct key_binding *key_binding(int i);
int key_binding_count(void);

/* The action of a key. */
enum key_action key_action(int key);

#endif
